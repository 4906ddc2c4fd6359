/* One game: who sits at it, the board, whose turn it is, how it ended. Knows neither sockets nor
 * the loop; the time is told to it. */
#ifndef GAME_GAME_H
#define GAME_GAME_H

#include "player.h"
#include "rules.h"

#include <jansson.h>
#include <stdint.h>
#include <uv.h>

enum { SEATS = 2, NOBODY = -1 };

enum game_status { GAME_WAITING, GAME_PLAYING, GAME_OVER };
enum game_end { END_NONE, END_LINE, END_FULL, END_TIME, END_LEFT };

struct seat {
    struct player *player; /* NULL: free, or whoever sat here has left */
    char name[NAME_SIZE];  /* outlives the player */
    bool rematch;          /* asked for one */
};

struct game {
    struct game *next;
    char id[16];
    char channel[24]; /* its Socket.IO room: players and spectators */
    enum game_status status;
    enum game_end end;
    struct seat seats[SEATS];
    struct board board;
    int first;  /* the seat that began */
    int turn;   /* the seat whose turn it is */
    int winner; /* a seat, or NOBODY */
    int last;   /* the cell of the last move, or NOBODY */
    int line[LINE];
    unsigned spectators;
    int64_t deadline_ms; /* of the turn, on the steady clock; 0: none runs */
    uv_timer_t timer;    /* play.c runs it */
};

/* The player's seat, or NOBODY. */
int game_seat_of(const struct game *game, const struct player *player);

/* Takes a free seat, which a game that waits has. The seat. */
int game_sit(struct game *game, struct player *player);

/* Gets up; a name stays on the board. */
void game_get_up(struct game *game, int seat);

/* An empty board. Who began the last one is second now. */
void game_start(struct game *game);

/* The seat whose turn it is drops a piece; a line or a full board ends the game. False: no such
 * column, or it is full. */
bool game_move(struct game *game, int column);

void game_over(struct game *game, enum game_end end, int winner);

/* How many seats somebody sits on, here or away. */
int game_seated(const struct game *game);

/* All a page needs to show it; README.md has the table. New, NULL when out of memory. */
json_t *game_state(const struct game *game, int64_t now_ms);

/* The line of it in the lobby. */
json_t *game_summary(const struct game *game);

#endif
