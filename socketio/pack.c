/*
 * The format strings of emit and acknowledgements: one pass over the format, each argument written
 * as JSON text where it belongs, no tree in between. After an argument that can't be written the
 * rest is still walked over, so that stolen references are given back.
 */
#include "socketio/pack.h"

#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/socketio.h"

#include <inttypes.h>
#include <stdio.h>

enum { NESTING_MAX = 64 };

typedef struct packer {
    sio__args_t *args;
    const char *format, *at;
    va_list va;
    uint64_t objects; /* a bit per open bracket: it is a brace */
    unsigned depth;
    bool key_next;
    size_t member; /* where the current member of an object begins: cut off there when its value is
                      omitted */
    int error;     /* the first one */
    bool stop;     /* the rest of the format has no known meaning */
} packer_t;

static void fail(packer_t *packer, const char *what)
{
    if (!packer->error)
        packer->error = sio__format_fail((size_t)(packer->at - packer->format), what);
}

static void stop(packer_t *packer, const char *what)
{
    fail(packer, what);
    packer->stop = true;
}

static bool in_object(const packer_t *packer)
{
    return packer->depth && (packer->objects >> (packer->depth - 1) & 1);
}

static bool take(packer_t *packer, char c)
{
    if (*packer->at != c)
        return false;
    packer->at++;
    return true;
}

static void append(packer_t *packer, const char *bytes, size_t len)
{
    sio__args_separate(packer->args);
    sio__buf_append(&packer->args->json, bytes, len);
}

/* ---------------------------------------------------------------------------------- texts */

static sio__span_t next_piece(packer_t *packer)
{
    sio__span_t piece = {va_arg(packer->va, const char *), 0};

    if (take(packer, '#')) {
        int len = va_arg(packer->va, int);

        if (len < 0)
            fail(packer, "negative length");
        piece.len = len < 0 ? 0 : (size_t)len;
    } else if (take(packer, '%')) {
        piece.len = va_arg(packer->va, size_t);
    } else if (piece.data) {
        piece.len = strlen(piece.data);
    } else {
        fail(packer, "NULL text");
    }
    if (!piece.data && piece.len)
        fail(packer, "NULL text");
    return piece.data ? piece : (sio__span_t){"", 0};
}

static void append_text(packer_t *packer, sio__span_t text)
{
    if (!sio__utf8_valid(text.data, text.len)) {
        fail(packer, "text is not UTF-8");
        return;
    }
    sio__args_separate(packer->args);
    sio__json_append_string(&packer->args->json, text.data, text.len);
}

/* "s+s%+": pieces make a text together; a character may be split between them. */
static void append_joined(packer_t *packer, sio__span_t first)
{
    sio__buf_t joined = SIO__BUF_INIT;

    sio__buf_append(&joined, first.data, first.len);
    while (take(packer, '+')) {
        sio__span_t piece = next_piece(packer);

        sio__buf_append(&joined, piece.data, piece.len);
    }
    if (joined.failed)
        packer->args->json.failed = true;
    else
        append_text(packer, (sio__span_t){joined.data ? joined.data : "", joined.len});
    sio__buf_free(&joined);
}

static void pack_text(packer_t *packer)
{
    sio__span_t text = next_piece(packer);

    if (*packer->at == '+')
        append_joined(packer, text);
    else if (!packer->error)
        append_text(packer, text);
}

/* A value that is NULL: null for "?", nothing for "*". */
static void pack_absent(packer_t *packer, char suffix, const char *what)
{
    if (suffix == '?')
        append(packer, "null", 4);
    else if (suffix != '*')
        fail(packer, what);
    else if (in_object(packer))
        packer->args->json.len = packer->member;
}

static char optional_suffix(packer_t *packer)
{
    if (take(packer, '?'))
        return '?';
    return take(packer, '*') ? '*' : '\0';
}

static void pack_optional_text(packer_t *packer)
{
    char suffix = optional_suffix(packer);
    const char *text = va_arg(packer->va, const char *);

    if (!text)
        pack_absent(packer, suffix, NULL);
    else if (!packer->error)
        append_text(packer, (sio__span_t){text, strlen(text)});
    if (*packer->at == '#' || *packer->at == '%' || *packer->at == '+')
        stop(packer, "an optional text has no length and no next piece");
}

/* -------------------------------------------------------------------------------- scalars */

