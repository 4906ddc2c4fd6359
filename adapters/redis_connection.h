/*
 * A connection to a Redis server. Commands are pipelined and answered in their order; it is made
 * anew by itself when it breaks, logs in and subscribes again. One that subscribes does nothing
 * else. Everything on the loop's thread.
 */
#ifndef SIO_REDIS_CONNECTION_H
#define SIO_REDIS_CONNECTION_H

#include "adapters/redis_config.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"

#include <hiredis/hiredis.h>
#include <uv.h>

typedef struct sio__redis sio__redis_t;

typedef struct sio__redis_events {
    void (*connected)(sio__redis_t *redis, void *user); /* and subscribed to everything */
    void (*disconnected)(sio__redis_t *redis, const char *error, void *user); /* or not connected */
    /* The subscription is over, or was refused, and forgotten: it has moved, usually. `error` is
     * NULL when the server has ended it (SUNSUBSCRIBE). NULL: it stays, and is made anew. */
    void (*lost_subscription)(sio__redis_t *redis, void *subscriber, const char *error, void *user);
} sio__redis_events_t;

typedef struct sio__redis_setup {
    uv_loop_t *loop;
    const sio__log_t *log;
    sio__redis_config_t *config;         /* a reference is taken */
    const sio__redis_address_t *address; /* copied; NULL: the config's, or its sentinels' */
    const sio__redis_login_t *login;     /* NULL: the config's. Borrowed: lasts as long */
    const sio__redis_events_t *events;   /* lasts as long */
    void *user;
    bool once;    /* it isn't made anew */
    bool no_role; /* not asked whether it is a master */
} sio__redis_setup_t;

/* Connects. NULL: out of memory. */
sio__redis_t *sio__redis_new(const sio__redis_setup_t *setup);

/* Ends it: calls what waits back with NULL, then nothing more but closed(), when its memory is
 * free. Subscriptions end. */
void sio__redis_close(sio__redis_t *redis, void (*closed)(void *user), void *user);

bool sio__redis_connected(const sio__redis_t *redis);
const char *sio__redis_error(const sio__redis_t *redis); /* the last one; "": none */
size_t sio__redis_buffered(const sio__redis_t *redis);
unsigned sio__redis_lag(const sio__redis_t *redis); /* milliseconds */
unsigned sio__redis_connections(const sio__redis_t *redis);
const sio__redis_address_t *sio__redis_address(const sio__redis_t *redis);

/* An answer, borrowed; an error too. NULL: there will be none, for the connection broke. */
typedef void (*sio__redis_reply_fn)(const redisReply *reply, void *user);

/*
 * Sends a command, or keeps it until there is a connection. fn may be NULL. -1: buffer_limit, or
 * out of memory; then nothing is called.
 */
int sio__redis_command(sio__redis_t *redis, const sio__span_t *words, size_t count,
                       sio__redis_reply_fn fn, void *user);

/* Nobody waits for the answers with that user any more. */
void sio__redis_forget(sio__redis_t *redis, const void *user);

#define SIO__REDIS_COMMAND(redis, fn, user, ...)                                               \
    sio__redis_command((redis), (const sio__span_t[]){__VA_ARGS__},                            \
                       sizeof((const sio__span_t[]){__VA_ARGS__}) / sizeof(sio__span_t), (fn), \
                       (user))
#define SIO__WORD(text) ((sio__span_t){(text), strlen(text)})

typedef enum sio__redis_kind {
    SIO__REDIS_CHANNEL, /* SUBSCRIBE */
    SIO__REDIS_PATTERN, /* PSUBSCRIBE */
    SIO__REDIS_SHARD    /* SSUBSCRIBE */
} sio__redis_kind_t;

typedef void (*sio__redis_message_fn)(void *subscriber, sio__span_t channel, sio__span_t message);

/* One subscriber a channel. -1: out of memory. Only on connections that do nothing else. */
int sio__redis_subscribe(sio__redis_t *redis, sio__redis_kind_t kind, sio__span_t channel,
                         sio__redis_message_fn fn, void *subscriber);
void sio__redis_unsubscribe(sio__redis_t *redis, sio__redis_kind_t kind, sio__span_t channel);

/* Whether it is connected and every subscription confirmed. */
bool sio__redis_subscribed(const sio__redis_t *redis);

#endif
