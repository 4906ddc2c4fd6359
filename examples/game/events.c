/* One handler per event. Each looks at what came, and refuses it or has play.c do it. Every request
 * is answered, with { ok: true, ... } or { ok: false, code, message }. */

#include "events.h"

#include "examples/common/clock.h"
#include "examples/common/reply.h"
#include "examples/common/text.h"

#include <string.h>

/* Who asks, when that is somebody who may; otherwise the request has been refused. */
static struct player *asking(sio_socket_t *socket, sio_event_t *event)
{
    struct player *player = sio_user(socket);

    if (!player)
        refuse(event, "hello", "Choose a name first.");
    else if (!allowance_take(&player->requests))
        refuse_rate(event);
    else
        return player;
    return NULL;
}

/* Where the player is and what can be seen from there. */
static void answer_place(const struct house *house, sio_event_t *event, const struct player *player)
{
    const struct game *game = player->game;

    if (game)
        sio_ack(event, "{s:b,s:i,s:o}", "ok", 1, "seat", game_seat_of(game, player), "game",
                game_state(game, steady_ms()));
    else
        sio_ack(event, "{s:b,s:n,s:o}", "ok", 1, "game", "lobby",
                lobby_state(&house->lobby, house->players.count));
}

/* ---- Coming in ---- */

/* The same tab on a new connection while the old one isn't known to be dead: the new one wins. */
static void replace(struct player *player)
{
    sio_socket_t *socket = sio_socket_ref(player->socket);

    player_connect(player, NULL);
    sio_emit(socket, "replaced", NULL);
    sio_disconnect(socket, false);
    sio_socket_unref(socket);
}

static struct player *admit(struct house *house, sio_event_t *event, const char *name,
                            const char *token)
{
    struct player *player = players_find(&house->players, name);

    if (player && !player_is(player, token)) {
        refuse(event, "taken", "That name is taken. Please choose another.");
        return NULL;
    }
    if (player && player->socket)
        replace(player);
    if (!player)
        player = players_add(&house->players, name, token);
    if (!player)
        refuse(event, "full", "The house is full. Try again later.");
    return player;
}

/* hello { name, token }: takes a name, or comes back to a game. */
static void on_hello(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct house *house = user;
    struct player *player;
    const char *name, *token = "";
    size_t len;

    if (sio_unpack(event, "{s:s%,s?s}", "name", &name, &len, "token", &token) != 0 ||
        !text_is_name(name, len, PLAYER_NAME_MAX) || strlen(token) >= TOKEN_SIZE) {
        refuse(event, "invalid", "A name has 1 to 20 visible characters.");
        return;
    }
    if (sio_user(socket)) {
        refuse(event, "named", "You have a name already.");
        return;
    }
    player = admit(house, event, name, token);
    if (!player)
        return;
    if (play_arrive(house, player, socket) != 0) {
        play_lose(house, player);
        refuse_memory(event);
        return;
    }
    sio_ack(event, "{s:b,s:s,s:i,s:o,s:o,s:i}", "ok", 1, "name", player->name, "turnMs",
            house->turn_seconds * 1000, "lobby", lobby_state(&house->lobby, house->players.count),
            "game", player->game ? game_state(player->game, steady_ms()) : json_null(), "seat",
            player->game ? game_seat_of(player->game, player) : NOBODY);
}

static void on_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    struct player *player = sio_user(socket);

    (void)why;
    if (player)
        play_lose(user, player);
}

/* ---- Games ---- */

/* Who asks for another game while in one, is refused. */
static struct player *asking_in_lobby(sio_socket_t *socket, sio_event_t *event)
{
    struct player *player = asking(socket, event);

    if (!player || !player->game)
        return player;
    refuse(event, "busy", "You are in a game. Leave it first.");
    return NULL;
}

/* create */
static void on_create(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct house *house = user;
    struct player *player = asking_in_lobby(socket, event);

    if (!player)
        return;
    if (play_open(house, player) == 0)
        answer_place(house, event, player);
    else
        refuse(event, "full", "There are too many games. Join or watch one of them.");
}

