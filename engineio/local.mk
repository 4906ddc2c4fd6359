noinst_LTLIBRARIES += libengineio.la
libengineio_la_SOURCES = \
	engineio/cookie.h \
	engineio/cors.h \
	engineio/engine.h \
	engineio/http_body.c \
	engineio/http_chars.c \
	engineio/http_chars.h \
	engineio/http_head.c \
	engineio/http_parser.h \
	engineio/loop.h \
	engineio/message.h \
	engineio/packet.c \
	engineio/packet.h \
	engineio/payload.c \
	engineio/query.c \
	engineio/query.h \
	engineio/ws_frame.c \
	engineio/ws_frame.h
