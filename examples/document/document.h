/* One document: its text, the operations that made it, who is there with which
 * cursor. No network.
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include "ot.h"

#include <stdint.h>

enum {
    DOCUMENT_ID_MAX = 64,
    DOCUMENT_ROOM_SIZE = DOCUMENT_ID_MAX + 5,
    LINK_SIZE = 32,
    KEY_MAX = 64,
    NAME_MAX_CHARACTERS = 20,
    NAME_SIZE = NAME_MAX_CHARACTERS * 4 + 1,
    EPOCH_SIZE = 32,
    HISTORY_MAX = 4000,                  /* operations */
    HISTORY_BYTES_MAX = 4 * 1024 * 1024, /* and their text */
    LAG_MAX = 200,                       /* how many operations one may have been made without */
};

/* A revision is how many operations were applied. `key` and `sequence` are the
 * author's own. */
struct change {
    json_t *op;
    char key[KEY_MAX + 1];
    json_int_t sequence;
    size_t bytes;
};

struct peer {
    struct peer *next;
    struct document *document;
    json_int_t number;
    char link[LINK_SIZE];  /* the connection's id */
    char key[KEY_MAX + 1]; /* which session it is, a secret of its own; "": none */
    char name[NAME_SIZE];
    bool has_cursor;
    size_t start, end;
};

struct document {
    struct document *next;
    char id[DOCUMENT_ID_MAX + 1];
    char room[DOCUMENT_ROOM_SIZE];
    char epoch[EPOCH_SIZE]; /* revisions of another run of the server are not of
                               this text */
    struct ot_text text;
    json_int_t revision;
    struct change *history; /* up to `revision` */
    size_t kept;
    size_t bytes;
    struct peer *peers;
    json_int_t last_number;
    int64_t used_ms;
};

enum submitted { SUBMIT_OK, SUBMIT_INVALID, SUBMIT_BEHIND, SUBMIT_FULL };

/* The room of those who are at it. False: there can be no such document. */
bool document_room(const char *id, char room[DOCUMENT_ROOM_SIZE]);

struct document *document_new(const char *id, unsigned number); /* no other of this run has it */
void document_free(struct document *document);

/* Applies an operation that was made at a revision; what it has become is the
 * last of the history.
 */
enum submitted document_submit(struct document *document, const struct peer *author, json_t *op,
                               json_int_t revision, json_int_t sequence);
const struct change *document_last(const struct document *document);

/* Whether the history has what was applied since. */
bool document_remembers(const struct document *document, json_int_t revision);

struct peer *document_enter(struct document *document, const char *link, const char *key,
                            const char *name);
void document_leave(struct peer *peer);
struct peer *document_peer(const struct document *document, const char *link);
struct peer *document_peer_of_key(const struct document *document, const char *key);

/* The cursor at a revision; false: there is none such. */
bool document_point(struct peer *peer, json_int_t start, json_int_t end, json_int_t revision);

/* As messages: everything to start from; what somebody who was there at a
 * revision has missed; a cursor. */
json_t *document_snapshot(const struct document *document, const struct peer *self);
json_t *document_history(const struct document *document, const struct peer *self,
                         json_int_t revision);
json_t *peer_cursor(const struct peer *peer);

#endif
