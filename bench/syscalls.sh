#!/usr/bin/env bash
# Counts the system calls of the server (SERVER_CMD) for each message of one echoing connection, with
# strace -c. The handshake's calls are included: they vanish among the messages. Exit status: 0 at
# most TARGET (3) for each message, 1 more, 2 not measured.
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
target=${TARGET:-3}
command -v strace >/dev/null || die "strace is not installed"
BARE_CMD=none find_programs

read -ra command <<<"$SERVER_CMD"
start_server "${command[@]}"

: >"$work/strace.err"
strace -f -c -U name,calls -o "$work/calls" -p "$server_pid" 2>"$work/strace.err" &
strace_pid=$!
deadline=$((SECONDS + 10))
until grep -q attached "$work/strace.err"; do
    if ! kill -0 "$strace_pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
        cat "$work/strace.err" >&2
        die "strace cannot attach to the server"
    fi
    sleep 0.02
done

load --workload echo --connections 1 --warmup 0 --seconds "${SECONDS_MEASURED:-2}" >"$work/line" ||
    die "the generator found errors"
kill -INT "$strace_pid"
wait "$strace_pid" || true
strace_pid=
stop_server

messages=$(sed -n 's/.*"messages":\([0-9]*\).*/\1/p' "$work/line")
echo "System calls for each of $messages messages on one connection, 1 in flight"
echo
awk -v messages="$messages" -v target="$target" '
    $2 ~ /^[0-9]+$/ && $1 != "total" {
        total += $2
        if ($2 / messages >= 0.005)
            printf "  %-16s %6.2f\n", $1, $2 / messages
    }
    END {
        figure = sprintf("%.2f", total / messages)
        verdict = figure + 0 <= target + 0 ? "PASS" : "FAIL"
        printf "  %-16s %6s  target <= %s  %s\n", "all", figure, target, verdict
        exit verdict == "PASS" ? 0 : 1
    }' "$work/calls"
