#include "tests/unit/live.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ the server */

static struct timespec deadline(void)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += LIVE_TIMEOUT_MS / 1000;
    return at;
}

static void announce(live_t *live, bool *what)
{
    pthread_mutex_lock(&live->mutex);
    *what = true;
    pthread_cond_broadcast(&live->changed);
    pthread_mutex_unlock(&live->mutex);
}

static void *serve(void *user)
{
    live_t *live = user;

    live->io = sio_server_new(live->options);
    ck_assert_ptr_nonnull(live->io);
    if (live->set_up)
        live->set_up(live->io);
    ck_assert_int_eq(sio_listen(live->io, "127.0.0.1", 0), SIO_OK);
    live->port = sio_port(live->io);
    announce(live, &live->listening);
    ck_assert_int_eq(sio_run(live->io), SIO_OK);
    return NULL;
}

void live_start(live_t *live, sio_options_t *options, void (*set_up)(sio_server_t *io))
{
    struct timespec until = deadline();

    memset(live, 0, sizeof(*live));
    pthread_mutex_init(&live->mutex, NULL);
    pthread_cond_init(&live->changed, NULL);
    options->size = sizeof(*options);
    options->user = live;
    live->options = options;
    live->set_up = set_up;
    ck_assert_int_eq(pthread_create(&live->thread, NULL, serve, live), 0);
    pthread_mutex_lock(&live->mutex);
    while (!live->listening)
        ck_assert_int_eq(pthread_cond_timedwait(&live->changed, &live->mutex, &until), 0);
    pthread_mutex_unlock(&live->mutex);
}

live_t *live_of(const sio_socket_t *socket)
{
    return sio_server_user(sio_socket_server(socket));
}

void live_stop(live_t *live)
{
    if (!live->joined) {
        sio_shutdown(live->io, 0, NULL, NULL);
        ck_assert_int_eq(pthread_join(live->thread, NULL), 0);
    }
    pthread_mutex_destroy(&live->mutex);
    pthread_cond_destroy(&live->changed);
}

void live_set(live_t *live, unsigned flags)
{
    pthread_mutex_lock(&live->mutex);
    live->flags |= flags;
    pthread_cond_broadcast(&live->changed);
    pthread_mutex_unlock(&live->mutex);
}

void live_wait(live_t *live, unsigned flags)
{
    struct timespec until = deadline();

    pthread_mutex_lock(&live->mutex);
    while ((live->flags & flags) != flags)
        ck_assert_msg(pthread_cond_timedwait(&live->changed, &live->mutex, &until) == 0,
                      "waited for %x, have %x", flags, live->flags);
    pthread_mutex_unlock(&live->mutex);
}

typedef struct call {
    live_t *live;
    void (*fn)(void *user);
    void *user;
    bool done;
} call_t;

static void on_call(void *user)
{
    call_t *call = user;

    call->fn(call->user);
    announce(call->live, &call->done);
}

void live_run(live_t *live, void (*fn)(void *user), void *user)
{
    call_t call = {live, fn, user, false};
    struct timespec until = deadline();

    ck_assert_int_eq(sio_post(live->io, on_call, &call), SIO_OK);
    pthread_mutex_lock(&live->mutex);
    while (!call.done)
        ck_assert_int_eq(pthread_cond_timedwait(&live->changed, &live->mutex, &until), 0);
    pthread_mutex_unlock(&live->mutex);
}

/* ------------------------------------------------------------------------------ the client */

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return; /* the reader will see it */
        ck_assert_int_gt(sent, 0);
        at += sent;
        len -= (size_t)sent;
    }
}

/* More bytes into the buffer; false at the end. */
static bool read_more(wire_t *wire)
{
    struct pollfd ready = {.fd = wire->fd, .events = POLLIN};
    ssize_t got;

    if (wire->start) {
        memmove(wire->buffer, wire->buffer + wire->start, wire->used - wire->start);
        wire->used -= wire->start;
        wire->start = 0;
    }
    ck_assert_uint_lt(wire->used, sizeof(wire->buffer) - 1);
    ck_assert_msg(poll(&ready, 1, LIVE_TIMEOUT_MS) == 1, "timed out waiting for a message");
    got = recv(wire->fd, wire->buffer + wire->used, sizeof(wire->buffer) - 1 - wire->used, 0);
    if (got <= 0)
        return false;
    wire->used += (size_t)got;
    return true;
}

static void send_frame(wire_t *wire, unsigned opcode, const void *payload, size_t len)
{
    unsigned char *frame = malloc(len + 8);
    size_t at = 2;

    ck_assert(frame && len < 65536);
    frame[0] = (unsigned char)(0x80 | opcode);
    frame[1] = (unsigned char)(0x80 | (len < 126 ? len : 126));
    if (len >= 126) {
        frame[at++] = (unsigned char)(len >> 8);
        frame[at++] = (unsigned char)len;
    }
    memset(frame + at, 0, 4); /* a mask that changes nothing */
    at += 4;
    if (len)
        memcpy(frame + at, payload, len);
    write_all(wire->fd, frame, at + len);
    free(frame);
}

