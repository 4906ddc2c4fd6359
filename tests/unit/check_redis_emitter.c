/* The emitter's C interface on a real Redis: what is published for each call, read as a server
 * reads it; errors; flushes. */
#include "adapters/classic_message.h"
#include "adapters/redis_connection.h"
#include "tests/unit/redis_process.h"

#include <check.h>
#include <socketio/redis.h>
#include <stdio.h>
#include <stdlib.h>

static redis_process_t server;
static uv_loop_t loop;
static sio__log_t silent = {.level = 0};
static sio__redis_config_t *config;
static sio__redis_t *listener;
static sio__cluster_decoder_t decoder;
static sio_emitter_t *emitter;

/* What was published last, on which channel. */
static struct {
    bool connected;
    int messages;
    char channel[128];
    sio__classic_request_t request;
    bool readable;
    sio__buf_t bytes;
} heard;

static void on_connected(sio__redis_t *redis, void *user)
{
    (void)redis;
    (void)user;
    heard.connected = true;
}

static const sio__redis_events_t events = {.connected = on_connected};

static void on_message(void *subscriber, sio__span_t channel, sio__span_t message)
{
    bool is_request;

    (void)subscriber;
    heard.messages++;
    snprintf(heard.channel, sizeof(heard.channel), "%.*s", (int)channel.len, channel.data);
    is_request = strstr(heard.channel, "-request#") != NULL;
    sio__buf_clear(&heard.bytes);
    sio__buf_append(&heard.bytes, message.data, message.len);
    heard.readable =
        sio__classic_decode(&decoder, NULL,
                            is_request ? SIO__CLASSIC_REQUESTS : SIO__CLASSIC_BROADCASTS, "/chat",
                            (sio__span_t){heard.bytes.data, heard.bytes.len}, &heard.request);
}

static void hear_next(void)
{
    int before = heard.messages;

    ck_assert_int_eq(sio_emitter_flush(emitter, 20000), SIO_OK);
    while (heard.messages == before)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_int_eq(heard.messages, before + 1);
    ck_assert(heard.readable);
    ck_assert_str_eq(heard.request.message.uid, "emitter");
}

static void expect(const char *channel, unsigned type, const char *packet)
{
    const sio__cluster_message_t *message = &heard.request.message;

    hear_next();
    ck_assert_str_eq(heard.channel, channel);
    ck_assert_uint_eq(message->type, type);
    ck_assert_msg(sio__span_is(message->packet, packet), "%.*s", (int)message->packet.len,
                  message->packet.data);
}

static void expect_names(const char *const *names, const char *first, const char *second)
{
    ck_assert_ptr_nonnull(names);
    for (const char *const *expected = (const char *const[]){first, second, NULL};; expected++) {
        if (!*expected) {
            ck_assert_ptr_null(*names);
            return;
        }
        ck_assert_ptr_nonnull(*names);
        ck_assert_str_eq(*names++, *expected);
    }
}

static void set_up(void)
{
    sio__redis_setup_t setup = {.loop = &loop, .log = &silent, .events = &events};
    const char *error;

    memset(&heard, 0, sizeof(heard));
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    redis_start(&server, 0, NULL);
    sio__cluster_decoder_init(&decoder, 100);
    config = sio__redis_config_new(server.url, NULL, &error);
    ck_assert_ptr_nonnull(config);
    setup.config = config;
    listener = sio__redis_new(&setup);
    ck_assert_ptr_nonnull(listener);
    ck_assert_int_eq(sio__redis_subscribe(listener, SIO__REDIS_PATTERN, SIO__WORD("*"), on_message,
                                          NULL),
                     0);
    while (!heard.connected)
        uv_run(&loop, UV_RUN_ONCE);
    emitter = sio_emitter_new(server.url, NULL);
    ck_assert_ptr_nonnull(emitter);
}

static void tear_down(void)
{
    sio_emitter_free(emitter);
    sio__redis_close(listener, NULL, NULL);
    redis_kill(&server);
    ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    sio__redis_config_unref(config);
    sio__cluster_decoder_free(&decoder);
    sio__buf_free(&heard.bytes);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

START_TEST(test_emit)
{
    const sio__cluster_message_t *message = &heard.request.message;

    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "hello", "s{s:i}", "one", "n", 2), 0);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"hello\",\"one\",{\"n\":2}]");
    ck_assert(!message->audience.rooms || !message->audience.rooms[0]);
    ck_assert_uint_eq(message->audience.flags, 0);
    ck_assert_int_eq(sio_emitter_emit_text(emitter, "chat", SIO_TARGET(.to = SIO_LIST("a room")),
                                           "text", "[null, \"\\u00e9\"]", 16),
                     0);
    expect("socket.io#/chat#a room#", SIO__BROADCAST, "[\"text\",null,\"é\"]");
    expect_names(message->audience.rooms, "a room", NULL);
}
END_TEST

