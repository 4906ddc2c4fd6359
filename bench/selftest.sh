#!/usr/bin/env bash
# Shows that the load generator notices what it claims to notice: it must pass a right server and
# name the fault of servers that spoil one answer in some hundreds. Exit status 0 when it does.
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
SERVER_CMD=none BARE_CMD=none find_programs
# shellcheck source=peers.sh
. "$bench/peers.sh"
prepare_node || die "$peer_missing"

# The kind of error that each fault must be reported as.
declare -A reported=(
    [none]='' [drop]=missing [alter]=altered [double]=duplicate [reorder]=missing [disconnect]=missing
)
failures=0

check() {
    local fault=$1 workload=$2 kind=${reported[$1]} status=0 verdict=ok

    load --workload "$workload" --connections 10 --depth 4 --warmup 0 --seconds 0.3 \
        >"$work/line" 2>/dev/null || status=$?
    if [ -z "$kind" ]; then
        [ $status -eq 0 ] || verdict=WRONG
    elif [ $status -ne 1 ] || ! grep -q "\"$kind\":" "$work/line"; then
        verdict=WRONG
    fi
    [ $verdict = ok ] || failures=$((failures + 1))
    printf '%-11s %-6s %-5s %s\n' "$fault" "$workload" "$verdict" "$(sed 's/.*"errors"/errors/; s/}$//' "$work/line")"
}

for fault in none drop alter double reorder disconnect; do
    start_server node "$bench/peers/faulty.js" --fault "$fault" --every 300
    for workload in echo ack bin bcast poll; do
        [ "$fault $workload" != "double ack" ] || continue
        check "$fault" "$workload"
    done
    stop_server
done
[ $failures -eq 0 ] || die "$failures checks went wrong"
echo "every fault was noticed"
