/* A listening socket of ours on the loop; accepted connections go to a callback. */
#ifndef EIO_LISTENER_H
#define EIO_LISTENER_H

#include "base/list.h"
#include "base/log.h"
#include "engineio/loop.h"

#include <sys/socket.h>

typedef struct eio_listener eio_listener_t;

/* `fd` belongs to the callee. */
typedef void (*eio_accept_fn)(eio_listener_t *listener, int fd, const struct sockaddr *peer,
                              void *user);

struct eio_listener {
    sio__list_t link; /* in its owner's list */
    eio_loop_t *loop;
    const sio__log_t *log;
    eio_accept_fn accept;
    void *user;
    void *context; /* of the owner: which virtual host */
    uv_poll_t poll;
    sio__timer_t pause; /* after running out of descriptors */
    int fd;
    int port;
    char *unix_path; /* unlinked at the end */
};

/*
 * Listens on every address of `host` (NULL: all, IPv6 and IPv4 in one socket where the system can)
 * or on "unix:PATH", adding listeners to `list`. Returns 0 or an EIO_E… error with nothing added.
 * Port 0 takes one free port for all addresses.
 */
int eio_listen(sio__list_t *list, eio_loop_t *loop, const sio__log_t *log, const char *host,
               int port, void *context, eio_accept_fn accept, void *user);

/* Stops listening and frees it, later. */
void eio_listener_close(eio_listener_t *listener);

#endif
