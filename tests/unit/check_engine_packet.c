/* Engine.IO packets and polling payloads. */
#include "engineio/packet.h"

#include "base/alloc.h"

#include <check.h>
#include <stdlib.h>

static char *copy_of(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);

    memcpy(copy, text, len);
    return copy;
}

static const struct {
    const char *text;
    eio_packet_type_t type;
    bool binary;
    const char *data; /* NULL: no packet */
} packets[] = {
    {"0{\"sid\":\"x\"}", EIO_PACKET_OPEN, false, "{\"sid\":\"x\"}"},
    {"1", EIO_PACKET_CLOSE, false, ""},
    {"2probe", EIO_PACKET_PING, false, "probe"},
    {"3", EIO_PACKET_PONG, false, ""},
    {"4", EIO_PACKET_MESSAGE, false, ""},
    {"4hello", EIO_PACKET_MESSAGE, false, "hello"},
    {"4b", EIO_PACKET_MESSAGE, false, "b"},
    {"4\xe2\x82\xac", EIO_PACKET_MESSAGE, false, "\xe2\x82\xac"},
    {"5", EIO_PACKET_UPGRADE, false, ""},
    {"6", EIO_PACKET_NOOP, false, ""},
    {"b", EIO_PACKET_MESSAGE, true, ""},
    {"bAQIDBA==", EIO_PACKET_MESSAGE, true, "\x01\x02\x03\x04"},
    {"bAQIDBA", EIO_PACKET_MESSAGE, true, "\x01\x02\x03\x04"},
    {"b A-_ Q!", EIO_PACKET_MESSAGE, true, "\x03\xef\xd0"},
    {"", EIO_PACKET_OPEN, false, NULL},
    {"7", EIO_PACKET_OPEN, false, NULL},
    {"/", EIO_PACKET_OPEN, false, NULL},
    {"hello", EIO_PACKET_OPEN, false, NULL},
    {"B", EIO_PACKET_OPEN, false, NULL},
    {" 4", EIO_PACKET_OPEN, false, NULL},
    {"\x1e", EIO_PACKET_OPEN, false, NULL},
};

START_TEST(test_decode)
{
    size_t len = strlen(packets[_i].text);
    char *text = copy_of(packets[_i].text, len);
    eio_packet_t packet;
    int status = eio_packet_decode_text(text, len, &packet);

    ck_assert_int_eq(status, packets[_i].data ? 0 : -1);
    if (status == 0) {
        ck_assert_int_eq(packet.type, packets[_i].type);
        ck_assert_int_eq(packet.binary, packets[_i].binary);
        ck_assert(sio__span_is(packet.data, packets[_i].data));
    }
    free(text);
}
END_TEST

static const struct {
    const char *body;
    const char *types; /* of the packets before the end or the first that is none */
    bool failed;
} payloads[] = {
    {"4", "4", false},
    {"4a\x1e"
     "4b\x1e"
     "2",
     "442", false},
    {"4a\x1e"
     "bAQI=\x1e"
     "1",
     "4b1", false},
    {"", "", true},
    {"\x1e", "", true},
    {"4a\x1e", "4", true},
    {"\x1e"
     "4a",
     "", true},
    {"4a\x1e\x1e"
     "4b",
     "4", true},
    {"4a\x1e"
     "x\x1e"
     "4b",
     "4", true},
    {"abc", "", true},
};

START_TEST(test_payload)
{
    size_t len = strlen(payloads[_i].body);
    char *body = copy_of(payloads[_i].body, len);
    char types[8] = "";
    size_t count = 0;
    eio_payload_reader_t reader;
    eio_packet_t packet;

    eio_payload_reader_init(&reader, body, len);
    while (eio_payload_next(&reader, &packet))
        types[count++] = packet.binary ? 'b' : (char)('0' + packet.type);
    ck_assert_str_eq(types, payloads[_i].types);
    ck_assert_int_eq(reader.failed, payloads[_i].failed);
    ck_assert(!eio_payload_next(&reader, &packet));
    ck_assert_int_eq(reader.failed, payloads[_i].failed);
    free(body);
}
END_TEST

START_TEST(test_payload_without_memory)
{
    eio_payload_reader_t reader;
    eio_packet_t packet;

    eio_payload_reader_init(&reader, NULL, 0);
    ck_assert(!eio_payload_next(&reader, &packet));
    ck_assert(reader.failed);
}
END_TEST

START_TEST(test_append)
{
    sio__buf_t payload = SIO__BUF_INIT;

    eio_payload_append(&payload, EIO_PACKET_MESSAGE, "hello", 5);
    eio_payload_append(&payload, EIO_PACKET_PING, NULL, 0);
    eio_payload_append_binary(&payload, "\x01\x02\x03\x04", 4);
    eio_payload_append_binary(&payload, NULL, 0);
    eio_payload_append(&payload, EIO_PACKET_NOOP, "", 0);
    ck_assert(!payload.failed);
    ck_assert(sio__span_is((sio__span_t){payload.data, payload.len}, "4hello\x1e"
                                                                     "2\x1e"
                                                                     "bAQIDBA==\x1e"
                                                                     "b\x1e"
                                                                     "6"));
    sio__buf_free(&payload);
}
END_TEST

START_TEST(test_append_binary_first)
{
    sio__buf_t payload = SIO__BUF_INIT;

    eio_payload_append_binary(&payload, "\xff\xfe", 2);
    ck_assert(sio__span_is((sio__span_t){payload.data, payload.len}, "b//4="));
    sio__buf_free(&payload);
}
END_TEST

/* What is written is read back, at sizes around the buffer's growth. */
START_TEST(test_round_trip)
{
    unsigned char bytes[300];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 11);
    for (size_t len = 0; len < sizeof(bytes); len++) {
        sio__buf_t payload = SIO__BUF_INIT;
        eio_payload_reader_t reader;
        eio_packet_t packet;

        eio_payload_append_binary(&payload, bytes, len);
        eio_payload_append(&payload, EIO_PACKET_MESSAGE, "x", 1);
        eio_payload_reader_init(&reader, payload.data, payload.len);
        ck_assert(eio_payload_next(&reader, &packet));
        ck_assert(packet.binary && packet.data.len == len);
        ck_assert_mem_eq(packet.data.data, bytes, len);
        ck_assert(eio_payload_next(&reader, &packet));
        ck_assert(!packet.binary && sio__span_is(packet.data, "x"));
        ck_assert(!eio_payload_next(&reader, &packet));
        ck_assert(!reader.failed);
        sio__buf_free(&payload);
    }
}
END_TEST

static void *no_malloc(size_t size)
{
    (void)size;
    return NULL;
}

static void *no_realloc(void *ptr, size_t size)
{
    (void)ptr;
    (void)size;
    return NULL;
}

START_TEST(test_out_of_memory)
{
    const sio__alloc_fns_t failing = {no_malloc, no_realloc, free};
    sio__buf_t payload = SIO__BUF_INIT;

    sio__alloc_set(&failing);
    eio_payload_append(&payload, EIO_PACKET_MESSAGE, "hello", 5);
    eio_payload_append_binary(&payload, "hello", 5);
    sio__alloc_set(NULL);
    ck_assert(payload.failed);
    ck_assert_uint_eq(payload.len, 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("engine_packet");
    TCase *tcase = tcase_create("engine_packet");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_decode, 0, COUNT(packets));
    tcase_add_loop_test(tcase, test_payload, 0, COUNT(payloads));
    tcase_add_test(tcase, test_payload_without_memory);
    tcase_add_test(tcase, test_append);
    tcase_add_test(tcase, test_append_binary_first);
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_out_of_memory);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
