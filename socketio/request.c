#include "socketio/request.h"

#include "base/alloc.h"
#include "socketio/cors.h"
#include "socketio/files.h"
#include "socketio/middleware.h"
#include "socketio/next.h"
#include "socketio/plain.h"

/* Within a hook's call. */
#define WRAP(engine_request)        \
    {                               \
        .request = (engine_request) \
    }

/* ------------------------------------------------------------------------------- what it says */

/* Copies are kept with the request, which nobody but these functions can tell. */
static sio__texts_t *texts_of(const sio_request_t *request)
{
    return &((sio_request_t *)(uintptr_t)request)->texts;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

const char *sio_request_method(const sio_request_t *request)
{
    return or_empty(sio__texts_method(texts_of(request), request->request));
}

const char *sio_request_url(const sio_request_t *request)
{
    return or_empty(sio__texts_target(texts_of(request), request->request));
}

const char *sio_request_path(const sio_request_t *request)
{
    return or_empty(sio__texts_path(texts_of(request), request->request));
}

const char *sio_request_header(const sio_request_t *request, const char *name)
{
    return sio__texts_header(texts_of(request), request->request, name);
}

const char *sio_request_query(const sio_request_t *request, const char *name)
{
    return sio__texts_query(texts_of(request), request->request, name);
}

const char *sio_request_address(const sio_request_t *request)
{
    return eio_request_address(request->request);
}

void sio_request_set_user(sio_request_t *request, void *user, void (*destructor)(void *user))
{
    eio_request_set_data(request->request, user, destructor);
}

void *sio_request_user(const sio_request_t *request)
{
    return eio_request_data(request->request);
}

/* -------------------------------------------------------------------------------------- hooks */

int sio_allow_request(sio_server_t *io, sio_allow_request_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.allow_request = fn;
    io->hooks.allow_request_user = user;
    return SIO_OK;
}

int sio_on_initial_headers(sio_server_t *io, sio_headers_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.initial_headers = fn;
    io->hooks.initial_headers_user = user;
    return SIO_OK;
}

int sio_on_headers(sio_server_t *io, sio_headers_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.headers = fn;
    io->hooks.headers_user = user;
    return SIO_OK;
}

int sio_on_connection_error(sio_server_t *io, sio_connection_error_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.connection_error = fn;
    io->hooks.connection_error_user = user;
    return SIO_OK;
}

int sio_on_request(sio_server_t *io, sio_request_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.request = fn;
    io->hooks.request_user = user;
    return SIO_OK;
}

void sio__on_handshake(eio_request_t *request, eio_verdict_t *verdict, void *server)
{
    sio_server_t *io = server;

    if (io->hooks.allow_request)
        sio__middleware_request(io, request, verdict);
    else
        eio_verdict_allow(verdict);
}

void sio__on_connection_error(eio_request_t *request, eio_error_t code, const char *message,
                              const char *context, void *server)
{
    sio_server_t *io = server;
    sio_request_t wrapped = WRAP(request);
    sio_connection_error_t error = {&wrapped, (int)code, message, context};

    if (io->hooks.connection_error)
        io->hooks.connection_error(&error, io->hooks.connection_error_user);
    sio__texts_free(&wrapped.texts);
}

/* The engine's and the program's are the same thing by two names. */
int sio_headers_add(sio_headers_t *headers, const char *name, const char *value)
{
    return eio_headers_add((eio_headers_t *)headers, name, value) ? SIO_EINVAL : SIO_OK;
}

static void call_headers(sio_headers_fn fn, eio_request_t *request, eio_headers_t *headers,
                         void *user)
{
    sio_request_t wrapped = WRAP(request);

    if (!fn)
        return;
    fn(&wrapped, (sio_headers_t *)headers, user);
    sio__texts_free(&wrapped.texts);
}

void sio__on_initial_headers(eio_request_t *request, eio_headers_t *headers, void *server)
{
    sio_server_t *io = server;

    call_headers(io->hooks.initial_headers, request, headers, io->hooks.initial_headers_user);
}

void sio__on_headers(eio_request_t *request, eio_headers_t *headers, void *server)
{
    sio_server_t *io = server;

    call_headers(io->hooks.headers, request, headers, io->hooks.headers_user);
}

/* ------------------------------------------------------------------- requests that we answer */

static bool hand_over(sio_server_t *io, eio_request_t *request)
{
    sio_request_t *wrapped = sio__calloc(1, sizeof(*wrapped));

    if (!wrapped)
        return false;
    wrapped->request = request;
    io->hooks.request(wrapped, io->hooks.request_user);
    return true;
}

bool sio__take_request(sio_server_t *io, eio_request_t *request)
{
    return (io->bundle && sio__bundle_files_take(io, request)) || sio__engine_use(io, request);
}

bool sio__on_request(eio_request_t *request, bool inside_path, void *server)
{
    sio_server_t *io = server;

    if (inside_path && io->hooks.cors) {
        sio__cors_ask(io, request);
        return true;
    }
    if (inside_path)
        return sio__take_request(io, request);
    if (sio__ws_take(io, request))
        return true;
    if (io->folders && sio__folders_take(io, request, false))
        return true;
    if (io->hooks.request && hand_over(io, request))
        return true;
    return (io->folders && sio__folders_take(io, request, true)) ||
           sio__ws_require_upgrade(io, request);
}

int sio_reply_header(sio_request_t *request, const char *name, const char *value)
{
    return eio_request_reply_header(request->request, name, value) ? SIO_EINVAL : SIO_OK;
}

int sio_reply(sio_request_t *request, int status, const void *body, size_t len)
{
    int error = eio_request_reply(request->request, status, body, len);

    if (request->next) {
        sio__next_free(request->next);
        return error;
    }
    sio__texts_free(&request->texts);
    sio__free(request);
    return error;
}
