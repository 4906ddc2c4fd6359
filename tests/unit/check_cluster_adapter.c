/* Two servers of a cluster in one process: what one adapter publishes goes through the codec to the
 * other, at once or when the test says so. */
#include "adapters/cluster.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVERS = 3, LINE = 512 };

typedef struct server {
    sio__cluster_t cluster;
    sio__adapter_host_t host;
    sio__cluster_decoder_t decoder;
    sio__member_t members[2];
    sio__asker_t *asker;
    sio__answer_t *answer;
    bool silent; /* hears nothing */
    char seen[4 * LINE];
} server_t;

static server_t servers[SERVERS];
static size_t server_count;
static bool counts; /* the transport counts servers */
static bool counted_later;
static sio__cluster_form_t form;
static sio__wheel_t wheel;
static uint64_t clock_ms;
static sio__log_t quiet = {NULL, NULL, 0};
static char last_count[SIO__REQUEST_ID_SIZE];

static void see(server_t *server, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void see(server_t *server, const char *format, ...)
{
    size_t used = strlen(server->seen);
    va_list va;

    va_start(va, format);
    vsnprintf(server->seen + used, sizeof(server->seen) - used, format, va);
    va_end(va);
}

static void expect_seen(server_t *server, const char *text)
{
    ck_assert_str_eq(server->seen, text);
    server->seen[0] = '\0';
}

/* ------------------------------------------------------------------------------ the transport */

static void give(server_t *to, const sio__buf_t *bytes, bool is_response)
{
    sio__cluster_message_t message;

    ck_assert(sio__cluster_decode(&to->decoder, (sio__span_t){bytes->data, bytes->len}, &message));
    if (is_response)
        sio__cluster_receive_response(&to->cluster, &message);
    else
        sio__cluster_receive(&to->cluster, &message, NULL);
}

static bool bus_publish(sio__cluster_t *cluster, const sio__cluster_message_t *message)
{
    sio__buf_t bytes = SIO__BUF_INIT;

    (void)cluster;
    ck_assert_int_eq(sio__cluster_encode(message, form, &bytes), 0);
    for (size_t i = 0; i < server_count; i++)
        if (!servers[i].silent)
            give(&servers[i], &bytes, false);
    sio__buf_free(&bytes);
    return false;
}

static void bus_respond(sio__cluster_t *cluster, const char *uid,
                        const sio__cluster_message_t *response)
{
    sio__buf_t bytes = SIO__BUF_INIT;

    (void)cluster;
    ck_assert_int_eq(sio__cluster_encode(response, form, &bytes), 0);
    for (size_t i = 0; i < server_count; i++)
        if (strcmp(servers[i].cluster.uid, uid) == 0)
            give(&servers[i], &bytes, true);
    sio__buf_free(&bytes);
}

static void bus_count(sio__cluster_t *cluster, const char *request_id)
{
    snprintf(last_count, sizeof(last_count), "%s", request_id);
    if (!counted_later)
        sio__cluster_counted(cluster, last_count, server_count);
}

static void bus_free(sio__cluster_t *cluster)
{
    sio__cluster_close(cluster);
}

static const sio__cluster_transport_t counting = {.publish = bus_publish,
                                                  .respond = bus_respond,
                                                  .count = bus_count,
                                                  .free = bus_free};
static const sio__cluster_transport_t beating = {.publish = bus_publish,
                                                 .respond = bus_respond,
                                                 .free = bus_free};

/* ------------------------------------------------------------------------------- the namespace */

static server_t *of_host(sio__adapter_host_t *host)
{
    return SIO__CONTAINER(host, server_t, host);
}

static sio__adapter_t *adapter_of(server_t *server)
{
    return &server->cluster.base;
}

static void host_join(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    sio__adapter_t *adapter = adapter_of(of_host(host));

    ck_assert_int_eq(adapter->ops->add(adapter, member, room), 0);
}

static void host_leave(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    sio__adapter_t *adapter = adapter_of(of_host(host));

    adapter->ops->del(adapter, member, room);
}

static void host_disconnect(sio__adapter_host_t *host, sio__member_t *member, bool close)
{
    see(of_host(host), "disconnect %s %d;", member->id, close);
}

static void host_room_changed(sio__adapter_host_t *host, int change, const char *room,
                              const char *id)
{
    (void)host;
    (void)change;
    (void)room;
    (void)id;
}

static void host_server_side(sio__adapter_host_t *host, const sio__server_side_t *event,
                             sio__answer_t *answer)
{
    see(of_host(host), "event %.*s %zu;", (int)event->text.len, event->text.data,
        event->attachment_count);
    of_host(host)->answer = answer;
}

static void note_member(sio__member_t *member, void *user)
{
    see(user, " %s", member->id);
}

static void host_broadcast(sio__adapter_host_t *host, const sio__audience_t *audience,
                           const sio__server_side_t *event, const char *offset)
{
    server_t *server = of_host(host);

    see(server, "%.*s flags %u timeout %u offset %s:", (int)event->text.len, event->text.data,
        audience->flags, audience->timeout_ms, offset ? offset : "none");
    for (size_t i = 0; i < event->attachment_count; i++)
        see(server, " <%.*s>", (int)event->attachments[i].len, event->attachments[i].data);
    adapter_of(server)->ops->apply(adapter_of(server), audience, note_member, server);
    see(server, ";");
}

static void host_broadcast_with_ack(sio__adapter_host_t *host, const sio__audience_t *audience,
                                    const sio__server_side_t *event, sio__asker_t *asker)
{
    host_broadcast(host, audience, event, NULL);
    of_host(host)->asker = asker;
}

static bool host_describe(sio__adapter_host_t *host, sio__member_t *member, sio__buf_t *json)
{
    (void)host;
    if (member->id[1] == '1')
        return false; /* isn't connected */
    sio__buf_append_str(json, "{\"id\":\"");
    sio__buf_append_str(json, member->id);
    sio__buf_append_str(json, "\",\"data\":{\"big\":12345678901234567890}}");
    return true;
}

static void host_timer_start(sio__adapter_host_t *host, sio__timer_t *timer, uint64_t delay_ms)
{
    (void)host;
    sio__wheel_start(&wheel, timer, clock_ms + delay_ms);
}

static void host_timer_stop(sio__adapter_host_t *host, sio__timer_t *timer)
{
    (void)host;
    sio__wheel_stop(&wheel, timer);
}

static uint64_t host_now(const sio__adapter_host_t *host)
{
    (void)host;
    return clock_ms;
}

static const sio__adapter_host_ops_t host_ops = {
    .join = host_join,
    .leave = host_leave,
    .disconnect = host_disconnect,
    .room_changed = host_room_changed,
    .server_side_event = host_server_side,
    .broadcast = host_broadcast,
    .broadcast_with_ack = host_broadcast_with_ack,
    .describe = host_describe,
    .timer_start = host_timer_start,
    .timer_stop = host_timer_stop,
    .now = host_now,
};

/* ----------------------------------------------------------------------------------- the cluster
 */

static void pass(uint64_t ms)
{
    for (uint64_t end = clock_ms + ms; clock_ms < end;)
        sio__wheel_advance(&wheel, ++clock_ms);
}

static const char *const ids[SERVERS][2] = {{"a0", "a1"}, {"b0", "b1"}, {"c0", "c1"}};

static void start_server(size_t i)
{
    static const sio__cluster_options_t options = {.requests_timeout_ms = 100};
    server_t *server = &servers[i];

    memset(server, 0, sizeof(*server));
    server->host = (sio__adapter_host_t){.ops = &host_ops,
                                         .name = "/chat",
                                         .log = &quiet,
                                         .max_json_depth = 100};
    sio__cluster_decoder_init(&server->decoder, 100);
    ck_assert_int_eq(sio__cluster_init(&server->cluster, &server->host,
                                       counts ? &counting : &beating, &options),
                     0);
    for (size_t m = 0; m < 2; m++) {
        sio__member_init(&server->members[m], ids[i][m]);
        host_join(&server->host, &server->members[m], ids[i][m]);
    }
    server_count = i + 1;
    sio__cluster_start(&server->cluster);
}

static void stop_server(size_t i)
{
    server_t *server = &servers[i];
    sio__adapter_t *adapter = adapter_of(server);

    for (size_t m = 0; m < 2; m++)
        adapter->ops->del_all(adapter, &server->members[m]);
    adapter->ops->free(adapter);
    sio__cluster_decoder_free(&server->decoder);
    server->silent = true;
}

static void set_up(bool with_counts)
{
    counts = with_counts;
    counted_later = false;
    form = SIO__JSON_IF_TEXT;
    clock_ms = 1000;
    sio__wheel_init(&wheel, clock_ms);
    start_server(0);
    start_server(1);
}

static void set_up_counting(void)
{
    set_up(true);
}

static void set_up_beating(void)
{
    set_up(false);
}

static void tear_down(void)
{
    while (server_count)
        stop_server(--server_count);
}

/* ------------------------------------------------------------------------------- broadcasts */

static void deliver_here(sio__member_t *member, void *user)
{
    see(user, "here %s;", member->id);
}

static void broadcast(server_t *server, const sio__audience_t *audience, const char *args)
{
    sio__span_t bytes = {"xyz", 3};
    bool binary = strstr(args, "_placeholder") != NULL;
    sio__broadcast_t what = {
        .text = {args, strlen(args)},
        .args = {args, strlen(args)},
        .attachments = &bytes,
        .attachment_count = binary,
        .deliver = deliver_here,
        .user = server,
    };

    adapter_of(server)->ops->broadcast(adapter_of(server), audience, &what);
}

START_TEST(test_broadcast)
{
    const char *const rooms[] = {"b0", "a0", NULL}, *const except[] = {"b1", NULL};

    form = _i ? SIO__ALWAYS_MSGPACK : SIO__JSON_IF_TEXT;
    broadcast(&servers[0], &(sio__audience_t){.flags = 0}, "[\"hi\",1]");
    expect_seen(&servers[0], "here a0;here a1;");
    expect_seen(&servers[1], "[\"hi\",1] flags 0 timeout 0 offset none: b0 b1;");
    broadcast(&servers[0],
              &(sio__audience_t){.rooms = rooms, .except = except, .flags = SIO__VOLATILE},
              "[\"hi\",{\"_placeholder\":true,\"num\":0}]");
    expect_seen(&servers[0], "here a0;");
    expect_seen(&servers[1], "[\"hi\",{\"_placeholder\":true,\"num\":0}] flags 1 timeout 0 offset "
                             "none: <xyz> b0;");
    broadcast(&servers[0], &(sio__audience_t){.flags = SIO__LOCAL}, "[\"hi\"]");
    expect_seen(&servers[0], "here a0;here a1;");
    expect_seen(&servers[1], "");
    broadcast(&servers[1], &(sio__audience_t){.except_id = "a1"}, "[\"hi\"]");
    expect_seen(&servers[1], "here b0;here b1;");
    expect_seen(&servers[0], "[\"hi\"] flags 0 timeout 0 offset none: a0;");
}
END_TEST

START_TEST(test_another_namespace)
{
    servers[1].host.name = "/other";
    broadcast(&servers[0], &(sio__audience_t){.flags = 0}, "[\"hi\",1]");
    expect_seen(&servers[1], "");
}
END_TEST

START_TEST(test_operations_on_all)
{
    const char *const rooms[] = {"r1", "r2", NULL}, *const room[] = {"r1", NULL};
    sio__adapter_t *adapter = adapter_of(&servers[0]);

    ck_assert_int_eq(adapter->ops->add_sockets(adapter, &(sio__audience_t){.flags = 0}, rooms), 0);
    ck_assert_int_eq(adapter->ops->del_sockets(adapter, &(sio__audience_t){.except_id = "b0"},
                                               room),
                     0);
    for (size_t i = 0; i < 2; i++) {
        sio__adapter_t *other = adapter_of(&servers[i]);

        for (size_t m = 0; m < 2; m++) {
            ck_assert(other->ops->in_room(other, &servers[i].members[m], "r2"));
            ck_assert_int_eq(other->ops->in_room(other, &servers[i].members[m], "r1"),
                             i == 1 && m == 0);
        }
    }
    ck_assert_int_eq(adapter->ops->disconnect_sockets(adapter, &(sio__audience_t){.rooms = room},
                                                      true),
                     0);
    expect_seen(&servers[0], "");
    expect_seen(&servers[1], "disconnect b0 1;");
}
END_TEST

/* --------------------------------------------------------------------------- with answers */

typedef struct answers {
    sio__ack_sink_t acks;
    sio__fetch_sink_t fetch;
    char seen[LINE];
} answers_t;

static answers_t answers;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
    size_t used = strlen(answers.seen);
    va_list va;

    va_start(va, format);
    vsnprintf(answers.seen + used, sizeof(answers.seen) - used, format, va);
    va_end(va);
}

