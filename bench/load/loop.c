/* The event loop. */
#include "loop.h"
#include "clock.h"
#include "conn.h"

#include <sys/epoll.h>

#define EVENTS_PER_TURN 256

int loop_init(loop_t *loop)
{
    loop->now = clock_now();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->epoll_fd < 0 ? -1 : 0;
}

void loop_turn(loop_t *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_PER_TURN, timeout_ms);

    loop->now = clock_now();
    for (int i = 0; i < count; i++)
        conn_ready(events[i].data.ptr, events[i].events);
}
