/* The people online: each nickname once, with the connection that has it. chat.c calls it. */
#ifndef CHAT_PERSON_H
#define CHAT_PERSON_H

#include "rules.h"

#include "examples/common/allowance.h"

#include <socketio/socketio.h>

struct person {
    struct person *next;
    sio_socket_t *socket; /* a reference */
    char nick[NICK_SIZE];
    char token[TOKEN_SIZE]; /* known to one browser tab only, which may take its nickname back with
                               it */
    struct allowance requests;
    struct allowance notices;
};

struct people {
    struct person *first;
    size_t count;
};

/* By nickname; "ann" is "Ann". NULL: nobody. */
struct person *people_find(const struct people *people, const char *nick);

/* Comes online. NULL when out of memory. */
struct person *people_add(struct people *people, sio_socket_t *socket, const char *nick,
                          const char *token);

/* Goes offline; `person` is freed. */
void people_remove(struct people *people, struct person *person);

/* Whether whoever brings this token is that person. */
bool person_is(const struct person *person, const char *token);

/* Takes one from the allowance for what the others get to see: a message, joining and leaving a
 * room. */
bool person_may_act(struct person *person);

/* The same for typing notices, which must not use up what messages need. */
bool person_may_notify(struct person *person);

#endif
