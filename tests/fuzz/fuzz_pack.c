/*
 * Format strings of emit. A format names the types of its arguments, so random ones can't be tried
 * on fixed arguments: here the arguments have fixed types in a fixed order, and the input decides
 * how formats name them, in which brackets, and what nonsense stands between.
 */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "socketio/pack.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/socketio.h"

/* One letter per argument of pack()'s call below: Text, text with Z (a size), Int, Long, Double,
 * Json, Owned json, Bytes, Value. */
static const char SLOTS[] = "TTIDZVJLBTTTOVIT";

enum { FORMAT_MAX = 250 };

typedef struct generator {
    const uint8_t *at, *end;
    const char *slot;
    char format[FORMAT_MAX + 4];
    size_t len;
} generator_t;

static void put(generator_t *generator, const char *letters)
{
    size_t len = strlen(letters);

    memcpy(generator->format + generator->len, letters, len);
    generator->len += len;
}

static void put_slot(generator_t *generator, unsigned variant)
{
    static const char *const texts[] = {"s", "s", "s?", "s*"};
    static const char *const jsons[] = {"O", "O", "O?", "O*"};
    static const char *const values[] = {"V", "V", "V?", "V*"};

    switch (*generator->slot++) {
    case 'T':
        put(generator, *generator->slot == 'T' && variant == 1 ? "s+" : texts[variant % 4]);
        if (*generator->slot == 'T' && variant == 1)
            generator->slot++;
        break;
    case 'Z':
        put(generator, "s%");
        break;
    case 'I':
        put(generator, variant & 1 ? "i" : "b");
        break;
    case 'L':
        put(generator, "I");
        break;
    case 'D':
        put(generator, "f");
        break;
    case 'J':
        put(generator, jsons[variant % 4]);
        break;
    case 'O':
        put(generator, "o");
        break;
    case 'B':
        put(generator, "B");
        break;
    case 'V':
        put(generator, values[variant % 4]);
        break;
    default:
        generator->slot--;
        break;
    }
}

/* Signs that name no argument; those that would change the letter before them stand behind a blank.
 */
static void put_sign(generator_t *generator, unsigned variant)
{
    static const char *const signs[] = {"[", "]", "{", "}", "[", "]",  "{",  "}",
                                        ",", ":", "n", "x", "?", " #", " %", " +"};

    put(generator, signs[variant % 16]);
}

static void generate(generator_t *generator)
{
    while (generator->at < generator->end && generator->len < FORMAT_MAX) {
        uint8_t byte = *generator->at++;

        if (!byte)
            break;
        if (byte & 0x80)
            put_slot(generator, byte & 0x7f);
        else
            put_sign(generator, byte & 0x0f);
    }
    generator->format[generator->len] = '\0';
}

static int pack(sio__args_t *args, const char *format, ...)
{
    va_list va;
    int result;

    va_start(va, format);
    result = sio__args_pack(args, format, va);
    va_end(va);
    return result;
}

static int call(sio__args_t *args, const char *format, const char *text, size_t len, json_t *json)
{
    static const char placeholder[] = "{\"_placeholder\":true,\"num\":0}";
    sio__span_t bytes = {"abc", 3};
    const sio_event_t event = {.attachments = {&bytes, 1}};
    sio_value_t binary = {.text = {placeholder, sizeof(placeholder) - 1}, .event = &event};
    sio_value_t fake = {.text = {placeholder, sizeof(placeholder) - 1}};
    size_t count = len;
    double number = 0;

    memcpy(&number, text, len < sizeof(number) ? len : sizeof(number));
    return pack(args, format, text, "key", (int)len, number, text, count, &binary, json,
                (json_int_t)-5, text, count, "a", text, (const char *)NULL, json, &fake, 7, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    generator_t generator = {.at = data, .end = data + size, .slot = SLOTS};
    json_t *json = json_pack("[f,s]", 0.1, "x");
    sio__args_t args;
    char *text;
    size_t len;
    int result;

    generate(&generator);
    len = (size_t)(generator.end - generator.at);
    text = calloc(1, len + 1);
    if (len)
        memcpy(text, generator.at, len);
    json_incref(json);
    sio__args_init(&args);
    result = call(&args, generator.format, text, len, json);
    sio__args_finish(&args);
    REQUIRE(result == SIO_OK || result == SIO_EFORMAT);
    if (result) {
        REQUIRE(args.json.len == 0 && args.bytes_count == 0);
    } else {
        sio__buf_t array = SIO__BUF_INIT;

        sio__buf_append_char(&array, '[');
        sio__buf_append(&array, args.json.data, args.json.len);
        sio__buf_append_char(&array, ']');
        REQUIRE(sio__json_scan_array(array.data, array.len, 200, NULL, 0) >= 0);
        REQUIRE(sio__utf8_valid(array.data, array.len));
        sio__buf_free(&array);
    }
    REQUIRE(json->refcount == 1 || json->refcount == 2);
    if (json->refcount == 2) /* the format ended before the "o" */
        json_decref(json);
    json_decref(json);
    sio__args_free(&args);
    free(text);
    return 0;
}
