/* The rooms of the chat: who is in them and what was said lately. Knows nothing of sockets; chat.c
 * calls it. */
#ifndef CHAT_ROOM_H
#define CHAT_ROOM_H

#include "rules.h"

#include <jansson.h>

#define ROOMS_MAX   64  /* on the server */
#define HISTORY_MAX 100 /* messages kept per room */

struct room {
    struct room *next;
    char name[ROOM_SIZE];
    char channel[ROOM_SIZE + 5]; /* its Socket.IO room */
    json_t *members;             /* an object whose keys are the nicknames */
    json_t *history;             /* an array of messages, the oldest first */
};

struct rooms {
    struct room *first; /* the oldest, which is the lobby and stays */
    size_t count;
};

/* Makes the lobby. 0, or -1 when out of memory. */
int rooms_init(struct rooms *rooms);
void rooms_clear(struct rooms *rooms);

/* The room of that name, or NULL. */
struct room *rooms_find(const struct rooms *rooms, const char *name);

/* The same, made when it doesn't exist: in place of the oldest empty one when there are too many.
 * NULL: all are in use, or no memory. */
struct room *rooms_open(struct rooms *rooms, const char *name);

/* [{ name, members: count }, ...]; new, NULL when out of memory. */
json_t *rooms_list(const struct rooms *rooms);

bool room_has(const struct room *room, const char *nick);
int room_enter(struct room *room, const char *nick);
void room_exit(struct room *room, const char *nick);

/* The nicknames, an array; new, NULL when out of memory. */
json_t *room_members(const struct room *room);

/* Remembers a message (borrowed), and forgets the oldest beyond HISTORY_MAX. */
int room_record(struct room *room, json_t *message);

/* The message that `nick` sent under that key, if it is remembered; borrowed. */
json_t *room_recall(const struct room *room, const char *nick, const char *key);

#endif
