/* UTF-8: validation whole and in pieces, and repair. */
#include "base/utf8.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define R "\xef\xbf\xbd" /* U+FFFD */

static const struct {
    const char *text;
    const char *repaired; /* NULL: valid */
} texts[] = {
    {"", NULL},
    {"a", NULL},
    {"0123456789abcdef0123456789abcdef0123456789", NULL},
    {"\x7f", NULL},
    {"\xc2\x80", NULL},
    {"\xdf\xbf", NULL},
    {"\xe0\xa0\x80", NULL},
    {"\xed\x9f\xbf", NULL},
    {"\xee\x80\x80", NULL},
    {"\xef\xbf\xbf", NULL},
    {"\xf0\x90\x80\x80", NULL},
    {"\xf3\xbf\xbf\xbf", NULL},
    {"\xf4\x8f\xbf\xbf", NULL},
    {"\xef\xbb\xbf"
     "bom stays",
     NULL},
    {"\x80", R},
    {"\xbf\xbf", R R},
    {"\xc0\x80", R R},
    {"\xc1\xbf", R R},
    {"\xc2", R},
    {"\xc2x", R "x"},
    {"\xc2\xc2\x80", R "\xc2\x80"},
    {"\xe0\x9f\xbf", R R R},
    {"\xe2\x82", R},
    {"\xe2\x82x", R "x"},
    {"\xe2x", R "x"},
    {"\xed\xa0\x80", R R R},
    {"\xed\xbf\xbf", R R R},
    {"\xf0\x8f\xbf\xbf", R R R R},
    {"\xf0\x9f\x98", R},
    {"\xf0\x9f\x98x", R "x"},
    {"\xf0\x9f\xf0\x9f\x98\x80", R "\xf0\x9f\x98\x80"},
    {"\xf4\x90\x80\x80", R R R R},
    {"\xf5\x80\x80\x80", R R R R},
    {"\xff\xfe", R R},
    {"0123456789abcdef0123456789abcde\xff", "0123456789abcdef0123456789abcde" R},
    {"\xe6\xbc\xa2\xe5\xad\x97\xe6", "\xe6\xbc\xa2\xe5\xad\x97" R},
};

START_TEST(test_text)
{
    size_t len = strlen(texts[_i].text);
    const char *wanted = texts[_i].repaired ? texts[_i].repaired : texts[_i].text;
    char *text = malloc(len ? len : 1);
    char *out = malloc(3 * len + 1);
    size_t written;

    memcpy(text, texts[_i].text, len);
    ck_assert_int_eq(sio__utf8_valid(text, len), texts[_i].repaired == NULL);
    written = sio__utf8_repair(text, len, out);
    ck_assert_uint_eq(written, strlen(wanted));
    ck_assert_mem_eq(out, wanted, written);
    free(text);
    free(out);
}
END_TEST

static bool valid_in_pieces(const char *text, size_t len, size_t first, size_t second)
{
    sio__utf8_state_t state = 0;
    size_t rest = first + second;

    return sio__utf8_feed(&state, text, first) && sio__utf8_feed(&state, text + first, second) &&
           sio__utf8_feed(&state, text + rest, len - rest) && state == 0;
}

START_TEST(test_pieces)
{
    const char *text = texts[_i].text;
    size_t len = strlen(text);

    for (size_t first = 0; first <= len; first++)
        for (size_t second = 0; first + second <= len; second++)
            ck_assert_int_eq(valid_in_pieces(text, len, first, second), texts[_i].repaired == NULL);
}
END_TEST

/* Invalid at once, not only at the end: a close frame should not wait for more. */
START_TEST(test_feed_fails_early)
{
    sio__utf8_state_t state = 0;

    ck_assert(sio__utf8_feed(&state, "abc\xe2", 4));
    ck_assert_uint_ne(state, 0);
    ck_assert(!sio__utf8_feed(&state, "a", 1));
    state = 0;
    ck_assert(!sio__utf8_feed(&state, "\xed\xa0", 2));
    state = 0;
    ck_assert(!sio__utf8_feed(&state, "\xff", 1));
}
END_TEST

/* The plain reading of the definition, to hold the tables against. */
static bool well_formed_scalar(const unsigned char *bytes, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = bytes[0] & (0xffu >> (len + 1));

    if ((unsigned)bytes[0] >> (7 - len) != (0xffu >> (7 - len)) - 1)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (bytes[i] >> 6 != 2)
            return false;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return code >= least[len] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* Of the bytes used behind a sequence only ASCII makes text by itself. */
static bool tail_valid(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] >= 0x80)
            return false;
    return true;
}

/* All lead bytes against all second bytes, with good and bad bytes behind. */
START_TEST(test_every_start)
{
    static const unsigned char thirds[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    unsigned wrong = 0; /* an assertion for each would take minutes */

    for (int lead = 0xc0; lead < 256; lead++) {
        for (int second = 0; second < 256; second++) {
            for (size_t i = 0; i < sizeof(thirds) * sizeof(thirds); i++) {
                unsigned char bytes[4] = {(unsigned char)lead, (unsigned char)second,
                                          thirds[i % sizeof(thirds)], thirds[i / sizeof(thirds)]};
                size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
                bool good = lead < 0xf8 && well_formed_scalar(bytes, len);

                wrong += sio__utf8_valid(bytes, len) != good;
                wrong += valid_in_pieces((const char *)bytes, len, 1, 1) != good;
                wrong += sio__utf8_valid(bytes, 4) != (good && tail_valid(bytes + len, 4 - len));
            }
        }
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* One wrong byte at every place of a long ASCII text. */
START_TEST(test_wide_steps)
{
    char text[100];
    char out[300];

    memset(text, 'a', sizeof(text));
    for (size_t len = 0; len <= sizeof(text); len++) {
        ck_assert(sio__utf8_valid(text, len));
        for (size_t at = 0; at < len; at++) {
            text[at] = (char)0x80;
            ck_assert(!sio__utf8_valid(text, len));
            ck_assert_uint_eq(sio__utf8_repair(text, len, out), len + 2);
            ck_assert_mem_eq(out + at, R, 3);
            text[at] = 'a';
        }
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tcase = tcase_create("utf8");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_text, 0, COUNT(texts));
    tcase_add_loop_test(tcase, test_pieces, 0, COUNT(texts));
    tcase_add_test(tcase, test_feed_fails_early);
    tcase_add_test(tcase, test_every_start);
    tcase_add_test(tcase, test_wide_steps);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
