socketioincludedir = $(includedir)/socketio
socketioinclude_HEADERS = socketio/socketio.h

noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES = \
	socketio/args.c \
	socketio/args.h \
	socketio/error.c \
	socketio/event.c \
	socketio/event.h \
	socketio/event_hold.c \
	socketio/format_error.c \
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
	socketio/pack.c \
	socketio/packet.c \
	socketio/packet.h \
	socketio/unpack.c \
	socketio/value.c
