/* Every call that any thread may make, from several threads at once, while clients come and go.
 * Meant for ThreadSanitizer, and counts what must come out even. */
#include "tests/unit/crew.h"
#include "tests/unit/live.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENTS = 3, SESSIONS = 20, WORKERS = 3 };

static live_t live;
static atomic_bool over;
static bool ends_meanwhile; /* the server, of which only what is held may be used then */
static atomic_int clients_left;
static atomic_int asked, replied; /* acknowledgements */
static atomic_int given, taken;   /* user pointers and their destructors */
static atomic_int connected, disconnected;
static atomic_int held_answers, answered; /* middlewares and events answered on other threads */

/* Sockets, events and answers that the workers find: references, taken out by who uses them. */
static sio_socket_t *sockets[KNOWN];
static sio_event_t *events[KNOWN];
static sio_next_t *nexts[KNOWN];

/* ---------------------------------------------------------------------------- on the loop */

static void answer_next(sio_next_t *next)
{
    if (!next)
        return;
    atomic_fetch_add(&answered, 1);
    sio_next_ok(next);
}

static void answer_event(sio_event_t *event)
{
    if (event)
        sio_ack(event, "V", sio_event_arg(event, 0));
    sio_event_release(event);
}

static void hold_next(sio_next_t *next, unsigned at)
{
    atomic_fetch_add(&held_answers, 1);
    answer_next(exchange((void **)nexts, at, next));
}

static void on_middleware(sio_socket_t *socket, sio_next_t *next, void *user)
{
    static unsigned at;

    (void)socket;
    (void)user;
    hold_next(next, at++);
}

static void on_event_middleware(sio_socket_t *socket, const sio_event_t *event, sio_next_t *next,
                                void *user)
{
    static unsigned at;

    (void)socket;
    (void)event;
    (void)user;
    if (at++ % 4 == 0)
        hold_next(next, at);
    else
        sio_next_ok(next);
}

static void on_echo(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "echo", "E", event);
}

static void on_ask(sio_socket_t *socket, sio_event_t *event, void *user)
{
    static unsigned at;

    (void)socket;
    (void)user;
    answer_event(exchange((void **)events, at++, sio_event_hold(event)));
}

static void destroy(void *user)
{
    free(user);
    atomic_fetch_add(&taken, 1);
}

static void on_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)socket;
    (void)why;
    (void)user;
    atomic_fetch_add(&disconnected, 1);
}

static void on_connection(sio_socket_t *socket, void *user)
{
    unsigned at = (unsigned)atomic_fetch_add(&connected, 1);

    (void)user;
    sio_set_user(socket, malloc(10), destroy);
    atomic_fetch_add(&given, 1);
    sio_socket_use(socket, on_event_middleware, NULL);
    sio_join(socket, "all");
    sio_socket_unref(exchange((void **)sockets, at, sio_socket_ref(socket)));
}

static void set_up_server(sio_server_t *io)
{
    sio_namespace_t *nsp = sio_of(io, "/");

    sio_use(nsp, on_middleware, NULL);
    sio_on_connection(nsp, on_connection, NULL);
    sio_namespace_on(nsp, "echo", on_echo, NULL);
    sio_namespace_on(nsp, "ask", on_ask, NULL);
    sio_namespace_on_disconnect(nsp, on_disconnect, NULL);
}

/* ---------------------------------------------------------------------------------- workers */

static void on_reply(int status, const sio_event_t *reply, void *user)
{
    ck_assert((status == SIO_OK) == (reply != NULL));
    ck_assert_ptr_eq(user, &replied);
    atomic_fetch_add(&replied, 1);
}

static void on_post(void *user)
{
    ck_assert_ptr_eq(user, &live);
}

static void use_socket(sio_socket_t *socket, unsigned what)
{
    switch (what % 8) {
    case 0:
        sio_emit(socket, "news", "siB", "x", 1, "bytes", (size_t)5);
        break;
    case 1:
        sio_join(socket, "some");
        sio_emit_flags(socket, SIO_VOLATILE, "joined", "");
        break;
    case 2:
        sio_leave(socket, "some");
        break;
    case 3:
        if (sio_emit_ack(socket, what % 3 ? 20 : 0, on_reply, &replied, "question", "i", 1) ==
            SIO_OK)
            atomic_fetch_add(&asked, 1);
        break;
    case 4:
        sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST("some", "all")), "others", "s", "x");
        break;
    case 5:
        sio_connected(socket);
        sio_id(socket);
        break;
    case 6:
        if (what % 5 == 0)
            sio_disconnect(socket, what % 2);
        break;
    default:
        sio_emit_text(socket, 0, "text", "[1,2]", 5);
    }
}

