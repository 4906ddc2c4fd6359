/* Operations on the sockets of many servers: an adapter that has one more server, played by the
 * test, and what the program hears of its answers. */
#include "socketio/namespace.h"
#include "socketio/server.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static sio_server_t *io;
static sio_namespace_t *nsp;
static sio__adapter_ops_t ops;

/* What the other server has been asked. */
static struct {
    sio__ack_sink_t *acks;
    sio__fetch_sink_t *fetch;
    const void *forgotten;
    bool count_later;
    char last[256]; /* the last call and what it was about */
} peer;

/* What the program has heard. */
static struct {
    int calls, status;
    size_t count, expected;
    char text[256];
    sio_remote_t *remote;
} heard;

/* ------------------------------------------------------------------------ the other server */

static const char *first(const char *const *list)
{
    return list && list[0] ? list[0] : "-";
}

static void peer_broadcast(sio__adapter_t *adapter, const sio__audience_t *audience,
                           const sio__broadcast_t *broadcast)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "broadcast %s %.*s", first(audience->rooms),
             (int)broadcast->text.len, broadcast->text.data);
}

static void peer_broadcast_with_ack(sio__adapter_t *adapter, const sio__audience_t *audience,
                                    const sio__broadcast_t *broadcast, sio__ack_sink_t *sink)
{
    peer_broadcast(adapter, audience, broadcast);
    peer.acks = sink;
}

static void peer_server_count(sio__adapter_t *adapter, sio__ack_sink_t *sink)
{
    (void)adapter;
    if (!peer.count_later)
        sink->servers(sink, 2);
}

static void peer_fetch(sio__adapter_t *adapter, const sio__audience_t *audience,
                       sio__fetch_sink_t *sink)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "fetch %s", first(audience->rooms));
    peer.fetch = sink;
}

static int peer_add(sio__adapter_t *adapter, const sio__audience_t *audience,
                    const char *const *rooms)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "add %s %s", first(audience->rooms), first(rooms));
    return 0;
}

static int peer_del(sio__adapter_t *adapter, const sio__audience_t *audience,
                    const char *const *rooms)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "del %s %s", first(audience->rooms), first(rooms));
    return 0;
}

static int peer_disconnect(sio__adapter_t *adapter, const sio__audience_t *audience, bool close)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "disconnect %s %d", first(audience->rooms), close);
    return 0;
}

static int peer_server_side(sio__adapter_t *adapter, const sio__server_side_t *event,
                            sio__ack_sink_t *sink)
{
    (void)adapter;
    snprintf(peer.last, sizeof(peer.last), "server side %.*s %zu", (int)event->text.len,
             event->text.data, event->attachment_count);
    peer.acks = sink;
    return 0;
}

static void peer_forget(sio__adapter_t *adapter, const void *sink)
{
    (void)adapter;
    peer.forgotten = sink;
}

static void with_peer(void)
{
    ops = *nsp->adapter->ops;
    ops.broadcast = peer_broadcast;
    ops.broadcast_with_ack = peer_broadcast_with_ack;
    ops.server_count = peer_server_count;
    ops.fetch_sockets = peer_fetch;
    ops.add_sockets = peer_add;
    ops.del_sockets = peer_del;
    ops.disconnect_sockets = peer_disconnect;
    ops.server_side_emit = peer_server_side;
    ops.forget = peer_forget;
    nsp->adapter->ops = &ops;
}

/* ----------------------------------------------------------------------------- the program */

static void set_up(void)
{
    memset(&peer, 0, sizeof(peer));
    memset(&heard, 0, sizeof(heard));
    io = sio_server_new(
        SIO_OPTIONS(.quiet_libwebsockets = true, .log_level = SIO_LOG_ERROR, .ack_timeout_ms = 20));
    ck_assert_ptr_nonnull(io);
    nsp = sio_of(io, "/some");
}

static void end(void)
{
    sio_shutdown(io, 0, NULL, NULL);
    sio_run(io);
    io = NULL;
}

static void tear_down(void)
{
    sio_remote_unref(heard.remote);
    if (io)
        end();
}

static void wake(void *user)
{
    (void)user;
}

/* libuv waits for something to happen, and nothing may have to. */
static void turn(void)
{
    ck_assert_int_eq(sio_post(io, wake, NULL), SIO_OK);
    uv_run(sio_loop(io), UV_RUN_ONCE);
}

