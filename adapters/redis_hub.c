#include "adapters/redis_hub.h"

#include <stdio.h>
#include <stdlib.h>

const char sio__redis_library[] = "redis";

enum { DRAIN_MS = 1000 };

/* ----------------------------------------------------------------------------------- its state */

static void fill_in(const sio__redis_hub_t *hub, sio_redis_state_t *state)
{
    const char *error = "";

    if (hub->commands && sio__redis_error(hub->commands)[0])
        error = sio__redis_error(hub->commands);
    else if (hub->messages)
        error = sio__redis_error(hub->messages);
    *state = (sio_redis_state_t){
        .size = sizeof(*state),
        .status = hub->status,
        .connections = hub->commands ? sio__redis_connections(hub->commands) : 0,
        .lag_ms = hub->commands ? sio__redis_lag(hub->commands) : 0,
        .published = hub->published,
        .received = hub->received,
        .dropped = hub->dropped,
        .refused = hub->refused,
        .buffered = hub->commands ? sio__redis_buffered(hub->commands) : 0,
    };
    snprintf(state->last_error, sizeof(state->last_error), "%s",
             hub->config_error ? hub->config_error : error);
}

int sio_redis_state(sio_adapter_t *adapter, sio_redis_state_t *state)
{
    sio_redis_state_t full;
    size_t size = state ? state->size : 0;

    if (!adapter || adapter->ops->library != sio__redis_library || !size)
        return SIO_EINVAL;
    fill_in(sio__redis_hub_of(adapter), &full);
    if (size > sizeof(full))
        size = sizeof(full);
    memcpy(state, &full, size);
    state->size = size;
    return SIO_OK;
}

static enum sio_redis_status status_of(const sio__redis_hub_t *hub)
{
    if (hub->closing)
        return SIO_REDIS_CLOSED;
    return hub->commands && hub->messages && sio__redis_connected(hub->commands) &&
                   sio__redis_subscribed(hub->messages)
               ? SIO_REDIS_CONNECTED
               : SIO_REDIS_CONNECTING;
}

static void tell(sio__redis_hub_t *hub)
{
    enum sio_redis_status status = status_of(hub);
    sio_redis_state_t state;

    if (hub->changed)
        hub->changed(hub);
    if (status == hub->status)
        return;
    hub->status = status;
    if (!hub->config->on_state)
        return;
    fill_in(hub, &state);
    hub->config->on_state(&state, hub->config->user);
}

static void on_connected(sio__redis_t *redis, void *user)
{
    (void)redis;
    tell(user);
}

static void on_disconnected(sio__redis_t *redis, const char *error, void *user)
{
    (void)redis;
    (void)error;
    tell(user);
}

static void on_lost_subscription(sio__redis_t *redis, void *subscriber, const char *error,
                                 void *user)
{
    sio__redis_hub_t *hub = user;

    (void)redis;
    hub->lost_subscription(hub, subscriber, error);
}

static const sio__redis_events_t events = {
    .connected = on_connected,
    .disconnected = on_disconnected,
};

static const sio__redis_events_t events_of_moving = {
    .connected = on_connected,
    .disconnected = on_disconnected,
    .lost_subscription = on_lost_subscription,
};

/* ------------------------------------------------------------------------------------ its life */

void sio__redis_hub_init(sio__redis_hub_t *hub, const sio__maker_ops_t *ops, const char *url,
                         const sio_redis_connection_t *connection)
{
    memset(hub, 0, sizeof(*hub));
    hub->base.ops = ops;
    hub->config = sio__redis_config_new(url, connection, &hub->config_error);
}

int sio__redis_hub_open(sio_adapter_t *maker, const sio__adapter_setup_t *setup)
{
    sio__redis_hub_t *hub = sio__redis_hub_of(maker);
    sio__redis_setup_t redis = {
        .loop = setup->loop,
        .log = setup->log,
        .config = hub->config,
        .events = hub->lost_subscription ? &events_of_moving : &events,
        .user = hub,
    };

    if (!hub->config) {
        SIO__LOG(setup->log, SIO__ERROR, "socket.io-redis", "%s", hub->config_error);
        return SIO_EINVAL;
    }
    hub->loop = setup->loop;
    hub->log = setup->log;
    hub->commands = sio__redis_new(&redis);
    hub->messages = hub->commands ? sio__redis_new(&redis) : NULL;
    if (hub->messages)
        return SIO_OK;
    if (hub->commands)
        sio__redis_close(hub->commands, NULL, NULL);
    return SIO_ENOMEM;
}

