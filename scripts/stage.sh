#!/bin/bash
# Runs one stage of test.sh, its output on the terminal. test.sh calls it; so may you, when the packages are installed.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/stages.sh"

stage=$1
declare -F "stage_$stage" >/dev/null || die "no such stage: $stage (there are: $lane_1 $lane_2)"
"stage_$stage"
