/* Parsers of a program's own: nothing they say is believed, what they keep for a client is given
 * back, and what they can't say isn't sent. */
#include "tests/unit/live.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message is a command: what the decoder is to answer. */
typedef struct decoder {
    char kept[64];
} decoder_t;

enum { GONE = 1, HAPPENED = 2, CONNECTED = 4 };

static live_t live;
static wire_t client;
static atomic_int decoders;
static char ends[256], heard[256];
static sio_socket_t *held;

static void set_up(void)
{
    atomic_store(&decoders, 0);
    ends[0] = heard[0] = '\0';
    held = NULL;
}

static void *decoder_new(void *user)
{
    (void)user;
    atomic_fetch_add(&decoders, 1);
    return calloc(1, sizeof(decoder_t));
}

static void decoder_free(void *decoder, void *user)
{
    (void)user;
    atomic_fetch_sub(&decoders, 1);
    free(decoder);
}

static const struct command {
    const char *name;
    sio_packet_t packet;
} commands[] = {
    {"join", {.type = SIO_PACKET_CONNECT, .nsp = "/", .nsp_len = 1}},
    {"join by nothing", {.type = SIO_PACKET_CONNECT}},
    {"say",
     {.type = SIO_PACKET_EVENT, .nsp = "/", .nsp_len = 1, .data = "[\"x\",1]", .data_len = 7}},
    {"type", {.type = (enum sio_packet_type)5, .nsp = "/", .nsp_len = 1}},
    {"json",
     {.type = SIO_PACKET_EVENT, .nsp = "/", .nsp_len = 1, .data = "[\"x\",", .data_len = 5}},
    {"utf8",
     {.type = SIO_PACKET_EVENT, .nsp = "/", .nsp_len = 1, .data = "[\"\xff\"]", .data_len = 5}},
    {"nsp",
     {.type = SIO_PACKET_EVENT, .nsp = "/\xff", .nsp_len = 2, .data = "[\"x\"]", .data_len = 5}},
    {"id",
     {.type = SIO_PACKET_EVENT,
      .nsp = "/",
      .nsp_len = 1,
      .has_id = true,
      .id = 0.5,
      .data = "[\"x\"]",
      .data_len = 5}},
    {"reserved",
     {.type = SIO_PACKET_EVENT,
      .nsp = "/",
      .nsp_len = 1,
      .data = "[\"disconnect\"]",
      .data_len = 14}},
    {"object", {.type = SIO_PACKET_EVENT, .nsp = "/", .nsp_len = 1, .data = "{}", .data_len = 2}},
    {"bytes",
     {.type = SIO_PACKET_CONNECT,
      .nsp = "/",
      .nsp_len = 1,
      .attachments = &(sio_bytes_t){"a", 1},
      .attachment_count = 1}},
    {"placeholder",
     {.type = SIO_PACKET_EVENT,
      .nsp = "/",
      .nsp_len = 1,
      .data = "[\"x\",{\"_placeholder\":true,\"num\":1}]",
      .data_len = 35,
      .attachments = &(sio_bytes_t){"a", 1},
      .attachment_count = 1}},
};

static int decode(void *user, bool binary, const void *data, size_t len, sio_packet_t *packet,
                  const char **error)
{
    decoder_t *decoder = user;
    size_t had = strlen(decoder->kept);

    *error = "not a command";
    if (binary || had + len >= sizeof(decoder->kept))
        return -1;
    memcpy(decoder->kept + had, data, len);
    decoder->kept[had + len] = '\0';
    if (len && decoder->kept[had + len - 1] == '+') { /* there is more to come */
        decoder->kept[had + len - 1] = '\0';
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, decoder->kept) != 0)
            continue;
        *packet = commands[i].packet;
        decoder->kept[0] = '\0';
        return 1;
    }
    return -1;
}

/* "<type><data>" and each attachment; "mute" says nothing, "fail" fails, "broken" isn't UTF-8. */
static int encode(const sio_packet_t *packet, sio_messages_t *messages, void *user)
{
    char text[256];
    int error;

    (void)user;
    snprintf(text, sizeof(text), "%d%.*s", (int)packet->type, (int)packet->data_len, packet->data);
    if (strstr(text, "\"mute\""))
        return SIO_OK;
    if (strstr(text, "\"fail\""))
        return SIO_ENOTSUP;
    if (strstr(text, "\"broken\""))
        return sio_messages_add(messages, false, "\xff", 1);
    error = sio_messages_add(messages, false, text, strlen(text));
    for (size_t i = 0; !error && i < packet->attachment_count; i++)
        error = sio_messages_add(messages, true, packet->attachments[i].data,
                                 packet->attachments[i].len);
    return error;
}

static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    held = sio_socket_ref(socket);
    live_set(live_of(socket), CONNECTED);
}

static void note_end(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    snprintf(ends, sizeof(ends), "%s: %s", why->text, why->detail);
    live_set(live_of(socket), GONE);
}

static void on_x(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int number = 0;

    (void)user;
    ck_assert_int_eq(sio_unpack(event, "i", &number), SIO_OK);
    snprintf(heard, sizeof(heard), "%d", number);
    sio_conn_close(sio_conn(socket), true); /* the decoder stays until this has returned */
    live_set(live_of(socket), HAPPENED);
}

