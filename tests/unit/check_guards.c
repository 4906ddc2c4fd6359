/* What one client may not do: messages too large, too many rooms, namespaces, attachments; and what
 * the program hears of it. */
#include "tests/unit/live.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GONE = 1, OVERSIZE = 2, CONNECTED = 4 };

static live_t live;
static wire_t client;
static char ends[512], told[512], logged[512];

static void set_up(void)
{
    ends[0] = told[0] = logged[0] = '\0';
}

static void note_log(enum sio_log_level level, const char *area, const char *message, void *user)
{
    (void)user;
    if (level == SIO_LOG_WARN)
        snprintf(logged, sizeof(logged), "%s: %s", area, message);
}

static void note_end(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    snprintf(ends, sizeof(ends), "%s: %s", why->text, why->detail);
    live_set(live_of(socket), GONE);
}

static bool name_socket(sio_socket_t *socket, void *user)
{
    char *at = user;

    snprintf(at + strlen(at), 128, " %s", sio_namespace_name(sio_socket_namespace(socket)));
    return true;
}

static void on_oversize(const sio_oversize_t *oversize, void *user)
{
    sio_server_t *io = user;

    snprintf(told, sizeof(told), "%s %zu of %zu from %s:", oversize->transport, oversize->received,
             oversize->limit, oversize->address);
    sio_conn_each_socket(oversize->conn, name_socket, told);
    live_set(sio_server_user(io), OVERSIZE);
}

/* "join", a room's name. */
static void on_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room;

    (void)user;
    ck_assert_int_eq(sio_unpack(event, "s", &room), SIO_OK);
    sio_ack(event, "i", sio_join(socket, room));
}

static void on_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room;

    (void)user;
    ck_assert_int_eq(sio_unpack(event, "s", &room), SIO_OK);
    sio_ack(event, "i", sio_leave(socket, room));
}

static void install(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "join", on_join, NULL);
    sio_namespace_on(nsp, "leave", on_leave, NULL);
    sio_namespace_on_disconnect(nsp, note_end, NULL);
}

static void set_handlers(sio_server_t *io)
{
    install(sio_of(io, "/"));
    install(sio_of(io, "/a"));
    install(sio_of(io, "/b"));
    sio_on_oversize(io, on_oversize, io);
}

static sio_stats_t stats_now(void)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    sio_stats(live.io, &stats);
    return stats;
}

static void start(sio_options_t *options)
{
    options->log = note_log;
    live_start(&live, options, set_handlers);
}

START_TEST(test_oversize_over_websocket)
{
    sio_options_t options = {.max_http_buffer_size = 1000};
    char message[1101] = "42[\"";

    memset(message + 4, 'x', 1096);
    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "40/a,");
    ck_assert_int_eq(strncmp(wire_next(&client), "40/a,", 5), 0);
    wire_send(&client, message);
    wire_expect_end(&client);
    live_wait(&live, OVERSIZE | GONE);
    wire_close(&client);
    ck_assert_str_eq(told, "websocket 1100 of 1000 from 127.0.0.1: / /a");
    ck_assert_str_eq(ends, "transport error: close code 1009: a message over max_http_buffer_size");
    ck_assert_msg(strncmp(logged, "engine:ws: session ", 19) == 0 &&
                      strstr(logged, " from 127.0.0.1: a message of 1100 bytes or more over "
                                     "websocket: max_http_buffer_size is 1000"),
                  "%s", logged);
    ck_assert_uint_eq(stats_now().oversize, 1);
    live_stop(&live);
}
END_TEST

