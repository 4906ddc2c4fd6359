noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	base/alloc.c \
	base/alloc.h \
	base/base64.c \
	base/base64.h \
	base/buf.c \
	base/buf.h \
	base/hex.h \
	base/id.c \
	base/id.h \
	base/list.h \
	base/log.c \
	base/log.h \
	base/map.c \
	base/map.h \
	base/sha1.c \
	base/sha1.h \
	base/siphash.c \
	base/span.h \
	base/utf8.c \
	base/utf8.h \
	base/wheel.c \
	base/wheel.h
