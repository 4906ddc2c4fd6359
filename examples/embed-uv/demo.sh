# For scripts/demo.sh: this program takes its port as it stands, and has no page: its README says what to send it.
# shellcheck shell=bash disable=SC2154
demo_run() {
    exec "$bin/embed_uv" "$port"
}
