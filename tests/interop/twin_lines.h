/*
 * The lines of docs/node-to-c.md, each a function; tests/node_to_c.awk writes twin_lines.c, which
 * begins with this file.
 */
#ifndef TWIN_LINES_H
#define TWIN_LINES_H

#include <libwebsockets.h>
#include <socketio/socketio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names that the lines use. */
struct twin_line {
    sio_server_t *io;
    sio_socket_t *socket;
};

#define TWIN_LINE(at)                       \
    sio_server_t *io = (at)->io;            \
    sio_socket_t *socket = (at)->socket;    \
    sio_namespace_t *nsp = sio_of(io, "/"); \
    sio_adapter_t *adapter = NULL;          \
    (void)io, (void)socket, (void)nsp, (void)adapter

/* A server with these options must come about. */
void twin_try_options(const sio_options_t *options);

extern void (*const twin_lines[])(const struct twin_line *at);
extern const size_t twin_lines_count;

#endif
