/* The public API on a running server: what callbacks may do to sockets and server, answers that
 * come late or from other threads, limits, and nothing left behind. */
#include "tests/unit/live.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static live_t live;
static wire_t first, second;
static sio_socket_t *held;
static sio_event_t *held_event;
static sio_next_t *held_next;
static atomic_int count;
static char text[4096];

enum { HAPPENED = 1, CONNECTED = 2, GONE = 4, DONE = 8, REPLIED = 16, OTHER = 32 };

static void set_up(void)
{
    held = NULL;
    held_event = NULL;
    held_next = NULL;
    atomic_store(&count, 0);
    text[0] = '\0';
}

static void start(void (*set)(sio_server_t *io))
{
    static sio_options_t options;

    options = (sio_options_t){.log_level = SIO_LOG_ERROR};
    live_start(&live, &options, set);
}

static sio_namespace_t *root(sio_server_t *io)
{
    return sio_of(io, "/");
}

static void note_end(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s;", why->text);
    live_set(live_of(socket), GONE);
}

static void hold_socket(sio_socket_t *socket, void *user)
{
    (void)user;
    held = sio_socket_ref(socket);
    live_set(live_of(socket), CONNECTED);
}

/* ------------------------------------------------------------------------ ends from within */

static void leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    ck_assert_int_eq(sio_disconnect(socket, sio_event_count(event) > 0), SIO_OK);
    ck_assert(!sio_connected(socket));
    ck_assert_int_eq(sio_emit(socket, "late", ""), SIO_EDISCONNECTED);
    ck_assert_int_eq(sio_join(socket, "room"), SIO_EDISCONNECTED);
    ck_assert_int_eq(sio_on(socket, "x", leave, NULL), SIO_EDISCONNECTED);
    ck_assert_int_eq(sio_disconnect(socket, true), SIO_EDISCONNECTED);
    ck_assert_uint_eq(strlen(sio_id(socket)), 20);
}

static void never(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)socket;
    (void)event;
    (void)user;
    atomic_fetch_add(&count, 1);
}

static void set_leaving(sio_server_t *io)
{
    sio_on_connection(root(io), hold_socket, NULL);
    sio_namespace_on(root(io), "leave", leave, NULL);
    sio_namespace_on(root(io), "never", never, NULL);
    sio_namespace_on_disconnect(root(io), note_end, NULL);
}

START_TEST(test_handler_disconnects_its_socket)
{
    start(set_leaving);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_send(&first, "42[\"leave\"]");
    wire_expect(&first, "41");
    live_wait(&live, GONE);
    wire_send(&first, "42[\"never\"]"); /* not in any namespace: that ends the connection */
    wire_expect_end(&first);
    wire_close(&first);
    live_stop(&live);
    ck_assert_int_eq(count, 0);
    ck_assert_str_eq(text, "server namespace disconnect;");
    ck_assert(!sio_connected(held));
    ck_assert_int_eq(sio_emit(held, "late", ""), SIO_EDISCONNECTED);
    sio_socket_unref(held); /* outlives even the server */
}
END_TEST

START_TEST(test_handler_closes_its_connection)
{
    start(set_leaving);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_send(&first, "42[\"leave\",true]");
    wire_expect(&first, "41");
    wire_expect_end(&first);
    wire_close(&first);
    live_wait(&live, GONE);
    live_stop(&live);
    ck_assert_str_eq(text, "server namespace disconnect;");
    sio_socket_unref(held);
}
END_TEST

static void disconnect_again(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    atomic_fetch_add(&count, 1);
    ck_assert_int_eq(why->reason, SIO_REASON_SERVER_NAMESPACE_DISCONNECT);
    ck_assert(sio_connected(socket));
    ck_assert(sio_in_room(socket, "room"));
    sio_disconnect(socket, false);
    sio_disconnect(socket, true);
}

static void set_leaving_twice(sio_server_t *io)
{
    set_leaving(io);
    sio_namespace_on_disconnecting(root(io), disconnect_again, NULL);
}

static void join_room(void *user)
{
    (void)user;
    ck_assert_int_eq(sio_join(held, "room"), SIO_OK);
}

