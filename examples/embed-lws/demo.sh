# For scripts/demo.sh: this program takes its port and the client bundle's folder as they stand.
# shellcheck shell=bash disable=SC2154
demo_run() {
    exec "$bin/embed_lws" "$port" "$root/examples/common/node_modules/socket.io-client/dist"
}
