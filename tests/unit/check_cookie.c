/* The session cookie: attributes as the npm package `cookie` writes them, and which options are
 * refused. */
#include "engineio/cookie.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BARE .name = "io", .max_age = -1

static const struct {
    eio_cookie_t cookie;
    const char *value, *text;
} cookies[] = {
    {{BARE}, "abc", "io=abc"},
    {{BARE, .path = "/", .http_only = true, .same_site = "lax"},
     "AZaz09-_",
     "io=AZaz09-_; Path=/; HttpOnly; SameSite=Lax"},
    {{.name = "sid",
      .path = "/chat room",
      .domain = ".example.com",
      .same_site = "NONE",
      .priority = "high",
      .max_age = 86400,
      .expires = 951782400,
      .http_only = true,
      .secure = true,
      .partitioned = true},
     "x",
     "sid=x; Max-Age=86400; Domain=.example.com; Path=/chat room; Expires=Tue, 29 Feb 2000 "
     "00:00:00 GMT; HttpOnly; Secure; Partitioned; Priority=High; SameSite=None"},
    {{.name = "io", .max_age = 0}, "", "io=; Max-Age=0"},
    {{BARE, .path = "", .domain = "", .same_site = "", .priority = ""}, "a", "io=a"},
    {{BARE, .priority = "Medium", .same_site = "Strict"},
     "a",
     "io=a; Priority=Medium; SameSite=Strict"},
    {{BARE, .priority = "low"}, "a", "io=a; Priority=Low"},
    {{BARE, .expires = -1}, "a", "io=a; Expires=Wed, 31 Dec 1969 23:59:59 GMT"},
    {{BARE, .expires = 253402300799}, "a", "io=a; Expires=Fri, 31 Dec 9999 23:59:59 GMT"},
    {{BARE, .expires = -62167219200}, "a", "io=a; Expires=Sat, 01 Jan 0000 00:00:00 GMT"},
    {{BARE}, "a b;c,\"\\\r\n%+/=", "io=a%20b%3Bc%2C%22%5C%0D%0A%25%2B%2F%3D"},
    {{BARE}, "-_.!~*'()", "io=-_.!~*'()"},
    {{BARE}, "\xc3\xbc\x01", "io=%C3%BC%01"},
};

START_TEST(test_serialize)
{
    sio__buf_t out = SIO__BUF_INIT;

    ck_assert(eio_cookie_valid(&cookies[_i].cookie));
    eio_cookie_serialize(&out, &cookies[_i].cookie, cookies[_i].value);
    sio__buf_append_char(&out, '\0');
    ck_assert_str_eq(out.data, cookies[_i].text);
    sio__buf_free(&out);
}
END_TEST

#define LABEL63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

static const struct {
    eio_cookie_t cookie;
    bool valid;
} options[] = {
    {{.name = "!#$%&'*+-.^_`|~09AZaz"}, true},
    {{.name = NULL}, false},
    {{.name = ""}, false},
    {{.name = "a b"}, false},
    {{.name = "a=b"}, false},
    {{.name = "a;b"}, false},
    {{.name = "\xc3\xbc"}, false},
    {{.name = "a\r\nX: y"}, false},
    {{.name = "io", .path = "/~ :=>"}, true},
    {{.name = "io", .path = "/;"}, false},
    {{.name = "io", .path = "/<"}, false},
    {{.name = "io", .path = "/\n"}, false},
    {{.name = "io", .path = "/\x7f"}, false},
    {{.name = "io", .path = "/\xc3\xbc"}, false},
    {{.name = "io", .domain = "localhost"}, true},
    {{.name = "io", .domain = ".a-b.C1"}, true},
    {{.name = "io", .domain = LABEL63 ".x"}, true},
    {{.name = "io", .domain = LABEL63 "x.x"}, false},
    {{.name = "io", .domain = "a..b"}, false},
    {{.name = "io", .domain = "a."}, false},
    {{.name = "io", .domain = "."}, false},
    {{.name = "io", .domain = "-a"}, false},
    {{.name = "io", .domain = "a-.b"}, false},
    {{.name = "io", .domain = "a_b"}, false},
    {{.name = "io", .domain = "a\n"}, false},
    {{.name = "io", .priority = "urgent"}, false},
    {{.name = "io", .same_site = "loose"}, false},
    {{.name = "io", .expires = 253402300800}, false},
    {{.name = "io", .expires = -62167219201}, false},
};

START_TEST(test_valid)
{
    ck_assert_int_eq(eio_cookie_valid(&options[_i].cookie), options[_i].valid);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("cookie");
    TCase *tcase = tcase_create("cookie");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_serialize, 0, COUNT(cookies));
    tcase_add_loop_test(tcase, test_valid, 0, COUNT(options));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
