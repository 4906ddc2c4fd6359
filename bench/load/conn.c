/* One TCP connection. */
#include "conn.h"
#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define SOURCE_ADDRESSES 16

/* One address has some 28,000 ports, and a closed connection keeps its port for a minute: on
 * loopback connections are spread over 127.0.0.1 to 127.0.0.16. */
static int bind_source(int fd, const struct sockaddr_in *to)
{
    static uint32_t counter;
    struct sockaddr_in from = {.sin_family = AF_INET};
    int on = 1;

    if (ntohl(to->sin_addr.s_addr) >> 24 != 127)
        return 0;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + counter++ % SOURCE_ADDRESSES);
    /* Without it the kernel reserves a port at bind, for all destinations. */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return bind(fd, (const struct sockaddr *)&from, sizeof from);
}

static int watch(conn_t *conn, int operation)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};

    if (!conn->connected || conn->unsent.length > 0)
        event.events |= EPOLLOUT;
    return epoll_ctl(conn->loop->epoll_fd, operation, conn->fd, &event);
}

static int start_connect(conn_t *conn, const struct sockaddr_in *to)
{
    int on = 1;

    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind_source(conn->fd, to) != 0)
        return -1;
    if (connect(conn->fd, (const struct sockaddr *)to, sizeof *to) != 0 && errno != EINPROGRESS)
        return -1;
    return watch(conn, EPOLL_CTL_ADD);
}

int conn_open(conn_t *conn, loop_t *loop, const struct sockaddr_in *to, const conn_events_t *events,
              void *owner)
{
    conn->loop = loop;
    conn->events = events;
    conn->owner = owner;
    conn->connected = false;
    conn->generation++;
    conn->unread.length = conn->unsent.length = 0;
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->fd < 0)
        return -1;
    if (start_connect(conn, to) != 0) {
        conn_close(conn);
        return -1;
    }
    return 0;
}

void conn_close(conn_t *conn)
{
    int saved = errno;

    if (conn->fd >= 0)
        close(conn->fd);
    conn->fd = -1;
    conn->connected = false;
    conn->generation++;
    buffer_free(&conn->unread);
    buffer_free(&conn->unsent);
    errno = saved;
}

static void fail(conn_t *conn, const char *why)
{
    conn_close(conn);
    conn->events->on_close(conn, why);
}

void conn_write(conn_t *conn, const char *data, size_t length)
{
    ssize_t sent = 0;

    if (conn->fd < 0 || length == 0)
        return;
    if (conn->unsent.length == 0) {
        sent = send(conn->fd, data, length, MSG_NOSIGNAL);
        /* A broken connection is reported by the next read, not in the middle of a callback. */
        if (sent < 0)
            sent = 0;
        if ((size_t)sent == length)
            return;
    }
    buffer_append(&conn->unsent, data + sent, length - (size_t)sent);
    watch(conn, EPOLL_CTL_MOD);
}

static void flush(conn_t *conn)
{
    ssize_t sent = send(conn->fd, conn->unsent.data, conn->unsent.length, MSG_NOSIGNAL);

    if (sent > 0)
        buffer_consume(&conn->unsent, (size_t)sent);
    if (conn->unsent.length == 0)
        watch(conn, EPOLL_CTL_MOD);
}

static void finish_connect(conn_t *conn)
{
    int error = 0;
    socklen_t length = sizeof error;

    getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        fail(conn, strerror(error));
        return;
    }
    conn->connected = true;
    watch(conn, EPOLL_CTL_MOD);
    conn->events->on_connect(conn);
}

/* Gives `length` bytes of the scratch buffer to the owner and keeps what it leaves. */
static void deliver(conn_t *conn, char *data, size_t length)
{
    unsigned generation = conn->generation;
    size_t used = conn->events->on_data(conn, data, length);

    if (conn->generation != generation)
        return;
    if (length - used >= LOOP_SCRATCH / 2) {
        fail(conn, "more bytes than any answer should have");
        return;
    }
    conn->unread.length = 0;
    buffer_append(&conn->unread, data + used, length - used);
}

static void read_some(conn_t *conn)
{
    char *data = conn->loop->scratch;
    size_t kept = conn->unread.length;
    ssize_t got;

    if (kept > 0)
        memcpy(data, conn->unread.data, kept);
    got = recv(conn->fd, data + kept, LOOP_SCRATCH - kept, 0);
    conn->loop->now = clock_now();
    if (got > 0)
        deliver(conn, data, kept + (size_t)got);
    else if (got == 0)
        fail(conn, "closed by the server");
    else if (errno != EAGAIN && errno != EINTR)
        fail(conn, strerror(errno));
}

void conn_ready(conn_t *conn, uint32_t ready)
{
    unsigned generation = conn->generation;

    if (conn->fd < 0)
        return;
    if (!conn->connected) {
        finish_connect(conn);
        return;
    }
    if (ready & EPOLLOUT)
        flush(conn);
    if (conn->generation == generation && ready & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_some(conn);
}
