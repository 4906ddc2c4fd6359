/* What happens at the documents, wherever the people are connected: at this
 * server, or at a relay of the cluster. Connections are named by their id,
 * which is a room too, so that answers find them at any server. */
#ifndef DOCUMENT_DESK_H
#define DOCUMENT_DESK_H

#include "shelf.h"

#include <socketio/socketio.h>

enum {
    CLOSE_BEHIND = 4000,   /* connect again to be told what was missed */
    CLOSE_REPLACED = 4004, /* the same session has connected again */
    CLOSE_AGAIN = 1013     /* later, perhaps */
};

struct desk {
    struct shelf shelf;
    sio_ws_endpoint_t *endpoint;
    /* Closes a connection, here or at a relay. */
    void (*close)(struct desk *desk, const char *link, int code, const char *reason);
};

/* Who comes: {link, client, name, revision, epoch}, each a text, all but `link`
 * "" when unknown. */
void desk_enter(struct desk *desk, const char *document, json_t *visitor);

/* A message of somebody's. */
void desk_message(struct desk *desk, const char *document, const char *link, json_t *message);

void desk_leave(struct desk *desk, const char *document, const char *link);

#endif
