/* The people: each name once, with the connection that has it. Somebody in the middle of a game
 * stays when the connection goes, and takes the seat again with a new one. */
#ifndef GAME_PLAYER_H
#define GAME_PLAYER_H

#include "examples/common/allowance.h"

#include <socketio/socketio.h>

#define PLAYERS_MAX 1000 /* on the server */

#define PLAYER_NAME_MAX 20 /* characters */
#define NAME_SIZE       (4 * PLAYER_NAME_MAX + 1)
#define TOKEN_SIZE      65

struct game;

struct player {
    struct player *next;
    sio_socket_t *socket; /* a reference; NULL while away */
    char name[NAME_SIZE];
    char token[TOKEN_SIZE]; /* known to one browser tab only, which comes back with it */
    struct game *game;      /* where the player sits or looks on, or NULL */
    struct allowance requests;
};

struct players {
    struct player *first;
    size_t count;
};

/* By name; "ann" is "Ann". NULL: nobody. */
struct player *players_find(const struct players *players, const char *name);

/* NULL: too many, or out of memory. */
struct player *players_add(struct players *players, const char *name, const char *token);

/* `player` is freed; it must not be in a game any more. */
void players_remove(struct players *players, struct player *player);

/* Takes a connection, or with NULL gives it back. */
void player_connect(struct player *player, sio_socket_t *socket);

/* Whether whoever brings this token is that player. */
bool player_is(const struct player *player, const char *token);

#endif
