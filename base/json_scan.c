/*
 * JSON's grammar as JSON.parse has it, walked without recursion or allocation. Called by the packet
 * decoder for all that clients send, by sio_unpack() to find parts of a value, and by the text
 * forms of emit.
 */
#include "base/json_scan.h"

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SHALLOW = 64, DEEPEST = 65536 };

/* One walk over a value. Which brackets are open is a bit each: nearly all texts fit one word. */
typedef struct walk {
    const char *at, *end;
    uint64_t *objects;
    unsigned depth, max_depth;
    bool too_deep;
} walk_t;

static inline uint64_t load_little_endian(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The high bit of each byte that is zero; bytes above the lowest such may be wrong. */
static inline uint64_t zero_bytes(uint64_t word)
{
    return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

static inline uint64_t special_bytes(uint64_t word)
{
    uint64_t control = (word - UINT64_C(0x2020202020202020)) & ~word & UINT64_C(0x8080808080808080);

    return control | zero_bytes(word ^ UINT64_C(0x2222222222222222)) |
           zero_bytes(word ^ UINT64_C(0x5c5c5c5c5c5c5c5c));
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that is a quote, a backslash or a control character. */
static inline unsigned special_of_sixteen(const char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
}
#endif

const char *sio__json_skip_plain(const char *at, const char *end)
{
#ifdef __SSE2__
    while (end - at >= 16) {
        unsigned special = special_of_sixteen(at);

        if (special)
            return at + __builtin_ctz(special);
        at += 16;
    }
#endif
    while (end - at >= 8) {
        uint64_t special = special_bytes(load_little_endian(at));

        if (special)
            return at + __builtin_ctzll(special) / 8;
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

const char *sio__json_skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* `at` is behind the backslash. */
static const char *skip_escape(const char *at, const char *end)
{
    if (at == end)
        return NULL;
    if (*at != 'u')
        return memchr("\"\\/bfnrt", *at, 8) ? at + 1 : NULL;
    if (end - at < 5 || !is_hex(at[1]) || !is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]))
        return NULL;
    return at + 5;
}

static const char *skip_string(const char *at, const char *end)
{
    if (at == end || *at != '"')
        return NULL;
    at++;
    for (;;) {
        at = sio__json_skip_plain(at, end);
        if (at == end)
            return NULL;
        if (*at == '"')
            return at + 1;
        if (*at != '\\')
            return NULL;
        at = skip_escape(at + 1, end);
        if (!at)
            return NULL;
    }
}

/* At least one digit. */
static const char *skip_digits(const char *at, const char *end)
{
    if (at == end || !is_digit(*at))
        return NULL;
    while (at < end && is_digit(*at))
        at++;
    return at;
}

static const char *skip_number(const char *at, const char *end)
{
    if (at < end && *at == '-')
        at++;
    if (at < end && *at == '0')
        at++;
    else
        at = skip_digits(at, end);
    if (at && at < end && *at == '.')
        at = skip_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        at = skip_digits(at, end);
    }
    return at;
}

static const char *skip_word(const char *at, const char *end, const char *word, size_t len)
{
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0 ? at + len : NULL;
}

static const char *skip_scalar(const char *at, const char *end)
{
    switch (*at) {
    case '"':
        return skip_string(at, end);
    case 't':
        return skip_word(at, end, "true", 4);
    case 'f':
        return skip_word(at, end, "false", 5);
    case 'n':
        return skip_word(at, end, "null", 4);
    default:
        return skip_number(at, end);
    }
}

static inline bool in_object(const walk_t *walk)
{
    return walk->objects[(walk->depth - 1) / 64] >> ((walk->depth - 1) % 64) & 1;
}

static bool push(walk_t *walk, bool object)
{
    uint64_t bit = UINT64_C(1) << (walk->depth % 64);
    uint64_t *word;

    if (walk->depth == walk->max_depth) {
        walk->too_deep = true;
        return false;
    }
    word = &walk->objects[walk->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    walk->depth++;
    return true;
}

static bool skip_key(walk_t *walk)
{
    const char *at = skip_string(walk->at, walk->end);

    if (!at)
        return false;
    at = sio__json_skip_blanks(at, walk->end);
    if (at == walk->end || *at != ':')
        return false;
    walk->at = sio__json_skip_blanks(at + 1, walk->end);
    return true;
}

/* Into the brackets before `at` and over the first value without members behind them. */
static bool enter(walk_t *walk)
{
    while (walk->at < walk->end) {
        bool object = *walk->at == '{';

        if (!object && *walk->at != '[') {
            walk->at = skip_scalar(walk->at, walk->end);
            return walk->at != NULL;
        }
        if (!push(walk, object))
            return false;
        walk->at = sio__json_skip_blanks(walk->at + 1, walk->end);
        if (walk->at < walk->end && *walk->at == (object ? '}' : ']')) {
            walk->depth--;
            walk->at++;
            return true;
        }
        if (object && !skip_key(walk))
            return false;
    }
    return false;
}

typedef enum follows { FOLLOWS_NOTHING, FOLLOWS_VALUE, FOLLOWS_GARBAGE } follows_t;

/* Behind a value: out of the brackets that close here, to the next value. */
static follows_t leave(walk_t *walk)
{
    while (walk->depth) {
        bool object = in_object(walk);

        walk->at = sio__json_skip_blanks(walk->at, walk->end);
        if (walk->at == walk->end)
            return FOLLOWS_GARBAGE;
        if (*walk->at == ',') {
            walk->at = sio__json_skip_blanks(walk->at + 1, walk->end);
            return !object || skip_key(walk) ? FOLLOWS_VALUE : FOLLOWS_GARBAGE;
        }
        if (*walk->at != (object ? '}' : ']'))
            return FOLLOWS_GARBAGE;
        walk->at++;
        walk->depth--;
    }
    return FOLLOWS_NOTHING;
}

static const char *skip_value(walk_t *walk)
{
    follows_t follows;

    do {
        if (!enter(walk))
            return NULL;
        follows = leave(walk);
    } while (follows == FOLLOWS_VALUE);
    return follows == FOLLOWS_NOTHING ? walk->at : NULL;
}

/* Apart, so that only texts that need the large bitset pay for its stack. */
static __attribute__((noinline)) const char *skip_deep_value(const char *at, const char *end,
                                                             unsigned max_depth)
{
    uint64_t objects[DEEPEST / 64];
    walk_t walk = {at, end, objects, 0, max_depth < DEEPEST ? max_depth : DEEPEST, false};

    return skip_value(&walk);
}

/* What most values are, without a walk; NULL when it is something else. */
static inline const char *skip_common(const char *at, const char *end, unsigned max_depth)
{
    double num;

    if (at < end && *at == '"')
        return skip_string(at, end);
    if (end - at > 2 && at[0] == '{' && at[2] == '_' && max_depth)
        return sio__json_stringified_placeholder(at, end, &num);
    return NULL;
}

const char *sio__json_skip_value(const char *at, const char *end, unsigned max_depth)
{
    uint64_t objects = 0;
    walk_t walk = {at, end, &objects, 0, max_depth < SHALLOW ? max_depth : SHALLOW, false};
    const char *after = skip_common(at, end, max_depth);

    if (after)
        return after;
    after = skip_value(&walk);
    if (!after && walk.too_deep && max_depth > SHALLOW)
        return skip_deep_value(at, end, max_depth);
    return after;
}

bool sio__json_valid(const char *text, size_t len, unsigned max_depth)
{
    const char *end = text + len;
    const char *at = sio__json_skip_value(sio__json_skip_blanks(text, end), end, max_depth);

    return at && sio__json_skip_blanks(at, end) == end;
}

long sio__json_scan_array(const char *text, size_t len, unsigned max_depth, sio__span_t *items,
                          size_t max)
{
    const char *end = text + len;
    const char *at = sio__json_skip_blanks(text, end);
    size_t count = 0;

    if (at == end || *at != '[' || !max_depth)
        return -1;
    at = sio__json_skip_blanks(at + 1, end);
    if (at < end && *at == ']')
        return sio__json_skip_blanks(at + 1, end) == end ? 0 : -1;
    for (;;) {
        const char *after = sio__json_skip_value(at, end, max_depth - 1);

        if (!after)
            return -1;
        if (count < max)
            items[count] = (sio__span_t){at, (size_t)(after - at)};
        count++;
        at = sio__json_skip_blanks(after, end);
        if (at < end && *at == ']')
            return sio__json_skip_blanks(at + 1, end) == end ? (long)count : -1;
        if (at == end || *at != ',')
            return -1;
        at = sio__json_skip_blanks(at + 1, end);
    }
}
