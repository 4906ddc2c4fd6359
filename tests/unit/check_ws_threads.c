/* Every call of socketio/ws.h that any thread may make, from several threads at once, while plain
 * WebSockets and Socket.IO clients come and go. Meant for ThreadSanitizer, and counts what must
 * come out even. */
#include "tests/unit/crew.h"
#include "tests/unit/live.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENTS = 4, SESSIONS = 150, WORKERS = 3 };

static live_t live;
static sio_ws_endpoint_t *own, *shared;
static atomic_bool over;
static atomic_int connected, closed;  /* on_connect and on_close */
static atomic_int given, taken;       /* user pointers and their destructors */
static atomic_int questions, answers; /* on_upgrade and on_auth, answered on other threads */

/* Connections and questions that the workers find: references, taken out by who uses them. */
static sio_ws_t *known[KNOWN];
static sio_next_t *nexts[KNOWN];

/* ---------------------------------------------------------------------------- on the loop */

static void answer(sio_next_t *next, bool refuse)
{
    if (!next)
        return;
    atomic_fetch_add(&answers, 1);
    if (refuse)
        sio_ws_refuse(next, 4002, "refused");
    else
        sio_next_ok(next);
}

static void ask(sio_next_t *next)
{
    static unsigned at;

    atomic_fetch_add(&questions, 1);
    answer(exchange((void **)nexts, at++, next), false);
}

static void on_upgrade(sio_ws_t *ws, sio_next_t *next, void *user)
{
    (void)ws;
    (void)user;
    ask(next);
}

static void on_auth(sio_ws_t *ws, sio_ws_message_t *message, sio_next_t *next, void *user)
{
    (void)ws;
    (void)message;
    (void)user;
    ask(next);
}

static void destroy(void *user)
{
    free(user);
    atomic_fetch_add(&taken, 1);
}

static void on_connect(sio_ws_t *ws, void *user)
{
    unsigned at = (unsigned)atomic_fetch_add(&connected, 1);

    (void)user;
    sio_ws_set_user(ws, malloc(10), destroy);
    atomic_fetch_add(&given, 1);
    sio_ws_join(ws, "all");
    sio_ws_unref(exchange((void **)known, at, sio_ws_ref(ws)));
}

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    sio_ws_send_text(ws, data, len);
}

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    (void)ws;
    (void)user;
    ck_assert(code >= 1000 && reason);
    atomic_fetch_add(&closed, 1);
}

static void on_member(sio_socket_t *socket, void *user)
{
    (void)user;
    sio_join(socket, "all");
}

static void map_event(const sio_event_t *event, sio_ws_out_t *out, void *user)
{
    const char *name = sio_event_name(event);

    (void)user;
    sio_ws_out_text(out, name, strlen(name));
}

static void map_message(sio_ws_message_t *message, sio_ws_out_t *out, void *user)
{
    size_t len;

    (void)user;
    sio_ws_message_data(message, &len);
    if (len % 2)
        sio_ws_out_event(out, "odd", "i", (int)len);
}

static void set_up_endpoint(sio_ws_endpoint_t *endpoint)
{
    sio_ws_on_upgrade(endpoint, on_upgrade, NULL);
    sio_ws_on_auth(endpoint, on_auth, NULL);
    sio_ws_on_connect(endpoint, on_connect, NULL);
    sio_ws_on_message(endpoint, on_message, NULL);
    sio_ws_on_close(endpoint, on_close, NULL);
}

static void set_up_server(sio_server_t *io)
{
    sio_namespace_t *nsp = sio_of(io, "/");

    sio_on_connection(nsp, on_member, NULL);
    own = sio_ws_endpoint(io, "/ws/own/:name", NULL);
    shared = sio_ws_endpoint(io, "/ws/shared/:name", SIO_WS_OPTIONS(.share = nsp));
    ck_assert(own && shared);
    set_up_endpoint(own);
    set_up_endpoint(shared);
    sio_ws_map_events(shared, map_event, NULL);
    sio_ws_map_messages(shared, map_message, NULL);
}

/* ---------------------------------------------------------------------------------- workers */

static void ask_about(sio_ws_t *ws)
{
    sio_ws_endpoint_t *endpoint = sio_ws_endpoint_of(ws);

    ck_assert_int_eq((int)strlen(sio_ws_id(ws)), 20);
    ck_assert_str_eq(sio_ws_param(ws, "name"), "x");
    ck_assert_ptr_null(sio_ws_param(ws, "other"));
    ck_assert_ptr_eq(sio_ws_of_socket(sio_ws_socket(ws)), ws);
    ck_assert_ptr_eq(sio_ws_server(ws), live.io);
    ck_assert(endpoint == own || endpoint == shared);
    ck_assert_ptr_null(sio_ws_endpoint_user(endpoint));
    ck_assert_ptr_nonnull(strstr(sio_ws_endpoint_path(endpoint), "/ws/"));
    sio_ws_connected(ws);
}

static void send_one(sio_ws_t *ws, unsigned what)
{
    json_t *json = json_pack("[i]", what);

    sio_ws_send(ws, "{s:i}", "n", (int)what);
    sio_ws_send_json(ws, json);
    sio_ws_send_text(ws, "text", 4);
    sio_ws_send_binary(ws, "bytes", 5);
    json_decref(json);
}

