#include "adapters/redis_connection.h"

#include "adapters/redis_pipeline.h"
#include "adapters/redis_sentinel.h"
#include "adapters/redis_stream.h"
#include "adapters/redis_subscriptions.h"
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

static const char area[] = "socket.io-redis";

typedef enum phase {
    WAITING,    /* for the next attempt */
    SEARCHING,  /* asking sentinels */
    CONNECTING, /* the stream isn't open */
    GREETING,   /* logging in */
    READY,
    CLOSED
} phase_t;

struct sio__redis {
    uv_loop_t *loop;
    const sio__log_t *log;
    sio__redis_config_t *config;
    const sio__redis_login_t *login;
    int database;
    const sio__redis_events_t *events;
    void *user;
    sio__redis_address_t address; /* its own, or the master's */
    bool fixed_address, once, ask_role;
    bool subscribes; /* and does nothing else */

    phase_t phase;
    unsigned attempts, connections;
    uv_timer_t timer;     /* the limit of an attempt, or the time before the next one */
    uv_timer_t heartbeat; /* while READY */
    sio__redis_search_t *search;
    sio__redis_stream_t *stream;
    redisReader *reader;
    unsigned greeting_left;
    uint64_t heard_at; /* of the server */
    bool pinging;
    unsigned last_lag;
    char error[160];

    sio__redis_pipeline_t pipeline;
    sio__buf_t writing; /* memory on its way to the stream */
    sio__subscriptions_t subscriptions;
    bool was_subscribed;

    unsigned things; /* timers, streams and searches that libuv isn't done with */
    void (*closed)(void *user);
    void *closed_user;
};

static void attempt(sio__redis_t *redis);

/* ---------------------------------------------------------------------------------- its end */

static void on_thing_gone(void *user)
{
    sio__redis_t *redis = user;

    if (--redis->things || redis->phase != CLOSED)
        return;
    sio__redis_pipeline_free(&redis->pipeline);
    sio__buf_free(&redis->writing);
    sio__subscriptions_free(&redis->subscriptions);
    sio__redis_address_free(&redis->address);
    sio__redis_config_unref(redis->config);
    if (redis->closed)
        redis->closed(redis->closed_user);
    sio__free(redis);
}

static void on_timer_closed(uv_handle_t *handle)
{
    on_thing_gone(handle->data);
}

static void on_search_gone(void *user)
{
    on_thing_gone(user);
}

/* The stream, and what is known of the answers on it. */
static void disconnect(sio__redis_t *redis)
{
    uv_timer_stop(&redis->timer);
    uv_timer_stop(&redis->heartbeat);
    if (redis->search)
        sio__redis_search_cancel(redis->search);
    if (redis->stream)
        sio__redis_stream_close(redis->stream);
    if (redis->reader)
        redisReaderFree(redis->reader);
    redis->search = NULL;
    redis->stream = NULL;
    redis->reader = NULL;
    redis->pinging = false;
    redis->was_subscribed = false;
    sio__subscriptions_unconfirm_all(&redis->subscriptions);
}

/* Whoever waits for what was sent waits in vain; what wasn't stays. */
static void lose(sio__redis_t *redis, bool all)
{
    sio__redis_call_t call;

    while (all ? sio__redis_pipeline_pop(&redis->pipeline, &call)
               : sio__redis_pipeline_pop_taken(&redis->pipeline, &call))
        if (call.fn)
            call.fn(NULL, call.user);
}

void sio__redis_close(sio__redis_t *redis, void (*closed)(void *user), void *user)
{
    if (redis->phase == CLOSED)
        return;
    redis->phase = CLOSED;
    redis->closed = closed;
    redis->closed_user = user;
    disconnect(redis);
    lose(redis, true);
    uv_close((uv_handle_t *)&redis->heartbeat, on_timer_closed);
    uv_close((uv_handle_t *)&redis->timer, on_timer_closed);
}

/* -------------------------------------------------------------------------------- attempts */

static void on_retry(uv_timer_t *timer)
{
    attempt(timer->data);
}

/* Doubled each time; half of it is left to chance, so that not all come back at once. */
static uint64_t retry_delay(const sio__redis_t *redis)
{
    uint64_t delay = redis->config->retry_min_ms, chance;

    for (unsigned i = 1; i < redis->attempts && delay < redis->config->retry_max_ms; i++)
        delay *= 2;
    if (delay > redis->config->retry_max_ms)
        delay = redis->config->retry_max_ms;
    if (uv_random(NULL, NULL, &chance, sizeof(chance), 0, NULL))
        chance = uv_hrtime();
    return delay / 2 + chance % (delay / 2 + 1);
}

