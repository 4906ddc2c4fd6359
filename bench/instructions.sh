#!/usr/bin/env bash
# Counts instructions in user space per message, with callgrind: of ours, by library, and of the bare libwebsockets echo. Two runs of
# different length are subtracted, so that start and handshakes don't count.
#   instructions.sh             prints the counts
#   instructions.sh --check     ours alone; fails when libsocketio's own are more than 5 % over bench/instructions.txt
#   instructions.sh --update    prints the counts and writes libsocketio's there (the C library's depend on the processor)
# Exit status: 0; 1 a count has grown; 2 not measured.
set -euo pipefail

mode=${1:-}
case $mode in
'' | --check | --update) ;;
*) sed -n '2,7s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
counts=$bench/instructions.txt
command -v valgrind >/dev/null || die "valgrind is not installed"
BARE_CMD=none find_programs
make -C "$build" bench/peers/bare_lws >"$work/make.log" 2>&1 || die "make failed in $build"
SERVER_CPU='' LOAD_CPU=''

# name|messages|options for sioload
workloads='echo|2000|--workload echo --connections 1
echo-16|16000|--workload echo --connections 1 --depth 16
ack-16|16000|--workload ack --connections 1 --depth 16
bin-16|16000|--workload bin --connections 1 --depth 16
bcast-4|40000|--workload bcast --connections 100 --size 64 --depth 4
poll|2000|--workload poll --connections 1'

# profile FILE PROGRAM MESSAGES OPTION...: one run under callgrind; sets answered.
profile() {
    local file=$1 program=$2 messages=$3 pid

    shift 3
    start_server "$build/libtool" --mode=execute valgrind --tool=callgrind --callgrind-out-file="$file" -q "$program"
    load --warmup 0 --seconds 120 --messages "$messages" "$@" >"$work/line" || die "the generator found errors: $(cat "$work/line")"
    answered=$(sed -n 's/.*"messages":\([0-9]*\).*/\1/p' "$work/line")
    pid=$server_pid
    kill -TERM "$pid"
    wait "$pid" 2>/dev/null || true
    server_pid=
}

# objects FILE: "library instructions" lines, and their sum as "all".
objects() {
    awk '
        /^ob=/ { object = name($0) }
        /^fn=/ || /^fl=/ || /^fi=/ || /^fe=/ || /^cfn=/ || /^cfi=/ || /^cfl=/ || /^cob=/ { if (/^cob=/) name($0); next }
        /^calls=/ { getline; next }
        /^[0-9+*-]/ { count[object] += $2; all += $2 }
        function name(line,    id, text) {
            match(line, /\([0-9]+\)/)
            id = substr(line, RSTART, RLENGTH)
            text = substr(line, RSTART + RLENGTH + 1)
            if (text != "") { sub(/.*\//, "", text); sub(/\.so.*|-[0-9.]+\.so.*/, "", text); names[id] = text }
            return names[id]
        }
        END { for (object in count) print object, count[object]; print "all", all }' "$1"
}

# count PROGRAM MESSAGES OPTION...: "library instructions-per-message" lines.
count() {
    local program=$1 messages=$2 first

    shift 2
    profile "$work/short" "$program" "$messages" "$@"
    first=$answered
    profile "$work/long" "$program" $((3 * messages)) "$@"
    objects "$work/short" >"$work/short.objects"
    objects "$work/long" >"$work/long.objects"
    awk -v messages=$((answered - first)) '
        NR == FNR { before[$1] = $2; next }
        { printf "%s %.0f\n", $1, ($2 - before[$1]) / messages }' "$work/short.objects" "$work/long.objects"
}

# of LIBRARY <COUNTS
of() {
    awk -v library="$1" '$1 == library { print $2; found = 1 } END { if (!found) print 0 }'
}

status=0
: >"$work/new"
echo "Instructions in user space per message (bcast: delivery)"
printf '\n%-8s %7s %12s %6s %6s %14s\n' workload all libsocketio libuv libc 'bare lws, all'
while IFS='|' read -r name messages options; do
    read -ra arguments <<<"$options"
    ours=$(count "$SERVER_CMD" "$messages" "${arguments[@]}")
    bare=-
    [ "$name" = poll ] || [ "$mode" = --check ] || bare=$(count "$build/bench/peers/bare_lws" "$messages" "${arguments[@]}" | of all)
    own=$(of libsocketio <<<"$ours")
    printf '%-8s %7s %12s %6s %6s %14s\n' "$name" "$(of all <<<"$ours")" "$own" "$(of libuv <<<"$ours")" "$(of libc <<<"$ours")" "$bare"
    echo "$name $own" >>"$work/new"
    if [ "$mode" = --check ]; then
        before=$(of "$name" <"$counts")
        if [ "$own" -gt $((before + before / 20)) ]; then
            echo "  $name: $own instructions of libsocketio, more than 5 % over the $before of bench/instructions.txt"
            status=1
        fi
    fi
done <<<"$workloads"
if [ "$mode" = --update ]; then
    {
        echo "# Instructions of libsocketio per message, kept by bench/instructions.sh --update and compared by --check."
        cat "$work/new"
    } >"$counts"
fi
exit $status
