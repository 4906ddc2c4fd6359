/* Deadlines: a socket's end at a given time, moved, taken away, set early, late and by others. */
#include "tests/unit/live.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GONE = 1, CONNECTED = 2 };

static live_t live;
static wire_t first, second;
static sio_socket_t *held;
static char ends[512];

static void set_up(void)
{
    held = NULL;
    ends[0] = '\0';
}

static int64_t in_ms(int64_t ms)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
}

static void note_end(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    snprintf(ends + strlen(ends), sizeof(ends) - strlen(ends), "%s: %s;", why->text, why->detail);
    live_set(live_of(socket), GONE);
}

static void hold(sio_socket_t *socket, void *user)
{
    (void)user;
    if (!held)
        held = sio_socket_ref(socket);
    live_set(live_of(socket), CONNECTED);
}

/* "deadline", in how many ms, from a time given once: later ones are later. */
static void on_deadline(sio_socket_t *socket, sio_event_t *event, void *user)
{
    double ms;

    (void)user;
    ck_assert_int_eq(sio_unpack(event, "F", &ms), SIO_OK);
    ck_assert_int_eq(sio_set_deadline(socket, ms ? in_ms((int64_t)ms) : 0), SIO_OK);
    sio_ack(event, "b", sio_deadline(socket) != 0);
}

static void set_handlers(sio_server_t *io)
{
    sio_namespace_t *root = sio_of(io, "/");

    sio_on_connection(root, hold, NULL);
    sio_namespace_on(root, "deadline", on_deadline, NULL);
    sio_namespace_on_disconnect(root, note_end, NULL);
}

static void start(sio_options_t *options, void (*set)(sio_server_t *io))
{
    options->log_level = SIO_LOG_ERROR;
    live_start(&live, options, set);
}

static void stop(void)
{
    live_stop(&live);
    sio_socket_unref(held);
}

static const char passed[] = "server namespace disconnect: its deadline has passed;";

START_TEST(test_passes)
{
    sio_options_t options = {.size = 0};
    sio_stats_t stats = {.size = sizeof(stats)};

    start(&options, set_handlers);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_send(&first, "421[\"deadline\",30]");
    wire_expect(&first, "431[true]");
    wire_expect(&first, "41"); /* from the namespace; the connection stays */
    live_wait(&live, GONE);
    ck_assert_str_eq(ends, passed);
    wire_send(&first, "40");
    ck_assert_int_eq(strncmp(wire_next(&first), "40{", 3), 0);
    sio_stats(live.io, &stats);
    ck_assert_uint_eq(stats.deadlines_passed, 1);
    ck_assert_uint_eq(stats.disconnects[SIO_REASON_SERVER_NAMESPACE_DISCONNECT], 1);
    wire_close(&first);
    ck_assert_int_eq(sio_set_deadline(held, 1), SIO_EDISCONNECTED);
    ck_assert_int_eq(sio_set_deadline(held, -1), SIO_EINVAL);
    stop();
}
END_TEST

/* The other one's passes later than this one's would have. */
START_TEST(test_moved_and_taken_away)
{
    sio_options_t options = {.size = 0};
    static const char *const later[] = {"422[\"deadline\",3600000]", "422[\"deadline\",0]"};
    static const char *const answers[] = {"432[true]", "432[false]"};

    start(&options, set_handlers);
    ck_assert(wire_open(&first, live.port, "/"));
    ck_assert(wire_open(&second, live.port, "/"));
    wire_send(&first, "421[\"deadline\",1000]");
    wire_expect(&first, "431[true]");
    wire_send(&first, later[_i]);
    wire_expect(&first, answers[_i]);
    wire_send(&second, "421[\"deadline\",1001]");
    wire_expect(&second, "431[true]");
    wire_expect(&second, "41");
    wire_send(&first, "423[\"deadline\",1]"); /* brought forward */
    wire_expect(&first, "433[true]");
    wire_expect(&first, "41");
    wire_close(&first);
    wire_close(&second);
    stop();
}
END_TEST

static void set_past(sio_socket_t *socket, sio_next_t *next, void *user)
{
    (void)user;
    ck_assert_int_eq(sio_set_deadline(socket, 1), SIO_OK);
    sio_next_ok(next);
}

static void set_middleware(sio_server_t *io)
{
    set_handlers(io);
    sio_use(sio_of(io, "/"), set_past, NULL);
}

START_TEST(test_past_already_in_a_middleware)
{
    sio_options_t options = {.size = 0};

    start(&options, set_middleware);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_expect(&first, "41");
    live_wait(&live, GONE);
    ck_assert_str_eq(ends, passed);
    wire_close(&first);
    stop();
}
END_TEST

START_TEST(test_from_another_thread)
{
    sio_options_t options = {.size = 0};

    start(&options, set_handlers);
    ck_assert(wire_open(&first, live.port, "/"));
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(sio_set_deadline(held, in_ms(3600000)), SIO_OK);
    ck_assert_int_eq(sio_set_deadline(held, in_ms(-5)), SIO_OK);
    wire_expect(&first, "41");
    wire_close(&first);
    stop();
}
END_TEST

/* The client loses its connection and comes back: without its middlewares, but no longer than
 * before. */
START_TEST(test_recovery_keeps_it)
{
    sio_options_t options = {.recovery = SIO_RECOVERY()};
    char connect[128], pid[64];
    const char *answer;

    start(&options, set_handlers);
    ck_assert(wire_open(&first, live.port, NULL));
    wire_send(&first, "40");
    answer = wire_next(&first);
    ck_assert_int_eq(sscanf(strstr(answer, "\"pid\""), "\"pid\":\"%20[^\"]", pid), 1);
    wire_send(&first, "421[\"deadline\",1500]");
    wire_expect(&first, "431[true]");
    wire_close(&first);
    live_wait(&live, GONE);
    ck_assert(wire_open(&second, live.port, NULL));
    snprintf(connect, sizeof(connect), "40{\"pid\":\"%s\"}", pid);
    wire_send(&second, connect);
    ck_assert_ptr_nonnull(strstr(wire_next(&second), pid));
    wire_expect(&second, "41");
    wire_close(&second);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deadline");
    TCase *tests = tcase_create("deadline");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_passes);
    tcase_add_loop_test(tests, test_moved_and_taken_away, 0, 2);
    tcase_add_test(tests, test_past_already_in_a_middleware);
    tcase_add_test(tests, test_from_another_thread);
    tcase_add_test(tests, test_recovery_keeps_it);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