static void pack_integer(packer_t *packer, json_int_t number)
{
    sio__args_separate(packer->args);
    if (number < 0)
        sio__buf_append_char(&packer->args->json, '-');
    sio__buf_append_uint(&packer->args->json, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void pack_real(packer_t *packer, double number)
{
    sio__args_separate(packer->args);
    sio__json_append_number(&packer->args->json, number);
}

static void pack_bool(packer_t *packer, int value)
{
    append(packer, value ? "true" : "false", value ? 4 : 5);
}

/* ------------------------------------------------------------------- values made elsewhere */

static void keep_error(packer_t *packer, int result)
{
    if (result == SIO_ENOMEM && !packer->error)
        packer->error = SIO_ENOMEM;
    else if (result)
        fail(packer, "value contains itself");
}

static void pack_jansson(packer_t *packer, bool stolen)
{
    json_t *value = va_arg(packer->va, json_t *);
    char suffix = optional_suffix(packer);

    if (!value)
        pack_absent(packer, suffix, "NULL json_t");
    else if (!packer->error)
        keep_error(packer, sio__args_append_jansson(packer->args, value));
    if (stolen)
        json_decref(value);
}

static void pack_received(packer_t *packer)
{
    const sio_value_t *value = va_arg(packer->va, const sio_value_t *);
    char suffix = optional_suffix(packer);

    if (!value)
        pack_absent(packer, suffix, "NULL value");
    else if (!packer->error)
        keep_error(packer,
                   sio__args_append_value(packer->args, value->text,
                                          value->event ? &value->event->attachments : NULL));
}

/* All arguments of an event, as upstream's ...args. */
static void pack_event(packer_t *packer)
{
    const sio_event_t *event = va_arg(packer->va, const sio_event_t *);

    if (!event || in_object(packer)) {
        fail(packer, event ? "several values for one key" : "NULL event");
        return;
    }
    for (size_t i = 0; i < event->arg_count && !packer->error; i++)
        keep_error(packer,
                   sio__args_append_value(packer->args, event->args[i].text, &event->attachments));
}

static void pack_bytes(packer_t *packer)
{
    const void *bytes = va_arg(packer->va, const void *);
    size_t len = va_arg(packer->va, size_t);

    if (!bytes && len)
        fail(packer, "NULL bytes");
    else if (!packer->error)
        keep_error(packer, sio__args_append_bytes(packer->args, bytes ? bytes : "", len));
}

/* ------------------------------------------------------------------------------- structure */

static void open_bracket(packer_t *packer, bool object)
{
    if (packer->depth == NESTING_MAX) {
        stop(packer, "nested too deep");
        return;
    }
    append(packer, object ? "{" : "[", 1);
    packer->objects &= ~(UINT64_C(1) << packer->depth);
    packer->objects |= (uint64_t)object << packer->depth;
    packer->depth++;
}

static void close_bracket(packer_t *packer, bool object)
{
    if (!packer->depth || in_object(packer) != object) {
        stop(packer, object ? "unexpected }" : "unexpected ]");
        return;
    }
    sio__buf_append_char(&packer->args->json, object ? '}' : ']');
    packer->depth--;
}

static void pack_key(packer_t *packer, char letter)
{
    packer->member = packer->args->json.len;
    if (letter != 's') {
        stop(packer, "expected s for a key, or }");
    } else if (*packer->at == '?' || *packer->at == '*') {
        stop(packer, "a key can't be optional");
    } else {
        pack_text(packer);
        sio__buf_append_char(&packer->args->json, ':');
        packer->key_next = false;
    }
}

static void pack_value(packer_t *packer, char letter)
{
    switch (letter) {
    case 's':
        if (*packer->at == '?' || *packer->at == '*')
            pack_optional_text(packer);
        else
            pack_text(packer);
        break;
    case 'i':
        pack_integer(packer, va_arg(packer->va, int));
        break;
    case 'I':
        pack_integer(packer, va_arg(packer->va, json_int_t));
        break;
    case 'f':
        pack_real(packer, va_arg(packer->va, double));
        break;
    case 'b':
        pack_bool(packer, va_arg(packer->va, int));
        break;
    case 'n':
        append(packer, "null", 4);
        break;
    case 'o':
    case 'O':
        pack_jansson(packer, letter == 'o');
        break;
    case 'V':
        pack_received(packer);
        break;
    case 'E':
        pack_event(packer);
        break;
    case 'B':
        pack_bytes(packer);
        break;
    default:
        stop(packer, "not a format letter");
        break;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '\t' || c == '\n';
}

static void pack_letter(packer_t *packer)
{
    char letter = *packer->at++;

    if (is_blank(letter))
        return;
    if (letter == ']' || letter == '}') {
        if (in_object(packer) && !packer->key_next)
            stop(packer, "a key without a value");
        else
            close_bracket(packer, letter == '}');
    } else if (in_object(packer) && packer->key_next) {
        pack_key(packer, letter);
        return;
    } else if (letter == '[' || letter == '{') {
        open_bracket(packer, letter == '{');
    } else {
        pack_value(packer, letter);
    }
    packer->key_next = in_object(packer);
}

int sio__args_pack(sio__args_t *args, const char *format, va_list va)
{
    sio__args_mark_t mark = sio__args_mark(args);
    packer_t packer = {.args = args, .format = format, .at = format};

    if (!format)
        return SIO_OK;
    va_copy(packer.va, va);
    while (*packer.at && !packer.stop)
        pack_letter(&packer);
    va_end(packer.va);
    if (packer.depth)
        fail(&packer, "unclosed bracket");
    if (!packer.error && (args->json.failed || args->fakes.failed || args->bytes_failed))
        packer.error = SIO_ENOMEM;
    if (packer.error)
        sio__args_rewind(args, mark);
    return packer.error;
}
