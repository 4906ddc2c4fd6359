/* The list of lobby.h: short, since its length is bounded. */

#include "lobby.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct game *lobby_find(const struct lobby *lobby, const char *id)
{
    struct game *game = lobby->first;

    while (game && strcmp(game->id, id) != 0)
        game = game->next;
    return game;
}

struct game *lobby_open(struct lobby *lobby, uv_loop_t *loop)
{
    bool has_room = !lobby->closed && lobby->count < GAMES_MAX;
    struct game *game = has_room ? calloc(1, sizeof(*game)) : NULL;

    if (!game)
        return NULL;
    if (uv_timer_init(loop, &game->timer) != 0) {
        free(game);
        return NULL;
    }
    snprintf(game->id, sizeof(game->id), "%llu", ++lobby->last_id);
    /* A prefix of its own: every socket's id is a Socket.IO room too. */
    snprintf(game->channel, sizeof(game->channel), "game:%s", game->id);
    game->winner = game->last = NOBODY;
    board_clear(&game->board);
    game->next = lobby->first;
    lobby->first = game;
    lobby->count++;
    return game;
}

static void on_timer_closed(uv_handle_t *timer)
{
    struct game *game = (struct game *)((char *)timer - offsetof(struct game, timer));

    free(game);
}

void lobby_close(struct lobby *lobby, struct game *game)
{
    struct game **link = &lobby->first;

    while (*link != game)
        link = &(*link)->next;
    *link = game->next;
    lobby->count--;
    uv_close((uv_handle_t *)&game->timer, on_timer_closed);
}

json_t *lobby_state(const struct lobby *lobby, size_t online)
{
    json_t *games = json_array();

    for (const struct game *game = lobby->first; game; game = game->next) {
        if (json_array_append_new(games, game_summary(game)) != 0) {
            json_decref(games);
            return NULL;
        }
    }
    return json_pack("{s:i,s:o}", "online", (int)online, "games", games);
}
