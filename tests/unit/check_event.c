/* Received events: names, values, attachments, sio_unpack(), held copies, failing memory. */
#include "socketio/event.h"
#include "socketio/socketio.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))
#define MAX_DEPTH    10000

/* The socket's part, as far as events need it. */
static int socket_references;
static sio_socket_t *const some_socket = (sio_socket_t *)&socket_references;

sio_socket_t *sio_socket_ref(sio_socket_t *socket)
{
    socket_references++;
    return socket;
}

void sio_socket_unref(sio_socket_t *socket)
{
    if (socket)
        socket_references--;
}

static sio__span_t bytes[3] = {{"one", 3}, {"", 0}, {NULL, 0}};
static sio_event_t event;
static const char *error;
static char *text_copy;

/* The text in a heap block of its own size, so that reading beyond it is seen. */
static int init(const char *text)
{
    sio__packet_t packet;
    sio__attachments_t attachments;
    int result;

    text_copy = malloc(strlen(text) + 1);
    memcpy(text_copy, text, strlen(text));
    ck_assert_int_eq(sio__packet_decode(text_copy, strlen(text), 3, MAX_DEPTH, &packet, &error), 0);
    attachments = (sio__attachments_t){bytes, packet.attachments};
    result = sio__event_init(&event, some_socket, &packet, attachments, MAX_DEPTH, &error);
    if (result)
        free(text_copy);
    return result;
}

static void clear(void)
{
    sio__event_clear(&event);
    free(text_copy);
}

static bool value_is(const sio_value_t *value, const char *text)
{
    size_t len;
    const char *got = sio_value_text(value, &len);

    return got && len == strlen(text) && memcmp(got, text, len) == 0;
}

static const struct {
    const char *text, *name;
    size_t name_len, count;
    bool wants_ack;
} events[] = {
    {"2[\"chat\",1]", "chat", 4, 1, false},
    {"27[\"chat\"]", "chat", 4, 0, true},
    {"2[\"\"]", "", 0, 0, false},
    {"2[\"a\\u0000\\n\\u00e9\"]", "a\0\n\xc3\xa9", 5, 0, false},
    {"2[5,6]", "5", 1, 1, false},
    {"2[-1.50e2]", "-150", 4, 0, false},
    {"2[1e400]", "Infinity", 8, 0, false},
    {"2", NULL, 0, 0, false},
    {"27", NULL, 0, 0, true},
    {"37", NULL, 0, 0, true},
    {"37[]", NULL, 0, 0, true},
    {"37[\"a\",2]", NULL, 0, 2, true},
    {"2[\"n\",1,2,3,4,5,6,7,8]", "n", 1, 8, false},
    {"2[\"n\",1,2,3,4,5,6,7,8,9]", "n", 1, 9, false},
    {"31[1,2,3,4,5,6,7,8]", NULL, 0, 8, true},
    {"31[1,2,3,4,5,6,7,8,9]", NULL, 0, 9, true},
    {"31[1,2,3,4,5,6,7,8,9,10]", NULL, 0, 10, true},
    {"2[\"a name that is longer than all the room that an event has for names and texts and so "
     "on, because somebody writes whole sentences where others write one word, and why not, as "
     "nothing in the protocol forbids that, nor will it cost more than an allocation, which this "
     "case is here to see\"]",
     "a name that is longer than all the room that an event has for names and texts and so "
     "on, because somebody writes whole sentences where others write one word, and why not, as "
     "nothing in the protocol forbids that, nor will it cost more than an allocation, which this "
     "case is here to see",
     284, 0, false},
};

