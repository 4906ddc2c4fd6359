#include "adapters/redis_shards.h"

#include "adapters/redis_slots.h"
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ASK_AGAIN_MS = 100,        /* where slots are: one has moved, or a master is away */
    SUBSCRIBE_AGAIN_MS = 1000, /* what the only Redis refuses */
    ATTEMPTS = 8               /* to find whose a slot is */
};

static const char area[] = "socket.io-redis";

/* A master. */
typedef struct sio__shard {
    sio__list_t link;
    sio__shards_t *shards;
    sio__redis_address_t address;
    sio__redis_t *commands, *messages; /* NULL: closed; of the first: see commands_of() */
    bool is_hub, used;
} sio__shard_t;

typedef struct subscription {
    sio__map_node_t by_channel;
    sio__list_t link;
    sio__redis_message_fn fn;
    void *subscriber;
    sio__shard_t *at; /* NULL: nowhere, for now */
    unsigned slot;
    unsigned moves; /* since slots were asked for */
    bool refused;
    size_t len;
    char channel[];
} subscription_t;

static sio__shard_t *first_of(const sio__shards_t *shards)
{
    return SIO__CONTAINER(shards->nodes.next, sio__shard_t, link);
}

static sio__redis_t *commands_of(const sio__shard_t *shard)
{
    return shard->is_hub ? shard->shards->hub->commands : shard->commands;
}

static sio__redis_t *messages_of(const sio__shard_t *shard)
{
    return shard->is_hub ? shard->shards->hub->messages : shard->messages;
}

static sio__shard_t *shard_of_slot(const sio__shards_t *shards, unsigned slot)
{
    return shards->slots && shards->slots[slot] ? shards->slots[slot] : first_of(shards);
}

static void ask_soon(sio__shards_t *shards);

/* --------------------------------------------------------------------------------- masters */

static void on_node_gone(void *user)
{
    sio__shard_t *shard = user;
    sio__shards_t *shards = shard->shards;

    if (shard->commands || shard->messages)
        return;
    sio__redis_address_free(&shard->address);
    sio__free(shard);
    if (--shards->open == 0 && shards->closing)
        shards->closed(shards->closed_user);
}

static void on_commands_gone(void *user)
{
    ((sio__shard_t *)user)->commands = NULL;
    on_node_gone(user);
}

static void on_messages_gone(void *user)
{
    ((sio__shard_t *)user)->messages = NULL;
    on_node_gone(user);
}

static void close_shard(sio__shard_t *shard)
{
    sio__list_remove(&shard->link);
    if (shard->is_hub) {
        sio__redis_address_free(&shard->address);
        sio__free(shard);
        return;
    }
    sio__redis_close(shard->commands, on_commands_gone, shard);
    sio__redis_close(shard->messages, on_messages_gone, shard);
}

static void on_lost_subscription(sio__redis_t *redis, void *subscriber, const char *error,
                                 void *user);

static void on_disconnected(sio__redis_t *redis, const char *error, void *user)
{
    (void)redis;
    (void)error;
    ask_soon(((sio__shard_t *)user)->shards);
}

static const sio__redis_events_t shard_events = {
    .disconnected = on_disconnected,
    .lost_subscription = on_lost_subscription,
};

static bool connect_shard(sio__shard_t *shard)
{
    const sio__redis_hub_t *hub = shard->shards->hub;
    sio__redis_setup_t setup = {
        .loop = hub->loop,
        .log = hub->log,
        .config = hub->config,
        .address = &shard->address,
        .events = &shard_events,
        .user = shard,
    };

    shard->commands = sio__redis_new(&setup);
    shard->messages = shard->commands ? sio__redis_new(&setup) : NULL;
    if (!shard->messages && shard->commands)
        sio__redis_close(shard->commands, NULL, NULL);
    return shard->messages != NULL;
}

static sio__shard_t *new_shard(sio__shards_t *shards, const sio__redis_address_t *address)
{
    sio__shard_t *shard = sio__calloc(1, sizeof(*shard));

    if (!shard)
        return NULL;
    shard->shards = shards;
    sio__list_init(&shard->link);
    if (address && sio__redis_address_copy(&shard->address, address)) {
        sio__free(shard);
        return NULL;
    }
    shard->is_hub = !address;
    if (address && !connect_shard(shard)) {
        sio__redis_address_free(&shard->address);
        sio__free(shard);
        return NULL;
    }
    sio__list_append(&shards->nodes, &shard->link);
    shards->open += !shard->is_hub;
    return shard;
}

