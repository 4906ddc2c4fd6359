/* The adapter of a cluster, as lib/adapters.mjs makes Node's. */
#include "tests/interop/twin.h"

#include <stdio.h>
#include <string.h>

#ifdef HAVE_REDIS
#include <socketio/redis.h>

static enum sio_redis_subscription_mode mode_named(const char *name)
{
    if (name && strcmp(name, "static") == 0)
        return SIO_REDIS_STATIC;
    if (name && strcmp(name, "dynamic-private") == 0)
        return SIO_REDIS_DYNAMIC_PRIVATE;
    return SIO_REDIS_DYNAMIC;
}

static sio_adapter_t *new_adapter(const struct twin_adapter *wanted)
{
    static char session_prefix[128];
    const sio_redis_connection_t *connection = SIO_REDIS_CONNECTION(.retry_max_ms = 500);

    if (strcmp(wanted->name, "sharded") == 0)
        return sio_redis_sharded_adapter(wanted->redis,
                                         SIO_REDIS_SHARDED(.connection = connection,
                                                           .channel_prefix = wanted->prefix,
                                                           .subscription_mode =
                                                               mode_named(wanted->mode)));
    if (strcmp(wanted->name, "streams") != 0)
        return NULL;
    snprintf(session_prefix, sizeof(session_prefix),
             "%s:session:", wanted->prefix ? wanted->prefix : "sio");
    return sio_redis_streams_adapter(
        wanted->redis,
        SIO_REDIS_STREAMS(.connection = connection, .stream_name = wanted->prefix,
                          .channel_prefix = wanted->prefix, .session_key_prefix = session_prefix,
                          .stream_count = wanted->stream_count, .max_len = wanted->max_len,
                          .sharded_pubsub = wanted->sharded_pubsub));
}

int twin_set_adapter(sio_server_t *io, const struct twin_adapter *wanted)
{
    return wanted->name ? sio_set_adapter(io, new_adapter(wanted)) : SIO_OK;
}

#else

int twin_set_adapter(sio_server_t *io, const struct twin_adapter *wanted)
{
    (void)io;
    return wanted->name ? SIO_ENOTSUP : SIO_OK;
}

#endif
