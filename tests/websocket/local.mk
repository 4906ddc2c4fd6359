# Plain WebSocket endpoints. The servers are not run by themselves: run.mjs starts them.
check_PROGRAMS += tests/websocket/plain_server tests/websocket/vhost_server
tests_websocket_plain_server_SOURCES = tests/websocket/plain_server.c
tests_websocket_plain_server_LDADD = libsocketio.la $(JANSSON_LIBS) $(LIBUV_LIBS)
tests_websocket_vhost_server_SOURCES = tests/websocket/vhost_server.c
tests_websocket_vhost_server_LDADD = libsocketio.la $(LWS_LIBS) $(LIBUV_LIBS)
if HAVE_REDIS
tests_websocket_plain_server_CPPFLAGS = $(AM_CPPFLAGS) -DHAVE_REDIS
tests_websocket_plain_server_LDADD += libsocketio-redis.la
endif
EXTRA_DIST += tests/websocket/plain.mjs tests/websocket/run.mjs tests/websocket/vhost.mjs
