/*
 * Plain streams: a socket and its place in the libuv loop. One recv per readiness into the layer's
 * buffer, one send per write; only what the kernel doesn't take is kept.
 */
#include "engineio/stream_layer.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <errno.h>
#include <unistd.h>

typedef struct socket_stream {
    eio_layer_stream_t common;
    int fd;
    int events;      /* those waited for */
    bool finishing;  /* nothing more will be written: the peer is to know it */
    bool left_alone; /* paused, with bytes in the kernel that nobody wants yet */
    sio__buf_t unsent;
    size_t sent; /* of the unsent */
    uv_poll_t poll;
} socket_stream_t;

static socket_stream_t *socket_of(eio_stream_t *stream)
{
    return SIO__CONTAINER(stream, socket_stream_t, common.base);
}

static void on_poll(uv_poll_t *poll, int status, int events);

/* Reading, or (paused) whether the peer has gone; and writing when there is something left. */
static void wait_for_events(socket_stream_t *socket)
{
    int input = !socket->common.base.paused ? UV_READABLE : socket->left_alone ? 0 : UV_DISCONNECT;
    int events = input | (socket->unsent.len ? UV_WRITABLE : 0);

    if (events == socket->events)
        return;
    socket->events = events;
    if (events)
        uv_poll_start(&socket->poll, events, on_poll);
    else
        uv_poll_stop(&socket->poll);
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle)
{
    socket_stream_t *socket = SIO__CONTAINER((uv_poll_t *)handle, socket_stream_t, poll);

    socket->common.layer->open_handles--;
    sio__buf_free(&socket->unsent);
    sio__free(socket);
}

static void end(socket_stream_t *socket, int error)
{
    if (socket->common.gone)
        return;
    socket->common.error = error;
    uv_close((uv_handle_t *)&socket->poll, on_handle_closed);
    close(socket->fd); /* behind it, for libuv still names it to the kernel: no other thread's file
                          may have the number by then */
    eio_layer_stream_gone(&socket->common);
}

static void kill_socket(eio_deferred_t *deferred)
{
    socket_stream_t *socket = SIO__CONTAINER(deferred, socket_stream_t, common.kill);

    end(socket, socket->common.error);
}

static void close_socket(eio_stream_t *stream)
{
    socket_stream_t *socket = socket_of(stream);

    if (!socket->common.gone)
        eio_loop_defer(socket->common.layer->loop, &socket->common.kill);
}

/* ---- output ---- */

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* How much the kernel took; -1: the connection is broken. */
static ssize_t send_some(const socket_stream_t *socket, const void *data, size_t len)
{
    ssize_t sent = send(socket->fd, data, len, MSG_NOSIGNAL);

    return sent < 0 && would_block(errno) ? 0 : sent;
}

static int fail(socket_stream_t *socket, int error)
{
    socket->common.error = error;
    eio_stream_close(&socket->common.base);
    return -1;
}

static int write_socket(eio_stream_t *stream, const void *data, size_t len)
{
    socket_stream_t *socket = socket_of(stream);
    ssize_t sent = socket->unsent.len ? 0 : send_some(socket, data, len);

    if (sent < 0)
        return fail(socket, errno);
    socket->common.layer->bytes_out += len;
    if ((size_t)sent == len)
        return 0;
    sio__buf_append(&socket->unsent, (const char *)data + sent, len - (size_t)sent);
    if (socket->unsent.failed)
        return fail(socket, ENOMEM);
    stream->blocked = true;
    wait_for_events(socket);
    return 0;
}

static void finish_socket(eio_stream_t *stream)
{
    socket_stream_t *socket = socket_of(stream);

    socket->finishing = true;
    if (!socket->common.gone && !socket->unsent.len)
        shutdown(socket->fd, SHUT_WR);
}

/* The rest of a write. */
static void on_writable(socket_stream_t *socket)
{
    ssize_t sent =
        send_some(socket, socket->unsent.data + socket->sent, socket->unsent.len - socket->sent);

    if (sent < 0) {
        fail(socket, errno);
        return;
    }
    socket->sent += (size_t)sent;
    if (socket->sent < socket->unsent.len)
        return;
    socket->sent = 0;
    sio__buf_free(&socket->unsent);
    wait_for_events(socket);
    if (socket->finishing)
        shutdown(socket->fd, SHUT_WR);
    eio_layer_stream_unblocked(&socket->common);
}

/* ---- input ---- */

static void pause_socket(eio_stream_t *stream, bool paused)
{
    socket_stream_t *socket = socket_of(stream);

    (void)paused;
    if (socket->common.gone)
        return;
    socket->left_alone = false;
    wait_for_events(socket);
}

static void on_readable(socket_stream_t *socket)
{
    eio_transport_layer_t *layer = socket->common.layer;
    ssize_t len = recv(socket->fd, layer->buffer, EIO_READ_BUFFER, 0);

    if (len > 0)
        eio_layer_stream_received(&socket->common, layer->buffer, (size_t)len);
    else if (len == 0)
        end(socket, 0);
    else if (!would_block(errno))
        end(socket, errno);
}

/* The peer has ended its side while nobody reads: that is the end, unless it said something before.
 */
static void on_disconnect(socket_stream_t *socket)
{
    char byte;

    if (recv(socket->fd, &byte, 1, MSG_PEEK) == 0) {
        end(socket, 0);
        return;
    }
    socket->left_alone = true;
    wait_for_events(socket);
}

static int pending_error(const socket_stream_t *socket)
{
    int error = 0;
    socklen_t len = sizeof(error);

    return getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &len) || !error ? ECONNRESET
                                                                                : error;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    socket_stream_t *socket = SIO__CONTAINER(poll, socket_stream_t, poll);

    if (status < 0) {
        end(socket, pending_error(socket));
        return;
    }
    if ((events & UV_WRITABLE) && socket->unsent.len)
        on_writable(socket);
    if ((events & UV_READABLE) && !socket->common.gone && !socket->common.base.paused)
        on_readable(socket);
    else if ((events & UV_DISCONNECT) && !socket->common.gone && socket->common.base.paused)
        on_disconnect(socket);
}

/* ---- the beginning ---- */

static const eio_stream_ops_t socket_ops = {write_socket, pause_socket, finish_socket,
                                            close_socket};

eio_layer_stream_t *eio_socket_adopt(eio_transport_layer_t *layer, int fd,
                                     const struct sockaddr *peer)
{
    socket_stream_t *socket = sio__calloc(1, sizeof(*socket));

    if (!socket || uv_poll_init(layer->loop->uv, &socket->poll, fd)) {
        sio__free(socket);
        close(fd);
        return NULL;
    }
    layer->open_handles++;
    socket->fd = fd;
    eio_layer_stream_init(&socket->common, layer, &socket_ops, kill_socket, peer);
    wait_for_events(socket);
    return &socket->common;
}
