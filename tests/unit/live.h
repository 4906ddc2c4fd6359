/*
 * A server on a thread of its own, and a small WebSocket client to talk to it: blocking, text and
 * binary messages, every wait with a time limit. For tests of what needs a running loop.
 */
#ifndef TESTS_LIVE_H
#define TESTS_LIVE_H

#include <socketio/socketio.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { LIVE_TIMEOUT_MS = 20000 };

/* ------------------------------------------------------------------------------ the server */

typedef struct live {
    sio_server_t *io;
    int port;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    const sio_options_t *options;
    void (*set_up)(sio_server_t *io);
    bool listening;
    unsigned flags; /* what has happened; see live_set */
    bool joined;
} live_t;

/* Starts one whose set_up runs on its own thread, before it listens on 127.0.0.1. options.user is
 * `live`'s address: live_of(). */
void live_start(live_t *live, sio_options_t *options, void (*set_up)(sio_server_t *io));
live_t *live_of(const sio_socket_t *socket);

/* Shuts it down, if nobody has yet, and waits until it is gone. */
void live_stop(live_t *live);

/* Bits that callbacks set and the test waits for. */
void live_set(live_t *live, unsigned flags);
void live_wait(live_t *live, unsigned flags);

/* Runs fn on the loop's thread and waits until it has returned. */
void live_run(live_t *live, void (*fn)(void *user), void *user);

/* ------------------------------------------------------------------------------ the client */

typedef struct wire {
    int fd;
    size_t used;
    unsigned char buffer[1 << 17];
    size_t start; /* of the next frame in it */
} wire_t;

/* Connects as far as the open packet; with `nsp` ("/" or another) also to that namespace. False
 * when refused. */
bool wire_open(wire_t *wire, int port, const char *nsp);

/* The first half of it: connects and asks to be upgraded; what the server answers. */
void wire_begin(wire_t *wire, int port, const char *target);
bool wire_upgraded(wire_t *wire);

/* A text message, as it is ("2probe", "42[...]" with Engine.IO's type). */
void wire_send(wire_t *wire, const char *text);
void wire_send_binary(wire_t *wire, const void *bytes, size_t len);

/* The next message, NUL-terminated, valid until the next call; pings are answered and skipped.
 * NULL: closed. */
const char *wire_next(wire_t *wire);
void wire_expect(wire_t *wire, const char *text);
void wire_expect_end(wire_t *wire);
void wire_close(wire_t *wire);

/* A plain HTTP request's whole answer (Connection: close), NUL-terminated, to be freed. */
char *http_get(int port, const char *target, const char *headers);
char *http_post(int port, const char *target, const char *body);

#endif