static void send_many(sio_ws_t *ws, unsigned what)
{
    const sio_target_t *all = SIO_TARGET(.to = SIO_LIST("all", "some"));
    json_t *json = json_pack("[i]", what);

    sio_ws_broadcast(ws, all, "{s:i}", "n", (int)what);
    sio_ws_broadcast_json(ws, all, json);
    sio_ws_broadcast_text(ws, NULL, "text", 4);
    sio_ws_broadcast_binary(ws, all, "bytes", 5);
    sio_ws_send_to(sio_ws_endpoint_of(ws), all, "i", (int)what);
    sio_ws_send_to_json(sio_ws_endpoint_of(ws), NULL, json);
    sio_ws_send_to_text(sio_ws_endpoint_of(ws), all, "texts", 5);
    sio_ws_send_to_binary(sio_ws_endpoint_of(ws), all, "b", 1);
    json_decref(json);
}

static void use(sio_ws_t *ws, unsigned what)
{
    switch (what % 8) {
    case 0:
        send_one(ws, what);
        break;
    case 1:
        send_many(ws, what);
        break;
    case 2:
        sio_ws_join(ws, "some");
        break;
    case 3:
        sio_ws_leave(ws, "some");
        break;
    case 4:
        sio_ws_ping(ws, "ping", 4);
        break;
    case 5:
        if (what % 3 == 0)
            sio_ws_close(ws, 4000 + (int)(what % 10), "by a worker");
        break;
    case 6:
        sio_emit_to(sio_ws_endpoint_namespace(sio_ws_endpoint_of(ws)), NULL, "news", "s", "x");
        break;
    default:
        ask_about(ws);
    }
}

static void *work(void *user)
{
    unsigned seed = (unsigned)(uintptr_t)user;

    while (!atomic_load(&over)) {
        unsigned what = (unsigned)rand_r(&seed);
        sio_ws_t *ws = exchange((void **)known, what, NULL);

        if (ws) {
            use(ws, (unsigned)rand_r(&seed));
            use(ws, (unsigned)rand_r(&seed));
            sio_ws_unref(exchange((void **)known, what, ws));
        }
        answer(exchange((void **)nexts, what, NULL), what % 16 == 0);
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL); /* the loop's thread needs a turn */
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- clients */

/* Reads until that text or the end. */
static void read_until(wire_t *wire, const char *text)
{
    const char *got;

    while ((got = wire_next(wire)))
        if (strcmp(got, text) == 0)
            return;
}

static void one_session(wire_t *wire, unsigned *seed)
{
    unsigned what = (unsigned)rand_r(seed);

    wire_begin(wire, live.port,
               what % 2 ? "/ws/own/x?transport=websocket" : "/ws/shared/x?transport=websocket");
    if (what % 7 && wire_upgraded(wire)) { /* some don't wait for the answer */
        wire_send(wire, "the first, to authenticate by");
        wire_send(wire, "hello");
        if (what % 5)
            read_until(wire, "hello");
    }
    wire_close(wire);
}

static void *run_client(void *user)
{
    unsigned seed = (unsigned)(uintptr_t)user;
    wire_t *wire = malloc(sizeof(*wire));

    for (int i = 0; wire && i < SESSIONS; i++) {
        one_session(wire, &seed);
        if (i == SESSIONS / 2)
            live_set(&live, 1);
    }
    free(wire);
    return NULL;
}

static void *run_member(void *user)
{
    wire_t *wire = malloc(sizeof(*wire));

    (void)user;
    for (int i = 0; wire && i < SESSIONS; i++) {
        wire_open(wire, live.port, "/");
        wire_close(wire);
    }
    free(wire);
    return NULL;
}

static void clear_shelves(void)
{
    for (unsigned i = 0; i < KNOWN; i++) {
        sio_ws_unref(exchange((void **)known, i, NULL));
        answer(exchange((void **)nexts, i, NULL), false);
    }
}

/* With 1 the server shuts down in the midst of it. */
START_TEST(test_all_at_once)
{
    static sio_options_t options;
    pthread_t clients[CLIENTS], workers[WORKERS], member;

    options = (sio_options_t){.log_level = SIO_LOG_ERROR, .outbox_limit = 1 << 20};
    live_start(&live, &options, set_up_server);
    crew_start(workers, WORKERS, work, 1);
    crew_start(clients, CLIENTS, run_client, 10);
    ck_assert_int_eq(pthread_create(&member, NULL, run_member, NULL), 0);
    live_wait(&live, 1);
    if (_i == 1)
        sio_shutdown(live.io, 100, NULL, NULL);
    crew_join(clients, CLIENTS);
    pthread_join(member, NULL);
    if (_i == 1) {
        pthread_join(live.thread, NULL);
        live.joined = true;
    }
    atomic_store(&over, true);
    crew_join(workers, WORKERS);
    clear_shelves();
    live_stop(&live);
    clear_shelves();
    ck_assert_int_gt(connected, CLIENTS);
    ck_assert_int_eq(connected, closed);
    ck_assert_int_eq(given, taken);
    ck_assert_int_eq(questions, answers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads and plain WebSockets");
    TCase *tests = tcase_create("threads and plain WebSockets");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, test_all_at_once, 0, 2);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
