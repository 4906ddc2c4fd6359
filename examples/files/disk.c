/* The folder of disk.h. */

#include "disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20) /* read at once */

void disk_path(const struct store *store, const struct file *file, const char *ending, char *path,
               size_t size)
{
    snprintf(path, size, "%s/%s.%s", store->dir, file->id, ending);
}

/* Whole or not at all: written beside it, then renamed. */
static int write_description(const struct store *store, const struct file *file, const char *sha256)
{
    char path[PATH_SIZE], new_path[PATH_SIZE];
    json_t *json = json_pack("{s:s,s:s,s:s,s:I,s:I,s:s}", "key", file->key, "name", file->name,
                             "type", file->type, "size", (json_int_t)file->size, "at",
                             (json_int_t)file->at_ms, "sha256", sha256);
    int error;

    disk_path(store, file, "json", path, sizeof(path));
    disk_path(store, file, "new", new_path, sizeof(new_path));
    error = json_dump_file(json, new_path, JSON_COMPACT);
    json_decref(json);
    return error ? -1 : rename(new_path, path);
}

int disk_create(const struct store *store, const struct file *file)
{
    char path[PATH_SIZE];
    int fd;

    disk_path(store, file, "part", path, sizeof(path));
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    close(fd);
    if (write_description(store, file, "") == 0)
        return 0;
    disk_remove(store, file);
    return -1;
}

static int sync_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int error;

    if (fd < 0)
        return -1;
    error = fsync(fd);
    close(fd);
    return error;
}

int disk_complete(const struct store *store, const struct file *file, const char *sha256)
{
    char part[PATH_SIZE], data[PATH_SIZE];

    disk_path(store, file, "part", part, sizeof(part));
    disk_path(store, file, "data", data, sizeof(data));
    if (sync_file(part) != 0 || rename(part, data) != 0)
        return -1;
    return write_description(store, file, sha256);
}

void disk_remove(const struct store *store, const struct file *file)
{
    static const char *const endings[] = {"data", "part", "json", "new"};
    char path[PATH_SIZE];

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        disk_path(store, file, endings[i], path, sizeof(path));
        unlink(path);
    }
}

/* ---- What was there before ---- */

static int64_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}

/* An unfinished upload goes on behind what is on the disk. */
static int hash_part(const char *path, struct file *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *piece = fd >= 0 ? malloc(PIECE) : NULL;
    ssize_t len = -1;

    while (piece && (len = read(fd, piece, PIECE)) > 0)
        sha256_add(&file->hash, piece, (size_t)len);
    free(piece);
    if (fd >= 0)
        close(fd);
    file->received = (int64_t)file->hash.len;
    return len == 0 && file->received <= file->size ? 0 : -1;
}

static int apply(struct file *file, json_t *json)
{
    const char *key, *name, *type, *sha256;
    json_int_t size, at;

    if (json_unpack(json, "{s:s,s:s,s:s,s:I,s:I,s:s}", "key", &key, "name", &name, "type", &type,
                    "size", &size, "at", &at, "sha256", &sha256) != 0 ||
        size < 0)
        return -1;
    snprintf(file->key, sizeof(file->key), "%s", key);
    name_clean(file->name, name, strlen(name));
    type_clean(file->type, type, strlen(type));
    snprintf(file->sha256, sizeof(file->sha256), "%s", sha256);
    file->size = size;
    file->at_ms = at;
    return 0;
}

int disk_read(const struct store *store, struct file *file)
{
    char path[PATH_SIZE];
    json_t *json;
    int error;

    disk_path(store, file, "json", path, sizeof(path));
    json = json_load_file(path, 0, NULL);
    error = apply(file, json);
    json_decref(json);
    if (error)
        return -1;
    file_path(store, file, path, sizeof(path));
    if (!file_is_complete(file))
        return hash_part(path, file);
    file->received = file->size;
    return size_of(path) == file->size ? 0 : -1;
}

static bool is_id(const char *name)
{
    return strspn(name, "0123456789abcdef") == ID_SIZE - 1 &&
           strcmp(name + ID_SIZE - 1, ".json") == 0;
}

int disk_each(const struct store *store, void (*fn)(void *user, const char *id), void *user)
{
    DIR *dir = opendir(store->dir);

    if (!dir)
        return -1;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char id[ID_SIZE];

        if (!is_id(entry->d_name))
            continue;
        snprintf(id, sizeof(id), "%.*s", ID_SIZE - 1, entry->d_name);
        fn(user, id);
    }
    closedir(dir);
    return 0;
}
