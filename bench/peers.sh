# The peers: what each needs, how it is built, and the command that starts it. Sourced by bench/run.sh, after common.sh.
# prepare PEER sets peer_command and peer_version, or returns 1 with the reason in peer_missing. What is built or unpacked is kept in
# PEERS_DIR (build/peers), so that the next run finds it.
# shellcheck shell=bash disable=SC2034,SC2154 # what run.sh and common.sh share with it

PEERS_DIR=${PEERS_DIR:-$top/build/peers}
mkdir -p "$PEERS_DIR"

peer_names() {
    sed -n 's/^\([a-z][a-z0-9]*\) *|.*/\1/p' "$bench/peers/peers.txt"
}

# can PEER WORKLOAD
can() {
    ! sed -n "s/^$1 *|[^|]*|//p" "$bench/peers/peers.txt" | grep -qw -- "$2"
}

prepare() {
    peer_command='' peer_version='' peer_missing=''
    "prepare_$1"
}

# missing REASON
missing() {
    peer_missing=$*
    return 1
}

# quietly LOG COMMAND...: its output is kept beside the peers.
quietly() {
    local log=$PEERS_DIR/$1.log

    shift
    "$@" >"$log" 2>&1 </dev/null
}

prepare_ours() {
    peer_command=$SERVER_CMD
    peer_version=$("$build/config.status" --version | sed -n '1s/.* //p')
}

prepare_bare() {
    peer_command=$BARE_CMD
    peer_version="Linux $(uname -r)"
}

prepare_lws() {
    peer_command=$build/bench/peers/bare_lws
    peer_version=$(pkg-config --modversion libwebsockets | tr -d -)
}

# ---- Node

npm_version() {
    node -p "require('$bench/peers/node_modules/$1/package.json').version"
}

npm_packages() {
    [ -d "$bench/peers/node_modules/eiows" ] ||
        (cd "$bench/peers" && quietly npm npm ci --ignore-scripts --no-audit --no-fund)
}

prepare_node() {
    [ -z "${NODE_CMD:-}" ] || { peer_command=$NODE_CMD && return; }
    npm_packages || missing "npm ci failed: $PEERS_DIR/npm.log" || return
    peer_command="node $bench/peers/node.js"
    peer_version="socket.io $(npm_version socket.io), ws $(npm_version ws), Node $(node --version)"
}

# The package's own build would clone Node's sources, for one header that only TLS needs: ours stands in for it.
build_eiows() {
    local package=$bench/peers/node_modules/eiows npm

    npm=$(dirname "$(readlink -f "$(command -v npm)")")/..
    mkdir -p "$package/nodejs/src/node/src/crypto"
    cp "$bench/peers/eiows/crypto_tls.h" "$package/nodejs/src/node/src/crypto/"
    cd "$package" && node "$npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --nodedir="$1"
}

prepare_eiows() {
    local node_headers

    npm_packages || missing "npm ci failed: $PEERS_DIR/npm.log" || return
    node_headers=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
    [ -e "$node_headers/include/node/node.h" ] || missing "Node's headers are not installed" || return
    [ -e "$bench/peers/node_modules/eiows/dist/eiows_$(node --version).node" ] ||
        (quietly eiows build_eiows "$node_headers") || missing "it doesn't build: $PEERS_DIR/eiows.log" || return
    peer_command="node $bench/peers/node.js --engine eiows"
    peer_version="socket.io $(npm_version socket.io), eiows $(npm_version eiows), Node $(node --version)"
}

loads_uws() {
    (cd "$bench/peers" && "$@" -e 'require("@btc-vision/uwebsockets.js")') >"$PEERS_DIR/uws.log" 2>&1
}

