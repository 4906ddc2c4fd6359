noinst_PROGRAMS += examples/embed-lws/embed_lws
examples_embed_lws_embed_lws_SOURCES = \
	examples/embed-lws/embed_lws.c \
	examples/embed-lws/site.c \
	examples/embed-lws/site.h
examples_embed_lws_embed_lws_CPPFLAGS = $(AM_CPPFLAGS) -DPAGE_DIR='"$(abs_top_srcdir)/examples/embed-lws/public"'
examples_embed_lws_embed_lws_LDADD = libsocketio.la $(LWS_LIBS) $(LIBUV_LIBS)
EXTRA_DIST += examples/embed-lws/README.md examples/embed-lws/demo.sh examples/embed-lws/public/index.html