static struct game *named_game(struct house *house, sio_event_t *event)
{
    const char *id;
    struct game *game =
        sio_unpack(event, "{s:s}", "game", &id) == 0 ? lobby_find(&house->lobby, id) : NULL;

    if (!game)
        refuse(event, "gone", "That game is over.");
    return game;
}

/* join { game }: takes the second seat, and the game begins. */
static void on_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct house *house = user;
    struct player *player = asking_in_lobby(socket, event);
    struct game *game = player ? named_game(house, event) : NULL;

    if (!game)
        return;
    if (game->status != GAME_WAITING)
        refuse(event, "taken", "Somebody was quicker. You can watch, or start another game.");
    else if (play_join(house, player, game) == 0)
        answer_place(house, event, player);
    else
        refuse_memory(event);
}

/* watch { game } */
static void on_watch(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct house *house = user;
    struct player *player = asking_in_lobby(socket, event);
    struct game *game = player ? named_game(house, event) : NULL;

    if (!game)
        return;
    if (play_watch(house, player, game) == 0)
        answer_place(house, event, player);
    else
        refuse_memory(event);
}

/* leave: a running game is lost by it. */
static void on_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct house *house = user;
    struct player *player = asking(socket, event);

    if (!player)
        return;
    if (player->game)
        play_leave(house, player);
    answer_place(house, event, player);
}

/* ---- Playing ---- */

/* The seat of who asks, or NOBODY, and then the request has been refused. */
static int asking_seat(sio_event_t *event, const struct player *player)
{
    int seat = player->game ? game_seat_of(player->game, player) : NOBODY;

    if (seat == NOBODY)
        refuse(event, "seat", "You don't play here.");
    return seat;
}

/* A move whose answer got lost is sent again, and is answered as before. */
static bool was_made(const struct game *game, int seat, json_int_t move, json_int_t column)
{
    return game->last != NOBODY && move == game->board.moves - 1 &&
           column == game->last % COLUMNS && game->board.cells[game->last] == '0' + seat;
}

static void move(struct house *house, sio_event_t *event, struct game *game, int seat,
                 json_int_t number, json_int_t column)
{
    bool again = was_made(game, seat, number, column);
    bool may = game->status == GAME_PLAYING && game->turn == seat && number == game->board.moves;

    if (!again && !may)
        refuse(event, "turn", "It is not your turn.");
    else if (!again && (column < 0 || column >= COLUMNS || !play_move(house, game, (int)column)))
        refuse(event, "column", "That column is full.");
    else
        sio_ack(event, "{s:b}", "ok", 1);
}

/* move { move, column }: `move` is how many were made before it. */
static void on_move(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct player *player = asking(socket, event);
    json_int_t number, column;
    int seat = player ? asking_seat(event, player) : NOBODY;

    if (seat == NOBODY)
        return;
    if (sio_unpack(event, "{s:I,s:I}", "move", &number, "column", &column) != 0)
        refuse(event, "invalid", "Which column?");
    else
        move(user, event, player->game, seat, number, column);
}

/* rematch */
static void on_rematch(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct player *player = asking(socket, event);
    int seat = player ? asking_seat(event, player) : NOBODY;

    if (seat == NOBODY)
        return;
    if (player->game->status != GAME_OVER || game_seated(player->game) < SEATS) {
        refuse(event, "rematch", "There is nobody to play against.");
        return;
    }
    play_again(user, player->game, seat);
    sio_ack(event, "{s:b}", "ok", 1);
}

int events_init(struct house *house)
{
    static const struct {
        const char *name;
        sio_event_fn fn;
    } events[] = {
        {"hello", on_hello}, {"create", on_create}, {"join", on_join},       {"watch", on_watch},
        {"leave", on_leave}, {"move", on_move},     {"rematch", on_rematch},
    };
    int error = 0;

    for (size_t i = 0; i < sizeof(events) / sizeof(*events) && error == 0; i++)
        error = sio_namespace_on(house->nsp, events[i].name, events[i].fn, house);
    return error ? error : sio_namespace_on_disconnect(house->nsp, on_disconnect, house);
}
