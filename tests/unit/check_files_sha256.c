/* The files example's SHA-256 against the published vectors, and every way of cutting what is
 * hashed. */
#include "examples/files/sha256.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text, *digest;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
     "lmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

START_TEST(test_vector)
{
    struct sha256 sha;
    char hex[SHA256_HEX_SIZE];

    sha256_start(&sha);
    sha256_add(&sha, vectors[_i].text, strlen(vectors[_i].text));
    sha256_end(&sha, hex);
    ck_assert_str_eq(hex, vectors[_i].digest);
}
END_TEST

START_TEST(test_million)
{
    char piece[1000];
    struct sha256 sha;
    char hex[SHA256_HEX_SIZE];

    memset(piece, 'a', sizeof(piece));
    sha256_start(&sha);
    for (int i = 0; i < 1000; i++)
        sha256_add(&sha, piece, sizeof(piece));
    sha256_end(&sha, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

/* Every length around a block's end, in two pieces cut anywhere, as in one. */
START_TEST(test_cuts)
{
    char bytes[130];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)i;
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        char whole[SHA256_HEX_SIZE], cut[SHA256_HEX_SIZE];
        struct sha256 sha;

        sha256_start(&sha);
        sha256_add(&sha, bytes, len);
        sha256_end(&sha, whole);
        for (size_t at = 0; at <= len; at++) {
            sha256_start(&sha);
            sha256_add(&sha, bytes, at);
            sha256_add(&sha, bytes + at, len - at);
            sha256_end(&sha, cut);
            ck_assert_str_eq(whole, cut);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("files_sha256");
    TCase *tcase = tcase_create("sha256");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, test_vector, 0, (int)(sizeof(vectors) / sizeof(*vectors)));
    tcase_add_test(tcase, test_million);
    tcase_add_test(tcase, test_cuts);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
