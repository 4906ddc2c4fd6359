/* WebSocket framing: headers both ways, masking, close codes, the handshake's key. */
#include "engineio/ws_frame.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MASK 0x11, 0x22, 0x33, 0x44

static const struct {
    uint8_t bytes[EIO_WS_MAX_CLIENT_HEADER];
    size_t size;
    uint8_t opcode;
    bool fin, rsv1;
    uint64_t len;
} good[] = {
    {{0x81, 0x80, MASK}, 6, EIO_WS_TEXT, true, false, 0},
    {{0x01, 0x85, MASK}, 6, EIO_WS_TEXT, false, false, 5},
    {{0x80, 0x85, MASK}, 6, EIO_WS_CONTINUATION, true, false, 5},
    {{0x00, 0x85, MASK}, 6, EIO_WS_CONTINUATION, false, false, 5},
    {{0x82, 0xfd, MASK}, 6, EIO_WS_BINARY, true, false, 125},
    {{0xc1, 0x85, MASK}, 6, EIO_WS_TEXT, true, true, 5},
    {{0x42, 0x85, MASK}, 6, EIO_WS_BINARY, false, true, 5},
    {{0x88, 0x82, MASK}, 6, EIO_WS_CLOSE, true, false, 2},
    {{0x89, 0xfd, MASK}, 6, EIO_WS_PING, true, false, 125},
    {{0x8a, 0x80, MASK}, 6, EIO_WS_PONG, true, false, 0},
    {{0x82, 0xfe, 0x00, 0x7e, MASK}, 8, EIO_WS_BINARY, true, false, 126},
    {{0x82, 0xfe, 0xff, 0xff, MASK}, 8, EIO_WS_BINARY, true, false, 65535},
    {{0x82, 0xfe, 0x00, 0x05, MASK}, 8, EIO_WS_BINARY, true, false, 5},
    {{0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, MASK}, 14, EIO_WS_BINARY, true, false, 65536},
    {{0x82, 0xff, 0x7f, 1, 2, 3, 4, 5, 6, 7, MASK},
     14,
     EIO_WS_BINARY,
     true,
     false,
     0x7f01020304050607},
};

START_TEST(test_header)
{
    const uint8_t mask[4] = {MASK};
    eio_ws_header_t header;
    uint8_t *exact = malloc(good[_i].size);

    memcpy(exact, good[_i].bytes, good[_i].size);
    for (size_t len = 0; len < good[_i].size; len++)
        ck_assert_int_eq(eio_ws_header_parse(exact, len, &header), 0);
    ck_assert_int_eq(eio_ws_header_parse(exact, good[_i].size, &header), (int)good[_i].size);
    ck_assert_uint_eq(header.opcode, good[_i].opcode);
    ck_assert_int_eq(header.fin, good[_i].fin);
    ck_assert_int_eq(header.rsv1, good[_i].rsv1);
    ck_assert_uint_eq(header.len, good[_i].len);
    ck_assert_mem_eq(header.mask, mask, 4);
    free(exact);
}
END_TEST

static const struct {
    uint8_t bytes[EIO_WS_MAX_CLIENT_HEADER];
    size_t enough; /* refused as soon as so many bytes are there */
} bad[] = {
    {{0xa1, 0x80, MASK}, 1}, /* rsv2 */
    {{0x91, 0x80, MASK}, 1}, /* rsv3 */
    {{0x83, 0x80, MASK}, 1}, /* reserved opcodes */
    {{0x87, 0x80, MASK}, 1},
    {{0x8b, 0x80, MASK}, 1},
    {{0x8f, 0x80, MASK}, 1},
    {{0xc0, 0x80, MASK}, 1}, /* rsv1 on a continuation, on control frames */
    {{0xc8, 0x80, MASK}, 1},
    {{0xc9, 0x80, MASK}, 1},
    {{0x08, 0x80, MASK}, 1}, /* fragmented control frames */
    {{0x09, 0x80, MASK}, 1},
    {{0x0a, 0x80, MASK}, 1},
    {{0x81, 0x05}, 2},             /* no mask */
    {{0x89, 0xfe, 0, 1, MASK}, 2}, /* long control frames */
    {{0x88, 0xff}, 2},
};

START_TEST(test_bad_header)
{
    eio_ws_header_t header;

    for (size_t len = 0; len <= EIO_WS_MAX_CLIENT_HEADER; len++)
        ck_assert_int_eq(eio_ws_header_parse(bad[_i].bytes, len, &header),
                         len < bad[_i].enough ? 0 : -1002);
}
END_TEST

