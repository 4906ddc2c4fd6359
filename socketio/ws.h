/*
 * The part of socketio.h that is about plain WebSockets: endpoints beside Socket.IO on the same server and port, for clients that
 * speak no Socket.IO. Programs include socketio.h. The words are the same; upstream has none of it. docs/websocket.md is the guide.
 *
 *   static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
 *   {
 *       size_t len;
 *       const char *text = sio_ws_message_data(message, &len);
 *
 *       sio_ws_broadcast_text(ws, SIO_TARGET(.to = SIO_LIST("lobby")), text, len);
 *   }
 *
 *   sio_ws_endpoint_t *chat = sio_ws_endpoint(io, "/ws/chat/:room", SIO_WS_OPTIONS(.ping_interval_ms = 10000));
 *   sio_ws_on_message(chat, on_message, NULL);
 */
#ifndef SOCKETIO_WS_H
#define SOCKETIO_WS_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sio_ws sio_ws_t;                   /* a connection; reference-counted */
typedef struct sio_ws_endpoint sio_ws_endpoint_t; /* a path at which they connect */
typedef struct sio_ws_message sio_ws_message_t;   /* a received message, borrowed until the handler returns */

/* Close codes: those of RFC 6455 that a program sends, and the usual ones of applications. 3000 to 4999 are the program's own. */
enum sio_ws_code {
    SIO_WS_NORMAL = 1000,
    SIO_WS_GOING_AWAY = 1001,
    SIO_WS_PROTOCOL_ERROR = 1002,
    SIO_WS_UNSUPPORTED = 1003, /* a kind of message that isn't understood here */
    SIO_WS_NO_CODE = 1005,     /* received only: the peer's close frame had none */
    SIO_WS_ABNORMAL = 1006,    /* received only: the connection ended without a close frame, or no pong came */
    SIO_WS_INVALID = 1007,     /* text that isn't UTF-8, or JSON where JSON is due that isn't */
    SIO_WS_POLICY = 1008,
    SIO_WS_TOO_BIG = 1009,
    SIO_WS_INTERNAL_ERROR = 1011,
    SIO_WS_NO_TOKEN = 4001,  /* no first message in time to authenticate by */
    SIO_WS_BAD_TOKEN = 4002, /* it was refused */
    SIO_WS_LIMITED = 4003    /* over a limit of sio_ws_limits_t */
};

/* -------------------------------------------------------------------------------------------------------------- endpoints */

/*
 * What may be asked of an endpoint, on this server; zero: no limit. Beyond a number of connections a new one is accepted and closed with
 * 4003, and so is one beyond a rate (bursts of two seconds' worth pass). What a user sends over several connections counts together;
 * who that is says sio_ws_set_identity(). options.limits of the server hold as well.
 */
typedef struct sio_ws_limits {
    size_t size; /* sizeof(sio_ws_limits_t); SIO_WS_LIMITS fills it in */
    unsigned connections_per_address, connections_per_user;
    unsigned messages_per_second; /* of one connection */
    uint64_t bytes_per_second;
    unsigned messages_per_second_per_address, messages_per_second_per_user;
    uint64_t bytes_per_second_per_address, bytes_per_second_per_user;
} sio_ws_limits_t;

#define SIO_WS_LIMITS(...) (&(const sio_ws_limits_t){.size = sizeof(sio_ws_limits_t), __VA_ARGS__})

