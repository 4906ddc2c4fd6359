/*
 * What this server has asked the others, until they have answered: by the id that the answers
 * carry. One table per adapter. A request ends when its sink is forgotten; one for sockets also
 * when everybody has answered or its time is over.
 *
 * Who is to answer is known as a number (Redis counts subscribers) or by name (heartbeats).
 */
#ifndef SIO_PENDING_H
#define SIO_PENDING_H

#include "adapters/adapter.h"
#include "base/args.h"

enum {
    SIO__REQUEST_ID_SIZE = 64, /* with its NUL */
    SIO__UID_SIZE = 64
};

typedef struct sio__pending {
    sio__adapter_host_t *host;
    sio__map_t by_id;
    sio__list_t requests;
} sio__pending_t;

typedef struct sio__request sio__request_t;

void sio__pending_init(sio__pending_t *pending, sio__adapter_host_t *host);
void sio__pending_close(sio__pending_t *pending); /* nobody is told */

/* New requests; the id is copied. NULL: out of memory, or the id is too long or in use. */
sio__request_t *sio__pending_acks(sio__pending_t *pending, const char *id, sio__ack_sink_t *sink);
sio__request_t *sio__pending_fetch(sio__pending_t *pending, const char *id, sio__fetch_sink_t *sink,
                                   uint64_t timeout_ms);

sio__request_t *sio__pending_rooms(sio__pending_t *pending, const char *id, sio__rooms_sink_t *sink,
                                   uint64_t timeout_ms);

/* How many servers there are, this one included, once that is known; 0: nobody knows, and a request
 * for sockets ends with what there is. May end it. */
void sio__pending_counted(sio__pending_t *pending, const char *id, uint64_t servers);

/* The id of what that sink waits for. NULL: nothing. */
const char *sio__pending_id(const sio__pending_t *pending, const void *sink);

/* The same by name, before it is asked: one more that is to answer. False: out of memory. */
bool sio__request_await(sio__request_t *request, const char *uid);

/* All that are to answer have been named: a request for sockets may have none to wait for. */
void sio__pending_named(sio__pending_t *pending, const char *id);

/* Answers, to requests that are known. `from` may be NULL where servers are counted. */
void sio__pending_clients(sio__pending_t *pending, const char *id, uint64_t count);
void sio__pending_reply(sio__pending_t *pending, const char *id, const char *from,
                        sio__span_t value, sio__attachments_t attachments);
void sio__pending_sockets(sio__pending_t *pending, const char *id, const char *from,
                          json_t *sockets);

void sio__pending_room_names(sio__pending_t *pending, const char *id, sio__span_t names);

/* That server answers nothing any more. */
void sio__pending_gone(sio__pending_t *pending, const char *uid);

/* Whether no answer is waited for. */
static inline bool sio__pending_empty(const sio__pending_t *pending)
{
    return sio__list_empty(&pending->requests);
}

void sio__pending_forget(sio__pending_t *pending, const void *sink);

#endif