# Its binary needs a newer C library than Debian 12 has: the next release's, unpacked beside the system's.
next_libc() {
    local site dir=$PEERS_DIR/libc

    [ ! -d "$dir/root" ] || return 0
    # shellcheck disable=SC2016 # apt-get's own variable
    site=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' | head -n 1)
    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" >"$dir/sources.list"
    cd "$dir" || return 1
    set -- apt-get -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir" -o APT::Sandbox::User=root
    "$@" update && "$@" download libc6 libstdc++6 libgcc-s1 || return 1
    for package in ./*.deb; do
        dpkg-deb -x "$package" "$dir/unpacked" || return 1
    done
    mv "$dir/unpacked" "$dir/root"
}

prepare_uws() {
    local libraries=$PEERS_DIR/libc/root/usr/lib/x86_64-linux-gnu run=(node)

    npm_packages || missing "npm ci failed: $PEERS_DIR/npm.log" || return
    if ! loads_uws node; then
        (quietly libc next_libc) || missing "its binary needs a newer C library: $PEERS_DIR/libc.log" || return
        run=("$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:/usr/lib/x86_64-linux-gnu" "$(readlink -f "$(command -v node)")")
        loads_uws "${run[@]}" || missing "its binary doesn't load: $PEERS_DIR/uws.log" || return
    fi
    peer_command="${run[*]} $bench/peers/node.js --engine uws"
    peer_version="socket.io $(npm_version socket.io), uWebSockets.js $(npm_version @btc-vision/uwebsockets.js), Node $(node --version)"
}

# ---- other languages

prepare_socketioxide() {
    local target=$PEERS_DIR/socketioxide

    command -v cargo >/dev/null || missing "cargo is not installed" || return
    quietly socketioxide cargo build --release --locked --manifest-path "$bench/peers/socketioxide/Cargo.toml" --target-dir "$target" ||
        missing "it doesn't build: $target.log" || return
    peer_command=$target/release/peer
    peer_version="$(sed -n '/^name = "socketioxide"$/{n;s/version = "\(.*\)"/\1/p}' "$bench/peers/socketioxide/Cargo.lock"), $(rustc --version | cut -d' ' -f1,2)"
}

prepare_go() {
    command -v go >/dev/null || missing "go is not installed" || return
    (cd "$bench/peers/zishang520" && quietly go go build -o "$PEERS_DIR/go-peer" .) || missing "it doesn't build: $PEERS_DIR/go.log" || return
    peer_command=$PEERS_DIR/go-peer
    peer_version="$(sed -n 's|^require github.com/zishang520/.* v||p' "$bench/peers/zishang520/go.mod"), $(go version | cut -d' ' -f3)"
}

build_netty() {
    cd "$bench/peers/netty-socketio" &&
        mvn -q dependency:copy-dependencies -DoutputDirectory="$PEERS_DIR/netty/lib" &&
        javac -cp "$PEERS_DIR/netty/lib/*" -d "$PEERS_DIR/netty/classes" src/main/java/Peer.java
}

prepare_netty() {
    local dir=$PEERS_DIR/netty

    { command -v javac && command -v mvn; } >/dev/null || missing "javac and mvn are not both installed" || return
    [ "$dir/classes/Peer.class" -nt "$bench/peers/netty-socketio/src/main/java/Peer.java" ] || (quietly netty build_netty) ||
        missing "it doesn't build: $dir.log" || return
    peer_command="java -Xmx2g -XX:+UseSerialGC -cp $dir/classes:$dir/lib/* Peer"
    peer_version="$(basename "$dir"/lib/netty-socketio-*.jar .jar | sed 's/.*-//'), $(java -version 2>&1 | sed -n '1s/"//gp')"
}

prepare_python() {
    local python=/usr/bin/python3

    "$python" -c 'import aiohttp, socketio' 2>/dev/null || missing "python3-socketio and python3-aiohttp are not both installed" || return
    peer_command="$python $bench/peers/python.py"
    peer_version=$("$python" -c 'import aiohttp, platform
from importlib.metadata import version
print(version("python-socketio") + ", aiohttp", aiohttp.__version__ + ", Python", platform.python_version())')
}
