# For scripts/demo.sh: the smallest program there is takes no options, and has no page.
# shellcheck shell=bash disable=SC2034,SC2154
port=3000
demo_run() {
    exec "$bin/echo"
}
