/* Files that are served: pages, and the client's bundle. */
#ifndef SIO_FILES_H
#define SIO_FILES_H

#include "engineio/engine.h"
#include "socketio/server.h"

/* A file's bytes in memory, checked to be an ordinary file. */
typedef struct sio__file {
    char *data;
    size_t size;
    int64_t mtime;
} sio__file_t;

/* 0, or the HTTP status that says what is wrong. */
int sio__file_read(const sio_server_t *io, const char *path, sio__file_t *file);
void sio__file_free(sio__file_t *file);

/* By the name's ending. */
const char *sio__content_type(const char *path);

/* static_files.c: whether one of the folders takes the request. `last` means those served below
 * "/". */
bool sio__folders_take(sio_server_t *io, eio_request_t *request, bool last);
void sio__folders_free(sio_server_t *io);

/* client_bundle.c */
int sio__bundle_files_new(sio_server_t *io, const char *dir, const char *version);
bool sio__bundle_files_take(sio_server_t *io, eio_request_t *request);
void sio__bundle_files_free(sio_server_t *io);

#endif
