#!/bin/bash
# Builds a driver that isn't a script; again, only what has changed.
#   build-driver.sh (python|java-1.0.2|java-2.1.2|rust|go) DIRECTORY
# Ends with 77, and says why on standard error, when the machine lacks the toolchain or doesn't reach the registry.
set -uo pipefail

name=$1
mkdir -p "$2" && into=$(cd "$2" && pwd)/$name
drivers=$(cd "$(dirname "$0")" && pwd)/drivers
fetch_seconds=300

missing() {
    echo "$*" >&2
    exit 77
}

needs() {
    command -v "$1" >/dev/null || missing "$1 is not installed"
}

# fetching WHAT COMMAND...: quiet unless it fails.
fetching() {
    local what=$1 output

    shift
    output=$(timeout "$fetch_seconds" "$@" 2>&1 </dev/null) || missing "$what can't be had: $(tail -n 3 <<<"$output")"
}

# up_to_date FILE...: what was built is newer than these.
up_to_date() {
    local file

    for file; do
        [ "$into/.built" -nt "$file" ] || return 1
    done
}

build_python() {
    up_to_date "$drivers/requirements.txt" && return
    [ -x /usr/bin/python3 ] || missing "/usr/bin/python3 is not installed"
    rm -rf "$into"
    fetching "a virtual environment" /usr/bin/python3 -m venv "$into"
    fetching "python-socketio" "$into/bin/python" -m pip install -q -r "$drivers/requirements.txt"
}

# One driver for both generations; what differs is in a folder each.
build_java() {
    local version=${name#java-} generation=$drivers/java/v2

    needs java
    needs javac
    needs mvn
    [ "${version%%.*}" != 1 ] || generation=$drivers/java/v1
    up_to_date "$drivers/java/pom.xml" "$drivers/java/Driver.java" "$generation/Generation.java" && return
    rm -rf "$into"
    mkdir -p "$into/classes"
    fetching "io.socket:socket.io-client $version" mvn -q -B -f "$drivers/java/pom.xml" -Dclient.version="$version" \
        dependency:copy-dependencies -DoutputDirectory="$into/jars"
    javac -nowarn -d "$into/classes" -cp "$into/jars/*" "$drivers/java/Driver.java" "$generation/Generation.java"
}

build_rust() {
    needs cargo
    cd "$drivers/rust" || exit 1
    fetching "rust_socketio" cargo fetch -q --locked
    cargo build -q --locked --offline --target-dir "$into"
}

build_go() {
    needs go
    cd "$drivers/go" || exit 1
    fetching "zishang520's client" go mod download
    mkdir -p "$into"
    go build -mod=readonly -o "$into/driver" .
}

"build_${name%%-*}" && touch "$into/.built"
