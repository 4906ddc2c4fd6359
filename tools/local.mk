# Programs that are installed.
if HAVE_REDIS
bin_PROGRAMS += tools/sio-emit
tools_sio_emit_SOURCES = tools/sio-emit.c
tools_sio_emit_LDADD = libsocketio-redis.la libsocketio.la $(JANSSON_LIBS)
else
EXTRA_DIST += tools/sio-emit.c
endif
