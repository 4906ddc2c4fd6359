/* The desk of desk.h: one function per message. Each looks at what came, has
 * document.c do it, and tells the others. */

#include "desk.h"

#include "examples/common/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Telling ---- */

/* The peer may be gone afterwards: a connection that is closed leaves. */
static void tell_one(struct desk *desk, const struct peer *peer, json_t *message)
{
    if (!message ||
        sio_ws_send_to_json(desk->endpoint, SIO_TARGET(.to = SIO_LIST(peer->link)), message) != 0)
        desk->close(desk, peer->link, CLOSE_AGAIN, "out of memory");
    json_decref(message);
}

static void tell_others(struct desk *desk, const struct peer *peer, json_t *message)
{
    if (message)
        sio_ws_send_to_json(desk->endpoint,
                            SIO_TARGET(.to = SIO_LIST(peer->document->room),
                                       .except = SIO_LIST(peer->link)),
                            message);
    json_decref(message);
}

/* ---- Coming and going ---- */

static void leave(struct desk *desk, struct peer *peer)
{
    tell_others(desk, peer, json_pack("{s:s,s:I}", "type", "leave", "peer", peer->number));
    document_leave(peer);
}

/* What the same session's old connection might still bring must not count: the
 * new one is told now what has come, and sends the rest. */
static void replace(struct desk *desk, const struct document *document, const char *key)
{
    char link[LINK_SIZE];
    struct peer *peer = *key ? document_peer_of_key(document, key) : NULL;

    if (!peer)
        return;
    memcpy(link, peer->link, sizeof(link));
    leave(desk, peer);
    desk->close(desk, link, CLOSE_REPLACED, "connected again");
}

/* What it missed, when it has been here before and its text is of this history;
 * otherwise everything. */
static json_t *welcome(const struct peer *peer, const char *epoch, const char *number)
{
    const struct document *document = peer->document;
    char *end;
    json_int_t revision = strtoll(number, &end, 10);

    if (strcmp(epoch, document->epoch) == 0 && *number && *end == '\0' &&
        document_remembers(document, revision))
        return document_history(document, peer, revision);
    return document_snapshot(document, peer);
}

void desk_enter(struct desk *desk, const char *id, json_t *visitor)
{
    const char *link, *key, *name, *revision, *epoch;
    struct document *document;
    struct peer *peer;

    if (json_unpack(visitor, "{s:s,s:s,s:s,s:s,s:s}", "link", &link, "client", &key, "name", &name,
                    "revision", &revision, "epoch", &epoch) != 0)
        return;
    document = strlen(id) <= DOCUMENT_ID_MAX ? shelf_open(&desk->shelf, id) : NULL;
    if (document)
        replace(desk, document, key);
    if (!text_is_name(name, strlen(name), NAME_MAX_CHARACTERS))
        name = "Somebody";
    peer = document ? document_enter(document, link, key, name) : NULL;
    if (!peer) {
        desk->close(desk, link, CLOSE_AGAIN, "no room for another document");
        return;
    }
    tell_others(desk, peer,
                json_pack("{s:s,s:I,s:s}", "type", "join", "peer", peer->number, "name",
                          peer->name));
    tell_one(desk, peer, welcome(peer, epoch, revision));
}

static struct peer *find(const struct desk *desk, const char *id, const char *link)
{
    const struct document *document = shelf_find(&desk->shelf, id);

    return document ? document_peer(document, link) : NULL;
}

void desk_leave(struct desk *desk, const char *id, const char *link)
{
    struct peer *peer = find(desk, id, link);

    if (peer)
        leave(desk, peer);
}

/* ---- Editing ---- */

/* {type: "op", op, revision, sequence} */
static void on_op(struct desk *desk, struct peer *peer, json_t *message)
{
    struct document *document = peer->document;
    json_int_t revision, sequence = 0;
    json_t *op;
    enum submitted result = SUBMIT_INVALID;

    if (json_unpack(message, "{s:o,s:I,s?I}", "op", &op, "revision", &revision, "sequence",
                    &sequence) == 0)
        result = document_submit(document, peer, op, revision, sequence);
    if (result == SUBMIT_OK) {
        tell_others(desk, peer,
                    json_pack("{s:s,s:O,s:I,s:I}", "type", "op", "op", document_last(document)->op,
                              "revision", document->revision, "peer", peer->number));
        tell_one(desk, peer,
                 json_pack("{s:s,s:I,s:I}", "type", "ack", "revision", document->revision,
                           "sequence", sequence));
    } else if (result == SUBMIT_BEHIND) {
        desk->close(desk, peer->link, CLOSE_BEHIND, "too far behind");
    } else if (result == SUBMIT_INVALID) {
        desk->close(desk, peer->link, SIO_WS_POLICY, "not an operation on that revision");
    } else {
        desk->close(desk, peer->link, SIO_WS_INTERNAL_ERROR, "out of memory");
    }
}

/* {type: "cursor", start, end, revision}; one that comes too late is nothing
 * worth an answer. */
static void on_cursor(struct desk *desk, struct peer *peer, json_t *message)
{
    json_int_t start, end, revision;

    if (json_unpack(message, "{s:I,s:I,s:I}", "start", &start, "end", &end, "revision",
                    &revision) == 0 &&
        document_point(peer, start, end, revision))
        tell_others(desk, peer, peer_cursor(peer));
}

void desk_message(struct desk *desk, const char *id, const char *link, json_t *message)
{
    struct peer *peer = find(desk, id, link);
    const char *type = json_string_value(json_object_get(message, "type"));

    if (!peer)
        desk->close(desk, link, CLOSE_BEHIND, "not known here"); /* of a run before this one */
    else if (type && strcmp(type, "op") == 0)
        on_op(desk, peer, message);
    else if (type && strcmp(type, "cursor") == 0)
        on_cursor(desk, peer, message);
    else
        desk->close(desk, link, SIO_WS_POLICY, "no such message");
}