START_TEST(test_disconnecting_handler_disconnects)
{
    start(set_leaving_twice);
    ck_assert(wire_open(&first, live.port, "/"));
    live_run(&live, join_room, NULL);
    wire_send(&first, "42[\"leave\"]");
    wire_expect(&first, "41");
    wire_expect_end(&first);
    live_wait(&live, GONE);
    wire_close(&first);
    live_stop(&live);
    ck_assert_int_eq(count, 1);
    ck_assert_str_eq(text, "server namespace disconnect;");
    sio_socket_unref(held);
}
END_TEST

static void shutdown_done(void *user)
{
    live_set(user, DONE);
}

static void shut_down(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    ck_assert_int_eq(sio_shutdown(sio_socket_server(socket), 1000, shutdown_done, live_of(socket)),
                     SIO_OK);
    ck_assert(!sio_connected(socket));
    ck_assert_int_eq(sio_shutdown(sio_socket_server(socket), 1000, NULL, NULL), SIO_OK);
    ck_assert_int_eq(sio_listen(sio_socket_server(socket), "127.0.0.1", 0), SIO_ESTATE);
}

static void set_shutdown(sio_server_t *io)
{
    sio_namespace_on(root(io), "shut down", shut_down, NULL);
    sio_namespace_on_disconnect(root(io), note_end, NULL);
}

START_TEST(test_handler_shuts_down)
{
    start(set_shutdown);
    ck_assert(wire_open(&first, live.port, "/"));
    ck_assert(wire_open(&second, live.port, "/"));
    wire_send(&first, "42[\"shut down\"]");
    wire_expect_end(&first);
    wire_expect_end(&second);
    wire_close(&first);
    wire_close(&second);
    live_wait(&live, DONE);
    ck_assert_int_eq(pthread_join(live.thread, NULL), 0);
    live.joined = true;
    live_stop(&live);
    ck_assert_str_eq(text, "server shutting down;server shutting down;");
}
END_TEST

/* ------------------------------------------------------------------------ acknowledgements */

static void note_reply(int status, const sio_event_t *reply, void *user)
{
    int value = -1;

    if (reply && sio_unpack(reply, "i", &value) != SIO_OK)
        value = -2;
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d %d;", status, value);
    if (atomic_fetch_add(&count, 1) + 1 == (int)(intptr_t)user)
        live_set(&live, REPLIED);
}

static void ask_three(void *user)
{
    ck_assert_int_eq(sio_emit_ack(held, 0, note_reply, user, "a", "s", "x"), SIO_OK);
    ck_assert_int_eq(sio_emit_ack(held, 1, note_reply, user, "b", ""), SIO_OK);
    ck_assert_int_eq(sio_emit_ack(held, 600000, note_reply, user, "c", ""), SIO_OK);
    ck_assert_int_eq(sio_emit_ack(held, 0, note_reply, user, "c", "x"), SIO_EFORMAT);
    ck_assert_int_eq(sio_emit_ack(held, 0, note_reply, user, "connect", ""), SIO_ERESERVED);
}

static void set_holding(sio_server_t *io)
{
    sio_on_connection(root(io), hold_socket, NULL);
}

START_TEST(test_each_reply_once)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    start(set_holding);
    ck_assert(wire_open(&first, live.port, "/"));
    live_wait(&live, CONNECTED);
    live_run(&live, ask_three, (void *)(intptr_t)3);
    wire_expect(&first, "420[\"a\",\"x\"]");
    wire_expect(&first, "421[\"b\"]");
    wire_expect(&first, "422[\"c\"]");
    wire_send(&first, "430[7]");
    wire_send(&first, "430[8]");
    wire_send(&first, "439[8]");
    while (atomic_load(&count) < 2)
        sio_stats(live.io, &stats);
    ck_assert_int_eq(sio_stats(live.io, &stats), SIO_OK);
    ck_assert_uint_eq(stats.acks_pending, 1);
    wire_send(&first, "431[9]");
    wire_close(&first);
    live_wait(&live, REPLIED);
    live_stop(&live);
    ck_assert_int_eq(count, 3);
    ck_assert(strstr(text, "0 7;") && strstr(text, "-4 -1;") && strstr(text, "-5 -1;"));
    sio_socket_unref(held);
}
END_TEST

