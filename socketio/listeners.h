/*
 * The functions that a socket or a namespace calls: one table for all kinds, made with its first
 * entry. Safe against additions and removals by the functions being called: what is added meanwhile
 * waits for the next time, what is removed is not called any more.
 */
#ifndef SIO_LISTENERS_H
#define SIO_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*sio__fn_t)(void); /* cast to and from the kind's own type */

enum {
    SIO__ON_ANY = 1,
    SIO__ON_ANY_OUTGOING,
    SIO__ON_ERROR,
    SIO__ON_CONNECTION,
    SIO__ON_DISCONNECTING,
    SIO__ON_DISCONNECT,
    SIO__ON_DRAINED,
    SIO__ON_NEW_NAMESPACE,
    SIO__MIDDLEWARE,
    SIO__ON_EVENT = 16 /* the only kind with names; tables of other enumerations stay below it */
};

enum { SIO__ONCE = 1, SIO__PREPEND = 2 };

typedef struct sio__listener {
    uint32_t tag; /* of an event: from its name, never below SIO__ON_EVENT; of other kinds: the
                     kind; 0: removed */
    uint32_t name_len;
    char *name;
    sio__fn_t fn;
    void *user;
    bool once;
} sio__listener_t;

typedef struct sio__listeners {
    sio__listener_t *items;
    unsigned count, cap;
    unsigned calling;  /* iterations under way */
    unsigned prepends; /* how often items were moved up by one */
    bool holes;
    uint32_t kinds; /* a bit for each kind that was ever added */
} sio__listeners_t;

/* `name` is NULL but for events. 0, SIO_ENOMEM. */
int sio__listeners_add(sio__listeners_t **table, int kind, const char *name, sio__fn_t fn,
                       void *user, unsigned how);

/* One (fn and user as given), or all of that kind and name (fn NULL), or all of that kind (name
 * NULL too). */
void sio__listeners_remove(sio__listeners_t *table, int kind, const char *name, sio__fn_t fn,
                           void *user);

/* All of a table into one that is still empty. 0, SIO_ENOMEM: then some are missing. */
int sio__listeners_copy(sio__listeners_t **to, const sio__listeners_t *from);

void sio__listeners_free(sio__listeners_t *table); /* NULL is allowed; nothing is being called */

static inline bool sio__listeners_has(const sio__listeners_t *table, int kind)
{
    return table && (table->kinds >> kind & 1);
}

/* The index-th (from 0) of a kind that is never removed from. NULL: there are fewer. */
const sio__listener_t *sio__listeners_nth(const sio__listeners_t *table, int kind, unsigned index);

/* Of a kind, or (name not NULL) of an event. */
unsigned sio__listeners_count(const sio__listeners_t *table, int kind, const char *name);

typedef struct sio__calling {
    sio__listeners_t *table;
    uint32_t tag;
    const char *name;
    size_t name_len;
    unsigned at, end, prepends;
} sio__calling_t;

/* Starts to call those of a kind (and name); next() must be called until it answers false. */
sio__calling_t sio__listeners_call(sio__listeners_t *table, int kind, const char *name,
                                   size_t name_len);
bool sio__listeners_next(sio__calling_t *calling, sio__fn_t *fn, void **user);

#endif
