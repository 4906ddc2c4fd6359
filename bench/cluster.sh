#!/bin/bash
# Cluster-wide broadcasts: two of our servers against two of Node's on the same Redis, deliveries per second of the servers' CPU.
#   cluster.sh [--adapter classic|sharded|streams] [--clients N] [--messages N] [--rounds N]
#   cluster.sh --only ours|node ...             one round of one of them, its figures as JSON on the last line
#   cluster.sh --soak MESSAGES --clients N [--samples N]
#       two of ours alone, and their memory meanwhile; fails when it grows, or when a message is lost
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

npm_packages tests/interop
build_tree release all tests/interop/twin
SIO_TWIN=$build/release/tests/interop/twin exec node "$root/bench/cluster.mjs" "$@"