static void fail(sio__redis_t *redis, const char *error)
{
    bool was_ready = redis->phase == READY;

    if (redis->phase == CLOSED || redis->phase == WAITING)
        return;
    snprintf(redis->error, sizeof(redis->error), "%s", error);
    SIO__LOG(redis->log, was_ready || redis->attempts == 1 ? SIO__WARN : SIO__DEBUG, area,
             "%s%s%s: %s", redis->address.host ? redis->address.host : "",
             redis->address.path ? redis->address.path : "",
             was_ready ? ": disconnected" : ": not connected", redis->error);
    redis->phase = WAITING;
    disconnect(redis);
    lose(redis, false);
    if (redis->phase != WAITING)
        return;
    if (!redis->once)
        uv_timer_start(&redis->timer, on_retry, retry_delay(redis), 0);
    if (redis->events->disconnected)
        redis->events->disconnected(redis, redis->error, redis->user);
}

static void on_attempt_timeout(uv_timer_t *timer)
{
    fail(timer->data, "no answer in time");
}

/* --------------------------------------------------------------------------------- heartbeat */

static void on_pong(const redisReply *reply, void *user)
{
    sio__redis_t *redis = user;

    redis->pinging = false;
    if (!reply || redis->phase != READY)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        fail(redis, reply->str);
    else if (redis->ask_role && reply->type == REDIS_REPLY_ARRAY && reply->elements &&
             reply->element[0]->str && strcmp(reply->element[0]->str, "slave") == 0)
        fail(redis, "it is no master any more");
}

/* With sentinels the question is also whether it is the master still. */
static sio__span_t heartbeat_word(const sio__redis_t *redis)
{
    return redis->ask_role && !redis->subscribes ? SIO__WORD("ROLE") : SIO__WORD("PING");
}

static void on_heartbeat(uv_timer_t *timer)
{
    sio__redis_t *redis = timer->data;
    uint64_t silent = uv_now(redis->loop) - redis->heard_at;
    sio__span_t word = heartbeat_word(redis);

    if (sio__redis_pipeline_first(&redis->pipeline) && silent >= redis->config->ping_timeout_ms)
        fail(redis, "no answer to a ping");
    else if (!redis->pinging)
        redis->pinging = sio__redis_command(redis, &word, 1, on_pong, redis) == 0;
}

static void start_heartbeat(sio__redis_t *redis)
{
    uint64_t interval = redis->config->ping_interval_ms;

    if (interval > redis->config->ping_timeout_ms)
        interval = redis->config->ping_timeout_ms;
    uv_timer_start(&redis->heartbeat, on_heartbeat, interval, interval);
}

/* ------------------------------------------------------------------------------- subscribing */

