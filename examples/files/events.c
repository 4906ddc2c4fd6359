/* One handler per event. Each looks at what came, and refuses it, answers it, or has a job answer
 * it later. Every request is answered, with { ok: true, ... } or { ok: false, code, message }. */

#include "events.h"

#include "examples/common/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MIN    16
#define BURST      40.0
#define PER_SECOND 4.0

static void on_connection(sio_socket_t *socket, void *user)
{
    struct client *client = calloc(1, sizeof(*client));

    (void)user;
    if (!client) {
        sio_disconnect(socket, true);
        return;
    }
    client->requests = allowance_of(BURST, PER_SECOND);
    client->references = 1;
    sio_set_user(socket, client, client_release);
}

static bool may_ask(sio_socket_t *socket, sio_event_t *event)
{
    struct client *client = sio_user(socket);

    if (client && allowance_take(&client->requests))
        return true;
    refuse_rate(event);
    return false;
}

/* list */
static void on_list(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct store *store = &((struct service *)user)->store;

    if (may_ask(socket, event))
        sio_ack(event, "{s:b,s:o,s:{s:I,s:I,s:i},s:i,s:i}", "ok", 1, "files", store_list(store),
                "limits", "size", (json_int_t)store->file_max, "room",
                (json_int_t)store_room(store), "count", (int)store->count_max, "chunk",
                (int)CHUNK_SIZE, "window", WINDOW / 2);
}

/* ---- Uploading ---- */

/* Where the upload goes on: `received` bytes are there. */
static void answer_upload(sio_event_t *event, const struct file *file)
{
    if (file_is_complete(file))
        sio_ack(event, "{s:b,s:o}", "ok", 1, "file", file_json(file));
    else
        sio_ack(event, "{s:b,s:s,s:s,s:I}", "ok", 1, "id", file->id, "name", file->name, "received",
                (json_int_t)file->received);
}

struct announcement {
    const char *key, *name, *type;
    size_t name_len, type_len;
    json_int_t size;
};

static void begin(struct service *service, sio_event_t *event, const struct announcement *wanted)
{
    const char *writer = sio_id(sio_event_socket(event));
    const char *refusal = store_refusal(&service->store, wanted->size);
    struct file *file;

    if (refusal || store_uploads_of(&service->store, writer) >= UPLOADS_MAX) {
        refuse(event, "full", refusal ? refusal : "Too many uploads at a time.");
        return;
    }
    file = store_begin(&service->store, wanted->key, wanted->name, wanted->name_len, wanted->type,
                       wanted->type_len, wanted->size);
    if (!file) {
        refuse(event, "disk", "The server could not make the file.");
        return;
    }
    snprintf(file->writer, sizeof(file->writer), "%s", writer);
    answer_upload(event, file);
}

/* The connection that asked last goes on; what an earlier one still sends is refused. */
static void resume(sio_event_t *event, struct file *file, json_int_t size)
{
    if (size != file->size) {
        refuse(event, "changed", "The file has changed. Upload it anew.");
    } else if (file->finishing && !file_is_complete(file)) {
        refuse(event, "busy", "The file is being checked.");
    } else {
        snprintf(file->writer, sizeof(file->writer), "%s", sio_id(sio_event_socket(event)));
        answer_upload(event, file);
    }
}

/* begin { key, name, type, size }: metadata first; again with the same key, an upload goes on. */
static void on_begin(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    struct announcement wanted;
    struct file *file;
    size_t key_len;

    if (!may_ask(socket, event))
        return;
    if (sio_unpack(event, "{s:s%,s:s%,s:s%,s:I}", "key", &wanted.key, &key_len, "name",
                   &wanted.name, &wanted.name_len, "type", &wanted.type, &wanted.type_len, "size",
                   &wanted.size) != 0 ||
        key_len < KEY_MIN || key_len >= KEY_SIZE || strlen(wanted.key) != key_len) {
        refuse(event, "invalid", "An upload has a name, a type, a size and a key.");
        return;
    }
    file = store_find_key(&service->store, wanted.key);
    if (file)
        resume(event, file, wanted.size);
    else
        begin(service, event, &wanted);
}

/* The upload of that key, if this socket is the one that goes on with it. */
static struct file *own_upload(struct service *service, sio_event_t *event, const char *key)
{
    struct file *file = store_find_key(&service->store, key);

