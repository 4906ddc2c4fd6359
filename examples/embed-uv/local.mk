noinst_PROGRAMS += examples/embed-uv/embed_uv
examples_embed_uv_embed_uv_SOURCES = examples/embed-uv/embed_uv.c
examples_embed_uv_embed_uv_LDADD = libsocketio.la $(LIBUV_LIBS)
EXTRA_DIST += examples/embed-uv/README.md examples/embed-uv/demo.sh