static void turn_until_called(int calls)
{
    while (heard.calls < calls)
        turn();
    ck_assert_int_eq(heard.calls, calls);
}

static void note_value(const sio_value_t *value)
{
    size_t len = 0, used = strlen(heard.text);
    const char *text = sio_value_text(value, &len);

    snprintf(heard.text + used, sizeof(heard.text) - used, "%.*s;", (int)len, text ? text : "");
}

static void on_replies(int status, const sio_replies_t *replies, void *user)
{
    ck_assert_ptr_eq(user, &heard);
    heard.calls++;
    heard.status = status;
    heard.count = sio_replies_count(replies);
    heard.expected = sio_replies_expected(replies);
    for (size_t i = 0; i < heard.count; i++)
        note_value(sio_replies_get(replies, i));
    ck_assert_ptr_null(sio_replies_get(replies, heard.count));
}

static void on_reply(int status, const sio_event_t *reply, void *user)
{
    ck_assert_ptr_eq(user, &heard);
    heard.calls++;
    heard.status = status;
    heard.count = reply ? sio_event_count(reply) : 0;
    note_value(reply ? sio_event_arg(reply, 0) : NULL);
}

static void on_sockets(int status, sio_remote_t *const *sockets, size_t count, void *user)
{
    ck_assert_ptr_eq(user, &heard);
    heard.calls++;
    heard.status = status;
    heard.count = count;
    if (count)
        heard.remote = sio_remote_ref(sockets[0]);
}

static void ask_all(unsigned timeout_ms)
{
    ck_assert_int_eq(sio_emit_to_ack(nsp,
                                     SIO_TARGET(.to = SIO_LIST("room"), .timeout_ms = timeout_ms),
                                     on_replies, &heard, "name", "si", "a", 1),
                     SIO_OK);
    ck_assert_int_eq(heard.calls, 0);
}

static void give_reply(const char *value)
{
    peer.acks->reply(peer.acks, (sio__span_t){value, value ? strlen(value) : 0}, NULL, 0);
}

/* ------------------------------------------------------------------------ acknowledgements */

START_TEST(test_replies_of_another_server)
{
    with_peer();
    ask_all(20000);
    ck_assert_str_eq(peer.last, "broadcast room 2/some,0[\"name\",\"a\",1]");
    peer.acks->clients(peer.acks, 3);
    give_reply("{\"a\":1}");
    give_reply(NULL);
    ck_assert_int_eq(heard.calls, 0);
    give_reply("null");
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.expected, 3);
    ck_assert_str_eq(heard.text, "{\"a\":1};;null;");
    ck_assert_ptr_eq(peer.forgotten, peer.acks);
}
END_TEST

START_TEST(test_any_order)
{
    with_peer();
    peer.count_later = true;
    ask_all(20000);
    give_reply("1");
    peer.acks->clients(peer.acks, 1);
    ck_assert_int_eq(heard.calls, 0);
    peer.acks->servers(peer.acks, 2);
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_str_eq(heard.text, "1;");
}
END_TEST

START_TEST(test_timeout)
{
    with_peer();
    ask_all(0); /* the server's default */
    peer.acks->clients(peer.acks, 2);
    give_reply("\"one\"");
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_ETIMEDOUT);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_uint_eq(heard.expected, 2);
    ck_assert_str_eq(heard.text, "\"one\";");
    ck_assert_ptr_eq(peer.forgotten, peer.acks);
}
END_TEST

START_TEST(test_a_reply_with_attachments)
{
    sio__span_t bytes = {"xyz", 3};
    const char *value = "{\"b\":{\"_placeholder\":true,\"num\":0}}";

    with_peer();
    ask_all(20000);
    peer.acks->clients(peer.acks, 1);
    peer.acks->reply(peer.acks, (sio__span_t){value, strlen(value)}, &bytes, 1);
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_str_eq(heard.text, "{\"b\":{\"_placeholder\":true,\"num\":0}};");
}
END_TEST

START_TEST(test_local_asks_no_other_server)
{
    with_peer();
    ck_assert_int_eq(sio_emit_to_ack(nsp, SIO_TARGET(.flags = SIO_LOCAL, .timeout_ms = 20000),
                                     on_replies, &heard, "n", ""),
                     SIO_OK);
    ck_assert_int_eq(heard.calls, 0);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.count, 0);
}
END_TEST

