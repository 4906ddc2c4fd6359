/* The engine under the sockets: middlewares of every request, ids, connections and their events. */
#include "tests/interop/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool mode_is(const sio_request_t *request, const char *mode)
{
    const char *value = sio_request_query(request, "mode");

    return value && strcmp(value, mode) == 0;
}

static const char *or_none(const char *text)
{
    return text ? text : "none";
}

/* --------------------------------------------------------------------------------- middlewares */

static void first(sio_request_t *request, sio_next_t *next, void *user)
{
    const char *mode = sio_request_query(request, "mode");
    struct twin *app = user;

    sio_reply_header(request, "x-first", or_none(mode));
    if (mode)
        twin_report(app, "ssss", "request", sio_request_method(request), mode,
                    or_none(sio_request_header(request, "x-custom")));
    if (mode_is(request, "fail")) {
        sio_next_error(next, "not this one", NULL);
    } else if (mode_is(request, "answer")) {
        sio_reply_header(request, "x-own", "yes");
        sio_reply(request, 401, "who are you?", 12);
    } else if (mode_is(request, "later") && app->requests_count < TWIN_HELD_MAX) {
        app->requests[app->requests_count++] = next;
    } else {
        sio_next_ok(next);
    }
}

static void second(sio_request_t *request, sio_next_t *next, void *user)
{
    const char *mode = sio_request_query(request, "mode");
    char *noted = malloc(128);

    (void)user;
    snprintf(noted, 128, "noted %s", mode ? mode : "nothing");
    sio_request_set_user(request, noted, free);
    sio_reply_header(request, "x-second", "yes");
    if (mode_is(request, "second fails"))
        sio_next_error(next, "secret", NULL);
    else
        sio_next_ok(next);
}

static int generate_id(sio_request_t *request, char *id, size_t size, void *user)
{
    const char *wanted = sio_request_query(request, "id");

    (void)user;
    if (wanted && strcmp(wanted, "refuse") == 0)
        return SIO_EINVAL;
    if (wanted)
        snprintf(id, size, "%s", wanted);
    return SIO_OK;
}

static void on_answer_request(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *failure = json_string_value(twin_arg(event, 0));
    struct twin *app = user;
    sio_next_t *next = app->requests[0];

    (void)socket;
    if (app->requests_count == 0)
        return;
    memmove(app->requests, app->requests + 1, --app->requests_count * sizeof(app->requests[0]));
    if (failure)
        sio_next_error(next, failure, NULL);
    else
        sio_next_ok(next);
}

/* --------------------------------------------------------------------------------- connections */

struct told {
    struct twin *app;
    char kind[32];
    const char *name;
    char packet[16];
    char *data;
};

/* What is told of a packet that is being sent is sent later. */
static void tell_packet(void *user)
{
    struct told *told = user;

    if (strcmp(told->packet, "open") == 0)
        twin_report(told->app, "sss", told->kind, told->name, told->packet);
    else
        twin_report(told->app, "ssss", told->kind, told->name, told->packet, told->data);
    free(told->data);
    free(told);
}

/* Session ids are left out: "sid":"..." becomes sid. */
static char *shown(const sio_conn_info_t *info)
{
    char *text = calloc(1, 2 * info->len + 16), *sid;

    if (info->binary) {
        strcpy(text, "bytes ");
        for (size_t i = 0; i < info->len; i++)
            sprintf(text + 6 + 2 * i, "%02x", (unsigned char)info->data[i]);
        return text;
    }
    memcpy(text, info->data, info->len);
    sid = strstr(text, "\"sid\":\"");
    if (sid) {
        char *end = strchr(sid + 7, '"') + 1;

        memcpy(sid, "sid", 3);
        memmove(sid + 3, end, strlen(end) + 1);
    }
    return text;
}

static void on_packet(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    struct told *told = calloc(1, sizeof(*told));

    told->app = sio_server_user(sio_conn_server(conn));
    told->name = user;
    snprintf(told->kind, sizeof(told->kind), "conn %s",
             info->event == SIO_CONN_PACKET ? "packet" : "packetCreate");
    snprintf(told->packet, sizeof(told->packet), "%s", info->packet);
    told->data = shown(info);
    if (info->event == SIO_CONN_PACKET)
        tell_packet(told);
    else
        sio_post(sio_conn_server(conn), tell_packet, told);
}

static void on_message(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    char *data = shown(info);

    twin_report((struct twin *)sio_server_user(sio_conn_server(conn)), "sss", "conn message",
                (const char *)user, data);
    free(data);
}

static void on_plain(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    twin_report((struct twin *)sio_server_user(sio_conn_server(conn)), "ss",
                info->event == SIO_CONN_HEARTBEAT ? "conn heartbeat" : "conn upgrading",
                (const char *)user);
}

static void on_upgrade(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    (void)info;
    twin_report((struct twin *)sio_server_user(sio_conn_server(conn)), "sss", "conn upgrade",
                (const char *)user, sio_conn_transport(conn));
}

static void on_close(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    twin_report((struct twin *)sio_server_user(sio_conn_server(conn)), "ssss", "conn close",
                (const char *)user, info->why->text, sio_conn_ready_state(conn));
}

