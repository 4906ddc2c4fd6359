/* Upstream's Emitter: a process without a server that publishes to those of a cluster with the
 * classic adapter. */
#include "adapters/classic_channel.h"
#include "adapters/library.h"
#include "adapters/redis_hub.h"
#include "adapters/redis_parser.h"
#include "base/alloc.h"
#include "base/json_scan.h"

#include <stdio.h>

struct sio_emitter {
    uv_loop_t own_loop, *loop;
    sio__log_t log;
    sio__redis_config_t *config;
    sio__redis_t *redis;
    char *key;
    sio_redis_parser_t parser; /* encode NULL: MessagePack */
    sio__classic_parser_t codec;
    sio__args_t args; /* of what is being emitted */
    sio__buf_t nsp, channel, out;
    size_t under_way; /* published, and Redis hasn't said so */
    uint64_t lost;    /* since the last flush */
    bool closed;
    uv_timer_t patience; /* of a flush */
    bool out_of_time;
};

static const char uid[] = "emitter";

/* ------------------------------------------------------------------------------------ its life */

static const sio__redis_events_t no_events;

static void free_memory(sio_emitter_t *emitter)
{
    sio__redis_config_unref(emitter->config);
    sio__args_free(&emitter->args);
    sio__buf_free(&emitter->nsp);
    sio__buf_free(&emitter->channel);
    sio__buf_free(&emitter->out);
    sio__free(emitter->key);
    sio__free(emitter);
}

static int open_loop(sio_emitter_t *emitter, uv_loop_t *given)
{
    emitter->loop = given ? given : &emitter->own_loop;
    return given ? 0 : uv_loop_init(&emitter->own_loop);
}

static bool set_up(sio_emitter_t *emitter, const char *url, const sio_emitter_options_t *options)
{
    const char *error;

    emitter->log.level = SIO__ERROR;
    sio__args_init(&emitter->args);
    emitter->key = sio__strdup(options->key ? options->key : "socket.io");
    emitter->config = sio__redis_config_new(url, options->connection, &error);
    if (emitter->key && !emitter->config)
        SIO__LOG(&emitter->log, SIO__ERROR, "socket.io-emitter", "%s", error);
    if (options->parser && options->parser->size >= sizeof(emitter->parser)) {
        emitter->parser = *options->parser;
        emitter->codec = sio__redis_codec(&emitter->parser);
    }
    return emitter->key && emitter->config && open_loop(emitter, options->loop) == 0;
}

sio_emitter_t *sio_emitter_new(const char *url, const sio_emitter_options_t *options)
{
    sio_emitter_options_t known = {.size = sizeof(known)};
    sio_emitter_t *emitter = sio__redis_library_ready() ? sio__calloc(1, sizeof(*emitter)) : NULL;
    sio__redis_setup_t setup = {.events = &no_events};

    if (!emitter)
        return NULL;
    if (options)
        memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    if (!set_up(emitter, url, &known)) {
        free_memory(emitter);
        return NULL;
    }
    setup.loop = emitter->loop;
    setup.log = &emitter->log;
    setup.config = emitter->config;
    setup.user = emitter;
    emitter->log.level = 0; /* sio_emitter_error() says it */
    emitter->redis = sio__redis_new(&setup);
    if (emitter->redis) {
        uv_timer_init(emitter->loop, &emitter->patience);
        emitter->patience.data = emitter;
        return emitter;
    }
    if (emitter->loop == &emitter->own_loop)
        uv_loop_close(&emitter->own_loop);
    free_memory(emitter);
    return NULL;
}

static void on_timer_closed(uv_handle_t *handle)
{
    sio_emitter_t *emitter = handle->data;

    if (emitter->loop == &emitter->own_loop)
        emitter->closed = true;
    else
        free_memory(emitter);
}

static void on_redis_closed(void *user)
{
    sio_emitter_t *emitter = user;

    uv_close((uv_handle_t *)&emitter->patience, on_timer_closed);
}

void sio_emitter_free(sio_emitter_t *emitter)
{
    if (!emitter)
        return;
    sio__redis_close(emitter->redis, on_redis_closed, emitter);
    if (emitter->loop != &emitter->own_loop)
        return;
    while (!emitter->closed)
        uv_run(&emitter->own_loop, UV_RUN_ONCE);
    uv_run(&emitter->own_loop, UV_RUN_DEFAULT);
    uv_loop_close(&emitter->own_loop);
    free_memory(emitter);
}

