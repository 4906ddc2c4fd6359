/* One handler per message. Each looks at what came, has document.c do it, and tells the others. */

#include "events.h"

#include "examples/common/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_MAX = 256 * 1024,
    BEHIND = 4000,   /* close code: connect again to be told what was missed */
    REPLACED = 4004, /* the same session has connected again */
};

/* ---- Coming and going ---- */

/* What the page says of itself in the query, checked; "" for what is missing or unfit. */
static const char *parameter(sio_ws_t *ws, const char *name, size_t max)
{
    const sio_request_t *request = sio_ws_request(ws);
    const char *value = request ? sio_request_query(request, name) : NULL;

    return value && strlen(value) <= max ? value : "";
}

static const char *name_of(sio_ws_t *ws)
{
    const char *name = parameter(ws, "name", NAME_SIZE - 1);

    return text_is_name(name, strlen(name), NAME_MAX_CHARACTERS) ? name : "Somebody";
}

/* What it missed, when it has been here before and its text is of this history; otherwise
 * everything. */
static json_t *welcome(sio_ws_t *ws, const struct peer *peer)
{
    const struct document *document = peer->document;
    const char *number = parameter(ws, "revision", 18);
    bool is_known = strcmp(parameter(ws, "epoch", EPOCH_SIZE - 1), document->epoch) == 0;
    char *end;
    json_int_t revision = strtoll(number, &end, 10);

    if (is_known && *number && *end == '\0' && document_remembers(document, revision))
        return document_history(document, peer, revision);
    return document_snapshot(document, peer);
}

static void tell(sio_ws_t *ws, const struct document *document, json_t *message)
{
    if (message)
        sio_ws_broadcast_json(ws, SIO_TARGET(.to = SIO_LIST(document->room)), message);
    json_decref(message);
}

static void leave(sio_ws_t *ws, struct peer *peer)
{
    struct document *document = peer->document;

    tell(ws, document, json_pack("{s:s,s:I}", "type", "leave", "peer", peer->number));
    sio_ws_set_user(ws, NULL, NULL);
    document_leave(peer);
}

struct rival {
    const struct document *document;
    const char *key;
    sio_ws_t *found;
};

static bool find_rival(sio_ws_t *ws, void *user)
{
    struct rival *rival = user;
    const struct peer *peer = sio_ws_user(ws);

    if (peer && peer->document == rival->document && strcmp(peer->key, rival->key) == 0)
        rival->found = ws;
    return !rival->found;
}

/* What the same session's old connection might still bring must not count: the new one is told now
 * what has come, and sends the rest. */
static void replace(sio_ws_t *ws, const struct document *document, const char *key)
{
    struct rival rival = {.document = document, .key = key};

    if (*key)
        sio_ws_endpoint_each(sio_ws_endpoint_of(ws), find_rival, &rival);
    if (!rival.found)
        return;
    leave(rival.found, sio_ws_user(rival.found));
    sio_ws_close(rival.found, REPLACED, "connected again");
}

static void on_connect(sio_ws_t *ws, void *user)
{
    const char *id = sio_ws_param(ws, "id"), *key = parameter(ws, "client", KEY_MAX);
    struct document *document = strlen(id) <= DOCUMENT_ID_MAX ? shelf_open(user, id) : NULL;
    struct peer *peer;
    json_t *message;

    if (document)
        replace(ws, document, key);
    peer = document ? document_enter(document, key, name_of(ws)) : NULL;
    message = peer ? welcome(ws, peer) : NULL;
    sio_ws_set_user(ws, peer, NULL);
    if (!message || sio_ws_send_json(ws, message) != 0 || sio_ws_join(ws, document->room) != 0)
        sio_ws_close(ws, 1013, "no room for another document");
    else
        tell(ws, document,
             json_pack("{s:s,s:I,s:s}", "type", "join", "peer", peer->number, "name", peer->name));
    json_decref(message);
}

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    struct peer *peer = sio_ws_user(ws);

    (void)code, (void)reason, (void)user;
    if (peer)
        leave(ws, peer);
}

/* ---- Editing ---- */

/* {type: "op", op, revision, sequence} */
static void on_op(sio_ws_t *ws, struct peer *peer, json_t *message)
{
    struct document *document = peer->document;
    json_int_t revision, sequence = 0;
    json_t *op;
    enum submitted result = SUBMIT_INVALID;

    if (json_unpack(message, "{s:o,s:I,s?I}", "op", &op, "revision", &revision, "sequence",
                    &sequence) == 0)
        result = document_submit(document, peer, op, revision, sequence);
    if (result == SUBMIT_OK) {
        if (sio_ws_send(ws, "{s:s,s:I,s:I}", "type", "ack", "revision", document->revision,
                        "sequence", sequence) != 0)
            sio_ws_close(ws, BEHIND, "too slow");
        tell(ws, document,
             json_pack("{s:s,s:O,s:I,s:I}", "type", "op", "op", document_last(document)->op,
                       "revision", document->revision, "peer", peer->number));
    } else if (result == SUBMIT_BEHIND) {
        sio_ws_close(ws, BEHIND, "too far behind");
    } else if (result == SUBMIT_INVALID) {
        sio_ws_close(ws, SIO_WS_POLICY, "not an operation on that revision");
    } else {
        sio_ws_close(ws, SIO_WS_INTERNAL_ERROR, "out of memory");
    }
}

/* {type: "cursor", start, end, revision}; one that comes too late is nothing worth an answer. */
static void on_cursor(sio_ws_t *ws, struct peer *peer, json_t *message)
{
    json_int_t start, end, revision;

    if (json_unpack(message, "{s:I,s:I,s:I}", "start", &start, "end", &end, "revision",
                    &revision) == 0 &&
        document_point(peer, start, end, revision))
        tell(ws, peer->document, peer_cursor(peer));
}

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    struct peer *peer = sio_ws_user(ws);
    const char *type = sio_ws_message_type(message);

    (void)user;
    if (!peer)
        return; /* closed already */
    if (type && strcmp(type, "op") == 0)
        on_op(ws, peer, sio_ws_message_json(message));
    else if (type && strcmp(type, "cursor") == 0)
        on_cursor(ws, peer, sio_ws_message_json(message));
    else
        sio_ws_close(ws, SIO_WS_POLICY, "no such message");
}

int events_init(struct shelf *shelf, sio_server_t *io)
{
    sio_ws_endpoint_t *endpoint =
        sio_ws_endpoint(io, "/ws/docs/:id",
                        SIO_WS_OPTIONS(.max_message = MESSAGE_MAX, .ping_interval_ms = 10000,
                                       .ping_timeout_ms = 5000,
                                       .limits =
                                           SIO_WS_LIMITS(.messages_per_second = 200,
                                                         .bytes_per_second = 2 * MESSAGE_MAX)));
    int error = endpoint ? sio_ws_on_connect(endpoint, on_connect, shelf) : SIO_ENOMEM;

    if (error == 0)
        error = sio_ws_on_message(endpoint, on_message, shelf);
    return error ? error : sio_ws_on_close(endpoint, on_close, shelf);
}
