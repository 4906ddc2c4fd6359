/*
 * HTTP/1.x request heads: request line, fields, and what the fields say about framing and the
 * connection. Called by the transport that owns the connection; see http_parser.h.
 */
#include "engineio/http_parser.h"

#include "engineio/http_chars.h"

#include <strings.h>

enum { OK = 0, PARTIAL = 1 };

typedef struct cursor {
    char *at;
    char *end;
} cursor_t;

/* What the fields said, to be judged when all are known. */
typedef struct facts {
    bool host;
    bool transfer_encoding;
    bool close;
    bool keep_alive;
    bool connection_upgrade;
    bool upgrade;
} facts_t;

static bool span_is_nocase(sio__span_t span, const char *lower)
{
    return span.len == strlen(lower) && strncasecmp(span.data, lower, span.len) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static sio__span_t trim(sio__span_t span)
{
    while (span.len && is_blank(span.data[0])) {
        span.data++;
        span.len--;
    }
    while (span.len && is_blank(span.data[span.len - 1]))
        span.len--;
    return span;
}

/* Steps over the CRLF that must be at `text_end`. */
static int take_line_end(cursor_t *cursor, const char *text_end)
{
    size_t left = (size_t)(cursor->end - text_end);

    if (left && text_end[0] != '\r')
        return -400;
    if (left < 2)
        return PARTIAL;
    if (text_end[1] != '\n')
        return -400;
    cursor->at = cursor->end - left + 2;
    return OK;
}

static int skip_empty_lines(cursor_t *cursor)
{
    while (cursor->at < cursor->end && *cursor->at == '\r') {
        int status = take_line_end(cursor, cursor->at);

        if (status != OK)
            return status;
    }
    return OK;
}

static int parse_version(const char *text, size_t len, int *minor)
{
    if (len != 8 || memcmp(text, "HTTP/", 5) != 0 || text[6] != '.' || text[5] < '0' ||
        text[5] > '9' || text[7] < '0' || text[7] > '9')
        return -400;
    if (text[5] != '1' || text[7] > '1')
        return -505;
    *minor = text[7] - '0';
    return OK;
}

/* Those that Node's parser knows, the frequent ones first. */
static bool method_known(sio__span_t method)
{
    static const char *const known[] = {
        "GET",     "POST",     "OPTIONS",   "HEAD",       "PUT",        "DELETE", "PATCH",
        "CONNECT", "TRACE",    "ACL",       "BIND",       "CHECKOUT",   "COPY",   "LINK",
        "LOCK",    "M-SEARCH", "MERGE",     "MKACTIVITY", "MKCALENDAR", "MKCOL",  "MOVE",
        "NOTIFY",  "PROPFIND", "PROPPATCH", "PURGE",      "QUERY",      "REBIND", "REPORT",
        "SEARCH",  "SOURCE",   "SUBSCRIBE", "UNBIND",     "UNLINK",     "UNLOCK", "UNSUBSCRIBE",
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (sio__span_is(method, known[i]))
            return true;
    }
    return false;
}

static int parse_request_line(cursor_t *cursor, eio_http_head_t *head)
{
    const char *at = cursor->at;
    const char *end = eio__http_find_control(at, cursor->end);
    const char *blank;
    int status = take_line_end(cursor, end);

    if (status != OK)
        return status;
    head->method.data = at;
    while (at < end && eio__http_token_lower[(uint8_t)*at])
        at++;
    head->method.len = (size_t)(at - head->method.data);
    if (at == end || *at != ' ' || !method_known(head->method))
        return -400;
    at++;
    blank = memchr(at, ' ', (size_t)(end - at));
    if (!blank || blank == at)
        return -400;
    head->target = (sio__span_t){at, (size_t)(blank - at)};
    if (!eio__http_is_ascii(at, head->target.len))
        return -400;
    return parse_version(blank + 1, (size_t)(end - blank - 1), &head->minor);
}

static int parse_content_length(sio__span_t value, int64_t *length)
{
    int64_t number = 0;

    if (value.len == 0)
        return -400;
    for (size_t i = 0; i < value.len; i++) {
        int digit = value.data[i] - '0';

        if (digit < 0 || digit > 9 || number > (INT64_MAX - digit) / 10)
            return -400;
        number = number * 10 + digit;
    }
    *length = number;
    return OK;
}

static void parse_connection(sio__span_t value, facts_t *facts)
{
    while (value.len) {
        const char *comma = memchr(value.data, ',', value.len);
        size_t len = comma ? (size_t)(comma - value.data) : value.len;
        sio__span_t option = trim((sio__span_t){value.data, len});

        if (span_is_nocase(option, "close"))
            facts->close = true;
        else if (span_is_nocase(option, "keep-alive"))
            facts->keep_alive = true;
        else if (span_is_nocase(option, "upgrade"))
            facts->connection_upgrade = true;
        len += comma != NULL;
        value.data += len;
        value.len -= len;
    }
}

static int note_transfer_encoding(sio__span_t value, facts_t *facts, eio_http_head_t *head)
{
    if (facts->transfer_encoding)
        return -400;
    if (!span_is_nocase(value, "chunked"))
        return -501;
    facts->transfer_encoding = true;
    head->chunked = true;
    return OK;
}

/* Two Host or two Content-Length fields are refused even when equal: the next hop might heed the
 * other one. */
static int note_field(const eio_http_field_t *field, facts_t *facts, eio_http_head_t *head)
{
    switch (field->name.len) {
    case 4:
        if (sio__span_is(field->name, "host")) {
            if (facts->host)
                return -400;
            facts->host = true;
        }
        break;
    case 6:
        if (sio__span_is(field->name, "expect")) {
            head->expect_continue = span_is_nocase(field->value, "100-continue");
            head->expect_other = !head->expect_continue;
        }
        break;
    case 7:
        if (sio__span_is(field->name, "upgrade"))
            facts->upgrade = true;
        break;
    case 10:
        if (sio__span_is(field->name, "connection"))
            parse_connection(field->value, facts);
        break;
    case 14:
        if (sio__span_is(field->name, "content-length")) {
            if (head->content_length >= 0)
                return -400;
            return parse_content_length(field->value, &head->content_length);
        }
        break;
    case 17:
        if (sio__span_is(field->name, "transfer-encoding"))
            return note_transfer_encoding(field->value, facts, head);
        break;
    default:
        break;
    }
    return OK;
}

static int parse_field_name(cursor_t *cursor, sio__span_t *name)
{
    char *at = cursor->at;
    uint8_t lower;

    while (at < cursor->end && (lower = eio__http_token_lower[(uint8_t)*at]) != 0)
        *at++ = (char)lower;
    if (at == cursor->end)
        return PARTIAL;
    if (*at != ':' || at == cursor->at)
        return -400;
    *name = (sio__span_t){cursor->at, (size_t)(at - cursor->at)};
    cursor->at = at + 1;
    return OK;
}

static int parse_field(cursor_t *cursor, eio_http_head_t *head, facts_t *facts)
{
    eio_http_field_t *field = &head->fields[head->field_count];
    const char *value;
    const char *end;
    int status;

    if (head->field_count == EIO_HTTP_MAX_HEADERS)
        return -431;
    status = parse_field_name(cursor, &field->name);
    if (status != OK)
        return status;
    value = cursor->at;
    end = eio__http_find_text_end(value, cursor->end);
    status = take_line_end(cursor, end);
    if (status != OK)
        return status;
    field->value = trim((sio__span_t){value, (size_t)(end - value)});
    head->field_count++;
    return note_field(field, facts, head);
}

static int judge(const facts_t *facts, eio_http_head_t *head)
{
    if (head->chunked && (head->content_length >= 0 || head->minor == 0))
        return -400;
    if (head->minor > 0 && !facts->host)
        return -400;
    head->keep_alive = !facts->close && (head->minor > 0 || facts->keep_alive);
    head->upgrade = facts->connection_upgrade && facts->upgrade;
    if (head->minor == 0)
        head->expect_continue = head->expect_other = false;
    return OK;
}

static int parse_fields(cursor_t *cursor, eio_http_head_t *head)
{
    facts_t facts = {false, false, false, false, false, false};

    while (cursor->at < cursor->end) {
        int status;

        if (*cursor->at == '\r') {
            status = take_line_end(cursor, cursor->at);
            return status == OK ? judge(&facts, head) : status;
        }
        status = parse_field(cursor, head, &facts);
        if (status != OK)
            return status;
    }
    return PARTIAL;
}

static int parse(cursor_t *cursor, eio_http_head_t *head)
{
    int status = skip_empty_lines(cursor);

    if (status != OK)
        return status;
    head->field_count = 0;
    head->content_length = -1;
    head->chunked = false;
    head->expect_continue = head->expect_other = false;
    status = parse_request_line(cursor, head);
    return status == OK ? parse_fields(cursor, head) : status;
}

/* Whether data[from..limit) brings the empty line: a head that trickles in is parsed at most twice.
 */
static int find_end(const char *data, size_t from, size_t limit)
{
    const char *at = data + from;

    while ((at = memchr(at, '\n', (size_t)(data + limit - at)))) {
        if (at == data || at[-1] != '\r')
            return -400;
        if (at - data >= 3 && at[-2] == '\n')
            return OK;
        at++;
    }
    return PARTIAL;
}

int eio_http_parse_head(char *data, size_t len, size_t *scanned, eio_http_head_t *head)
{
    size_t limit = len < EIO_HTTP_MAX_HEAD ? len : EIO_HTTP_MAX_HEAD;
    cursor_t cursor;
    int status;

    if (len == 0)
        return 0;
    cursor = (cursor_t){data, data + limit};
    status = *scanned ? find_end(data, *scanned, limit) : OK;
    if (status == OK)
        status = parse(&cursor, head);
    if (status == PARTIAL) {
        *scanned = limit;
        return limit == EIO_HTTP_MAX_HEAD ? -431 : 0;
    }
    *scanned = 0;
    return status == OK ? (int)(cursor.at - data) : status;
}

const sio__span_t *eio_http_head_get(const eio_http_head_t *head, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < head->field_count; i++) {
        const eio_http_field_t *field = &head->fields[i];

        if (field->name.len == len && memcmp(field->name.data, name, len) == 0)
            return &field->value;
    }
    return NULL;
}
