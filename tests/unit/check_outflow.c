/* A client that doesn't keep up: what waits for it, when it is given up, when whoever sends hears
 * that there is room again. */
#include "tests/unit/engine.h"

#include <stdio.h>
#include <string.h>

/* Blocks of that size are written one by one. */
enum { LIMIT = 300000, BLOCK = 30000, STALL_MS = 50 };

static fake_stream_t stream;
static eio_session_t *session;
static int drained, closed, flushed, drains;
static size_t flushed_packets;
static bool fill_again;
static char last_detail[128];
static eio_reason_t last_reason;

static void fill(void)
{
    static char block[BLOCK];
    int error;

    memset(block, 'x', sizeof(block));
    while ((error = eio_session_send(session, false, block, sizeof(block), false)) == 0)
        ;
    ck_assert_int_eq(error, EIO_EBACKPRESSURE);
}

static void on_drained(eio_session_t *which, void *user)
{
    (void)user;
    ck_assert_ptr_eq(which, session);
    ck_assert_uint_eq(eio_session_queued_bytes(session), 0);
    drained++;
    if (fill_again)
        fill();
}

static void on_close(eio_session_t *which, eio_reason_t reason, const char *detail, void *user)
{
    (void)which;
    (void)user;
    last_reason = reason;
    snprintf(last_detail, sizeof(last_detail), "%s", detail);
    closed++;
}

static void on_flush(eio_session_t *which, size_t packets, void *user)
{
    (void)which;
    (void)user;
    flushed++;
    flushed_packets += packets;
}

static void on_drain(eio_session_t *which, void *user)
{
    (void)user;
    ck_assert_uint_eq(eio_session_queued_packets(which), 0);
    drains++;
}

static void set_up(void)
{
    eio_options_t options = {
        .outbox_limit = LIMIT,
        .outbox_stall_ms = STALL_MS,
        .handlers =
            {
                .on_drained = on_drained,
                .on_close = on_close,
                .on_flush = on_flush,
                .on_drain = on_drain,
            },
    };

    drained = closed = flushed = drains = 0;
    flushed_packets = 0;
    fill_again = false;
    last_detail[0] = '\0';
    engine_start(&options);
    session = engine_open_websocket(&stream);
}

static void tear_down(void)
{
    fake_stream_end(&stream);
    engine_stop();
}

static void turn(void)
{
    uv_run(&uv, UV_RUN_NOWAIT);
}

/* The kernel takes what was written last, and nothing of the next. */
static void take_one(void)
{
    stream.take_nothing = true;
    stream.base.blocked = false;
    stream.base.handler->on_writable(stream.base.user);
}

static void send_one(const char *text)
{
    ck_assert_int_eq(eio_session_send(session, false, text, strlen(text), false), 0);
    turn();
}

START_TEST(test_nothing_is_told_when_nothing_waits)
{
    send_one("a");
    send_one("b");
    for (int i = 0; i < 3; i++)
        turn();
    ck_assert_int_eq(drained, 0);
    ck_assert_uint_eq(server->counters.queued_bytes, 0);
}
END_TEST

/* Several messages that belong together, more than the limit: none is refused behind the first. */
START_TEST(test_all_or_none)
{
    static char large[LIMIT + 1];

    stream.take_nothing = true;
    ck_assert_int_eq(eio_session_check(session, sizeof(large) + 2), 0);
    ck_assert_int_eq(eio_session_send_allowed(session, false, "5", 1, false), 0);
    ck_assert_int_eq(eio_session_send_allowed(session, true, large, sizeof(large), false), 0);
    ck_assert_int_eq(eio_session_check(session, 1), EIO_EBACKPRESSURE);
    ck_assert_int_eq(eio_session_send(session, false, "a", 1, false), EIO_EBACKPRESSURE);
    ck_assert_uint_eq(eio_session_queued_packets(session), 2);
}
END_TEST

START_TEST(test_drained_after_waiting)
{
    stream.take_nothing = true;
    send_one("a"); /* fills the kernel's buffer */
    send_one("b"); /* waits */
    ck_assert(!eio_session_writable(session));
    ck_assert_uint_eq(eio_session_queued_packets(session), 1);
    ck_assert_uint_eq(server->counters.queued_bytes, 2);
    turn();
    ck_assert_int_eq(drained, 0);
    fake_stream_unblock(&stream);
    ck_assert_int_eq(drained, 0); /* not from within */
    while (!drained)
        turn();
    send_one("c");
    turn();
    ck_assert_int_eq(drained, 1);
}
END_TEST

