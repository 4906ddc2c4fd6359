/* Socket.IO packets: what socket.io-parser takes and refuses (each row was tried on it), and how
 * headers are written. */
#include "base/json_scan.h"
#include "socketio/packet.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array)    (int)(sizeof(array) / sizeof(*(array)))
#define MAX_ATTACHMENTS 10
#define MAX_DEPTH       10000

static sio__packet_t packet;
static const char *error;

static int decode(const char *text, size_t len, char **copy)
{
    *copy = malloc(len ? len : 1);
    memcpy(*copy, text, len);
    return sio__packet_decode(*copy, len, MAX_ATTACHMENTS, MAX_DEPTH, &packet, &error);
}

static const struct {
    const char *text;
    sio__packet_type_t type;
    unsigned attachments;
    const char *nsp;
    const char *id; /* "" for none */
    const char *data;
    size_t items;
} good[] = {
    {"0", SIO__CONNECT, 0, "/", "", "", 0},
    {"0{}", SIO__CONNECT, 0, "/", "", "{}", 0},
    {"0/admin,{\"t\":[1]}", SIO__CONNECT, 0, "/admin", "", "{\"t\":[1]}", 0},
    {"0/admin", SIO__CONNECT, 0, "/admin", "", "", 0},
    {"0/admin,", SIO__CONNECT, 0, "/admin", "", "", 0},
    {"0/admin?x=1,{}", SIO__CONNECT, 0, "/admin?x=1", "", "{}", 0},
    {"0/", SIO__CONNECT, 0, "/", "", "", 0},
    {"0/,", SIO__CONNECT, 0, "/", "", "", 0},
    {"05{}", SIO__CONNECT, 0, "/", "5", "{}", 0},
    {" {}", SIO__CONNECT, 0, "/", "", "{}", 0},
    {"\xc2\xa0{}", SIO__CONNECT, 0, "/", "", "{}", 0},
    {"\xef\xbb\xbf", SIO__CONNECT, 0, "/", "", "", 0},
    {"1", SIO__DISCONNECT, 0, "/", "", "", 0},
    {"1/a,", SIO__DISCONNECT, 0, "/a", "", "", 0},
    {"17", SIO__DISCONNECT, 0, "/", "7", "", 0},
    {"2", SIO__EVENT, 0, "/", "", "", 0},
    {"27", SIO__EVENT, 0, "/", "7", "", 0},
    {"2[\"a\"]", SIO__EVENT, 0, "/", "", "[\"a\"]", 1},
    {"2[1,2]", SIO__EVENT, 0, "/", "", "[1,2]", 2},
    {"2[-1]", SIO__EVENT, 0, "/", "", "[-1]", 1},
    {"2[\"\"]", SIO__EVENT, 0, "/", "", "[\"\"]", 1},
    {"2[\"connected\"]", SIO__EVENT, 0, "/", "", "[\"connected\"]", 1},
    {"2[\"Connect\"]", SIO__EVENT, 0, "/", "", "[\"Connect\"]", 1},
    {"2/n,00007[\"a\",\"b\"]", SIO__EVENT, 0, "/n", "7", "[\"a\",\"b\"]", 2},
    {"212345678901234567890[\"a\"]", SIO__EVENT, 0, "/", "12345678901234567000", "[\"a\"]", 1},
    {"2 [\"a\"]", SIO__EVENT, 0, "/", "0", "[\"a\"]", 1},
    {"2 1\t[\"a\"]", SIO__EVENT, 0, "/", "1", "[\"a\"]", 1},
    {"21 2[\"a\"]", SIO__EVENT, 0, "/", "NaN", "[\"a\"]", 1},
    {"2\xe2\x80\x83[\"a\"]", SIO__EVENT, 0, "/", "0", "[\"a\"]", 1},
    {"2[\"a\"] \n", SIO__EVENT, 0, "/", "", "[\"a\"] \n", 1},
    {"2[ \"a\" , {} ]", SIO__EVENT, 0, "/", "", "[ \"a\" , {} ]", 2},
    {"2/a[\"a\"]x,1", SIO__EVENT, 0, "/a[\"a\"]x", "1", "", 0},
    {"31[]", SIO__ACK, 0, "/", "1", "[]", 0},
    {"31", SIO__ACK, 0, "/", "1", "", 0},
    {"3[\"connect\",{}]", SIO__ACK, 0, "/", "", "[\"connect\",{}]", 2},
    {"4{\"message\":\"x\"}", SIO__CONNECT_ERROR, 0, "/", "", "{\"message\":\"x\"}", 0},
    {"4/a,\"x\"", SIO__CONNECT_ERROR, 0, "/a", "", "\"x\"", 0},
    {"4", SIO__CONNECT_ERROR, 0, "/", "", "", 0},
    {"51-[\"a\",{\"_placeholder\":true,\"num\":0}]", SIO__BINARY_EVENT, 1, "/", "",
     "[\"a\",{\"_placeholder\":true,\"num\":0}]", 2},
    {"510-/a,3[\"a\"]", SIO__BINARY_EVENT, 10, "/a", "3", "[\"a\"]", 1},
    {"51-", SIO__BINARY_EVENT, 1, "/", "", "", 0},
    {"5 2 -[\"a\"]", SIO__BINARY_EVENT, 2, "/", "", "[\"a\"]", 1},
    {"50x2-[\"a\"]", SIO__BINARY_EVENT, 2, "/", "", "[\"a\"]", 1},
    {"50b11-[\"a\"]", SIO__BINARY_EVENT, 3, "/", "", "[\"a\"]", 1},
    {"50O7-[\"a\"]", SIO__BINARY_EVENT, 7, "/", "", "[\"a\"]", 1},
    {"5+1.0e0-[\"a\"]", SIO__BINARY_EVENT, 1, "/", "", "[\"a\"]", 1},
    {"5.1e1-[\"a\"]", SIO__BINARY_EVENT, 1, "/", "", "[\"a\"]", 1},
    {"5\xe3\x80\x80"
     "02\xc2\xa0-[\"a\"]",
     SIO__BINARY_EVENT, 2, "/", "", "[\"a\"]", 1},
    {"62-1[]", SIO__BINARY_ACK, 2, "/", "1", "[]", 0},
};