static void hold_event(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    held_event = sio_event_hold(event);
    live_set(live_of(socket), HAPPENED);
}

static void set_hold_event(sio_server_t *io)
{
    sio_on_connection(root(io), hold_socket, NULL);
    sio_namespace_on(root(io), "ask", hold_event, NULL);
    sio_namespace_on_disconnect(root(io), note_end, NULL);
}

START_TEST(test_answer_from_another_thread)
{
    start(set_hold_event);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_send(&first, "4512-7[\"ask\",{\"_placeholder\":true,\"num\":0}]");
    wire_expect_end(&first); /* 12 attachments are too many */
    wire_close(&first);
    live_wait(&live, GONE);
    sio_socket_unref(held);
    ck_assert(wire_open(&first, live.port, "/"));
    wire_send(&first, "451-7[\"ask\",{\"_placeholder\":true,\"num\":0}]");
    wire_send_binary(&first, "bytes", 5);
    live_wait(&live, HAPPENED);
    ck_assert_int_eq(sio_ack(held_event, "x"), SIO_EFORMAT);
    ck_assert_int_eq(sio_ack(held_event, "Vs", sio_event_arg(held_event, 0), "there"), SIO_OK);
    ck_assert_int_eq(sio_ack(held_event, ""), SIO_ESTATE);
    wire_expect(&first, "461-7[{\"_placeholder\":true,\"num\":0},\"there\"]");
    wire_expect(&first, "bytes");
    wire_close(&first);
    live_stop(&live);
    sio_event_release(held_event);
    sio_socket_unref(held);
}
END_TEST

/* ------------------------------------------------------------------------------ middlewares */

static void keep_next(sio_socket_t *socket, sio_next_t *next, void *user)
{
    (void)user;
    ck_assert_int_eq(sio_emit(socket, "early", ""), SIO_OK);
    ck_assert(!sio_connected(socket));
    held_next = next;
    live_set(live_of(socket), HAPPENED);
}

static void set_guarded(sio_server_t *io)
{
    sio_use(root(io), keep_next, NULL);
    sio_on_connection(root(io), hold_socket, NULL);
}

START_TEST(test_next_from_another_thread)
{
    start(set_guarded);
    ck_assert(wire_open(&first, live.port, NULL));
    wire_send(&first, "40");
    wire_expect(&first, "42[\"early\"]");
    live_wait(&live, HAPPENED);
    ck_assert_int_eq(sio_next_ok(held_next), SIO_OK);
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(strncmp(wire_next(&first), "40{\"sid\"", 8), 0);
    wire_close(&first);
    live_stop(&live);
    sio_socket_unref(held);
}
END_TEST

START_TEST(test_refusal_with_data)
{
    start(set_guarded);
    ck_assert(wire_open(&first, live.port, NULL));
    wire_send(&first, "40");
    wire_expect(&first, "42[\"early\"]");
    live_wait(&live, HAPPENED);
    sio_next_error(held_next, "no \"way\"", json_pack("{s:f}", "x", 0.1));
    wire_expect(&first, "44{\"message\":\"no \\\"way\\\"\",\"data\":{\"x\":0.1}}");
    wire_close(&first);
    live_stop(&live);
}
END_TEST

/* The client asks again while the first attempt is held: the first one's answer counts no more. */
START_TEST(test_asked_again_meanwhile)
{
    sio_next_t *stale;

    start(set_guarded);
    ck_assert(wire_open(&first, live.port, NULL));
    wire_send(&first, "40");
    wire_expect(&first, "42[\"early\"]");
    live_wait(&live, HAPPENED);
    stale = held_next;
    wire_send(&first, "40");
    wire_expect(&first, "42[\"early\"]");
    sio_next_error(stale, "too late", NULL);
    sio_next_ok(held_next);
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(strncmp(wire_next(&first), "40{", 3), 0);
    wire_close(&first);
    live_stop(&live);
    sio_socket_unref(held);
}
END_TEST

