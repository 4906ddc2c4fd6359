/* The files example's names: paths, invisible characters, devices, far too long ones. */
#include "examples/files/name.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *given, *clean;
} names[] = {
    {"a.txt", "a.txt"},
    {"../../etc/passwd", "passwd"},
    {"C:\\Users\\ann\\x.doc", "x.doc"},
    {"/", "file"},
    {"", "file"},
    {"..", "file"},
    {".bashrc", "bashrc"},
    {" . .x", "x"},
    {"x. . ", "x"},
    {"a\tb\nc\x7f.txt", "abc.txt"},
    {"\xe2\x80\xaegpj.exe", "gpj.exe"}, /* right-to-left override */
    {"a<b>:\"|?*.txt", "a_b______.txt"},
    {"con", "_con"},
    {"NUL.txt", "_NUL.txt"},
    {"com1.tar.gz", "_com1.tar.gz"},
    {"console.log", "console.log"},
    {"com.txt", "com.txt"},
    {"com10", "com10"},
    {"Gr\xc3\xbc\xc3\x9f"
     "e \xf0\x9f\x8c\xb1.txt",
     "Gr\xc3\xbc\xc3\x9f"
     "e \xf0\x9f\x8c\xb1.txt"},
};

START_TEST(test_name)
{
    char clean[FILE_NAME_SIZE];

    name_clean(clean, names[_i].given, strlen(names[_i].given));
    ck_assert_str_eq(clean, names[_i].clean);
}
END_TEST

/* A NUL doesn't end a name early. */
START_TEST(test_nul)
{
    char clean[FILE_NAME_SIZE];

    name_clean(clean, "a.exe\0.txt", 10);
    ck_assert_str_eq(clean, "a.exe.txt");
    name_clean(clean, "\0\0", 2);
    ck_assert_str_eq(clean, "file");
}
END_TEST

static const char *repeat(char *text, const char *what, size_t count)
{
    text[0] = '\0';
    while (count-- > 0)
        strcat(text, what);
    return text;
}

/* The ending stays when it is one; characters are not cut in two. */
START_TEST(test_long)
{
    static char text[40000], expected[40000];
    char clean[FILE_NAME_SIZE];

    repeat(text, "a", 300);
    strcat(text, ".jpeg");
    name_clean(clean, text, strlen(text));
    repeat(expected, "a", FILE_NAME_MAX - 5);
    ck_assert_str_eq(clean, strcat(expected, ".jpeg"));

    repeat(text, "\xf0\x9f\x8c\xb1", 500);
    name_clean(clean, text, strlen(text));
    ck_assert_str_eq(clean, repeat(expected, "\xf0\x9f\x8c\xb1", FILE_NAME_MAX));

    strcpy(text, "a.");
    repeat(text + 2, "\xc3\xbc", 10000);
    name_clean(clean, text, strlen(text));
    strcpy(expected, "a.");
    repeat(expected + 2, "\xc3\xbc", FILE_NAME_MAX - 2);
    ck_assert_str_eq(clean, expected);

    strcpy(text, "con.");
    repeat(text + 4, "x", 10000);
    name_clean(clean, text, strlen(text));
    ck_assert_uint_eq(strlen(clean), FILE_NAME_MAX);
    ck_assert(strncmp(clean, "_con.x", 6) == 0);
}
END_TEST

static const struct {
    const char *given;
    int valid;
} types[] = {
    {"text/plain", 1},
    {"application/vnd.oasis.opendocument.text", 1},
    {"image/svg+xml", 1},
    {"", 0},
    {"text", 0},
    {"text/", 0},
    {"/plain", 0},
    {"text/plain; charset=utf-8", 0},
    {"text/html\r\nX: y", 0},
    {"a/b/c", 0},
};

START_TEST(test_type)
{
    char clean[FILE_TYPE_SIZE];
    const char *given = types[_i].given;

    type_clean(clean, given, strlen(given));
    ck_assert_str_eq(clean, types[_i].valid ? given : "application/octet-stream");
}
END_TEST

START_TEST(test_long_type)
{
    char clean[FILE_TYPE_SIZE], text[300];

    strcpy(text, "a/");
    repeat(text + 2, "b", 98);
    type_clean(clean, text, strlen(text));
    ck_assert_str_eq(clean, text);
    strcat(text, "b");
    type_clean(clean, text, strlen(text));
    ck_assert_str_eq(clean, "application/octet-stream");
    type_clean(clean, "a/b\0", 4);
    ck_assert_str_eq(clean, "application/octet-stream");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("files_name");
    TCase *tcase = tcase_create("name");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, test_name, 0, (int)(sizeof(names) / sizeof(*names)));
    tcase_add_test(tcase, test_nul);
    tcase_add_test(tcase, test_long);
    tcase_add_loop_test(tcase, test_type, 0, (int)(sizeof(types) / sizeof(*types)));
    tcase_add_test(tcase, test_long_type);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
