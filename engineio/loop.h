/*
 * The server's turn on a libuv loop: timers on one wheel, work for the end of the loop iteration,
 * and the queue through which other threads reach it. Everything but eio_loop_post() and
 * eio_loop_on_thread() belongs to the loop thread.
 */
#ifndef EIO_LOOP_H
#define EIO_LOOP_H

#include "base/list.h"
#include "base/wheel.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

/* Work from another thread; embedded in whatever it works on. */
typedef struct eio_task {
    struct eio_task *next;
    void (*fn)(struct eio_task *task); /* on the loop thread; owns the task */
} eio_task_t;

/* Work for the end of the current loop iteration; a second request before that is the same one. */
typedef struct eio_deferred {
    sio__list_t link;
    void (*fn)(struct eio_deferred *deferred);
} eio_deferred_t;

typedef struct eio_loop {
    uv_loop_t *uv;
    sio__wheel_t wheel;
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_async_t async;
    uint64_t lag, lag_max; /* how late timers were, ms: the last time, and at worst */
    uint64_t timer_due;    /* when `timer` fires, UINT64_MAX: stopped */
    sio__list_t deferred;  /* eio_deferred_t: flushes */
    sio__list_t releases;  /* eio_deferred_t: frees, after all flushes */
    uv_mutex_t mutex;      /* guards the task queue */
    eio_task_t *tasks;
    eio_task_t **tasks_tail;
    bool posts_closed;
    atomic_uintptr_t thread; /* the loop's pthread_t, known from its first turn on */
    int open_handles;
    void (*closed)(void *user);
    void *closed_user;
} eio_loop_t;

/* 0 or a libuv error. `uv` stays the caller's. */
int eio_loop_init(eio_loop_t *loop, uv_loop_t *uv);

/* Runs what is queued, refuses further tasks, closes the handles; `closed` is called when libuv is
 * done with them. */
void eio_loop_close(eio_loop_t *loop, void (*closed)(void *user), void *user);

/* Milliseconds, monotonic, as of this loop iteration. */
static inline uint64_t eio_loop_now(const eio_loop_t *loop)
{
    return uv_now(loop->uv);
}

void eio_timer_start(eio_loop_t *loop, sio__timer_t *timer, uint64_t delay_ms);

static inline void eio_timer_stop(eio_loop_t *loop, sio__timer_t *timer)
{
    sio__wheel_stop(&loop->wheel, timer);
}

static inline void eio_deferred_init(eio_deferred_t *deferred, void (*fn)(eio_deferred_t *deferred))
{
    sio__list_init(&deferred->link);
    deferred->fn = fn;
}

/* At the end of this iteration, in the order of the first requests. */
static inline void eio_loop_defer(eio_loop_t *loop, eio_deferred_t *deferred)
{
    if (!sio__list_linked(&deferred->link))
        sio__list_append(&loop->deferred, &deferred->link);
}

/* At the end of this iteration when nothing of the server's is on the stack any more: the place to
 * free what callbacks may have used. */
static inline void eio_loop_release(eio_loop_t *loop, eio_deferred_t *deferred)
{
    if (!sio__list_linked(&deferred->link))
        sio__list_append(&loop->releases, &deferred->link);
}

static inline void eio_deferred_cancel(eio_deferred_t *deferred)
{
    if (sio__list_linked(&deferred->link))
        sio__list_remove(&deferred->link);
}

/* Any thread. Queues and wakes the loop; 0, or -1 when the loop is closed (the task stays the
 * caller's). */
int eio_loop_post(eio_loop_t *loop, eio_task_t *task);

/* Any thread. */
static inline bool eio_loop_on_thread(const eio_loop_t *loop)
{
    return atomic_load_explicit(&loop->thread, memory_order_relaxed) == (uintptr_t)uv_thread_self();
}

#endif
