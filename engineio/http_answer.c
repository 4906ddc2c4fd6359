/* The head of an HTTP answer. Called by the connection; see http_answer.h. */
#include "engineio/http_answer.h"

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Payload Too Large"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Entity"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].status == status)
            return texts[i].text;
    }
    return "Unknown";
}

void eio_http_answer_append(sio__buf_t *out, const eio_http_answer_t *answer)
{
    sio__buf_append_str(out, "HTTP/1.1 ");
    sio__buf_append_uint(out, (uint64_t)answer->status);
    sio__buf_append_char(out, ' ');
    sio__buf_append_str(out, status_text(answer->status));
    sio__buf_append(out, "\r\n", 2);
    sio__buf_append(out, answer->headers[0].data, answer->headers[0].len);
    sio__buf_append(out, answer->headers[1].data, answer->headers[1].len);
    sio__buf_append_str(out, "Date: ");
    sio__buf_append_str(out, answer->date);
    sio__buf_append_str(out, answer->close
                                 ? "\r\nConnection: close\r\n"
                                 : "\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n");
    if (answer->status != 304) {
        sio__buf_append_str(out, "Content-Length: ");
        sio__buf_append_uint(out, answer->body_len);
        sio__buf_append(out, "\r\n", 2);
    }
    sio__buf_append(out, "\r\n", 2);
}
