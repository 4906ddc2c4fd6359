/* Who is notified: a user is a room of the server, which all tabs and devices
 * of that user are in, and a topic is one too. With Redis each of these reaches
 * the users of all servers. */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "token.h"

#include <socketio/socketio.h>

#define ROOM_SIZE  (NAME_MAX_LEN + 16)
#define TOPICS_MAX 8 /* at once */

/* The rooms' names, which other processes use as well. */
void room_of_user(char room[ROOM_SIZE], const char *user);
void room_of_topic(char room[ROOM_SIZE], const char *topic);

/* Each: 0 or a negative enum sio_error. `note` is borrowed. */
int notify_user(sio_namespace_t *nsp, const char *user, json_t *note);
int notify_room(sio_namespace_t *nsp, const char *topic, json_t *note);
int notify_room_except(sio_namespace_t *nsp, const char *topic, const char *user, json_t *note);
int notify_all(sio_namespace_t *nsp, json_t *note);

/* Who is in several of them is notified once. */
int notify_rooms(sio_namespace_t *nsp, const char *const topics[], size_t count, json_t *note);

/* Waits at most timeout_ms for all tabs and devices to say that they have it.
 */
int notify_user_ack(sio_namespace_t *nsp, const char *user, unsigned timeout_ms, json_t *note,
                    sio_replies_fn fn, void *data);

#endif
