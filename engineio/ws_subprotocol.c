/* The subprotocols that a WebSocket client offers. */
#include "engineio/http_chars.h"
#include "engineio/ws_frame.h"

static void skip_blanks(sio__span_t *rest)
{
    while (rest->len && (*rest->data == ' ' || *rest->data == '\t')) {
        rest->data++;
        rest->len--;
    }
}

static bool take_token(sio__span_t *rest, sio__span_t *token)
{
    size_t len = 0;

    skip_blanks(rest);
    while (len < rest->len && eio__http_token_lower[(unsigned char)rest->data[len]])
        len++;
    *token = (sio__span_t){rest->data, len};
    rest->data += len;
    rest->len -= len;
    skip_blanks(rest);
    return len > 0;
}

/* Whether `token` stands among the ones before it, all of them valid. */
static bool seen_before(sio__span_t offered, sio__span_t token)
{
    sio__span_t before = {offered.data, (size_t)(token.data - offered.data)};
    sio__span_t other;

    while (before.len && take_token(&before, &other)) {
        if (sio__span_equal(other, token))
            return true;
        if (before.len) { /* the comma */
            before.data++;
            before.len--;
        }
    }
    return false;
}

bool eio_ws_first_subprotocol(sio__span_t offered, sio__span_t *first)
{
    sio__span_t rest = offered;
    sio__span_t token;

    first->len = 0;
    for (;;) {
        if (!take_token(&rest, &token) || seen_before(offered, token))
            return false;
        if (!first->len)
            *first = token;
        if (!rest.len)
            return true;
        if (*rest.data != ',')
            return false;
        rest.data++;
        rest.len--;
    }
}
