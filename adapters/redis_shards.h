/*
 * Sharded Pub/Sub over one Redis or a Redis Cluster: publishes and subscribes where a channel's
 * slot is, and follows it when it moves. Whether it is a cluster, Redis says. The hub's connections
 * are those to one of the masters; one more pair to each of the others, made when it is needed.
 */
#ifndef SIO_REDIS_SHARDS_H
#define SIO_REDIS_SHARDS_H

#include "adapters/redis_hub.h"

struct sio__shard;

typedef struct sio__shards {
    sio__redis_hub_t *hub;
    sio__list_t nodes;         /* sio__shard_t; the first is the hub's */
    struct sio__shard **slots; /* whose each slot is; NULL: one Redis, or not known yet */
    bool alone;                /* it has said that it is no cluster */
    bool asking;               /* it has been asked for its slots */
    sio__map_t by_channel;     /* what it subscribes to */
    sio__list_t subscriptions;
    sio__list_t counts; /* being counted */
    uv_timer_t timer;   /* to ask, and to subscribe, again */
    unsigned open;      /* what libuv isn't done with, while it closes */
    bool closing;
    void (*closed)(void *user);
    void *closed_user;
} sio__shards_t;

/* Before the hub is opened. */
void sio__shards_prepare(sio__shards_t *shards, sio__redis_hub_t *hub);

/* With an open hub, which must last longer. 0, or -1: out of memory. */
int sio__shards_open(sio__shards_t *shards, sio__redis_hub_t *hub);

/* Nothing is published or received any more; closed() comes later. */
void sio__shards_close(sio__shards_t *shards, void (*closed)(void *user), void *user);

/* What can't be sent is dropped, and counted by the hub. */
void sio__shards_publish(sio__shards_t *shards, sio__span_t channel, sio__span_t message);

/* One subscriber a channel. -1: out of memory. */
int sio__shards_subscribe(sio__shards_t *shards, sio__span_t channel, sio__redis_message_fn fn,
                          void *subscriber);
void sio__shards_unsubscribe(sio__shards_t *shards, sio__span_t channel);

/* How many subscribe to a channel, on all masters; 0: nobody knows. fn is called once, now or
 * later, unless it is out of memory (-1) or forgotten. */
typedef void (*sio__shards_count_fn)(void *user, const char *what, uint64_t count);
int sio__shards_count(sio__shards_t *shards, sio__span_t channel, sio__shards_count_fn fn,
                      void *user, const char *what);

/* Nobody waits any more for counts with that user. */
void sio__shards_forget(sio__shards_t *shards, const void *user);

#endif
