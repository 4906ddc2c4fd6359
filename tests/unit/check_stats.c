/* Whatever a client does, and however it goes: the live counters return to zero. And the statistics
 * as text. */
#include "tests/unit/live.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HAPPENED = 1, GONE = 2, REPLIED = 4 };

static live_t live;
static wire_t client, other;
static sio_next_t *held_next;
static sio_socket_t *socket_of_client;
static int reply_status;

static void set_up(void)
{
    held_next = NULL;
    socket_of_client = NULL;
    reply_status = 1;
}

static sio_stats_t stats_now(void)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    sio_stats(live.io, &stats);
    return stats;
}

static uint64_t alive(const sio_stats_t *s)
{
    return s->connections + s->requests + s->sessions + s->sessions_polling + s->sockets +
           s->sockets_allocated + s->rooms + s->acks_pending + s->operations + s->queued_bytes +
           s->posted_bytes;
}

/* What is closed goes in the loop's own time. */
static void expect_nothing(void)
{
    sio_stats_t stats = stats_now();

    for (int i = 0; alive(&stats) && i < 200000; i++)
        stats = stats_now();
    ck_assert_uint_eq(stats.connections, 0);
    ck_assert_uint_eq(stats.requests, 0);
    ck_assert_uint_eq(stats.sessions, 0);
    ck_assert_uint_eq(stats.sessions_polling, 0);
    ck_assert_uint_eq(stats.sockets, 0);
    ck_assert_uint_eq(stats.sockets_allocated, 0);
    ck_assert_uint_eq(stats.rooms, 0);
    ck_assert_uint_eq(stats.acks_pending, 0);
    ck_assert_uint_eq(stats.operations, 0);
    ck_assert_uint_eq(stats.queued_bytes, 0);
    ck_assert_uint_eq(stats.posted_bytes, 0);
}

static void note_gone(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)why;
    (void)user;
    live_set(live_of(socket), GONE);
}

static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    socket_of_client = socket;
    ck_assert_int_eq(sio_join(socket, "a room"), SIO_OK);
}

static void on_close_me(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    sio_emit(socket, "last", "");
    sio_conn_close(sio_conn(socket), true);
}

static void set_handlers(sio_server_t *io)
{
    sio_namespace_t *root = sio_of(io, "/");

    sio_on_connection(root, on_connection, NULL);
    sio_namespace_on(root, "close me", on_close_me, NULL);
    sio_namespace_on_disconnect(root, note_gone, NULL);
}

static void start(void (*set)(sio_server_t *io))
{
    static sio_options_t options;

    options = (sio_options_t){.log_level = SIO_LOG_ERROR};
    live_start(&live, &options, set);
}

static void stop(void)
{
    expect_nothing();
    live_stop(&live);
}

/* A session over long-polling, its id; with a socket, if so wished. */
static void open_polling(char sid[64], char target[128], bool join)
{
    char *answer = http_get(live.port, "/socket.io/?EIO=4&transport=polling", "");

    ck_assert_int_eq(sscanf(strstr(answer, "\"sid\""), "\"sid\":\"%20[^\"]", sid), 1);
    free(answer);
    snprintf(target, 128, "/socket.io/?EIO=4&transport=polling&sid=%s", sid);
    if (!join)
        return;
    free(http_post(live.port, target, "40"));
    free(http_get(live.port, target, ""));
}

/* ------------------------------------------------------------------------------- ways to go */

static void hold_request(sio_request_t *request, sio_next_t *next, void *user)
{
    sio_server_t *io = user;

    (void)request;
    held_next = next;
    live_set(sio_server_user(io), HAPPENED);
}

static void set_held_handshake(sio_server_t *io)
{
    set_handlers(io);
    sio_allow_request(io, hold_request, io);
}

START_TEST(test_during_the_handshake)
{
    start(set_held_handshake);
    wire_begin(&client, live.port, "/socket.io/?EIO=4&transport=websocket");
    live_wait(&live, HAPPENED);
    ck_assert_uint_eq(stats_now().requests, 1);
    ck_assert_uint_eq(stats_now().connections, 1);
    wire_close(&client);
    expect_nothing();
    sio_next_ok(held_next); /* nobody is there any more */
    stop();
}
END_TEST

static void set_held_middleware(sio_server_t *io)
{
    set_handlers(io);
    sio_engine_use(io, hold_request, io);
}

START_TEST(test_while_a_middleware_holds_the_request)
{
    start(set_held_middleware);
    wire_begin(&client, live.port, "/socket.io/?EIO=4&transport=polling");
    live_wait(&live, HAPPENED);
    ck_assert_uint_eq(stats_now().requests, 1);
    wire_close(&client);
    expect_nothing();
    sio_next_ok(held_next);
    stop();
}
END_TEST