static void watch(sio_conn_t *conn, const char *name)
{
    void *user = (void *)(uintptr_t)name;

    sio_conn_on(conn, SIO_CONN_PACKET, on_packet, user);
    sio_conn_on(conn, SIO_CONN_PACKET_CREATE, on_packet, user);
    sio_conn_on(conn, SIO_CONN_MESSAGE, on_message, user);
    sio_conn_on(conn, SIO_CONN_HEARTBEAT, on_plain, user);
    sio_conn_on(conn, SIO_CONN_UPGRADING, on_plain, user);
    sio_conn_on(conn, SIO_CONN_UPGRADE, on_upgrade, user);
    sio_conn_on(conn, SIO_CONN_CLOSE, on_close, user);
}

static void on_engine_connection(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    (void)info;
    (void)user;
    if (mode_is(sio_conn_request(conn), "watched"))
        watch(conn, "engine");
    if (mode_is(sio_conn_request(conn), "closed at once"))
        sio_conn_close(conn, false);
}

/* The next flush and the drain after it. */
static const char *flow_name(const sio_conn_info_t *info)
{
    return info->event == SIO_CONN_FLUSH ? "flush" : "drain";
}

static void on_engine_flow(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    struct twin *app = user;

    if (conn != app->flow)
        return;
    twin_report(app, "ss", "flow engine", flow_name(info));
    if (info->event == SIO_CONN_DRAIN)
        app->flow = NULL;
}

static void on_flow(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    sio_conn_off(conn, info->event, on_flow, user);
    twin_report((struct twin *)user, "ss", "flow conn", flow_name(info));
}

/* ------------------------------------------------------------------------------ from its socket */

static void on_conn_flow(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;

    (void)event;
    app->flow = sio_conn(socket);
    sio_conn_on(app->flow, SIO_CONN_FLUSH, on_flow, app);
    sio_conn_on(app->flow, SIO_CONN_DRAIN, on_flow, app);
    sio_emit(socket, "flows", "");
}

static bool add_name(sio_socket_t *socket, void *user)
{
    json_array_append_new(user, json_string(sio_namespace_name(sio_socket_namespace(socket))));
    return true;
}

static void on_conn_sockets(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *names = json_array();

    (void)user;
    sio_conn_each_socket(sio_conn(socket), add_name, names);
    sio_ack(event, "o", names);
}

static void on_conn(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_conn_t *conn = sio_conn(socket);
    sio_request_t *request = sio_conn_request(conn);

    (void)user;
    sio_ack(event, "{s:s, s:b, s:b, s:i, s:s, s:s, s:s, s:s}", "readyState",
            sio_conn_ready_state(conn), "upgraded", sio_conn_upgraded(conn), "upgrading",
            sio_conn_upgrading(conn), "protocol", sio_conn_protocol(conn), "transport",
            sio_conn_transport(conn), "address", sio_conn_address(conn), "custom",
            or_none(sio_request_header(request, "x-custom")), "noted",
            (const char *)sio_request_user(request));
}

static void on_conn_watch(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    watch(sio_conn(socket), "socket");
    sio_ack(event, "");
}

static void on_one_packet(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    (void)conn;
    twin_report((struct twin *)user, "ss", "one packet", info->packet);
}

static void on_conn_packets(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int on = 0;

    if (sio_unpack(event, "b", &on) != SIO_OK)
        return;
    if (on)
        sio_conn_on(sio_conn(socket), SIO_CONN_PACKET, on_one_packet, user);
    else
        sio_conn_off(sio_conn(socket), SIO_CONN_PACKET, on_one_packet, user);
    sio_ack(event, "");
}

static void on_conn_send(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const sio_value_t *value = sio_event_arg(event, 0);
    const void *bytes;
    size_t len;

    (void)user;
    bytes = sio_value_bytes(value, &len);
    if (bytes)
        sio_conn_send(sio_conn(socket), true, bytes, len);
    else
        sio_conn_send(sio_conn(socket), false, json_string_value(sio_value_json(value)),
                      json_string_length(sio_value_json(value)));
}

static void on_conn_close(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    sio_conn_close(sio_conn(socket), false);
}

static void on_send_message(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_send(socket, "E", event);
    sio_send_to(sio_socket_namespace(socket), NULL, "Es", event, "to all");
}

void twin_install_engine_hooks(struct twin *app)
{
    sio_namespace_t *root = sio_of(app->io, "/");

    sio_engine_use(app->io, first, app);
    sio_engine_use(app->io, second, app);
    sio_generate_id(app->io, generate_id, app);
    sio_engine_on(app->io, SIO_CONN_CONNECTION, on_engine_connection, app);
    sio_engine_on(app->io, SIO_CONN_FLUSH, on_engine_flow, app);
    sio_engine_on(app->io, SIO_CONN_DRAIN, on_engine_flow, app);
    sio_namespace_on(app->control, "answer request", on_answer_request, app);
    sio_namespace_on(root, "conn", on_conn, app);
    sio_namespace_on(root, "conn watch", on_conn_watch, app);
    sio_namespace_on(root, "conn flow", on_conn_flow, app);
    sio_namespace_on(root, "conn sockets", on_conn_sockets, app);
    sio_namespace_on(root, "conn packets", on_conn_packets, app);
    sio_namespace_on(root, "conn send", on_conn_send, app);
    sio_namespace_on(root, "conn close", on_conn_close, app);
    sio_namespace_on(root, "send message", on_send_message, app);
}
