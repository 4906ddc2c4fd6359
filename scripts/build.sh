#!/bin/bash
# Builds into build/KIND; again, only what has changed.
#   build.sh [release|check|asan|tsan|fuzz|coverage] [TARGET...]      (default: release, everything)
# The packages of install-deps.sh build must be there.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kind=${1:-release}
[ $# -eq 0 ] || shift
step "building build/$kind"
build_tree "$kind" "$@"
