/* SIGINT and SIGTERM end a program's server: the first lets queued packets leave, the second
 * doesn't. */
#include "base/alloc.h"
#include "socketio/server.h"

#include <signal.h>

enum { DRAIN_MS = 5000 };

struct sio__signals {
    sio_server_t *server;
    uv_signal_t interrupt, terminate;
    int open;
    bool seen;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct sio__signals *signals = handle->data;
    unsigned drain_ms = signals->seen ? 0 : DRAIN_MS;

    SIO__LOG(&signals->server->log, SIO__INFO, "socket.io:server", "signal %d: shutting down%s",
             number, signals->seen ? " at once" : "");
    signals->seen = true;
    sio_shutdown(signals->server, drain_ms, NULL, NULL);
}

static void on_closed(uv_handle_t *handle)
{
    struct sio__signals *signals = handle->data;

    if (--signals->open == 0)
        sio__free(signals);
}

static int watch(struct sio__signals *signals, uv_signal_t *handle, int number)
{
    if (uv_signal_init(signals->server->loop.uv, handle))
        return SIO_ENOMEM;
    handle->data = signals;
    signals->open++;
    return uv_signal_start(handle, on_signal, number) ? SIO_ENOMEM : SIO_OK;
}

int sio_shutdown_on_signals(sio_server_t *io)
{
    struct sio__signals *signals;
    int error;

    SIO__LOOP_ONLY(io);
    if (io->signals || io->shutting_down)
        return io->signals ? SIO_OK : SIO_ESTATE;
    signals = sio__calloc(1, sizeof(*signals));
    if (!signals)
        return SIO_ENOMEM;
    signals->server = io;
    io->signals = signals;
    error = watch(signals, &signals->interrupt, SIGINT);
    if (!error)
        error = watch(signals, &signals->terminate, SIGTERM);
    if (error)
        sio__signals_close(io);
    return error;
}

void sio__signals_close(sio_server_t *io)
{
    struct sio__signals *signals = io->signals;
    int open = signals ? signals->open : 0;

    io->signals = NULL;
    if (open > 0)
        uv_close((uv_handle_t *)&signals->interrupt, on_closed);
    if (open > 1)
        uv_close((uv_handle_t *)&signals->terminate, on_closed);
    if (open == 0)
        sio__free(signals);
}
