# The stages of test.sh, a function each.
# A stage prints what its tests print; its last words are "N passed, N failed, N skipped" (see counted).
# shellcheck shell=bash disable=SC2016,SC2034 # commands for a later shell are quoted so; lists for test.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# In the order they are announced. Two lanes run side by side; stages of one lane wait for each other.
lane_1="format shell unit instructions interop cluster wire vhost install distcheck tidy"
lane_2="asan asan-interop asan-wire websocket browser clients proxies embed threads fuzz"

# Two lanes share the processors, so a stage's limit is far above what it takes, and so are the tests' own.
stage_seconds=900
export SIO_TEST_TIME_SCALE=${SIO_TEST_TIME_SCALE:-3}

FUZZ_SECONDS=${FUZZ_SECONDS:-4}

# counted PASSED FAILED SKIPPED
counted() {
    echo "$1 passed, $2 failed, $3 skipped"
    [ "$2" -eq 0 ]
}

# sources EXTENSION...: our files of these kinds.
sources() {
    local pattern=

    for extension; do
        pattern="$pattern${pattern:+ -o }-name *.$extension"
    done
    set -f
    # shellcheck disable=SC2086 # several words
    (cd "$root" && find base engineio socketio adapters tools examples tests bench scripts -name node_modules -prune -o \( $pattern \) -print | sort)
    set +f
}

