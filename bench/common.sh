# Shared by the scripts of this folder: where the programs are, how a server is started and stopped.
# shellcheck shell=bash

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$bench")
work=$(mktemp -d)
server_pid=
load_pid=
strace_pid=

# What runs must not outlive the script, however it ends.
cleanup() {
    local pid

    for pid in $load_pid $strace_pid $server_pid; do
        kill "$pid" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
    echo "$(basename "$0"): $*" >&2
    exit 2
}

# One CPU for the server, another for the generator, so that neither takes the other's time.
SERVER_CPU=${SERVER_CPU-0}
LOAD_CPU=${LOAD_CPU-1}
if ! command -v taskset >/dev/null || ! taskset -c "$LOAD_CPU" true 2>/dev/null; then
    echo "$(basename "$0"): no second CPU to pin to: figures will be rough" >&2
    SERVER_CPU=
    LOAD_CPU=
fi

# For background use only: the program takes the place of the shell, and its process id.
exec_on() {
    local cpu=$1

    shift
    if [ -n "$cpu" ]; then
        exec taskset -c "$cpu" "$@"
    fi
    exec "$@"
}

# A configured build tree: BUILD_DIR, or the first of the usual places, or a new one.
find_build() {
    local dir

    for dir in "${BUILD_DIR:-}" . "$top" "$top/build/release" "$top/build-bench"; do
        if [ -n "$dir" ] && [ -f "$dir/config.status" ]; then
            (cd "$dir" && pwd)
            return
        fi
    done
    echo "configuring in $top/build-bench" >&2
    mkdir -p "$top/build-bench"
    {
        [ -x "$top/configure" ] || (cd "$top" && ./autogen.sh)
        (cd "$top/build-bench" && ../configure)
    } >"$work/configure.log" 2>&1 || {
        tail -n 20 "$work/configure.log" >&2
        die "configure failed"
    }
    echo "$top/build-bench"
}

# Sets build, SIOLOAD, SERVER_CMD and BARE_CMD, building those that the environment doesn't give.
find_programs() {
    local targets=()

    build=$(find_build)
    [ -n "${SIOLOAD:-}" ] || targets+=(bench/load/sioload)
    [ -n "${SERVER_CMD:-}" ] || targets+=(bench/server)
    [ -n "${BARE_CMD:-}" ] || targets+=(bench/peers/bare_epoll bench/peers/bare_lws)
    if [ ${#targets[@]} -gt 0 ]; then
        make -C "$build" "${targets[@]}" >"$work/make.log" 2>&1 || {
            tail -n 20 "$work/make.log" >&2
            die "make failed in $build"
        }
    fi
    SIOLOAD=${SIOLOAD:-$build/bench/load/sioload}
    SERVER_CMD=${SERVER_CMD:-$build/bench/server}
    BARE_CMD=${BARE_CMD:-$build/bench/peers/bare_epoll}
}

# start_server COMMAND...: returns when it listens; sets server_pid and server_port.
start_server() {
    local deadline=$((SECONDS + 30))

    : >"$work/server.out"
    exec_on "$SERVER_CPU" "$@" --host 127.0.0.1 --port 0 >"$work/server.out" 2>"$work/server.err" &
    server_pid=$!
    server_port=
    while [ -z "$server_port" ]; do
        if ! kill -0 "$server_pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
            cat "$work/server.err" >&2
            die "does not listen: $*"
        fi
        sleep 0.02
        server_port=$(sed -n 's/^listening on \([0-9][0-9]*\)$/\1/p' "$work/server.out")
    done
}

stop_server() {
    kill -KILL "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

# load OPTION...: runs the generator against the started server; its line of JSON goes to stdout.
load() {
    local status=0

    # In the background, so that a signal to the script is served at once.
    exec_on "$LOAD_CPU" "$SIOLOAD" --port "$server_port" --pid "$server_pid" "$@" &
    load_pid=$!
    wait "$load_pid" || status=$?
    load_pid=
    return $status
}

# 10,000 connections and more on either side.
ulimit -n "$(ulimit -Hn)"
