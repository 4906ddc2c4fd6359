/* The event loop: one epoll set, one thread, one buffer that every connection reads into. */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include <stddef.h>
#include <stdint.h>

/* Larger than anything a server sends in one turn here, so that one recv takes it all. */
#define LOOP_SCRATCH (1024 * 1024)

typedef struct loop {
    int epoll_fd;
    uint64_t now; /* taken after each wait and after each recv */
    char scratch[LOOP_SCRATCH];
} loop_t;

int loop_init(loop_t *loop);
/* Waits at most `timeout_ms` and serves whatever is ready. */
void loop_turn(loop_t *loop, int timeout_ms);

#endif