# each NAME COMMAND... <FILES: runs COMMAND FILE for each, as many at a time as there are processors; a FILE for which it fails has failed.
each() {
    local failures=$logs/each-$1 total failed files

    shift
    mapfile -t files
    total=${#files[@]}
    rm -rf "$failures"
    mkdir -p "$failures"
    printf '%s\0' "${files[@]}" | (cd "$root" && xargs -0 -P "$jobs" -I '{}' bash -c '
        file=$1 log=$2/${1//\//_}
        shift 2
        "$@" "$file" >"$log" 2>&1 && rm "$log"' - '{}' "$failures" "$@") || true
    failed=$(find "$failures" -type f | wc -l)
    find "$failures" -type f -exec cat '{}' +
    counted $((total - failed)) "$failed" 0
}

# The public headers are laid out by hand, for their readers.
stage_format() {
    sources c h |
        grep -vxF -f <(sed -n 's/^[a-z]*include_HEADERS = //p' "$root/socketio/local.mk" "$root/adapters/local.mk" | tr ' ' '\n') |
        each format clang-format --dry-run --Werror
}

stage_shell() {
    (sources sh && cd "$root" && find autogen.sh .ci/run) | each shell shellcheck
}

# automake's summary, in the words of the others.
make_check() {
    local status=0

    make -C "$build/$1" -j"$jobs" check "${@:2}" 2>&1 || status=$?
    awk -v status="$status" '
        /^# (PASS|XFAIL):/ { passed += $3 } /^# (FAIL|XPASS|ERROR):/ { failed += $3 } /^# SKIP:/ { skipped += $3 }
        END {
            if (status && !failed) failed = 1
            printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
            exit failed > 0
        }' "$build/$1/test-suite.log"
}

stage_unit() {
    build_tree check && make_check check
}

stage_asan() {
    build_tree asan && make_check asan
}

# Stock clients and raw frames, against ours and Node's.
interop() {
    build_tree "$1" all tests/interop/twin && cd "$root/tests/interop" &&
        SIO_TWIN="$build/$1/tests/interop/twin" node run.mjs
}

# Raw bytes, against the conformance program.
wire() {
    build_tree "$1" examples/conformance/conformance && cd "$root/tests/wire" &&
        SIO_CONFORMANCE="$build/$1/examples/conformance/conformance" node run.mjs
}

stage_interop() {
    interop check
}

stage_wire() {
    wire check
}

# Clusters of Node's servers and ours, on a Redis of the tests' own.
stage_cluster() {
    build_tree check all tests/interop/twin tests/websocket/plain_server && cd "$root/tests/cluster" &&
        SIO_PLAIN_SERVER="$build/check/tests/websocket/plain_server" \
        SIO_TWIN="$build/check/tests/interop/twin" SIO_EMIT="$build/check/tools/sio-emit" \
        node run.mjs
}

# The frames that come through a libwebsockets vhost of the program's.
stage_vhost() {
    build_tree check tests/websocket/vhost_server && cd "$root/tests/wire" &&
        SIO_CONFORMANCE="$build/check/tests/websocket/vhost_server" SIO_VHOST=1 node run.mjs --only ws-echo
}

stage_asan-interop() {
    interop asan
}

stage_asan-wire() {
    wire asan
}

# Plain WebSocket endpoints, under the sanitizers.
stage_websocket() {
    build_tree asan tests/websocket/plain_server tests/websocket/vhost_server && cd "$root/tests/websocket" &&
        SIO_PLAIN_SERVER=$build/asan/tests/websocket/plain_server \
        SIO_VHOST_SERVER=$build/asan/tests/websocket/vhost_server node run.mjs
}

# The examples under the sanitizers, in a browser: a test file each, named for it.
stage_browser() {
    local programs

    programs=$(cat "$root"/examples/*/local.mk | sed -n 's/^noinst_PROGRAMS += //p' | tr '\n' ' ')
    # shellcheck disable=SC2086 # several words
    build_tree asan $programs tools/sio-emit && cd "$root/tests/browser" || return 1
    for file in *.test.mjs; do
        top_builddir=$build/asan SCREENSHOT_DIR=$build/screenshots node --test-reporter=tap "$file"
    done | tee "$logs/browser.tap"
    tap_counts "$logs/browser.tap"
}

# The embedding examples, under the sanitizers too.
stage_embed() {
    build_tree asan && cd "$root/tests/embed" && SIO_EXAMPLES="$build/asan/examples" node run.mjs
}

# Every client, old and new, against ours and Node's. Drivers in other languages are built where their toolchains are.
stage_clients() {
    build_tree check all tests/interop/twin && cd "$root/tests/clients" &&
        SIO_TWIN="$build/check/tests/interop/twin" SIO_CLIENTS_BUILD="$build/clients" node run.mjs
}

# Clients behind nginx and HAProxy, configured as docs/deployment.md recommends.
stage_proxies() {
    build_tree check all tests/interop/twin && cd "$root/tests/clients" && SIO_TWIN="$build/check/tests/interop/twin" node proxies.mjs
}

# Node's own summaries of one run or several. A run that ends without one counts as failed.
tap_counts() {
    awk '/^TAP version / { runs++ } /^# pass / { passed += $3; ended++ } /^# (fail|cancelled) / { failed += $3 }
        /^# skipped / { skipped += $3 } /^SKIP/ { skipped++ }
        END { if (runs > ended || !passed && !skipped) failed++
            printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$1"
}

stage_threads() {
    local tests="tests/unit/check_threads tests/unit/check_ws_threads"

    # shellcheck disable=SC2086 # several words
    build_tree tsan $tests && TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" make_check tsan TESTS="$tests"
}

# run_fuzzer NAME: a few seconds from its seeds on; what it finds goes on with it the next time.
run_fuzzer() {
    local target=$build/fuzz/tests/fuzz/fuzz_$1 found=$build/fuzz/corpus/$1

    mkdir -p "$found"
    "$target" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/fuzz/$1-" "$found" "$root/tests/fuzz/corpus/$1" 2>&1 | tail -n 40
    return "${PIPESTATUS[0]}"
}

stage_fuzz() {
    local names

    mapfile -t names < <(sources c | sed -n 's|^tests/fuzz/fuzz_\(.*\)\.c$|\1|p')
    build_tree fuzz "${names[@]/#/tests/fuzz/fuzz_}" || return 1
    export -f run_fuzzer
    export build root FUZZ_SECONDS
    printf '%s\n' "${names[@]}" | each fuzz bash -c 'run_fuzzer "$1"' -
}

# What a file's verdict depends on: itself, every header, the rules.
tidy() {
    local stamp=$build/tidy/$1.clean

    if [ -e "$stamp" ] && [ -z "$(find "$1" "$root/.clang-tidy" "$build/tidy/headers" -newer "$stamp")" ]; then
        return
    fi
    # shellcheck disable=SC2046 # flags are several words
    clang-tidy --quiet --warnings-as-errors='*' "$1" -- -std=gnu11 -D_GNU_SOURCE -DSIO_VERSION='"0"' -DPAGE_DIR='""' -I. \
        $(pkg-config --cflags libwebsockets libuv jansson uuid zlib check hiredis openssl) || return 1
    mkdir -p "$(dirname "$stamp")"
    touch "$stamp"
}

stage_tidy() {
    mkdir -p "$build/tidy"
    touch -r "$(cd "$root" && sources h | xargs ls -t | head -n 1 | sed "s|^|$root/|")" "$build/tidy/headers"
    export -f tidy
    export build root
    sources c | grep -v '^tests/' | each tidy bash -c 'tidy "$1"' -
}

# Programs of a user's: nothing but the installed libraries and pkg-config. Each is built twice, against shared and static ones.
stage_install() {
    local prefix=$build/installed/usr/local passed=0 failed=0 skipped=0

    build_tree check && rm -rf "$build/installed" || return 1
    make -C "$build/check" install DESTDIR="$build/installed" || return 1
    for static in "" --static; do
        if installed_program "$prefix" libsocketio examples/echo/echo.c "$static"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
        if [ ! -e "$prefix/lib/pkgconfig/libsocketio-redis.pc" ]; then
            skipped=$((skipped + 1))
        elif installed_program "$prefix" libsocketio-redis tests/install/cluster.c "$static" &&
            LD_LIBRARY_PATH="$prefix/lib" "$build/installed/cluster$static"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
    done
    counted "$passed" "$failed" "$skipped"
}

# installed_program PREFIX MODULE SOURCE [--static]: builds a program against what was installed there, and asks which libraries it needs.
installed_program() {
    local flags program

    program=$build/installed/$(basename "$3" .c)$4
    flags=$(PKG_CONFIG_PATH="$1/lib/pkgconfig" pkg-config --define-variable=prefix="$1" --cflags --libs ${4:+"$4"} "$2") || return 1
    [ -z "$4" ] || flags=$(sed -E 's/-l(socketio(-redis)?)( |$)/-l:lib\1.a\3/g' <<<"$flags")
    # shellcheck disable=SC2086 # flags are several words
    gcc -Wall -Werror -o "$program" "$root/$3" $flags || return 1
    LD_LIBRARY_PATH="$1/lib" ldd "$program" >"$program.libraries" && ! grep 'not found' "$program.libraries"
}

# Instructions per message, against those on record; the release build's, as users have it.
stage_instructions() {
    build_tree release all bench/server bench/load/sioload bench/peers/bare_lws || return 1
    if BUILD_DIR=$build/release "$root/bench/instructions.sh" --check; then
        counted 1 0 0
    else
        counted 0 1 0
    fi
}

# Distribution, build, test, install and uninstall, all from the tarball; not again while nothing in it has changed.
stage_distcheck() {
    local passed_before=$build/distcheck.passed contents

    build_tree check && make -C "$build/check" distdir || return 1
    contents=$(cd "$build/check" && find libsocketio-*/ -type f ! -name '*.m4' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
    rm -rf "$build"/check/libsocketio-*/
    if [ "$contents" != "$(cat "$passed_before" 2>/dev/null)" ]; then
        rm -f "$passed_before"
        make -C "$build/check" -j"$jobs" distcheck || return 1
        tarball_is_complete || return 1
        echo "$contents" >"$passed_before"
    fi
    counted 1 0 0
}

# Every file of the repository is in the tarball, but for what only the repository needs.
tarball_is_complete() {
    local missing

    command -v git >/dev/null && [ -e "$root/.git" ] || return 0
    missing=$(comm -23 <(cd "$root" && git ls-files | grep -Ev '(^|/)\.gitignore$|^\.ci/' | sort) \
        <(tar -tf "$build"/check/libsocketio-*.tar.xz | sed 's|^[^/]*/||' | sort))
    [ -z "$missing" ] || { echo "not in the tarball:" && echo "$missing" && return 1; }
}
