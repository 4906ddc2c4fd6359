#include "engineio/loop.h"

enum { LOOP_HANDLES = 4 };

static void arm_timer(eio_loop_t *loop);

static void note_lag(eio_loop_t *loop, uint64_t lag)
{
    loop->lag = lag;
    if (lag > loop->lag_max)
        loop->lag_max = lag;
}

static void on_timer(uv_timer_t *timer)
{
    eio_loop_t *loop = timer->data;

    note_lag(loop, uv_now(loop->uv) - loop->timer_due);
    loop->timer_due = UINT64_MAX;
    sio__wheel_advance(&loop->wheel, uv_now(loop->uv));
    arm_timer(loop);
}

static void arm_timer(eio_loop_t *loop)
{
    uint64_t due = sio__wheel_next(&loop->wheel);
    uint64_t now = uv_now(loop->uv);

    if (due == loop->timer_due)
        return;
    loop->timer_due = due;
    if (due == UINT64_MAX)
        uv_timer_stop(&loop->timer);
    else
        uv_timer_start(&loop->timer, on_timer, due > now ? due - now : 0, 0);
}

void eio_timer_start(eio_loop_t *loop, sio__timer_t *timer, uint64_t delay_ms)
{
    sio__wheel_start(&loop->wheel, timer, uv_now(loop->uv) + delay_ms);
    if (timer->due < loop->timer_due)
        arm_timer(loop);
}

static void run_deferred(sio__list_t *list)
{
    sio__list_t *node;

    while ((node = sio__list_pop(list))) {
        eio_deferred_t *deferred = SIO__CONTAINER(node, eio_deferred_t, link);
        deferred->fn(deferred);
    }
}

static void end_iteration(eio_loop_t *loop)
{
    atomic_store_explicit(&loop->thread, (uintptr_t)uv_thread_self(), memory_order_relaxed);
    while (!sio__list_empty(&loop->deferred) || !sio__list_empty(&loop->releases)) {
        run_deferred(&loop->deferred);
        run_deferred(&loop->releases);
    }
}

static void on_prepare(uv_prepare_t *prepare)
{
    end_iteration(prepare->data);
}

static void on_check(uv_check_t *check)
{
    end_iteration(check->data);
}

static void run_tasks(eio_loop_t *loop)
{
    eio_task_t *task;

    uv_mutex_lock(&loop->mutex);
    task = loop->tasks;
    loop->tasks = NULL;
    loop->tasks_tail = &loop->tasks;
    uv_mutex_unlock(&loop->mutex);
    while (task) {
        eio_task_t *next = task->next;
        task->fn(task);
        task = next;
    }
}

static void on_async(uv_async_t *async)
{
    eio_loop_t *loop = async->data;

    atomic_store_explicit(&loop->thread, (uintptr_t)uv_thread_self(), memory_order_relaxed);
    run_tasks(loop);
}

int eio_loop_init(eio_loop_t *loop, uv_loop_t *uv)
{
    int error;

    loop->uv = uv;
    loop->timer_due = UINT64_MAX;
    loop->lag = loop->lag_max = 0;
    loop->tasks = NULL;
    loop->tasks_tail = &loop->tasks;
    loop->posts_closed = false;
    sio__list_init(&loop->deferred);
    sio__list_init(&loop->releases);
    error = uv_mutex_init(&loop->mutex);
    if (error)
        return error;
    error = uv_async_init(uv, &loop->async, on_async);
    if (error) {
        uv_mutex_destroy(&loop->mutex);
        return error;
    }
    uv_update_time(uv);
    sio__wheel_init(&loop->wheel, uv_now(uv));
    atomic_init(&loop->thread, (uintptr_t)uv_thread_self());
    uv_timer_init(uv, &loop->timer);
    uv_prepare_init(uv, &loop->prepare);
    uv_check_init(uv, &loop->check);
    loop->timer.data = loop->prepare.data = loop->check.data = loop->async.data = loop;
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_check_start(&loop->check, on_check);
    loop->open_handles = LOOP_HANDLES;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    eio_loop_t *loop = handle->data;

    if (--loop->open_handles > 0)
        return;
    uv_mutex_destroy(&loop->mutex);
    loop->closed(loop->closed_user);
}

void eio_loop_close(eio_loop_t *loop, void (*closed)(void *user), void *user)
{
    uv_mutex_lock(&loop->mutex);
    loop->posts_closed = true;
    uv_mutex_unlock(&loop->mutex);
    run_tasks(loop);
    end_iteration(loop);
    loop->closed = closed;
    loop->closed_user = user;
    uv_close((uv_handle_t *)&loop->timer, on_closed);
    uv_close((uv_handle_t *)&loop->prepare, on_closed);
    uv_close((uv_handle_t *)&loop->check, on_closed);
    uv_close((uv_handle_t *)&loop->async, on_closed);
}

int eio_loop_post(eio_loop_t *loop, eio_task_t *task)
{
    bool closed;
    bool first;

    uv_mutex_lock(&loop->mutex);
    closed = loop->posts_closed;
    first = loop->tasks == NULL;
    if (!closed) {
        task->next = NULL;
        *loop->tasks_tail = task;
        loop->tasks_tail = &task->next;
        /* Within the lock: the handle may not be closing while it is signalled. */
        if (first)
            uv_async_send(&loop->async);
    }
    uv_mutex_unlock(&loop->mutex);
    return closed ? -1 : 0;
}
