/* The catalogue of store.h. */

#include "store.h"

#include "disk.h"
#include "examples/common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

/* ---- The list ---- */

static void add(struct store *store, struct file *file)
{
    file->next = store->first;
    store->first = file;
    store->count++;
    store->bytes += file->size;
}

static struct file *new_file(void)
{
    struct file *file = calloc(1, sizeof(*file));

    if (!file)
        return NULL;
    file->jobs_end = &file->jobs;
    file->references = 1;
    sha256_start(&file->hash);
    return file;
}

struct file *store_find(const struct store *store, const char *id)
{
    struct file *file = store->first;

    while (file && strcmp(file->id, id) != 0)
        file = file->next;
    return file;
}

struct file *store_find_key(const struct store *store, const char *key)
{
    struct file *file = store->first;

    while (file && strcmp(file->key, key) != 0)
        file = file->next;
    return file;
}

size_t store_uploads_of(const struct store *store, const char *writer)
{
    size_t count = 0;

    for (const struct file *file = store->first; file; file = file->next)
        count += !file_is_complete(file) && strcmp(file->writer, writer) == 0;
    return count;
}

bool file_is_complete(const struct file *file)
{
    return file->sha256[0] != '\0';
}

void file_release(struct file *file)
{
    if (--file->references == 0)
        free(file);
}

void store_remove(struct store *store, struct file *file)
{
    struct file **link = &store->first;

    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    store->count--;
    store->bytes -= file->size;
    file->removed = true;
    disk_remove(store, file);
    file_release(file);
}

/* ---- Room ---- */

int64_t store_room(const struct store *store)
{
    return store->quota - store->bytes;
}

static bool has_room(const struct store *store, int64_t size)
{
    return store->count < store->count_max && size <= store_room(store);
}

static void remove_abandoned(struct store *store)
{
    int64_t before = unix_ms() - ABANDONED_MS;

    for (struct file *file = store->first, *next; file; file = next) {
        next = file->next;
        if (!file_is_complete(file) && file->job_count == 0 && file->at_ms < before)
            store_remove(store, file);
    }
}

const char *store_refusal(struct store *store, int64_t size)
{
    if (size < 0 || size > store->file_max)
        return "That file is too large.";
    if (!has_room(store, size))
        remove_abandoned(store);
    if (store->count >= store->count_max)
        return "There are too many files. Delete some first.";
    return has_room(store, size) ? NULL : "The server has no room for that file.";
}

/* ---- Files ---- */

static int make_id(char id[ID_SIZE])
{
    unsigned char bytes[(ID_SIZE - 1) / 2];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -1;
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

struct file *store_begin(struct store *store, const char *key, const char *name, size_t name_len,
                         const char *type, size_t type_len, int64_t size)
{
    struct file *file = new_file();

    if (!file)
        return NULL;
    snprintf(file->key, sizeof(file->key), "%s", key);
    name_clean(file->name, name, name_len);
    type_clean(file->type, type, type_len);
    file->size = size;
    file->at_ms = unix_ms();
    if (make_id(file->id) != 0 || disk_create(store, file) != 0) {
        file_release(file);
        return NULL;
    }
    add(store, file);
    return file;
}

void file_path(const struct store *store, const struct file *file, char *path, size_t size)
{
    disk_path(store, file, file_is_complete(file) ? "data" : "part", path, size);
}

/* ---- What was there before ---- */

static void remember(void *user, const char *id)
{
    struct store *store = user;
    struct file *file = new_file();

    if (!file)
        return;
    snprintf(file->id, sizeof(file->id), "%s", id);
    if (disk_read(store, file) == 0) {
        add(store, file);
        return;
    }
    disk_remove(store, file); /* a crash in the middle of something: nobody would ever ask for it */
    file_release(file);
}

int store_open(struct store *store)
{
    struct stat status;

    if (mkdir(store->dir, 0700) != 0 && errno != EEXIST)
        return -1;
    if (stat(store->dir, &status) != 0)
        return -1;
    return disk_each(store, remember, store);
}

void store_close(struct store *store)
{
    while (store->first) {
        struct file *file = store->first;
        store->first = file->next;
        file_release(file);
    }
}

/* ---- As JSON ---- */

json_t *file_json(const struct file *file)
{
    return json_pack("{s:s,s:s,s:s,s:I,s:I,s:s}", "id", file->id, "name", file->name, "type",
                     file->type, "size", (json_int_t)file->size, "at", (json_int_t)file->at_ms,
                     "sha256", file->sha256);
}

json_t *store_list(const struct store *store)
{
    json_t *list = json_array();

    for (const struct file *file = store->first; file; file = file->next) {
        if (file_is_complete(file) && json_array_append_new(list, file_json(file)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
