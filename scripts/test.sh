#!/bin/bash
# Installs what is needed, builds, and runs every test. Two lanes of stages run side by side; each stage's output is kept in
# build/logs.
#   test.sh [STAGE...]      (default: all; test.sh --list names them)
# FUZZ_SECONDS: how long each fuzz target runs. The last line counts tests: N passed, N failed, N skipped.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/stages.sh"

if [ "${1:-}" = --list ]; then
    tr ' ' '\n' <<<"$lane_1 $lane_2"
    exit
fi
for stage; do
    [[ " $lane_1 $lane_2 " = *" $stage "* ]] || die "no such stage: $stage (there are: $lane_1 $lane_2)"
done
chosen=" ${*:-$lane_1 $lane_2} "
results=$(mktemp -d "$logs/results.XXXXXX")

# Stages are in process groups of their own (timeout makes them) and end with us.
cleanup() {
    local lane

    for lane in "$results"/*.running; do
        [ ! -e "$lane" ] || kill "$(cat "$lane")" 2>/dev/null
    done
    rm -rf "$results"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The stage's count, from its last line; a stage that ends without one has failed.
count_of() {
    local count

    count=$(tail -n 1 "$logs/$1.log" | grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped')
    if [ -z "$count" ]; then
        count="0 passed, 1 failed, 0 skipped"
    elif [ "$2" != 0 ] && [[ "$count" = *" 0 failed"* ]]; then
        count=${count/ 0 failed/ 1 failed}
    fi
    echo "$count"
}

run_stage() {
    local stage=$1 status=0 started=$SECONDS count pid

    timeout "$stage_seconds" "$root/scripts/stage.sh" "$stage" >"$logs/$stage.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$results/$stage.running"
    wait "$pid" || status=$?
    rm -f "$results/$stage.running"
    count=$(count_of "$stage" "$status")
    echo "$count" >"$results/$stage"
    printf '%-13s %4d s   %s\n' "$stage" $((SECONDS - started)) "$count"
    [[ "$count" = *" 0 failed"* ]] || show_failures "$logs/$stage.log" "$status"
}

# What failed and what it said, or how the log ends when nothing says "failed".
show_failures() {
    awk '/^(not ok|FAIL:|ERROR:)|error:|Sanitizer:/ { failing = 12 }
        /^(ok|PASS:|1\.\.)|^[0-9]+ passed, / { failing = 0 }
        failing-- > 0 && shown++ < 60 { print "    " $0 }
        END { exit !shown }' "$1" || tail -n 20 "$1" | sed 's/^/    /'
    echo "    (it ended with status $2; all of it: $1)"
}

run_lane() {
    local stage

    for stage; do
        [[ "$chosen" != *" $stage "* ]] || run_stage "$stage"
    done
}

"$root/scripts/install-deps.sh" build test || exit 1
npm_packages tests/interop tests/clients tests/browser examples/common || exit 1
ensure_configure || exit 1
step "testing (two stages at a time, logs in build/logs)"
# shellcheck disable=SC2086 # lists of words
run_lane $lane_1 &
first=$!
# shellcheck disable=SC2086
run_lane $lane_2 &
second=$!
wait "$first" "$second"

# Stages run side by side disturb each other's clocks: one that failed has a second try, alone, and both are shown.
mapfile -t failed < <(grep -L " 0 failed" "$results"/* | xargs -r -n 1 basename)
if [ ${#failed[@]} -gt 0 ]; then
    step "again, alone: ${failed[*]}"
    for stage in "${failed[@]}"; do
        mv "$logs/$stage.log" "$logs/$stage.first.log"
        run_stage "$stage"
    done
fi

total=$(cat "$results"/* | awk '{ p += $1; f += $3; s += $5 } END { printf "%d passed, %d failed, %d skipped", p, f, s }')
echo "all in $SECONDS s"
echo "$total"
[[ "$total" = *" 0 failed"* ]]
