/* The house of play.h. Handlers change the state first and tell it afterwards, whole: a page that
 * has missed something is right again with the next message. */

#include "play.h"

#include "examples/common/clock.h"

#include <stddef.h>

#define LOBBY "lobby" /* the Socket.IO room of all who are in no game */

/* ---- Telling ---- */

static void tell_lobby(struct house *house)
{
    json_t *state = lobby_state(&house->lobby, house->players.count);

    if (state)
        sio_emit_to(house->nsp, SIO_TARGET(.to = SIO_LIST(LOBBY)), "lobby", "o", state);
}

static void tell_game(struct house *house, const struct game *game)
{
    json_t *state = game_state(game, steady_ms());

    if (state)
        sio_emit_to(house->nsp, SIO_TARGET(.to = SIO_LIST(game->channel)), "game", "o", state);
}

/* ---- The turn's clock ---- */

static void on_time_over(uv_timer_t *timer);

static void start_clock(struct house *house, struct game *game)
{
    uint64_t turn_ms = (uint64_t)house->turn_seconds * 1000;

    game->deadline_ms = steady_ms() + (int64_t)turn_ms;
    game->timer.data = house;
    uv_update_time(house->loop);
    uv_timer_start(&game->timer, on_time_over, turn_ms, 0);
}

static void stop_clock(struct game *game)
{
    game->deadline_ms = 0;
    uv_timer_stop(&game->timer);
}

/* ---- The end of games ---- */

/* Players that are away are only kept for their seat. */
static void free_seat(struct house *house, struct game *game, int seat)
{
    struct player *player = game->seats[seat].player;

    game_get_up(game, seat);
    if (!player->socket)
        players_remove(&house->players, player);
}

static void send_away(struct game *game, struct player *player)
{
    player->game = NULL;
    if (player->socket) {
        sio_leave(player->socket, game->channel);
        sio_join(player->socket, LOBBY);
    }
}

/* Nobody sits there any more: whoever still looks on goes back to the lobby. */
static void close_game(struct house *house, struct game *game)
{
    sio_emit_to(house->nsp, SIO_TARGET(.to = SIO_LIST(game->channel)), "closed", "{s:s}", "game",
                game->id);
    for (struct player *player = house->players.first; player; player = player->next)
        if (player->game == game)
            send_away(game, player);
    lobby_close(&house->lobby, game);
}

/* The players who are away lose their seats; the others may want another game. */
static void settle(struct house *house, struct game *game)
{
    stop_clock(game);
    for (int seat = 0; seat < SEATS; seat++) {
        struct player *player = game->seats[seat].player;
        if (player && !player->socket)
            free_seat(house, game, seat);
    }
    if (game_seated(game) == 0)
        close_game(house, game);
    else
        tell_game(house, game);
    tell_lobby(house);
}

static void on_time_over(uv_timer_t *timer)
{
    struct house *house = timer->data;
    struct game *game = (struct game *)((char *)timer - offsetof(struct game, timer));

    if (game->status == GAME_PLAYING)
        game_over(game, END_TIME, 1 - game->turn);
    settle(house, game);
}

/* ---- Coming and going ---- */

static int enter(struct player *player, const struct game *game)
{
    if (sio_join(player->socket, game->channel) != 0)
        return SIO_ENOMEM;
    sio_leave(player->socket, LOBBY);
    return SIO_OK;
}

int play_arrive(struct house *house, struct player *player, sio_socket_t *socket)
{
    struct game *game = player->game;
    int error = sio_join(socket, game ? game->channel : LOBBY);

    if (error != 0)
        return error;
    player_connect(player, socket);
    if (game && game->status == GAME_WAITING)
        stop_clock(game);
    if (game)
        tell_game(house, game);
    tell_lobby(house);
    return SIO_OK;
}

static void stop_watching(struct house *house, struct game *game)
{
    game->spectators--;
    tell_game(house, game);
}

static void give_up(struct house *house, struct game *game, int seat)
{
    if (game->status == GAME_PLAYING)
        game_over(game, END_LEFT, 1 - seat);
    free_seat(house, game, seat);
    settle(house, game);
}

void play_lose(struct house *house, struct player *player)
{
    struct game *game = player->game;
    int seat = game ? game_seat_of(game, player) : NOBODY;

    player_connect(player, NULL);
    if (seat != NOBODY && game->status == GAME_OVER) {
        give_up(house, game, seat);
    } else if (seat != NOBODY) {
        if (game->status == GAME_WAITING)
            start_clock(house, game);
        tell_game(house, game);
        tell_lobby(house);
    } else {
        if (game)
            stop_watching(house, game);
        players_remove(&house->players, player);
        tell_lobby(house);
    }
}

int play_open(struct house *house, struct player *player)
{
    struct game *game = lobby_open(&house->lobby, house->loop);

    if (!game)
        return SIO_ENOMEM;
    if (enter(player, game) != 0) {
        lobby_close(&house->lobby, game);
        return SIO_ENOMEM;
    }
    game_sit(game, player);
    tell_lobby(house);
    return SIO_OK;
}

int play_join(struct house *house, struct player *player, struct game *game)
{
    if (enter(player, game) != 0)
        return SIO_ENOMEM;
    game_sit(game, player);
    game_start(game);
    start_clock(house, game);
    tell_game(house, game);
    tell_lobby(house);
    return SIO_OK;
}

int play_watch(struct house *house, struct player *player, struct game *game)
{
    if (enter(player, game) != 0)
        return SIO_ENOMEM;
    player->game = game;
    game->spectators++;
    tell_game(house, game);
    tell_lobby(house);
    return SIO_OK;
}

void play_leave(struct house *house, struct player *player)
{
    struct game *game = player->game;
    int seat = game_seat_of(game, player);

    send_away(game, player);
    if (seat == NOBODY) {
        stop_watching(house, game);
        tell_lobby(house);
    } else {
        give_up(house, game, seat);
    }
}

/* ---- Playing ---- */

bool play_move(struct house *house, struct game *game, int column)
{
    if (!game_move(game, column))
        return false;
    if (game->status == GAME_OVER) {
        settle(house, game);
    } else {
        start_clock(house, game);
        tell_game(house, game);
    }
    return true;
}

void play_again(struct house *house, struct game *game, int seat)
{
    game->seats[seat].rematch = true;
    if (game->seats[1 - seat].rematch) {
        game_start(game);
        start_clock(house, game);
        tell_lobby(house);
    }
    tell_game(house, game);
}

void play_stop(struct house *house)
{
    house->lobby.closed = true;
    while (house->lobby.first)
        lobby_close(&house->lobby, house->lobby.first);
    while (house->players.first)
        players_remove(&house->players, house->players.first);
}
