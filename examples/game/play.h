/* What happens in the house: people come, sit down, play, look on, lose their connection, come
 * back, leave; and everybody who sees it is told. events.c calls it for requests, turn timers call
 * it by themselves. */
#ifndef GAME_PLAY_H
#define GAME_PLAY_H

#include "lobby.h"

struct house {
    sio_namespace_t *nsp;
    uv_loop_t *loop;
    struct players players;
    struct lobby lobby;
    int turn_seconds;
};

/* Comes in, or comes back to where the player was. */
int play_arrive(struct house *house, struct player *player, sio_socket_t *socket);

/* The connection is gone. Who plays, or waits for somebody, keeps the seat as long as a turn lasts.
 */
void play_lose(struct house *house, struct player *player);

/* Each of them: 0 or a negative enum sio_error, and then nothing has changed. */
int play_open(struct house *house, struct player *player);
int play_join(struct house *house, struct player *player, struct game *game);
int play_watch(struct house *house, struct player *player, struct game *game);

/* Back to the lobby. Who leaves a running game has lost it. */
void play_leave(struct house *house, struct player *player);

/* Drops a piece of the player whose turn it is. False: that column can't be taken. */
bool play_move(struct house *house, struct game *game, int column);

/* Wants another game; it begins when both do. */
void play_again(struct house *house, struct game *game, int seat);

/* Ends all games without a word: the server is shutting down. */
void play_stop(struct house *house);

#endif
