/* A Socket.IO client over WebSocket: handshake, namespace, heartbeat. What it receives beyond that
 * is the workload's business. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "conn.h"
#include "ledger.h"

typedef struct client client_t;

typedef struct client_events {
    /* Engine.IO packets as they came: a text begins with '4'. */
    void (*on_text)(client_t *client, const char *data, size_t length);
    void (*on_binary)(client_t *client, const char *data, size_t length);
    /* Everything of one recv has been handed over: the moment to send, through load->batch. */
    void (*on_turn)(client_t *client);
    void (*on_joined)(client_t *client);
    /* After client_leave(), when the server has answered. */
    void (*on_left)(client_t *client);
} client_events_t;

typedef enum client_state {
    CLIENT_CLOSED,
    CLIENT_UPGRADING, /* HTTP request sent */
    CLIENT_OPENING,   /* WebSocket stands, waiting for the Engine.IO open packet */
    CLIENT_JOINING,   /* CONNECT sent */
    CLIENT_JOINED,
    CLIENT_LEAVING, /* close frame sent */
} client_state_t;

struct client {
    conn_t conn;
    load_t *load;
    const client_events_t *events; /* NULL members where nothing is to be done */
    client_state_t state;
    bool attachment_due; /* a binary event's text came, its bytes have not */
    ledger_t ledger;
    uint64_t started_at;
};

/* False, with the fault counted, when the connection couldn't even be tried. */
bool client_start(client_t *client, load_t *load, const client_events_t *events);
void client_leave(client_t *client);
/* Sends load->batch and empties it. */
void client_flush(client_t *client);
void client_fail(client_t *client, fault_t fault, const char *why);

#endif