START_TEST(test_nobody)
{
    ask_all(20000);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.count, 0);
}
END_TEST

START_TEST(test_shutdown_while_waiting)
{
    with_peer();
    ask_all(20000);
    ck_assert_int_eq(sio_fetch_sockets(nsp, NULL, on_sockets, &heard), SIO_OK);
    end();
    ck_assert_int_eq(heard.calls, 2);
    ck_assert_int_eq(heard.status, SIO_ESTATE);
}
END_TEST

static void *ask_elsewhere(void *user)
{
    ask_all(20000);
    return user;
}

START_TEST(test_from_another_thread)
{
    pthread_t thread;

    with_peer();
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_elsewhere, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_str_eq(peer.last, "");
    while (!peer.acks)
        turn();
    ck_assert_str_eq(peer.last, "broadcast room 2/some,0[\"name\",\"a\",1]");
    peer.acks->clients(peer.acks, 0);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_OK);
}
END_TEST

START_TEST(test_refused_calls)
{
    sio_namespace_t *parent = sio_of_pattern(io, "^/p");

    ck_assert_int_eq(sio_emit_to_ack(nsp, NULL, NULL, NULL, "a", ""), SIO_EINVAL);
    ck_assert_int_eq(sio_emit_to_ack(nsp, NULL, on_replies, &heard, "disconnect", ""),
                     SIO_ERESERVED);
    ck_assert_int_eq(sio_emit_to_ack(nsp, NULL, on_replies, &heard, "a", "x"), SIO_EFORMAT);
    ck_assert_int_eq(sio_emit_to_ack(parent, NULL, on_replies, &heard, "a", ""), SIO_ENOTSUP);
    ck_assert_int_eq(sio_fetch_sockets(parent, NULL, on_sockets, &heard), SIO_ENOTSUP);
    ck_assert_int_eq(sio_fetch_sockets(nsp, NULL, NULL, NULL), SIO_EINVAL);
    ck_assert_int_eq(sio_sockets_join(nsp, NULL, NULL), SIO_EINVAL);
    end();
    ck_assert_int_eq(heard.calls, 0);
}
END_TEST

/* ------------------------------------------------------------------------------- fetching */

static void fetch_one(void)
{
    json_t *one = json_pack("{s:s, s:{s:s}, s:[s,s], s:{s:i}}", "id", "faraway", "handshake",
                            "address", "::1", "rooms", "faraway", "red", "data", "n", 1);
    json_t *none = json_pack("{s:i}", "id", 1);

    with_peer();
    ck_assert_int_eq(sio_fetch_sockets(nsp, SIO_TARGET(.to = SIO_LIST("red")), on_sockets, &heard),
                     SIO_OK);
    ck_assert_str_eq(peer.last, "fetch red");
    peer.fetch->remote(peer.fetch, one);
    peer.fetch->remote(peer.fetch, none);
    peer.fetch->done(peer.fetch, 0);
    json_decref(one);
    json_decref(none);
    ck_assert_int_eq(heard.calls, 0);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.count, 1);
    heard.calls = 0;
}

static void note_room(const char *room, void *user)
{
    strcat(strcat(user, room), ";");
}

START_TEST(test_what_a_remote_socket_is)
{
    char rooms[64] = "";

    fetch_one();
    ck_assert_str_eq(sio_remote_id(heard.remote), "faraway");
    ck_assert_ptr_null(sio_remote_socket(heard.remote));
    ck_assert_str_eq(json_string_value(
                         json_object_get(sio_remote_handshake(heard.remote), "address")),
                     "::1");
    ck_assert_int_eq(json_integer_value(json_object_get(sio_remote_data(heard.remote), "n")), 1);
    sio_remote_rooms(heard.remote, note_room, rooms);
    ck_assert_str_eq(rooms, "faraway;red;");
}
END_TEST

