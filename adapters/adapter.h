/*
 * How rooms are kept, and how a broadcast finds its receivers. There is one adapter per namespace;
 * socketio/ makes it, tells it who joins what, and hands it encoded packets. An adapter that spans
 * servers delivers locally as the memory adapter does (it contains one) and publishes `text` and
 * `attachments` to its peers. All of it belongs to the loop thread.
 */
#ifndef SIO_ADAPTER_H
#define SIO_ADAPTER_H

#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/span.h"
#include "base/wheel.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket as adapters see it: embedded in the socket, valid until del_all. Its fields belong to
 * the adapter. */
typedef struct sio__member {
    uint64_t epoch; /* the last broadcast that has dealt with it */
    const char *id;
    sio__list_t link; /* all members, in the order of their first join */
    sio__map_node_t by_id;
    sio__list_t rooms;   /* its memberships, in the order of joining */
    uint32_t room_count; /* but for the room of its id */
    bool known;          /* it is in the adapter's tables */
    bool own_room;       /* in the room of its id, which then needs no memory */
    bool leaving;        /* within del_all: it joins nothing any more */
} sio__member_t;

static inline void sio__member_init(sio__member_t *member, const char *id)
{
    *member = (sio__member_t){.id = id};
    sio__list_init(&member->link);
    sio__list_init(&member->rooms);
}

/* Flags, as the public header has them. */
enum { SIO__VOLATILE = 1 << 0, SIO__LOCAL = 1 << 1, SIO__NO_COMPRESS = 1 << 2 };

/* Lists end with NULL; a NULL or empty `rooms` means everybody. */
typedef struct sio__audience {
    const char *const *rooms;
    const char *const *except;
    const char *except_id; /* one more room left out, or NULL */
    unsigned flags;
    unsigned timeout_ms; /* for answers; 0: the default */
} sio__audience_t;

/* An encoded packet on its way to many. */
typedef struct sio__broadcast {
    sio__span_t text; /* of the packet: "2[...]" */
    sio__span_t args; /* within it: ["name",...] */
    const sio__span_t *attachments;
    size_t attachment_count;
    void (*deliver)(sio__member_t *member, void *user); /* to one local client; see apply */
    void *user;
} sio__broadcast_t;

/* An event for, or of, the other servers. */
typedef struct sio__server_side {
    sio__span_t text; /* ["name",...] */
    const sio__span_t *attachments;
    size_t attachment_count;
} sio__server_side_t;

/*
 * Where answers of other servers go, while its owner waits for them: until forget(). Each call may
 * end the wait, so that the sink is gone when it returns.
 */
typedef struct sio__ack_sink sio__ack_sink_t;

struct sio__ack_sink {
    void (*servers)(sio__ack_sink_t *sink, uint64_t count);
    /* One other server says how many of its clients have been asked. */
    void (*clients)(sio__ack_sink_t *sink, uint64_t count);
    /* One of those clients, or (server_side_emit) one other server, has answered; `value` is the
       first argument, without `data` when there is none. */
    void (*reply)(sio__ack_sink_t *sink, sio__span_t value, const sio__span_t *attachments,
                  size_t attachment_count);
};

/* Where the sockets that were asked for go; the same holds. */
typedef struct sio__fetch_sink sio__fetch_sink_t;

struct sio__fetch_sink {
    void (*local)(sio__fetch_sink_t *sink, sio__member_t *member);
    /* Of another server: { id, handshake, rooms, data }, borrowed. */
    void (*remote)(sio__fetch_sink_t *sink, json_t *description);
    /* The last call, exactly once: how many other servers have not answered in time. */
    void (*done)(sio__fetch_sink_t *sink, size_t missing);
};

/* Where the names of rooms go; one that several servers have comes several times. */
typedef struct sio__rooms_sink sio__rooms_sink_t;

struct sio__rooms_sink {
    void (*room)(sio__rooms_sink_t *sink, sio__span_t name);
    void (*done)(sio__rooms_sink_t *sink, size_t missing); /* as above */
};

