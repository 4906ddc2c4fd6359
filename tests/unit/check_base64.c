/* Base64: RFC 4648's vectors, and the laxity of Node's decoder. */
#include "base/base64.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *plain, *encoded;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xef\xbe\xfb\xf0", "/+++"
                             "+/A="},
};

START_TEST(test_vector)
{
    const char *plain = vectors[_i].plain;
    char out[32];
    size_t len = sio__base64_encode(plain, strlen(plain), out);

    ck_assert_uint_eq(len, strlen(vectors[_i].encoded));
    ck_assert_uint_eq(len, SIO__BASE64_ENCODED_LEN(strlen(plain)));
    ck_assert_mem_eq(out, vectors[_i].encoded, len);
    ck_assert_uint_eq(sio__base64_decode(out, len, out), strlen(plain));
    ck_assert_mem_eq(out, plain, strlen(plain));
}
END_TEST

/* What Node's Buffer.from(text, "base64") makes of these. */
static const struct {
    const char *text, *plain;
} lax[] = {
    {"YQ", "a"},
    {"YWI", "ab"},
    {"YWJj", "abc"},
    {"YWJjY", "abc"},
    {"Y", ""},
    {"=", ""},
    {"=YWJj", ""},
    {"Y=Q==", ""},
    {"YQ=YQ==", "a"},
    {"YQ==YQ==", "a"},
    {"YWJj=YWJj", "abc"},
    {"YWJj===YWJjZA", "abc"},
    {" Y\nW\tJ\rj ", "abc"},
    {"Y*W!J\"j\xc3\xa9YQ", "abca"},
    {"__-_-_", "\xff\xff\xbf\xfb"},
    {"//+/+/", "\xff\xff\xbf\xfb"},
    {"*****", ""},
};

START_TEST(test_lax)
{
    char *text = strdup(lax[_i].text);
    size_t len = strlen(text);
    size_t written = sio__base64_decode(text, len, text);

    ck_assert_uint_eq(written, strlen(lax[_i].plain));
    ck_assert_mem_eq(text, lax[_i].plain, written);
    free(text);
}
END_TEST

/* Every byte value, every length, with junk at every place. */
START_TEST(test_round_trip)
{
    unsigned char bytes[300];
    char text[SIO__BASE64_ENCODED_LEN(sizeof(bytes)) + 1];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        size_t size = sio__base64_encode(bytes, len, text);
        size_t junk = size ? len % size : 0;
        unsigned char out[sizeof(bytes) + 2];

        memmove(text + junk + 1, text + junk, size - junk);
        text[junk] = '\n';
        ck_assert_uint_eq(sio__base64_decode(text, size + 1, out), len);
        ck_assert_mem_eq(out, bytes, len);
    }
}
END_TEST

START_TEST(test_alphabet)
{
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

    for (int c = 0; c < 256; c++) {
        char text[4] = {(char)c, 'A', 'A', 'A'};
        bool skipped = c == 0 || !strchr(all, c);
        unsigned char out[3];
        size_t wanted = c == '=' ? 0 : skipped ? 2 : 3;

        ck_assert_uint_eq(sio__base64_decode(text, 4, out), wanted);
        if (wanted == 3 && c != '-' && c != '_')
            ck_assert_int_eq(out[0] >> 2, (int)(strchr(all, c) - all));
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("base64");
    TCase *tcase = tcase_create("base64");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_vector, 0, COUNT(vectors));
    tcase_add_loop_test(tcase, test_lax, 0, COUNT(lax));
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_alphabet);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