static void hold_socket(sio_socket_t *socket, sio_next_t *next, void *user)
{
    (void)user;
    held_next = next;
    live_set(live_of(socket), HAPPENED);
}

static void set_held_socket(sio_server_t *io)
{
    set_handlers(io);
    sio_use(sio_of(io, "/"), hold_socket, NULL);
}

START_TEST(test_while_a_middleware_holds_the_socket)
{
    sio_stats_t stats;

    start(set_held_socket);
    ck_assert(wire_open(&client, live.port, NULL));
    wire_send(&client, "40");
    live_wait(&live, HAPPENED);
    stats = stats_now();
    ck_assert_uint_eq(stats.sockets, 0);
    ck_assert_uint_eq(stats.sockets_allocated, 1);
    wire_close(&client);
    do
        stats = stats_now();
    while (stats.sessions || stats.connections);
    sio_next_ok(held_next);
    stop();
}
END_TEST

START_TEST(test_during_an_upgrade)
{
    char sid[64], target[128], upgrade[160];

    start(set_handlers);
    open_polling(sid, target, true);
    snprintf(upgrade, sizeof(upgrade), "/socket.io/?EIO=4&transport=websocket&sid=%s", sid);
    wire_begin(&client, live.port, upgrade);
    ck_assert(wire_upgraded(&client));
    wire_send(&client, "2probe");
    wire_expect(&client, "3probe");
    ck_assert_uint_eq(stats_now().sessions_polling, 1);
    wire_close(&client); /* the session stays */
    free(http_post(live.port, target, "1"));
    live_wait(&live, GONE);
    ck_assert_uint_eq(stats_now().upgrades, 0);
    stop();
}
END_TEST

START_TEST(test_between_the_halves_of_a_packet)
{
    start(set_handlers);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "453-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    wire_send_binary(&client, "one", 3);
    wire_send_binary(&client, "two", 3);
    ck_assert_uint_eq(stats_now().rooms, 1);
    wire_close(&client);
    live_wait(&live, GONE);
    stop();
}
END_TEST

START_TEST(test_inside_a_handler)
{
    start(set_handlers);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "42[\"close me\"]");
    live_wait(&live, GONE);
    wire_close(&client);
    stop();
}
END_TEST

static void note_reply(int status, const sio_event_t *reply, void *user)
{
    (void)reply;
    reply_status = status;
    live_set(user, REPLIED);
}

static void note_replies(int status, const sio_replies_t *replies, void *user)
{
    (void)status;
    ck_assert_uint_eq(sio_replies_count(replies), 0);
    live_set(user, HAPPENED);
}

static void ask(void *user)
{
    ck_assert_int_eq(sio_emit_ack(socket_of_client, 0, note_reply, user, "question", ""), SIO_OK);
    ck_assert_int_eq(sio_emit_to_ack(sio_socket_namespace(socket_of_client),
                                     SIO_TARGET(.timeout_ms = 500), note_replies, user, "all", ""),
                     SIO_OK);
}

START_TEST(test_with_acknowledgements_pending)
{
    sio_stats_t stats;

    start(set_handlers);
    ck_assert(wire_open(&client, live.port, "/"));
    live_run(&live, ask, &live);
    stats = stats_now();
    ck_assert_uint_eq(stats.acks_pending, 2);
    ck_assert_uint_eq(stats.operations, 1);
    wire_close(&client);
    live_wait(&live, REPLIED | HAPPENED);
    ck_assert_int_eq(reply_status, SIO_EDISCONNECTED);
    stop();
}
END_TEST

START_TEST(test_with_a_poll_parked)
{
    char sid[64], target[128];

    start(set_handlers);
    open_polling(sid, target, true);
    wire_begin(&client, live.port, target);
    while (stats_now().requests == 0)
        ;
    wire_close(&client);
    live_wait(&live, GONE);
    ck_assert_uint_eq(stats_now().disconnects[SIO_REASON_TRANSPORT_ERROR], 1);
    stop();
}
END_TEST

static void fill(void *user)
{
    static const char block[65536];
    int error;

    (void)user;
    do
        error = sio_emit(socket_of_client, "x", "B", block, sizeof(block));
    while (!error);
    ck_assert_int_eq(error, SIO_EBACKPRESSURE);
}

START_TEST(test_with_a_full_outbox)
{
    char sid[64], target[128];

    start(set_handlers);
    open_polling(sid, target, true);
    live_run(&live, fill, NULL);
    ck_assert_uint_gt(stats_now().queued_bytes, 8 << 20);
    ck_assert_uint_gt(stats_now().outbox_peak, 8 << 20);
    free(http_post(live.port, target, "1"));
    live_wait(&live, GONE);
    stop();
}
END_TEST

