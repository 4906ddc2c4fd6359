/* The folder of store.h: names of files in it, what is written and read there. store.c calls it. */
#ifndef FILES_DISK_H
#define FILES_DISK_H

#include "store.h"

#define PATH_SIZE 4096

void disk_path(const struct store *store, const struct file *file, const char *ending, char *path,
               size_t size);

/* An empty ID.part, and its ID.json. 0, or -1: errno. */
int disk_create(const struct store *store, const struct file *file);

/* ID.part becomes ID.data, safe from a power cut. 0, or -1: errno. */
int disk_complete(const struct store *store, const struct file *file, const char *sha256);

void disk_remove(const struct store *store, const struct file *file);

/* Fills in what ID.json says, and hashes what is there of an unfinished one. 0, or -1: it makes no
 * sense. */
int disk_read(const struct store *store, struct file *file);

/* Calls fn for each id that has an ID.json. 0, or -1: errno. */
int disk_each(const struct store *store, void (*fn)(void *user, const char *id), void *user);

#endif
