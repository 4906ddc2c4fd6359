/* The negotiation of permessage-deflate: offers in Sec-WebSocket-Extensions, and the answer. */
#include "engineio/deflate.h"

#include <string.h>

enum { DEFAULT_BITS = 15 };

/* Parameters of one offer; bits 0: absent, BITS_ANY: named without a value. */
enum { BITS_ANY = 255 };

typedef struct offer {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    uint8_t server_bits;
    uint8_t client_bits;
} offer_t;

typedef struct cursor {
    const char *at, *end;
} cursor_t;

static void skip_blanks(cursor_t *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

static bool take_char(cursor_t *cursor, char c)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    skip_blanks(cursor);
    return true;
}

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool take_token(cursor_t *cursor, sio__span_t *token)
{
    const char *start;

    skip_blanks(cursor);
    start = cursor->at;
    while (cursor->at < cursor->end && is_token_char(*cursor->at))
        cursor->at++;
    *token = (sio__span_t){start, (size_t)(cursor->at - start)};
    skip_blanks(cursor);
    return token->len > 0;
}

/* "=value", "=\"value\"" or nothing. */
static bool take_value(cursor_t *cursor, sio__span_t *value)
{
    bool quoted;

    *value = (sio__span_t){NULL, 0};
    if (!take_char(cursor, '='))
        return true;
    quoted = cursor->at < cursor->end && *cursor->at == '"';
    if (quoted)
        cursor->at++;
    return take_token(cursor, value) && (!quoted || take_char(cursor, '"'));
}

static bool take_bits(uint8_t *bits, sio__span_t value, bool value_optional)
{
    unsigned number = 0;
    size_t i;

    if (*bits) /* given twice */
        return false;
    if (!value.data) {
        *bits = BITS_ANY;
        return value_optional;
    }
    for (i = 0; i < value.len && i < 3; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
        number = number * 10 + (unsigned)(value.data[i] - '0');
    }
    *bits = (uint8_t)number;
    return value.len <= 2 && number >= 8 && number <= 15;
}

static bool take_flag(bool *flag, sio__span_t value)
{
    if (*flag || value.data)
        return false;
    *flag = true;
    return true;
}

static bool take_parameter(offer_t *offer, sio__span_t name, sio__span_t value)
{
    if (sio__span_is(name, "server_no_context_takeover"))
        return take_flag(&offer->server_no_context_takeover, value);
    if (sio__span_is(name, "client_no_context_takeover"))
        return take_flag(&offer->client_no_context_takeover, value);
    if (sio__span_is(name, "server_max_window_bits"))
        return take_bits(&offer->server_bits, value, false);
    if (sio__span_is(name, "client_max_window_bits"))
        return take_bits(&offer->client_bits, value, true);
    return false;
}

/* One extension with its parameters. -1: malformed; 0: another extension; 1: an offer. */
static int take_extension(cursor_t *cursor, offer_t *offer)
{
    sio__span_t name;
    sio__span_t parameter;
    sio__span_t value;
    bool ours;

    memset(offer, 0, sizeof(*offer));
    if (!take_token(cursor, &name))
        return -1;
    ours = sio__span_is(name, "permessage-deflate");
    while (take_char(cursor, ';')) {
        if (!take_token(cursor, &parameter) || !take_value(cursor, &value))
            return -1;
        if (ours && !take_parameter(offer, parameter, value))
            return -1;
    }
    return ours;
}

static bool acceptable(const eio_deflate_options_t *options, const offer_t *offer)
{
    if (offer->server_bits && options->server_max_window_bits > offer->server_bits)
        return false;
    return !options->client_max_window_bits ||
           (offer->client_bits && options->client_max_window_bits <= offer->client_bits);
}

static void append_bits(sio__buf_t *line, const char *name, uint8_t bits)
{
    if (!bits)
        return;
    sio__buf_append_str(line, name);
    sio__buf_append_uint(line, bits);
}

static void accept_offer(const eio_deflate_options_t *options, offer_t offer,
                         eio_deflate_params_t *params, sio__buf_t *line)
{
    if (options->server_max_window_bits)
        offer.server_bits = (uint8_t)options->server_max_window_bits;
    if (options->client_max_window_bits)
        offer.client_bits = (uint8_t)options->client_max_window_bits;
    else if (offer.client_bits == BITS_ANY)
        offer.client_bits = 0;
    params->agreed = true;
    params->server_no_context_takeover =
        offer.server_no_context_takeover || options->server_no_context_takeover;
    params->client_no_context_takeover =
        offer.client_no_context_takeover || options->client_no_context_takeover;
    params->server_bits = offer.server_bits ? offer.server_bits : DEFAULT_BITS;
    params->client_bits = offer.client_bits ? offer.client_bits : DEFAULT_BITS;
    sio__buf_append_str(line, "Sec-WebSocket-Extensions: permessage-deflate");
    if (params->server_no_context_takeover)
        sio__buf_append_str(line, "; server_no_context_takeover");
    if (params->client_no_context_takeover)
        sio__buf_append_str(line, "; client_no_context_takeover");
    append_bits(line, "; server_max_window_bits=", offer.server_bits);
    append_bits(line, "; client_max_window_bits=", offer.client_bits);
    sio__buf_append(line, "\r\n", 2);
}

int eio_deflate_negotiate(const eio_deflate_options_t *options, sio__span_t offered,
                          eio_deflate_params_t *params, sio__buf_t *line)
{
    cursor_t cursor = {offered.data, offered.data + offered.len};
    bool refused = false;
    offer_t offer;
    int kind;

    memset(params, 0, sizeof(*params));
    do {
        kind = take_extension(&cursor, &offer);
        if (kind < 0)
            return -1;
        if (kind == 0 || params->agreed)
            continue;
        refused = !acceptable(options, &offer);
        if (!refused)
            accept_offer(options, offer, params, line);
    } while (take_char(&cursor, ','));
    return cursor.at != cursor.end || (refused && !params->agreed) ? -1 : 0;
}