START_TEST(test_target)
{
    const sio__cluster_message_t *message = &heard.request.message;

    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat",
                                      SIO_TARGET(.to = SIO_LIST("one", "two"),
                                                 .except = SIO_LIST("three"),
                                                 .flags = SIO_VOLATILE | SIO_NO_COMPRESS),
                                      "n", NULL),
                     0);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"n\"]");
    expect_names(message->audience.rooms, "one", "two");
    expect_names(message->audience.except, "three", NULL);
    ck_assert_uint_eq(message->audience.flags, SIO_VOLATILE | SIO_NO_COMPRESS);
}
END_TEST

static void expect_attachment(size_t index, const char *bytes, size_t len)
{
    const sio__attachments_t *attachments = &heard.request.message.attachments;

    ck_assert_uint_lt(index, attachments->count);
    ck_assert_uint_eq(attachments->items[index].len, len);
    ck_assert_mem_eq(attachments->items[index].data, bytes, len);
}

START_TEST(test_binary)
{
    const sio_redis_bytes_t files[] = {{"\0\1", 2}, {"", 0}};

    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "b", "[B]i", "\xff\0x", (size_t)3, 7),
                     0);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"b\",[{\"_placeholder\":true,\"num\":0}],7]");
    expect_attachment(0, "\xff\0x", 3);
    ck_assert_int_eq(sio_emitter_emit_bytes(emitter, "/chat", NULL, "files", "[1,{}]", 6, files, 2),
                     0);
    expect("socket.io#/chat#", SIO__BROADCAST,
           "[\"files\",1,{},{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
    expect_attachment(0, "\0\1", 2);
    expect_attachment(1, "", 0);
    ck_assert_int_eq(sio_emitter_emit_bytes(emitter, "/chat", NULL, "file", NULL, 0, files, 1), 0);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"file\",{\"_placeholder\":true,\"num\":0}]");
}
END_TEST

START_TEST(test_requests)
{
    const sio__cluster_message_t *message = &heard.request.message;
    const sio_target_t *target = SIO_TARGET(.to = SIO_LIST("r"), .except = SIO_LIST("x"));

    ck_assert_int_eq(sio_emitter_sockets_join(emitter, "/chat", target, SIO_LIST("one", "two")), 0);
    expect("socket.io-request#/chat#", SIO__SOCKETS_JOIN, "");
    expect_names(message->audience.rooms, "r", NULL);
    expect_names(message->audience.except, "x", NULL);
    expect_names(message->rooms, "one", "two");
    ck_assert_int_eq(sio_emitter_sockets_leave(emitter, "/chat", target, SIO_LIST("one")), 0);
    expect("socket.io-request#/chat#", SIO__SOCKETS_LEAVE, "");
    expect_names(message->rooms, "one", NULL);
    ck_assert_int_eq(sio_emitter_disconnect_sockets(emitter, "/chat", target, true), 0);
    expect("socket.io-request#/chat#", SIO__DISCONNECT_SOCKETS, "");
    ck_assert(message->close);
    ck_assert_int_eq(sio_emitter_server_side_emit(emitter, "/chat", "poke", "i", 1), 0);
    expect("socket.io-request#/chat#", SIO__SERVER_SIDE_EMIT, "[\"poke\",1]");
    ck_assert_int_eq(sio_emitter_server_side_emit_text(emitter, "/chat", "poke", "[[]]", 4), 0);
    expect("socket.io-request#/chat#", SIO__SERVER_SIDE_EMIT, "[\"poke\",[]]");
}
END_TEST

/* Nothing is published with an error. */
START_TEST(test_errors)
{
    ck_assert_int_eq(sio_emitter_emit(emitter, NULL, NULL, "x", "Q", 1), SIO_EFORMAT);
    ck_assert_int_eq(sio_emitter_emit(emitter, NULL, NULL, NULL, NULL), SIO_EINVAL);
    ck_assert_int_eq(sio_emitter_emit(emitter, NULL, NULL, "disconnect", NULL), SIO_ERESERVED);
    ck_assert_int_eq(sio_emitter_emit_text(emitter, NULL, NULL, "connect", "[]", 2), SIO_ERESERVED);
    ck_assert_int_eq(sio_emitter_emit_bytes(emitter, NULL, NULL, "newListener", NULL, 0, NULL, 0),
                     SIO_ERESERVED);
    ck_assert_int_eq(sio_emitter_emit_text(emitter, NULL, NULL, "x", "[1", 2), SIO_EJSON);
    ck_assert_int_eq(sio_emitter_emit_text(emitter, NULL, NULL, "x", "{}", 2), SIO_EJSON);
    ck_assert_int_eq(sio_emitter_sockets_join(emitter, NULL, NULL, NULL), SIO_EINVAL);
    ck_assert_int_eq(sio_emitter_flush(emitter, 20000), SIO_OK);
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "last", NULL), SIO_OK);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"last\"]");
    ck_assert_int_eq(heard.messages, 1);
}
END_TEST

