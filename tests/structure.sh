#!/bin/sh
# The rules of the house, from the #include lines, the exported symbols and the sizes of files and functions. Speaks TAP.
# `make check` runs it in the build directory and sets srcdir, CC, CPPFLAGS and INSTRUMENTED (not empty: built with coverage or
# sanitizers, which add symbols of their own).

srcdir=${srcdir:-.}
libraries="libsocketio"
[ ! -e .libs/libsocketio-redis.so ] || libraries="libsocketio libsocketio-redis"
count=0

# verdict NAME FINDINGS: a test passes when there is nothing to say against it.
verdict()
{
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "$2" | sed 's/^/#   /'
    fi
}

skip()
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

sources()
{
    for folder; do
        find "$srcdir/$folder" -name node_modules -prune -o -name '*.[ch]' -print
    done | sort
}

# includes FOLDER: "file header" for each file of the project that FOLDER's files include.
includes()
{
    sources "$1" | while read -r file; do
        sed -n 's|^ *# *include *["<]\([^">]*\)[">].*|\1|p' "$file" | while read -r header; do
            if [ -e "$srcdir/$header" ] || [ -e "${file%/*}/$header" ]; then
                echo "${file#"$srcdir"/} $header"
            fi
        done
    done
}

# system_includes HEADER: the library's files that include it.
system_includes()
{
    sources base engineio socketio adapters | xargs grep -El "^ *# *include *<$1>" | sed "s|^$srcdir/||"
}

# Only those of "file header" on stdin whose header doesn't match the pattern.
except()
{
    grep -Ev " ($1)\$"
}

check_dependencies()
{
    verdict "base depends on nothing of ours" "$(includes base | except 'base/.*')"
    verdict "engineio depends on base" "$(includes engineio | except '(base|engineio)/.*')"
    verdict "socketio depends on base, the engine's interface and the adapters'" \
        "$(includes socketio | except '(base|socketio)/.*|engineio/(engine|loop|message)\.h|adapters/(adapter|library|session_store)\.h')"
    verdict "adapters depend on base and their interface, those for Redis on its public header" \
        "$(includes adapters | except '(base|adapters)/.*' | grep -Ev '^adapters/redis[a-z_]*\.[ch] socketio/redis\.h$')"
    verdict "hiredis and OpenSSL are called from adapters/redis*.c only" \
        "$(system_includes '(hiredis|openssl)/.*' | grep -Ev '^adapters/redis[a-z_]*\.[ch]$')"
    verdict "examples use the public header, the conformance program the engine's too" \
        "$(includes examples | except '[^/]*|examples/.*|socketio/(socketio|redis)\.h' |
            except 'engineio/(engine|loop|message)\.h' | grep -v ' examples/conformance/')"
    verdict "libwebsockets is called from engineio/lws_*.c only" \
        "$(system_includes 'libwebsockets\.h' | grep -Ev '^engineio/lws_[a-z_]*\.c$')"
}

# Pure functions on bytes: neither libuv nor the files that use it.
check_codecs()
{
    codecs='engineio/(packet|payload|query|cookie|cors|http_(parser|head|body|chars)|ws_frame)\.|socketio/(packet|plain_path|js[a-z_]*|pack|unpack|format_error)\.|base/(args|json|jansson|msgpack)[a-z_]*\.'
    verdict "codecs have no clock and no input or output" "$(
        system_includes '(uv|libwebsockets|sys/socket|sys/time|unistd)\.h' | grep -E "^($codecs)"
        { includes engineio; includes socketio; } | grep -E "^($codecs)" |
            grep -E ' engineio/(loop|engine|session|server|stream|transport)\.h$'
    )"
    verdict "base has no loop" "$(system_includes '(uv|libwebsockets)\.h' | grep '^base/')"
}

# sndio's names: a program may be linked with both.
SNDIO='sio_(open|close|start|stop|read|write|setpar|getpar|initpar|nfds|pollfd|revents|eof|setvol|onvol|onmove)'

