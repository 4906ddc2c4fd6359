#include "engineio/listener.h"

#include "base/alloc.h"
#include "engineio/engine.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPT_BATCH = 64, PAUSE_MS = 500 };

/* ---- accepting ---- */

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(sio__timer_t *timer)
{
    eio_listener_t *listener = SIO__CONTAINER(timer, eio_listener_t, pause);

    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

/* Out of descriptors or memory: the connection stays in the queue, and so would the event. */
static void pause_accepting(eio_listener_t *listener, int error)
{
    SIO__LOG(listener->log, SIO__ERROR, "engine", "can't accept connections for a moment: %s",
             strerror(error));
    uv_poll_stop(&listener->poll);
    eio_timer_start(listener->loop, &listener->pause, PAUSE_MS);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    eio_listener_t *listener = SIO__CONTAINER(poll, eio_listener_t, poll);
    int i;

    (void)events;
    for (i = 0; status == 0 && i < ACCEPT_BATCH && listener->fd >= 0; i++) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        socklen_t len = sizeof(peer);
        int on = 1;
        int fd =
            accept4(listener->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pause_accepting(listener, errno);
            return;
        }
        if (peer.ss_family != AF_UNIX)
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        listener->accept(listener, fd, (struct sockaddr *)&peer, listener->user);
    }
}

/* ---- listening ---- */

static int address_error(int error)
{
    return error == EADDRINUSE ? EIO_EADDRINUSE : error == ENOMEM ? EIO_ENOMEM : EIO_EADDRESS;
}

static int bound_port(int fd)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    socklen_t len = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &len))
        return 0;
    memcpy(&v4, &address, sizeof(v4));
    memcpy(&v6, &address, sizeof(v6));
    return address.ss_family == AF_INET    ? ntohs(v4.sin_port)
           : address.ss_family == AF_INET6 ? ntohs(v6.sin6_port)
                                           : 0;
}

/* Starts listening on a bound socket; takes it, also on failure. */
static int add_listener(sio__list_t *list, const eio_listener_t *like, int fd,
                        const char *unix_path)
{
    eio_listener_t *listener = sio__calloc(1, sizeof(*listener));

    if (!listener) {
        close(fd);
        return EIO_ENOMEM;
    }
    *listener = *like;
    listener->fd = fd;
    listener->port = bound_port(fd);
    sio__list_init(&listener->link);
    sio__timer_init(&listener->pause, on_pause_over);
    listener->unix_path = unix_path ? sio__strdup(unix_path) : NULL;
    if ((unix_path && !listener->unix_path) || listen(fd, BACKLOG) ||
        uv_poll_init(like->loop->uv, &listener->poll, fd)) {
        int error = errno;
        close(fd);
        sio__free(listener->unix_path);
        sio__free(listener);
        return address_error(error);
    }
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    sio__list_append(list, &listener->link);
    return 0;
}

/* Another server may have died without removing its socket file; one that lives answers. */
static void remove_stale_socket(const struct sockaddr_un *address)
{
    struct stat info;
    int fd;

    if (lstat(address->sun_path, &info) || !S_ISSOCK(info.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) && errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

static int listen_unix(sio__list_t *list, const eio_listener_t *like, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (!*path || strlen(path) >= sizeof(address.sun_path))
        return EIO_EADDRESS;
    memcpy(address.sun_path, path, strlen(path) + 1);
    remove_stale_socket(&address);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return EIO_EADDRESS;
    if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
        int error = errno;
        close(fd);
        return address_error(error);
    }
    return add_listener(list, like, fd, path);
}

static int bind_address(const struct addrinfo *info, int port)
{
    struct sockaddr_storage address;
    struct sockaddr_in6 v6;
    int on = 1;
    int off = 0;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    memcpy(&address, info->ai_addr, info->ai_addrlen);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (info->ai_family == AF_INET6) {
        memcpy(&v6, info->ai_addr, sizeof(v6));
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                   IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) ? &off : &on, sizeof(on));
        v6.sin6_port = htons((uint16_t)port);
        memcpy(&address, &v6, sizeof(v6));
    } else {
        ((struct sockaddr_in *)&address)->sin_port = htons((uint16_t)port);
    }
    if (bind(fd, (struct sockaddr *)&address, info->ai_addrlen)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int listen_addresses(sio__list_t *list, const eio_listener_t *like,
                            const struct addrinfo *infos, int port)
{
    const struct addrinfo *info;
    int result = EIO_EADDRESS;
    int fd;

    for (info = infos; info; info = info->ai_next) {
        fd = bind_address(info, port);
        if (fd < 0) {
            if (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)
                continue; /* a machine without IPv6 */
            return address_error(errno);
        }
        result = add_listener(list, like, fd, NULL);
        if (result)
            return result;
        if (port == 0)
            port = SIO__CONTAINER(list->prev, eio_listener_t, link)->port;
    }
    return result;
}

static int listen_tcp(sio__list_t *list, const eio_listener_t *like, const char *host, int port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *infos;
    int result;

    /* "::" takes IPv4 as well; where there is no IPv6, "0.0.0.0". */
    if (getaddrinfo(host && *host ? host : "::", NULL, &hints, &infos))
        return EIO_EADDRESS;
    result = listen_addresses(list, like, infos, port);
    freeaddrinfo(infos);
    if (result == EIO_EADDRESS && !host)
        return listen_tcp(list, like, "0.0.0.0", port);
    return result;
}

int eio_listen(sio__list_t *list, eio_loop_t *loop, const sio__log_t *log, const char *host,
               int port, void *context, eio_accept_fn accept, void *user)
{
    eio_listener_t like = {
        .loop = loop, .log = log, .accept = accept, .user = user, .context = context};
    sio__list_t added;
    sio__list_t *node;
    int result;

    if (port < 0 || port > 65535)
        return EIO_EADDRESS;
    sio__list_init(&added);
    if (host && strncmp(host, "unix:", 5) == 0)
        result = listen_unix(&added, &like, host + 5);
    else
        result = listen_tcp(&added, &like, host, port);
    if (result) {
        while ((node = sio__list_pop(&added)))
            eio_listener_close(SIO__CONTAINER(node, eio_listener_t, link));
    } else {
        sio__list_splice(list, &added);
    }
    return result;
}

static void on_closed(uv_handle_t *handle)
{
    sio__free(SIO__CONTAINER(handle, eio_listener_t, poll));
}

void eio_listener_close(eio_listener_t *listener)
{
    sio__list_remove(&listener->link);
    eio_timer_stop(listener->loop, &listener->pause);
    uv_close((uv_handle_t *)&listener->poll, on_closed);
    close(listener->fd); /* behind it, as in socket_stream.c */
    listener->fd = -1;
    if (listener->unix_path)
        unlink(listener->unix_path);
    sio__free(listener->unix_path);
}