START_TEST(test_away)
{
    sio_emitter_free(emitter);
    emitter = sio_emitter_new(server.url,
                              SIO_EMITTER_OPTIONS(.connection =
                                                      SIO_REDIS_CONNECTION(.retry_min_ms = 10,
                                                                           .buffer_limit = 1000)));
    ck_assert_int_eq(sio_emitter_flush(emitter, 0), SIO_OK); /* nothing to be flushed */
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "one", NULL), SIO_OK);
    expect("socket.io#/chat#", SIO__BROADCAST, "[\"one\"]");
    redis_kill(&server);
    while (!*sio_emitter_error(emitter))
        ck_assert_int_ne(sio_emitter_emit(emitter, "/chat", NULL, "lost", NULL), SIO_EINVAL);
    sio_emitter_flush(emitter, 1); /* SIO_EDISCONNECTED, unless all of them wait still */
    while (sio_emitter_emit(emitter, "/chat", NULL, "waits", NULL) == SIO_OK)
        ;
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "waits", NULL), SIO_EBACKPRESSURE);
    ck_assert_int_eq(sio_emitter_flush(emitter, 1), SIO_ETIMEDOUT);
    redis_start(&server, server.port, NULL);
    ck_assert_int_eq(sio_emitter_flush(emitter, 60000), SIO_OK);
    ck_assert_str_ne(sio_emitter_error(emitter), "");
}
END_TEST

static int encode(const char *json, size_t len, const sio_redis_bytes_t *binary, size_t count,
                  sio_redis_output_t *output, void *user)
{
    (void)binary;
    ck_assert_str_eq(user, "mine");
    sio_redis_write(output, "{}", count ? 2 : 0);
    sio_redis_write(output, json, len);
    return count > 1;
}

static int decode(const void *message, size_t len, sio_redis_output_t *output, void *user)
{
    (void)message;
    (void)len;
    (void)output;
    (void)user;
    return -1;
}

START_TEST(test_parser)
{
    static const char begin[] = "{}[\"emitter\",{\"type\":2,\"data\":[\"n\",{";
    static char mine[] = "mine";
    const sio_redis_parser_t parser = {sizeof(parser), encode, decode, mine};

    sio_emitter_free(emitter);
    emitter = sio_emitter_new(server.url, SIO_EMITTER_OPTIONS(.key = "k", .parser = &parser));
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "n", "B", "x", (size_t)1), SIO_OK);
    ck_assert_int_eq(sio_emitter_flush(emitter, 20000), SIO_OK);
    while (!heard.messages)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_str_eq(heard.channel, "k#/chat#");
    ck_assert_msg(strncmp(heard.bytes.data, begin, sizeof(begin) - 1) == 0, "%.*s",
                  (int)heard.bytes.len, heard.bytes.data);
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "n", "BB", "x", (size_t)1, "y",
                                      (size_t)1),
                     SIO_EINVAL);
}
END_TEST

START_TEST(test_loop_of_the_program)
{
    sio_emitter_free(emitter);
    emitter = sio_emitter_new(server.url, SIO_EMITTER_OPTIONS(.loop = &loop));
    ck_assert_int_eq(sio_emitter_flush(emitter, 1), SIO_ESTATE);
    ck_assert_int_eq(sio_emitter_emit(emitter, "/chat", NULL, "n", NULL), SIO_OK);
    while (!heard.messages)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_str_eq(heard.channel, "socket.io#/chat#");
    ck_assert_ptr_null(sio_emitter_new("http://localhost", NULL));
    sio_emitter_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redis_emitter");
    TCase *tcase = tcase_create("emitter");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_emit);
    tcase_add_test(tcase, test_target);
    tcase_add_test(tcase, test_binary);
    tcase_add_test(tcase, test_requests);
    tcase_add_test(tcase, test_errors);
    tcase_add_test(tcase, test_away);
    tcase_add_test(tcase, test_parser);
    tcase_add_test(tcase, test_loop_of_the_program);
    suite_add_tcase(suite, tcase);
    if (!redis_installed()) {
        puts("1..0 # SKIP no redis-server here");
        return 0;
    }
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