static void on_servers(sio__ack_sink_t *sink, uint64_t count)
{
    (void)sink;
    note("servers %d;", (int)count);
}

static void on_clients(sio__ack_sink_t *sink, uint64_t count)
{
    (void)sink;
    note("clients %d;", (int)count);
}

static void on_reply(sio__ack_sink_t *sink, sio__span_t value, const sio__span_t *attachments,
                     size_t count)
{
    (void)sink;
    note("reply %.*s", (int)value.len, value.data ? value.data : "");
    for (size_t i = 0; i < count; i++)
        note(" <%.*s>", (int)attachments[i].len, attachments[i].data);
    note(";");
}

static void on_local(sio__fetch_sink_t *sink, sio__member_t *member)
{
    (void)sink;
    note("%s;", member->id);
}

static void on_remote(sio__fetch_sink_t *sink, json_t *description)
{
    (void)sink;
    note("%s elsewhere;", json_string_value(json_object_get(description, "id")));
}

static void on_done(sio__fetch_sink_t *sink, size_t missing)
{
    (void)sink;
    note("missing %d;", (int)missing);
}

static void expect_answers(const char *text)
{
    ck_assert_str_eq(answers.seen, text);
    answers.seen[0] = '\0';
}

static void begin_answers(void)
{
    answers.acks = (sio__ack_sink_t){on_servers, on_clients, on_reply};
    answers.fetch = (sio__fetch_sink_t){on_local, on_remote, on_done};
    answers.seen[0] = '\0';
}

