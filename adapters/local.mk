# What keeps rooms in memory is also a part of the library for Redis.
noinst_LTLIBRARIES += libadapters.la
libadapters_la_SOURCES = \
	adapters/adapter.h \
	adapters/classic_channel.c \
	adapters/classic_channel.h \
	adapters/classic_decode.c \
	adapters/classic_encode.c \
	adapters/classic_message.h \
	adapters/cluster.c \
	adapters/cluster.h \
	adapters/cluster_decode.c \
	adapters/cluster_encode.c \
	adapters/cluster_inner.c \
	adapters/cluster_message.h \
	adapters/cluster_nodes.c \
	adapters/cluster_nodes.h \
	adapters/library.h \
	adapters/memory.c \
	adapters/message_read.c \
	adapters/message_read.h \
	adapters/message_write.c \
	adapters/message_write.h \
	adapters/pending.c \
	adapters/pending.h \
	adapters/session_codec.c \
	adapters/session_codec.h \
	adapters/session_memory.c \
	adapters/session_store.h \
	adapters/yeast.c \
	adapters/yeast.h

# The second library: for clusters, where hiredis is.
redis_sources = \
	adapters/redis_classic.c \
	adapters/redis_config.c \
	adapters/redis_config.h \
	adapters/redis_connection.c \
	adapters/redis_connection.h \
	adapters/redis_entries.c \
	adapters/redis_entries.h \
	adapters/redis_emitter.c \
	adapters/redis_hub.c \
	adapters/redis_hub.h \
	adapters/redis_library.c \
	adapters/redis_own.c \
	adapters/redis_parser.c \
	adapters/redis_parser.h \
	adapters/redis_pipeline.c \
	adapters/redis_pipeline.h \
	adapters/redis_reader.c \
	adapters/redis_reader.h \
	adapters/redis_sentinel.c \
	adapters/redis_sentinel.h \
	adapters/redis_sessions.c \
	adapters/redis_sharded.c \
	adapters/redis_shards.c \
	adapters/redis_shards.h \
	adapters/redis_slots.c \
	adapters/redis_slots.h \
	adapters/redis_stream.c \
	adapters/redis_stream.h \
	adapters/redis_streams.c \
	adapters/redis_streams.h \
	adapters/redis_subscriptions.c \
	adapters/redis_subscriptions.h \
	adapters/redis_tls.c \
	adapters/redis_tls.h \
	adapters/redis_url.c

if HAVE_REDIS
noinst_LTLIBRARIES += libredis.la
libredis_la_SOURCES = $(redis_sources)
libredis_la_CPPFLAGS = $(AM_CPPFLAGS) $(HIREDIS_CFLAGS) $(OPENSSL_CFLAGS)

lib_LTLIBRARIES += libsocketio-redis.la
libsocketio_redis_la_SOURCES =
libsocketio_redis_la_LIBADD = libredis.la libadapters.la libbase.la libsocketio.la $(REDIS_LIBS) $(LIBUV_LIBS) $(JANSSON_LIBS) \
	$(UUID_LIBS)
libsocketio_redis_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(LT_CURRENT):$(LT_REVISION):$(LT_AGE)

redisincludedir = $(includedir)/socketio
redisinclude_HEADERS = socketio/redis.h
pkgconfig_DATA += libsocketio-redis.pc
else
EXTRA_DIST += $(redis_sources) socketio/redis.h
endif

REDIS_LIBS = $(HIREDIS_LIBS) $(OPENSSL_LIBS)
# For programs that look into it.
REDIS_CONVENIENCE_LIBS = libredis.la $(CONVENIENCE_LIBS) $(REDIS_LIBS)