static const sio__redis_address_t *address_of(const sio__shard_t *shard)
{
    return shard->is_hub ? &shard->shards->hub->config->address : &shard->address;
}

/* An empty host means the one that was asked. */
static sio__shard_t *find_or_make(sio__shards_t *shards, const sio__shard_t *asked,
                                  sio__span_t host, int port)
{
    const sio__redis_address_t *known = address_of(asked);
    sio__redis_address_t address = {.port = port};
    sio__shard_t *shard = NULL;

    address.host = host.len ? sio__strndup(host.data, host.len)
                            : sio__strdup(known->host ? known->host : "127.0.0.1");
    if (!address.host)
        return NULL;
    for (sio__list_t *node = shards->nodes.next; node != &shards->nodes && !shard;
         node = node->next) {
        const sio__redis_address_t *its = address_of(SIO__CONTAINER(node, sio__shard_t, link));

        if (its->host && its->port == port && strcmp(its->host, address.host) == 0)
            shard = SIO__CONTAINER(node, sio__shard_t, link);
    }
    if (!shard)
        shard = new_shard(shards, &address);
    sio__free(address.host);
    return shard;
}

/* ----------------------------------------------------------------------------- subscriptions */

static sio__span_t channel_of(const subscription_t *subscription)
{
    return (sio__span_t){subscription->channel, subscription->len};
}

static void on_message(void *subscriber, sio__span_t channel, sio__span_t message)
{
    subscription_t *subscription = subscriber;

    subscription->fn(subscription->subscriber, channel, message);
}

static void leave(subscription_t *subscription)
{
    sio__redis_t *redis = subscription->at ? messages_of(subscription->at) : NULL;

    if (redis)
        sio__redis_unsubscribe(redis, SIO__REDIS_SHARD, channel_of(subscription));
    subscription->at = NULL;
}

static void place(sio__shards_t *shards, subscription_t *subscription)
{
    sio__shard_t *shard = shard_of_slot(shards, subscription->slot);
    sio__redis_t *redis = messages_of(shard);

    if (subscription->at == shard)
        return;
    leave(subscription);
    if (redis && sio__redis_subscribe(redis, SIO__REDIS_SHARD, channel_of(subscription), on_message,
                                      subscription) == 0)
        subscription->at = shard;
    else
        ask_soon(shards);
}

static void place_all(sio__shards_t *shards)
{
    for (sio__list_t *node = shards->subscriptions.next; node != &shards->subscriptions;
         node = node->next) {
        subscription_t *subscription = SIO__CONTAINER(node, subscription_t, link);

        subscription->moves = 0;
        place(shards, subscription);
    }
}

static bool make_slots(sio__shards_t *shards)
{
    if (!shards->slots)
        shards->slots = sio__calloc(SIO__SLOTS, sizeof(sio__shard_t *));
    return shards->slots != NULL;
}

/* The right place of a slot, from an error. False: it says something else. */
static bool learn(sio__shards_t *shards, const sio__shard_t *asked, const char *error)
{
    sio__shard_t *shard;
    sio__span_t host;
    unsigned slot;
    int port;

    if (!sio__redis_moved(SIO__WORD(error), &slot, &host, &port))
        return false;
    shard = find_or_make(shards, asked, host, port);
    if (!shard || !make_slots(shards))
        return false;
    shards->slots[slot] = shard;
    shards->alone = false;
    ask_soon(shards);
    return true;
}

/* A slot that has left: asked again, its former master says where it is now. */
static void lost(sio__shards_t *shards, sio__shard_t *shard, subscription_t *subscription,
                 const char *error)
{
    subscription->at = NULL;
    if (!error) {
        place(shards, subscription);
        return;
    }
    if (learn(shards, shard, error) && subscription->moves++ < ATTEMPTS) {
        place(shards, subscription);
        return;
    }
    SIO__LOG(shards->hub->log, subscription->refused ? SIO__DEBUG : SIO__WARN, area,
             "not subscribed: %s", error);
    subscription->refused = true;
    ask_soon(shards);
}

static void on_lost_subscription(sio__redis_t *redis, void *subscriber, const char *error,
                                 void *user)
{
    sio__shard_t *shard = user;

    (void)redis;
    if (!shard->shards->closing)
        lost(shard->shards, shard, subscriber, error);
}

static void on_hub_lost(sio__redis_hub_t *hub, void *subscriber, const char *error)
{
    sio__shards_t *shards = hub->owner;

    if (!shards->closing)
        lost(shards, first_of(shards), subscriber, error);
}