START_TEST(test_without_a_namespace)
{
    char sid[64], target[128];

    start(set_handlers);
    open_polling(sid, target, false);
    ck_assert_uint_eq(stats_now().sessions, 1);
    free(http_post(live.port, target, "1"));
    ck_assert_uint_eq(stats_now().closed[SIO_REASON_TRANSPORT_CLOSE], 1);
    stop();
}
END_TEST

/* -------------------------------------------------------------------------------------- text */

START_TEST(test_text)
{
    sio_stats_t stats;
    char text[16384], cut[100];
    size_t len;

    start(set_handlers);
    ck_assert(wire_open(&client, live.port, "/"));
    ck_assert(wire_open(&other, live.port, "/"));
    wire_send(&client, "41");
    wire_send(&other, "439[1]"); /* nobody has asked */
    live_wait(&live, GONE);
    free(http_get(live.port, "/socket.io/?EIO=4&transport=abc", ""));
    do
        stats = stats_now();
    while (stats.acks_late == 0);
    len = sio_stats_text(&stats, text, sizeof(text));
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_ptr_nonnull(strstr(text, "# HELP socketio_sessions Engine.IO sessions open\n"
                                       "# TYPE socketio_sessions gauge\n"
                                       "socketio_sessions 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nsocketio_sockets 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nsocketio_handshakes_total{result=\"ok\"} 2\n"
                                       "socketio_handshakes_total{result=\"refused\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "\nsocketio_disconnects_total{reason=\"client namespace disconnect\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(text, "\nsocketio_refused_total{error=\"Transport unknown\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nsocketio_acks_total{result=\"late\"} 1\n"));
    ck_assert_uint_eq(sio_stats_text(&stats, cut, sizeof(cut)), len);
    ck_assert_mem_eq(cut, text, 99);
    ck_assert_int_eq(cut[99], '\0');
    ck_assert_uint_eq(sio_stats_text(&stats, NULL, 0), len);
    wire_close(&client);
    wire_close(&other);
    stop();
}
END_TEST

/* Every line is a comment or a value, every name is explained once, before its values. */
START_TEST(test_text_is_an_exposition)
{
    const sio_stats_t stats = {.size = sizeof(stats)};
    char text[16384], line[256], name[128], explained[128] = "";
    const char *at = text;
    int values = 0;

    sio_stats_text(&stats, text, sizeof(text));
    while (sscanf(at, "%255[^\n]", line) == 1) {
        at += strlen(line) + 1;
        if (sscanf(line, "# HELP %127s", name) == 1) {
            strcpy(explained, name);
        } else if (sscanf(line, "# TYPE %127s", name) == 1) {
            ck_assert_str_eq(name, explained);
        } else {
            ck_assert_int_eq(sscanf(line, "%127[a-z_]", name), 1);
            ck_assert_str_eq(name, explained);
            ck_assert_str_eq(line + strlen(line) - 2, " 0");
            values++;
        }
    }
    ck_assert_int_eq(*at, '\0');
    ck_assert_int_gt(values, 60);
}
END_TEST

START_TEST(test_programs_of_another_version)
{
    sio_stats_t stats;

    start(set_handlers);
    memset(&stats, 0xff, sizeof(stats));
    stats.size = offsetof(sio_stats_t, sessions);
    ck_assert_int_eq(sio_stats(live.io, &stats), SIO_OK);
    ck_assert_uint_eq(stats.connections, 0);
    ck_assert_uint_eq(stats.sessions, UINT64_MAX);
    stats.size = 0;
    ck_assert_int_eq(sio_stats(live.io, &stats), SIO_EINVAL);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TCase *tests = tcase_create("stats");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_during_the_handshake);
    tcase_add_test(tests, test_while_a_middleware_holds_the_request);
    tcase_add_test(tests, test_while_a_middleware_holds_the_socket);
    tcase_add_test(tests, test_during_an_upgrade);
    tcase_add_test(tests, test_between_the_halves_of_a_packet);
    tcase_add_test(tests, test_inside_a_handler);
    tcase_add_test(tests, test_with_acknowledgements_pending);
    tcase_add_test(tests, test_with_a_poll_parked);
    tcase_add_test(tests, test_with_a_full_outbox);
    tcase_add_test(tests, test_without_a_namespace);
    tcase_add_test(tests, test_text);
    tcase_add_test(tests, test_text_is_an_exposition);
    tcase_add_test(tests, test_programs_of_another_version);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