START_TEST(test_what_a_remote_socket_does)
{
    fetch_one();
    ck_assert_int_eq(sio_remote_emit(heard.remote, "hi", "i", 1), SIO_OK);
    ck_assert_str_eq(peer.last, "broadcast faraway 2/some,[\"hi\",1]");
    ck_assert_int_eq(sio_remote_emit_json(heard.remote, 0, "ho", NULL), SIO_OK);
    ck_assert_str_eq(peer.last, "broadcast faraway 2/some,[\"ho\"]");
    ck_assert_int_eq(sio_remote_join(heard.remote, "blue"), SIO_OK);
    ck_assert_str_eq(peer.last, "add faraway blue");
    ck_assert_int_eq(sio_remote_leave(heard.remote, "blue"), SIO_OK);
    ck_assert_str_eq(peer.last, "del faraway blue");
    ck_assert_int_eq(sio_remote_join(heard.remote, NULL), SIO_EINVAL);
    ck_assert_int_eq(sio_remote_disconnect(heard.remote, true), SIO_OK);
    ck_assert_str_eq(peer.last, "disconnect faraway 1");
}
END_TEST

static void ask_remote(void)
{
    ck_assert_int_eq(sio_remote_emit_ack(heard.remote, 0, on_reply, &heard, "hi", ""), SIO_OK);
    ck_assert_str_eq(peer.last, "broadcast faraway 2/some,0[\"hi\"]");
}

START_TEST(test_a_remote_sockets_reply)
{
    fetch_one();
    ask_remote();
    peer.acks->clients(peer.acks, 1);
    give_reply("[7]");
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_str_eq(heard.text, "[7];");
}
END_TEST

START_TEST(test_a_remote_socket_that_has_gone)
{
    fetch_one();
    ask_remote();
    peer.acks->clients(peer.acks, 0);
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, SIO_EDISCONNECTED);
}
END_TEST

START_TEST(test_a_remote_socket_that_says_nothing)
{
    fetch_one();
    ask_remote();
    peer.acks->clients(peer.acks, 1);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_ETIMEDOUT);
}
END_TEST

START_TEST(test_a_remote_socket_outlives_the_server)
{
    fetch_one();
    end();
    ck_assert_str_eq(sio_remote_id(heard.remote), "faraway");
}
END_TEST

START_TEST(test_incomplete_fetch)
{
    with_peer();
    ck_assert_int_eq(sio_fetch_sockets(nsp, NULL, on_sockets, &heard), SIO_OK);
    peer.fetch->done(peer.fetch, 1);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_ETIMEDOUT);
    ck_assert_uint_eq(heard.count, 0);
}
END_TEST

/* ------------------------------------------------------------------ events between servers */

START_TEST(test_server_side_emit)
{
    with_peer();
    ck_assert_int_eq(sio_server_side_emit(nsp, "hello", "isB", 1, "two", "xyz", (size_t)3), SIO_OK);
    ck_assert_str_eq(peer.last, "server side [\"hello\",1,\"two\","
                                "{\"_placeholder\":true,\"num\":0}] 1");
    ck_assert_ptr_null(peer.acks);
    ck_assert_int_eq(sio_server_side_emit(nsp, "disconnect", ""), SIO_OK);
    ck_assert_str_eq(peer.last, "server side [\"disconnect\"] 0");
    ck_assert_int_eq(sio_server_side_emit(nsp, "connect", ""), SIO_ERESERVED);
    ck_assert_int_eq(sio_server_side_emit(nsp, "connection", ""), SIO_ERESERVED);
    ck_assert_int_eq(sio_server_side_emit(nsp, "new_namespace", ""), SIO_ERESERVED);
    ck_assert_int_eq(sio_server_side_emit(nsp, "hello", "?"), SIO_EFORMAT);
}
END_TEST

START_TEST(test_server_side_answers)
{
    with_peer();
    ck_assert_int_eq(sio_server_side_emit_ack(nsp, 20000, on_replies, &heard, "hello", "i", 1),
                     SIO_OK);
    ck_assert_str_eq(peer.last, "server side [\"hello\",1] 0");
    ck_assert_int_eq(heard.calls, 0);
    give_reply("\"world\"");
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.expected, 1);
    ck_assert_str_eq(heard.text, "\"world\";");
}
END_TEST

START_TEST(test_server_side_without_other_servers)
{
    ck_assert_int_eq(sio_server_side_emit_ack(nsp, 20000, on_replies, &heard, "hello", ""), SIO_OK);
    ck_assert_int_eq(heard.calls, 0);
    turn_until_called(1);
    ck_assert_int_eq(heard.status, SIO_OK);
    ck_assert_uint_eq(heard.count, 0);
    ck_assert_uint_eq(heard.expected, 0);
}
END_TEST

