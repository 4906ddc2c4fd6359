# What the examples' programs share; a convenience library, never installed.
noinst_LTLIBRARIES += libexample.la
libexample_la_SOURCES = \
	examples/common/allowance.c examples/common/allowance.h \
	examples/common/clock.h \
	examples/common/program.c examples/common/program.h \
	examples/common/reply.c examples/common/reply.h \
	examples/common/text.c examples/common/text.h
# Run from the build tree, programs find their pages and the client bundle by themselves.
libexample_la_CPPFLAGS = $(AM_CPPFLAGS) -DEXAMPLES_DIR='"$(abs_top_srcdir)/examples"'
EXAMPLE_LIBS = libexample.la libsocketio.la $(JANSSON_LIBS) $(LIBUV_LIBS)

EXTRA_DIST += \
	examples/common/README.md \
	examples/common/package.json \
	examples/common/package-lock.json \
	examples/common/public/base.css \
	examples/common/public/connection.js \
	examples/common/public/dom.js \
	examples/common/public/storage.js
