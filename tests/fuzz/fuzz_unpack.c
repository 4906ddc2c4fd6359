/*
 * sio_unpack(): the input is a format, a line break, and a packet. Every variable is a block that
 * can hold whatever a letter stores and is a terminated text where the format takes it for a key.
 */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/socketio.h"

enum { FORMAT_MAX = 16, MAX_DEPTH = 200 };

typedef union variable {
    char text[16];
    void *pointer;
} variable_t;

static variable_t v[2 * FORMAT_MAX];

sio_socket_t *sio_socket_ref(sio_socket_t *socket)
{
    return socket;
}

void sio_socket_unref(sio_socket_t *socket)
{
    (void)socket;
}

/* No letter takes more than two variables. */
static int unpack(const sio_event_t *event, const char *format)
{
    for (int i = 0; i < 2 * FORMAT_MAX; i++) {
        memset(&v[i], 0, sizeof(v[i]));
        v[i].text[0] = (char)('a' + i % 3);
    }
    return sio_unpack(event, format, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8],
                      &v[9], &v[10], &v[11], &v[12], &v[13], &v[14], &v[15], &v[16], &v[17], &v[18],
                      &v[19], &v[20], &v[21], &v[22], &v[23], &v[24], &v[25], &v[26], &v[27],
                      &v[28], &v[29], &v[30], &v[31]);
}

/* What "O" gave out: the event itself has one reference to each tree. Those of true, false and null
 * are not counted. */
static void give_back(json_t *json)
{
    while (json && json->refcount > 1 && json->refcount != (size_t)-1)
        json_decref(json);
}

static void use(sio_event_t *event, const char *format)
{
    int result = unpack(event, format);

    if (result != SIO_OK && result != SIO_EFORMAT)
        abort();
    for (size_t i = 0; i < event->arg_count; i++)
        give_back(event->args[i].json);
    for (sio_value_t *value = event->nested; value; value = value->next)
        give_back(value->json);
    sio__event_clear(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sio__span_t bytes[2] = {{"a", 1}, {NULL, 0}};
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    char format[FORMAT_MAX + 1] = "";
    sio__packet_t packet;
    sio_event_t event;
    const char *error, *text;
    size_t len;

    if (!line || line - data > FORMAT_MAX)
        return 0;
    memcpy(format, data, (size_t)(line - data));
    text = (const char *)line + 1;
    len = size - (size_t)(line + 1 - data);
    if (!sio__utf8_valid(text, len) ||
        sio__packet_decode(text, len, 2, MAX_DEPTH, &packet, &error) || !packet.item_count)
        return 0;
    if (sio__event_init(&event, NULL, &packet, (sio__attachments_t){bytes, packet.attachments},
                        MAX_DEPTH, &error) == 0)
        use(&event, format);
    return 0;
}
