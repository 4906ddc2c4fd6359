/* What comes of a file's name and type as a client gives them. They are only ever shown and offered
 * for saving: on the disk files have names of the server's own. */
#ifndef FILES_NAME_H
#define FILES_NAME_H

#include <stddef.h>

#define FILE_NAME_MAX  120 /* characters */
#define FILE_NAME_SIZE (4 * FILE_NAME_MAX + 1)
#define FILE_TYPE_SIZE 101

/* The last part of a path, without characters that are invisible, turn text around or mean
 * something to a file system, without leading dots, not too long; its ending stays. Never empty. */
void name_clean(char clean[FILE_NAME_SIZE], const char *name, size_t len);

/* "text/plain" and the like as it is, "application/octet-stream" in place of anything else. */
void type_clean(char clean[FILE_TYPE_SIZE], const char *type, size_t len);

#endif