    if (!file || file_is_complete(file))
        refuse(event, "gone", "There is no such upload.");
    else if (strcmp(file->writer, sio_id(sio_event_socket(event))) != 0)
        refuse(event, "taken", "The upload goes on over another connection.");
    else if (file->finishing)
        refuse(event, "busy", "The file is being checked.");
    else
        return file;
    return NULL;
}

/* Chunks come in order and fit; and who sends them waits for answers. */
static bool fits(sio_event_t *event, const struct file *file, json_int_t offset, size_t len)
{
    if (offset != file->received || len == 0 || len > CHUNK_MAX ||
        (int64_t)len > file->size - file->received)
        refuse(event, "offset", "That is not the next part of the file.");
    else if (file->job_count >= WINDOW)
        refuse(event, "window", "Too many parts at a time.");
    else
        return true;
    return false;
}

/* chunk { key, offset }, bytes: answered when they are on the disk. */
static void on_chunk(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    struct file *file;
    const char *key;
    json_int_t offset;
    const void *bytes;
    size_t len;

    (void)socket;
    if (sio_unpack(event, "{s:s,s:I} B", "key", &key, "offset", &offset, &bytes, &len) != 0) {
        refuse(event, "invalid", "A part has a key, an offset, and bytes.");
        return;
    }
    file = own_upload(service, event, key);
    if (file && fits(event, file, offset, len) && job_write(service, file, event) != 0)
        refuse_memory(event);
}

/* finish { key, sha256 } */
static void on_finish(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    struct file *file;
    const char *key, *sha256;

    if (!may_ask(socket, event))
        return;
    if (sio_unpack(event, "{s:s,s:s}", "key", &key, "sha256", &sha256) != 0 ||
        strlen(sha256) != SHA256_HEX_SIZE - 1) {
        refuse(event, "invalid", "The end has a key and a hash.");
        return;
    }
    file = own_upload(service, event, key);
    if (!file)
        return;
    if (file->received != file->size)
        refuse(event, "offset", "There are parts missing.");
    else if (job_finish(service, file, event, sha256) != 0)
        refuse_memory(event);
}

static void remove_file(struct service *service, struct file *file)
{
    bool listed = file_is_complete(file);
    char id[ID_SIZE];

    memcpy(id, file->id, sizeof(id));
    store_remove(&service->store, file);
    if (listed)
        sio_emit_to(service->nsp, NULL, "removed", "{s:s,s:I}", "id", id, "room",
                    (json_int_t)store_room(&service->store));
}

/* remove { key }: gives an upload up, or deletes one's own file. */
static void on_remove(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    struct file *file;
    const char *key;

    if (!may_ask(socket, event))
        return;
    file =
        sio_unpack(event, "{s:s}", "key", &key) == 0 ? store_find_key(&service->store, key) : NULL;
    if (!file) {
        refuse(event, "gone", "There is no such file.");
        return;
    }
    remove_file(service, file);
    sio_ack(event, "{s:b}", "ok", 1);
}

/* ---- Downloading ---- */

/* read { id, offset }: answered with { offset, bytes }; whoever wants more asks again. */
static void on_read(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    struct client *client = sio_user(socket);
    const struct store *store = &service->store;
    struct file *file;
    const char *id;
    json_int_t offset;
    int64_t left;

    if (sio_unpack(event, "{s:s,s:I}", "id", &id, "offset", &offset) != 0) {
        refuse(event, "invalid", "Which file, and from where on?");
        return;
    }
    file = store_find(store, id);
    left = file ? file->size - offset : 0;
    if (!file || !file_is_complete(file))
        refuse(event, "gone", "There is no such file.");
    else if (offset < 0 || left <= 0)
        refuse(event, "offset", "The file ends before that.");
    else if (!client || client->reads >= WINDOW)
        refuse(event, "window", "Too many parts at a time.");
    else if (job_read(service, file, event, offset,
                      left < (int64_t)CHUNK_SIZE ? (size_t)left : CHUNK_SIZE, client) != 0)
        refuse_memory(event);
}

int events_init(struct service *service)
{
    static const struct {
        const char *name;
        sio_event_fn fn;
    } events[] = {
        {"list", on_list},     {"begin", on_begin},   {"chunk", on_chunk},
        {"finish", on_finish}, {"remove", on_remove}, {"read", on_read},
    };
    int error = sio_on_connection(service->nsp, on_connection, NULL);

    for (size_t i = 0; i < sizeof(events) / sizeof(*events) && error == 0; i++)
        error = sio_namespace_on(service->nsp, events[i].name, events[i].fn, service);
    return error;
}