/* Zero means the default (in brackets). Texts, lists and structs are copied. */
typedef struct sio_ws_options {
    size_t size;                      /* sizeof(sio_ws_options_t); SIO_WS_OPTIONS fills it in */
    const char *const *subprotocols;  /* [none] the first one of the client's that is in the list is agreed on */
    const char *const *origins;       /* [all] of the pages that may connect; others get 403. Clients without Origin pass */
    sio_namespace_t *share;           /* [a namespace of its own] whose rooms are shared; see below */
    size_t max_message;               /* [max_http_buffer_size] bytes of a message; more: 1009 */
    unsigned ping_interval_ms;        /* [the server's] between a pong and the next ping frame */
    unsigned ping_timeout_ms;         /* [the server's] for its pong */
    unsigned auth_timeout_ms;         /* [10000] for the first message, with sio_ws_on_auth() */
    bool no_json_pings;               /* {"type":"ping"} is a message like others; otherwise {"type":"pong"} answers it, with the other
                                         members of the ping: for browsers, whose scripts can't send ping frames */
    bool no_deflate;                  /* no permessage-deflate, whatever the server's option says */
    const sio_per_message_deflate_t *per_message_deflate; /* [the server's] */
    const sio_ws_limits_t *limits;    /* [none] */
    void *user;                       /* for sio_ws_endpoint_user() */
} sio_ws_options_t;

#define SIO_WS_OPTIONS(...) (&(const sio_ws_options_t){.size = sizeof(sio_ws_options_t), __VA_ARGS__})

/*
 * Serves WebSockets at a path outside of the server's own. A segment ":name" stands for any one segment that isn't empty, which
 * sio_ws_param() gives decoded; up to 8 of them. Of several endpoints that match the first one made is taken. Borrowed, lives as long
 * as the server; NULL when the pattern or an option can't be, or out of memory (the log says which). options may be NULL.
 *
 * An endpoint's rooms are those of a namespace of its own, which no Socket.IO client can join and which is named by the pattern: so what
 * is sent to a room crosses the servers of a cluster as events do. With options.share they are those of the given namespace instead,
 * and each side receives what the other sends:
 *   - the event "message" with one argument and a plain message are the same thing: a text is a text message, bytes are a binary
 *     message, anything else is its JSON text;
 *   - any other event is {"type":name,"args":[...]} for plain WebSockets, with "attachments":[...] in base64 when it has some.
 * sio_ws_map_events() and sio_ws_map_messages() change that. A plain WebSocket is a socket of the namespace then: found, counted and fetched, made to join and leave with
 * the others; but it has no part in acknowledgements and recovery, and the namespace's middlewares and handlers aren't called for it.
 */
SIO_API sio_ws_endpoint_t *sio_ws_endpoint(sio_server_t *io, const char *pattern, const sio_ws_options_t *options);

SIO_API void *sio_ws_endpoint_user(const sio_ws_endpoint_t *endpoint);     /* what options.user held. Any thread */
SIO_API const char *sio_ws_endpoint_path(const sio_ws_endpoint_t *endpoint); /* its pattern, borrowed. Any thread */

/* Whose rooms it uses, borrowed: for sio_emit_to(), sio_sockets_join(), sio_fetch_sockets()... Any thread. */
SIO_API sio_namespace_t *sio_ws_endpoint_namespace(const sio_ws_endpoint_t *endpoint);

/* How many are connected to it here. */
SIO_API size_t sio_ws_endpoint_count(const sio_ws_endpoint_t *endpoint);

/* Calls fn for each of them, until it returns false. */
SIO_API void sio_ws_endpoint_each(sio_ws_endpoint_t *endpoint, bool (*fn)(sio_ws_t *ws, void *user), void *user);

/* --------------------------------------------------------------------------------------------------------------- handlers
 *
 * One of each kind per endpoint; setting another replaces it.
 */

typedef void (*sio_ws_fn)(sio_ws_t *ws, void *user);
typedef void (*sio_ws_next_fn)(sio_ws_t *ws, sio_next_t *next, void *user);
typedef void (*sio_ws_auth_fn)(sio_ws_t *ws, sio_ws_message_t *message, sio_next_t *next, void *user);
typedef void (*sio_ws_message_fn)(sio_ws_t *ws, sio_ws_message_t *message, void *user);
typedef void (*sio_ws_close_fn)(sio_ws_t *ws, int code, const char *reason, void *user);
typedef void (*sio_ws_data_fn)(sio_ws_t *ws, const void *data, size_t len, void *user);

