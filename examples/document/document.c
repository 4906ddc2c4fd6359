/* The document of document.h. */

#include "document.h"

#include "examples/common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A prefix of its own: every connection's id is a room too. */
bool document_room(const char *id, char room[DOCUMENT_ROOM_SIZE])
{
    int length = snprintf(room, DOCUMENT_ROOM_SIZE, "doc:%s", id);

    return length > 0 && length < DOCUMENT_ROOM_SIZE;
}

struct document *document_new(const char *id, unsigned number)
{
    struct document *document = calloc(1, sizeof(*document));

    if (!document)
        return NULL;
    snprintf(document->id, sizeof(document->id), "%s", id);
    document_room(id, document->room);
    snprintf(document->epoch, sizeof(document->epoch), "%llx-%x", (unsigned long long)unix_ms(),
             number);
    return document;
}

static void forget(struct document *document, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        document->bytes -= document->history[i].bytes;
        json_decref(document->history[i].op);
    }
    document->kept -= count;
    memmove(document->history, document->history + count,
            document->kept * sizeof(*document->history));
}

void document_free(struct document *document)
{
    for (struct peer *peer = document->peers, *next; peer; peer = next) { /* of relays */
        next = peer->next;
        free(peer);
    }
    if (document->history)
        forget(document, document->kept);
    free(document->history);
    free(document->text.bytes);
    free(document);
}

/* ---- Operations ---- */

static json_int_t first_revision(const struct document *document)
{
    return document->revision - (json_int_t)document->kept;
}

bool document_remembers(const struct document *document, json_int_t revision)
{
    return revision >= first_revision(document) && revision <= document->revision;
}

static const struct change *changes_since(const struct document *document, json_int_t revision)
{
    return document->history + (revision - first_revision(document));
}

static const struct change *changes_end(const struct document *document)
{
    return document->history + document->kept;
}

const struct change *document_last(const struct document *document)
{
    return &document->history[document->kept - 1];
}

static size_t length_at(const struct document *document, json_int_t revision)
{
    return revision == document->revision ? document->text.length
                                          : ot_length_before(changes_since(document, revision)->op);
}

/* Half of the history goes at once, so that moving the rest costs little per
 * operation. */
static bool make_room(struct document *document)
{
    if (!document->history)
        document->history = malloc(HISTORY_MAX * sizeof(*document->history));
    if (!document->history)
        return false;
    if (document->kept == HISTORY_MAX || document->bytes > HISTORY_BYTES_MAX)
        forget(document, document->kept - document->kept / 2);
    return true;
}

/* New; what was applied earlier stays in front where both insert. */
static json_t *catch_up(const struct document *document, json_t *op, json_int_t revision)
{
    json_t *result = json_incref(op);

    if (revision == document->revision)
        return result;
    for (const struct change *change = changes_since(document, revision);
         result && change < changes_end(document); change++) {
        json_t *next = ot_transform(result, change->op, false);

        json_decref(result);
        result = next;
    }
    return result;
}

static size_t weight(const json_t *op)
{
    size_t bytes = 0;

    for (size_t i = 0; i < json_array_size(op); i++)
        bytes += 32 + json_string_length(json_array_get(op, i));
    return bytes;
}

static void remember(struct document *document, const struct peer *author, json_t *op,
                     json_int_t sequence)
{
    struct change *change = &document->history[document->kept++];

    *change = (struct change){.op = op, .sequence = sequence, .bytes = weight(op)};
    memcpy(change->key, author->key, sizeof(change->key));
    document->bytes += change->bytes;
    document->revision++;
    for (struct peer *peer = document->peers; peer; peer = peer->next) {
        peer->start = ot_transform_index(peer->start, op);
        peer->end = ot_transform_index(peer->end, op);
    }
}

enum submitted document_submit(struct document *document, const struct peer *author, json_t *op,
                               json_int_t revision, json_int_t sequence)
{
    json_t *result;

    if (revision < 0 || revision > document->revision)
        return SUBMIT_INVALID;
    if (!document_remembers(document, revision) || document->revision - revision > LAG_MAX)
        return SUBMIT_BEHIND;
    if (!ot_check(op, length_at(document, revision)))
        return SUBMIT_INVALID;
    result = catch_up(document, op, revision);
    if (!result || !make_room(document) || !ot_apply(&document->text, result)) {
        json_decref(result);
        return SUBMIT_FULL;
    }
    remember(document, author, result, sequence);
    return SUBMIT_OK;
}