static subscription_t *find_subscription(const sio__shards_t *shards, sio__span_t channel)
{
    sio__map_node_t *node = sio__map_find(&shards->by_channel, channel.data, channel.len);

    return node ? SIO__CONTAINER(node, subscription_t, by_channel) : NULL;
}

int sio__shards_subscribe(sio__shards_t *shards, sio__span_t channel, sio__redis_message_fn fn,
                          void *subscriber)
{
    subscription_t *subscription = find_subscription(shards, channel);

    if (subscription)
        return 0;
    subscription = sio__calloc(1, sizeof(*subscription) + channel.len);
    if (!subscription)
        return -1;
    memcpy(subscription->channel, channel.data, channel.len);
    subscription->len = channel.len;
    if (sio__map_insert(&shards->by_channel, &subscription->by_channel, subscription->channel,
                        channel.len)) {
        sio__free(subscription);
        return -1;
    }
    sio__list_append(&shards->subscriptions, &subscription->link);
    subscription->fn = fn;
    subscription->subscriber = subscriber;
    subscription->slot = sio__redis_slot(channel);
    if (!shards->closing)
        place(shards, subscription);
    return 0;
}

static void free_subscription(sio__shards_t *shards, subscription_t *subscription)
{
    if (!shards->closing)
        leave(subscription);
    sio__map_remove(&shards->by_channel, &subscription->by_channel);
    sio__list_remove(&subscription->link);
    sio__free(subscription);
}

void sio__shards_unsubscribe(sio__shards_t *shards, sio__span_t channel)
{
    subscription_t *subscription = find_subscription(shards, channel);

    if (subscription)
        free_subscription(shards, subscription);
}

/* ---------------------------------------------------------------------------------- the slots */

static bool read_master(const redisReply *range, sio__span_t *host, int *port)
{
    const redisReply *master = range->elements >= 3 ? range->element[2] : NULL;

    if (!master || master->type != REDIS_REPLY_ARRAY || master->elements < 2 ||
        master->element[1]->type != REDIS_REPLY_INTEGER || master->element[1]->integer <= 0 ||
        master->element[1]->integer > 65535)
        return false;
    *port = (int)master->element[1]->integer;
    *host = (sio__span_t){"", 0};
    if (master->element[0]->type == REDIS_REPLY_STRING)
        *host = (sio__span_t){master->element[0]->str, (size_t)master->element[0]->len};
    return true;
}

/* [first, last, [host, port, ...], replicas...] */
static void take_range(sio__shards_t *shards, const sio__shard_t *asked, const redisReply *range)
{
    long long first, last;
    sio__shard_t *shard;
    sio__span_t host;
    int port;

    if (range->type != REDIS_REPLY_ARRAY || !read_master(range, &host, &port) ||
        range->element[0]->type != REDIS_REPLY_INTEGER ||
        range->element[1]->type != REDIS_REPLY_INTEGER)
        return;
    first = range->element[0]->integer;
    last = range->element[1]->integer;
    shard = find_or_make(shards, asked, host, port);
    if (!shard || first < 0 || last >= SIO__SLOTS)
        return;
    for (long long slot = first; slot <= last; slot++)
        shards->slots[slot] = shard;
}

/* Masters that have no slots any more. */
static void close_unused(sio__shards_t *shards)
{
    sio__list_t *node;

    for (node = shards->nodes.next; node != &shards->nodes; node = node->next)
        SIO__CONTAINER(node, sio__shard_t, link)->used = false;
    for (unsigned slot = 0; slot < SIO__SLOTS; slot++)
        if (shards->slots[slot])
            shards->slots[slot]->used = true;
    for (node = shards->nodes.next; node != &shards->nodes;) {
        sio__shard_t *shard = SIO__CONTAINER(node, sio__shard_t, link);

        node = node->next;
        if (!shard->used && !shard->is_hub)
            close_shard(shard);
    }
}

static void take_slots(sio__shards_t *shards, const sio__shard_t *asked, const redisReply *reply)
{
    if (!make_slots(shards)) {
        ask_soon(shards);
        return;
    }
    for (size_t i = 0; i < reply->elements; i++)
        take_range(shards, asked, reply->element[i]);
    shards->alone = false;
    place_all(shards);
    close_unused(shards);
}