static void ask(server_t *server, const sio__audience_t *audience)
{
    sio__adapter_t *adapter = adapter_of(server);
    sio__broadcast_t what = {.text = {"[\"q\"]", 5},
                             .args = {"[\"q\"]", 5},
                             .deliver = deliver_here,
                             .user = server};

    begin_answers();
    adapter->ops->broadcast_with_ack(adapter, audience, &what, &answers.acks);
    adapter->ops->server_count(adapter, &answers.acks);
}

START_TEST(test_broadcast_with_ack)
{
    sio__span_t bytes = {"xyz", 3}, value = {"{\"_placeholder\":true,\"num\":0}", 29};
    sio__asker_t *asker;

    ask(&servers[0], &(sio__audience_t){.timeout_ms = 300});
    expect_seen(&servers[1], "[\"q\"] flags 0 timeout 300 offset none: b0 b1;");
    expect_answers("servers 2;");
    asker = servers[1].asker;
    asker->clients(asker, 2);
    asker->reply(asker, (sio__span_t){"\"yes\"", 5}, NULL, 0);
    asker->reply(asker, value, &bytes, 1);
    asker->reply(asker, (sio__span_t){NULL, 0}, NULL, 0);
    expect_answers("clients 2;reply \"yes\";reply {\"_placeholder\":true,\"num\":0} <xyz>;reply ;");
    adapter_of(&servers[0])->ops->forget(adapter_of(&servers[0]), &answers.acks);
    asker->reply(asker, (sio__span_t){"1", 1}, NULL, 0);
    expect_answers("");
    asker->free(asker);
}
END_TEST

