/* The operations of ot.h. */

#include "ot.h"

#include <stdlib.h>
#include <string.h>

/* ---- Walking over an operation ---- */

enum kind { END, KEEP, DELETE, INSERT };

struct walk {
    const json_t *op;
    size_t index, left; /* left: of the part, in characters */
    enum kind kind;
};

static size_t count_characters(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void look(struct walk *walk)
{
    const json_t *part = json_array_get(walk->op, walk->index);

    if (!part) {
        walk->kind = END;
        walk->left = 0;
    } else if (json_is_string(part)) {
        walk->kind = INSERT;
        walk->left = count_characters(json_string_value(part), json_string_length(part));
    } else {
        json_int_t count = json_integer_value(part);

        walk->kind = count > 0 ? KEEP : DELETE;
        walk->left = (size_t)(count > 0 ? count : -count);
    }
}

static struct walk walk_over(const json_t *op)
{
    struct walk walk = {.op = op};

    look(&walk);
    return walk;
}

static void pass(struct walk *walk, size_t count)
{
    walk->left -= count;
    if (walk->left > 0)
        return;
    walk->index++;
    look(walk);
}

/* ---- Making one ---- */

/* Joins what belongs together, so that operations don't grow with every
 * transformation. */
static bool add_count(json_t *op, json_int_t count)
{
    json_t *last = json_array_get(op, json_array_size(op) - 1);
    json_int_t before = json_integer_value(last);

    if (json_is_integer(last) && (before > 0) == (count > 0))
        return json_integer_set(last, before + count) == 0;
    return json_array_append_new(op, json_integer(count)) == 0;
}

/* The text itself is shared, not copied. */
static bool add_insert(json_t *op, const struct walk *walk)
{
    return json_array_append(op, json_array_get(walk->op, walk->index)) == 0;
}

static bool measure_part(const json_t *part, size_t *before, size_t *after)
{
    size_t size = json_string_length(part);
    json_int_t count = json_integer_value(part);

    if (json_is_string(part)) {
        *after += count_characters(json_string_value(part), size);
        return size > 0;
    }
    if (!json_is_integer(part) || count == 0 || count > OT_LENGTH_MAX || count < -OT_LENGTH_MAX)
        return false;
    *before += (size_t)(count > 0 ? count : -count);
    *after += (size_t)(count > 0 ? count : 0);
    return true;
}

/* Of any number of parts: transformation splits some. */
static bool measure(const json_t *op, size_t *before, size_t *after)
{
    *before = *after = 0;
    for (size_t i = 0; i < json_array_size(op); i++)
        if (!measure_part(json_array_get(op, i), before, after))
            return false;
    return *before <= OT_LENGTH_MAX && *after <= OT_LENGTH_MAX;
}

bool ot_check(json_t *op, size_t length)
{
    size_t before, after;

    if (!json_is_array(op) || json_array_size(op) > OT_PARTS_MAX)
        return false;
    if (!measure(op, &before, &after) || before > length || after + length - before > OT_LENGTH_MAX)
        return false;
    return before == length || add_count(op, (json_int_t)(length - before));
}

size_t ot_length_before(const json_t *op)
{
    size_t before, after;

    return measure(op, &before, &after) ? before : 0;
}

/* ---- Transformation ---- */

/* Both at a part of the text that was there before. */
static bool transform_counts(json_t *result, struct walk *op, struct walk *done)
{
    size_t count = op->left < done->left ? op->left : done->left;
    json_int_t signed_count = op->kind == KEEP ? (json_int_t)count : -(json_int_t)count;

    if (done->kind == KEEP && !add_count(result, signed_count))
        return false;
    pass(op, count);
    pass(done, count);
    return true;
}

static bool transform_next(json_t *result, struct walk *op, struct walk *done, bool op_first)
{
    bool ok;

    if (op->kind == INSERT && (op_first || done->kind != INSERT)) {
        ok = add_insert(result, op);
        pass(op, op->left);
    } else if (done->kind == INSERT) {
        ok = add_count(result, (json_int_t)done->left);
        pass(done, done->left);
    } else {
        ok = op->kind != END && done->kind != END && transform_counts(result, op, done);
    }
    return ok;
}

json_t *ot_transform(const json_t *op, const json_t *done, bool op_first)
{
    struct walk a = walk_over(op), b = walk_over(done);
    json_t *result = json_array();

    while (result && (a.kind != END || b.kind != END)) {
        if (!transform_next(result, &a, &b, op_first)) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

size_t ot_transform_index(size_t index, const json_t *op)
{
    size_t passed = 0, result = index;

    for (struct walk walk = walk_over(op); walk.kind != END && passed <= index;
         pass(&walk, walk.left)) {
        if (walk.kind == INSERT) {
            result += walk.left;
            continue;
        }
        if (walk.kind == DELETE)
            result -= walk.left < index - passed ? walk.left : index - passed;
        passed += walk.left;
    }
    return result;
}

/* ---- Application ---- */

static size_t inserted_bytes(const json_t *op)
{
    size_t size = 0;

    for (size_t i = 0; i < json_array_size(op); i++)
        size += json_string_length(json_array_get(op, i));
    return size;
}

/* How many bytes so many characters take. */
static size_t span(const char *bytes, size_t size, size_t characters)
{
    size_t i = 0;

    for (; characters > 0 && i < size; characters--)
        for (i++; i < size && ((unsigned char)bytes[i] & 0xC0) == 0x80; i++)
            ;
    return i;
}

static size_t put(char *out, const char *bytes, size_t size)
{
    if (size > 0)
        memcpy(out, bytes, size);
    return size;
}

/* Into `bytes`, which has room; how much of it is used. */
static size_t write_result(char *bytes, const struct ot_text *text, const json_t *op)
{
    size_t read = 0, written = 0;

    for (struct walk walk = walk_over(op); walk.kind != END; pass(&walk, walk.left)) {
        const json_t *part = json_array_get(op, walk.index);

        if (walk.kind == INSERT) {
            written += put(bytes + written, json_string_value(part), json_string_length(part));
        } else if (read < text->size) {
            size_t size = span(text->bytes + read, text->size - read, walk.left);

            if (walk.kind == KEEP)
                written += put(bytes + written, text->bytes + read, size);
            read += size;
        }
    }
    return written;
}

bool ot_apply(struct ot_text *text, const json_t *op)
{
    char *bytes = malloc(text->size + inserted_bytes(op) + 1);
    size_t before, after;

    if (!bytes || !measure(op, &before, &after) || before != text->length) {
        free(bytes);
        return false;
    }
    text->size = write_result(bytes, text, op);
    text->length = after;
    free(text->bytes);
    text->bytes = bytes;
    return true;
}
