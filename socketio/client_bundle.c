/* The browser client's files, served below the server's path as upstream's serveClient does. */
#include "socketio/files.h"

#include "base/alloc.h"

#include <jansson.h>
#include <string.h>

enum { NAMES = 8 };

/* A file compressed, as long as it is the same file. */
typedef struct compressed {
    int64_t mtime;
    size_t size;
    eio_coded_t coded;
} compressed_t;

struct sio__bundle_files {
    char *dir;
    char *etag; /* the client's version in quotes, or NULL: unknown */
    compressed_t compressed[NAMES];
};

static const char *const names[NAMES] = {
    "socket.io.js",
    "socket.io.js.map",
    "socket.io.min.js",
    "socket.io.min.js.map",
    "socket.io.esm.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.msgpack.min.js.map",
};

static char *join(const char *a, const char *b, const char *c)
{
    sio__buf_t text = SIO__BUF_INIT;

    sio__buf_append_str(&text, a);
    sio__buf_append_str(&text, b);
    sio__buf_append_str(&text, c);
    sio__buf_append_char(&text, '\0');
    if (text.failed)
        sio__buf_free(&text);
    return text.data;
}

/* From the package that the folder is part of. */
static char *find_version(const char *dir)
{
    char *path = join(dir, "/../package.json", "");
    json_t *package = path ? json_load_file(path, 0, NULL) : NULL;
    const char *version = json_string_value(json_object_get(package, "version"));
    char *etag = version ? join("\"", version, "\"") : NULL;

    json_decref(package);
    sio__free(path);
    return etag;
}

int sio__bundle_files_new(sio_server_t *io, const char *dir, const char *version)
{
    struct sio__bundle_files *bundle = sio__calloc(1, sizeof(*bundle));

    if (!bundle)
        return SIO_ENOMEM;
    io->bundle = bundle;
    bundle->dir = sio__strdup(dir);
    bundle->etag = version ? join("\"", version, "\"") : find_version(dir);
    if (!bundle->dir || (version && !bundle->etag))
        return SIO_ENOMEM;
    if (!bundle->etag)
        SIO__LOG(&io->log, SIO__WARN, "socket.io:server",
                 "%s/../package.json has no version: the client is served without ETag", dir);
    return SIO_OK;
}

void sio__bundle_files_free(sio_server_t *io)
{
    if (!io->bundle)
        return;
    for (size_t i = 0; i < NAMES; i++)
        eio_coded_clear(&io->bundle->compressed[i].coded);
    sio__free(io->bundle->dir);
    sio__free(io->bundle->etag);
    sio__free(io->bundle);
    io->bundle = NULL;
}

/* What follows the path's slash, when it is one of the names, else NAMES. */
static size_t find_name(const sio_server_t *io, const eio_request_t *request)
{
    const char *path = eio_server_path(io->engine);
    sio__span_t target = eio_request_path(request);
    size_t len = strlen(path);

    if (len && path[len - 1] == '/')
        len--;
    if (target.len <= len + 1 || target.data[len] != '/')
        return NAMES;
    target.data += len + 1;
    target.len -= len + 1;
    for (size_t i = 0; i < NAMES; i++)
        if (sio__span_is(target, names[i]))
            return i;
    return NAMES;
}

/* Exactly the tag, or the tag made weak; no lists, as upstream. */
static bool is_known(const eio_request_t *request, const char *etag)
{
    sio__span_t known;

    if (!etag || !eio_request_header(request, "if-none-match", &known))
        return false;
    if (known.len > 2 && memcmp(known.data, "W/", 2) == 0)
        known = (sio__span_t){known.data + 2, known.len - 2};
    return sio__span_is(known, etag);
}

static void answer(eio_request_t *request, const char *etag, bool map, const sio__file_t *file,
                   compressed_t *compressed)
{
    if (compressed->mtime != file->mtime || compressed->size != file->size)
        eio_coded_clear(&compressed->coded);
    compressed->mtime = file->mtime;
    compressed->size = file->size;
    eio_request_reply_header(request, "Cache-Control", "public, max-age=0");
    eio_request_reply_header(request, "Content-Type",
                             map ? "application/json; charset=utf-8"
                                 : "application/javascript; charset=utf-8");
    if (etag)
        eio_request_reply_header(request, "ETag", etag);
    eio_request_reply_coded(request, 200, file->data, file->size, &compressed->coded);
}

bool sio__bundle_files_take(sio_server_t *io, eio_request_t *request)
{
    struct sio__bundle_files *bundle = io->bundle;
    size_t index = find_name(io, request);
    sio__file_t file;
    char *path;

    if (index == NAMES)
        return false;
    if (is_known(request, bundle->etag)) {
        eio_request_reply(request, 304, NULL, 0);
        return true;
    }
    path = join(bundle->dir, "/", names[index]);
    if (!path || sio__file_read(io, path, &file)) {
        SIO__LOG(&io->log, SIO__WARN, "socket.io:server", "can't read %s/%s", bundle->dir,
                 names[index]);
        eio_request_reply(request, 404, NULL, 0);
    } else {
        answer(request, bundle->etag, strstr(names[index], ".map") != NULL, &file,
               &bundle->compressed[index]);
        sio__file_free(&file);
    }
    sio__free(path);
    return true;
}