const char *sio_emitter_error(const sio_emitter_t *emitter)
{
    return sio__redis_error(emitter->redis);
}

/* ---------------------------------------------------------------------------------- publishing */

static void on_published(const redisReply *reply, void *user)
{
    sio_emitter_t *emitter = user;

    emitter->under_way--;
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        emitter->lost++;
}

/* A slash in front, if there is none. */
static const char *name_of(sio_emitter_t *emitter, const char *nsp)
{
    sio__buf_clear(&emitter->nsp);
    if (!nsp || nsp[0] != '/')
        sio__buf_append_char(&emitter->nsp, '/');
    sio__buf_append_str(&emitter->nsp, nsp ? nsp : "");
    sio__buf_append_char(&emitter->nsp, '\0');
    return emitter->nsp.failed ? NULL : emitter->nsp.data;
}

static int publish(sio_emitter_t *emitter, sio__cluster_message_t *message)
{
    const sio__classic_parser_t *parser = emitter->parser.encode ? &emitter->codec : NULL;
    sio__span_t channel, out;
    int error;

    sio__buf_clear(&emitter->channel);
    sio__buf_clear(&emitter->out);
    message->uid = uid;
    sio__classic_put_channel(&emitter->channel, emitter->key, message);
    error = sio__classic_encode(message, parser, &emitter->out);
    if (error || emitter->channel.failed)
        return error ? error : SIO_ENOMEM;
    channel = (sio__span_t){emitter->channel.data, emitter->channel.len};
    out = (sio__span_t){emitter->out.data, emitter->out.len};
    if (SIO__REDIS_COMMAND(emitter->redis, on_published, emitter, SIO__WORD("PUBLISH"), channel,
                           out))
        return SIO_EBACKPRESSURE;
    emitter->under_way++;
    if (emitter->loop == &emitter->own_loop)
        uv_run(emitter->loop, UV_RUN_NOWAIT);
    return SIO_OK;
}

static void on_patience_over(uv_timer_t *timer)
{
    sio_emitter_t *emitter = timer->data;

    emitter->out_of_time = true;
}

int sio_emitter_flush(sio_emitter_t *emitter, unsigned timeout_ms)
{
    uint64_t lost;

    if (emitter->loop != &emitter->own_loop)
        return SIO_ESTATE;
    emitter->out_of_time = false;
    uv_update_time(emitter->loop);
    uv_timer_start(&emitter->patience, on_patience_over, timeout_ms, 0);
    while (emitter->under_way && !emitter->out_of_time)
        uv_run(emitter->loop, UV_RUN_ONCE);
    uv_timer_stop(&emitter->patience);
    lost = emitter->lost;
    emitter->lost = 0;
    if (emitter->under_way)
        return SIO_ETIMEDOUT;
    return lost ? SIO_EDISCONNECTED : SIO_OK;
}

/* ----------------------------------------------------------------------------------- arguments */

/* Of an event that clients get. */
static int check_name(const char *name)
{
    if (!name)
        return SIO_EINVAL;
    return sio_library().reserved(name, strlen(name)) ? SIO_ERESERVED : SIO_OK;
}

static void begin_arguments(sio_emitter_t *emitter, const char *name)
{
    sio__args_clear(&emitter->args);
    sio__buf_append_char(&emitter->args.json, '[');
    sio__json_append_string(&emitter->args.json, name, strlen(name));
}

static int end_arguments(sio_emitter_t *emitter, sio__cluster_message_t *message, int error)
{
    sio__args_t *args = &emitter->args;

    if (error)
        return error;
    sio__buf_append_char(&args->json, ']');
    sio__args_finish(args);
    message->packet = (sio__span_t){args->json.data, args->json.len};
    message->attachments = (sio__attachments_t){args->bytes, args->bytes_count};
    return args->json.failed ? SIO_ENOMEM : SIO_OK;
}

static sio__audience_t audience_of(const sio_target_t *target)
{
    sio__audience_t audience = {.rooms = NULL};

    if (target) {
        audience.rooms = target->to;
        audience.except = target->except;
        audience.flags = target->flags;
    }
    return audience;
}

static int pack(sio_emitter_t *emitter, sio__cluster_message_t *message, const char *name,
                const char *format, va_list args)
{
    va_list copy;
    int error;

    begin_arguments(emitter, name);
    va_copy(copy, args);
    error = sio_library().pack(&emitter->args, format, copy);
    va_end(copy);
    return end_arguments(emitter, message, error);
}

