socketioincludedir = $(includedir)/socketio
socketioinclude_HEADERS = socketio/socketio.h

noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES = \
	socketio/ack.c \
	socketio/ack.h \
	socketio/args.c \
	socketio/args.h \
	socketio/broadcast.c \
	socketio/client.c \
	socketio/client.h \
	socketio/client_bundle.c \
	socketio/emit.c \
	socketio/emit.h \
	socketio/encoder.c \
	socketio/encoder.h \
	socketio/error.c \
	socketio/event.c \
	socketio/event.h \
	socketio/event_hold.c \
	socketio/files.c \
	socketio/files.h \
	socketio/format_error.c \
	socketio/handle_ack.c \
	socketio/handle_connect.c \
	socketio/handle_disconnect.c \
	socketio/handle_event.c \
	socketio/handlers.c \
	socketio/handshake.c \
	socketio/jansson_write.c \
	socketio/js_number.c \
	socketio/js_number.h \
	socketio/json_number.c \
	socketio/json_parse.c \
	socketio/json_placeholder.c \
	socketio/json_scan.c \
	socketio/json_scan.h \
	socketio/json_string.c \
	socketio/json_walk.c \
	socketio/json_walk.h \
	socketio/listeners.c \
	socketio/listeners.h \
	socketio/middleware.c \
	socketio/middleware.h \
	socketio/namespace.c \
	socketio/namespace.h \
	socketio/next.c \
	socketio/next.h \
	socketio/options.c \
	socketio/pack.c \
	socketio/packet.c \
	socketio/packet.h \
	socketio/post.c \
	socketio/request.c \
	socketio/request.h \
	socketio/server.c \
	socketio/server.h \
	socketio/signals.c \
	socketio/socket.c \
	socketio/socket.h \
	socketio/static_files.c \
	socketio/stats.c \
	socketio/texts.c \
	socketio/texts.h \
	socketio/unpack.c \
	socketio/value.c
