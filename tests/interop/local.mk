# Stock clients against our server and against Node's, transcripts compared; and raw bytes against ours alone.
# The scenario application in C is not run by itself: run.mjs starts it.
check_PROGRAMS += tests/interop/twin
tests_interop_twin_SOURCES = \
	tests/interop/twin.c \
	tests/interop/twin.h \
	tests/interop/twin_adapter.c \
	tests/interop/twin_application.c \
	tests/interop/twin_cluster.c \
	tests/interop/twin_cors.c \
	tests/interop/twin_dynamic.c \
	tests/interop/twin_emitting.c \
	tests/interop/twin_engine.c \
	tests/interop/twin_handlers.c \
	tests/interop/twin_handshakes.c \
	tests/interop/twin_lines.h \
	tests/interop/twin_listeners.c \
	tests/interop/twin_page.c \
	tests/interop/twin_parser.c \
	tests/interop/twin_recovery.c \
	tests/interop/twin_rooms.c \
	tests/interop/twin_socket.c
nodist_tests_interop_twin_SOURCES = tests/interop/twin_lines.c
tests/interop/twin_lines.c: $(srcdir)/docs/node-to-c.md $(srcdir)/tests/node_to_c.awk
	$(AM_V_GEN)$(MKDIR_P) tests/interop && \
	{ printf '#include "tests/interop/twin_lines.h"\n' && $(AWK) -v only_core=1 -f $(srcdir)/tests/node_to_c.awk $(srcdir)/docs/node-to-c.md; } >$@.tmp && \
	mv $@.tmp $@
CLEANFILES += tests/interop/twin_lines.c
tests_interop_twin_LDADD = libsocketio.la $(JANSSON_LIBS) $(LIBUV_LIBS)
if HAVE_REDIS
tests_interop_twin_CPPFLAGS = $(AM_CPPFLAGS) -DHAVE_REDIS
tests_interop_twin_LDADD += libsocketio-redis.la
endif
EXTRA_DIST += \
	tests/interop/api.mjs \
	tests/interop/conformance_reference.mjs \
	tests/interop/differences.mjs \
	tests/interop/lib/adapters.mjs \
	tests/interop/lib/application.mjs \
	tests/interop/lib/application_cluster.mjs \
	tests/interop/lib/application_dynamic.mjs \
	tests/interop/lib/application_engine.mjs \
	tests/interop/lib/application_handlers.mjs \
	tests/interop/lib/application_handshakes.mjs \
	tests/interop/lib/application_page.mjs \
	tests/interop/lib/application_recovery.mjs \
	tests/interop/lib/certificate.mjs \
	tests/interop/lib/context.mjs \
	tests/interop/lib/diff.mjs \
	tests/interop/lib/options.mjs \
	tests/interop/lib/page.mjs \
	tests/interop/lib/parser.mjs \
	tests/interop/lib/proxy.mjs \
	tests/interop/lib/raw.mjs \
	tests/interop/lib/raw_v3.mjs \
	tests/interop/lib/recovering.mjs \
	tests/interop/lib/reporter.mjs \
	tests/interop/lib/runner.mjs \
	tests/interop/lib/server.mjs \
	tests/interop/lib/show.mjs \
	tests/interop/lib/split_parser.mjs \
	tests/interop/lib/stock.mjs \
	tests/interop/lib/stock_old.mjs \
	tests/interop/lib/transcript.mjs \
	tests/interop/package-lock.json \
	tests/interop/package.json \
	tests/interop/parity.mjs \
	tests/interop/python_client.py \
	tests/interop/reference.mjs \
	tests/interop/run.mjs \
	tests/interop/scenarios.mjs \
	tests/interop/scenarios/acks.mjs \
	tests/interop/scenarios/addresses.mjs \
	tests/interop/scenarios/allow-request.mjs \
	tests/interop/scenarios/binary.mjs \
	tests/interop/scenarios/client-bundle.mjs \
	tests/interop/scenarios/clients-count.mjs \
	tests/interop/scenarios/cluster.mjs \
	tests/interop/scenarios/compression-raw.mjs \
	tests/interop/scenarios/compression.mjs \
	tests/interop/scenarios/connect-timeout.mjs \
	tests/interop/scenarios/conn.mjs \
	tests/interop/scenarios/connect.mjs \
	tests/interop/scenarios/cors.mjs \
	tests/interop/scenarios/dynamic.mjs \
	tests/interop/scenarios/echo.mjs \
	tests/interop/scenarios/eio3-raw.mjs \
	tests/interop/scenarios/eio3.mjs \
	tests/interop/scenarios/engine-use.mjs \
	tests/interop/scenarios/handlers.mjs \
	tests/interop/scenarios/handshake-raw.mjs \
	tests/interop/scenarios/headers.mjs \
	tests/interop/scenarios/heartbeat.mjs \
	tests/interop/scenarios/http-errors.mjs \
	tests/interop/scenarios/http-keep-alive.mjs \
	tests/interop/scenarios/http-targets.mjs \
	tests/interop/scenarios/initial-packet.mjs \
	tests/interop/scenarios/limits.mjs \
	tests/interop/scenarios/listeners.mjs \
	tests/interop/scenarios/max-attachments.mjs \
	tests/interop/scenarios/middlewares.mjs \
	tests/interop/scenarios/msgpack-raw.mjs \
	tests/interop/scenarios/msgpack.mjs \
	tests/interop/scenarios/namespaces.mjs \
	tests/interop/scenarios/node-to-c.mjs \
	tests/interop/scenarios/parsers-json.mjs \
	tests/interop/scenarios/parsers-raw.mjs \
	tests/interop/scenarios/parsers-split.mjs \
	tests/interop/scenarios/polling.mjs \
	tests/interop/scenarios/python.mjs \
	tests/interop/scenarios/raw-json-verbatim.mjs \
	tests/interop/scenarios/raw-json.mjs \
	tests/interop/scenarios/raw-packets.mjs \
	tests/interop/scenarios/reasons.mjs \
	tests/interop/scenarios/recovery-raw.mjs \
	tests/interop/scenarios/recovery-reasons.mjs \
	tests/interop/scenarios/recovery.mjs \
	tests/interop/scenarios/rooms.mjs \
	tests/interop/scenarios/settings.mjs \
	tests/interop/scenarios/shutdown-raw.mjs \
	tests/interop/scenarios/shutdown.mjs \
	tests/interop/scenarios/stream.mjs \
	tests/interop/scenarios/unix-socket.mjs \
	tests/interop/scenarios/upgrade.mjs \
	tests/interop/scenarios/websocket.mjs \
	tests/wire/cases/engine.mjs \
	tests/wire/cases/flood.mjs \
	tests/wire/cases/frames.mjs \
	tests/wire/cases/handshake.mjs \
	tests/wire/cases/http.mjs \
	tests/wire/cases/packets.mjs \
	tests/wire/cases/ws-echo.mjs \
	tests/wire/lib/children.mjs \
	tests/wire/lib/conformance.mjs \
	tests/wire/lib/frames.mjs \
	tests/wire/lib/rawhttp.mjs \
	tests/wire/lib/rawws.mjs \
	tests/wire/lib/wait.mjs \
	tests/wire/lib/wire.mjs \
	tests/wire/run.mjs
