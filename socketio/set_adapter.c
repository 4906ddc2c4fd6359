/* The server's adapter, that of a cluster. */
#include "adapters/library.h"
#include "socketio/namespace.h"
#include "socketio/pack.h"
#include "socketio/plain.h"
#include "socketio/recovery.h"
#include "socketio/server.h"

static int adapt_recovery(sio_namespace_t *nsp)
{
    sio_server_t *io = nsp->server;
    sio__session_store_t *store;

    if (!nsp->recovery || !io->maker->ops->session_store)
        return SIO_OK;
    store = io->maker->ops->session_store(io->maker, nsp->adapter, &io->recovery.limits);
    if (!store)
        return SIO_ENOMEM;
    sio__recovery_keep_in(nsp, store);
    return SIO_OK;
}

int sio__namespace_adapt(sio_namespace_t *nsp)
{
    sio_adapter_t *maker = nsp->server->maker;
    sio__adapter_t *adapter;

    if (!maker)
        return SIO_OK;
    adapter = maker->ops->adapter(maker, &nsp->host);
    if (!adapter)
        return SIO_ENOMEM;
    nsp->adapter->ops->free(nsp->adapter);
    nsp->adapter = adapter;
    return adapt_recovery(nsp);
}

static int adapt_all(sio_server_t *io)
{
    int error = SIO_OK;

    for (sio__list_t *node = io->namespace_list.next; node != &io->namespace_list && !error;
         node = node->next)
        error = sio__namespace_adapt(SIO__CONTAINER(node, sio_namespace_t, link));
    return error ? error : sio__ws_endpoints_adapt(io);
}

static bool has_sockets(const sio_server_t *io)
{
    for (sio__list_t *node = io->namespace_list.next; node != &io->namespace_list;
         node = node->next)
        if (SIO__CONTAINER(node, sio_namespace_t, link)->members)
            return true;
    return sio__ws_endpoints_used(io);
}

int sio_set_adapter(sio_server_t *io, sio_adapter_t *adapter)
{
    int error = SIO_ESTATE;

    SIO__LOOP_ONLY(io);
    if (!adapter)
        return SIO_EINVAL;
    if (!io->maker && !io->shutting_down && !has_sockets(io))
        error = adapter->ops->open(adapter,
                                   &(sio__adapter_setup_t){.loop = io->loop.uv, .log = &io->log});
    if (error) {
        adapter->ops->free(adapter);
        return error;
    }
    io->maker = adapter;
    return adapt_all(io);
}

void sio__maker_close(sio_server_t *io, void (*closed)(void *user))
{
    if (io->maker)
        io->maker->ops->close(io->maker, closed, io);
    else
        closed(io);
}

void sio__maker_free(sio_server_t *io)
{
    if (io->maker)
        io->maker->ops->free(io->maker);
}

sio__library_t sio_library(void)
{
    return (sio__library_t){
        .version = sio_version(),
        .allocator = sio__alloc_get(),
        .pack = sio__args_pack,
        .reserved = sio__event_name_reserved,
    };
}
