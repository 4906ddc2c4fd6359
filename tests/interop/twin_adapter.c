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

/* ------------------------------------------------------------------------------------ a parser
 * As lib/adapters.mjs has it: "J", then pieces, each behind its length: JSON, in which placeholders
 * stand for the others. */

static void write_piece(sio_redis_output_t *output, const void *bytes, size_t len)
{
    const unsigned char length[4] = {(unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                     (unsigned char)(len >> 8), (unsigned char)len};

    sio_redis_write(output, length, sizeof(length));
    sio_redis_write(output, bytes, len);
}

static int encode(const char *json, size_t len, const sio_redis_bytes_t *binary, size_t count,
                  sio_redis_output_t *output, void *user)
{
    (void)user;
    sio_redis_write(output, "J", 1);
    write_piece(output, json, len);
    for (size_t i = 0; i < count; i++)
        write_piece(output, binary[i].data, binary[i].len);
    return 0;
}

/* Takes the first piece of what is left of a message. */
static bool read_piece(sio_redis_bytes_t *left, sio_redis_bytes_t *piece)
{
    const unsigned char *at = left->data;
    size_t len;

    if (left->len < 4)
        return false;
    len = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (len > left->len - 4)
        return false;
    *piece = (sio_redis_bytes_t){at + 4, len};
    *left = (sio_redis_bytes_t){at + 4 + len, left->len - 4 - len};
    return true;
}

static const char placeholder[] = "{\"_placeholder\":true,\"num\":";

/* The text of a placeholder can't be part of another text: there its quotes are escaped. */
static const char *find_placeholder(const char *json, const char *end)
{
    return memmem(json, (size_t)(end - json), placeholder, sizeof(placeholder) - 1);
}

static int decode(const void *message, size_t len, sio_redis_output_t *output, void *user)
{
    sio_redis_bytes_t left = {(const char *)message + 1, len - 1}, json, piece;
    const char *at, *end, *found;

    (void)user;
    if (len < 1 || *(const char *)message != 'J' || !read_piece(&left, &json))
        return -1;
    at = json.data;
    end = at + json.len;
    while ((found = find_placeholder(at, end))) {
        const char *closing = memchr(found, '}', (size_t)(end - found));

        if (!closing || !read_piece(&left, &piece))
            return -1;
        sio_redis_write(output, at, (size_t)(found - at));
        sio_redis_write_binary(output, piece.data, piece.len);
        at = closing + 1;
    }
    sio_redis_write(output, at, (size_t)(end - at));
    return left.len ? -1 : 0;
}

/* ------------------------------------------------------------------------------------ adapters */

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

static const char *const status_names[] = {"connecting", "connected", "closed"};

static void report_status(const sio_redis_state_t *state, void *user)
{
    struct twin *app = user;

    if (app->control) /* which is not to be published itself */
        sio_emit_to(app->control, SIO_TARGET(.flags = SIO_LOCAL), "report", "ss", "redis",
                    status_names[state->status]);
}

static sio_adapter_t *new_adapter(struct twin *app, const struct twin_adapter *wanted)
{
    static char session_prefix[128];
    const sio_redis_connection_t *connection =
        SIO_REDIS_CONNECTION(.retry_max_ms = 500, .buffer_limit = wanted->buffer_limit,
                             .sentinels = wanted->sentinels[0] ? wanted->sentinels : NULL,
                             .on_state = report_status, .user_data = app);

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

/* -------------------------------------------------------------------------------- their state */

static void on_redis_state(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct twin *app = user;
    sio_redis_state_t state = {.size = sizeof(state)};

    (void)socket;
    if (sio_redis_state(app->adapter, &state))
        sio_ack(event, "n");
    else
        sio_ack(event, "{s:s, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:s}", "status",
                status_names[state.status], "connections", (int)state.connections, "lag",
                (int)state.lag_ms, "published", (json_int_t)state.published, "received",
                (json_int_t)state.received, "dropped", (json_int_t)state.dropped, "refused",
                (json_int_t)state.refused, "buffered", (json_int_t)state.buffered, "error",
                state.last_error);
}

int twin_set_adapter(struct twin *app, const struct twin_adapter *wanted)
{
    if (!wanted->name)
        return SIO_OK;
    app->adapter = new_adapter(app, wanted);
    return sio_set_adapter(app->io, app->adapter);
}

void twin_install_redis_state(sio_namespace_t *nsp, struct twin *app)
{
    sio_namespace_on(nsp, "redis state", on_redis_state, app);
}

#else

int twin_set_adapter(struct twin *app, const struct twin_adapter *wanted)
{
    (void)app;
    return wanted->name ? SIO_ENOTSUP : SIO_OK;
}

void twin_install_redis_state(sio_namespace_t *nsp, struct twin *app)
{
    (void)nsp;
    (void)app;
}

#endif
