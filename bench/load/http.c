/* HTTP/1.1 answers on a keep-alive connection. */
#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_END "\r\n"

/* The value of a header whose name is given with its colon, or NULL. The head ends in LINE_END. */
static const char *header(const char *head, size_t length, const char *name)
{
    const char *end = head + length, *line = head;
    size_t name_length = strlen(name);

    while ((line = memmem(line, (size_t)(end - line), LINE_END, 2)) != NULL) {
        line += 2;
        if ((size_t)(end - line) > name_length && strncasecmp(line, name, name_length) == 0) {
            line += name_length;
            return line + strspn(line, " \t");
        }
    }
    return NULL;
}

ssize_t http_parse(const char *data, size_t length, http_response_t *response)
{
    const char *end = memmem(data, length, LINE_END LINE_END, 4), *value;
    size_t head;

    if (end == NULL)
        return 0;
    head = (size_t)(end - data) + 4;
    if (strncmp(data, "HTTP/1.1 ", 9) != 0)
        return -1;
    value = header(data, head, "connection:");
    if (value != NULL && strncasecmp(value, "close", 5) == 0)
        return -1;
    value = header(data, head, "content-length:");
    if (value == NULL || *value < '0' || *value > '9')
        return -1;
    response->status = atoi(data + 9);
    response->length = strtoul(value, NULL, 10);
    response->body = data + head;
    if (length - head < response->length)
        return 0;
    return (ssize_t)(head + response->length);
}