START_TEST(test_good)
{
    char *copy, id[SIO__NUMBER_MAX + 1] = "";

    ck_assert_int_eq(decode(good[_i].text, strlen(good[_i].text), &copy), 0);
    ck_assert_ptr_null(error);
    ck_assert_int_eq(packet.type, good[_i].type);
    ck_assert_uint_eq(packet.attachments, good[_i].attachments);
    ck_assert(sio__span_is(packet.nsp, good[_i].nsp));
    ck_assert_int_eq(packet.has_id, good[_i].id[0] != '\0');
    if (packet.has_id)
        sio__number_format(packet.id, id);
    ck_assert_str_eq(id, good[_i].id);
    ck_assert(sio__span_is(packet.data, good[_i].data));
    ck_assert_uint_eq(packet.item_count, good[_i].items);
    free(copy);
}
END_TEST

#define PAYLOAD "invalid payload"
#define TYPE    "unknown packet type"
#define ILLEGAL "Illegal attachments"

static const struct {
    const char *text, *error;
} bad[] = {
    {"", TYPE},
    {"7", TYPE},
    {"9[\"a\"]", TYPE},
    {"a", TYPE},
    {"-1", TYPE},
    {"[\"a\"]", TYPE},
    {"\xe2\x80\x8b", TYPE},
    {"\xd9\xa2[\"a\"]", TYPE},
    {"0a", PAYLOAD},
    {"0[]", PAYLOAD},
    {"0null", PAYLOAD},
    {"0\"x\"", PAYLOAD},
    {"0{", PAYLOAD},
    {"0{}x", PAYLOAD},
    {"0/a,b", PAYLOAD},
    {"0a/b,", PAYLOAD},
    {"1{}", PAYLOAD},
    {"1[]", PAYLOAD},
    {"1x", PAYLOAD},
    {"2[]", PAYLOAD},
    {"2{}", PAYLOAD},
    {"2\"a\"", PAYLOAD},
    {"2null", PAYLOAD},
    {"2[null]", PAYLOAD},
    {"2[true]", PAYLOAD},
    {"2[{}]", PAYLOAD},
    {"2[[\"a\"]]", PAYLOAD},
    {"2[\"a\"", PAYLOAD},
    {"2[\"a\",]", PAYLOAD},
    {"2[\"a\"]x", PAYLOAD},
    {"2[\"a\"]\x0b", PAYLOAD},
    {"2[\"\n\"]", PAYLOAD},
    {"2[01]", PAYLOAD},
    {"2-1[\"a\"]", PAYLOAD},
    {"2\xe2\x80\x8b[\"a\"]", PAYLOAD},
    {"2[\"connect\"]", PAYLOAD},
    {"2[\"connect_error\"]", PAYLOAD},
    {"2[\"disconnect\",1]", PAYLOAD},
    {"2[\"disconnecting\"]", PAYLOAD},
    {"2[\"newListener\"]", PAYLOAD},
    {"2[\"removeListener\"]", PAYLOAD},
    {"2[\"c\\u006fnnect\"]", PAYLOAD},
    {"2[\"\\u0063\\u006f\\u006E\\u006e\\u0065\\u0063\\u0074\"]", PAYLOAD},
    {"3{}", PAYLOAD},
    {"3\"a\"", PAYLOAD},
    {"31[", PAYLOAD},
    {"4[]", PAYLOAD},
    {"41.5", PAYLOAD},
    {"4null", PAYLOAD},
    {"5[\"a\"]", ILLEGAL},
    {"5-[\"a\"]", ILLEGAL},
    {"5 -[\"a\"]", ILLEGAL},
    {"50-[\"a\"]", ILLEGAL},
    {"50.5-[\"a\"]", ILLEGAL},
    {"51", ILLEGAL},
    {"5x-[\"a\"]", ILLEGAL},
    {"51x-[\"a\"]", ILLEGAL},
    {"51 1-[\"a\"]", ILLEGAL},
    {"51_0-[\"a\"]", ILLEGAL},
    {"50x-[\"a\"]", ILLEGAL},
    {"50xg-[\"a\"]", ILLEGAL},
    {"50b2-[\"a\"]", ILLEGAL},
    {"5+0x1-[\"a\"]", ILLEGAL},
    {"51e-[\"a\"]", ILLEGAL},
    {"5.-[\"a\"]", ILLEGAL},
    {"51e0.-[\"a\"]", ILLEGAL},
    {"5Infinity-[\"a\"]", ILLEGAL},
    {"5--1[\"a\"]", ILLEGAL},
    {"51e999-[\"a\"]", ILLEGAL},
    {"511-[\"a\"]", "too many attachments"},
    {"54294967297-[\"a\"]", "too many attachments"},
    {"51e300-[\"a\"]", "too many attachments"},
    {"611-", "too many attachments"},
    {"51-[\"connect\"]", PAYLOAD},
    {"61-{}", PAYLOAD},
};

