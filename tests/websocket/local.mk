# Plain WebSocket endpoints. The server is not run by itself: run.mjs starts it.
check_PROGRAMS += tests/websocket/plain_server
tests_websocket_plain_server_SOURCES = tests/websocket/plain_server.c
tests_websocket_plain_server_LDADD = libsocketio.la $(JANSSON_LIBS) $(LIBUV_LIBS)
EXTRA_DIST += tests/websocket/run.mjs
