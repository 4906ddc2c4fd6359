/* What the chat's clients may ask and are told; the table is in README.md. */
#ifndef CHAT_EVENTS_H
#define CHAT_EVENTS_H

#include "person.h"
#include "room.h"

#define ROOMS_PER_PERSON 16

struct chat {
    sio_namespace_t *nsp;
    struct rooms rooms;
    struct people people;
    int64_t started_ms; /* makes message ids differ from those of an earlier run */
    unsigned long long last_id;
};

/* Registers the handlers. 0 or a negative enum sio_error. */
int chat_init(struct chat *chat, sio_namespace_t *nsp);

/* After the server's end. */
void chat_clear(struct chat *chat);

#endif