START_TEST(test_next_after_the_end)
{
    start(set_guarded);
    ck_assert(wire_open(&first, live.port, NULL));
    wire_send(&first, "40");
    live_wait(&live, HAPPENED);
    wire_close(&first);
    live_stop(&live);
    ck_assert_int_eq(sio_next_ok(held_next), SIO_ESTATE);
}
END_TEST

/* ------------------------------------------------------------------------------- broadcasts */

static void disconnect_everybody(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    if (atomic_fetch_add(&count, 1) == 0)
        sio_emit_to(sio_socket_namespace(socket), NULL, "nested", "");
    sio_disconnect(held, true);
    sio_disconnect(socket, true);
}

static void listen_outgoing(sio_socket_t *socket, void *user)
{
    (void)user;
    if (!held) {
        held = sio_socket_ref(socket);
        return;
    }
    sio_on_any_outgoing(socket, disconnect_everybody, NULL);
    live_set(live_of(socket), CONNECTED);
}

static void set_outgoing(sio_server_t *io)
{
    sio_on_connection(root(io), listen_outgoing, NULL);
}

static void emit_to_all(void *user)
{
    (void)user;
    ck_assert_int_eq(sio_emit_to(sio_of(live.io, "/"), NULL, "all", "[i]", 1), SIO_OK);
}

/* The listener broadcasts, which calls it again, and then both clients are gone while two
 * broadcasts are under way. */
START_TEST(test_outgoing_listener_disconnects)
{
    start(set_outgoing);
    ck_assert(wire_open(&first, live.port, "/"));
    ck_assert(wire_open(&second, live.port, "/"));
    live_wait(&live, CONNECTED);
    live_run(&live, emit_to_all, NULL);
    wire_expect(&first, "42[\"all\",[1]]");
    wire_expect(&first, "42[\"nested\"]");
    wire_expect(&first, "41");
    wire_expect_end(&first);
    wire_expect(&second, "41");
    wire_expect_end(&second);
    wire_close(&first);
    wire_close(&second);
    live_stop(&live);
    ck_assert_int_eq(count, 2);
    sio_socket_unref(held);
}
END_TEST

static void send_bytes(void *user)
{
    const char *to[] = {sio_id(held), NULL};

    (void)user;
    ck_assert_int_eq(sio_emit_to(sio_of(live.io, "/"), SIO_TARGET(.to = to), "own", "B", "abc",
                                 (size_t)3),
                     SIO_OK);
    ck_assert_int_eq(sio_emit_text(held, 0, "text", " [1e0, \"\\ud800\"] ", 17), SIO_OK);
    ck_assert_int_eq(sio_emit_text(held, 0, "text", "[1", 2), SIO_EJSON);
    ck_assert_int_eq(sio_emit_text(held, 0, "text", "[]", 2), SIO_OK);
}

START_TEST(test_forms_of_emit)
{
    json_t *array = json_pack("[i,{s:n}]", 1, "a");

    start(set_holding);
    ck_assert(wire_open(&first, live.port, "/"));
    live_wait(&live, CONNECTED);
    live_run(&live, send_bytes, NULL);
    wire_expect(&first, "451-[\"own\",{\"_placeholder\":true,\"num\":0}]");
    wire_expect(&first, "abc");
    wire_expect(&first, "42[\"text\",1e0, \"\\ud800\"]"); /* as it was given */
    wire_expect(&first, "42[\"text\"]");
    ck_assert_int_eq(sio_emit_json(held, 0, "json", array), SIO_OK);
    wire_expect(&first, "42[\"json\",1,{\"a\":null}]");
    ck_assert_int_eq(sio_broadcast_json(held, NULL, "not to me", array), SIO_OK);
    ck_assert_int_eq(sio_emit(held, "last", "B", "x", (size_t)1), SIO_OK);
    wire_expect(&first, "451-[\"last\",{\"_placeholder\":true,\"num\":0}]");
    wire_expect(&first, "x");
    wire_close(&first);
    live_stop(&live);
    json_decref(array);
    sio_socket_unref(held);
}
END_TEST

/* ----------------------------------------------------------------------------------- limits */

