/* Engine.IO packets and polling payloads of protocol 3. */
#include "engineio/packet_v3.h"

#include "base/utf8.h"

#include "failing_alloc.h"
#include "hex_bytes.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>

/* ---- packets ---- */

static const struct {
    const char *text;
    const char *expected; /* type, "b" when binary, data; NULL: no packet */
} texts[] = {
    {"4hello", "4hello"},
    {"2probe", "2probe"},
    {"1", "1"},
    {"b4AQID", "4b\x01\x02\x03"},
    {"b4", "4b"},
    {"b2cHJvYmU=", "2bprobe"},
    {"b7AQID", "6b\x01\x02\x03"},
    {"bb", "6b"},
    {"b", "6b"},
    {"", NULL},
    {"7", NULL},
    {"x", NULL},
};

static void expect_packet(const eio_packet_t *packet, const char *expected)
{
    const char *data = expected + (packet->binary ? 2 : 1);

    ck_assert_int_eq(packet->type, expected[0] - '0');
    ck_assert_int_eq(packet->binary, expected[1] == 'b');
    ck_assert(sio__span_is(packet->data, data));
}

START_TEST(test_text)
{
    size_t len = strlen(texts[_i].text);
    char *text = malloc(len ? len : 1);
    eio_packet_t packet;

    memcpy(text, texts[_i].text, len);
    ck_assert_int_eq(eio_packet_v3_decode_text(text, len, &packet), texts[_i].expected ? 0 : -1);
    if (texts[_i].expected)
        expect_packet(&packet, texts[_i].expected);
    free(text);
}
END_TEST

static const struct {
    const char *bytes, *expected;
} binaries[] = {
    {"04 'abc'", "4babc"}, {"04", "4b"}, {"02 'probe'", "2bprobe"},
    {"07 'x'", "6bx"},     {"", "6b"},   {"ff", "6b"},
};

START_TEST(test_binary)
{
    size_t len;
    char *bytes = bytes_of(binaries[_i].bytes, &len);
    eio_packet_t packet;

    eio_packet_v3_decode_binary(bytes, len, &packet);
    expect_packet(&packet, binaries[_i].expected);
    free(bytes);
}
END_TEST

/* ---- payloads ---- */

/* Each packet as type, "b" when binary, and data, with a blank behind it; "!" when it failed. */
static const struct {
    const char *bytes, *expected;
    bool binary;
} payloads[] = {
    {"'2:4a'", "4a ", false},
    {"'2:4015:42['22'txt'22','22 e282acf09f9880 22']'", "40 42[\"txt\",\"€😀\"] ", false},
    {"'6:b4AQID1:2'", "4b\x01\x02\x03 2 ", false},
    {"'002:4a0:1:3'", "4a 3 ", false},
    {"''", "!", false},
    {"'0:'", "", false},
    {"'2:4'", "!", false},
    {"'2:4a3'", "4a !", false},
    {"'2:4ax:4'", "4a !", false},
    {"':4a'", "!", false},
    {"'1:9'", "!", false},
    {"' 2:4a'", "!", false},
    {"'-1:4a'", "!", false},
    {"'2:4' f09f9880", "!", false}, /* ends within a surrogate pair */
    {"'3:4' f09f9880", "4😀 ", false},
    {"'99999999999999999999999999999999:4a'", "!", false},

    {"00 02 ff '40' 01 04 ff 04 010203", "40 4b\x01\x02\x03 ", true},
    {"00 01 02 ff '4'e282ac'hellogood'", "!", true},
    {"00 01 02 ff '4' e282ac 'hellogod'", "4€hellogod ", true},
    {"", "", true},
    {"00 04 ff '4' eda080", "4\xef\xbf\xbd ", true},
    {"00 03 ff '4' c328", "!", true},
    {"00 06 ff 'b4AQID'", "4b\x01\x02\x03 ", true},
    {"00 09 ff '4a'", "4a ", true}, /* upstream takes what there is */
    {"02 02 ff 04 'x'", "4bx ", true},
    {"00 ff '4'", "!", true},
    {"00 02 '4a'", "!", true},
    {"00 0a ff '4a'", "!", true},
    {"00", "!", true},
    {"00 01 ff '2' 00", "!", true}, /* looked at as a whole */
    {"00 01 ff '9' 00 01 ff '2'", "!", true},
    {"01 00 ff 00 01 ff '2'", "6b 2 ", true},
};

static void tell(sio__buf_t *out, const eio_packet_t *packet)
{
    sio__buf_append_char(out, (char)('0' + packet->type));
    if (packet->binary)
        sio__buf_append_char(out, 'b');
    sio__buf_append(out, packet->data.data, packet->data.len);
    sio__buf_append_char(out, ' ');
}

static void read_all(char *body, size_t len, bool binary, sio__buf_t *out)
{
    bool (*next)(eio_payload_reader_t *, eio_packet_t *) =
        binary ? eio_payload_v3_binary_next : eio_payload_v3_next;
    eio_payload_reader_t reader;
    eio_packet_t packet;

    if (binary)
        eio_payload_v3_binary_reader_init(&reader, body, len);
    else
        eio_payload_v3_reader_init(&reader, body, len);
    while (next(&reader, &packet))
        tell(out, &packet);
    ck_assert(!next(&reader, &packet));
    if (reader.failed)
        sio__buf_append_char(out, '!');
}

