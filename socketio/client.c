#include "socketio/client.h"

#include "base/alloc.h"
#include "socketio/conn.h"
#include "socketio/namespace.h"
#include "socketio/nsp_query.h"
#include "socketio/parser.h"
#include "socketio/server.h"
#include "socketio/socket.h"

#include <string.h>

static const char area[] = "socket.io:client";

/* ------------------------------------------------------------ binary packets that are coming in */

struct sio__pending {
    sio__packet_t packet; /* its spans point into the text, which is kept behind the attachments */
    size_t received;
    sio__span_t attachments[];
};

static void move_span(sio__span_t *span, const char *from, size_t len, const char *to)
{
    uintptr_t at = (uintptr_t)span->data, start = (uintptr_t)from;

    if (span->data && at >= start && at <= start + len)
        span->data = to + (at - start);
}

static void move_packet(sio__packet_t *packet, const char *from, size_t len, const char *to)
{
    move_span(&packet->nsp, from, len, to);
    move_span(&packet->data, from, len, to);
    for (size_t i = 0; i < packet->item_count && i < SIO__INLINE_ARGS + 1; i++)
        move_span(&packet->items[i], from, len, to);
}

static bool begin_pending(sio__client_t *client, const sio__packet_t *packet, const char *text,
                          size_t len)
{
    size_t spans = packet->attachments * sizeof(sio__span_t);
    struct sio__pending *pending = sio__malloc(sizeof(*pending) + spans + len + 1);
    char *copy;

    if (!pending)
        return false;
    copy = (char *)pending->attachments + spans;
    memcpy(copy, text, len);
    copy[len] = '\0';
    pending->packet = *packet;
    move_packet(&pending->packet, text, len, copy);
    pending->received = 0;
    client->pending = pending;
    return true;
}

/* The last attachment stays where the transport has it; the others were copied. */
static void free_pending(struct sio__pending *pending, size_t copied)
{
    if (!pending)
        return;
    for (size_t i = 0; i < copied; i++)
        sio__free((void *)(uintptr_t)pending->attachments[i].data);
    sio__free(pending);
}

static void drop_pending(sio__client_t *client)
{
    if (client->pending)
        free_pending(client->pending, client->pending->received);
    client->pending = NULL;
}

/* ---------------------------------------------------------------------------------- packets */

sio_socket_t *sio__client_find(const sio__client_t *client, sio__span_t nsp)
{
    const sio__list_t *node;

    for (node = client->sockets.next; node != &client->sockets; node = node->next) {
        sio_socket_t *socket = SIO__CONTAINER(node, sio_socket_t, of_client);
        const sio_namespace_t *of = socket->nsp;

        if (of->name_len == nsp.len && memcmp(of->name, nsp.data, nsp.len) == 0)
            return socket;
    }
    return NULL;
}

static void invalid_state(sio__client_t *client, const sio__packet_t *packet)
{
    static const char *const names[] = {"CONNECT",       "DISCONNECT",   "EVENT",     "ACK",
                                        "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"};

    client->server->counts.parse_errors++;
    SIO__LOG(&client->server->log, SIO__INFO, area,
             "invalid state (packet type: %s, namespace: %.*s)", names[packet->type],
             (int)(packet->nsp.len < 64 ? packet->nsp.len : 64), packet->nsp.data);
    sio__client_close(client, "invalid state");
}

static void handle_packet(sio__client_t *client, const sio__packet_t *packet,
                          sio__attachments_t attachments)
{
    sio_socket_t *socket = sio__client_find(client, packet->nsp);
    bool connected = socket && sio__socket_state(socket) == SIO__CONNECTED;

    if (connected && (packet->type == SIO__EVENT || packet->type == SIO__BINARY_EVENT))
        sio__handle_event(socket, packet, attachments);
    else if (connected && (packet->type == SIO__ACK || packet->type == SIO__BINARY_ACK))
        sio__handle_ack(socket, packet, attachments);
    else if (connected && packet->type == SIO__DISCONNECT)
        sio__handle_disconnect(socket);
    else if (!connected && packet->type == SIO__CONNECT)
        sio__handle_connect(client, packet);
    else
        invalid_state(client, packet);
}

/* The parameters behind a namespace's name take the place of what CONNECT says nowadays. */
static void handle_v3_packet(sio__client_t *client, const sio__packet_t *packet,
                             sio__attachments_t attachments)
{
    sio__packet_t plain = *packet;
    sio__buf_t auth = SIO__BUF_INIT;

    plain.nsp = sio__nsp_query_name(packet->nsp);
    if (plain.type == SIO__CONNECT) {
        sio__nsp_query_json(packet->nsp, &auth);
        plain.data = (sio__span_t){auth.data, auth.len};
    }
    if (auth.failed)
        sio__client_close(client, "out of memory");
    else
        handle_packet(client, &plain, attachments);
    sio__buf_free(&auth);
}

