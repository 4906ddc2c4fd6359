#include "adapters/redis_stream.h"

#include "adapters/redis_tls.h"
#include "base/alloc.h"
#include "base/list.h"

#include <stdio.h>

enum { READ_SIZE = 64 << 10 };

struct sio__redis_stream {
    uv_loop_t *loop;
    const sio__redis_config_t *config;
    const sio__redis_stream_events_t *events;
    void *user;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_getaddrinfo_t resolution;
    uv_connect_t connection;
    uv_write_t request;
    struct addrinfo *addresses, *next; /* of the name; not tried yet */
    bool resolving, handle_open, open, writing, ended, closed;
    int last_error;
    sio__redis_tls_t *tls;
    bool secured;
    char *host;            /* whom TLS asks for */
    sio__buf_t out;        /* being written */
    sio__buf_t sealed;     /* encrypted, to be written next */
    sio__buf_t plain;      /* decrypted */
    char input[READ_SIZE]; /* as it comes */
};

/* ---------------------------------------------------------------------------------- its end */

static void free_when_gone(sio__redis_stream_t *stream)
{
    if (!stream->closed || stream->resolving || stream->handle_open)
        return;
    if (stream->addresses)
        uv_freeaddrinfo(stream->addresses);
    sio__redis_tls_free(stream->tls);
    sio__buf_free(&stream->out);
    sio__buf_free(&stream->sealed);
    sio__buf_free(&stream->plain);
    sio__free(stream->host);
    stream->events->gone(stream->user);
    sio__free(stream);
}

static void on_closed(uv_handle_t *handle)
{
    sio__redis_stream_t *stream = handle->data;

    stream->handle_open = false;
    free_when_gone(stream);
}

void sio__redis_stream_close(sio__redis_stream_t *stream)
{
    stream->closed = true;
    stream->open = false;
    if (stream->resolving)
        uv_cancel((uv_req_t *)&stream->resolution);
    if (stream->handle_open && !uv_is_closing(&stream->uv.handle))
        uv_close(&stream->uv.handle, on_closed);
    if (!stream->resolving && !stream->handle_open)
        free_when_gone(stream);
}

static void end(sio__redis_stream_t *stream, const char *error)
{
    if (stream->ended || stream->closed)
        return;
    stream->ended = true;
    stream->open = false;
    stream->events->end(stream->user, error);
}

static void end_by_libuv(sio__redis_stream_t *stream, int error)
{
    end(stream, error == UV_EOF ? "closed by the server" : uv_strerror(error));
}

/* ---------------------------------------------------------------------------------- writing */

static bool write_out(sio__redis_stream_t *stream);

static bool write_sealed(sio__redis_stream_t *stream)
{
    sio__buf_t memory = stream->out;

    if (stream->writing || !stream->sealed.len)
        return true;
    stream->out = stream->sealed;
    stream->sealed = memory;
    return write_out(stream);
}

static void on_written(uv_write_t *request, int status)
{
    sio__redis_stream_t *stream = SIO__CONTAINER(request, sio__redis_stream_t, request);

    stream->writing = false;
    if (status == UV_ECANCELED || stream->closed)
        return;
    if (status < 0) {
        end_by_libuv(stream, status);
        return;
    }
    sio__buf_clear(&stream->out);
    if (write_sealed(stream) && stream->open && !stream->writing)
        stream->events->writable(stream->user);
}

static bool write_out(sio__redis_stream_t *stream)
{
    uv_buf_t buffer = uv_buf_init(stream->out.data, (unsigned)stream->out.len);
    int error;

    if (!stream->out.len)
        return true;
    error = uv_write(&stream->request, &stream->uv.stream, &buffer, 1, on_written);
    stream->writing = error == 0;
    if (error)
        end_by_libuv(stream, error);
    return !error;
}

bool sio__redis_stream_writable(const sio__redis_stream_t *stream)
{
    return stream->open && !stream->writing;
}

bool sio__redis_stream_write(sio__redis_stream_t *stream, sio__buf_t *bytes)
{
    sio__buf_t memory = stream->out;

    if (stream->tls) {
        bool done = sio__redis_tls_encrypt(stream->tls, bytes->data, bytes->len, &stream->sealed);

        sio__buf_clear(bytes);
        if (!done)
            end(stream, sio__redis_tls_error(stream->tls));
        return done && write_sealed(stream);
    }
    stream->out = *bytes;
    *bytes = memory;
    return write_out(stream);
}

/* ---------------------------------------------------------------------------------- reading */

static void become_open(sio__redis_stream_t *stream)
{
    stream->open = true;
    stream->events->open(stream->user);
}

static void secure(sio__redis_stream_t *stream, const char *bytes, size_t len)
{
    int done = sio__redis_tls_handshake(stream->tls, bytes, len, &stream->sealed);

    if (done < 0) {
        end(stream, sio__redis_tls_error(stream->tls));
        return;
    }
    if (!write_sealed(stream) || !done)
        return;
    stream->secured = true;
    become_open(stream);
}

