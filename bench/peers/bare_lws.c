/* What libwebsockets allows when it is used well: it parses, on libuv; the answers of one turn of
 * the loop leave with one raw write for each connection. No rooms, timers or JSON: a bound, not a
 * competitor. */
#include "bare_reply.h"

#include <getopt.h>
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

typedef struct peer {
    struct lws *wsi;
    bytes_t output; /* behind LWS_PRE bytes */
    bool waiting;   /* in the list of those with output */
    struct peer *next_waiting;
    struct peer *previous, *next; /* of all */
} peer_t;

static peer_t *peers, *waiting;
static bytes_t everybody;

static void wait_for_write(peer_t *peer)
{
    if (!peer->waiting) {
        peer->waiting = true;
        peer->next_waiting = waiting;
        waiting = peer;
    }
}

static bytes_t *output_of(peer_t *peer)
{
    if (peer->output.length == 0) {
        bytes_reserve(&peer->output, LWS_PRE);
        peer->output.length = LWS_PRE;
    }
    wait_for_write(peer);
    return &peer->output;
}

static void write_out(peer_t *peer)
{
    size_t length = peer->output.length;

    if (length <= LWS_PRE)
        return;
    if (lws_partial_buffered(peer->wsi)) {
        lws_callback_on_writable(peer->wsi);
        return;
    }
    lws_write(peer->wsi, (unsigned char *)peer->output.data + LWS_PRE, length - LWS_PRE,
              LWS_WRITE_RAW);
    peer->output.length = 0;
}

static void on_turn_end(uv_check_t *check)
{
    (void)check;
    while (waiting != NULL) {
        peer_t *peer = waiting;

        waiting = peer->next_waiting;
        peer->waiting = false;
        write_out(peer);
    }
}

static void on_message(peer_t *peer, const char *data, size_t length)
{
    unsigned opcode = lws_frame_is_binary(peer->wsi) ? BINARY : TEXT;

    bare_reply(output_of(peer), &everybody, opcode, data, length);
    if (everybody.length > 0)
        for (peer_t *other = peers; other != NULL; other = other->next)
            bytes_append(output_of(other), everybody.data, everybody.length);
    everybody.length = 0;
}

static void on_open(peer_t *peer, struct lws *wsi)
{
    peer->wsi = wsi;
    peer->next = peers;
    if (peers != NULL)
        peers->previous = peer;
    peers = peer;
    bare_open(output_of(peer));
}

static void on_closed(peer_t *peer)
{
    for (peer_t **at = &waiting; *at != NULL; at = &(*at)->next_waiting)
        if (*at == peer) {
            *at = peer->next_waiting;
            break;
        }
    if (peer->previous != NULL)
        peer->previous->next = peer->next;
    else if (peers == peer)
        peers = peer->next;
    if (peer->next != NULL)
        peer->next->previous = peer->previous;
    free(peer->output.data);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t length)
{
    peer_t *peer = user;

    if (reason == LWS_CALLBACK_ESTABLISHED)
        on_open(peer, wsi);
    else if (reason == LWS_CALLBACK_RECEIVE)
        on_message(peer, in, length);
    else if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
        write_out(peer);
    else if (reason == LWS_CALLBACK_CLOSED)
        on_closed(peer);
    return 0;
}

static struct lws_context *make_context(uv_loop_t *loop, int port)
{
    static const struct lws_protocols protocols[] = {
        {"bench", callback, sizeof(peer_t), 65536, 0, NULL, 0},
        {NULL, NULL, 0, 0, 0, NULL, 0},
    };
    void *loops[] = {loop};
    struct lws_context_creation_info info = {
        .port = port,
        .iface = "127.0.0.1",
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV,
        .foreign_loops = loops,
        .pt_serv_buf_size = 65536,
    };

    lws_set_log_level(LLL_ERR, NULL);
    return lws_create_context(&info);
}

/* A free port of the kernel's choosing: libwebsockets doesn't tell which it got. */
static int free_port(uv_loop_t *loop)
{
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_t probe;

    uv_tcp_init(loop, &probe);
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&probe, (const struct sockaddr *)&address, 0);
    uv_tcp_getsockname(&probe, (struct sockaddr *)&address, &length);
    uv_close((uv_handle_t *)&probe, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    return ntohs(address.sin_port);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"host", required_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int letter, port = 3000;
    struct rlimit limit;
    uv_check_t check;
    uv_loop_t loop;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (letter == 'p')
            port = atoi(optarg);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    uv_loop_init(&loop);
    if (port == 0)
        port = free_port(&loop);
    if (make_context(&loop, port) == NULL) {
        fprintf(stderr, "bare_lws: libwebsockets can't listen on port %d\n", port);
        return 1;
    }
    uv_check_init(&loop, &check);
    uv_check_start(&check, on_turn_end);
    printf("listening on %d\n", port);
    fflush(stdout);
    return uv_run(&loop, UV_RUN_DEFAULT);
}
