/* Until when a socket may stay: tokens expire. One timer of the server's wheel per socket that has
 * a deadline. */
#include "base/alloc.h"
#include "socketio/socket.h"

struct sio__deadline {
    sio_socket_t *socket;
    int64_t at; /* Unix ms; 0: none */
    sio__timer_t timer;
};

static void wait_for(struct sio__deadline *deadline)
{
    int64_t left = deadline->at - sio__unix_ms();

    eio_timer_start(&deadline->socket->nsp->server->loop, &deadline->timer,
                    left > 0 ? (uint64_t)left : 0);
}

static void end(sio_socket_t *socket)
{
    socket->nsp->server->counts.deadlines_passed++;
    sio__socket_disconnect(socket, "its deadline has passed");
}

/* A socket that is still connecting hears of it when it is connected. */
static void on_time(sio__timer_t *timer)
{
    struct sio__deadline *deadline = SIO__CONTAINER(timer, struct sio__deadline, timer);

    if (sio__unix_ms() < deadline->at)
        wait_for(deadline); /* the clock was put back */
    else if (sio_connected(deadline->socket))
        end(deadline->socket);
}

static struct sio__deadline *deadline_of(sio_socket_t *socket)
{
    sio__extras_t *extras = sio__socket_extras(socket);

    if (!extras || extras->deadline)
        return extras ? extras->deadline : NULL;
    extras->deadline = sio__calloc(1, sizeof(*extras->deadline));
    if (!extras->deadline)
        return NULL;
    extras->deadline->socket = socket;
    sio__timer_init(&extras->deadline->timer, on_time);
    return extras->deadline;
}

int sio__deadline_set(sio_socket_t *socket, int64_t unix_ms)
{
    struct sio__deadline *deadline;

    if (!unix_ms && !sio__deadline_of(socket))
        return SIO_OK;
    deadline = deadline_of(socket);
    if (!deadline)
        return SIO_ENOMEM;
    deadline->at = unix_ms;
    if (unix_ms)
        wait_for(deadline);
    else
        eio_timer_stop(&socket->nsp->server->loop, &deadline->timer);
    return SIO_OK;
}

int64_t sio__deadline_of(const sio_socket_t *socket)
{
    const sio__extras_t *extras = socket->extras;

    return extras && extras->deadline ? extras->deadline->at : 0;
}

int64_t sio_deadline(const sio_socket_t *socket)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return sio__deadline_of(socket);
}

void sio__deadline_connected(sio_socket_t *socket)
{
    if (sio__socket_live(socket) && sio__deadline_of(socket))
        wait_for(socket->extras->deadline);
}

void sio__deadline_end(sio_socket_t *socket)
{
    if (socket->extras && socket->extras->deadline)
        eio_timer_stop(&socket->nsp->server->loop, &socket->extras->deadline->timer);
}