static const struct {
    uint8_t bytes[EIO_WS_MAX_HEADER];
    size_t size;
    uint8_t opcode;
    bool rsv1;
    uint64_t len;
} written[] = {
    {{0x81, 0}, 2, EIO_WS_TEXT, false, 0},
    {{0xc1, 125}, 2, EIO_WS_TEXT, true, 125},
    {{0x82, 126, 0, 126}, 4, EIO_WS_BINARY, false, 126},
    {{0x82, 126, 0xff, 0xff}, 4, EIO_WS_BINARY, false, 65535},
    {{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}, 10, EIO_WS_BINARY, false, 65536},
    {{0x82, 127, 0x7f, 1, 2, 3, 4, 5, 6, 7}, 10, EIO_WS_BINARY, false, 0x7f01020304050607},
    {{0x88, 2}, 2, EIO_WS_CLOSE, false, 2},
};

START_TEST(test_write)
{
    uint8_t out[EIO_WS_MAX_HEADER];

    ck_assert_uint_eq(eio_ws_header_size(written[_i].len), written[_i].size);
    ck_assert_uint_eq(eio_ws_header_write(out, written[_i].opcode, written[_i].rsv1,
                                          written[_i].len),
                      written[_i].size);
    ck_assert_mem_eq(out, written[_i].bytes, written[_i].size);
}
END_TEST

/* Every length and alignment around the wide steps, in one go and split in two. */
START_TEST(test_unmask)
{
    const uint8_t mask[4] = {0x9a, 0x01, 0xfe, 0x40};
    uint8_t bytes[112];
    uint8_t plain[100];

    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i * 37);
    for (size_t len = 0; len <= sizeof(plain); len++) {
        for (size_t split = 0; split <= len; split++) {
            uint8_t *at = bytes + split % 8;

            for (size_t i = 0; i < len; i++)
                at[i] = plain[i] ^ mask[i % 4];
            at[len] = 0x5a;
            eio_ws_unmask(at, split, mask, 0);
            eio_ws_unmask(at + split, len - split, mask, split);
            ck_assert_mem_eq(at, plain, len);
            ck_assert_uint_eq(at[len], 0x5a);
        }
    }
}
END_TEST

START_TEST(test_unmask_far_offset)
{
    const uint8_t mask[4] = {1, 2, 3, 4};
    uint8_t bytes[3] = {0, 0, 0};

    eio_ws_unmask(bytes, 3, mask, UINT64_C(0x100000003));
    ck_assert_mem_eq(bytes, "\x04\x01\x02", 3);
}
END_TEST

static const struct {
    unsigned code;
    bool valid;
} codes[] = {
    {0, false},    {999, false}, {1000, true}, {1003, true},  {1004, false},  {1005, false},
    {1006, false}, {1007, true}, {1011, true}, {1014, true},  {1015, false},  {1016, false},
    {2999, false}, {3000, true}, {4999, true}, {5000, false}, {65535, false},
};

START_TEST(test_close_code)
{
    ck_assert_int_eq(eio_ws_close_code_valid(codes[_i].code), codes[_i].valid);
}
END_TEST

START_TEST(test_accept)
{
    char out[EIO_WS_ACCEPT_LEN + 1] = "";

    out[EIO_WS_ACCEPT_LEN] = '#';
    eio_ws_accept("dGhlIHNhbXBsZSBub25jZQ==", 24, out);
    ck_assert_mem_eq(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=#", EIO_WS_ACCEPT_LEN + 1);
}
END_TEST

static const struct {
    const char *key;
    bool valid;
} keys[] = {
    {"dGhlIHNhbXBsZSBub25jZQ==", true},  {"++//0099AAZZaazz++//00==", true},
    {"dGhlIHNhbXBsZSBub25jZQ=", false},  {"dGhlIHNhbXBsZSBub25jZQ===", false},
    {"dGhlIHNhbXBsZSBub25jZQA=", false}, {"dGhlIHNhbXBsZSBub25jZQ=A", false},
    {"dGhl-HNhbXBsZSBub25jZQ==", false}, {"dGhlIHNhbXBsZSBub25jZ===", false},
    {" GhlIHNhbXBsZSBub25jZQ==", false}, {"", false},
};

START_TEST(test_key)
{
    ck_assert_int_eq(eio_ws_key_valid(keys[_i].key, strlen(keys[_i].key)), keys[_i].valid);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("ws_frame");
    TCase *tcase = tcase_create("ws_frame");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_header, 0, COUNT(good));
    tcase_add_loop_test(tcase, test_bad_header, 0, COUNT(bad));
    tcase_add_loop_test(tcase, test_write, 0, COUNT(written));
    tcase_add_test(tcase, test_unmask);
    tcase_add_test(tcase, test_unmask_far_offset);
    tcase_add_loop_test(tcase, test_close_code, 0, COUNT(codes));
    tcase_add_test(tcase, test_accept);
    tcase_add_loop_test(tcase, test_key, 0, COUNT(keys));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