static int emit_message(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                        sio__cluster_message_t *message)
{
    message->type = SIO__BROADCAST;
    message->nsp = name_of(emitter, nsp);
    message->audience = audience_of(target);
    return message->nsp ? publish(emitter, message) : SIO_ENOMEM;
}

int sio_emitter_emitv(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                      const char *name, const char *format, va_list args)
{
    sio__cluster_message_t message = {.type = 0};
    int error = check_name(name);

    if (!error)
        error = pack(emitter, &message, name, format, args);
    return error ? error : emit_message(emitter, nsp, target, &message);
}

int sio_emitter_emit(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                     const char *name, const char *format, ...)
{
    va_list args;
    int error;

    va_start(args, format);
    error = sio_emitter_emitv(emitter, nsp, target, name, format, args);
    va_end(args);
    return error;
}

enum { MAX_DEPTH = 10000 };

int sio_emitter_emit_text(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                          const char *name, const char *args, size_t len)
{
    return sio_emitter_emit_bytes(emitter, nsp, target, name, args, len, NULL, 0);
}

int sio_emitter_emit_bytes(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                           const char *name, const char *args, size_t len,
                           const sio_redis_bytes_t *binary, size_t count)
{
    sio__cluster_message_t message = {.type = 0};
    int error = check_name(name);

    if (error)
        return error;
    begin_arguments(emitter, name);
    if (args)
        error = sio__args_pack_text(&emitter->args, args, len, MAX_DEPTH);
    for (size_t i = 0; i < count && !error; i++)
        error = sio__args_append_bytes(&emitter->args, binary[i].data, binary[i].len);
    error = end_arguments(emitter, &message, error);
    return error ? error : emit_message(emitter, nsp, target, &message);
}

/* ------------------------------------------------------------------------------------- requests */

static int request(sio_emitter_t *emitter, const char *nsp, sio__cluster_message_t *message)
{
    message->nsp = name_of(emitter, nsp);
    return message->nsp ? publish(emitter, message) : SIO_ENOMEM;
}

int sio_emitter_sockets_join(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                             const char *const *rooms)
{
    sio__cluster_message_t message = {.type = SIO__SOCKETS_JOIN,
                                      .audience = audience_of(target),
                                      .rooms = rooms};

    return rooms ? request(emitter, nsp, &message) : SIO_EINVAL;
}

int sio_emitter_sockets_leave(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target,
                              const char *const *rooms)
{
    sio__cluster_message_t message = {.type = SIO__SOCKETS_LEAVE,
                                      .audience = audience_of(target),
                                      .rooms = rooms};

    return rooms ? request(emitter, nsp, &message) : SIO_EINVAL;
}

int sio_emitter_disconnect_sockets(sio_emitter_t *emitter, const char *nsp,
                                   const sio_target_t *target, bool close)
{
    sio__cluster_message_t message = {.type = SIO__DISCONNECT_SOCKETS,
                                      .audience = audience_of(target),
                                      .close = close};

    return request(emitter, nsp, &message);
}

int sio_emitter_server_side_emitv(sio_emitter_t *emitter, const char *nsp, const char *name,
                                  const char *format, va_list args)
{
    sio__cluster_message_t message = {.type = SIO__SERVER_SIDE_EMIT};
    int error;

    if (!name)
        return SIO_EINVAL;
    error = pack(emitter, &message, name, format, args);
    return error ? error : request(emitter, nsp, &message);
}

int sio_emitter_server_side_emit(sio_emitter_t *emitter, const char *nsp, const char *name,
                                 const char *format, ...)
{
    va_list args;
    int error;

    va_start(args, format);
    error = sio_emitter_server_side_emitv(emitter, nsp, name, format, args);
    va_end(args);
    return error;
}

int sio_emitter_server_side_emit_text(sio_emitter_t *emitter, const char *nsp, const char *name,
                                      const char *args, size_t len)
{
    sio__cluster_message_t message = {.type = SIO__SERVER_SIDE_EMIT};
    int error;

    if (!name)
        return SIO_EINVAL;
    begin_arguments(emitter, name);
    error =
        end_arguments(emitter, &message, sio__args_pack_text(&emitter->args, args, len, MAX_DEPTH));
    return error ? error : request(emitter, nsp, &message);
}
