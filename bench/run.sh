#!/usr/bin/env bash
# Measures libsocketio beside Node's socket.io in the same run and prints the comparison. See
# bench/README.md. Exit status: 0 all targets met, 1 one missed or a wrong answer, 2 not measured.
set -euo pipefail

usage() {
    cat <<'END'
Usage: bench/run.sh [OPTION]...

  --quick            only the workloads with a target, 1 s each, and no bare bound
  --workloads A,B    only these, by their names in bench/workloads.txt
  --rounds N         rounds, interleaved between the servers (3)
  --seconds S        measured window of each (2)
  --warmup S         before it (1)
  --no-bare          without the bare epoll bound
  --no-syscalls      without counting system calls (bench/syscalls.sh)
  --json FILE        keep every run's figures

Environment: SERVER_CMD, NODE_CMD, BARE_CMD (servers: take --host and --port, print `listening on
PORT'), SIOLOAD (the generator), BUILD_DIR, SERVER_CPU, LOAD_CPU.
END
}

rounds=3 seconds=2 warmup=1 only='' gates_only='' bare=yes syscalls=yes json=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) seconds=1 gates_only=yes bare=no ;;
    --workloads) only=,$2, && shift ;;
    --rounds) rounds=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --warmup) warmup=$2 && shift ;;
    --no-bare) bare=no ;;
    --no-syscalls) syscalls=no ;;
    --json) json=$2 && shift ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
find_programs
find_node_peer
results=$work/results.jsonl
: >"$results"

wanted() {
    local name=$1 target=$2

    if [ -n "$only" ]; then
        [[ $only == *",$name,"* ]]
    else
        [ -z "$gates_only" ] || [ "$target" != - ]
    fi
}

# measure SERVER NAME COMMAND OPTIONS: one run on a fresh process, appended to the results.
measure() {
    local server=$1 name=$2 command arguments status=0

    read -ra command <<<"$3"
    read -ra arguments <<<"$4"
    start_server "${command[@]}"
    load --warmup "$warmup" --seconds "$seconds" "${arguments[@]}" >"$work/line" || status=$?
    stop_server
    printf '{"server":"%s","name":"%s","status":%d,"figures":%s}\n' \
        "$server" "$name" "$status" "$(grep . "$work/line" || echo null)" >>"$results"
}

# Which server goes first changes from round to round.
order() {
    case $(($1 % 2)) in
    0) echo "ours node bare" ;;
    1) echo "bare node ours" ;;
    esac
}

measure_all() {
    local round=$1 name=$2 has_bare=$3 options=$4 server

    for server in $(order "$round"); do
        case $server in
        ours) measure ours "$name" "$SERVER_CMD" "$options" ;;
        node) measure node "$name" "$NODE_CMD" "$options" ;;
        bare) [ "$has_bare$bare" != yesyes ] || measure bare "$name" "$BARE_CMD" "$options" ;;
        esac
    done
}

trim() {
    read -r "$1" <<<"${!1}" || true
}

run_round() {
    local round=$1 name target has_bare options

    while IFS='|' read -r name target has_bare _ options; do
        trim name && trim target && trim has_bare
        if [ -z "$name" ] || [ "${name:0:1}" = '#' ] || ! wanted "$name" "$target"; then
            continue
        fi
        [ ! -t 2 ] || printf '\r\033[Kround %d of %d: %s' "$((round + 1))" "$rounds" "$name" >&2
        measure_all "$round" "$name" "$has_bare" "$options" </dev/null
    done <"$bench/workloads.txt"
}

for ((round = 0; round < rounds; round++)); do
    run_round "$round"
done
[ ! -t 2 ] || printf '\r\033[K' >&2
[ -z "$json" ] || cp "$results" "$json"

status=0
node "$bench/table.js" "$bench/workloads.txt" "$results" || status=$?
if [ "$syscalls" = yes ] && [ -z "$only" ]; then
    echo
    SIOLOAD=$SIOLOAD SERVER_CMD=$SERVER_CMD BARE_CMD=$BARE_CMD "$bench/syscalls.sh" || status=1
fi
exit $status
