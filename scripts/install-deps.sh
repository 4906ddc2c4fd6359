#!/bin/bash
# Installs the Debian packages that building, testing or the demonstration needs: only what is missing, as root or by sudo.
#   install-deps.sh [build] [test] [demo]      (default: all three; demo: and what DEMO_PACKAGES names)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

BUILD="gcc libc6-dev make autoconf automake libtool pkg-config libwebsockets-dev libwebsockets-evlib-uv libuv1-dev
    libjansson-dev uuid-dev zlib1g-dev libhiredis-dev libssl-dev libjwt-dev"
TEST="check clang clang-format clang-tidy libclang-rt-dev llvm g++ binutils xz-utils shellcheck openssl valgrind chromium redis-server redis-sentinel
    python3 python3-venv python3-socketio python3-requests python3-websocket python3-aiohttp nginx-light haproxy"
NODE_MAJOR=18

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE_MAJOR" ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install_packages() {
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "these packages are missing, and there is neither root nor sudo to install them: apt-get install $*"
    fi
    step "package lists (apt-get update)"
    quietly apt-update as_root apt-get -q -o DPkg::Lock::Timeout=300 update ||
        die "apt-get update failed: is the network there?"
    step "installing $# packages: $*"
    quietly apt-install as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" ||
        die "apt-get install failed"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    die "this is no Debian: install what corresponds to $BUILD $TEST nodejs npm"
fi

[ $# -gt 0 ] || set -- build test demo
wanted=
needs_node=
for group; do
    case $group in
    build) wanted="$wanted $BUILD" ;;
    test) wanted="$wanted $TEST" needs_node=yes ;;
    demo) wanted="$wanted ${DEMO_PACKAGES:-}" needs_node=yes ;;
    *) die "no such group: $group (build, test, demo)" ;;
    esac
done

missing=()
for package in $wanted; do
    installed "$package" || missing+=("$package")
done
if [ -n "$needs_node" ] && ! node_is_new_enough; then
    missing+=(ca-certificates nodejs npm)
fi
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
if [ -n "$needs_node" ]; then
    hash -r
    node_is_new_enough || die "node $NODE_MAJOR or newer and npm are needed; found $(node --version 2>&1 || true)"
fi