# exported LIBRARY
exported()
{
    nm -D --defined-only ".libs/$1.so" | awk '{ print $3 }' | sed 's/@.*//' | sort -u
}

# headers LIBRARY: those it installs, in the source folder.
headers()
{
    case $1 in
    libsocketio) echo socketio/*.h | tr ' ' '\n' | grep -v '/redis\.h$' ;;
    *) echo "socketio/redis.h" ;;
    esac
}

declared()
{
    # shellcheck disable=SC2046 # several words
    (cd "$srcdir" && cat $(headers "$1")) | grep -v '^#' | tr '\n' ' ' | grep -o 'SIO_API [^;(]*(' |
        sed 's/.*[ *]\(sio_[a-z0-9_]*\)(/\1/' | sort -u
}

# Whatever changes while the program runs belongs to a server, so that two of them never meet, or to a thread. The allocator, and that
# a second library has found it, are the exceptions.
mutable_state()
{
    objdump -t ".libs/$1.a" |
        awk 'NF >= 5 && $(NF - 2) ~ /^\.(data|bss)/ && $(NF - 2) !~ /\.ro/ && $NF !~ /^\.|^fns$|^once$/ { print $NF }'
}

# Beside the functions of its headers a library exports what libsocketio lends to the others.
check_library()
{
    verdict "$1: exported symbols are public ones, none of them sndio's" "$(
        exported "$1" | grep -Ev '^sio_[a-z]'
        exported "$1" | grep -Ex "$SNDIO"
    )"
    exported "$1" >"structure-$$.exported"
    declared "$1" >"structure-$$.declared"
    verdict "$1: every function of the headers is exported" "$(grep -vxF -f "structure-$$.exported" "structure-$$.declared")"
    verdict "$1: nothing else is exported" "$(grep -vxF -f "structure-$$.declared" "structure-$$.exported" | grep -vx sio_library)"
    rm -f "structure-$$.exported" "structure-$$.declared"
    verdict "$1: no state outside of the servers" "$(mutable_state "$1")"
}

check_symbols()
{
    for name in $libraries; do
        if [ ! -e ".libs/$name.so" ] || [ -n "$INSTRUMENTED" ]; then
            skip "$name: its symbols" "not with coverage, sanitizers or without a shared library"
        else
            check_library "$name"
        fi
    done
}

# compiles COMPILER FLAGS...: what it says against a program that only includes the public header.
compiles()
{
    # shellcheck disable=SC2086 # flags are several words
    printf '#include <socketio/socketio.h>\n' |
        $1 -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$srcdir" $CPPFLAGS - 2>&1
}

check_header()
{
    verdict "the public header is C99" "$(compiles "${CC:-cc}" c c99)"
    if command -v g++ >/dev/null; then
        verdict "the public header is C++" "$(compiles g++ c++ c++11)"
    else
        skip "the public header is C++" "no C++ compiler"
    fi
}

# "file:line length" of every function: a brace in the first column to the next one that closes.
functions()
{
    sources "$@" | xargs awk 'FNR == 1 { start = 0 } /^\{/ { start = FNR }
        /^\}/ && start { print FILENAME ":" start, FNR - start - 1; start = 0 }'
}

check_sizes()
{
    verdict "files have fewer than 800 lines" "$(
        sources base engineio socketio adapters tools examples tests bench | xargs wc -l | awk '$2 != "total" && $1 >= 800'
    )"
    verdict "functions have fewer than 150 lines" "$(
        functions base engineio socketio adapters tools examples tests bench | awk '$2 >= 150'
    )"
    verdict "half of the functions have 12 lines at most, one in twenty over 60" "$(
        functions base engineio socketio adapters | sort -k2n | awk '
            { lines[NR] = $2; if ($2 > 60) long[++n] = $0 }
            END {
                if (lines[int((NR + 1) / 2)] > 12) print "median: " lines[int((NR + 1) / 2)]
                if (n * 20 > NR) { print n " of " NR " over 60:"; for (i = 1; i <= n; i++) print long[i] }
            }'
    )"
}

check_dependencies
check_codecs
check_symbols
check_header
check_sizes
echo "1..$count"
