/*
 * The other servers of a cluster, known by what is heard of them: each says that it is there when
 * it has published nothing for a while, and who is silent for too long is gone.
 */
#ifndef SIO_CLUSTER_NODES_H
#define SIO_CLUSTER_NODES_H

#include "adapters/adapter.h"
#include "adapters/pending.h"

typedef struct sio__nodes sio__nodes_t;

struct sio__nodes {
    sio__adapter_host_t *host;
    uint64_t interval_ms, timeout_ms;
    void (*beat)(sio__nodes_t *nodes);                  /* publish a heartbeat */
    void (*gone)(sio__nodes_t *nodes, const char *uid); /* not known any more */
    sio__map_t by_uid;
    sio__list_t all; /* in the order they were heard last */
    sio__timer_t heartbeat, sweep;
};

void sio__nodes_init(sio__nodes_t *nodes, sio__adapter_host_t *host, uint64_t interval_ms,
                     uint64_t timeout_ms);
void sio__nodes_close(sio__nodes_t *nodes);

/* Something is being published: the next heartbeat can wait. */
void sio__nodes_published(sio__nodes_t *nodes);

/* A sign of life. */
void sio__nodes_heard(sio__nodes_t *nodes, const char *uid);
void sio__nodes_remove(sio__nodes_t *nodes, const char *uid);

size_t sio__nodes_count(const sio__nodes_t *nodes);
/* False: fn said so for one. */
bool sio__nodes_each(const sio__nodes_t *nodes, bool (*fn)(const char *uid, void *user),
                     void *user);

#endif