START_TEST(test_payload)
{
    size_t len;
    char *body = bytes_of(payloads[_i].bytes, &len);
    sio__buf_t out = SIO__BUF_INIT;

    read_all(body, len, payloads[_i].binary, &out);
    ck_assert_msg(sio__span_is((sio__span_t){out.data, out.len}, payloads[_i].expected), "%s: %.*s",
                  payloads[_i].bytes, (int)out.len, out.data);
    sio__buf_free(&out);
    free(body);
}
END_TEST

START_TEST(test_length_of_many_digits)
{
    char body[400];
    sio__buf_t out = SIO__BUF_INIT;

    memset(body, 9, sizeof(body));
    body[0] = 0;
    body[300] = (char)255;
    memcpy(body + 301, "4a", 2);
    read_all(body, 303, true, &out);
    ck_assert(sio__span_is((sio__span_t){out.data, out.len}, "4a "));
    sio__buf_clear(&out);
    memset(body, 9, sizeof(body));
    body[0] = 0;
    body[398] = (char)255;
    read_all(body, sizeof(body), true, &out);
    ck_assert(sio__span_is((sio__span_t){out.data, out.len}, "!"));
    sio__buf_free(&out);
}
END_TEST

START_TEST(test_append)
{
    sio__buf_t text = SIO__BUF_INIT, binary = SIO__BUF_INIT;
    static const char euro[] = "42[\"txt\",\"€😀\"]";

    eio_payload_v3_append(&text, false, "40", 2);
    eio_payload_v3_append(&text, false, euro, strlen(euro));
    eio_payload_v3_append(&text, true, "\4\1\2\3", 4);
    eio_payload_v3_append(&text, true, "\4", 1);
    expect_bytes(text.data, text.len,
                 "'2:4015:42['22'txt'22','22 e282acf09f9880 22']6:b4AQID2:b4'");
    eio_payload_v3_binary_append(&binary, false, "40", 2);
    eio_payload_v3_binary_append(&binary, true, "\4\1\2\3", 4);
    eio_payload_v3_binary_append(&binary, false, "4\xe2\x82\xac 45678901", 13);
    expect_bytes(binary.data, binary.len,
                 "00 02 ff '40' 01 04 ff 04 010203 00 01 03 ff '4' e282ac "
                 "20 '45678901'");
    sio__buf_free(&text);
    sio__buf_free(&binary);
}
END_TEST

/* What is written is read back, at every length up to the second digit's change. */
START_TEST(test_round_trip)
{
    char packet[130] = "4";

    for (size_t len = 1; len < sizeof(packet); len++) {
        for (int form = 0; form < 4; form++) {
            bool binary_form = form & 1, binary = form & 2;
            sio__buf_t payload = SIO__BUF_INIT, out = SIO__BUF_INIT, expected = SIO__BUF_INIT;

            memset(packet + 1, 'x', sizeof(packet) - 1);
            packet[0] = binary ? 4 : '4';
            tell(&expected, &(eio_packet_t){EIO_PACKET_MESSAGE, binary, {packet + 1, len - 1}});
            (binary_form ? eio_payload_v3_binary_append : eio_payload_v3_append)(&payload, binary,
                                                                                 packet, len);
            read_all(payload.data, payload.len, binary_form, &out);
            ck_assert_uint_eq(out.len, expected.len);
            ck_assert_mem_eq(out.data, expected.data, out.len);
            sio__buf_free(&payload);
            sio__buf_free(&out);
            sio__buf_free(&expected);
        }
    }
}
END_TEST

START_TEST(test_out_of_memory)
{
    sio__buf_t payload = SIO__BUF_INIT;

    fail_from_allocation(0);
    eio_payload_v3_append(&payload, false, "4hello", 6);
    eio_payload_v3_append(&payload, true, "\4hello", 6);
    eio_payload_v3_binary_append(&payload, false, "4hello", 6);
    stop_failing();
    ck_assert(payload.failed);
    ck_assert_uint_eq(payload.len, 0);
}
END_TEST

/* ---- UTF-16 lengths ---- */

START_TEST(test_utf16)
{
    static const char text[] = "aé€😀b";

    ck_assert_uint_eq(sio__utf8_utf16_len(text, strlen(text)), 6);
    ck_assert_uint_eq(sio__utf8_utf16_len("", 0), 0);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 0), 0);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 2), 3);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 3), 6);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 4), SIZE_MAX);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 5), 10);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 6), 11);
    ck_assert_uint_eq(sio__utf8_skip_utf16(text, strlen(text), 7), SIZE_MAX);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("packet_v3");
    TCase *tcase = tcase_create("packet_v3");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_text, 0, COUNT(texts));
    tcase_add_loop_test(tcase, test_binary, 0, COUNT(binaries));
    tcase_add_loop_test(tcase, test_payload, 0, COUNT(payloads));
    tcase_add_test(tcase, test_length_of_many_digits);
    tcase_add_test(tcase, test_append);
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_out_of_memory);
    tcase_add_test(tcase, test_utf16);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
