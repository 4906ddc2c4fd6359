/*
 * What the parts of the scenario application share. The application is lib/application.mjs again,
 * event by event, on the public API; run.mjs compares the two.
 */
#ifndef TWIN_H
#define TWIN_H

#include <socketio/socketio.h>

#define TWIN_VALUES_MAX    24
#define TWIN_HELD_MAX      16
#define TWIN_ORIGINS_MAX   8
#define TWIN_SENTINELS_MAX 4

/* The application's state for one server. */
struct twin {
    sio_server_t *io;
    sio_adapter_t *adapter; /* NULL: in memory. The server's */
    sio_namespace_t *control;
    sio_next_t *held[TWIN_HELD_MAX]; /* connections waiting in "/guarded" */
    size_t held_count;
    sio_remote_t *remotes[TWIN_HELD_MAX]; /* found by "fetch" */
    size_t remotes_count;
    sio_namespace_t *parents[4];
    sio_next_t *checks[TWIN_HELD_MAX]; /* names that a parent is being asked about */
    size_t checks_count;
    sio_next_t *requests[TWIN_HELD_MAX]; /* that a middleware of the engine holds */
    size_t requests_count;
    sio_next_t *handshakes[TWIN_HELD_MAX]; /* that the program hasn't allowed yet */
    size_t handshakes_count;
    sio_conn_t *flow;                /* whose next flush and drain the engine tells */
    sio_next_t *cors[TWIN_HELD_MAX]; /* requests about whose origin nobody has decided */
    size_t cors_count;
    bool decide_cors;
    bool engine;
    bool hooks;
};

/* The application's state for one socket. */
struct twin_socket {
    sio_event_t *unanswered; /* of "ack later" */
    sio_next_t *held_event;  /* kept by the guard */
};

/* A run of received values, to be handed on: the format is one V for each, and TWIN_VALUES() passes
 * them all. */
struct twin_values {
    char format[TWIN_VALUES_MAX + 8];
    const sio_value_t *at[TWIN_VALUES_MAX];
};

#define TWIN_VALUES(v)                                                                      \
    (v).at[0], (v).at[1], (v).at[2], (v).at[3], (v).at[4], (v).at[5], (v).at[6], (v).at[7], \
        (v).at[8], (v).at[9], (v).at[10], (v).at[11], (v).at[12], (v).at[13], (v).at[14],   \
        (v).at[15], (v).at[16], (v).at[17], (v).at[18], (v).at[19], (v).at[20], (v).at[21], \
        (v).at[22], (v).at[23]

/* The values of an event from index `first` on, after the letters of `prefix`. */
struct twin_values twin_values(const char *prefix, const sio_event_t *event, size_t first);

/* The application of the server a socket belongs to. */
struct twin *twin_of(const sio_socket_t *socket);

/* The JSON of an argument, or NULL. Borrowed from the event. */
json_t *twin_arg(const sio_event_t *event, size_t index);

/* A socket's rooms as a new array: its own first, the others by name. */
json_t *twin_rooms(const sio_socket_t *socket);

/* Tells the observers in "/control": the arguments of an event "report". */
#define twin_report(app, format, ...) \
    sio_emit_to((app)->control, NULL, "report", format, __VA_ARGS__)

/* Which adapter the command line asks for. */
struct twin_adapter {
    const char *name; /* NULL: none */
    const char *redis, *prefix, *mode;
    unsigned stream_count, max_len;
    bool sharded_pubsub, specific_responses, json_parser;
    unsigned requests_timeout_ms, buffer_limit;
    const char *sentinels[TWIN_SENTINELS_MAX + 1];
};

int twin_set_adapter(struct twin *app, const struct twin_adapter *wanted);

/* Those of the command line: a list's texts and patterns. */
struct twin_origins {
    char text[512];
    const char *texts[TWIN_ORIGINS_MAX + 1];
    const char *patterns[TWIN_ORIGINS_MAX + 1];
    size_t text_count, pattern_count;
};

void twin_set_origins(struct twin_origins *origins, sio_options_t *options, const char *value);

/* NULL: there is none of that name. */
const sio_parser_t *twin_parser(const char *name, sio_parser_t **own);

void twin_install(struct twin *app);
void twin_install_cors(struct twin *app);
void twin_install_namespace(sio_namespace_t *nsp);
void twin_install_dynamic(struct twin *app);
void twin_install_cluster(struct twin *app);
void twin_install_redis_state(sio_namespace_t *nsp, struct twin *app);
void twin_install_engine_hooks(struct twin *app);
void twin_install_handlers(struct twin *app);
void twin_install_handshakes(struct twin *app);
void twin_install_page(struct twin *app);
void twin_install_socket_events(sio_namespace_t *nsp);
void twin_install_room_events(sio_namespace_t *nsp);
void twin_install_listener_events(sio_namespace_t *nsp);
void twin_install_emitting_events(sio_namespace_t *nsp);
void twin_install_recovery_events(sio_namespace_t *nsp);
void twin_install_recovery_control(sio_namespace_t *control);
void twin_install_engine(struct twin *app);

#endif