START_TEST(test_event)
{
    ck_assert_int_eq(init(events[_i].text), 0);
    if (events[_i].name) {
        ck_assert_uint_eq(event.name_len, events[_i].name_len);
        ck_assert(memcmp(sio_event_name(&event), events[_i].name, event.name_len + 1) == 0);
    } else {
        ck_assert_ptr_null(sio_event_name(&event));
    }
    ck_assert_uint_eq(sio_event_count(&event), events[_i].count);
    ck_assert_int_eq(sio_event_wants_ack(&event), events[_i].wants_ack);
    ck_assert_ptr_eq(sio_event_socket(&event), some_socket);
    for (size_t i = 0; i < events[_i].count; i++)
        ck_assert_ptr_nonnull(sio_event_arg(&event, i));
    ck_assert_ptr_null(sio_event_arg(&event, events[_i].count));
    clear();
}
END_TEST

START_TEST(test_many_args)
{
    ck_assert_int_eq(init("2[\"n\",1,2,3,4,5,6,7,8,9,\"ten\"]"), 0);
    ck_assert(value_is(sio_event_arg(&event, 0), "1"));
    ck_assert(value_is(sio_event_arg(&event, 8), "9"));
    ck_assert(value_is(sio_event_arg(&event, 9), "\"ten\""));
    ck_assert_uint_eq(json_integer_value(sio_value_json(sio_event_arg(&event, 7))), 8);
    clear();
}
END_TEST

/* --------------------------------------------------------------------------------- values */

static const struct {
    const char *text;
    enum sio_value_type type;
    const char *json; /* as jansson prints it; NULL: it can't hold it */
} values[] = {
    {"null", SIO_NULL, "null"},
    {"false", SIO_FALSE, "false"},
    {"true", SIO_TRUE, "true"},
    {"-0", SIO_NUMBER, "0"},
    {"1.50", SIO_NUMBER, "1.5"},
    {"9223372036854775807", SIO_NUMBER, "9223372036854775807"},
    {"9223372036854775808", SIO_NUMBER, "9.2233720368547758e18"},
    {"-9223372036854775808", SIO_NUMBER, "-9223372036854775808"},
    {"[42,-9223372036854775809,\"12345678901234567890\",1e3]", SIO_ARRAY,
     "[42, -9.2233720368547758e18, \"12345678901234567890\", 1000.0]"},
    {"{\"12345678901234567890\":12345678901234567890,\"\\\"1\":1}", SIO_OBJECT,
     "{\"12345678901234567890\": 1.2345678901234567e19, \"\\\"1\": 1}"},
    {"1e400", SIO_NUMBER, NULL},
    {"\"a\\u0000\"", SIO_STRING, "\"a\\u0000\""},
    {"\"\\ud800\"", SIO_STRING, NULL},
    {"{\"\\u0000\":1}", SIO_OBJECT, NULL},
    {"[ ]", SIO_ARRAY, "[]"},
    {"{\"_placeholder\":true,\"num\":0}", SIO_OBJECT, "{\"_placeholder\": true, \"num\": 0}"},
};

START_TEST(test_value)
{
    char text[200];
    const sio_value_t *value;
    json_t *json;

    snprintf(text, sizeof(text), "2[\"v\",%s]", values[_i].text);
    ck_assert_int_eq(init(text), 0);
    value = sio_event_arg(&event, 0);
    ck_assert_int_eq(sio_value_type(value), values[_i].type);
    ck_assert(value_is(value, values[_i].text));
    ck_assert_ptr_null(sio_value_bytes(value, NULL));
    json = sio_value_json(value);
    ck_assert_int_eq(json != NULL, values[_i].json != NULL);
    ck_assert_ptr_eq(sio_value_json(value), json);
    if (json) {
        char *dump = json_dumps(json, JSON_ENCODE_ANY);

        ck_assert_str_eq(dump, values[_i].json);
        free(dump);
    }
    clear();
}
END_TEST

