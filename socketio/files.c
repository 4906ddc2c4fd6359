#include "socketio/files.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MAX_SERVED = 64 << 20 };

static bool read_all(int fd, char *data, size_t size)
{
    while (size) {
        ssize_t got = read(fd, data, size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        data += got;
        size -= (size_t)got;
    }
    return true;
}

static int read_opened(const sio_server_t *io, int fd, const char *path, sio__file_t *file)
{
    struct stat status;

    if (fstat(fd, &status) || !S_ISREG(status.st_mode))
        return 404;
    if (status.st_size > SIZE_MAX_SERVED) {
        SIO__LOG(&io->log, SIO__WARN, "socket.io:server", "%s is too large to be served", path);
        return 500;
    }
    file->size = (size_t)status.st_size;
    file->mtime = (int64_t)status.st_mtime;
    file->data = sio__malloc(file->size + 1);
    if (file->data && read_all(fd, file->data, file->size))
        return 0;
    sio__file_free(file);
    return 500;
}

/* Not blocking: the path may name a pipe. */
int sio__file_read(const sio_server_t *io, const char *path, sio__file_t *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int status;

    *file = (sio__file_t){0};
    if (fd < 0)
        return 404;
    status = read_opened(io, fd, path, file);
    close(fd);
    return status;
}

void sio__file_free(sio__file_t *file)
{
    sio__free(file->data);
    file->data = NULL;
}

const char *sio__content_type(const char *path)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json; charset=utf-8"},
        {".map", "application/json; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/markdown; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".mp3", "audio/mpeg"},
        {".mp4", "video/mp4"},
        {".pdf", "application/pdf"},
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcasecmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}
