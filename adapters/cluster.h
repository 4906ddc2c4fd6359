/*
 * An adapter whose rooms span servers: what upstream's ClusterAdapter and its variant with
 * heartbeats do. It contains the memory adapter for the sockets here, tells the other servers what
 * concerns theirs, and does what they ask. How messages travel is a transport's matter, which
 * embeds this adapter: Redis' sharded Pub/Sub, its streams.
 */
#ifndef SIO_CLUSTER_ADAPTER_H
#define SIO_CLUSTER_ADAPTER_H

#include "adapters/cluster_message.h"
#include "adapters/cluster_nodes.h"

typedef struct sio__cluster sio__cluster_t;

typedef struct sio__cluster_transport {
    /*
     * To all other servers. True: the transport gives this broadcast to the clients here as well,
     * later and with its offset: sio__cluster_deliver().
     */
    bool (*publish)(sio__cluster_t *cluster, const sio__cluster_message_t *message);
    void (*respond)(sio__cluster_t *cluster, const char *uid,
                    const sio__cluster_message_t *response);
    /* How many servers there are, for a request: sio__cluster_counted(), now or later. NULL: those
       whose heartbeats are heard. */
    void (*count)(sio__cluster_t *cluster, const char *request_id);
    bool asks_for_rooms; /* others understand SIO__ALL_ROOMS */
    /* NULL, or hears of rooms here before the program does. `id` as sio_room_fn says. */
    void (*room_changed)(sio__cluster_t *cluster, int change, const char *room, const char *id);
    void (*free)(sio__cluster_t *cluster); /* after sio__cluster_close(), which it calls */
} sio__cluster_transport_t;

typedef struct sio__cluster_options {
    uint64_t requests_timeout_ms;   /* for sockets of other servers; 0: 5 s */
    uint64_t heartbeat_interval_ms; /* 0: 5 s; without `count` only */
    uint64_t heartbeat_timeout_ms;  /* 0: 10 s */
} sio__cluster_options_t;

struct sio__cluster {
    sio__adapter_t base;
    sio__adapter_t *memory;
    sio__adapter_host_t inner; /* the memory adapter's */
    const sio__cluster_transport_t *transport;
    sio__pending_t pending;
    sio__nodes_t nodes;
    uint64_t requests_timeout_ms;
    uint64_t request_ids;
    char uid[SIO__UID_SIZE];
};

extern const sio__adapter_host_ops_t sio__cluster_inner_ops;

/* 0, or -1: out of memory, nothing to close. */
int sio__cluster_init(sio__cluster_t *cluster, sio__adapter_host_t *host,
                      const sio__cluster_transport_t *transport,
                      const sio__cluster_options_t *options);

/* With heartbeats: from now on others hear of it. */
void sio__cluster_start(sio__cluster_t *cluster);
void sio__cluster_close(sio__cluster_t *cluster);

/* A message from another server; this one's own and other namespaces' are ignored. `offset` (NULL:
 * none) is that of a broadcast. */
void sio__cluster_receive(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                          const char *offset);

/* A message that is an answer to this server, whoever it says it is of. */
void sio__cluster_receive_response(sio__cluster_t *cluster, const sio__cluster_message_t *response);

/* The answer to count(): servers, this one included. 0: nobody knows. */
void sio__cluster_counted(sio__cluster_t *cluster, const char *request_id, uint64_t servers);

/* A broadcast of this server's own, for its clients. */
void sio__cluster_deliver(sio__cluster_t *cluster, const sio__audience_t *audience,
                          const sio__server_side_t *event, const char *offset);

#endif