static void use_server(unsigned what)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    switch (ends_meanwhile ? 2 : what % 16) {
    case 0:
        sio_stats(live.io, &stats);
        break;
    case 1:
        sio_post(live.io, on_post, &live);
        break;
    default:
        answer_next(exchange((void **)nexts, what, NULL));
        answer_event(exchange((void **)events, what, NULL));
    }
}

static void *work(void *user)
{
    unsigned seed = (unsigned)(uintptr_t)user;

    while (!atomic_load(&over)) {
        unsigned what = (unsigned)rand_r(&seed);
        sio_socket_t *socket = exchange((void **)sockets, what, NULL);

        if (socket) {
            use_socket(socket, (unsigned)rand_r(&seed));
            use_socket(socket, (unsigned)rand_r(&seed));
            sio_emit_to(sio_socket_namespace(socket), SIO_TARGET(.to = SIO_LIST("all")), "all", "b",
                        1);
            sio_socket_unref(exchange((void **)sockets, what, socket));
        }
        use_server((unsigned)rand_r(&seed));
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL); /* the loop's thread needs a turn */
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- clients */

/* Reads until a text that starts so; false at the end of the namespace or of everything. Questions
 * are answered. */
static bool read_until(wire_t *wire, const char *start)
{
    const char *got;

    while ((got = wire_next(wire))) {
        char answer[32];
        int id;

        if (strncmp(got, start, strlen(start)) == 0)
            return true;
        if (strcmp(got, "41") == 0)
            return false;
        if (sscanf(got, "42%d[\"question\"", &id) == 1) {
            snprintf(answer, sizeof(answer), "43%d[true]", id);
            wire_send(wire, answer);
        }
    }
    return false;
}

static void one_session(wire_t *wire, unsigned *seed)
{
    if (!wire_open(wire, live.port, NULL))
        return;
    wire_send(wire, "40");
    if (read_until(wire, "40{")) {
        wire_send(wire, "42[\"echo\",1]");
        wire_send(wire, "42[\"ask\",\"a\"]"); /* too early or not, it is answered at most once */
        wire_send(wire, "421[\"ask\",\"b\"]");
        read_until(wire, rand_r(seed) % 2 ? "42[\"echo\"" : "431[\"b\"]");
        if (rand_r(seed) % 2)
            wire_send(wire, "41");
    }
    wire_close(wire);
}

static void *run_client(void *user)
{
    unsigned seed = (unsigned)(uintptr_t)user;
    wire_t *wire = malloc(sizeof(*wire));

    for (int i = 0; wire && i < SESSIONS; i++)
        one_session(wire, &seed);
    free(wire);
    if (atomic_fetch_sub(&clients_left, 1) == 1)
        live_set(&live, 1);
    return NULL;
}

static void clear_shelves(void)
{
    for (unsigned i = 0; i < KNOWN; i++) {
        sio_socket_unref(exchange((void **)sockets, i, NULL));
        answer_event(exchange((void **)events, i, NULL));
        answer_next(exchange((void **)nexts, i, NULL));
    }
}

START_TEST(test_all_at_once)
{
    static sio_options_t options;
    pthread_t clients[CLIENTS], workers[WORKERS];

    options = (sio_options_t){.log_level = SIO_LOG_ERROR, .outbox_limit = 1 << 20};
    live_start(&live, &options, set_up_server);
    ends_meanwhile = _i == 1;
    atomic_store(&clients_left, CLIENTS);
    crew_start(workers, WORKERS, work, 1);
    crew_start(clients, CLIENTS, run_client, 10);
    crew_join(clients, CLIENTS);
    if (ends_meanwhile) {
        sio_shutdown(live.io, 100, NULL, NULL);
        pthread_join(live.thread, NULL);
        live.joined = true;
    }
    atomic_store(&over, true);
    crew_join(workers, WORKERS);
    clear_shelves();
    live_stop(&live);
    clear_shelves();
    ck_assert_int_gt(connected, 0);
    ck_assert_int_eq(connected, disconnected);
    ck_assert_int_eq(given, taken);
    ck_assert_int_eq(asked, replied);
    ck_assert_int_eq(held_answers, answered);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *tests = tcase_create("threads");
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
