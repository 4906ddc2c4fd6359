/* One TCP connection: non-blocking, bytes in, bytes out. Owned by a WebSocket client or by one half
 * of a polling client, which hear of it through `conn_events_t`. */
#ifndef BENCH_CONN_H
#define BENCH_CONN_H

#include "buffer.h"
#include "loop.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct conn conn_t;

typedef struct conn_events {
    void (*on_connect)(conn_t *conn);
    /* Returns how many bytes were used; the rest is given again with what comes next. */
    size_t (*on_data)(conn_t *conn, char *data, size_t length);
    /* Failed, or closed by the server. Not called for conn_close(). */
    void (*on_close)(conn_t *conn, const char *why);
} conn_events_t;

struct conn {
    loop_t *loop;
    const conn_events_t *events;
    void *owner;
    int fd; /* -1 when closed */
    bool connected;
    unsigned generation; /* tells a reader that its callback closed or reopened the connection */
    buffer_t unread;
    buffer_t unsent;
};

/* Initialises and starts connecting; on_connect or on_close follows from the loop. Returns -1 with
 * errno when not even a socket could be had. */
int conn_open(conn_t *conn, loop_t *loop, const struct sockaddr_in *to, const conn_events_t *events,
              void *owner);
void conn_write(conn_t *conn, const char *data, size_t length);
void conn_close(conn_t *conn);
/* For the loop alone. */
void conn_ready(conn_t *conn, uint32_t ready);

#endif
