/* A Socket.IO client over HTTP long-polling. */
#include "poller.h"
#include "crowd.h"
#include "http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATOR '\x1e'

static const shape_t shape = {"42", false, "[\"echo\",\"", "\"]"};

static void on_post_connect(conn_t *conn);
static size_t on_post_data(conn_t *conn, char *data, size_t length);
static void on_post_close(conn_t *conn, const char *why);

static const conn_events_t post_events = {on_post_connect, on_post_data, on_post_close};

static void fail(poller_t *poller, fault_t fault, const char *why)
{
    if (poller->state == CLOSED)
        return;
    fault_add(&poller->load->faults, fault, 1, "client %u: %s", poller->ledger.client, why);
    poller->load->alive--;
    poller->state = CLOSED;
    conn_close(&poller->get);
    conn_close(&poller->post);
}

static void send_get(poller_t *poller)
{
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET /socket.io/?EIO=4&transport=polling%s%s HTTP/1.1\r\n"
                          "Host: %s:%u\r\nConnection: keep-alive\r\n\r\n",
                          poller->sid[0] != '\0' ? "&sid=" : "", poller->sid,
                          poller->load->options.host, poller->load->options.port);

    conn_write(&poller->get, request, (size_t)length);
}

static void send_post(poller_t *poller, const char *body, size_t body_length)
{
    static buffer_t request;
    char head[512];
    int length =
        snprintf(head, sizeof head,
                 "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\n"
                 "Host: %s:%u\r\nConnection: keep-alive\r\n"
                 "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %zu\r\n\r\n",
                 poller->sid, poller->load->options.host, poller->load->options.port, body_length);

    if (poller->post.fd < 0 && conn_open(&poller->post, &poller->load->loop, &poller->load->address,
                                         &post_events, poller) != 0) {
        fail(poller, FAULT_DISCONNECTED, strerror(errno));
        return;
    }
    request.length = 0;
    buffer_append(&request, head, (size_t)length);
    buffer_append(&request, body, body_length);
    conn_write(&poller->post, request.data, request.length);
    poller->posting = true;
}

static void add_packet(buffer_t *body, const char *packet, size_t length)
{
    if (body->length > 0)
        buffer_append(body, "\x1e", 1);
    buffer_append(body, packet, length);
}

void poller_post(poller_t *poller)
{
    static char packet[PACKET_MAX];
    static buffer_t body;
    load_t *load = poller->load;

    if (poller->posting)
        return;
    body.length = 0;
    if (poller->pong_owed)
        add_packet(&body, "3", 1);
    poller->pong_owed = false;
    while (poller->state == WORKING && load->sending && !ledger_full(&poller->ledger, load))
        add_packet(&body, packet, ledger_request(&poller->ledger, load, &shape, packet));
    if (body.length > 0)
        send_post(poller, body.data, body.length);
}

static void take_open(poller_t *poller, const char *data, size_t length)
{
    static const char key[] = "\"sid\":\"";
    const char *sid = memmem(data, length, key, sizeof key - 1), *end = NULL;

    if (sid != NULL) {
        sid += sizeof key - 1;
        end = memchr(sid, '"', length - (size_t)(sid - data));
    }
    if (data[0] != '0' || end == NULL || end - sid > SID_MAX) {
        fail(poller, FAULT_PROTOCOL, "the first packet is not an open packet");
        return;
    }
    memcpy(poller->sid, sid, (size_t)(end - sid));
    poller->state = JOINING;
    send_post(poller, "40", 2);
}

static void take_packet(poller_t *poller, const char *data, size_t length)
{
    if (length == 1 && data[0] == '2') {
        poller->pong_owed = true;
    } else if (poller->state == OPENING) {
        take_open(poller, data, length);
    } else if (poller->state == WORKING) {
        ledger_reply(&poller->ledger, poller->load, &shape, data, length);
    } else if (poller->state == JOINING && length > 3 && memcmp(data, "40{", 3) == 0) {
        poller->state = JOINED;
        poller->load->joined++;
    } else {
        fail(poller, FAULT_UNEXPECTED, "a packet that answers nothing");
    }
}

