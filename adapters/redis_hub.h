/*
 * What the Redis adapters of all namespaces of a server share: one connection for commands, one
 * that subscribes, and what is known of both. A kind of adapter embeds it.
 */
#ifndef SIO_REDIS_HUB_H
#define SIO_REDIS_HUB_H

#include "adapters/adapter.h"
#include "adapters/redis_connection.h"

typedef struct sio__redis_hub {
    sio_adapter_t base;
    sio__redis_config_t *config; /* NULL: see config_error */
    const char *config_error;
    uv_loop_t *loop;
    const sio__log_t *log;
    sio__redis_t *commands, *messages; /* NULL: not open, or not any more */
    uv_timer_t drain;
    bool closing;
    unsigned open;
    void (*closed)(void *user);
    void *closed_user;
    enum sio_redis_status status;
    /* Set before it is opened, or NULL. A subscription is over: see sio__redis_events_t. */
    void (*lost_subscription)(struct sio__redis_hub *hub, void *subscriber, const char *error);
    void (*changed)(struct sio__redis_hub *hub); /* a connection has been made, or broke */
    void *owner;                                 /* for these */
    uint64_t published, received, dropped, refused;
} sio__redis_hub_t;

/* The ops of a kind begin with it: so that sio_redis_state() knows them. */
extern const char sio__redis_library[];

/* `ops` has open(), close() and free() of the hub, or calls these from its own. */
void sio__redis_hub_init(sio__redis_hub_t *hub, const sio__maker_ops_t *ops, const char *url,
                         const sio_redis_connection_t *connection);
int sio__redis_hub_open(sio_adapter_t *maker, const sio__adapter_setup_t *setup);
void sio__redis_hub_close(sio_adapter_t *maker, void (*closed)(void *user), void *user);
void sio__redis_hub_end(sio__redis_hub_t *hub); /* frees all but its own memory */

static inline sio__redis_hub_t *sio__redis_hub_of(sio_adapter_t *maker)
{
    return SIO__CONTAINER(maker, sio__redis_hub_t, base);
}

enum { SIO__REDIS_KEPT = 256 << 10 }; /* a larger scratch memory is given back */

/* PUBLISH or SPUBLISH; what can't be sent is dropped and counted. */
void sio__redis_hub_publish(sio__redis_hub_t *hub, const char *command, sio__span_t channel,
                            sio__span_t message);

/* A channel below another, "<channel><rest>#", in scratch memory that is used again for each;
 * without data when out of memory. */
sio__span_t sio__redis_sub_channel(sio__buf_t *scratch, const sio__buf_t *channel,
                                   const char *rest);

/* "<prefix>#<namespace>#", and the channel of one server below it. False: out of memory. */
bool sio__redis_name_channels(sio__buf_t *channel, sio__buf_t *own, const char *prefix,
                              const char *nsp, const char *uid);

/* Of the one channel that PUBSUB NUMSUB or SHARDNUMSUB was asked about; 0 without an answer. */
uint64_t sio__redis_subscribers(const redisReply *reply);

/* With the calling library's version and allocator in place. False: libsocketio is of another. */
bool sio__redis_library_ready(void);

#endif
