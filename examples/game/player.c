/* The people of player.h. */

#include "player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BURST      20.0
#define PER_SECOND 3.0

struct player *players_find(const struct players *players, const char *name)
{
    struct player *player = players->first;

    while (player && strcasecmp(player->name, name) != 0)
        player = player->next;
    return player;
}

struct player *players_add(struct players *players, const char *name, const char *token)
{
    struct player *player = players->count < PLAYERS_MAX ? calloc(1, sizeof(*player)) : NULL;

    if (!player)
        return NULL;
    snprintf(player->name, sizeof(player->name), "%s", name);
    snprintf(player->token, sizeof(player->token), "%s", token);
    player->requests = allowance_of(BURST, PER_SECOND);
    player->next = players->first;
    players->first = player;
    players->count++;
    return player;
}

void players_remove(struct players *players, struct player *player)
{
    struct player **link = &players->first;

    while (*link != player)
        link = &(*link)->next;
    *link = player->next;
    players->count--;
    player_connect(player, NULL);
    free(player);
}

void player_connect(struct player *player, sio_socket_t *socket)
{
    if (player->socket) {
        sio_set_user(player->socket, NULL, NULL);
        sio_socket_unref(player->socket);
    }
    player->socket = socket ? sio_socket_ref(socket) : NULL;
    if (socket)
        sio_set_user(socket, player, NULL);
}

bool player_is(const struct player *player, const char *token)
{
    return token[0] != '\0' && strcmp(player->token, token) == 0;
}
