/*
 * How rooms are kept, and how a broadcast finds its receivers. There is one adapter per namespace;
 * socketio/ makes it, tells it who joins what, and hands it encoded packets. An adapter that spans
 * servers delivers locally as the memory adapter does (it contains one) and publishes `text` and
 * `attachments` to its peers. All of it belongs to the loop thread.
 */
#ifndef SIO_ADAPTER_H
#define SIO_ADAPTER_H

#include "base/list.h"
#include "base/map.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket as adapters see it: embedded in the socket, valid until del_all. Its fields belong to
 * the adapter. */
typedef struct sio__member {
    const char *id;
    sio__list_t link; /* all members, in the order of their first join */
    sio__map_node_t by_id;
    sio__list_t rooms; /* its memberships, in the order of joining */
    uint64_t epoch;    /* the last broadcast that has dealt with it */
    bool known;        /* it is in the adapter's tables */
    bool own_room;     /* in the room of its id, which then needs no memory */
} sio__member_t;

static inline void sio__member_init(sio__member_t *member, const char *id)
{
    *member = (sio__member_t){.id = id};
    sio__list_init(&member->link);
    sio__list_init(&member->rooms);
}

enum { SIO__LOCAL = 1 << 1 }; /* SIO_LOCAL of the public header: not to other servers */

/* Lists end with NULL; a NULL or empty `rooms` means everybody. */
typedef struct sio__audience {
    const char *const *rooms;
    const char *const *except;
    const char *except_id; /* one more room left out, or NULL */
    unsigned flags;
} sio__audience_t;

/* An encoded packet on its way to many. */
typedef struct sio__broadcast {
    sio__span_t text; /* of the packet: "2[...]" */
    const sio__span_t *attachments;
    size_t attachment_count;
    void (*deliver)(sio__member_t *member, void *user); /* to one local client; see apply */
    void *user;
} sio__broadcast_t;

typedef struct sio__adapter sio__adapter_t;

typedef struct sio__adapter_ops {
    /* 0, or -1 out of memory. Joining a room again is fine. */
    int (*add)(sio__adapter_t *adapter, sio__member_t *member, const char *room);
    void (*del)(sio__adapter_t *adapter, sio__member_t *member, const char *room);
    void (*del_all)(sio__adapter_t *adapter, sio__member_t *member);

    sio__member_t *(*find)(const sio__adapter_t *adapter, const char *id);
    bool (*in_room)(const sio__adapter_t *adapter, const sio__member_t *member, const char *room);
    /* `fn` may change the memberships of others, not this member's. */
    void (*each_room)(const sio__adapter_t *adapter, const sio__member_t *member,
                      void (*fn)(const char *room, void *user), void *user);
    size_t (*room_count)(const sio__adapter_t *adapter); /* without the rooms of ids */

    /* To every local member of the audience once. `fn` must neither change memberships nor come
       back here: who runs the program's code for each collects first. */
    void (*apply)(sio__adapter_t *adapter, const sio__audience_t *audience,
                  void (*fn)(sio__member_t *member, void *user), void *user);
    void (*broadcast)(sio__adapter_t *adapter, const sio__audience_t *audience,
                      const sio__broadcast_t *broadcast);

    void (*free)(sio__adapter_t *adapter); /* no members are left */
} sio__adapter_ops_t;

struct sio__adapter {
    const sio__adapter_ops_t *ops;
};

/* Rooms of this process. NULL: out of memory. */
sio__adapter_t *sio__memory_adapter_new(void);

#endif