/*
 * Before the upgrade: looks at the request (headers, query, parameters, address) and must answer `next` once, now or later:
 * sio_next_ok() lets it in, sio_ws_refuse() says how not. It may set what the connection is to have: sio_ws_set_auth(),
 * sio_ws_set_identity(), sio_ws_set_user(), sio_ws_set_subprotocol().
 */
SIO_API int sio_ws_on_upgrade(sio_ws_endpoint_t *endpoint, sio_ws_next_fn fn, void *user);

/*
 * Authentication by the first message, which is given here instead of to on_message and must be answered, now or later; then on_connect
 * is called, and messages that came meanwhile follow (up to 64 of them; more: 1008). Without a first message within auth_timeout_ms the
 * connection is closed with 4001, when it is refused with 4002 or as sio_ws_refuse() says.
 */
SIO_API int sio_ws_on_auth(sio_ws_endpoint_t *endpoint, sio_ws_auth_fn fn, void *user);

/*
 * Refuses, instead of sio_next_ok(). A code from 400 to 599 is the HTTP status of the answer, `reason` its body (in on_upgrade only); one
 * of sio_ws_close() accepts and closes with it and with up to 123 bytes of the reason, which scripts in browsers can see. sio_next_error(next, message, NULL) stands for 403,
 * after the upgrade for 4002. Any thread; `next` is gone after it. SIO_EINVAL: no such code; then 403 or 4002 as well.
 */
SIO_API int sio_ws_refuse(sio_next_t *next, int code, const char *reason);

/* Connected, authenticated, in the room of its id. */
SIO_API int sio_ws_on_connect(sio_ws_endpoint_t *endpoint, sio_ws_fn fn, void *user);

/* A whole message has come; `message` is borrowed. */
SIO_API int sio_ws_on_message(sio_ws_endpoint_t *endpoint, sio_ws_message_fn fn, void *user);

/*
 * Closed: by the peer, with its code and reason (1005 without a code, 1006 when the connection was lost or no pong came), or by this
 * side with those that it sent. The last call for a connection that on_connect was called for; it is in its rooms still.
 */
SIO_API int sio_ws_on_close(sio_ws_endpoint_t *endpoint, sio_ws_close_fn fn, void *user);

/* Something wrong came: the protocol broken (1002), text that isn't UTF-8 (1007), a message too big (1009), a limit passed (4003). It will be
   closed with that code; on_close follows. */
SIO_API int sio_ws_on_error(sio_ws_endpoint_t *endpoint, sio_ws_close_fn fn, void *user);

/* A pong came. */
SIO_API int sio_ws_on_pong(sio_ws_endpoint_t *endpoint, sio_ws_data_fn fn, void *user);

/* What was queued and had to wait has left: more can be sent. For who sends much. */
SIO_API int sio_ws_on_drain(sio_ws_endpoint_t *endpoint, sio_ws_fn fn, void *user);

/* --------------------------------------------------------------------------------------------------------------- messages */

/* Binary, or text (valid UTF-8). */
SIO_API bool sio_ws_message_binary(const sio_ws_message_t *message);

/* Its bytes, not NUL-terminated. */
SIO_API const char *sio_ws_message_data(const sio_ws_message_t *message, size_t *len);

/* A text message parsed as JSON, on first use; borrowed (json_incref to keep it). NULL when it isn't JSON or jansson can't hold it. */
SIO_API json_t *sio_ws_message_json(sio_ws_message_t *message);

/* The member "type" of a message that is a JSON object, as many protocols have it, borrowed; NULL when there is none. */
SIO_API const char *sio_ws_message_type(sio_ws_message_t *message);

/* ------------------------------------------------------------------------------------------------------------ connections */

/* One more reference; a held connection outlives its end, and calls on it then answer SIO_EDISCONNECTED. Any thread. */
SIO_API sio_ws_t *sio_ws_ref(sio_ws_t *ws);