void wire_send(wire_t *wire, const char *text)
{
    send_frame(wire, 1, text, strlen(text));
}

void wire_send_binary(wire_t *wire, const void *bytes, size_t len)
{
    send_frame(wire, 2, bytes, len);
}

/* The next frame's payload in place; the byte behind it is saved, for it is overwritten with NUL.
 */
static bool take_frame(wire_t *wire, unsigned *opcode, unsigned char **payload, size_t *len)
{
    const unsigned char *frame = wire->buffer + wire->start;
    size_t have = wire->used - wire->start, header = 2;

    if (have < 2)
        return false;
    *opcode = frame[0] & 15;
    *len = frame[1] & 127;
    if (*len == 126) {
        if (have < 4)
            return false;
        *len = (size_t)frame[2] << 8 | frame[3];
        header = 4;
    } else if (*len == 127) {
        if (have < 10)
            return false;
        *len = (size_t)frame[6] << 24 | (size_t)frame[7] << 16 | (size_t)frame[8] << 8 | frame[9];
        header = 10;
    }
    if (have < header + *len)
        return false;
    *payload = wire->buffer + wire->start + header;
    wire->start += header + *len;
    return true;
}

const char *wire_next(wire_t *wire)
{
    static _Thread_local char text[1 << 17];
    unsigned char *payload;
    unsigned opcode;
    size_t len;

    for (;;) {
        while (!take_frame(wire, &opcode, &payload, &len))
            if (!read_more(wire))
                return NULL;
        if (opcode == 8)
            return NULL;
        memcpy(text, payload, len);
        text[len] = '\0';
        if (strcmp(text, "2") != 0)
            return text;
        wire_send(wire, "3");
    }
}

void wire_expect(wire_t *wire, const char *text)
{
    const char *got = wire_next(wire);

    ck_assert_msg(got && strcmp(got, text) == 0, "expected %s, got %s", text,
                  got ? got : "the end");
}

void wire_expect_end(wire_t *wire)
{
    const char *got = wire_next(wire);

    ck_assert_msg(!got, "expected the end, got %s", got);
}

static bool read_head(wire_t *wire)
{
    unsigned char *end;

    while (!(end = memmem(wire->buffer, wire->used, "\r\n\r\n", 4)))
        if (!read_more(wire))
            return false;
    wire->start = (size_t)(end + 4 - wire->buffer);
    return memcmp(wire->buffer, "HTTP/1.1 101", 12) == 0;
}

void wire_begin(wire_t *wire, int port, const char *target)
{
    char request[512];

    snprintf(request, sizeof(request),
             "GET %s HTTP/1.1\r\nHost: localhost\r\n%sSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Test: one\r\nX-Test: two\r\n\r\n",
             target,
             strstr(target, "transport=websocket") ? "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                                   : "");
    wire->used = wire->start = 0;
    wire->fd = connect_to(port);
    if (wire->fd >= 0)
        write_all(wire->fd, request, strlen(request));
}

bool wire_upgraded(wire_t *wire)
{
    return wire->fd >= 0 && read_head(wire);
}

bool wire_open(wire_t *wire, int port, const char *nsp)
{
    char connect[128];
    const char *answer;

    wire_begin(wire, port, "/socket.io/?EIO=4&transport=websocket");
    if (!wire_upgraded(wire) || !(answer = wire_next(wire)))
        return false;
    ck_assert_int_eq(answer[0], '0');
    if (!nsp)
        return true;
    snprintf(connect, sizeof(connect), strcmp(nsp, "/") == 0 ? "40" : "40%s,", nsp);
    wire_send(wire, connect);
    answer = wire_next(wire);
    return answer && strncmp(answer, "40", 2) == 0;
}

void wire_close(wire_t *wire)
{
    close(wire->fd);
}

static char *ask(int port, const char *method, const char *target, const char *headers,
                 const char *body)
{
    wire_t *wire = calloc(1, sizeof(*wire));
    char request[4096];
    char *answer;

    ck_assert_ptr_nonnull(wire);
    wire->fd = connect_to(port);
    ck_assert_int_ge(wire->fd, 0);
    snprintf(request, sizeof(request),
             "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n%s", method, target,
             headers, body);
    write_all(wire->fd, request, strlen(request));
    while (read_more(wire))
        ;
    answer = strndup((char *)wire->buffer, wire->used);
    wire_close(wire);
    free(wire);
    return answer;
}

char *http_get(int port, const char *target, const char *headers)
{
    return ask(port, "GET", target, headers, "");
}

char *http_post(int port, const char *target, const char *body)
{
    char length[64];

    snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
    return ask(port, "POST", target, length, body);
}