/* ---- People ---- */

struct peer *document_enter(struct document *document, const char *link, const char *key,
                            const char *name)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->document = document;
    peer->number = ++document->last_number;
    snprintf(peer->link, sizeof(peer->link), "%s", link);
    snprintf(peer->key, sizeof(peer->key), "%s", key);
    snprintf(peer->name, sizeof(peer->name), "%s", name);
    peer->next = document->peers;
    document->peers = peer;
    return peer;
}

void document_leave(struct peer *peer)
{
    struct peer **link = &peer->document->peers;

    while (*link != peer)
        link = &(*link)->next;
    *link = peer->next;
    peer->document->used_ms = steady_ms();
    free(peer);
}

struct peer *document_peer(const struct document *document, const char *link)
{
    struct peer *peer = document->peers;

    while (peer && strcmp(peer->link, link) != 0)
        peer = peer->next;
    return peer;
}

struct peer *document_peer_of_key(const struct document *document, const char *key)
{
    struct peer *peer = document->peers;

    while (peer && strcmp(peer->key, key) != 0)
        peer = peer->next;
    return peer;
}

static size_t index_now(const struct document *document, size_t index, json_int_t revision)
{
    if (revision == document->revision)
        return index;
    for (const struct change *change = changes_since(document, revision);
         change < changes_end(document); change++)
        index = ot_transform_index(index, change->op);
    return index;
}

bool document_point(struct peer *peer, json_int_t start, json_int_t end, json_int_t revision)
{
    const struct document *document = peer->document;
    json_int_t length;

    if (!document_remembers(document, revision) || document->revision - revision > LAG_MAX)
        return false;
    length = (json_int_t)length_at(document, revision);
    if (start < 0 || end < 0 || start > length || end > length)
        return false;
    peer->has_cursor = true;
    peer->start = index_now(document, (size_t)start, revision);
    peer->end = index_now(document, (size_t)end, revision);
    return true;
}

/* ---- As JSON ---- */

json_t *peer_cursor(const struct peer *peer)
{
    return json_pack("{s:s,s:I,s:s,s:I,s:I,s:I}", "type", "cursor", "peer", peer->number, "name",
                     peer->name, "start", (json_int_t)peer->start, "end", (json_int_t)peer->end,
                     "revision", peer->document->revision);
}

/* The others, with their cursors when they have shown one. */
static json_t *peers_json(const struct document *document, const struct peer *self)
{
    json_t *peers = json_array();

    for (const struct peer *peer = document->peers; peers && peer; peer = peer->next) {
        json_t *item = peer == self ? NULL
                       : peer->has_cursor
                           ? peer_cursor(peer)
                           : json_pack("{s:I,s:s}", "peer", peer->number, "name", peer->name);

        if (item)
            json_array_append_new(peers, item);
    }
    return peers;
}

json_t *document_snapshot(const struct document *document, const struct peer *self)
{
    const struct ot_text *text = &document->text;

    return json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "type", "doc", "epoch", document->epoch,
                     "revision", document->revision, "peer", self->number, "peers",
                     peers_json(document, self), "text",
                     json_stringn(text->size > 0 ? text->bytes : "", text->size));
}

/* Which operations are the author's own says the sequence, and only to them. */
static json_t *change_json(const struct change *change, const struct peer *self)
{
    bool is_own = self->key[0] != '\0' && strcmp(change->key, self->key) == 0;

    return is_own ? json_pack("{s:O,s:I}", "op", change->op, "sequence", change->sequence)
                  : json_pack("{s:O}", "op", change->op);
}

json_t *document_history(const struct document *document, const struct peer *self,
                         json_int_t revision)
{
    json_t *ops = json_array();

    if (document->kept > 0)
        for (const struct change *change = changes_since(document, revision);
             ops && change < changes_end(document); change++) {
            if (json_array_append_new(ops, change_json(change, self)) != 0) {
                json_decref(ops);
                return NULL;
            }
        }
    return json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "type", "history", "epoch", document->epoch,
                     "revision", revision, "peer", self->number, "peers",
                     peers_json(document, self), "ops", ops);
}
