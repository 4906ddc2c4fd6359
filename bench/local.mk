# The benchmark's programs. Not built by make or make check: `make bench' builds and runs them.
bench_programs = \
	bench/load/sioload \
	bench/peers/bare_epoll \
	bench/peers/bare_lws \
	bench/server

EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

bench_load_sioload_SOURCES = \
	bench/load/broadcast.c \
	bench/load/buffer.c bench/load/buffer.h \
	bench/load/churn.c \
	bench/load/client.c bench/load/client.h \
	bench/load/clock.h \
	bench/load/conn.c bench/load/conn.h \
	bench/load/crowd.c bench/load/crowd.h \
	bench/load/faults.c bench/load/faults.h \
	bench/load/frame.c bench/load/frame.h \
	bench/load/histogram.c bench/load/histogram.h \
	bench/load/http.c bench/load/http.h \
	bench/load/idle.c \
	bench/load/ledger.c bench/load/ledger.h \
	bench/load/load.h \
	bench/load/loop.c bench/load/loop.h \
	bench/load/main.c \
	bench/load/measure.c bench/load/measure.h \
	bench/load/memory.c bench/load/memory.h \
	bench/load/options.c bench/load/options.h \
	bench/load/payload.c bench/load/payload.h \
	bench/load/poller.c bench/load/poller.h \
	bench/load/polling.c \
	bench/load/process.c bench/load/process.h \
	bench/load/relay.c \
	bench/load/report.c bench/load/report.h \
	bench/load/roundtrip.c \
	bench/load/shape.c bench/load/shape.h
bench_load_sioload_LDADD =

bench_peers_bare_epoll_SOURCES = bench/peers/bare_epoll.c bench/peers/bare_reply.c bench/peers/bare_reply.h
bench_peers_bare_epoll_LDADD =

bench_peers_bare_lws_SOURCES = bench/peers/bare_lws.c bench/peers/bare_reply.c bench/peers/bare_reply.h
bench_peers_bare_lws_LDADD = $(LWS_LIBS) $(LIBUV_LIBS)

bench_server_SOURCES = bench/server.c
bench_server_LDADD = libsocketio.la

EXTRA_DIST += \
	bench/cluster.mjs \
	bench/cluster.sh \
	bench/.shellcheckrc \
	bench/README.md \
	bench/common.sh \
	bench/instructions.sh \
	bench/instructions.txt \
	bench/page.js \
	bench/peers.sh \
	bench/plot.js \
	bench/results.js \
	bench/run.sh \
	bench/selftest.sh \
	bench/syscalls.sh \
	bench/table.js \
	bench/workloads.txt \
	bench/peers/eiows/crypto_tls.h \
	bench/peers/faulty.js \
	bench/peers/netty-socketio/pom.xml \
	bench/peers/netty-socketio/src/main/java/Peer.java \
	bench/peers/node.js \
	bench/peers/package.json \
	bench/peers/package-lock.json \
	bench/peers/peers.txt \
	bench/peers/python.py \
	bench/peers/socketioxide/Cargo.lock \
	bench/peers/socketioxide/Cargo.toml \
	bench/peers/socketioxide/src/main.rs \
	bench/peers/zishang520/go.mod \
	bench/peers/zishang520/go.sum \
	bench/peers/zishang520/main.go

.PHONY: bench
bench: $(bench_programs)
	BUILD_DIR='$(abs_builddir)' '$(srcdir)/bench/run.sh'