static void set_handlers(sio_server_t *io)
{
    sio_namespace_t *root = sio_of(io, "/");

    sio_on_connection(root, on_connection, NULL);
    sio_namespace_on(root, "x", on_x, NULL);
    sio_namespace_on_disconnect(root, note_end, NULL);
}

static sio_parser_t *parser_new(void)
{
    sio_parser_t *parser =
        sio_parser_new(SIO_PARSER(.encode = encode, .decode = decode, .decoder_new = decoder_new,
                                  .decoder_free = decoder_free));

    ck_assert_ptr_nonnull(parser);
    return parser;
}

static sio_parser_t *start(void)
{
    static sio_options_t options;

    options = (sio_options_t){.log_level = SIO_LOG_ERROR, .parser = parser_new()};
    live_start(&live, &options, set_handlers);
    ck_assert(wire_open(&client, live.port, NULL));
    return (sio_parser_t *)(uintptr_t)options.parser;
}

static void stop(sio_parser_t *parser)
{
    wire_close(&client);
    live_stop(&live);
    ck_assert_int_eq(atomic_load(&decoders), 0);
    sio_socket_unref(held);
    sio_parser_free(parser);
}

START_TEST(test_packet_in_pieces)
{
    sio_parser_t *parser = start();

    wire_send(&client, "4jo+");
    wire_send(&client, "4in");
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(strncmp(wire_next(&client), "40{\"sid\":", 9), 0);
    ck_assert_int_eq(atomic_load(&decoders), 1);
    wire_send(&client, "4s+");
    wire_send(&client, "4+");
    wire_send(&client, "4ay");
    live_wait(&live, HAPPENED | GONE);
    ck_assert_str_eq(heard, "1");
    stop(parser);
}
END_TEST

START_TEST(test_default_namespace)
{
    sio_parser_t *parser = start();

    wire_send(&client, "4join by nothing");
    live_wait(&live, CONNECTED);
    stop(parser);
}
END_TEST

static const struct wrong {
    const char *message, *detail;
} wrongs[] = {
    {"4type", "invalid packet type"},
    {"4json", "invalid payload"},
    {"4utf8", "invalid payload"},
    {"4nsp", "invalid namespace"},
    {"4id", "invalid packet id"},
    {"4reserved", "invalid payload"},
    {"4object", "invalid payload"},
    {"4bytes", "illegal attachments"},
    {"4placeholder", "illegal attachments"},
    {"4nonsense", "not a command"},
};

START_TEST(test_not_believed)
{
    const struct wrong *wrong = &wrongs[_i];
    sio_parser_t *parser = start();
    char expected[128];

    wire_send(&client, "4join");
    live_wait(&live, CONNECTED);
    wire_send(&client, wrong->message);
    live_wait(&live, GONE);
    snprintf(expected, sizeof(expected), "forced close: %s", wrong->detail);
    ck_assert_str_eq(ends, expected);
    stop(parser);
}
END_TEST

static void emit_all(void *user)
{
    sio_namespace_t *root = sio_socket_namespace(held);

    (void)user;
    ck_assert_int_eq(sio_emit(held, "mute", ""), SIO_EINVAL);
    ck_assert_int_eq(sio_emit(held, "fail", ""), SIO_ENOTSUP);
    ck_assert_int_eq(sio_emit(held, "broken", ""), SIO_EINVAL);
    ck_assert_int_eq(sio_emit_to(root, NULL, "fail", ""), SIO_ENOTSUP);
    ck_assert_int_eq(sio_emit(held, "a", "BB", "one", (size_t)3, "two", (size_t)3), SIO_OK);
    ck_assert_int_eq(sio_emit_to(root, NULL, "b", "B", "three", (size_t)5), SIO_OK);
}

START_TEST(test_several_messages)
{
    sio_parser_t *parser = start();

    wire_send(&client, "4join");
    live_wait(&live, CONNECTED);
    ck_assert_int_eq(strncmp(wire_next(&client), "40{\"sid\":", 9), 0);
    live_run(&live, emit_all, NULL);
    ck_assert_int_eq(sio_emit(held, "c", "B", "four", (size_t)4), SIO_OK); /* another thread */
    wire_expect(&client,
                "42[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
    wire_expect(&client, "one");
    wire_expect(&client, "two");
    wire_expect(&client, "42[\"b\",{\"_placeholder\":true,\"num\":0}]");
    wire_expect(&client, "three");
    wire_expect(&client, "42[\"c\",{\"_placeholder\":true,\"num\":0}]");
    wire_expect(&client, "four");
    stop(parser);
}
END_TEST

START_TEST(test_incomplete_parsers)
{
    ck_assert_ptr_null(sio_parser_new(SIO_PARSER(.encode = encode)));
    ck_assert_ptr_null(sio_parser_new(SIO_PARSER(.decode = decode)));
    sio_parser_free(NULL);
    sio_parser_free((sio_parser_t *)(uintptr_t)sio_msgpack_parser());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parser");
    TCase *tests = tcase_create("parser");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_packet_in_pieces);
    tcase_add_test(tests, test_default_namespace);
    tcase_add_loop_test(tests, test_not_believed, 0, sizeof(wrongs) / sizeof(wrongs[0]));
    tcase_add_test(tests, test_several_messages);
    tcase_add_test(tests, test_incomplete_parsers);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
