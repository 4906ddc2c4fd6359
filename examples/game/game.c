/* The game of game.h. */

#include "game.h"

#include <stdio.h>
#include <string.h>

int game_seat_of(const struct game *game, const struct player *player)
{
    for (int seat = 0; seat < SEATS; seat++)
        if (game->seats[seat].player == player)
            return seat;
    return NOBODY;
}

int game_sit(struct game *game, struct player *player)
{
    int seat = game->seats[0].player ? 1 : 0;

    game->seats[seat].player = player;
    snprintf(game->seats[seat].name, sizeof(game->seats[seat].name), "%s", player->name);
    player->game = game;
    return seat;
}

void game_get_up(struct game *game, int seat)
{
    game->seats[seat].player->game = NULL;
    game->seats[seat].player = NULL;
    game->seats[seat].rematch = false;
}

void game_start(struct game *game)
{
    game->first = game->status == GAME_OVER ? 1 - game->first : 0;
    game->turn = game->first;
    game->status = GAME_PLAYING;
    game->end = END_NONE;
    game->winner = game->last = NOBODY;
    game->seats[0].rematch = game->seats[1].rematch = false;
    board_clear(&game->board);
}

bool game_move(struct game *game, int column)
{
    int cell = board_drop(&game->board, game->turn, column);

    if (cell < 0)
        return false;
    game->last = cell;
    if (board_line(&game->board, cell, game->line))
        game_over(game, END_LINE, game->turn);
    else if (board_is_full(&game->board))
        game_over(game, END_FULL, NOBODY);
    else
        game->turn = 1 - game->turn;
    return true;
}

void game_over(struct game *game, enum game_end end, int winner)
{
    game->status = GAME_OVER;
    game->end = end;
    game->winner = winner;
    game->deadline_ms = 0;
}

int game_seated(const struct game *game)
{
    return (game->seats[0].player != NULL) + (game->seats[1].player != NULL);
}

/* ---- As JSON ---- */

static const char *status_name(const struct game *game)
{
    static const char *const names[] = {"waiting", "playing", "over"};

    return names[game->status];
}

/* null for a seat that was never taken. */
static json_t *seat_json(const struct seat *seat)
{
    if (seat->name[0] == '\0')
        return json_null();
    return json_pack("{s:s,s:b,s:b,s:b}", "name", seat->name, "seated", seat->player != NULL,
                     "here", seat->player && seat->player->socket, "rematch", seat->rematch);
}

static json_t *seats_json(const struct game *game)
{
    return json_pack("[o,o]", seat_json(&game->seats[0]), seat_json(&game->seats[1]));
}

static json_t *cell_json(int cell)
{
    return cell == NOBODY ? json_null() : json_integer(cell);
}

static json_t *line_json(const struct game *game)
{
    const int *line = game->line;

    if (game->end != END_LINE)
        return json_array();
    return json_pack("[i,i,i,i]", line[0], line[1], line[2], line[3]);
}

json_t *game_state(const struct game *game, int64_t now_ms)
{
    static const char *const ends[] = {"", "line", "full", "time", "left"};
    int64_t left = game->deadline_ms > now_ms ? game->deadline_ms - now_ms : 0;

    return json_pack("{s:s,s:s,s:s,s:o,s:s,s:i,s:i,s:o,s:o,s:o,s:I,s:i}", "id", game->id, "status",
                     status_name(game), "end", ends[game->end], "seats", seats_json(game), "board",
                     game->board.cells, "moves", game->board.moves, "turn", game->turn, "winner",
                     cell_json(game->winner), "last", cell_json(game->last), "line",
                     line_json(game), "leftMs", (json_int_t)left, "spectators",
                     (int)game->spectators);
}

json_t *game_summary(const struct game *game)
{
    return json_pack("{s:s,s:s,s:o,s:i}", "id", game->id, "status", status_name(game), "seats",
                     seats_json(game), "spectators", (int)game->spectators);
}