static const char *const subscribe_words[] = {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"};
static const char *const unsubscribe_words[] = {"UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"};

static void tell_if_subscribed(sio__redis_t *redis)
{
    if (redis->was_subscribed || !sio__redis_subscribed(redis))
        return;
    redis->was_subscribed = true;
    if (redis->events->connected)
        redis->events->connected(redis, redis->user);
}

static void drop_subscription(sio__redis_t *redis, sio__subscription_t *subscription,
                              const char *error)
{
    void *subscriber = subscription->subscriber;

    sio__redis_pipeline_forget(&redis->pipeline, subscription);
    sio__subscriptions_remove(&redis->subscriptions, subscription);
    redis->events->lost_subscription(redis, subscriber, error, redis->user);
}

/* Its answer is a message of its own kind, unless it is an error. */
static void on_subscribed(const redisReply *reply, void *user)
{
    (void)reply;
    (void)user;
}

static void on_unsubscribed(const redisReply *reply, void *user)
{
    (void)reply;
    (void)user;
}

static int send_subscribe(sio__redis_t *redis, sio__subscription_t *subscription)
{
    return SIO__REDIS_COMMAND(redis, on_subscribed, subscription,
                              SIO__WORD(subscribe_words[subscription->kind]),
                              sio__subscription_channel(subscription));
}

int sio__redis_subscribe(sio__redis_t *redis, sio__redis_kind_t kind, sio__span_t channel,
                         sio__redis_message_fn fn, void *subscriber)
{
    sio__subscription_t *subscription =
        sio__subscriptions_add(&redis->subscriptions, kind, channel);

    redis->subscribes = true;
    if (!subscription)
        return -1;
    subscription->fn = fn;
    subscription->subscriber = subscriber;
    if (redis->phase == READY && !subscription->confirmed && send_subscribe(redis, subscription))
        fail(redis, "out of memory");
    return 0;
}

void sio__redis_unsubscribe(sio__redis_t *redis, sio__redis_kind_t kind, sio__span_t channel)
{
    sio__subscription_t *subscription =
        sio__subscriptions_find(&redis->subscriptions, kind, channel);

    if (!subscription)
        return;
    if (redis->phase == READY)
        SIO__REDIS_COMMAND(redis, on_unsubscribed, NULL, SIO__WORD(unsubscribe_words[kind]),
                           channel);
    sio__redis_pipeline_forget(&redis->pipeline, subscription);
    sio__subscriptions_remove(&redis->subscriptions, subscription);
    tell_if_subscribed(redis);
}

bool sio__redis_subscribed(const sio__redis_t *redis)
{
    return redis->phase == READY && redis->subscriptions.unconfirmed == 0;
}

static void subscribe_to_all(sio__redis_t *redis)
{
    sio__list_t *all = &redis->subscriptions.all;

    for (sio__list_t *node = all->next; node != all; node = node->next) {
        if (send_subscribe(redis, SIO__CONTAINER(node, sio__subscription_t, link))) {
            fail(redis, "out of memory");
            return;
        }
    }
}

/* ------------------------------------------------------------------------------- what comes in */

static bool is_word(const redisReply *reply, const char *word)
{
    return reply->str && strcmp(reply->str, word) == 0;
}

static sio__span_t text_of(const redisReply *reply)
{
    return (sio__span_t){reply->str ? reply->str : "", reply->str ? (size_t)reply->len : 0};
}

/* ["message", channel, text], ["pmessage", pattern, channel, text], ["smessage", channel, text] */
static bool take_message(sio__redis_t *redis, const redisReply *reply)
{
    static const char *const words[] = {"message", "pmessage", "smessage"};
    const sio__subscription_t *subscription;
    size_t last = reply->elements - 1;

    for (sio__redis_kind_t kind = SIO__REDIS_CHANNEL; kind <= SIO__REDIS_SHARD; kind++) {
        if (!is_word(reply->element[0], words[kind]) || last < 2)
            continue;
        subscription =
            sio__subscriptions_find(&redis->subscriptions, kind, text_of(reply->element[1]));
        if (subscription)
            subscription->fn(subscription->subscriber, text_of(reply->element[last - 1]),
                             text_of(reply->element[last]));
        return true;
    }
    return false;
}

static void pop_call(sio__redis_t *redis)
{
    sio__redis_call_t call;

    sio__redis_pipeline_pop(&redis->pipeline, &call);
}

/* ["subscribe", channel, count] and its relatives. */
static bool take_confirmation(sio__redis_t *redis, const redisReply *reply)
{
    static const char *const words[] = {"subscribe", "psubscribe", "ssubscribe"};
    static const char *const ends[] = {"unsubscribe", "punsubscribe", "sunsubscribe"};

    for (sio__redis_kind_t kind = SIO__REDIS_CHANNEL; kind <= SIO__REDIS_SHARD; kind++) {
        bool begins = is_word(reply->element[0], words[kind]);
        sio__subscription_t *subscription;

        if ((!begins && !is_word(reply->element[0], ends[kind])) || reply->elements < 3)
            continue;
        subscription =
            sio__subscriptions_find(&redis->subscriptions, kind, text_of(reply->element[1]));
        if (begins || !subscription || !subscription->confirmed)
            pop_call(redis);
        else if (redis->events->lost_subscription)
            drop_subscription(redis, subscription, NULL);
        else
            send_subscribe(redis, subscription);
        if (begins && subscription)
            sio__subscriptions_confirm(&redis->subscriptions, subscription);
        tell_if_subscribed(redis);
        return true;
    }
    return false;
}

static void refuse_subscription(sio__redis_t *redis, const sio__redis_call_t *call,
                                const char *error)
{
    if (redis->events->lost_subscription)
        drop_subscription(redis, call->user, error);
    else
        fail(redis, error);
}

static void take_answer(sio__redis_t *redis, const redisReply *reply)
{
    sio__redis_call_t call;

    if (!sio__redis_pipeline_pop(&redis->pipeline, &call)) {
        fail(redis, reply->type == REDIS_REPLY_ERROR ? reply->str : "an answer nobody waits for");
        return;
    }
    redis->last_lag = (unsigned)(uv_now(redis->loop) - call.since);
    if (call.fn == on_subscribed && reply->type == REDIS_REPLY_ERROR)
        refuse_subscription(redis, &call, reply->str);
    else if (call.fn)
        call.fn(reply, call.user);
}

static void become_ready(sio__redis_t *redis);

static bool is_slave(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements &&
           is_word(reply->element[0], "slave");
}

static void take_greeting(sio__redis_t *redis, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR)
        fail(redis, reply->str);
    else if (is_slave(reply))
        fail(redis, "it is no master");
    else if (--redis->greeting_left == 0)
        become_ready(redis);
}

