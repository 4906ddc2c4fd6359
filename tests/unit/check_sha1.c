/* SHA-1 against the published vectors and every length around a block's end. */
#include "base/sha1.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hex(const void *bytes, size_t len, char out[2 * SIO__SHA1_LEN + 1])
{
    uint8_t digest[SIO__SHA1_LEN];

    sio__sha1(bytes, len, digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static const struct {
    const char *text, *digest;
} vectors[] = {
    {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrs"
     "mnopqrstnopqrstu",
     "a49b2446a02c645bf419f995b67091253a04a259"},
};

START_TEST(test_vector)
{
    char out[2 * SIO__SHA1_LEN + 1];

    hex(vectors[_i].text, strlen(vectors[_i].text), out);
    ck_assert_str_eq(out, vectors[_i].digest);
}
END_TEST

START_TEST(test_million)
{
    char out[2 * SIO__SHA1_LEN + 1];
    char *text = malloc(1000000);

    memset(text, 'a', 1000000);
    hex(text, 1000000, out);
    ck_assert_str_eq(out, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    free(text);
}
END_TEST

/* The padding's three cases; digests from sha1sum of that many 'a'. */
static const struct {
    size_t len;
    const char *digest;
} lengths[] = {
    {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
    {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
    {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
    {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
    {65, "11655326c708d70319be2610e8a57d9a5b959d3b"},
    {119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"},
    {120, "f34c1488385346a55709ba056ddd08280dd4c6d6"},
    {128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0"},
};

START_TEST(test_length)
{
    char out[2 * SIO__SHA1_LEN + 1];
    char *text = malloc(lengths[_i].len);

    memset(text, 'a', lengths[_i].len);
    hex(text, lengths[_i].len, out);
    ck_assert_str_eq(out, lengths[_i].digest);
    free(text);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("sha1");
    TCase *tcase = tcase_create("sha1");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_vector, 0, COUNT(vectors));
    tcase_add_test(tcase, test_million);
    tcase_add_loop_test(tcase, test_length, 0, COUNT(lengths));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