START_TEST(test_bad)
{
    char *copy;

    ck_assert_msg(decode(bad[_i].text, strlen(bad[_i].text), &copy) == -1, "%s", bad[_i].text);
    ck_assert_str_eq(error, bad[_i].error);
    free(copy);
}
END_TEST

/* Cut anywhere, a packet is read no further than its end. */
START_TEST(test_cut)
{
    const char *text = good[_i].text;

    for (size_t len = 0; len <= strlen(text); len++) {
        char *copy;

        decode(text, len, &copy);
        free(copy);
    }
}
END_TEST

START_TEST(test_items)
{
    char text[400] = "2[0";
    char *copy;

    for (int i = 1; i < 40; i++)
        sprintf(text + strlen(text), ",%d", i);
    strcat(text, "]");
    ck_assert_int_eq(decode(text, strlen(text), &copy), 0);
    ck_assert_uint_eq(packet.item_count, 40);
    for (int i = 0; i <= SIO__INLINE_ARGS; i++)
        ck_assert(packet.items[i].len == 1 && packet.items[i].data[0] == '0' + i);
    free(copy);
}
END_TEST

START_TEST(test_limits)
{
    const char *text = "2[\"a\",[[]]]";

    ck_assert_int_eq(sio__packet_decode(text, strlen(text), 0, 3, &packet, &error), 0);
    ck_assert_int_eq(sio__packet_decode(text, strlen(text), 0, 2, &packet, &error), -1);
    ck_assert_str_eq(error, PAYLOAD);
    text = "51-[\"a\"]";
    ck_assert_int_eq(sio__packet_decode(text, strlen(text), 0, 9, &packet, &error), -1);
    ck_assert_str_eq(error, "too many attachments");
}
END_TEST

