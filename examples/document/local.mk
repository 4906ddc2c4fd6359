noinst_PROGRAMS += examples/document/document
examples_document_document_SOURCES = \
	examples/document/main.c \
	examples/document/desk.c examples/document/desk.h \
	examples/document/document.c examples/document/document.h \
	examples/document/events.c examples/document/events.h \
	examples/document/ot.c examples/document/ot.h \
	examples/document/shelf.c examples/document/shelf.h
if HAVE_REDIS
examples_document_document_CPPFLAGS = $(AM_CPPFLAGS) -DHAVE_REDIS
examples_document_document_LDADD = libsocketio-redis.la $(EXAMPLE_LIBS)
else
examples_document_document_LDADD = $(EXAMPLE_LIBS)
endif

EXTRA_DIST += \
	examples/document/README.md \
	examples/document/public/cursors.js \
	examples/document/public/document.js \
	examples/document/public/index.html \
	examples/document/public/ot.js \
	examples/document/public/session.js \
	examples/document/public/style.css
