/* A Socket.IO client over WebSocket. */
#include "client.h"
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The key and its answer from RFC 6455, section 1.3: one pair is as good as another here. */
#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static bool begins(const char *data, size_t length, const char *prefix)
{
    size_t wanted = strlen(prefix);

    return length >= wanted && memcmp(data, prefix, wanted) == 0;
}

static void set_state(client_t *client, client_state_t state)
{
    load_t *load = client->load;

    load->joined += (state == CLIENT_JOINED);
    load->joined -= (client->state == CLIENT_JOINED);
    load->alive += (client->state == CLIENT_CLOSED);
    load->alive -= (state == CLIENT_CLOSED);
    client->state = state;
}

void client_fail(client_t *client, fault_t fault, const char *why)
{
    fault_add(&client->load->faults, fault, 1, "client %u: %s", client->ledger.client, why);
    conn_close(&client->conn);
    set_state(client, CLIENT_CLOSED);
}

void client_flush(client_t *client)
{
    buffer_t *batch = &client->load->batch;

    conn_write(&client->conn, batch->data, batch->length);
    batch->length = 0;
}

static void send_frame(client_t *client, unsigned opcode, const char *data, size_t length)
{
    frame_append(&client->load->batch, opcode, data, length);
}

void client_leave(client_t *client)
{
    static const char normal_closure[] = {0x03, (char)0xe8};

    send_frame(client, FRAME_CLOSE, normal_closure, sizeof normal_closure);
    client_flush(client);
    set_state(client, CLIENT_LEAVING);
}

static void finish_leaving(client_t *client)
{
    conn_close(&client->conn);
    set_state(client, CLIENT_CLOSED);
    if (client->events->on_left != NULL)
        client->events->on_left(client);
}

static void on_connect(conn_t *conn)
{
    client_t *client = conn->owner;
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                          "Host: %s:%u\r\n"
                          "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: " KEY "\r\n\r\n",
                          client->load->options.host, client->load->options.port);

    conn_write(conn, request, (size_t)length);
}

static void on_close(conn_t *conn, const char *why)
{
    client_fail(conn->owner, FAULT_DISCONNECTED, why);
}

static size_t read_upgrade(client_t *client, const char *data, size_t length)
{
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    size_t used;

    if (end == NULL)
        return 0;
    used = (size_t)(end - data) + 4;
    if (!begins(data, used, "HTTP/1.1 101 ") ||
        memmem(data, used, " " ACCEPT "\r\n", sizeof ACCEPT + 2) == NULL)
        client_fail(client, FAULT_PROTOCOL, "the WebSocket upgrade was refused or wrong");
    else
        set_state(client, CLIENT_OPENING);
    return used;
}

static void take_open(client_t *client, const char *data, size_t length)
{
    if (!begins(data, length, "0{")) {
        client_fail(client, FAULT_PROTOCOL, "the first packet is not an open packet");
        return;
    }
    send_frame(client, FRAME_TEXT, "40", 2);
    set_state(client, CLIENT_JOINING);
}

static void take_connect(client_t *client, const char *data, size_t length)
{
    if (!begins(data, length, "40{")) {
        client_fail(client, FAULT_PROTOCOL, "the namespace refused the connection");
        return;
    }
    set_state(client, CLIENT_JOINED);
    if (client->events->on_joined != NULL)
        client->events->on_joined(client);
}

static void take_text(client_t *client, const char *data, size_t length)
{
    if (length == 1 && data[0] == '2')
        send_frame(client, FRAME_TEXT, "3", 1);
    else if (client->state == CLIENT_OPENING)
        take_open(client, data, length);
    else if (client->state == CLIENT_JOINING)
        take_connect(client, data, length);
    else if (client->state == CLIENT_JOINED && client->events->on_text != NULL)
        client->events->on_text(client, data, length);
    else
        fault_add(&client->load->faults, FAULT_UNEXPECTED, 1, "client %u: text %.*s",
                  client->ledger.client, length < 60 ? (int)length : 60, data);
}

static void take_binary(client_t *client, const char *data, size_t length)
{
    if (client->state == CLIENT_JOINED && client->events->on_binary != NULL)
        client->events->on_binary(client, data, length);
    else
        fault_add(&client->load->faults, FAULT_UNEXPECTED, 1, "client %u: %zu bytes of binary",
                  client->ledger.client, length);
}

static void take_close(client_t *client)
{
    if (client->state == CLIENT_LEAVING)
        finish_leaving(client);
    else
        client_fail(client, FAULT_DISCONNECTED, "the server sent a close frame");
}

static void take_frame(client_t *client, const frame_t *frame)
{
    switch (frame->opcode) {
    case FRAME_TEXT:
        take_text(client, frame->payload, frame->length);
        break;
    case FRAME_BINARY:
        take_binary(client, frame->payload, frame->length);
        break;
    case FRAME_PING:
        send_frame(client, FRAME_PONG, frame->payload, frame->length);
        break;
    case FRAME_CLOSE:
        take_close(client);
        break;
    default:
        client_fail(client, FAULT_PROTOCOL, "a frame with an unknown opcode");
    }
}

/* Stops early when a frame closed, and perhaps reopened, the connection. */
static size_t take_frames(client_t *client, char *data, size_t length)
{
    unsigned generation = client->conn.generation;
    size_t used = 0;
    ssize_t got;
    frame_t frame;

    while ((got = frame_parse(data + used, length - used, &frame)) > 0) {
        used += (size_t)got;
        take_frame(client, &frame);
        if (client->conn.generation != generation)
            return used;
    }
    if (got < 0) {
        client_fail(client, FAULT_PROTOCOL, "a frame that no server may send");
        return used;
    }
    if (client->state == CLIENT_JOINED && client->events->on_turn != NULL)
        client->events->on_turn(client);
    return used;
}

static size_t on_data(conn_t *conn, char *data, size_t length)
{
    client_t *client = conn->owner;
    unsigned generation = conn->generation;
    size_t used = 0;

    if (client->state == CLIENT_UPGRADING)
        used = read_upgrade(client, data, length);
    if (client->state > CLIENT_UPGRADING)
        used += take_frames(client, data + used, length - used);
    if (conn->generation == generation)
        client_flush(client);
    client->load->batch.length = 0;
    return used;
}

bool client_start(client_t *client, load_t *load, const client_events_t *events)
{
    static const conn_events_t conn_events = {on_connect, on_data, on_close};

    client->load = load;
    client->events = events;
    client->attachment_due = false;
    client->started_at = load->loop.now;
    set_state(client, CLIENT_UPGRADING);
    if (conn_open(&client->conn, &load->loop, &load->address, &conn_events, client) == 0)
        return true;
    client_fail(client, FAULT_DISCONNECTED, strerror(errno));
    return false;
}
