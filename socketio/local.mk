socketioincludedir = $(includedir)/socketio
socketioinclude_HEADERS = socketio/socketio.h

noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES = \
	socketio/args.h \
	socketio/event.h \
	socketio/js_number.c \
	socketio/js_number.h \
	socketio/json_number.c \
	socketio/json_placeholder.c \
	socketio/json_scan.c \
	socketio/json_scan.h \
	socketio/json_string.c \
	socketio/packet.c \
	socketio/packet.h