static void take(sio__redis_stream_t *stream, const char *bytes, size_t len)
{
    bool fine;

    if (!stream->tls) {
        stream->events->data(stream->user, bytes, len);
        return;
    }
    if (!stream->secured) {
        secure(stream, bytes, len);
        if (!stream->secured || stream->closed || stream->ended)
            return;
        len = 0;
    }
    sio__buf_clear(&stream->plain);
    fine = sio__redis_tls_decrypt(stream->tls, bytes, len, &stream->plain);
    if (stream->plain.len)
        stream->events->data(stream->user, stream->plain.data, stream->plain.len);
    if (!fine)
        end(stream, sio__redis_tls_error(stream->tls));
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    sio__redis_stream_t *stream = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(stream->input, sizeof(stream->input));
}

static void on_read(uv_stream_t *uv, ssize_t got, const uv_buf_t *buffer)
{
    sio__redis_stream_t *stream = uv->data;

    if (got > 0 && !stream->ended)
        take(stream, buffer->base, (size_t)got);
    else if (got < 0)
        end_by_libuv(stream, (int)got);
}

/* ------------------------------------------------------------------------------- connecting */

static void try_next(sio__redis_stream_t *stream);

static void on_refused(uv_handle_t *handle)
{
    sio__redis_stream_t *stream = handle->data;

    stream->handle_open = false;
    if (stream->closed)
        free_when_gone(stream);
    else
        try_next(stream);
}

static void on_connected(uv_connect_t *request, int status)
{
    sio__redis_stream_t *stream = SIO__CONTAINER(request, sio__redis_stream_t, connection);

    if (stream->closed || status == UV_ECANCELED)
        return;
    if (!status)
        status = uv_read_start(&stream->uv.stream, on_allocate, on_read);
    if (status) {
        stream->last_error = status;
        uv_close(&stream->uv.handle, on_refused);
        return;
    }
    if (stream->tls)
        secure(stream, NULL, 0);
    else
        become_open(stream);
}

static bool make_tls(sio__redis_stream_t *stream)
{
    const sio__redis_config_t *config = stream->config;
    const char *name = config->server_name ? config->server_name : stream->host;

    if (!config->tls)
        return true;
    sio__redis_tls_free(stream->tls);
    stream->tls = sio__redis_tls_new(config->tls, name, !config->tls_no_verify);
    return stream->tls != NULL;
}

static int connect_to(sio__redis_stream_t *stream, const struct sockaddr *address)
{
    int error = uv_tcp_init(stream->loop, &stream->uv.tcp);

    if (error)
        return error;
    stream->handle_open = true;
    stream->uv.handle.data = stream;
    uv_tcp_nodelay(&stream->uv.tcp, 1);
    uv_tcp_keepalive(&stream->uv.tcp, 1, 60);
    return uv_tcp_connect(&stream->connection, &stream->uv.tcp, address, on_connected);
}

static void try_next(sio__redis_stream_t *stream)
{
    const struct addrinfo *next = stream->next;
    int error;

    if (!next || !make_tls(stream)) {
        end_by_libuv(stream, next ? UV_ENOMEM : stream->last_error);
        return;
    }
    stream->next = next->ai_next;
    error = connect_to(stream, next->ai_addr);
    if (!error)
        return;
    stream->last_error = error;
    if (stream->handle_open)
        uv_close(&stream->uv.handle, on_refused);
    else
        try_next(stream);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    sio__redis_stream_t *stream = SIO__CONTAINER(request, sio__redis_stream_t, resolution);

    stream->resolving = false;
    stream->addresses = stream->next = addresses;
    if (stream->closed) {
        free_when_gone(stream);
        return;
    }
    stream->last_error = status;
    if (status)
        end_by_libuv(stream, status);
    else
        try_next(stream);
}

static int resolve(sio__redis_stream_t *stream, const sio__redis_address_t *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    char port[16];
    int error;

    stream->host = sio__strdup(address->host);
    if (!stream->host)
        return UV_ENOMEM;
    snprintf(port, sizeof(port), "%d", address->port);
    error =
        uv_getaddrinfo(stream->loop, &stream->resolution, on_resolved, address->host, port, &hints);
    stream->resolving = error == 0;
    return error;
}

static int connect_unix(sio__redis_stream_t *stream, const char *path)
{
    int error = uv_pipe_init(stream->loop, &stream->uv.pipe, 0);

    if (error)
        return error;
    stream->handle_open = true;
    stream->uv.handle.data = stream;
    uv_pipe_connect(&stream->connection, &stream->uv.pipe, path, on_connected);
    return 0;
}

sio__redis_stream_t *sio__redis_stream_open(uv_loop_t *loop, const sio__redis_config_t *config,
                                            const sio__redis_address_t *address,
                                            const sio__redis_stream_events_t *events, void *user)
{
    sio__redis_stream_t *stream = sio__calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    stream->loop = loop;
    stream->config = config;
    stream->events = events;
    stream->user = user;
    if ((address->path ? connect_unix(stream, address->path) : resolve(stream, address)) == 0)
        return stream;
    sio__free(stream->host);
    sio__free(stream);
    return NULL;
}