/* Where the answer to another server's event goes: called at most once, on the loop thread. */
typedef struct sio__answer sio__answer_t;

struct sio__answer {
    void (*give)(sio__answer_t *answer, const sio__server_side_t *args); /* text: [...] */
    void (*free)(sio__answer_t *answer); /* after it, or when nobody will answer */
};

/* Another server whose broadcast wants acknowledgements: who hears of them. */
typedef struct sio__asker sio__asker_t;

struct sio__asker {
    void (*clients)(sio__asker_t *asker, uint64_t count); /* so many are asked; the first call */
    /* One of them has answered: its first argument, without `data` when there is none. */
    void (*reply)(sio__asker_t *asker, sio__span_t value, const sio__span_t *attachments,
                  size_t attachment_count);
    void (*free)(sio__asker_t *asker); /* nothing more comes; the last call */
};

/* What an adapter asks of its namespace. All of it may run the program's code, and that may change
 * anything but the memory of members, which lasts for this turn of the loop. */
typedef struct sio__adapter_host sio__adapter_host_t;

enum { SIO__CREATE_ROOM = 1, SIO__JOIN_ROOM, SIO__LEAVE_ROOM, SIO__DELETE_ROOM };

typedef struct sio__adapter_host_ops {
    /* As the program would; sockets that aren't connected are left alone. */
    void (*join)(sio__adapter_host_t *host, sio__member_t *member, const char *room);
    void (*leave)(sio__adapter_host_t *host, sio__member_t *member, const char *room);
    void (*disconnect)(sio__adapter_host_t *host, sio__member_t *member, bool close);
    /* `id` is NULL for SIO__CREATE_ROOM and SIO__DELETE_ROOM. */
    void (*room_changed)(sio__adapter_host_t *host, int change, const char *room, const char *id);
    /* Another server's event; `answer` (taken) is NULL when it wants none. */
    void (*server_side_event)(sio__adapter_host_t *host, const sio__server_side_t *event,
                              sio__answer_t *answer);

    /*
     * Another server's event for the clients of an audience, here alone; what isn't one is dropped.
     * `offset` (NULL: none) becomes its last argument. The text is valid JSON and UTF-8.
     */
    void (*broadcast)(sio__adapter_host_t *host, const sio__audience_t *audience,
                      const sio__server_side_t *event, const char *offset);
    /* The same with acknowledgements, for audience->timeout_ms; takes the asker. */
    void (*broadcast_with_ack)(sio__adapter_host_t *host, const sio__audience_t *audience,
                               const sio__server_side_t *event, sio__asker_t *asker);
    /* Appends { id, handshake, rooms, data }. False: it isn't connected, or there is no memory;
       then nothing is appended. */
    bool (*describe)(sio__adapter_host_t *host, sio__member_t *member, sio__buf_t *json);

    /* Of an event as above, to be sent to clients that come back (session_store.h). NULL: out of
       memory, or it is none. */
    void *(*packet)(sio__adapter_host_t *host, const sio__server_side_t *event, unsigned flags,
                    const char *offset);
    void (*packet_free)(void *packet);
    /* The client with that private id comes back on another server: its connection here is over. */
    void (*supersede)(sio__adapter_host_t *host, const char *pid);

    /* The server's timers. */
    void (*timer_start)(sio__adapter_host_t *host, sio__timer_t *timer, uint64_t delay_ms);
    void (*timer_stop)(sio__adapter_host_t *host, sio__timer_t *timer);
    uint64_t (*now)(const sio__adapter_host_t *host); /* milliseconds, monotonic */
} sio__adapter_host_ops_t;

struct sio__adapter_host {
    const sio__adapter_host_ops_t *ops;
    const char *name; /* of the namespace */
    const sio__log_t *log;
    unsigned max_json_depth;
};

typedef struct sio__adapter sio__adapter_t;