static void take_reply(sio__redis_t *redis, const redisReply *reply)
{
    bool push = redis->subscribes && reply->type == REDIS_REPLY_ARRAY && reply->elements > 1;

    if (redis->phase == GREETING)
        take_greeting(redis, reply);
    else if (!push || (!take_message(redis, reply) && !take_confirmation(redis, reply)))
        take_answer(redis, reply);
}

/* Whoever is called may end the connection. */
static void on_data(void *user, const char *bytes, size_t len)
{
    sio__redis_t *redis = user;
    const redisReader *reader = redis->reader;
    void *reply = NULL;

    redis->heard_at = uv_now(redis->loop);
    if (redisReaderFeed(redis->reader, bytes, len) != REDIS_OK) {
        fail(redis, "out of memory");
        return;
    }
    while (redis->reader == reader) {
        if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
            fail(redis, redis->reader->errstr);
            return;
        }
        if (!reply)
            return;
        take_reply(redis, reply);
        freeReplyObject(reply);
    }
}

/* ------------------------------------------------------------------------------ what goes out */

static void flush(sio__redis_t *redis)
{
    if (redis->phase != READY || !redis->pipeline.out.len ||
        !sio__redis_stream_writable(redis->stream))
        return;
    sio__redis_pipeline_take(&redis->pipeline, &redis->writing);
    sio__redis_stream_write(redis->stream, &redis->writing);
}

int sio__redis_command(sio__redis_t *redis, const sio__span_t *words, size_t count,
                       sio__redis_reply_fn fn, void *user)
{
    sio__redis_call_t call = {.fn = fn, .user = user, .since = uv_now(redis->loop)};

    if (redis->phase == CLOSED || redis->pipeline.out.len >= redis->config->buffer_limit ||
        sio__redis_pipeline_add(&redis->pipeline, words, count, call))
        return -1;
    flush(redis);
    return 0;
}

void sio__redis_forget(sio__redis_t *redis, const void *user)
{
    sio__redis_pipeline_forget(&redis->pipeline, user);
}

static void on_writable(void *user)
{
    flush(user);
}

/* ---------------------------------------------------------------------------------- logging in */

static void become_ready(sio__redis_t *redis)
{
    uv_timer_stop(&redis->timer);
    redis->phase = READY;
    redis->attempts = 0;
    redis->connections++;
    start_heartbeat(redis);
    SIO__LOG(redis->log, SIO__DEBUG, area, "connected to %s%s",
             redis->address.host ? redis->address.host : "",
             redis->address.path ? redis->address.path : "");
    subscribe_to_all(redis);
    flush(redis);
    tell_if_subscribed(redis);
}

static void append_login(sio__redis_t *redis, sio__buf_t *out)
{
    const char *user = redis->login->user, *password = redis->login->password;
    const sio__span_t words[] = {SIO__WORD("AUTH"), SIO__WORD(user ? user : ""),
                                 SIO__WORD(password ? password : "")};
    const sio__span_t without_user[] = {words[0], words[2]};

    if (!user && !password)
        return;
    redis->greeting_left++;
    if (user)
        sio__resp_append(out, words, 3);
    else
        sio__resp_append(out, without_user, 2);
}

static void append_select(sio__redis_t *redis, sio__buf_t *out)
{
    char number[16];

    if (!redis->database)
        return;
    snprintf(number, sizeof(number), "%d", redis->database);
    redis->greeting_left++;
    sio__resp_append(out, (const sio__span_t[]){SIO__WORD("SELECT"), SIO__WORD(number)}, 2);
}