static void take_payload(poller_t *poller, const char *body, size_t length)
{
    const char *end = body + length;

    for (;;) {
        const char *stop = memchr(body, SEPARATOR, (size_t)(end - body));

        take_packet(poller, body, (size_t)((stop != NULL ? stop : end) - body));
        if (stop == NULL)
            break;
        body = stop + 1;
    }
}

/* Runs `take` on each complete answer in the bytes. */
static size_t take_responses(conn_t *conn, const char *data, size_t length,
                             void (*take)(poller_t *, const char *, size_t))
{
    poller_t *poller = conn->owner;
    http_response_t response;
    size_t used = 0;
    ssize_t got = 0;

    while (poller->state != CLOSED &&
           (got = http_parse(data + used, length - used, &response)) > 0) {
        used += (size_t)got;
        if (response.status == 200)
            take(poller, response.body, response.length);
        else
            fail(poller, FAULT_PROTOCOL, "an HTTP status that is not 200");
    }
    if (got < 0)
        fail(poller, FAULT_PROTOCOL, "not a keep-alive HTTP answer with a length");
    return used;
}

static void take_get(poller_t *poller, const char *body, size_t length)
{
    take_payload(poller, body, length);
    if (poller->state == CLOSED)
        return;
    send_get(poller);
    poller_post(poller);
}

static void take_post(poller_t *poller, const char *body, size_t length)
{
    poller->posting = false;
    if (length != 2 || strncasecmp(body, "ok", 2) != 0)
        fault_add(&poller->load->faults, FAULT_ALTERED, 1, "client %u: a POST answered with %.*s",
                  poller->ledger.client, length < 80 ? (int)length : 80, body);
    if (poller->parked && poller->state == JOINED && !poller->pong_owed)
        conn_close(&poller->post);
    else
        poller_post(poller);
}

static size_t on_get_data(conn_t *conn, char *data, size_t length)
{
    return take_responses(conn, data, length, take_get);
}

static size_t on_post_data(conn_t *conn, char *data, size_t length)
{
    return take_responses(conn, data, length, take_post);
}

static void on_get_connect(conn_t *conn)
{
    send_get(conn->owner);
}

static void on_post_connect(conn_t *conn)
{
    (void)conn;
}

static void on_get_close(conn_t *conn, const char *why)
{
    fail(conn->owner, FAULT_DISCONNECTED, why);
}

/* Servers close connections that nothing is asked on. */
static void on_post_close(conn_t *conn, const char *why)
{
    poller_t *poller = conn->owner;

    if (poller->posting)
        fail(poller, FAULT_DISCONNECTED, why);
}

static bool start(load_t *load, unsigned index, void *user)
{
    static const conn_events_t get_events = {on_get_connect, on_get_data, on_get_close};
    const pollers_t *pollers = user;
    poller_t *poller = &pollers->list[index];

    poller->load = load;
    poller->parked = pollers->parked;
    poller->ledger.client = index;
    poller->get.fd = poller->post.fd = -1;
    poller->ledger.sent_at = calloc(load->options.depth, sizeof *poller->ledger.sent_at);
    load->alive++;
    if (poller->ledger.sent_at != NULL &&
        conn_open(&poller->get, &load->loop, &load->address, &get_events, poller) == 0)
        return true;
    fail(poller, FAULT_DISCONNECTED, strerror(errno));
    return false;
}

bool pollers_join(pollers_t *pollers, load_t *load, unsigned count, bool parked)
{
    pollers->list = calloc(count, sizeof *pollers->list);
    pollers->count = count;
    pollers->parked = parked;
    if (pollers->list == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        exit(2);
    }
    return join_gradually(load, count, start, pollers);
}

void pollers_free(pollers_t *pollers)
{
    for (unsigned i = 0; i < pollers->count; i++) {
        if (pollers->list[i].load != NULL) {
            conn_close(&pollers->list[i].get);
            conn_close(&pollers->list[i].post);
        }
        free(pollers->list[i].ledger.sent_at);
    }
    free(pollers->list);
    *pollers = (pollers_t){0};
}