static void flood(void *user)
{
    char block[65536];
    int error = SIO_OK, sent = 0;

    (void)user;
    memset(block, 'x', sizeof(block) - 1);
    block[sizeof(block) - 1] = '\0';
    for (; !error && sent < 1000; sent++)
        error = sio_emit(held, "block", "s", block);
    ck_assert_int_eq(error, SIO_EBACKPRESSURE);
    ck_assert_int_lt(sent, 20);
    ck_assert_uint_le(sio_queued_bytes(held), 1 << 20);
    /* all or nothing: the text fits, its attachment doesn't */
    ck_assert_int_eq(sio_emit(held, "bin", "B", block, sizeof(block)), SIO_EBACKPRESSURE);
    ck_assert_int_eq(sio_emit_flags(held, SIO_VOLATILE, "volatile", ""), SIO_OK);
}

START_TEST(test_full_outbox)
{
    static sio_options_t options;
    sio_stats_t stats = {.size = sizeof(stats)};
    const char *got;

    options = (sio_options_t){.outbox_limit = 1 << 20};
    live_start(&live, &options, set_holding);
    ck_assert(wire_open(&first, live.port, "/"));
    live_wait(&live, CONNECTED);
    live_run(&live, flood, NULL);
    sio_stats(live.io, &stats);
    ck_assert_uint_eq(stats.backpressure_refused, 2);
    ck_assert_uint_eq(stats.volatile_dropped, 1);
    ck_assert_int_eq(sio_emit(held, "end", ""), SIO_OK);
    do {
        got = wire_next(&first);
        ck_assert_ptr_nonnull(got);
        ck_assert_ptr_null(strstr(got, "\"bin\""));
    } while (strcmp(got, "42[\"end\"]") != 0);
    wire_close(&first);
    live_stop(&live);
    sio_socket_unref(held);
}
END_TEST

static void keep_busy(void *user)
{
    live_wait(user, HAPPENED);
}

/* The loop is busy: what other threads emit waits, but not without bound. */
START_TEST(test_full_queue)
{
    int sent = 0;

    start(set_holding);
    ck_assert(wire_open(&first, live.port, "/"));
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(sio_post(live.io, keep_busy, &live), SIO_OK);
    while (sio_emit(held, "n", "i", sent) == SIO_OK)
        ck_assert_int_lt(sent++, 100000);
    ck_assert_int_eq(sio_emit_to(sio_socket_namespace(held), NULL, "x", ""), SIO_EBACKPRESSURE);
    live_set(&live, HAPPENED);
    for (int i = 0; i < sent; i++) {
        char expected[32];

        snprintf(expected, sizeof(expected), "42[\"n\",%d]", i);
        wire_expect(&first, expected);
    }
    ck_assert_int_eq(sio_emit(held, "end", ""), SIO_OK);
    wire_expect(&first, "42[\"end\"]");
    wire_close(&first);
    live_stop(&live);
    sio_socket_unref(held);
}
END_TEST

static bool count_socket(sio_socket_t *socket, void *user)
{
    (*(int *)user)++;
    sio_disconnect(socket, true);
    return true;
}

static void disconnect_all(void *user)
{
    int seen = 0;

    (void)user;
    sio_namespace_each(sio_of(live.io, "/"), count_socket, &seen);
    ck_assert_int_eq(seen, 2);
    ck_assert_uint_eq(sio_namespace_count(sio_of(live.io, "/")), 0);
}

START_TEST(test_nothing_is_left)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    start(NULL);
    ck_assert(wire_open(&first, live.port, "/"));
    ck_assert(wire_open(&second, live.port, "/"));
    sio_stats(live.io, &stats);
    ck_assert_uint_eq(stats.sockets, 2);
    ck_assert_uint_eq(stats.sessions, 2);
    live_run(&live, disconnect_all, NULL);
    wire_expect(&first, "41");
    wire_expect_end(&first);
    wire_expect(&second, "41");
    wire_expect_end(&second);
    wire_close(&first);
    wire_close(&second);
    do {
        sio_stats(live.io, &stats);
    } while (stats.connections || stats.sessions);
    ck_assert_uint_eq(stats.sockets, 0);
    ck_assert_uint_eq(stats.sockets_allocated, 0);
    ck_assert_uint_eq(stats.rooms, 0);
    ck_assert_uint_eq(stats.queued_bytes, 0);
    live_stop(&live);
}
END_TEST

