/* Folders served below URL prefixes. A URL's path is decoded and taken apart first: what names
 * something hidden, or climbs, or turns out to be outside of the folder, doesn't exist. */
#include "socketio/files.h"

#include "base/alloc.h"
#include "base/hex.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct sio__folder {
    struct sio__folder *next; /* longer prefixes first */
    char *prefix;             /* with slashes around it: "/", "/docs/" */
    char *root;               /* absolute, without links */
};

/* ------------------------------------------------------------------------------------ the path */

/* Percent-decodes; false for what can't be a name: NUL, backslash, a broken escape. */
static bool decode(sio__span_t text, sio__buf_t *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int c = (unsigned char)text.data[i];

        if (c == '%') {
            int high = i + 2 < text.len ? sio__hex_digit(text.data[i + 1]) : -1;
            int low = high >= 0 ? sio__hex_digit(text.data[i + 2]) : -1;

            if (low < 0)
                return false;
            c = high * 16 + low;
            i += 2;
        }
        if (c == '\0' || c == '\\')
            return false;
        sio__buf_append_char(out, (char)c);
    }
    return true;
}

/* No part may begin with a dot, which covers "." and ".." and hidden files. */
static bool is_plain(const char *path)
{
    return path[0] != '.' && !strstr(path, "/.");
}

/* The file that the rest of a URL means: "<root>/<rest>", or NULL. */
static char *map_path(const struct sio__folder *folder, sio__span_t rest)
{
    sio__buf_t path = SIO__BUF_INIT;
    size_t root_len;

    sio__buf_append_str(&path, folder->root);
    sio__buf_append_char(&path, '/');
    root_len = path.len;
    if (!decode(rest, &path)) {
        sio__buf_free(&path);
        return NULL;
    }
    sio__buf_append_char(&path, '\0');
    if (path.failed || !is_plain(path.data + root_len)) {
        sio__buf_free(&path);
        return NULL;
    }
    return path.data;
}

/* Follows links, and refuses those that lead out. */
static bool resolve(const struct sio__folder *folder, const char *path, char resolved[PATH_MAX])
{
    size_t len = strlen(folder->root);

    if (!realpath(path, resolved))
        return false;
    return strncmp(resolved, folder->root, len) == 0 &&
           (resolved[len] == '/' || resolved[len] == '\0' || folder->root[len - 1] == '/');
}

/* ---------------------------------------------------------------------------------- the answer */

static void answer_status(eio_request_t *request, int status, const char *text)
{
    eio_request_reply_header(request, "Content-Type", "text/plain; charset=utf-8");
    eio_request_reply(request, status, text, strlen(text));
}

static bool is_known(const eio_request_t *request, const char *etag)
{
    sio__span_t known;

    return eio_request_header(request, "if-none-match", &known) &&
           memmem(known.data, known.len, etag, strlen(etag));
}

static void answer_file(eio_request_t *request, const char *path, sio__file_t *file)
{
    char etag[64];

    snprintf(etag, sizeof(etag), "\"%zx-%" PRIx64 "\"", file->size, file->mtime);
    eio_request_reply_header(request, "Cache-Control", "public, max-age=0");
    eio_request_reply_header(request, "ETag", etag);
    if (is_known(request, etag)) {
        eio_request_reply(request, 304, NULL, 0);
        return;
    }
    eio_request_reply_header(request, "Content-Type", sio__content_type(path));
    eio_request_reply_header(request, "X-Content-Type-Options", "nosniff");
    eio_request_reply(request, 200, file->data, file->size);
}

/* A folder's links are relative to it, so its URL ends with a slash. */
static void redirect(eio_request_t *request)
{
    sio__span_t path = eio_request_path(request);
    sio__buf_t target = SIO__BUF_INIT;

    sio__buf_append(&target, path.data, path.len);
    sio__buf_append(&target, "/", 2);
    /* "//host" would lead to another host */
    if (!target.failed && path.len > 1 && target.data[1] != '/' &&
        eio_request_reply_header(request, "Location", target.data) == 0)
        eio_request_reply(request, 301, NULL, 0);
    else
        answer_status(request, 404, "Not Found\n");
    sio__buf_free(&target);
}