START_TEST(test_local_with_ack)
{
    ask(&servers[0], &(sio__audience_t){.flags = SIO__LOCAL});
    expect_answers("servers 1;");
    expect_seen(&servers[1], "");
}
END_TEST

static void emit_to_servers(const char *text)
{
    sio__adapter_t *adapter = adapter_of(&servers[0]);

    begin_answers();
    ck_assert_int_eq(adapter->ops->server_side_emit(
                         adapter, &(sio__server_side_t){{text, strlen(text)}, NULL, 0},
                         &answers.acks),
                     0);
    adapter->ops->server_count(adapter, &answers.acks);
}

START_TEST(test_server_side_emit)
{
    sio__adapter_t *adapter = adapter_of(&servers[0]);
    sio__answer_t *answer;

    emit_to_servers("[\"ping\",1]");
    expect_answers("servers 2;");
    expect_seen(&servers[0], "");
    expect_seen(&servers[1], "event [\"ping\",1] 0;");
    answer = servers[1].answer;
    answer->give(answer, &(sio__server_side_t){{"[{\"a\":1},2]", 11}, NULL, 0});
    answer->free(answer);
    expect_answers("reply {\"a\":1};");
    adapter->ops->forget(adapter, &answers.acks);
    ck_assert_int_eq(adapter->ops->server_side_emit(adapter,
                                                    &(sio__server_side_t){{"[\"n\"]", 5}, NULL, 0},
                                                    NULL),
                     0);
    expect_seen(&servers[1], "event [\"n\"] 0;");
    ck_assert_ptr_null(servers[1].answer);
}
END_TEST

