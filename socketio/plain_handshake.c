/* From a request to a connection: which endpoint, whether the page may, what the program says, the
 * upgrade. */
#include "base/alloc.h"
#include "socketio/next.h"
#include "socketio/plain.h"
#include "socketio/request.h"

#include <string.h>

enum { FORBIDDEN = 403, UPGRADE_REQUIRED = 426 };

/* --------------------------------------------------------------------------------- subprotocols */

/* The next name in a list that commas separate; false: there is none. */
static bool next_name(sio__span_t *rest, sio__span_t *name)
{
    while (rest->len && strchr(", \t", *rest->data)) {
        rest->data++;
        rest->len--;
    }
    name->data = rest->data;
    for (name->len = 0; name->len < rest->len && !strchr(", \t", rest->data[name->len]);)
        name->len++;
    rest->data += name->len;
    rest->len -= name->len;
    return name->len > 0;
}

bool sio__ws_offers(const eio_request_t *request, const char *name)
{
    sio__span_t rest, offered;

    if (!eio_request_header(request, "sec-websocket-protocol", &rest))
        return false;
    while (next_name(&rest, &offered))
        if (sio__span_is(offered, name))
            return true;
    return false;
}

static const char *in_list(char *const *list, sio__span_t name)
{
    for (; list && *list; list++)
        if (sio__span_is(name, *list))
            return *list;
    return NULL;
}

/* False: out of memory. */
static bool choose_subprotocol(sio_ws_t *ws, const eio_request_t *request)
{
    sio__span_t rest, offered;
    const char *chosen = NULL;

    if (!ws->endpoint->subprotocols ||
        !eio_request_header(request, "sec-websocket-protocol", &rest))
        return true;
    while (!chosen && next_name(&rest, &offered))
        chosen = in_list(ws->endpoint->subprotocols, offered);
    ws->subprotocol = chosen ? sio__strdup(chosen) : NULL;
    return !chosen || ws->subprotocol;
}

/* ----------------------------------------------------------------------------------- the upgrade
 */

static bool origin_allowed(const sio_ws_endpoint_t *endpoint, const eio_request_t *request)
{
    sio__span_t origin;

    return !endpoint->origins || !eio_request_header(request, "origin", &origin) ||
           in_list(endpoint->origins, origin);
}

/* The request is answered or has gone; the connection never was. */
static void give_up(sio_ws_t *ws)
{
    ws->endpoint->server->counts.ws_refused++;
    sio__ws_drop(ws);
}

static void answer(sio_ws_t *ws, int status, const char *text)
{
    eio_request_t *request = ws->socket.client->request;

    eio_request_reply_header(request, "Content-Type", "text/plain; charset=utf-8");
    eio_request_reply(eio_request_ref(request), status, text, strlen(text));
    give_up(ws);
}

static void upgrade(sio_ws_t *ws)
{
    sio_ws_endpoint_t *endpoint = ws->endpoint;
    eio_session_t *session = NULL;

    if (endpoint->engine)
        session = eio_plain_accept(endpoint->engine, ws->socket.client->request, ws->subprotocol);
    if (session)
        sio__ws_accepted(ws, session);
    else
        give_up(ws);
}

/* -------------------------------------------------------------------------- what the program says
 */

typedef struct asking {
    sio_next_t next;
    sio_ws_t *ws; /* a reference */
} asking_t;

static asking_t *asking_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, asking_t, next);
}

static void ask(sio_next_t *next)
{
    sio_ws_t *ws = asking_of(next)->ws;
    const sio__ws_hook_t *hook = &ws->endpoint->hooks[SIO__WS_UPGRADE];

    ((sio_ws_next_fn)hook->fn)(ws, next, hook->user);
}

static bool go_on(sio_next_t *next)
{
    (void)next;
    return false;
}

static void finish(sio_next_t *next)
{
    sio_ws_t *ws = asking_of(next)->ws;
    int code = next->refused ? sio__ws_refusal_code(next, FORBIDDEN) : 0;

    if (code && code < SIO_WS_NORMAL) {
        answer(ws, code, next->message ? next->message : "");
        return;
    }
    if (code)
        sio__ws_close_now(ws, code, next->message);
    upgrade(ws);
}

static void free_asking(sio_next_t *next)
{
    asking_t *asking = asking_of(next);

    sio_ws_unref(asking->ws);
    sio__free(asking);
}

static const sio__next_ops_t asking_ops = {ask, go_on, finish, free_asking};

static void ask_program(sio_ws_t *ws)
{
    asking_t *asking = sio__calloc(1, sizeof(*asking));

    if (!asking) {
        answer(ws, 500, "");
        return;
    }
    sio__next_init(&asking->next, &asking_ops, ws->endpoint->server);
    asking->ws = sio_ws_ref(ws);
    eio_request_hold(ws->socket.client->request);
    sio__next_start(&asking->next);
}

/* -------------------------------------------------------------------------------------- routing */

static sio_ws_endpoint_t *find_endpoint(const sio_server_t *io, const eio_request_t *request)
{
    sio__span_t path = eio_request_path(request);
    const sio__list_t *node;

    for (node = io->ws_endpoints.next; node != &io->ws_endpoints; node = node->next) {
        sio_ws_endpoint_t *endpoint = SIO__CONTAINER(node, sio_ws_endpoint_t, link);

        if (sio__path_match(&endpoint->path, path))
            return endpoint;
    }
    return NULL;
}

static void refuse(sio_server_t *io, eio_request_t *request, int status)
{
    io->counts.ws_refused++;
    eio_request_reply(request, status, NULL, 0);
}

static void handshake(sio_ws_endpoint_t *endpoint, eio_request_t *request)
{
    sio_ws_t *ws = sio__ws_new(endpoint, request);

    if (!ws)
        refuse(endpoint->server, eio_request_ref(request), 500);
    else if (!choose_subprotocol(ws, request))
        answer(ws, 500, "");
    else if (sio__ws_hook(endpoint, SIO__WS_UPGRADE))
        ask_program(ws);
    else
        upgrade(ws);
}

bool sio__ws_take(sio_server_t *io, eio_request_t *request)
{
    sio_ws_endpoint_t *endpoint = find_endpoint(io, request);
    sio__span_t upgrade_to;

    if (!endpoint || !eio_request_header(request, "upgrade", &upgrade_to))
        return false;
    if (!origin_allowed(endpoint, request)) {
        refuse(io, request, FORBIDDEN);
        return true;
    }
    if (eio_plain_check(endpoint->engine, request))
        handshake(endpoint, request);
    else
        io->counts.ws_refused++;
    eio_request_unref(request);
    return true;
}

bool sio__ws_require_upgrade(sio_server_t *io, eio_request_t *request)
{
    if (!find_endpoint(io, request))
        return false;
    eio_request_reply_header(request, "Upgrade", "websocket");
    refuse(io, request, UPGRADE_REQUIRED);
    return true;
}
