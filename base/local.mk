noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	base/alloc.c \
	base/alloc.h \
	base/base64.c \
	base/base64.h \
	base/buf.c \
	base/buf.h \
	base/id.h \
	base/list.h \
	base/log.h \
	base/map.h \
	base/sha1.c \
	base/sha1.h \
	base/span.h \
	base/utf8.h \
	base/wheel.h
