/* Functions of the program that see every request to the engine, and those that make up its ids. */
#include "socketio/next.h"
#include "socketio/request.h"

#include "base/alloc.h"

typedef struct passing {
    sio_next_t next;
    unsigned count;
    sio_request_t request;
} passing_t;

static passing_t *passing_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, passing_t, next);
}

static void ask(sio_next_t *next)
{
    const sio__listener_t *listener =
        sio__listeners_nth(next->server->listeners, SIO__MIDDLEWARE, next->index);

    ((sio_engine_middleware_fn)listener->fn)(&passing_of(next)->request, next, listener->user);
}

static bool go_on(sio_next_t *next)
{
    return !next->refused && ++next->index < passing_of(next)->count;
}

static void finish(sio_next_t *next)
{
    passing_t *passing = passing_of(next);
    eio_server_t *engine = next->server->engine;

    if (!engine)
        eio_request_unref(passing->request.request);
    else if (next->refused)
        eio_server_fail(engine, passing->request.request);
    else
        eio_server_route(engine, passing->request.request);
}

static void free_passing(sio_next_t *next)
{
    passing_t *passing = passing_of(next);

    sio__texts_free(&passing->request.texts);
    sio__free(passing);
}

static const sio__next_ops_t passing_ops = {ask, go_on, finish, free_passing};

bool sio__engine_use(sio_server_t *io, eio_request_t *request)
{
    unsigned count = sio__listeners_count(io->listeners, SIO__MIDDLEWARE, NULL);
    passing_t *passing;

    if (!count)
        return false;
    passing = sio__calloc(1, sizeof(*passing));
    if (!passing) {
        eio_request_reply(request, 500, NULL, 0);
        return true;
    }
    sio__next_init(&passing->next, &passing_ops, io);
    passing->count = count;
    passing->request.request = request;
    passing->request.next = &passing->next;
    eio_request_hold(request);
    sio__next_start(&passing->next);
    return true;
}

int sio_engine_use(sio_server_t *io, sio_engine_middleware_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    return sio__listeners_add(&io->listeners, SIO__MIDDLEWARE, NULL, (sio__fn_t)fn, user, 0);
}

/* ----------------------------------------------------------------------------------------- ids */

bool sio__on_generate_id(eio_request_t *request, char id[], size_t size, void *server)
{
    sio_request_t wrapped = {.request = request};
    sio_server_t *io = server;
    int error = SIO_OK;

    if (io->hooks.generate_id)
        error = io->hooks.generate_id(&wrapped, id, size, io->hooks.generate_id_user);
    sio__texts_free(&wrapped.texts);
    return error == SIO_OK;
}

int sio_generate_id(sio_server_t *io, sio_generate_id_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.generate_id = fn;
    io->hooks.generate_id_user = user;
    return SIO_OK;
}