void sio__redis_hub_end(sio__redis_hub_t *hub)
{
    sio__redis_config_unref(hub->config);
}

static void on_gone(void *user)
{
    sio__redis_hub_t *hub = user;

    if (--hub->open == 0)
        hub->closed(hub->closed_user);
}

static void on_drain_closed(uv_handle_t *handle)
{
    on_gone(handle->data);
}

static void close_now(sio__redis_hub_t *hub)
{
    sio__redis_t *commands = hub->commands, *messages = hub->messages;

    if (!commands)
        return;
    hub->commands = hub->messages = NULL;
    sio__redis_close(commands, on_gone, hub);
    sio__redis_close(messages, on_gone, hub);
    uv_close((uv_handle_t *)&hub->drain, on_drain_closed);
}

static void on_drained(const redisReply *reply, void *user)
{
    (void)reply;
    close_now(user);
}

static void on_drain_timeout(uv_timer_t *timer)
{
    close_now(timer->data);
}

/* What was published last is still on its way. */
void sio__redis_hub_close(sio_adapter_t *maker, void (*closed)(void *user), void *user)
{
    sio__redis_hub_t *hub = sio__redis_hub_of(maker);

    hub->closing = true;
    tell(hub);
    hub->closed = closed;
    hub->closed_user = user;
    hub->open = 3;
    uv_timer_init(hub->loop, &hub->drain);
    hub->drain.data = hub;
    if (sio__redis_connected(hub->commands) &&
        SIO__REDIS_COMMAND(hub->commands, on_drained, hub, SIO__WORD("PING")) == 0)
        uv_timer_start(&hub->drain, on_drain_timeout, DRAIN_MS, 0);
    else
        uv_timer_start(&hub->drain, on_drain_timeout, 0, 0);
}

/* --------------------------------------------------------------------------------- publishing */

static void on_published(const redisReply *reply, void *user)
{
    sio__redis_hub_t *hub = user;

    if (reply && reply->type != REDIS_REPLY_ERROR) {
        hub->published++;
        return;
    }
    hub->dropped++;
    if (reply)
        SIO__LOG(hub->log, SIO__WARN, "socket.io-redis", "not published: %s", reply->str);
}

void sio__redis_hub_publish(sio__redis_hub_t *hub, const char *command, sio__span_t channel,
                            sio__span_t message)
{
    if (!hub->commands ||
        SIO__REDIS_COMMAND(hub->commands, on_published, hub, SIO__WORD(command), channel, message))
        hub->dropped++;
}

sio__span_t sio__redis_sub_channel(sio__buf_t *scratch, const sio__buf_t *channel, const char *rest)
{
    sio__buf_clear(scratch);
    sio__buf_append(scratch, channel->data, channel->len);
    sio__buf_append_str(scratch, rest);
    sio__buf_append_char(scratch, '#');
    return scratch->failed ? (sio__span_t){NULL, 0} : sio__buf_span(scratch);
}

bool sio__redis_name_channels(sio__buf_t *channel, sio__buf_t *own, const char *prefix,
                              const char *nsp, const char *uid)
{
    sio__buf_append_str(channel, prefix);
    sio__buf_append_char(channel, '#');
    sio__buf_append_str(channel, nsp);
    sio__buf_append_char(channel, '#');
    return !channel->failed && sio__redis_sub_channel(own, channel, uid).data;
}

/* [channel, number of subscribers]; a number may come as text. */
uint64_t sio__redis_subscribers(const redisReply *reply)
{
    const redisReply *number;

    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return 0;
    number = reply->element[1];
    if (number->type == REDIS_REPLY_STRING)
        return strtoull(number->str, NULL, 10);
    return number->type == REDIS_REPLY_INTEGER && number->integer > 0 ? (uint64_t)number->integer
                                                                      : 0;
}
