/* Connections: what they bring goes to the desk, which is here or, for a relay,
 * at the server that keeps the documents. The events between the servers are
 * "enter" and "message", "leave", and "close" the other way round. */

#include "events.h"

#include <string.h>

enum { MESSAGE_MAX = 256 * 1024 };

/* ---- Connections ---- */

/* What the page says of itself in the query; "" for what is missing or too
 * long. */
static const char *parameter(sio_ws_t *ws, const char *name, size_t max)
{
    const sio_request_t *request = sio_ws_request(ws);
    const char *value = request ? sio_request_query(request, name) : NULL;

    return value && strlen(value) <= max ? value : "";
}

static json_t *visitor_of(sio_ws_t *ws)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "link", sio_ws_id(ws), "client",
                     parameter(ws, "client", KEY_MAX), "name", parameter(ws, "name", NAME_SIZE - 1),
                     "revision", parameter(ws, "revision", 18), "epoch",
                     parameter(ws, "epoch", EPOCH_SIZE - 1));
}

static sio_namespace_t *cluster(const struct service *service)
{
    return sio_ws_endpoint_namespace(service->desk.endpoint);
}

static void on_connect(sio_ws_t *ws, void *user)
{
    struct service *service = user;
    const char *id = sio_ws_param(ws, "id");
    char room[DOCUMENT_ROOM_SIZE];
    json_t *visitor = strlen(id) <= DOCUMENT_ID_MAX ? visitor_of(ws) : NULL;

    if (!visitor || !document_room(id, room) || sio_ws_join(ws, room) != 0)
        sio_ws_close(ws, SIO_WS_POLICY, "no such document");
    else if (!service->relay)
        desk_enter(&service->desk, id, visitor);
    else
        sio_server_side_emit(cluster(service), "enter", "s,O", id, visitor);
    json_decref(visitor);
}

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    struct service *service = user;
    const char *id = sio_ws_param(ws, "id");
    json_t *json = sio_ws_message_json(message);

    if (!json || !sio_ws_message_type(message))
        sio_ws_close(ws, SIO_WS_POLICY, "no such message");
    else if (!service->relay)
        desk_message(&service->desk, id, sio_ws_id(ws), json);
    else
        sio_server_side_emit(cluster(service), "message", "s,s,O", id, sio_ws_id(ws), json);
}

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    struct service *service = user;
    const char *id = sio_ws_param(ws, "id");

    (void)code, (void)reason;
    if (!service->relay)
        desk_leave(&service->desk, id, sio_ws_id(ws));
    else
        sio_server_side_emit(cluster(service), "leave", "s,s", id, sio_ws_id(ws));
}

/* ---- Between servers ---- */

struct search {
    const char *link;
    sio_ws_t *found;
};

static bool is_not(sio_ws_t *ws, void *user)
{
    struct search *search = user;

    if (strcmp(sio_ws_id(ws), search->link) == 0)
        search->found = ws;
    return !search->found;
}

static bool close_here(struct desk *desk, const char *link, int code, const char *reason)
{
    struct search search = {.link = link};

    sio_ws_endpoint_each(desk->endpoint, is_not, &search);
    if (search.found)
        sio_ws_close(search.found, code, reason);
    return search.found;
}

static void close_anywhere(struct desk *desk, const char *link, int code, const char *reason)
{
    if (!close_here(desk, link, code, reason))
        sio_server_side_emit(sio_ws_endpoint_namespace(desk->endpoint), "close", "s,i,s", link,
                             code, reason);
}

static void on_close_asked(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct service *service = user;
    const char *link, *reason;
    int code;

    (void)nsp;
    if (sio_unpack(event, "s,i,s", &link, &code, &reason) == 0)
        close_here(&service->desk, link, code, reason);
}

static void on_enter_there(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct service *service = user;
    const char *id;
    json_t *visitor;

    (void)nsp;
    if (sio_unpack(event, "s,o", &id, &visitor) == 0)
        desk_enter(&service->desk, id, visitor);
}

static void on_message_there(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct service *service = user;
    const char *id, *link;
    json_t *message;

    (void)nsp;
    if (sio_unpack(event, "s,s,o", &id, &link, &message) == 0)
        desk_message(&service->desk, id, link, message);
}

static void on_leave_there(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct service *service = user;
    const char *id, *link;

    (void)nsp;
    if (sio_unpack(event, "s,s", &id, &link) == 0)
        desk_leave(&service->desk, id, link);
}

static int listen_to_cluster(struct service *service)
{
    sio_namespace_t *nsp = cluster(service);
    int error;

    if (service->relay)
        return sio_on_server_side(nsp, "close", on_close_asked, service);
    error = sio_on_server_side(nsp, "enter", on_enter_there, service);
    if (error == 0)
        error = sio_on_server_side(nsp, "message", on_message_there, service);
    return error ? error : sio_on_server_side(nsp, "leave", on_leave_there, service);
}

int events_init(struct service *service, sio_server_t *io)
{
    sio_ws_endpoint_t *endpoint =
        sio_ws_endpoint(io, "/ws/docs/:id",
                        SIO_WS_OPTIONS(.max_message = MESSAGE_MAX, .ping_interval_ms = 10000,
                                       .ping_timeout_ms = 5000,
                                       .limits =
                                           SIO_WS_LIMITS(.messages_per_second = 200,
                                                         .bytes_per_second = 2 * MESSAGE_MAX)));
    int error = endpoint ? sio_ws_on_connect(endpoint, on_connect, service) : SIO_ENOMEM;

    service->desk.endpoint = endpoint;
    service->desk.close = close_anywhere;
    if (error == 0)
        error = sio_ws_on_message(endpoint, on_message, service);
    if (error == 0)
        error = sio_ws_on_close(endpoint, on_close, service);
    return error ? error : listen_to_cluster(service);
}
