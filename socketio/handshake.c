/* What a client sent with its first request and its CONNECT packet. */
#include "socketio/event.h"
#include "socketio/socket.h"

#include <time.h>

static const eio_request_t *request_of(const sio_socket_t *socket)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return socket->client->request;
}

/* Copies are kept with the socket, which nobody but these functions can tell. */
static sio__texts_t *texts_of(const sio_socket_t *socket)
{
    sio__extras_t *extras = sio__socket_extras((sio_socket_t *)(uintptr_t)socket);

    return extras ? &extras->texts : NULL;
}

json_t *sio_handshake_auth(sio_socket_t *socket)
{
    sio__extras_t *extras;

    SIO__LOOP_ONLY(socket->nsp->server);
    extras = sio__socket_extras(socket);
    if (!extras)
        return NULL;
    if (!extras->auth && extras->auth_text)
        extras->auth = sio__json_parse((sio__span_t){extras->auth_text, extras->auth_len});
    else if (!extras->auth)
        extras->auth = json_object();
    return extras->auth;
}

const char *sio_handshake_auth_text(const sio_socket_t *socket, size_t *len)
{
    const sio__extras_t *extras = socket->extras;
    bool present = extras && extras->auth_text;

    SIO__LOOP_ONLY(socket->nsp->server);
    if (len)
        *len = present ? extras->auth_len : 2;
    return present ? extras->auth_text : "{}";
}

const char *sio_handshake_header(const sio_socket_t *socket, const char *name)
{
    const eio_request_t *request = request_of(socket);
    sio__texts_t *texts = texts_of(socket);

    return texts ? sio__texts_header(texts, request, name) : NULL;
}

const char *sio_handshake_query(const sio_socket_t *socket, const char *name)
{
    const eio_request_t *request = request_of(socket);
    sio__texts_t *texts = texts_of(socket);

    return texts ? sio__texts_query(texts, request, name) : NULL;
}

const char *sio_handshake_url(const sio_socket_t *socket)
{
    const eio_request_t *request = request_of(socket);
    sio__texts_t *texts = texts_of(socket);
    const char *url = texts ? sio__texts_target(texts, request) : NULL;

    return url ? url : "";
}

const char *sio_handshake_address(const sio_socket_t *socket)
{
    return eio_request_address(request_of(socket));
}

int64_t sio_handshake_issued(const sio_socket_t *socket)
{
    return socket->issued;
}

bool sio_handshake_secure(const sio_socket_t *socket)
{
    return eio_request_secure(request_of(socket));
}

bool sio_handshake_xdomain(const sio_socket_t *socket)
{
    sio__span_t origin;

    return eio_request_header(request_of(socket), "origin", &origin);
}

/* ------------------------------------------------------------------------------------- the whole
 */

static json_t *text_json(const char *text, size_t len)
{
    json_t *json = json_stringn(text, len);
    sio__buf_t utf8 = SIO__BUF_INIT;

    if (json)
        return json;
    sio__buf_append(&utf8, text, len);
    sio__texts_utf8(&utf8);
    json = utf8.failed ? NULL : json_stringn(utf8.data, utf8.len);
    sio__buf_free(&utf8);
    return json;
}

static void set_text(json_t *object, sio__span_t name, sio__span_t value)
{
    sio__buf_t key = SIO__BUF_INIT;

    sio__buf_append(&key, name.data, name.len);
    sio__buf_append_char(&key, '\0');
    if (!key.failed)
        json_object_set_new(object, key.data, text_json(value.data ? value.data : "", value.len));
    sio__buf_free(&key);
}

/* The one header that Node keeps as a list. */
static void add_cookie(json_t *headers, sio__span_t value)
{
    json_t *list = json_object_get(headers, "set-cookie");

    if (!list)
        json_object_set_new(headers, "set-cookie", list = json_array());
    json_array_append_new(list, text_json(value.data, value.len));
}

static json_t *headers_json(const eio_request_t *request)
{
    json_t *headers = json_object();
    sio__span_t name, value;

    for (size_t i = 0; i < eio_request_header_count(request); i++) {
        sio__buf_t joined = SIO__BUF_INIT;

        eio_request_header_at(request, i, &name, &value);
        if (sio__span_is(name, "set-cookie")) {
            add_cookie(headers, value);
            continue;
        }
        sio__header_join(request, name, &joined);
        set_text(headers, name, (sio__span_t){joined.data, joined.len});
        sio__buf_free(&joined);
    }
    return headers;
}

static void add_parameter(sio__span_t name, sio__span_t value, void *user)
{
    set_text(user, name, value);
}

static json_t *query_json(const eio_request_t *request)
{
    json_t *query = json_object();

    eio_request_query_each(request, add_parameter, query);
    return query;
}

/* As JavaScript's Date prints itself: "Tue Jan 02 2024 03:04:05 GMT+0000 (Coordinated Universal
 * Time)". */
static json_t *time_json(int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    char date[64], zone[64], text[160];
    struct tm local;

    localtime_r(&seconds, &local);
    strftime(date, sizeof(date), "%a %b %d %Y %H:%M:%S GMT%z", &local);
    strftime(zone, sizeof(zone), "%Z", &local);
    snprintf(text, sizeof(text), "%s (%s)", date,
             strcmp(zone, "UTC") == 0 ? "Coordinated Universal Time" : zone);
    return text_json(text, strlen(text));
}

json_t *sio_handshake(sio_socket_t *socket)
{
    const eio_request_t *request = request_of(socket);
    sio__span_t target = eio_request_target(request);
    json_t *whole = json_object();

    json_object_set_new(whole, "headers", headers_json(request));
    json_object_set_new(whole, "time", time_json(socket->issued));
    json_object_set_new(whole, "address", json_string(eio_request_address(request)));
    json_object_set_new(whole, "xdomain", json_boolean(sio_handshake_xdomain(socket)));
    json_object_set_new(whole, "secure", json_boolean(eio_request_secure(request)));
    json_object_set_new(whole, "issued", json_integer(socket->issued));
    json_object_set_new(whole, "url", text_json(target.data, target.len));
    json_object_set_new(whole, "query", query_json(request));
    json_object_set(whole, "auth", sio_handshake_auth(socket));
    return whole;
}