/* Gives a reference back. NULL is allowed. Any thread. */
SIO_API void sio_ws_unref(sio_ws_t *ws);

/* 20 characters, borrowed. Any thread. */
SIO_API const char *sio_ws_id(const sio_ws_t *ws);

/* Borrowed. Any thread. */
SIO_API sio_ws_endpoint_t *sio_ws_endpoint_of(const sio_ws_t *ws);
SIO_API sio_server_t *sio_ws_server(const sio_ws_t *ws);

/* Whether on_connect has been or is being called, and it isn't closed yet. Any thread. */
SIO_API bool sio_ws_connected(const sio_ws_t *ws);

/* The request: sio_request_header(), sio_request_query(), sio_request_url(), sio_request_address(). Borrowed, as long as the connection is
   referenced; NULL when out of memory. In on_upgrade sio_reply_header() adds to its answer; not to be replied to. */
SIO_API sio_request_t *sio_ws_request(sio_ws_t *ws);

/* What a ":name" of the pattern stands for, decoded; borrowed, as long as the connection is referenced. NULL: no such name. Any thread. */
SIO_API const char *sio_ws_param(const sio_ws_t *ws, const char *name);

/* The subprotocol agreed on, "" when none was; borrowed. To be set in on_upgrade only, to one that the client offers. */
SIO_API const char *sio_ws_subprotocol(const sio_ws_t *ws);
SIO_API int sio_ws_set_subprotocol(sio_ws_t *ws, const char *name);

/* What authentication found out, for the program: JSON, borrowed; NULL: not set. `auth` is stolen. */
SIO_API json_t *sio_ws_auth(const sio_ws_t *ws);
SIO_API void sio_ws_set_auth(sio_ws_t *ws, json_t *auth);

/* Whose connection it is, for the limits per user: set in on_upgrade or on_auth, up to 255 bytes. Borrowed; "" when not set. */
SIO_API const char *sio_ws_identity(const sio_ws_t *ws);
SIO_API int sio_ws_set_identity(sio_ws_t *ws, const char *identity);

/* A pointer of the program's; the destructor (may be NULL) is called when it is replaced or the connection is freed. */
SIO_API void sio_ws_set_user(sio_ws_t *ws, void *user, void (*destructor)(void *user));
SIO_API void *sio_ws_user(const sio_ws_t *ws);

/* The same connection as a socket of the endpoint's namespace, for the functions of sockets: sio_data(), sio_emit() (the client receives
   what the mapping makes of the event), sio_broadcast()... Borrowed. Any thread. */
SIO_API sio_socket_t *sio_ws_socket(sio_ws_t *ws);

/* The other way round; NULL: it is a Socket.IO client's. Any thread. */
SIO_API sio_ws_t *sio_ws_of_socket(sio_socket_t *socket);

/* ---------------------------------------------------------------------------------------------------------------- sending
 *
 * Errors: SIO_EDISCONNECTED, SIO_EBACKPRESSURE (the outbox is full: nothing was queued), SIO_ENOMEM; SIO_EINVAL for text that isn't UTF-8.
 * Any thread. Four forms each: JSON by a format of one value ("{s:s,s:i}", the letters of socketio.h but B and E; SIO_EFORMAT), JSON from
 * jansson, text as it is, bytes.
 */

/* To one. */
SIO_API int sio_ws_send(sio_ws_t *ws, const char *format, ...);
SIO_API int sio_ws_send_json(sio_ws_t *ws, const json_t *json);
SIO_API int sio_ws_send_text(sio_ws_t *ws, const char *text, size_t len);
SIO_API int sio_ws_send_binary(sio_ws_t *ws, const void *data, size_t len);

/* To the connections of an endpoint that the target names (NULL: all), and to the others in its namespace. Encoded once. */
SIO_API int sio_ws_send_to(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const char *format, ...);
SIO_API int sio_ws_send_to_json(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const json_t *json);
SIO_API int sio_ws_send_to_text(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const char *text, size_t len);
SIO_API int sio_ws_send_to_binary(sio_ws_endpoint_t *endpoint, const sio_target_t *target, const void *data, size_t len);

