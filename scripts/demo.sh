#!/bin/bash
# Installs what is needed, builds, and serves the chat example on http://localhost:3000 until Ctrl-C. PORT changes the port.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/scripts/install-deps.sh" build demo
step "building the chat"
build_tree release examples/chat/chat
npm_packages examples/chat
step "http://localhost:${PORT:-3000} (Ctrl-C ends it)"
exec "$build/release/examples/chat/chat" --port "${PORT:-3000}" \
    --public-dir "$root/examples/chat/public" --client-dir "$root/examples/chat/node_modules/socket.io-client/dist"
