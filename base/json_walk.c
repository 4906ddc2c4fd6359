/* Members of valid JSON arrays and objects without a tree. Called by sio_unpack(). */
#include "base/json_walk.h"

#include "base/json_scan.h"

enum { ANY_DEPTH = 65536 };

sio__json_walk_t sio__json_walk_begin(sio__span_t text)
{
    const char *end = text.data + text.len - 1;

    return (sio__json_walk_t){sio__json_skip_blanks(text.data + 1, end), end};
}

static bool take_value(sio__json_walk_t *walk, sio__span_t *value)
{
    const char *after = sio__json_skip_value(walk->at, walk->end, ANY_DEPTH);

    if (!after)
        return false;
    *value = (sio__span_t){walk->at, (size_t)(after - walk->at)};
    walk->at = after;
    return true;
}

static void skip_separator(sio__json_walk_t *walk)
{
    walk->at = sio__json_skip_blanks(walk->at, walk->end);
    if (walk->at < walk->end)
        walk->at = sio__json_skip_blanks(walk->at + 1, walk->end);
}

bool sio__json_walk_element(sio__json_walk_t *walk, sio__span_t *value)
{
    if (walk->at == walk->end || !take_value(walk, value))
        return false;
    skip_separator(walk);
    return true;
}

bool sio__json_walk_member(sio__json_walk_t *walk, sio__span_t *key, sio__span_t *value)
{
    if (walk->at == walk->end || !take_value(walk, key))
        return false;
    skip_separator(walk);
    return sio__json_walk_element(walk, value);
}

bool sio__json_find(sio__span_t object, const char *key, size_t key_len, sio__span_t *value)
{
    sio__json_walk_t walk = sio__json_walk_begin(object);
    sio__span_t token, candidate;
    bool found = false;

    while (sio__json_walk_member(&walk, &token, &candidate)) {
        if (sio__json_string_is(token, key, key_len)) {
            *value = candidate;
            found = true;
        }
    }
    return found;
}