static const struct {
    sio__packet_type_t type;
    unsigned attachments;
    const char *nsp;
    bool has_id;
    double id;
    const char *text;
} headers[] = {
    {SIO__CONNECT, 0, "/", false, 0, "0"},
    {SIO__CONNECT, 0, "/admin", false, 0, "0/admin,"},
    {SIO__DISCONNECT, 0, "/admin", false, 0, "1/admin,"},
    {SIO__EVENT, 0, "/", false, 0, "2"},
    {SIO__EVENT, 0, "/", true, 0, "20"},
    {SIO__EVENT, 0, "/a", true, 12, "2/a,12"},
    {SIO__ACK, 0, "/", true, 12345678901234567890.0, "312345678901234567000"},
    {SIO__ACK, 0, "/", true, 1e21, "31e+21"},
    {SIO__ACK, 0, "/", true, NAN, "3NaN"},
    {SIO__BINARY_EVENT, 1, "/", false, 0, "51-"},
    {SIO__BINARY_ACK, 12, "/a", true, 3, "612-/a,3"},
};

START_TEST(test_header)
{
    sio__buf_t buf = SIO__BUF_INIT;

    sio__packet_encode_header(&buf, headers[_i].type, headers[_i].attachments, headers[_i].nsp,
                              headers[_i].has_id, headers[_i].id);
    sio__buf_append_char(&buf, '\0');
    ck_assert_str_eq(buf.data, headers[_i].text);
    sio__buf_free(&buf);
}
END_TEST

START_TEST(test_reserved)
{
    ck_assert(sio__event_name_reserved("connect", 7));
    ck_assert(sio__event_name_reserved("removeListener", 14));
    ck_assert(!sio__event_name_reserved("connect", 6));
    ck_assert(!sio__event_name_reserved("connect\0", 8));
    ck_assert(!sio__event_name_reserved("reconnect", 9));
    ck_assert(!sio__event_name_reserved("", 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet");
    TCase *decoder = tcase_create("decode");
    TCase *encoder = tcase_create("encode");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(decoder, test_good, 0, COUNT(good));
    tcase_add_loop_test(decoder, test_bad, 0, COUNT(bad));
    tcase_add_loop_test(decoder, test_cut, 0, COUNT(good));
    tcase_add_test(decoder, test_items);
    tcase_add_test(decoder, test_limits);
    tcase_add_loop_test(encoder, test_header, 0, COUNT(headers));
    tcase_add_test(encoder, test_reserved);
    suite_add_tcase(suite, decoder);
    suite_add_tcase(suite, encoder);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