/* ------------------------------------------------------------------------------------ files */

static char folder[] = "/tmp/check_server.XXXXXX";

static void put_file(const char *name, const char *content)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

static void make_folder(void)
{
    char path[256], target[256];

    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/site", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/site/sub", folder);
    mkdir(path, 0700);
    put_file("secret", "secret");
    put_file("site/index.html", "<p>index");
    put_file("site/sub/index.html", "<p>sub");
    put_file("site/a b.txt", "blank");
    put_file("site/.hidden", "secret");
    snprintf(path, sizeof(path), "%s/site/link", folder);
    snprintf(target, sizeof(target), "%s/secret", folder);
    ck_assert_int_eq(symlink(target, path), 0);
}

static void set_files(sio_server_t *io)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/site", folder);
    ck_assert_int_eq(sio_serve_files(io, "/", path), SIO_OK);
    ck_assert_int_eq(sio_serve_files(io, "/deep", path), SIO_OK);
    ck_assert_int_eq(sio_serve_files(io, "/x", "/nonexistent"), SIO_EINVAL);
}

static void expect_get(const char *target, int status, const char *body)
{
    char *answer = http_get(live.port, target, "");
    const char *end = strstr(answer, "\r\n\r\n");

    ck_assert_msg(atoi(answer + 9) == status, "%s: %.60s", target, answer);
    ck_assert_ptr_nonnull(end);
    if (body)
        ck_assert_str_eq(end + 4, body);
    ck_assert_ptr_null(strstr(answer, "secret"));
    free(answer);
}

START_TEST(test_files)
{
    static const char *const outside[] = {
        "/../secret",
        "/%2e%2e/secret",
        "/sub/../../secret",
        "/..%2fsecret",
        "/.hidden",
        "/%2ehidden",
        "/link",
        "/deep/../secret",
        "/sub/./a",
        "/..%5csecret",
        "/index.html%00.js",
        "/%",
        "/%2",
        "/a%2",
        "/a%zz",
        "/index.html/",
        "/sub/nothing",
        "/deep/.hidden",
        "//etc/passwd",
        "/site/../index.html",
        "/sub/%2e%2e/%2e%2e/secret",
    };
    char *answer;

    make_folder();
    start(set_files);
    expect_get("/", 200, "<p>index");
    expect_get("/index.html?x=/../secret", 200, "<p>index");
    expect_get("/sub/", 200, "<p>sub");
    expect_get("/sub", 301, NULL);
    expect_get("/a%20b.txt", 200, "blank");
    expect_get("/deep/sub/index.html", 200, "<p>sub");
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
        expect_get(outside[i], 404, NULL);
    answer = http_get(live.port, "/", "");
    ck_assert_ptr_nonnull(strstr(answer, "text/html; charset=utf-8"));
    ck_assert_ptr_nonnull(strcasestr(answer, "ETag: \""));
    free(answer);
    live_stop(&live);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server");
    TCase *tests = tcase_create("server");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_handler_disconnects_its_socket);
    tcase_add_test(tests, test_handler_closes_its_connection);
    tcase_add_test(tests, test_disconnecting_handler_disconnects);
    tcase_add_test(tests, test_handler_shuts_down);
    tcase_add_test(tests, test_each_reply_once);
    tcase_add_test(tests, test_answer_from_another_thread);
    tcase_add_test(tests, test_next_from_another_thread);
    tcase_add_test(tests, test_refusal_with_data);
    tcase_add_test(tests, test_asked_again_meanwhile);
    tcase_add_test(tests, test_next_after_the_end);
    tcase_add_test(tests, test_outgoing_listener_disconnects);
    tcase_add_test(tests, test_forms_of_emit);
    tcase_add_test(tests, test_full_outbox);
    tcase_add_test(tests, test_full_queue);
    tcase_add_test(tests, test_nothing_is_left);
    tcase_add_test(tests, test_files);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