START_TEST(test_no_value)
{
    size_t len = 9;

    ck_assert_int_eq(sio_value_type(NULL), SIO_NULL);
    ck_assert_ptr_null(sio_value_text(NULL, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_null(sio_value_json(NULL));
    ck_assert_ptr_null(sio_value_bytes(NULL, &len));
    ck_assert_ptr_null(sio_value_attachment(NULL, 0, &len));
}
END_TEST

START_TEST(test_bytes)
{
    const sio_value_t *value;
    size_t len;

    ck_assert_int_eq(init("53-[\"b\",{\"num\":0,\"_placeholder\":true},{\"a\":[{\"_placeholder\":"
                          "true,\"num\":1}]},{\"_placeholder\":true,\"num\":2}]"),
                     0);
    value = sio_event_arg(&event, 0);
    ck_assert_int_eq(sio_value_type(value), SIO_BYTES);
    ck_assert_ptr_eq(sio_value_bytes(value, &len), bytes[0].data);
    ck_assert_uint_eq(len, 3);
    ck_assert_ptr_null(sio_value_json(value));
    value = sio_event_arg(&event, 1);
    ck_assert_int_eq(sio_value_type(value), SIO_OBJECT);
    ck_assert_ptr_null(sio_value_bytes(value, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_eq(sio_value_attachment(value, 0, &len), bytes[0].data);
    ck_assert_uint_eq(len, 3);
    ck_assert_ptr_null(sio_value_attachment(value, 3, &len));
    ck_assert_uint_eq(len, 0);
    /* an empty attachment is one, too */
    ck_assert_ptr_nonnull(sio_value_bytes(sio_event_arg(&event, 2), &len));
    ck_assert_uint_eq(len, 0);
    clear();
}
END_TEST

static const struct {
    const char *text;
    bool legal;
} attachments[] = {
    {"51-[\"b\"]", true},
    {"51-", true},
    {"61-1[{\"_placeholder\":true,\"num\":0}]", true},
    {"52-[\"b\",[{\"_placeholder\":true,\"num\":1}]]", true},
    {"51-[\"b\",{\"_placeholder\":true,\"num\":1}]", false},
    {"51-[\"b\",{\"_placeholder\":true,\"num\":-1}]", false},
    {"51-[\"b\",{\"_placeholder\":true}]", false},
    {"51-[\"b\",{\"_placeholder\":true,\"num\":\"0\"}]", false},
    {"51-[\"b\",{\"_placeholder\":true,\"num\":1e999}]", false},
    {"51-[\"b\",{\"a\":[{\"_placeh\\u006flder\":true,\"num\":7}]}]", false},
    {"51-[\"b\",{\"_placeholder\":false,\"num\":7}]", true},
    {"2[\"b\",{\"_placeholder\":true,\"num\":7}]", true},
    {"31[{\"_placeholder\":true,\"num\":7}]", true},
};

START_TEST(test_attachments)
{
    ck_assert_int_eq(init(attachments[_i].text), attachments[_i].legal ? 0 : -1);
    if (attachments[_i].legal) {
        ck_assert_ptr_null(error);
        clear();
    } else {
        ck_assert_str_eq(error, "illegal attachments");
    }
}
END_TEST

START_TEST(test_event_json)
{
    json_t *json;
    char *dump;

    ck_assert_int_eq(init("51-[\"b\",1,{\"x\":[2.5]},{\"_placeholder\":true,\"num\":0}]"), 0);
    json = sio_event_json(&event);
    dump = json_dumps(json, 0);
    ck_assert_str_eq(dump, "[1, {\"x\": [2.5]}, {\"_placeholder\": true, \"num\": 0}]");
    free(dump);
    json_decref(json);
    clear();
    ck_assert_int_eq(init("2[\"b\",1,\"\\ud800\"]"), 0);
    ck_assert_ptr_null(sio_event_json(&event));
    clear();
    ck_assert_int_eq(init("2"), 0);
    json = sio_event_json(&event);
    ck_assert_uint_eq(json_array_size(json), 0);
    json_decref(json);
    clear();
}
END_TEST

/* --------------------------------------------------------------------------------- unpack */

START_TEST(test_unpack_scalars)
{
    const char *text = NULL, *sized = NULL;
    int integer = 0, yes = 0, no = 1;
    json_int_t big = 0;
    double real = 0, any = 0;
    size_t len = 0;

    ck_assert_int_eq(
        init("2[\"e\",\"a\\n\\u00e9\",\"x\\u0000y\",-5,9007199254740993,0.5,7,true,false,"
             "null,\"extra\"]"),
        0);
    ck_assert_int_eq(sio_unpack(&event, "s s% i,I f:F bbn", &text, &sized, &len, &integer, &big,
                                &real, &any, &yes, &no),
                     0);
    ck_assert_str_eq(text, "a\n\xc3\xa9");
    ck_assert_uint_eq(len, 3);
    ck_assert(memcmp(sized, "x\0y", 4) == 0);
    ck_assert_int_eq(integer, -5);
    ck_assert_int_eq(big, 9007199254740993);
    ck_assert(real == 0.5 && any == 7 && yes == 1 && no == 0);
    ck_assert_int_eq(sio_unpack(&event, ""), 0);
    clear();
}
END_TEST

START_TEST(test_unpack_replaces_surrogates)
{
    const char *text = NULL;

    ck_assert_int_eq(init("2[\"e\",\"\\ud800a\\udfff\\ud83d\\ude00\xed\x95\x9c\"]"), 0);
    ck_assert_int_eq(sio_unpack(&event, "s", &text), 0);
    ck_assert_str_eq(text, "\xef\xbf\xbd"
                           "a\xef\xbf\xbd\xf0\x9f\x98\x80\xed\x95\x9c");
    clear();
}
END_TEST

START_TEST(test_unpack_structure)
{
    const char *name = NULL, *second = NULL;
    int id = 0, inner = 0, missing = 77, last = 0;

    ck_assert_int_eq(init("2[\"e\",{\"id\":1,\"n\\u0061me\":\"x\",\"id\":2,\"o\":{\"i\":[3,4]}},"
                          "[\"a\",[\"b\"]],9]"),
                     0);
    ck_assert_int_eq(sio_unpack(&event, "{s:i, s:s, s:{s:[i]}, s?i} [s,[s]] i", "id", &id, "name",
                                &name, "o", "i", &inner, "none", &missing, &name, &second, &last),
                     0);
    ck_assert_int_eq(id, 2);
    ck_assert_int_eq(inner, 3);
    ck_assert_int_eq(missing, 77);
    ck_assert_str_eq(second, "b");
    ck_assert_int_eq(last, 9);
    clear();
}
END_TEST

/* What may be absent is walked over with all its variables. */
START_TEST(test_unpack_optional)
{
    int one = 1, two = 2, three = 3;
    const char *text = "kept";
    json_t *json = NULL, *other = NULL;
    const sio_value_t *value = NULL;
    const void *data = NULL;
    size_t len = 5;
    double real = 0.5;

    ck_assert_int_eq(init("2[\"e\",{\"a\":9},8]"), 0);
    ck_assert_int_eq(sio_unpack(&event, "{s?{s:[i,s%]s:B}s?V,s?O,s?o,s?F s?n s?b!s:i}", "x", "y",
                                &one, &text, &len, "z", &data, &len, "v", &value, "w", &json, "o",
                                &other, "r", &real, "n", "b", &two, "a", &three),
                     SIO_EFORMAT);
    ck_assert_int_eq(sio_unpack(&event, "{s?{s:[i,s%]s:B}s?V,s?O,s?o,s?F s?n s?b,s:i}", "x", "y",
                                &one, &text, &len, "z", &data, &len, "v", &value, "w", &json, "o",
                                &other, "r", &real, "n", "b", &two, "a", &three),
                     0);
    ck_assert_int_eq(three, 9);
    ck_assert_int_eq(sio_unpack(&event, "o|is[i{s:i}]", &json, &two, &text, &one, "k", &one), 0);
    ck_assert_int_eq(two, 8);
    ck_assert_int_eq(one, 1);
    ck_assert_str_eq(text, "kept");
    ck_assert(len == 5 && real == 0.5 && !value && !data && !other);
    clear();
}
END_TEST

START_TEST(test_unpack_strict)
{
    int a = 0, b = 0;

    ck_assert_int_eq(init("2[\"e\",{\"a\":1,\"b\":2},[3,4]]"), 0);
    ck_assert_int_eq(sio_unpack(&event, "{s:i,s:i!}[i,i!]", "a", &a, "b", &b, &a, &b), 0);
    ck_assert_int_eq(sio_unpack(&event, "{s:i*}[i*]", "a", &a, &a), 0);
    ck_assert_int_eq(sio_unpack(&event, "{s:i!}", "a", &a), SIO_EFORMAT);
    ck_assert_str_eq(sio_format_error(), "position 5: object has more members");
    ck_assert_int_eq(sio_unpack(&event, "{}[i!]", &a), SIO_EFORMAT);
    ck_assert_str_eq(sio_format_error(), "position 5: array is too long");
    ck_assert_int_eq(sio_unpack(&event, "{!s:i}", "a", &a), SIO_EFORMAT);
    ck_assert_int_eq(sio_unpack(&event, "{s?i,s:i,s:i!}", "x", &a, "b", &b, "a", &a), 0);
    clear();
}
END_TEST

START_TEST(test_unpack_values)
{
    const sio_value_t *value = NULL, *nested = NULL, *again = NULL;
    json_t *borrowed = NULL, *new_one = NULL, *part = NULL;
    const void *data = NULL;
    size_t len = 0;

    ck_assert_int_eq(init("51-[\"e\",{\"a\":[1,{\"b\": 1.0}]},{\"_placeholder\":true,\"num\":0},"
                          "[{\"_placeholder\":true,\"num\":0}]]"),
                     0);
    ck_assert_int_eq(sio_unpack(&event, "VVV", &value, &value, &value), 0);
    ck_assert_ptr_eq(value, sio_event_arg(&event, 2));
    ck_assert_int_eq(sio_unpack(&event, "{s:V} B [B]", "a", &nested, &data, &len, &data, &len), 0);
    ck_assert(value_is(nested, "[1,{\"b\": 1.0}]"));
    ck_assert_int_eq(sio_value_type(nested), SIO_ARRAY);
    ck_assert_ptr_eq(data, bytes[0].data);
    ck_assert_uint_eq(len, 3);
    ck_assert_int_eq(sio_unpack(&event, "{s:[i V]}", "a", &len, &again), 0);
    ck_assert_int_eq(sio_unpack(&event, "n|V[V]", &value, &nested), SIO_EFORMAT);
    ck_assert_int_eq(sio_unpack(&event, "oV[V]", &borrowed, &value, &nested), 0);
    ck_assert_int_eq(sio_value_type(nested), SIO_BYTES);
    ck_assert_ptr_eq(borrowed, sio_value_json(sio_event_arg(&event, 0)));
    ck_assert_int_eq(sio_unpack(&event, "O", &new_one), 0);
    ck_assert_ptr_eq(new_one, borrowed);
    ck_assert_int_eq(sio_unpack(&event, "{s:o}", "a", &part), 0);
    ck_assert_uint_eq(json_array_size(part), 2);
    ck_assert_int_eq(sio_unpack(&event, "{s:O!}", "a", &borrowed), 0);
    ck_assert_ptr_eq(part, borrowed);
    clear();
    ck_assert_uint_eq(json_object_size(new_one), 1);
    ck_assert_uint_eq(new_one->refcount, 1);
    ck_assert_uint_eq(borrowed->refcount, 1);
    json_decref(new_one);
    json_decref(borrowed);
}
END_TEST

START_TEST(test_unpack_gives_no_reference_when_it_fails)
{
    json_t *json = NULL;
    int number;

    ck_assert_int_eq(init("2[\"e\",{},\"x\"]"), 0);
    ck_assert_int_eq(sio_unpack(&event, "Oi", &json, &number), SIO_EFORMAT);
    ck_assert_ptr_null(json);
    ck_assert_uint_eq(sio_value_json(sio_event_arg(&event, 0))->refcount, 1);
    clear();
}
END_TEST

static const struct {
    const char *argument, *format, *message;
} refused[] = {
    {"1", "s", "position 1: expected a string, got a number"},
    {"\"1\"", "i", "position 1: expected an integer, got a string"},
    {"5.0", "i", "position 1: expected an integer, got a real or one beyond 64 bits"},
    {"5e0", "I", "position 1: expected an integer, got a real or one beyond 64 bits"},
    {"2147483648", "i", "position 1: integer doesn't fit an int"},
    {"-2147483649", "i", "position 1: integer doesn't fit an int"},
    {"9223372036854775808", "I",
     "position 1: expected an integer, got a real or one beyond 64 bits"},
    {"-9223372036854775809", "I",
     "position 1: expected an integer, got a real or one beyond 64 bits"},
    {"5", "f", "position 1: expected a real, got an integer"},
    {"true", "F", "position 1: expected a number, got a boolean"},
    {"null", "b", "position 1: expected a boolean, got null"},
    {"0", "n", "position 1: expected null, got a number"},
    {"[]", "B", "position 1: expected bytes, got an array"},
    {"{\"_placeholder\":true,\"num\":0}", "B", "position 1: expected bytes, got an object"},
    {"\"\\ud800\"", "o", "position 1: jansson can't hold this value"},
    {"{}", "[i]", "position 1: expected an array, got an object"},
    {"[]", "{}", "position 1: expected an object, got an array"},
    {"[]", "[i]", "position 1: array is too short"},
    {"{}", "{s:i}", "position 2: object has no \"key\""},
    {"[[1,[true]]]", "[[i,[i]]]", "position 6: expected an integer, got a boolean"},
    {"1", "x", "position 1: not a format letter"},
    {"1", "i]", "position 1: the event has fewer arguments"},
    {"1", "|i]", "position 3: not a format letter"},
    {"1", "ii", "position 1: the event has fewer arguments"},
    {"[1]", "[i", "position 2: unclosed ["},
    {"[1]", "[i!i]", "position 3: expected the closing bracket behind ! or *"},
    {"[]", "[}", "position 1: array is too short"},
    {"{}", "{", "position 1: unclosed {"},
    {"{}", "{i}", "position 1: expected s for a key, or }"},
    {"{\"key\":1}", "{s", "position 2: the format ends where a letter should be"},
    {"{\"key\":1}", "{s}", "position 3: not a format letter"},
};

START_TEST(test_unpack_refused)
{
    char text[200];
    int64_t room[2] = {0, 0};
    const void *variable = room;

    snprintf(text, sizeof(text), "2[\"e\",%s]", refused[_i].argument);
    ck_assert_int_eq(init(text), 0);
    if (strchr(refused[_i].format, '{'))
        variable = "key";
    ck_assert_int_eq(sio_unpack(&event, refused[_i].format, variable, room, room), SIO_EFORMAT);
    ck_assert_str_eq(sio_format_error(), refused[_i].message);
    clear();
}
END_TEST

START_TEST(test_unpack_null_variables)
{
    static const char *const formats[] = {"s", "s%", "i", "I", "f", "F", "b", "o", "O", "B", "V"};

    ck_assert_int_eq(init("2[\"e\",1]"), 0);
    for (size_t i = 0; i < COUNT(formats); i++) {
        ck_assert_int_eq(sio_unpack(&event, formats[i], NULL, NULL), SIO_EFORMAT);
        ck_assert_str_eq(strchr(sio_format_error(), ' ') + 3, " NULL variable");
    }
    ck_assert_int_eq(sio_unpack(&event, NULL), SIO_EINVAL);
    ck_assert_int_eq(sio_unpack(NULL, ""), SIO_EINVAL);
    clear();
}
END_TEST

START_TEST(test_unpack_deep_format)
{
    char format[140];
    char text[140] = "2[1,";

    memset(format, '[', 65);
    memset(format + 65, ']', 65);
    format[130] = '\0';
    memset(text + 4, '[', 65);
    memset(text + 69, ']', 66);
    text[135] = '\0';
    ck_assert_int_eq(init(text), 0);
    ck_assert_int_eq(sio_unpack(&event, format), SIO_EFORMAT);
    ck_assert_str_eq(sio_format_error(), "position 65: nested too deep");
    clear();
}
END_TEST

/* ----------------------------------------------------------------------------------- held */

static sio_event_t *hold_and_clear(const char *text)
{
    sio_event_t *held;

    ck_assert_int_eq(init(text), 0);
    held = sio_event_hold(&event);
    ck_assert_ptr_nonnull(held);
    clear();
    memset(&event, 0, sizeof(event));
    return held;
}

START_TEST(test_hold)
{
    static const char *const texts[] = {
        "52-7[\"name\",\"a\\n\",{\"_placeholder\":true,\"num\":0},[2]]",
        "52-7[\"name\",\"a\\n\",{\"_placeholder\":true,\"num\":0},[2],4,5,6,7,8,9,10]",
    };
    sio_event_t *held = hold_and_clear(texts[_i]);
    const char *text = NULL;
    const void *data = NULL;
    size_t len = 0;
    int two = 0;

    ck_assert_int_eq(socket_references, 1);
    ck_assert_ptr_eq(sio_event_socket(held), some_socket);
    ck_assert_str_eq(sio_event_name(held), "name");
    ck_assert(sio_event_wants_ack(held));
    ck_assert(held->id == 7);
    ck_assert_int_eq(sio_unpack(held, "sB[i]", &text, &data, &len, &two), 0);
    ck_assert_str_eq(text, "a\n");
    ck_assert_uint_eq(len, 3);
    ck_assert(data != bytes[0].data && memcmp(data, "one", 3) == 0);
    ck_assert_ptr_eq(sio_value_bytes(sio_event_arg(held, 1), NULL), data);
    ck_assert_int_eq(two, 2);
    ck_assert_ptr_nonnull(sio_value_json(sio_event_arg(held, 2)));
    ck_assert_uint_eq(sio_event_count(held), _i ? 10 : 3);
    ck_assert(value_is(sio_event_arg(held, sio_event_count(held) - 1), _i ? "10" : "[2]"));
    ck_assert_ptr_eq(sio_event_hold(held), held);
    sio_event_release(held);
    ck_assert_int_eq(socket_references, 1);
    sio_event_release(held);
    ck_assert_int_eq(socket_references, 0);
}
END_TEST

START_TEST(test_hold_nameless)
{
    sio_event_t *held = hold_and_clear("3");

    ck_assert_ptr_null(sio_event_name(held));
    ck_assert_uint_eq(sio_event_count(held), 0);
    sio_event_release(held);
    sio_event_release(NULL);
    ck_assert_int_eq(socket_references, 0);
}
END_TEST

/* One answer, whether through the event or through its copy. */
START_TEST(test_hold_twice)
{
    sio_event_t *first, *second;

    ck_assert_int_eq(init("27[\"a\"]"), 0);
    ck_assert_ptr_eq(sio__event_answered(&event), &event);
    first = sio_event_hold(&event);
    second = sio_event_hold(&event);
    ck_assert_ptr_eq(first, second);
    ck_assert_ptr_eq(sio__event_answered(&event), first);
    ck_assert_ptr_eq(sio__event_answered(first), first);
    sio_event_release(first);
    sio_event_release(second);
    /* given back within the handler, and still what an answer counts on */
    ck_assert(!atomic_load(&sio__event_answered(&event)->acked));
    sio_event_release(&event);
    ck_assert_int_eq(socket_references, 1);
    clear();
    ck_assert_int_eq(socket_references, 0);
}
END_TEST

START_TEST(test_hold_keeps_answer)
{
    sio_event_t *held;

    ck_assert_int_eq(init("27[\"a\"]"), 0);
    atomic_store(&event.acked, true);
    held = sio_event_hold(&event);
    ck_assert(atomic_load(&held->acked));
    clear();
    sio_event_release(held);
}
END_TEST

/* ------------------------------------------------------------------------------ no memory */

static int use_everything(void)
{
    const char *text = NULL, *more = NULL;
    const sio_value_t *value = NULL;
    json_t *json = NULL;
    sio_event_t *held;
    int number = 0, result;

    if (init("2[\"name\",\"0123456789012345678901234567890123456789\",[1,2,3],{\"k\":7},4,5,6,7,8,"
             "9,\"0123456789012345678901234567890123456789012345678901234567890123456789012345\"]"))
        return SIO_ENOMEM;
    result = sio_unpack(&event, "s[VVV]{s:i!}iiiiiis", &text, &value, &value, &value, "k", &number,
                        &number, &number, &number, &number, &number, &number, &more);
    if (!result)
        result = sio_unpack(&event, "V{s:O!}", &value, "k", &json) == SIO_EFORMAT ? 0 : -99;
    if (!result) {
        result = sio_unpack(&event, "VV{s:O!}", &value, &value, "k", &json);
        json_decref(json);
    }
    if (!result) {
        held = sio_event_hold(&event);
        result = held ? 0 : SIO_ENOMEM;
        sio_event_release(held);
    }
    clear();
    return result;
}

START_TEST(test_no_memory)
{
    int result = SIO_ENOMEM;

    for (long nth = 0; result; nth++) {
        fail_from_allocation(nth);
        result = use_everything();
        stop_failing();
        ck_assert_msg(result == 0 || (result == SIO_ENOMEM && nth < 50), "%d at %ld: %s", result,
                      nth, sio_format_error());
        ck_assert_int_eq(socket_references, 0);
    }
}
END_TEST

START_TEST(test_library)
{
    for (int code = SIO_EJSON; code <= SIO_OK; code++) {
        ck_assert_ptr_nonnull(sio_strerror(code));
        ck_assert_str_ne(sio_strerror(code), "unknown error");
    }
    ck_assert_str_eq(sio_strerror(SIO_ELIMIT - 1), "unknown error");
    ck_assert_str_eq(sio_strerror(1), "unknown error");
    ck_assert_str_eq(sio_strerror(INT32_MIN), "unknown error");
    ck_assert(strchr(sio_version(), '.'));
    ck_assert_int_eq(sio_set_allocator(malloc, NULL, free), SIO_EINVAL);
    ck_assert_int_eq(sio_set_allocator(malloc, realloc, free), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event");
    TCase *cases = tcase_create("event");
    TCase *unpack = tcase_create("unpack");
    TCase *held = tcase_create("held");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(cases, test_event, 0, COUNT(events));
    tcase_add_test(cases, test_many_args);
    tcase_add_loop_test(cases, test_value, 0, COUNT(values));
    tcase_add_test(cases, test_no_value);
    tcase_add_test(cases, test_bytes);
    tcase_add_loop_test(cases, test_attachments, 0, COUNT(attachments));
    tcase_add_test(cases, test_event_json);
    tcase_add_test(cases, test_library);
    tcase_add_test(unpack, test_unpack_scalars);
    tcase_add_test(unpack, test_unpack_replaces_surrogates);
    tcase_add_test(unpack, test_unpack_structure);
    tcase_add_test(unpack, test_unpack_optional);
    tcase_add_test(unpack, test_unpack_strict);
    tcase_add_test(unpack, test_unpack_values);
    tcase_add_test(unpack, test_unpack_gives_no_reference_when_it_fails);
    tcase_add_loop_test(unpack, test_unpack_refused, 0, COUNT(refused));
    tcase_add_test(unpack, test_unpack_null_variables);
    tcase_add_test(unpack, test_unpack_deep_format);
    tcase_add_loop_test(held, test_hold, 0, 2);
    tcase_add_test(held, test_hold_nameless);
    tcase_add_test(held, test_hold_twice);
    tcase_add_test(held, test_hold_keeps_answer);
    tcase_add_test(held, test_no_memory);
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, unpack);
    suite_add_tcase(suite, held);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
