/* What the two servers of this program share: its options. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

struct settings {
    const char *host;
    int port;
    unsigned ping_interval_ms, ping_timeout_ms, connect_timeout_ms;
    size_t max_payload;
    const char *path;
    const char *cors_origin;
    const char *ws_echo; /* path of a plain WebSocket endpoint; NULL: none */
    bool msgpack;        /* packets are written in MessagePack */
    bool allow_eio3;     /* clients of Socket.IO v2 as well */
    bool engine_only;
    bool verbose;
};

/* Each runs until SIGINT or SIGTERM and returns the program's exit status. */
int run_socketio(const struct settings *settings);
int run_engine_echo(const struct settings *settings);

#endif
