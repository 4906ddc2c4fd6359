/* The loop: timers, work at the end of an iteration, tasks from other threads. */
#include "engineio/loop.h"

#include <check.h>

enum { THREADS = 4, TASKS = 5000 };

static uv_loop_t uv;
static eio_loop_t loop;
static char trace[64];
static size_t traced;

static void note(char c)
{
    if (traced < sizeof(trace) - 1)
        trace[traced++] = c;
    trace[traced] = '\0';
}

static void setup(void)
{
    uv_loop_init(&uv);
    ck_assert_int_eq(eio_loop_init(&loop, &uv), 0);
    traced = 0;
    trace[0] = '\0';
}

static void closed(void *user)
{
    (void)user;
    note('.');
}

static void teardown(void)
{
    eio_loop_close(&loop, closed, NULL);
    uv_run(&uv, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&uv), 0);
}

static sio__timer_t timers[3];
static uint64_t started;

static void on_third(sio__timer_t *timer)
{
    (void)timer;
    note('3');
    uv_stop(&uv);
}

static void on_second(sio__timer_t *timer)
{
    (void)timer;
    note('2');
}

static void on_first(sio__timer_t *timer)
{
    (void)timer;
    ck_assert_uint_ge(eio_loop_now(&loop), started + 5);
    note('1');
    eio_timer_start(&loop, &timers[2], 10);
}

START_TEST(test_timers_fire_in_order_and_can_be_stopped)
{
    sio__timer_t stopped;

    sio__timer_init(&timers[0], on_first);
    sio__timer_init(&timers[1], on_second);
    sio__timer_init(&timers[2], on_third);
    sio__timer_init(&stopped, on_third);
    started = eio_loop_now(&loop);
    eio_timer_start(&loop, &timers[1], 8);
    eio_timer_start(&loop, &timers[0], 5);
    eio_timer_start(&loop, &stopped, 2);
    eio_timer_stop(&loop, &stopped);
    uv_run(&uv, UV_RUN_DEFAULT);
    ck_assert_str_eq(trace, "123");
}
END_TEST

static eio_deferred_t flush, release, again;

static void on_flush(eio_deferred_t *deferred)
{
    (void)deferred;
    note('f');
    eio_loop_defer(&loop, &again);
}

static void on_release(eio_deferred_t *deferred)
{
    (void)deferred;
    note('r');
}

static void on_again(eio_deferred_t *deferred)
{
    (void)deferred;
    note('a');
}

START_TEST(test_deferred_work_comes_once_and_frees_come_last)
{
    eio_deferred_init(&flush, on_flush);
    eio_deferred_init(&release, on_release);
    eio_deferred_init(&again, on_again);
    eio_loop_release(&loop, &release);
    eio_loop_defer(&loop, &flush);
    eio_loop_defer(&loop, &flush);
    uv_run(&uv, UV_RUN_NOWAIT);
    ck_assert_str_eq(trace, "far");
}
END_TEST

typedef struct numbered {
    eio_task_t task;
    int thread, number;
} numbered_t;

static numbered_t tasks[THREADS][TASKS];
static int next_number[THREADS];
static int done_tasks;

static void run_numbered(eio_task_t *task)
{
    numbered_t *numbered = (numbered_t *)task;

    ck_assert(eio_loop_on_thread(&loop));
    ck_assert_int_eq(numbered->number, next_number[numbered->thread]++);
    if (++done_tasks == THREADS * TASKS)
        uv_stop(&uv);
}

static void post_numbered(void *arg)
{
    numbered_t *mine = arg;
    int i;

    ck_assert(!eio_loop_on_thread(&loop));
    for (i = 0; i < TASKS; i++)
        ck_assert_int_eq(eio_loop_post(&loop, &mine[i].task), 0);
}

START_TEST(test_tasks_keep_their_order_per_thread)
{
    uv_thread_t threads[THREADS];
    int t, i;

    for (t = 0; t < THREADS; t++) {
        for (i = 0; i < TASKS; i++)
            tasks[t][i] = (numbered_t){.task = {.fn = run_numbered}, .thread = t, .number = i};
        uv_thread_create(&threads[t], post_numbered, tasks[t]);
    }
    uv_run(&uv, UV_RUN_DEFAULT);
    for (t = 0; t < THREADS; t++)
        uv_thread_join(&threads[t]);
    ck_assert_int_eq(done_tasks, THREADS * TASKS);
}
END_TEST

START_TEST(test_a_closed_loop_takes_no_tasks)
{
    eio_task_t task = {.fn = NULL};

    eio_loop_close(&loop, closed, NULL);
    ck_assert_int_eq(eio_loop_post(&loop, &task), -1);
    uv_run(&uv, UV_RUN_DEFAULT);
    ck_assert_str_eq(trace, ".");
    ck_assert_int_eq(uv_loop_close(&uv), 0);
    setup();
}
END_TEST

static Suite *loop_suite(void)
{
    Suite *suite = suite_create("loop");
    TCase *tcase = tcase_create("loop");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_timers_fire_in_order_and_can_be_stopped);
    tcase_add_test(tcase, test_deferred_work_comes_once_and_frees_come_last);
    tcase_add_test(tcase, test_tasks_keep_their_order_per_thread);
    tcase_add_test(tcase, test_a_closed_loop_takes_no_tasks);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(loop_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
