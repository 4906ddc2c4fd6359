# Sourced by the scripts of this folder: where things are, how steps are announced, how builds are made.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
logs=$build/logs
jobs=$(nproc)
mkdir -p "$logs"

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

step() {
    echo "==> $*"
}

# quietly LOG COMMAND...: output goes to build/logs/LOG.log; its end is shown when the command fails.
quietly() {
    local log=$logs/$1.log

    shift
    if ! "$@" >"$log" 2>&1 </dev/null; then
        echo "--- $* failed; the end of $log:" >&2
        tail -n 40 "$log" >&2
        return 1
    fi
}

# Generates ./configure when something it is made of has changed. One at a time: builds may run side by side.
ensure_configure() {
    (
        flock 9
        if [ ! -e "$root/configure" ] || [ ! -e "$root/Makefile.in" ] ||
            [ -n "$(find "$root" -name node_modules -prune -o -path "$build" -prune -o \
                \( -name configure.ac -o -name Makefile.am -o -name local.mk -o -path "$root/m4/sio_*.m4" \) \
                -newer "$root/Makefile.in" -print)" ]; then
            step "generating ./configure"
            quietly autogen "$root/autogen.sh" && touch "$root/Makefile.in"
        fi
    ) 9>"$build/.configure-lock"
}

# The configure arguments of a kind of build. Instrumented ones go without the shared library: half the work, and programs that a
# debugger understands.
build_arguments() {
    local clang="CC=clang CFLAGS=-g\ -O1 --enable-werror --enable-debug-threads --disable-shared"

    case $1 in
    release) ;;
    check) echo "--enable-werror --enable-debug-threads" ;;
    asan) echo "$clang --enable-sanitizers=address,undefined" ;;
    tsan) echo "$clang --enable-sanitizers=thread" ;;
    fuzz) echo "$clang --enable-sanitizers=address,undefined --enable-fuzzers" ;;
    coverage) echo "CFLAGS=-g\ -O0 --enable-coverage --disable-shared" ;;
    *) die "no such kind of build: $1 (release, check, asan, tsan, fuzz, coverage)" ;;
    esac
}

# build_tree KIND [TARGET...]: configures build/KIND when it must, and makes the targets there.
build_tree() {
    local kind=$1 dir=$build/$1 arguments

    shift
    arguments=$(build_arguments "$kind") || return 1
    [ ! -e "$root/config.status" ] || die "the source tree itself is configured; run 'make distclean' there first"
    ensure_configure || return 1
    mkdir -p "$dir"
    (
        flock 8
        if [ ! -e "$dir/config.status" ] || [ "$arguments" != "$(cat "$dir/.arguments" 2>/dev/null)" ]; then
            step "configuring build/$kind"
            (cd "$dir" && eval "quietly configure-$kind '$root/configure' $arguments") || exit 1
            echo "$arguments" >"$dir/.arguments"
        fi
        quietly "make-$kind" make -C "$dir" "-j$jobs" "$@"
    ) 8>"$dir/.lock"
}

# npm_packages DIRECTORY...: what package-lock.json says, in node_modules beside it, installed once per change.
npm_packages() {
    local dir

    for dir; do
        if [ ! -e "$root/$dir/node_modules/.package-lock.json" ] ||
            [ "$root/$dir/package-lock.json" -nt "$root/$dir/node_modules/.package-lock.json" ]; then
            step "npm packages of $dir"
            (cd "$root/$dir" && quietly "npm-${dir//\//-}" npm ci --no-audit --no-fund --loglevel=error) || return 1
            touch "$root/$dir/node_modules/.package-lock.json"
        fi
    done
}