static void *emit_elsewhere(void *user)
{
    ck_assert_int_eq(sio_server_side_emit_ack(nsp, 20000, on_replies, &heard, "hello", "sB", "a",
                                              "xyz", (size_t)3),
                     SIO_OK);
    return user;
}

START_TEST(test_server_side_from_another_thread)
{
    pthread_t thread;

    with_peer();
    ck_assert_int_eq(pthread_create(&thread, NULL, emit_elsewhere, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    while (!peer.acks)
        turn();
    ck_assert_str_eq(peer.last,
                     "server side [\"hello\",\"a\",{\"_placeholder\":true,\"num\":0}] 1");
    give_reply("1");
    ck_assert_int_eq(heard.calls, 1);
}
END_TEST

/* An event that the other server sends. */
static struct {
    sio__answer_t base;
    int given, freed;
    char text[64];
} answer;

static sio_event_t *held;

static void on_given(sio__answer_t *base, const sio__server_side_t *args)
{
    ck_assert_ptr_eq(base, &answer.base);
    answer.given++;
    snprintf(answer.text, sizeof(answer.text), "%.*s", (int)args->text.len, args->text.data);
}

static void on_freed(sio__answer_t *base)
{
    ck_assert_ptr_eq(base, &answer.base);
    answer.freed++;
}

static void receive(const char *text, bool wants_answer)
{
    sio__server_side_t event = {.text = {text, strlen(text)}};

    memset(&answer, 0, sizeof(answer));
    answer.base = (sio__answer_t){on_given, on_freed};
    nsp->host.ops->server_side_event(&nsp->host, &event, wants_answer ? &answer.base : NULL);
}

static void on_hello(sio_namespace_t *of, sio_event_t *event, void *user)
{
    ck_assert_ptr_eq(of, nsp);
    ck_assert_ptr_eq(user, &heard);
    ck_assert_ptr_null(sio_event_socket(event));
    heard.calls++;
    heard.status = sio_event_wants_ack(event);
    note_value(sio_event_arg(event, 0));
}

static void on_question(sio_namespace_t *of, sio_event_t *event, void *user)
{
    (void)of;
    (void)user;
    ck_assert_int_eq(sio_ack(event, "?"), SIO_EFORMAT);
    ck_assert_int_eq(sio_ack(event, "si", "yes", 1), SIO_OK);
    ck_assert_int_eq(sio_ack(event, "s", "no"), SIO_ESTATE);
}

static void on_hard_question(sio_namespace_t *of, sio_event_t *event, void *user)
{
    (void)of;
    (void)user;
    held = sio_event_hold(event);
}

START_TEST(test_events_of_other_servers)
{
    ck_assert_int_eq(sio_on_server_side(nsp, "hello", on_hello, &heard), SIO_OK);
    ck_assert_int_eq(sio_on_server_side(nsp, "connection", on_hello, &heard), SIO_ERESERVED);
    ck_assert_int_eq(sio_namespace_on(nsp, "other", (sio_event_fn)NULL, NULL), SIO_EINVAL);
    receive("[\"hello\",{\"a\":1}]", false);
    ck_assert_int_eq(heard.calls, 1);
    ck_assert_int_eq(heard.status, false);
    ck_assert_str_eq(heard.text, "{\"a\":1};");
    receive("[\"hello\"]", true);
    ck_assert_int_eq(heard.calls, 2);
    ck_assert_int_eq(heard.status, true);
    ck_assert_int_eq(answer.given, 0);
    ck_assert_int_eq(answer.freed, 1);
}
END_TEST

START_TEST(test_what_is_no_event)
{
    static const char *const texts[] = {"[]", "{}", "[1]", "[\"hello\"", "", "[\"nobody hears\"]"};

    sio_on_server_side(nsp, "hello", on_hello, &heard);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        receive(texts[i], true);
        ck_assert_int_eq(answer.freed, 1);
    }
    ck_assert_int_eq(heard.calls, 0);
}
END_TEST

START_TEST(test_answering_another_server)
{
    sio_on_server_side(nsp, "question", on_question, NULL);
    receive("[\"question\"]", true);
    ck_assert_int_eq(answer.given, 1);
    ck_assert_int_eq(answer.freed, 1);
    ck_assert_str_eq(answer.text, "[\"yes\",1]");
}
END_TEST

static void *answer_elsewhere(void *user)
{
    ck_assert_int_eq(sio_ack(held, "s", "at last"), SIO_OK);
    ck_assert_int_eq(sio_ack(held, "s", "again"), SIO_ESTATE);
    sio_event_release(held);
    return user;
}

START_TEST(test_answering_later_from_another_thread)
{
    pthread_t thread;

    sio_on_server_side(nsp, "hard", on_hard_question, NULL);
    receive("[\"hard\"]", true);
    ck_assert_int_eq(answer.freed, 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_elsewhere, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(answer.given, 0);
    while (!answer.freed)
        turn();
    ck_assert_int_eq(answer.given, 1);
    ck_assert_str_eq(answer.text, "[\"at last\"]");
}
END_TEST

/* -------------------------------------------------------------------------- failing memory */

/* Either an error and silence, or exactly one call back. */
static void check_outcome(int error)
{
    if (error) {
        ck_assert_int_eq(error, SIO_ENOMEM);
        turn();
        ck_assert_int_eq(heard.calls, 0);
    } else {
        turn_until_called(1);
    }
    heard.calls = 0;
}

START_TEST(test_no_memory)
{
    int error = SIO_ENOMEM;

    for (long n = 0; error; n++) {
        fail_from_allocation(n);
        error = sio_emit_to_ack(nsp, NULL, on_replies, &heard, "a", "s", "b");
        stop_failing();
        check_outcome(error);
    }
    error = SIO_ENOMEM;
    for (long n = 0; error; n++) {
        fail_from_allocation(n);
        error = sio_fetch_sockets(nsp, NULL, on_sockets, &heard);
        stop_failing();
        check_outcome(error);
    }
    error = SIO_ENOMEM;
    for (long n = 0; error; n++) {
        fail_from_allocation(n);
        error = sio_server_side_emit_ack(nsp, 0, on_replies, &heard, "a", "s", "b");
        stop_failing();
        check_outcome(error);
    }
}
END_TEST

START_TEST(test_no_memory_for_replies)
{
    with_peer();
    for (long n = 0; n < 4; n++) {
        ask_all(0);
        peer.acks->clients(peer.acks, 1);
        fail_from_allocation(n);
        give_reply("1");
        stop_failing();
        turn_until_called(1);
        ck_assert_int_eq(heard.status, heard.count ? SIO_OK : SIO_ETIMEDOUT);
        heard.calls = 0;
    }
    ck_assert_uint_eq(heard.count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cluster");
    TCase *tests = tcase_create("cluster");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_replies_of_another_server);
    tcase_add_test(tests, test_any_order);
    tcase_add_test(tests, test_timeout);
    tcase_add_test(tests, test_a_reply_with_attachments);
    tcase_add_test(tests, test_local_asks_no_other_server);
    tcase_add_test(tests, test_nobody);
    tcase_add_test(tests, test_shutdown_while_waiting);
    tcase_add_test(tests, test_from_another_thread);
    tcase_add_test(tests, test_refused_calls);
    tcase_add_test(tests, test_what_a_remote_socket_is);
    tcase_add_test(tests, test_what_a_remote_socket_does);
    tcase_add_test(tests, test_a_remote_sockets_reply);
    tcase_add_test(tests, test_a_remote_socket_that_has_gone);
    tcase_add_test(tests, test_a_remote_socket_that_says_nothing);
    tcase_add_test(tests, test_a_remote_socket_outlives_the_server);
    tcase_add_test(tests, test_incomplete_fetch);
    tcase_add_test(tests, test_server_side_emit);
    tcase_add_test(tests, test_server_side_answers);
    tcase_add_test(tests, test_server_side_without_other_servers);
    tcase_add_test(tests, test_server_side_from_another_thread);
    tcase_add_test(tests, test_events_of_other_servers);
    tcase_add_test(tests, test_what_is_no_event);
    tcase_add_test(tests, test_answering_another_server);
    tcase_add_test(tests, test_answering_later_from_another_thread);
    tcase_add_test(tests, test_no_memory);
    tcase_add_test(tests, test_no_memory_for_replies);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