static void on_packet(sio__client_t *client, const sio__packet_t *packet,
                      sio__attachments_t attachments)
{
    if (client->protocol == 3)
        handle_v3_packet(client, packet, attachments);
    else
        handle_packet(client, packet, attachments);
}

static void on_text(sio__client_t *client, const char *text, size_t len)
{
    const sio_server_t *io = client->server;
    const char *error = "got plaintext data when reconstructing a packet";
    sio__packet_t packet;

    if (client->pending ||
        sio__packet_decode(text, len, io->max_attachments, io->max_json_depth, &packet, &error)) {
        sio__client_error(client, error);
        return;
    }
    if (packet.type != SIO__BINARY_EVENT && packet.type != SIO__BINARY_ACK)
        on_packet(client, &packet, (sio__attachments_t){NULL, 0});
    else if (!begin_pending(client, &packet, text, len))
        sio__client_error(client, "out of memory");
}

static void on_attachment(sio__client_t *client, const char *data, size_t len)
{
    struct sio__pending *pending = client->pending;
    char *copy;

    if (!pending) {
        sio__client_error(client, "got binary data when not reconstructing a packet");
    } else if (pending->received + 1 == pending->packet.attachments) {
        pending->attachments[pending->received] = (sio__span_t){data, len};
        client->pending = NULL;
        on_packet(client, &pending->packet,
                  (sio__attachments_t){pending->attachments, pending->packet.attachments});
        free_pending(pending, pending->received);
    } else if ((copy = sio__strndup(data, len))) {
        pending->attachments[pending->received++] = (sio__span_t){copy, len};
    } else {
        sio__client_error(client, "out of memory");
    }
}

/* Not while a packet of its is being handled. */
static void free_decoder(sio__client_t *client)
{
    if (client->decoding)
        return;
    sio__parser_decoder_free(client->server->parser, client->decoder);
    client->decoder = NULL;
}

/* With a parser but the default. */
static void on_parsed(sio__client_t *client, bool binary, const char *data, size_t len)
{
    const sio_server_t *io = client->server;
    sio__packet_t packet;
    sio__args_t args;
    const char *error;
    int result;

    sio__args_init(&args);
    client->decoding = true;
    result = sio__parser_decode(io->parser, client->decoder, binary, (sio__span_t){data, len},
                                io->max_json_depth, &packet, &args, &error);
    if (result < 0)
        sio__client_error(client, error);
    else if (result == 0)
        on_packet(client, &packet, (sio__attachments_t){args.bytes, args.bytes_count});
    sio__args_free(&args);
    client->decoding = false;
    if (!client->session)
        free_decoder(client);
}

void sio__client_on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                            void *server)
{
    sio__client_t *client = eio_session_user(session);

    (void)server;
    if (!client || !client->session)
        return;
    if (client->server->parser)
        on_parsed(client, binary, data, len);
    else if (binary)
        on_attachment(client, data, len);
    else
        on_text(client, data, len);
}

static void encode_text(sio__packet_type_t type, const char *nsp, const sio__buf_t *json,
                        sio__buf_t *out)
{
    sio__packet_encode_header(out, type, 0, nsp, false, 0);
    if (json)
        sio__buf_append(out, json->data, json->len);
}

int sio__send_messages(eio_session_t *session, const sio_messages_t *messages, bool no_compress)
{
    int error = eio_session_check(session, messages->bytes.len);

    for (size_t i = 0; !error && i < sio__messages_count(messages); i++) {
        bool binary;
        sio__span_t message = sio__messages_get(messages, i, &binary);

        error = eio_session_send_allowed(session, binary, message.data, message.len, no_compress);
    }
    return error;
}

static int send_parsed(const sio__client_t *client, sio__packet_type_t type, const char *nsp,
                       const sio__buf_t *json)
{
    sio__packet_t packet = {.type = type, .nsp = {nsp, strlen(nsp)}};
    sio_messages_t messages = SIO__MESSAGES_INIT;
    int error;

    if (json)
        packet.data = (sio__span_t){json->data, json->len};
    error = sio__parser_write(client->server->parser, &packet, (sio__attachments_t){NULL, 0},
                              &messages);
    if (!error)
        error = sio__send_messages(client->session, &messages, false);
    sio__messages_free(&messages);
    return error;
}