/* Places are asked for again until every master that has slots is there. */
static bool all_connected(const sio__shards_t *shards)
{
    for (const sio__list_t *node = shards->nodes.next; node != &shards->nodes; node = node->next) {
        const sio__shard_t *shard = SIO__CONTAINER(node, const sio__shard_t, link);

        if (!commands_of(shard) || !messages_of(shard) ||
            !sio__redis_connected(commands_of(shard)) || !sio__redis_connected(messages_of(shard)))
            return false;
    }
    for (const sio__list_t *node = shards->subscriptions.next; node != &shards->subscriptions;
         node = node->next)
        if (!SIO__CONTAINER(node, const subscription_t, link)->at)
            return false;
    return true;
}

static sio__shard_t *asked_shard(sio__shards_t *shards, const void *redis)
{
    for (sio__list_t *node = shards->nodes.next; node != &shards->nodes; node = node->next)
        if (commands_of(SIO__CONTAINER(node, sio__shard_t, link)) == redis)
            return SIO__CONTAINER(node, sio__shard_t, link);
    return NULL;
}

typedef struct question {
    sio__shards_t *shards;
    sio__redis_t *redis;
} question_t;

static void on_slots(const redisReply *reply, void *user)
{
    question_t question = *(question_t *)user;
    sio__shards_t *shards = question.shards;
    const sio__shard_t *asked = shards->closing ? NULL : asked_shard(shards, question.redis);

    sio__free(user);
    shards->asking = false;
    if (!asked)
        return;
    if (reply && reply->type == REDIS_REPLY_ARRAY)
        take_slots(shards, asked, reply);
    else if (reply && reply->type == REDIS_REPLY_ERROR &&
             strstr(reply->str, "cluster support disabled"))
        shards->alone = true;
    if (!all_connected(shards))
        ask_soon(shards);
}

static bool ask(sio__shards_t *shards, sio__redis_t *redis)
{
    question_t *question = sio__malloc(sizeof(*question));

    if (!question)
        return false;
    *question = (question_t){shards, redis};
    if (SIO__REDIS_COMMAND(redis, on_slots, question, SIO__WORD("CLUSTER"), SIO__WORD("SLOTS"))) {
        sio__free(question);
        return false;
    }
    shards->asking = true;
    return true;
}

static void on_timer(uv_timer_t *timer)
{
    sio__shards_t *shards = timer->data;

    if (shards->alone) {
        place_all(shards);
        return;
    }
    for (sio__list_t *node = shards->nodes.next; node != &shards->nodes && !shards->asking;
         node = node->next) {
        sio__redis_t *redis = commands_of(SIO__CONTAINER(node, sio__shard_t, link));

        if (redis && sio__redis_connected(redis))
            ask(shards, redis);
    }
    if (!shards->asking)
        ask_soon(shards);
}

static void ask_soon(sio__shards_t *shards)
{
    if (!shards->closing && !uv_is_active((uv_handle_t *)&shards->timer))
        uv_timer_start(&shards->timer, on_timer, shards->alone ? SUBSCRIBE_AGAIN_MS : ASK_AGAIN_MS,
                       0);
}

/* ---------------------------------------------------------------------------------- publishing */

/* A message that may have to be sent once more. */
typedef struct posted {
    sio__shards_t *shards;
    sio__redis_t *redis; /* where it was sent */
    unsigned attempts;
    size_t channel_len, len;
    char bytes[];
} posted_t;

static bool send_posted(posted_t *posted);

static void drop(posted_t *posted)
{
    posted->shards->hub->dropped++;
    sio__free(posted);
}

static void on_posted(const redisReply *reply, void *user)
{
    posted_t *posted = user;
    sio__shards_t *shards = posted->shards;
    const sio__shard_t *asked = asked_shard(shards, posted->redis);

    if (reply && reply->type != REDIS_REPLY_ERROR) {
        shards->hub->published++;
        sio__free(posted);
    } else if (!reply || shards->closing || !asked || posted->attempts >= ATTEMPTS ||
               !learn(shards, asked, reply->str) || !send_posted(posted)) {
        drop(posted);
        ask_soon(shards);
    }
}

static bool send_posted(posted_t *posted)
{
    sio__span_t channel = {posted->bytes, posted->channel_len};
    sio__span_t message = {posted->bytes + posted->channel_len, posted->len};

    posted->attempts++;
    posted->redis = commands_of(shard_of_slot(posted->shards, sio__redis_slot(channel)));
    return posted->redis && SIO__REDIS_COMMAND(posted->redis, on_posted, posted,
                                               SIO__WORD("SPUBLISH"), channel, message) == 0;
}