static void fetch(const sio__audience_t *audience)
{
    sio__adapter_t *adapter = adapter_of(&servers[0]);

    begin_answers();
    adapter->ops->fetch_sockets(adapter, audience, &answers.fetch);
}

START_TEST(test_fetch_sockets)
{
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;missing 0;");
    fetch(&(sio__audience_t){.flags = SIO__LOCAL});
    expect_answers("a0;a1;missing 0;");
}
END_TEST

START_TEST(test_a_server_that_does_not_answer)
{
    start_server(2);
    servers[2].silent = true;
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;");
    pass(99);
    expect_answers("");
    pass(1);
    expect_answers("missing 1;");
    fetch(&(sio__audience_t){.timeout_ms = 10});
    pass(10);
    expect_answers("a0;a1;b0 elsewhere;missing 1;");
    fetch(&(sio__audience_t){.flags = 0});
    adapter_of(&servers[0])->ops->forget(adapter_of(&servers[0]), &answers.fetch);
    pass(200);
    expect_answers("a0;a1;b0 elsewhere;");
}
END_TEST

START_TEST(test_counted_later)
{
    counted_later = true;
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;");
    sio__cluster_counted(&servers[0].cluster, last_count, 2);
    expect_answers("missing 0;");
    fetch(&(sio__audience_t){.flags = 0});
    sio__cluster_counted(&servers[0].cluster, last_count, 0);
    expect_answers("a0;a1;b0 elsewhere;missing 1;");
    sio__cluster_counted(&servers[0].cluster, last_count, 7);
    expect_answers("");
}
END_TEST

/* ------------------------------------------------------------------------------- heartbeats */