int sio__client_send(sio__client_t *client, sio__packet_type_t type, const char *nsp,
                     const sio__buf_t *json)
{
    sio__buf_t packet = SIO__BUF_INIT;
    int error = SIO_ENOMEM;

    if (!client->session)
        return SIO_EDISCONNECTED;
    if (json && json->failed)
        return SIO_ENOMEM;
    if (client->server->parser)
        return send_parsed(client, type, nsp, json);
    encode_text(type, nsp, json, &packet);
    if (!packet.failed)
        error = eio_session_send(client->session, false, packet.data, packet.len, false);
    sio__buf_free(&packet);
    return error;
}

/* ------------------------------------------------------------------------------------- closing */

static void on_release(eio_deferred_t *deferred)
{
    sio__client_t *client = SIO__CONTAINER(deferred, sio__client_t, release);

    sio__conn_free(client);
    eio_request_unref(client->request);
    sio__free(client);
}

void sio__client_unref(sio__client_t *client, bool defer)
{
    if (atomic_fetch_sub(&client->refs, 1) != 1)
        return;
    if (defer)
        sio__server_release(client->server, &client->release);
    else
        on_release(&client->release);
}

void sio__client_forget(sio_socket_t *socket)
{
    sio__client_t *client = socket->client;

    for (sio__cursor_t *cursor = client->cursors; cursor; cursor = cursor->outer)
        if (cursor->next == &socket->of_client)
            cursor->next = socket->of_client.next;
    sio__list_remove(&socket->of_client);
}

void sio__client_each(sio__client_t *client, bool (*fn)(sio_socket_t *socket, void *user),
                      void *user)
{
    sio__cursor_t cursor = {client->cursors, client->sockets.next};
    bool go_on = true;

    client->cursors = &cursor;
    while (go_on && cursor.next != &client->sockets) {
        sio_socket_t *socket = SIO__CONTAINER(cursor.next, sio_socket_t, of_client);

        cursor.next = cursor.next->next;
        if (sio__socket_state(socket) == SIO__CONNECTED)
            go_on = fn(socket, user);
    }
    client->cursors = cursor.outer;
}

/* The session is over, or as good as. */
static void gone(sio__client_t *client, enum sio_reason reason, const char *detail)
{
    sio__list_t *node;

    eio_timer_stop(&client->server->loop, &client->connect_timer);
    drop_pending(client);
    while ((node = client->sockets.next) != &client->sockets) {
        sio_socket_t *socket = SIO__CONTAINER(node, sio_socket_t, of_client);

        if (sio__socket_state(socket) == SIO__CONNECTED && !socket->closing)
            sio__socket_close(socket, reason, detail);
        else if (socket->closing)
            sio__client_forget(socket); /* what called us is about to finish it */
        else
            sio__socket_drop(socket);
    }
}

void sio__client_on_closing(eio_session_t *session, void *server)
{
    sio__client_t *client = eio_session_user(session);

    (void)server;
    if (client)
        gone(client, SIO_REASON_SERVER_SHUTTING_DOWN, "the server shuts down");
}

static bool tell_drained(sio_socket_t *socket, void *user)
{
    sio__listeners_t *const tables[] = {socket->nsp->listeners, socket->listeners};

    (void)user;
    for (int i = 0; i < 2; i++) {
        sio__calling_t calling = sio__listeners_call(tables[i], SIO__ON_DRAINED, NULL, 0);
        sio__fn_t fn;
        void *data;

        while (sio__listeners_next(&calling, &fn, &data))
            ((sio_drained_fn)fn)(socket, data);
    }
    return true;
}

void sio__client_on_drained(eio_session_t *session, void *server)
{
    sio__client_t *client = eio_session_user(session);

    (void)server;
    if (client)
        sio__client_each(client, tell_drained, NULL);
}

static void tell_close(sio__client_t *client, enum sio_reason reason, const char *detail)
{
    const sio_disconnect_t why = {reason, eio_reason_text((eio_reason_t)reason), detail};

    sio__conn_tell(client, &(sio_conn_info_t){
                               .size = sizeof(sio_conn_info_t),
                               .event = SIO_CONN_CLOSE,
                               .why = &why,
                           });
}

void sio__client_on_close(eio_session_t *session, eio_reason_t reason, const char *detail,
                          void *server)
{
    sio__client_t *client = eio_session_user(session);

    (void)server;
    if (!client)
        return;
    SIO__LOG(&client->server->log, SIO__DEBUG, area, "client closed: %s%s%s",
             eio_reason_text(reason), *detail ? ", " : "", detail);
    gone(client, (enum sio_reason)reason, detail);
    tell_close(client, (enum sio_reason)reason, detail);
    client->last_transport = eio_session_transport(session);
    client->session = NULL;
    free_decoder(client);
    eio_session_set_user(session, NULL);
    sio__client_unref(client, true);
}

