#!/bin/bash
# Installs what is needed, builds an example, and serves it on http://localhost:3000 until Ctrl-C. PORT changes the port.
#   demo.sh [NAME [OPTION...]]   (default: chat; the options are the program's)
#   demo.sh --list               names those there are: the folders in examples/ that have a page, or a demo.sh
# A folder's own demo.sh may change what is needed, made and run; examples/common/README.md says how.
# shellcheck disable=SC1090 # a folder's own demo.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

examples() {
    (cd "$root/examples" && for file in */public/index.html */demo.sh; do echo "${file%%/*}"; done) | sort -u
}

if [ "${1:-}" = --list ]; then
    examples
    exit
fi
name=${1:-chat}
[ $# -eq 0 ] || shift
examples | grep -qx -- "$name" || die "no such example: $name (there are: $(examples | tr '\n' ' '))"

port=${PORT:-3000}
bin=$build/release/examples/$name
demo_packages=
demo_targets=examples/$name/${name//-/_}
demo_run() {
    exec "$bin/${name//-/_}" --port "$port" "$@"
}
[ ! -e "$root/examples/$name/demo.sh" ] || . "$root/examples/$name/demo.sh"

# shellcheck disable=SC2086 # lists of words
DEMO_PACKAGES=$demo_packages "$root/scripts/install-deps.sh" build demo
step "building $name"
# shellcheck disable=SC2086
build_tree release $demo_targets
npm_packages examples/common
step "http://localhost:$port (Ctrl-C ends it)"
demo_run "$@"