/* The same without the connection itself. */
SIO_API int sio_ws_broadcast(sio_ws_t *ws, const sio_target_t *target, const char *format, ...);
SIO_API int sio_ws_broadcast_json(sio_ws_t *ws, const sio_target_t *target, const json_t *json);
SIO_API int sio_ws_broadcast_text(sio_ws_t *ws, const sio_target_t *target, const char *text, size_t len);
SIO_API int sio_ws_broadcast_binary(sio_ws_t *ws, const sio_target_t *target, const void *data, size_t len);

/* --------------------------------------------------------------------------------------------------------------- mapping */

typedef struct sio_ws_out sio_ws_out_t; /* where a mapping writes to, borrowed until it returns */

typedef void (*sio_ws_map_event_fn)(const sio_event_t *event, sio_ws_out_t *out, void *user);

/*
 * What the connections of an endpoint receive for an event of its namespace, instead of the mapping above: fn writes one message, or none, and
 * they receive nothing. Called once per broadcast, on the loop thread. What sio_ws_send() and its kin send is no event and comes as it is,
 * but from other servers of the cluster it comes as the event that it became on the way.
 */
SIO_API int sio_ws_map_events(sio_ws_endpoint_t *endpoint, sio_ws_map_event_fn fn, void *user);

/* The message: SIO_ESTATE when there is one. Errors otherwise as for sending. */
SIO_API int sio_ws_out_json(sio_ws_out_t *out, const json_t *json);
SIO_API int sio_ws_out_text(sio_ws_out_t *out, const char *text, size_t len);
SIO_API int sio_ws_out_binary(sio_ws_out_t *out, const void *data, size_t len);

typedef void (*sio_ws_map_message_fn)(sio_ws_message_t *message, sio_ws_out_t *out, void *user);

/*
 * The event that a message to many becomes, for Socket.IO clients and other servers: fn writes one, or none, and the mapping above holds.
 * Called in the thread that sends.
 */
SIO_API int sio_ws_map_messages(sio_ws_endpoint_t *endpoint, sio_ws_map_message_fn fn, void *user);

/* The event, by a format. SIO_ESTATE when there is one. Errors otherwise as sio_emit(). */
SIO_API int sio_ws_out_event(sio_ws_out_t *out, const char *name, const char *format, ...);

/* -------------------------------------------------------------------------------------------------------- rooms and the end */

/* Joins or leaves a room. Any thread; in order with what the same thread sends. */
SIO_API int sio_ws_join(sio_ws_t *ws, const char *room);
SIO_API int sio_ws_leave(sio_ws_t *ws, const char *room);
SIO_API bool sio_ws_in_room(const sio_ws_t *ws, const char *room);
SIO_API void sio_ws_rooms(const sio_ws_t *ws, void (*fn)(const char *room, void *user), void *user);

/* Sends a ping frame with up to 125 bytes (SIO_EINVAL: more); its pong goes to on_pong. Any thread. */
SIO_API int sio_ws_ping(sio_ws_t *ws, const void *data, size_t len);

/*
 * Closes: what is queued leaves first, then a close frame with a code (1000 to 1003, 1007 to 1014, 3000 to 4999) and a reason (NULL, or
 * UTF-8 of up to 123 bytes); the peer has 30 s to answer it. On the loop thread, with nothing left to send, on_close is called before this
 * returns, as sio_disconnect() does. SIO_EINVAL: not such a code or reason. Any thread.
 */
SIO_API int sio_ws_close(sio_ws_t *ws, int code, const char *reason);

/* Bytes queued for the client. */
SIO_API size_t sio_ws_queued_bytes(const sio_ws_t *ws);

#ifdef __cplusplus
}
#endif

#endif