static void answer_resolved(const sio_server_t *io, eio_request_t *request, const char *path)
{
    sio__file_t file;
    int status = sio__file_read(io, path, &file);

    if (status)
        answer_status(request, status, status == 404 ? "Not Found\n" : "Internal Server Error\n");
    else
        answer_file(request, path, &file);
    sio__file_free(&file);
}

static void answer_path(const sio_server_t *io, const struct sio__folder *folder,
                        eio_request_t *request, sio__span_t rest, const char *path)
{
    static const char index_name[] = "/index.html";
    char resolved[PATH_MAX + sizeof(index_name)];
    struct stat status;
    bool ends_with_slash = rest.len == 0 || rest.data[rest.len - 1] == '/';

    if (!resolve(folder, path, resolved) || stat(resolved, &status)) {
        answer_status(request, 404, "Not Found\n");
        return;
    }
    if (!S_ISDIR(status.st_mode) && ends_with_slash) {
        answer_status(request, 404, "Not Found\n");
        return;
    }
    if (S_ISDIR(status.st_mode) && !ends_with_slash) {
        redirect(request);
        return;
    }
    if (S_ISDIR(status.st_mode))
        memcpy(resolved + strlen(resolved), index_name, sizeof(index_name));
    answer_resolved(io, request, resolved);
}

static void answer(const sio_server_t *io, const struct sio__folder *folder, eio_request_t *request)
{
    sio__span_t method = eio_request_method(request), path = eio_request_path(request);
    size_t prefix = strlen(folder->prefix);
    sio__span_t rest = {path.data + prefix, path.len - prefix};
    char *file;

    if (!sio__span_is(method, "GET") && !sio__span_is(method, "HEAD")) {
        eio_request_reply_header(request, "Allow", "GET, HEAD");
        answer_status(request, 405, "Method Not Allowed\n");
        return;
    }
    file = map_path(folder, rest);
    if (file)
        answer_path(io, folder, request, rest, file);
    else
        answer_status(request, 404, "Not Found\n");
    sio__free(file);
}

bool sio__folders_take(sio_server_t *io, eio_request_t *request, bool last)
{
    sio__span_t path = eio_request_path(request);
    const struct sio__folder *folder;

    for (folder = io->folders; folder; folder = folder->next) {
        size_t len = strlen(folder->prefix);

        if ((len == 1) != last || path.len < len || memcmp(path.data, folder->prefix, len) != 0)
            continue;
        answer(io, folder, request);
        return true;
    }
    return false;
}

/* -------------------------------------------------------------------------------------- set-up */

static char *copy_prefix(const char *prefix)
{
    sio__buf_t copy = SIO__BUF_INIT;

    if (*prefix != '/')
        sio__buf_append_char(&copy, '/');
    sio__buf_append_str(&copy, prefix);
    if (!copy.failed && copy.len && copy.data[copy.len - 1] != '/')
        sio__buf_append_char(&copy, '/');
    sio__buf_append_char(&copy, '\0');
    if (copy.failed)
        sio__buf_free(&copy);
    return copy.data;
}

static void free_folder(struct sio__folder *folder)
{
    sio__free(folder->prefix);
    sio__free(folder->root);
    sio__free(folder);
}

static void insert(sio_server_t *io, struct sio__folder *folder)
{
    struct sio__folder **at = &io->folders;

    while (*at && strlen((*at)->prefix) > strlen(folder->prefix))
        at = &(*at)->next;
    folder->next = *at;
    *at = folder;
}

int sio_serve_files(sio_server_t *io, const char *prefix, const char *path)
{
    struct sio__folder *folder;
    char root[PATH_MAX];

    SIO__LOOP_ONLY(io);
    if (!prefix || !path || !realpath(path, root)) {
        SIO__LOG(&io->log, SIO__WARN, "socket.io:server", "no folder to serve at %s",
                 path ? path : "(null)");
        return SIO_EINVAL;
    }
    folder = sio__calloc(1, sizeof(*folder));
    if (!folder)
        return SIO_ENOMEM;
    folder->prefix = copy_prefix(prefix);
    folder->root = sio__strdup(root);
    if (!folder->prefix || !folder->root) {
        free_folder(folder);
        return SIO_ENOMEM;
    }
    insert(io, folder);
    return SIO_OK;
}

void sio__folders_free(sio_server_t *io)
{
    while (io->folders) {
        struct sio__folder *folder = io->folders;

        io->folders = folder->next;
        free_folder(folder);
    }
}
