/* What the kernel allows: a server with nothing in it. It receives, unmasks, and answers all
 * messages of one recv with one send; what goes to everybody is sent with one send to each. No
 * rooms, timers, JSON or HTTP: a bound, not a competitor. */
#include "bare_reply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_SIZE      (1024 * 1024)
#define EVENTS_PER_TURN 256

typedef struct peer {
    int fd;
    bool upgraded, closing;
    bytes_t unread, unsent;
    struct peer *previous, *next; /* of all that are upgraded */
} peer_t;

static int epoll_fd;
static char input[INPUT_SIZE];
static bytes_t output, everybody; /* answers of one recv */
static peer_t *peers;

static void watch(peer_t *peer, int operation)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};

    if (peer->unsent.length > 0)
        event.events |= EPOLLOUT;
    epoll_ctl(epoll_fd, operation, peer->fd, &event);
}

static void link_peer(peer_t *peer)
{
    peer->next = peers;
    if (peers != NULL)
        peers->previous = peer;
    peers = peer;
}

static void drop_peer(peer_t *peer)
{
    if (peer->previous != NULL)
        peer->previous->next = peer->next;
    else if (peers == peer)
        peers = peer->next;
    if (peer->next != NULL)
        peer->next->previous = peer->previous;
    close(peer->fd);
    free(peer->unread.data);
    free(peer->unsent.data);
    free(peer);
}

static void unmask(char *data, size_t length, const char *key)
{
    uint32_t narrow;
    uint64_t wide, word;
    size_t i = 0;

    memcpy(&narrow, key, sizeof narrow);
    wide = (uint64_t)narrow << 32 | narrow;
    for (; i + sizeof word <= length; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        word ^= wide;
        memcpy(data + i, &word, sizeof word);
    }
    for (; i < length; i++)
        data[i] ^= key[i % 4];
}

/* The number of bytes of one frame, served; 0 when it is not complete. */
static size_t take_frame(peer_t *peer, char *data, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)data;
    size_t head = 2 + 4, size;
    unsigned opcode;

    if (length < head)
        return 0;
    size = bytes[1] & 0x7f;
    if (size >= 126) {
        unsigned extended = size == 126 ? 2 : 8;

        head += extended;
        if (length < head)
            return 0;
        size = 0;
        for (unsigned i = 0; i < extended; i++)
            size = size << 8 | bytes[2 + i];
    }
    if (length - head < size)
        return 0;
    opcode = bytes[0] & 0x0f;
    unmask(data + head, size, data + head - 4);
    bare_reply(&output, &everybody, opcode, data + head, size);
    peer->closing |= opcode == CLOSE;
    return head + size;
}

static size_t take_upgrade(peer_t *peer, const char *data, size_t length)
{
    const char *end = memmem(data, length, "\r\n\r\n", 4);

    if (end == NULL)
        return 0;
    bare_upgrade(&output);
    peer->upgraded = true;
    link_peer(peer);
    return (size_t)(end - data) + 4;
}

static void send_to(peer_t *peer, bytes_t *bytes)
{
    ssize_t sent = 0;

    if (peer->unsent.length == 0)
        sent = send(peer->fd, bytes->data, bytes->length, MSG_NOSIGNAL);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < bytes->length) {
        bytes_append(&peer->unsent, bytes->data + sent, bytes->length - (size_t)sent);
        watch(peer, EPOLL_CTL_MOD);
    }
}

static void send_output(peer_t *peer)
{
    if (output.length > 0)
        send_to(peer, &output);
    if (everybody.length > 0)
        for (peer_t *other = peers; other != NULL; other = other->next)
            send_to(other, &everybody);
    output.length = everybody.length = 0;
}

static void send_unsent(peer_t *peer)
{
    ssize_t sent = send(peer->fd, peer->unsent.data, peer->unsent.length, MSG_NOSIGNAL);

    if (sent > 0) {
        peer->unsent.length -= (size_t)sent;
        memmove(peer->unsent.data, peer->unsent.data + sent, peer->unsent.length);
    }
    if (peer->unsent.length == 0)
        watch(peer, EPOLL_CTL_MOD);
}

/* False when the connection is over. */
static bool read_some(peer_t *peer)
{
    size_t kept = peer->unread.length, length, used = 0, got;
    ssize_t received;

    if (kept > 0)
        memcpy(input, peer->unread.data, kept);
    received = recv(peer->fd, input + kept, INPUT_SIZE - kept, 0);
    if (received <= 0)
        return received < 0 && errno == EAGAIN;
    length = kept + (size_t)received;
    if (!peer->upgraded)
        used = take_upgrade(peer, input, length);
    while (peer->upgraded && (got = take_frame(peer, input + used, length - used)) > 0)
        used += got;
    peer->unread.length = 0;
    bytes_append(&peer->unread, input + used, length - used);
    send_output(peer);
    return !peer->closing && length - used < INPUT_SIZE;
}

static void accept_all(int listener)
{
    int on = 1, fd;

    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll keeps the peers. */
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        peer_t *peer = calloc(1, sizeof *peer);

        if (peer == NULL)
            abort();
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peer->fd = fd;
        watch(peer, EPOLL_CTL_ADD);
    }
}

static void serve(int listener)
{
    struct epoll_event events[EVENTS_PER_TURN];

    for (;;) {
        int count = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, -1);

        for (int i = 0; i < count; i++) {
            peer_t *peer = events[i].data.ptr;

            if (peer == NULL) {
                accept_all(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT)
                send_unsent(peer);
            if (events[i].events & ~(unsigned)EPOLLOUT && !read_some(peer))
                drop_peer(peer);
        }
    }
}

static int listen_on(const char *host, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4096) != 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        perror("bare_epoll");
        exit(1);
    }
    printf("listening on %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"host", required_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *host = "127.0.0.1";
    unsigned port = 3000;
    int letter;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 'p')
            port = (unsigned)atoi(optarg);
        else if (letter == 'h')
            host = optarg;
        else
            return 2;
    }
    raise_file_limit();
    serve(listen_on(host, port));
}