/* The last question shows whether the server serves us at all. */
static void on_open(void *user)
{
    sio__redis_t *redis = user;
    sio__buf_t greeting = SIO__BUF_INIT;
    sio__span_t last = redis->ask_role ? SIO__WORD("ROLE") : SIO__WORD("PING");

    redis->phase = GREETING;
    redis->greeting_left = 1;
    append_login(redis, &greeting);
    append_select(redis, &greeting);
    sio__resp_append(&greeting, &last, 1);
    if (greeting.failed)
        fail(redis, "out of memory");
    else
        sio__redis_stream_write(redis->stream, &greeting);
    sio__buf_free(&greeting);
}

/* ---------------------------------------------------------------------------------- connecting */

static void on_end(void *user, const char *error)
{
    fail(user, error);
}

static const sio__redis_stream_events_t stream_events = {
    .open = on_open,
    .data = on_data,
    .writable = on_writable,
    .end = on_end,
    .gone = on_thing_gone,
};

static void connect_now(sio__redis_t *redis)
{
    redis->phase = CONNECTING;
    redis->reader = redisReaderCreate();
    if (redis->reader)
        redis->stream = sio__redis_stream_open(redis->loop, redis->config, &redis->address,
                                               &stream_events, redis);
    if (redis->stream)
        redis->things++;
    else
        fail(redis, "out of memory");
}

static void on_found(const sio__redis_address_t *master, const char *error, void *user)
{
    sio__redis_t *redis = user;
    sio__redis_address_t copy;

    redis->search = NULL;
    if (!master) {
        fail(redis, error);
        return;
    }
    if (sio__redis_address_copy(&copy, master)) {
        fail(redis, "out of memory");
        return;
    }
    sio__redis_address_free(&redis->address);
    redis->address = copy;
    connect_now(redis);
}

static void attempt(sio__redis_t *redis)
{
    redis->attempts++;
    uv_timer_start(&redis->timer, on_attempt_timeout, redis->config->connect_timeout_ms, 0);
    if (redis->fixed_address || !redis->config->sentinels.count) {
        connect_now(redis);
        return;
    }
    redis->phase = SEARCHING;
    redis->search = sio__redis_search(redis->loop, redis->log, redis->config, redis->attempts - 1,
                                      on_found, on_search_gone, redis);
    if (redis->search)
        redis->things++;
    else
        fail(redis, "out of memory");
}

sio__redis_t *sio__redis_new(const sio__redis_setup_t *setup)
{
    sio__redis_t *redis = sio__calloc(1, sizeof(*redis));
    sio__redis_config_t *config = setup->config;

    if (!redis)
        return NULL;
    if (sio__redis_address_copy(&redis->address,
                                setup->address ? setup->address : &config->address)) {
        sio__free(redis);
        return NULL;
    }
    redis->loop = setup->loop;
    redis->log = setup->log;
    redis->config = sio__redis_config_ref(config);
    redis->login = setup->login ? setup->login : &config->login;
    redis->database = setup->login ? 0 : config->database;
    redis->events = setup->events;
    redis->user = setup->user;
    redis->fixed_address = setup->address != NULL;
    redis->once = setup->once;
    redis->ask_role = config->sentinels.count && !setup->no_role;
    sio__subscriptions_init(&redis->subscriptions);
    uv_timer_init(redis->loop, &redis->timer);
    uv_timer_init(redis->loop, &redis->heartbeat);
    redis->timer.data = redis->heartbeat.data = redis;
    redis->things = 2;
    attempt(redis);
    return redis;
}

/* --------------------------------------------------------------------------------- its state */

bool sio__redis_connected(const sio__redis_t *redis)
{
    return redis->phase == READY;
}

const char *sio__redis_error(const sio__redis_t *redis)
{
    return redis->error;
}

size_t sio__redis_buffered(const sio__redis_t *redis)
{
    return redis->pipeline.out.len;
}

unsigned sio__redis_lag(const sio__redis_t *redis)
{
    const sio__redis_call_t *oldest = sio__redis_pipeline_first(&redis->pipeline);

    return oldest ? (unsigned)(uv_now(redis->loop) - oldest->since) : redis->last_lag;
}

unsigned sio__redis_connections(const sio__redis_t *redis)
{
    return redis->connections;
}

const sio__redis_address_t *sio__redis_address(const sio__redis_t *redis)
{
    return &redis->address;
}