/*
 * Operations on an audience concern the sockets of all servers, but for SIO__LOCAL. Those that
 * answer to a sink may do so within the call.
 */
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
    bool (*has_room)(const sio__adapter_t *adapter, sio__span_t room); /* anybody here is in it */

    /* To every local member of the audience once. `fn` must neither change memberships nor come
       back here: who runs the program's code for each collects first. */
    void (*apply)(sio__adapter_t *adapter, const sio__audience_t *audience,
                  void (*fn)(sio__member_t *member, void *user), void *user);
    void (*broadcast)(sio__adapter_t *adapter, const sio__audience_t *audience,
                      const sio__broadcast_t *broadcast);

    /* A broadcast whose text has an acknowledgement's id. `deliver` counts the local clients and
       waits for them; the sink gets what other servers' clients answer. */
    void (*broadcast_with_ack)(sio__adapter_t *adapter, const sio__audience_t *audience,
                               const sio__broadcast_t *broadcast, sio__ack_sink_t *sink);
    /* How many servers there are, this one included: to sink->servers. */
    void (*server_count)(sio__adapter_t *adapter, sio__ack_sink_t *sink);
    void (*fetch_sockets)(sio__adapter_t *adapter, const sio__audience_t *audience,
                          sio__fetch_sink_t *sink);
    /* 0, or -1: this adapter can't ask the others. */
    int (*all_rooms)(sio__adapter_t *adapter, unsigned flags, sio__rooms_sink_t *sink);
    /* 0, or -1 out of memory. */
    int (*add_sockets)(sio__adapter_t *adapter, const sio__audience_t *audience,
                       const char *const *rooms);
    int (*del_sockets)(sio__adapter_t *adapter, const sio__audience_t *audience,
                       const char *const *rooms);
    int (*disconnect_sockets)(sio__adapter_t *adapter, const sio__audience_t *audience, bool close);
    /* To the other servers; `sink` is NULL when no answers are wanted. 0, or -1: there can't be
       other servers. */
    int (*server_side_emit)(sio__adapter_t *adapter, const sio__server_side_t *event,
                            sio__ack_sink_t *sink);
    /* The owner of a sink (of either kind) waits no longer. */
    void (*forget)(sio__adapter_t *adapter, const void *sink);

    void (*free)(sio__adapter_t *adapter); /* no members are left */
} sio__adapter_ops_t;

struct sio__adapter {
    const sio__adapter_ops_t *ops;
    sio__adapter_host_t *host; /* set by whoever made it; NULL: nobody is told of rooms */
};

/* Rooms of this process. NULL: out of memory. */
sio__adapter_t *sio__memory_adapter_new(void);

/* What makes the adapters of a server's namespaces, and is theirs together: a connection. */
typedef struct sio_adapter sio_adapter_t;

struct uv_loop_s;
struct sio__session_store;
struct sio__session_limits;

typedef struct sio__adapter_setup {
    struct uv_loop_s *loop;
    const sio__log_t *log;
} sio__adapter_setup_t;

typedef struct sio__maker_ops {
    const char *library; /* whose it is, by address */
    /* Once, before anything else. 0, or an error of the public header: then only free() comes. */
    int (*open)(sio_adapter_t *maker, const sio__adapter_setup_t *setup);
    /* NULL: out of memory. Its `host` is set. */
    sio__adapter_t *(*adapter)(sio_adapter_t *maker, sio__adapter_host_t *host);
    /* NULL, or where the sessions of an adapter's namespace are kept; freed before the adapter.
       NULL: out of memory. */
    struct sio__session_store *(*session_store)(sio_adapter_t *maker, sio__adapter_t *adapter,
                                                const struct sio__session_limits *limits);
    /* The server ends: the adapters, some of which may live on, are alone from now on. closed()
       comes later, when nothing of it is left in the loop. */
    void (*close)(sio_adapter_t *maker, void (*closed)(void *user), void *user);
    void (*free)(sio_adapter_t *maker); /* no adapters are left; any thread */
} sio__maker_ops_t;

struct sio_adapter {
    const sio__maker_ops_t *ops;
};

#endif