/* The session lives on, as upstream's. */
START_TEST(test_oversize_over_polling)
{
    sio_options_t options = {.max_http_buffer_size = 1000};
    char target[128], sid[64], body[1101] = "42[\"";
    char *answer;

    memset(body + 4, 'x', 1096);
    start(&options);
    answer = http_get(live.port, "/socket.io/?EIO=4&transport=polling", "");
    ck_assert_int_eq(sscanf(strstr(answer, "\"sid\""), "\"sid\":\"%20[^\"]", sid), 1);
    free(answer);
    snprintf(target, sizeof(target), "/socket.io/?EIO=4&transport=polling&sid=%s", sid);
    answer = http_post(live.port, target, "40");
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nok"));
    free(answer);
    answer = http_post(live.port, target, body);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 413", 12) == 0, "%s", answer);
    free(answer);
    live_wait(&live, OVERSIZE);
    ck_assert_str_eq(told, "polling 1100 of 1000 from 127.0.0.1: /");
    ck_assert_msg(strncmp(logged, "engine:polling: session ", 24) == 0, "%s", logged);
    ck_assert_uint_eq(stats_now().oversize, 1);
    answer = http_get(live.port, target, "");
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\n40{"));
    free(answer);
    live_stop(&live);
}
END_TEST

START_TEST(test_rooms_per_socket)
{
    sio_options_t options = {.limits = SIO_LIMITS(.rooms_per_socket = 2)};

    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "420[\"join\",\"one\"]");
    wire_expect(&client, "430[0]");
    wire_send(&client, "421[\"join\",\"two\"]");
    wire_expect(&client, "431[0]");
    wire_send(&client, "422[\"join\",\"three\"]");
    wire_expect(&client, "432[-15]");
    wire_send(&client, "423[\"join\",\"two\"]"); /* it is in it */
    wire_expect(&client, "433[0]");
    ck_assert_ptr_nonnull(strstr(logged, "rooms_per_socket (2)"));
    ck_assert_uint_eq(stats_now().limited_rooms, 1);
    ck_assert_uint_eq(stats_now().rooms, 2);
    wire_send(&client, "424[\"leave\",\"one\"]");
    wire_expect(&client, "434[0]");
    wire_send(&client, "425[\"join\",\"three\"]");
    wire_expect(&client, "435[0]");
    wire_close(&client);
    live_stop(&live);
}
END_TEST

START_TEST(test_namespaces_per_client)
{
    sio_options_t options = {.limits = SIO_LIMITS(.namespaces_per_client = 2)};

    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "40/a,");
    ck_assert_int_eq(strncmp(wire_next(&client), "40/a,", 5), 0);
    wire_send(&client, "40/b,");
    wire_expect(&client, "44/b,{\"message\":\"Too many namespaces\"}");
    ck_assert_uint_eq(stats_now().limited_namespaces, 1);
    wire_send(&client, "41/a,");
    wire_send(&client, "40/b,");
    ck_assert_int_eq(strncmp(wire_next(&client), "40/b,", 5), 0);
    ck_assert_str_eq(ends, "client namespace disconnect: DISCONNECT packet");
    wire_close(&client);
    live_stop(&live);
}
END_TEST

START_TEST(test_attachments)
{
    sio_options_t options = {.max_attachments = 2};

    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    wire_send(&client, "453-[\"x\"]");
    wire_expect_end(&client);
    live_wait(&live, GONE);
    wire_close(&client);
    ck_assert_str_eq(ends, "forced close: too many attachments");
    ck_assert_uint_eq(stats_now().parse_errors, 1);
    live_stop(&live);
}
END_TEST

START_TEST(test_connections)
{
    sio_options_t options = {.max_connections = 1};
    wire_t *second = calloc(1, sizeof(*second));

    ck_assert_ptr_nonnull(second);
    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    ck_assert(!wire_open(second, live.port, "/"));
    ck_assert_uint_eq(stats_now().limited_connections, 1);
    wire_close(second);
    wire_close(&client);
    live_stop(&live);
    free(second);
}
END_TEST

START_TEST(test_connections_per_address)
{
    sio_options_t options = {.limits = SIO_LIMITS(.connections_per_address = 1)};
    wire_t *second = calloc(1, sizeof(*second));

    ck_assert_ptr_nonnull(second);
    start(&options);
    ck_assert(wire_open(&client, live.port, "/"));
    ck_assert(!wire_open(second, live.port, "/"));
    ck_assert_uint_eq(stats_now().limited_connections, 1);
    wire_close(second);
    wire_close(&client);
    while (stats_now().connections)
        sched_yield();
    ck_assert(wire_open(second, live.port, "/"));
    wire_close(second);
    live_stop(&live);
    free(second);
}
END_TEST

START_TEST(test_limits_say_their_size)
{
    const sio_limits_t limits = {.size = 0, .rooms_per_socket = 1};
    const sio_options_t options = {.size = sizeof(options),
                                   .limits = &limits,
                                   .quiet_libwebsockets = true,
                                   .log = note_log};

    ck_assert_ptr_null(sio_server_new(&options));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guards");
    TCase *tests = tcase_create("guards");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_oversize_over_websocket);
    tcase_add_test(tests, test_oversize_over_polling);
    tcase_add_test(tests, test_rooms_per_socket);
    tcase_add_test(tests, test_namespaces_per_client);
    tcase_add_test(tests, test_attachments);
    tcase_add_test(tests, test_connections);
    tcase_add_test(tests, test_connections_per_address);
    tcase_add_test(tests, test_limits_say_their_size);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
