#!/usr/bin/env bash
# Measures libsocketio beside its peers in the same run and prints the comparison. See bench/README.md.
# Exit status: 0 all targets met, 1 one missed or an answer of ours was wrong, 2 not measured.
set -euo pipefail

usage() {
    cat <<'END'
Usage: bench/run.sh [OPTION]...

  --quick            ours, Node and the bounds only, workloads with a target, 1 s each
  --peers A,B        only these beside ours, by their names in bench/peers/peers.txt
  --workloads A,B    only these, by their names in bench/workloads.txt
  --rounds N         rounds, interleaved between the servers (3)
  --seconds S        measured window of each (2)
  --warmup S         before it (1)
  --no-syscalls      without counting system calls (bench/syscalls.sh)
  --json FILE        keep every run's figures
  --page             write docs/performance.md and its plot

Environment: SERVER_CMD, NODE_CMD, BARE_CMD (servers: take --host and --port, print `listening on
PORT'), SIOLOAD (the generator), BUILD_DIR, PEERS_DIR, SERVER_CPU, LOAD_CPU.
END
}

rounds=3 seconds=2 warmup=1 only='' only_peers='' gates_only='' syscalls=yes json='' page=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) seconds=1 gates_only=yes only_peers=,node,lws,bare, ;;
    --peers) only_peers=,$2, && shift ;;
    --workloads) only=,$2, && shift ;;
    --rounds) rounds=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --warmup) warmup=$2 && shift ;;
    --no-syscalls) syscalls=no ;;
    --json) json=$2 && shift ;;
    --page) page=yes ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
find_programs
# shellcheck source=peers.sh
. "$bench/peers.sh"
results=$work/results.jsonl
: >"$results"

note() {
    [ ! -t 2 ] || printf '\r\033[K%s' "$*" >&2
}

# Fills peers (those that are here) and command_of.
declare -A command_of
peers=()
prepare_peers() {
    local peer

    for peer in $(peer_names); do
        if [ "$peer" != ours ] && [ -n "$only_peers" ] && [[ $only_peers != *",$peer,"* ]]; then
            continue
        fi
        note "preparing $peer"
        if prepare "$peer"; then
            peers+=("$peer")
            command_of[$peer]=$peer_command
            printf '{"peer":"%s","version":"%s"}\n' "$peer" "$peer_version" >>"$results"
        else
            printf '{"peer":"%s","missing":"%s"}\n' "$peer" "$peer_missing" >>"$results"
        fi
    done
}

wanted() {
    if [ -n "$only" ]; then
        [[ $only == *",$1,"* ]]
    else
        [ -z "$gates_only" ] || [ "$2" != - ]
    fi
}

# measure_alone PEER OPTION...: a fresh server under load; the figures go to $work/line.
measure_alone() {
    local command status=0

    read -ra command <<<"${command_of[$1]}"
    shift
    start_server "${command[@]}"
    load --warmup "$warmup" --seconds "$seconds" "$@" >"$work/line" 2>>"$work/faults" || status=$?
    stop_server
    return "$status"
}

# measure_cluster PEER OPTION...: two servers and a Redis, by bench/cluster.sh.
measure_cluster() {
    "$bench/cluster.sh" --only "$@" >"$work/cluster" 2>>"$work/faults" || return
    tail -n 1 "$work/cluster" >"$work/line"
}

# measure PEER NAME OPTIONS: one run, appended to the results.
measure() {
    local peer=$1 name=$2 arguments status=0

    read -ra arguments <<<"$3"
    : >"$work/line"
    if [ "$name" = cluster ]; then
        measure_cluster "$peer" "${arguments[@]}" || status=$?
    else
        measure_alone "$peer" "${arguments[@]}" || status=$?
    fi
    printf '{"server":"%s","name":"%s","status":%d,"figures":%s}\n' \
        "$peer" "$name" "$status" "$(grep . "$work/line" || echo null)" >>"$results"
}

# Who goes first changes from round to round. The long workload is done once, by ours alone.
measure_all() {
    local round=$1 name=$2 options=$3 i peer

    for ((i = 0; i < ${#peers[@]}; i++)); do
        peer=${peers[$(((i + round) % ${#peers[@]}))]}
        can "$peer" "$name" || continue
        [ "$name" != cluster ] || command -v redis-server >/dev/null || continue
        [ "$name" != leak ] || { [ "$round" = 0 ] && [ "$peer" = ours ]; } || continue
        note "round $((round + 1)) of $rounds: $name, $peer"
        measure "$peer" "$name" "$options" </dev/null
    done
}

trim() {
    read -r "$1" <<<"${!1}" || true
}

run_round() {
    local round=$1 name targets options

    while IFS='|' read -r name targets _ options; do
        trim name && trim targets
        if [ -z "$name" ] || [ "${name:0:1}" = '#' ] || ! wanted "$name" "$targets"; then
            continue
        fi
        measure_all "$round" "$name" "$options" </dev/null
    done <"$bench/workloads.txt"
}

prepare_peers
for ((round = 0; round < rounds; round++)); do
    run_round "$round"
done
note ''
[ -z "$json" ] || cp "$results" "$json"

status=0
node "$bench/table.js" "$results" || status=$?
[ -z "$page" ] || node "$bench/page.js" "$results" "$top/docs"
if [ "$syscalls" = yes ] && [ -z "$only" ]; then
    echo
    SIOLOAD=$SIOLOAD SERVER_CMD=$SERVER_CMD BARE_CMD=$BARE_CMD "$bench/syscalls.sh" || status=1
fi
exit $status