void sio__shards_publish(sio__shards_t *shards, sio__span_t channel, sio__span_t message)
{
    posted_t *posted;

    if (shards->alone || shards->closing) {
        sio__redis_hub_publish(shards->hub, "SPUBLISH", channel, message);
        return;
    }
    posted = sio__malloc(sizeof(*posted) + channel.len + message.len);
    if (!posted) {
        shards->hub->dropped++;
        return;
    }
    *posted = (posted_t){.shards = shards, .channel_len = channel.len, .len = message.len};
    memcpy(posted->bytes, channel.data, channel.len);
    if (message.len)
        memcpy(posted->bytes + channel.len, message.data, message.len);
    if (!send_posted(posted))
        drop(posted);
}

/* ---------------------------------------------------------------------------------- counting */

typedef struct count {
    sio__list_t link;
    sio__shards_count_fn fn; /* NULL: forgotten */
    void *user;
    unsigned waiting;
    uint64_t sum;
    char what[];
} count_t;

static void count_one_less(count_t *count)
{
    if (--count->waiting)
        return;
    sio__list_remove(&count->link);
    if (count->fn)
        count->fn(count->user, count->what, count->sum);
    sio__free(count);
}

static void on_counted(const redisReply *reply, void *user)
{
    count_t *count = user;

    count->sum += sio__redis_subscribers(reply);
    count_one_less(count);
}

int sio__shards_count(sio__shards_t *shards, sio__span_t channel, sio__shards_count_fn fn,
                      void *user, const char *what)
{
    size_t len = strlen(what);
    count_t *count = sio__malloc(sizeof(*count) + len + 1);

    if (!count)
        return -1;
    *count = (count_t){.fn = fn, .user = user, .waiting = 1};
    memcpy(count->what, what, len + 1);
    sio__list_append(&shards->counts, &count->link);
    for (sio__list_t *node = shards->nodes.next; node != &shards->nodes; node = node->next) {
        sio__redis_t *redis = commands_of(SIO__CONTAINER(node, sio__shard_t, link));

        if (redis && sio__redis_connected(redis) &&
            SIO__REDIS_COMMAND(redis, on_counted, count, SIO__WORD("PUBSUB"),
                               SIO__WORD("SHARDNUMSUB"), channel) == 0)
            count->waiting++;
    }
    count_one_less(count);
    return 0;
}

void sio__shards_forget(sio__shards_t *shards, const void *user)
{
    for (sio__list_t *node = shards->counts.next; node != &shards->counts; node = node->next) {
        count_t *count = SIO__CONTAINER(node, count_t, link);

        if (count->user == user)
            count->fn = NULL;
    }
}

/* --------------------------------------------------------------------------------------- life */

static void on_hub_changed(sio__redis_hub_t *hub)
{
    sio__shards_t *shards = hub->owner;

    if (shards->hub && !hub->closing)
        ask_soon(shards);
}

void sio__shards_prepare(sio__shards_t *shards, sio__redis_hub_t *hub)
{
    hub->owner = shards;
    hub->lost_subscription = on_hub_lost;
    hub->changed = on_hub_changed;
}

int sio__shards_open(sio__shards_t *shards, sio__redis_hub_t *hub)
{
    memset(shards, 0, sizeof(*shards));
    shards->hub = hub;
    sio__list_init(&shards->nodes);
    sio__list_init(&shards->subscriptions);
    sio__list_init(&shards->counts);
    sio__map_init(&shards->by_channel);
    if (!new_shard(shards, NULL))
        return -1;
    uv_timer_init(hub->loop, &shards->timer);
    shards->timer.data = shards;
    shards->open++;
    ask_soon(shards);
    return 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
    sio__shards_t *shards = handle->data;

    if (--shards->open == 0)
        shards->closed(shards->closed_user);
}

void sio__shards_close(sio__shards_t *shards, void (*closed)(void *user), void *user)
{
    shards->closing = true;
    shards->closed = closed;
    shards->closed_user = user;
    while (!sio__list_empty(&shards->subscriptions))
        free_subscription(shards, SIO__CONTAINER(shards->subscriptions.next, subscription_t, link));
    while (!sio__list_empty(&shards->nodes))
        close_shard(first_of(shards));
    sio__map_free(&shards->by_channel);
    sio__free(shards->slots);
    shards->slots = NULL;
    uv_close((uv_handle_t *)&shards->timer, on_timer_closed);
}
