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

/* JSON behind a letter, as lib/adapters.mjs has it. Binary values aren't tested with it. */
static int encode(const char *json, size_t len, const sio_redis_bytes_t *binary, size_t count,
                  sio_redis_output_t *output, void *user)
{
    (void)binary;
    (void)user;
    sio_redis_write(output, "J", 1);
    sio_redis_write(output, json, len);
    return count ? -1 : 0;
}

static int decode(const void *message, size_t len, sio_redis_output_t *output, void *user)
{
    const char *bytes = message;

    (void)user;
    if (bytes[0] != 'J')
        return -1;
    sio_redis_write(output, bytes + 1, len - 1);
    return 0;
}

static sio_adapter_t *new_classic(const struct twin_adapter *wanted,
                                  const sio_redis_connection_t *connection)
{
    const sio_redis_parser_t parser = {sizeof(parser), encode, decode, NULL};

    return sio_redis_adapter(wanted->redis,
                             SIO_REDIS_OPTIONS(.connection = connection, .key = wanted->prefix,
                                               .requests_timeout_ms = wanted->requests_timeout_ms,
                                               .publish_on_specific_response_channel =
                                                   wanted->specific_responses,
                                               .parser = wanted->json_parser ? &parser : NULL));
}

static sio_adapter_t *new_adapter(const struct twin_adapter *wanted)
{
    static char session_prefix[128];
    const sio_redis_connection_t *connection = SIO_REDIS_CONNECTION(.retry_max_ms = 500);

    if (strcmp(wanted->name, "classic") == 0)
        return new_classic(wanted, connection);
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