void sio__client_close(sio__client_t *client, const char *why)
{
    if (!client->session)
        return;
    SIO__LOG(&client->server->log, SIO__DEBUG, area, "closing: %s", why);
    atomic_fetch_add(&client->refs, 1);
    eio_session_close(client->session, EIO_REASON_FORCED_CLOSE, why, false);
    if (client->session) /* it waits for a poll: as upstream, its sockets don't */
        gone(client, SIO_REASON_FORCED_SERVER_CLOSE, why);
    sio__client_unref(client, true);
}

void sio__client_supersede(sio__client_t *client)
{
    static const char why[] = "the client came back on another connection";

    atomic_fetch_add(&client->refs, 1);
    gone(client, SIO_REASON_TRANSPORT_CLOSE, why);
    if (client->session)
        eio_session_close(client->session, EIO_REASON_TRANSPORT_CLOSE, why, true);
    sio__client_unref(client, true);
}

static bool tell_error(sio_socket_t *socket, void *user)
{
    const char **message = user;

    sio__socket_error(socket, *message, NULL);
    return true;
}

void sio__client_error(sio__client_t *client, const char *message)
{
    client->server->counts.parse_errors++;
    SIO__LOG(&client->server->log, SIO__INFO, "socket.io-parser", "invalid packet: %s", message);
    sio__client_each(client, tell_error, &message);
    if (client->session)
        eio_session_close(client->session, EIO_REASON_FORCED_CLOSE, message, false);
}

static sio_socket_t *first_connected(const sio__client_t *client)
{
    const sio__list_t *node;

    for (node = client->sockets.next; node != &client->sockets; node = node->next) {
        sio_socket_t *socket = SIO__CONTAINER(node, sio_socket_t, of_client);

        if (sio__socket_state(socket) == SIO__CONNECTED && !socket->closing)
            return socket;
    }
    return NULL;
}

void sio__client_disconnect(sio__client_t *client)
{
    sio_socket_t *socket;

    while ((socket = first_connected(client)))
        sio_disconnect(socket, false);
    sio__client_close(client, "disconnected by the server");
}

/* ---------------------------------------------------------------------------------- connecting */

static void on_connect_timeout(sio__timer_t *timer)
{
    sio__client_t *client = SIO__CONTAINER(timer, sio__client_t, connect_timer);

    SIO__LOG(&client->server->log, SIO__INFO, area, "no namespace joined within %u ms",
             client->server->connect_timeout_ms);
    sio__client_close(client, "no namespace joined in time");
}

/* Clients of Socket.IO v2 are in "/" without asking. */
static void join_root(sio__client_t *client)
{
    sio__handle_connect(client, &(sio__packet_t){.type = SIO__CONNECT, .nsp = {"/", 1}});
}

sio__client_t *sio__client_new(sio_server_t *io, eio_request_t *request)
{
    sio__client_t *client = sio__calloc(1, sizeof(*client));

    if (!client)
        return NULL;
    client->server = io;
    client->protocol = 4;
    client->request = eio_request_ref(request);
    atomic_init(&client->refs, 1);
    sio__list_init(&client->sockets);
    sio__timer_init(&client->connect_timer, on_connect_timeout);
    eio_deferred_init(&client->release, on_release);
    return client;
}

void sio__client_on_connection(eio_session_t *session, void *server)
{
    sio_server_t *io = server;
    sio__client_t *client = sio__client_new(io, eio_session_request(session));

    if (!client || !sio__parser_decoder_new(io->parser, &client->decoder)) {
        sio__free(client);
        eio_session_close(session, EIO_REASON_FORCED_CLOSE, "out of memory", true);
        return;
    }
    client->session = session;
    client->protocol = (uint8_t)eio_session_protocol(session);
    eio_session_set_user(session, client);
    eio_timer_start(&io->loop, &client->connect_timer, io->connect_timeout_ms);
    SIO__LOG(&io->log, SIO__DEBUG, "socket.io:server", "incoming connection from %s",
             eio_request_address(client->request));
    sio__conn_tell(client, &(sio_conn_info_t){
                               .size = sizeof(sio_conn_info_t),
                               .event = SIO_CONN_CONNECTION,
                           });
    if (client->protocol == 3 && eio_session_user(session) == client)
        join_root(client);
}