/* Refused, although the kernel takes all of it in the end of the same turn. */
START_TEST(test_drained_after_a_refusal)
{
    fill();
    ck_assert_uint_eq(server->counters.backpressure_refused, 1);
    while (!drained)
        turn();
    ck_assert_uint_eq(server->counters.outbox_peak, LIMIT / (BLOCK + 1) * (BLOCK + 1));
    ck_assert_int_eq(closed, 0);
}
END_TEST

/* Each time it is told, another outbox full: other work gets its turn in between. */
START_TEST(test_filling_again_starves_nobody)
{
    fill_again = true;
    fill();
    for (int i = 1; i < 20; i++) {
        while (drained < i)
            turn();
        ck_assert_int_eq(drained, i);
    }
    fill_again = false;
}
END_TEST

/* Filled again before it is told: it is told when that has left. */
START_TEST(test_filled_before_it_is_told)
{
    stream.take_nothing = true;
    send_one("a");
    send_one("b");
    fake_stream_unblock(&stream);
    stream.take_nothing = true;
    fill(); /* of which the first block is written, and the others wait */
    for (int i = 0; i < 3; i++)
        turn();
    ck_assert_int_eq(drained, 0);
    fake_stream_unblock(&stream);
    while (!drained)
        turn();
    ck_assert_int_eq(drained, 1);
}
END_TEST

START_TEST(test_stalled)
{
    uint64_t before = uv_now(&uv);

    stream.take_nothing = true;
    send_one("a");
    fill();
    while (!closed)
        uv_run(&uv, UV_RUN_ONCE);
    ck_assert_uint_ge(uv_now(&uv) - before, STALL_MS);
    ck_assert_str_eq(last_detail, "270009 bytes queued and nothing taken for 50 ms");
    ck_assert_int_eq(last_reason, EIO_REASON_TRANSPORT_ERROR);
    ck_assert_uint_eq(server->counters.stalled, 1);
    ck_assert_uint_eq(server->counters.closed[EIO_REASON_TRANSPORT_ERROR], 1);
    ck_assert_uint_eq(server->counters.queued_bytes, 0);
}
END_TEST

/* Over the limit all the time, but it takes something now and then. */
START_TEST(test_slow_but_alive)
{
    uint64_t before = uv_now(&uv);

    stream.take_nothing = true;
    send_one("a");
    while (uv_now(&uv) - before < 6 * STALL_MS) {
        fill();
        take_one();
        uv_run(&uv, UV_RUN_ONCE);
        ck_assert_int_eq(closed, 0);
    }
    while (!closed)
        uv_run(&uv, UV_RUN_ONCE);
}
END_TEST

static void nothing(uv_timer_t *timer)
{
    (void)timer;
}

/* Below the limit nobody is in a hurry. */
START_TEST(test_waiting_is_allowed)
{
    uint64_t before = uv_now(&uv);
    uv_timer_t tick;

    stream.take_nothing = true;
    send_one("a");
    send_one("b");
    uv_timer_init(&uv, &tick);
    uv_timer_start(&tick, nothing, 10, 10);
    while (uv_now(&uv) - before < 3 * STALL_MS)
        uv_run(&uv, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    turn();
    ck_assert_int_eq(closed, 0);
}
END_TEST

START_TEST(test_flush_and_drain)
{
    eio_server_watch(server);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(eio_session_send(session, false, "a", 1, false), 0);
    turn();
    ck_assert_int_eq(flushed, 1);
    ck_assert_uint_eq(flushed_packets, 3);
    ck_assert_int_eq(drains, 1);
    stream.take_nothing = true;
    send_one("b");
    ck_assert_int_eq(drains, 2);
    send_one("c");
    ck_assert_int_eq(flushed, 2); /* it can't leave */
    fake_stream_unblock(&stream);
    ck_assert_int_eq(flushed, 3);
    ck_assert_int_eq(drains, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outflow");
    TCase *tcase = tcase_create("outflow");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_nothing_is_told_when_nothing_waits);
    tcase_add_test(tcase, test_all_or_none);
    tcase_add_test(tcase, test_drained_after_waiting);
    tcase_add_test(tcase, test_drained_after_a_refusal);
    tcase_add_test(tcase, test_filling_again_starves_nobody);
    tcase_add_test(tcase, test_filled_before_it_is_told);
    tcase_add_test(tcase, test_stalled);
    tcase_add_test(tcase, test_slow_but_alive);
    tcase_add_test(tcase, test_waiting_is_allowed);
    tcase_add_test(tcase, test_flush_and_drain);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