START_TEST(test_heartbeats)
{
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;missing 0;");
    pass(60000); /* they hear of each other */
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;missing 0;");
    ask(&servers[0], &(sio__audience_t){.flags = 0});
    expect_answers("servers 2;");
    servers[1].asker->free(servers[1].asker);
}
END_TEST

START_TEST(test_a_server_that_ends)
{
    start_server(2);
    ck_assert_uint_eq(sio__nodes_count(&servers[0].cluster.nodes), 2);
    stop_server(2);
    server_count = 2;
    ck_assert_uint_eq(sio__nodes_count(&servers[0].cluster.nodes), 1);
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;b0 elsewhere;missing 0;");
}
END_TEST

/* A server that dies says nothing any more. */
static void kill_second(void)
{
    servers[1].silent = true;
    sio__wheel_stop(&wheel, &servers[1].cluster.nodes.heartbeat);
}

START_TEST(test_a_server_that_dies)
{
    kill_second();
    fetch(&(sio__audience_t){.timeout_ms = 60000});
    expect_answers("a0;a1;");
    pass(12000);
    expect_answers("missing 0;");
    ck_assert_uint_eq(sio__nodes_count(&servers[0].cluster.nodes), 0);
    fetch(&(sio__audience_t){.flags = 0});
    expect_answers("a0;a1;missing 0;");
}
END_TEST

START_TEST(test_a_server_that_dies_before_its_answer)
{
    kill_second();
    emit_to_servers("[\"ping\",1]");
    expect_answers("servers 2;");
    pass(12000);
    expect_answers("servers 1;");
    adapter_of(&servers[0])->ops->forget(adapter_of(&servers[0]), &answers.acks);
}
END_TEST

START_TEST(test_emitters_are_no_servers)
{
    const char *text = "{\"type\":4,\"uid\":\"emitter\",\"nsp\":\"/chat\",\"data\":{\"opts\":{"
                       "\"rooms\":[]},\"rooms\":[\"r\"]}}";
    sio__cluster_message_t message;

    ck_assert(
        sio__cluster_decode(&servers[0].decoder, (sio__span_t){text, strlen(text)}, &message));
    sio__cluster_receive(&servers[0].cluster, &message, NULL);
    ck_assert(adapter_of(&servers[0])
                  ->ops->in_room(adapter_of(&servers[0]), &servers[0].members[0], "r"));
    ck_assert_uint_eq(sio__nodes_count(&servers[0].cluster.nodes), 1);
}
END_TEST

static void add_counting(Suite *suite)
{
    TCase *tcase = tcase_create("counted");

    tcase_add_checked_fixture(tcase, set_up_counting, tear_down);
    tcase_add_loop_test(tcase, test_broadcast, 0, 2);
    tcase_add_test(tcase, test_another_namespace);
    tcase_add_test(tcase, test_operations_on_all);
    tcase_add_test(tcase, test_broadcast_with_ack);
    tcase_add_test(tcase, test_local_with_ack);
    tcase_add_test(tcase, test_server_side_emit);
    tcase_add_test(tcase, test_fetch_sockets);
    tcase_add_test(tcase, test_a_server_that_does_not_answer);
    tcase_add_test(tcase, test_counted_later);
    suite_add_tcase(suite, tcase);
}

static void add_beating(Suite *suite)
{
    TCase *tcase = tcase_create("heartbeats");

    tcase_add_checked_fixture(tcase, set_up_beating, tear_down);
    tcase_add_test(tcase, test_heartbeats);
    tcase_add_test(tcase, test_a_server_that_ends);
    tcase_add_test(tcase, test_a_server_that_dies);
    tcase_add_test(tcase, test_a_server_that_dies_before_its_answer);
    tcase_add_test(tcase, test_emitters_are_no_servers);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("cluster_adapter");
    SRunner *runner;
    int failed;

    add_counting(suite);
    add_beating(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
