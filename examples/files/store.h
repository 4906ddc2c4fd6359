/* The files: what there is, what is on its way in, and where it lies on the disk. Knows no sockets.
 *
 * In its folder a file is ID.data, or ID.part while it is being uploaded, beside ID.json with what
 * is known about it; so an upload goes on after the server was started anew. */
#ifndef FILES_STORE_H
#define FILES_STORE_H

#include "name.h"
#include "sha256.h"

#include <jansson.h>
#include <stdbool.h>

#define ID_SIZE  25 /* 24 hexadecimal digits, from the system's random numbers */
#define KEY_SIZE 65

#define ABANDONED_MS \
    (10 * 60 * 1000) /* an upload without progress for so long makes room for others */

struct job;

struct file {
    struct file *next;
    char id[ID_SIZE];
    char
        key[KEY_SIZE]; /* the uploader's secret: with it an upload goes on, and a file is deleted */
    char name[FILE_NAME_SIZE], type[FILE_TYPE_SIZE];
    int64_t size;
    int64_t at_ms;                /* when it was begun, or last went on */
    char sha256[SHA256_HEX_SIZE]; /* "" until it is complete */

    /* While it is being uploaded */
    struct sha256 hash;           /* of what is on the disk; a worker's while it works */
    int64_t received;             /* bytes accepted: on the disk, or in jobs */
    struct job *jobs, **jobs_end; /* what workers have to do, one after the other */
    size_t job_count;
    bool finishing;  /* the last of them compares the hash */
    char writer[32]; /* the id of the socket that uploads it */

    size_t references; /* jobs that still look at it */
    bool removed;      /* off the list; freed with the last reference */
};

struct store {
    const char *dir;
    int64_t file_max, quota; /* bytes */
    size_t count_max;
    struct file *first; /* the newest */
    size_t count;
    int64_t bytes; /* of all files, as announced */
};

/* Makes the folder, and reads what is in it. 0, or -1: errno says why. */
int store_open(struct store *store);
void store_close(struct store *store);

struct file *store_find(const struct store *store, const char *id);
struct file *store_find_key(const struct store *store, const char *key);

/* How many that socket is uploading. */
size_t store_uploads_of(const struct store *store, const char *writer);

/* Bytes that are left for further files. */
int64_t store_room(const struct store *store);

/* Why there is no room for a file of that size; NULL: there is. Makes room where uploads have been
 * abandoned. */
const char *store_refusal(struct store *store, int64_t size);

/* An empty file, to be uploaded. NULL: no memory, or the disk refuses (errno). */
struct file *store_begin(struct store *store, const char *key, const char *name, size_t name_len,
                         const char *type, size_t type_len, int64_t size);

/* From the list and the disk. */
void store_remove(struct store *store, struct file *file);

/* One reference less. */
void file_release(struct file *file);

bool file_is_complete(const struct file *file);

/* Where its bytes are. */
void file_path(const struct store *store, const struct file *file, char *path, size_t size);

/* { id, name, type, size, at, sha256 }. New. */
json_t *file_json(const struct file *file);

/* The complete ones. New, NULL when out of memory. */
json_t *store_list(const struct store *store);

#endif
