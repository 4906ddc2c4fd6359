/* The list of games. */
#ifndef GAME_LOBBY_H
#define GAME_LOBBY_H

#include "game.h"

#define GAMES_MAX 100 /* on the server */

struct lobby {
    struct game *first;
    size_t count;
    unsigned long long last_id;
    bool closed; /* no further ones: the server is shutting down */
};

struct game *lobby_find(const struct lobby *lobby, const char *id);

/* A game that waits, the newest first; its timer is on the loop. NULL: too many, or out of memory.
 */
struct game *lobby_open(struct lobby *lobby, uv_loop_t *loop);

/* Takes it off the list; it is freed when the loop has let go of its timer. */
void lobby_close(struct lobby *lobby, struct game *game);

/* { online, games: [...] }. New, NULL when out of memory. */
json_t *lobby_state(const struct lobby *lobby, size_t online);

#endif
