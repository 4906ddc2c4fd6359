/*
 * Events as they come in: made on the decoder's stack from spans of the packet, looked at by
 * handlers. What a handler asks for (parsed JSON, unescaped texts) hangs on the event and goes with
 * it.
 */
#include "socketio/event.h"

#include "base/alloc.h"
#include "base/json_scan.h"

struct sio__event_chunk {
    struct sio__event_chunk *next;
    _Alignas(max_align_t) char memory[];
};

void *sio__event_alloc(sio_event_t *event, size_t size)
{
    size_t used = event->scratch_used;
    size_t unit = _Alignof(max_align_t), aligned = (size + unit - 1) / unit * unit;
    struct sio__event_chunk *chunk;

    if (aligned >= size && aligned <= sizeof(event->scratch) - used) {
        event->scratch_used += aligned;
        return event->scratch + used;
    }
    if (size > SIZE_MAX / 2)
        return NULL;
    chunk = sio__malloc(sizeof(*chunk) + size);
    if (!chunk)
        return NULL;
    chunk->next = event->chunks;
    event->chunks = chunk;
    return chunk->memory;
}

static void init_value(sio_value_t *value, const sio_event_t *event, sio__span_t text)
{
    *value = (sio_value_t){.text = text, .event = event};
}

sio_value_t *sio__event_nested(sio_event_t *event, sio__span_t text)
{
    sio_value_t *value = event->nested;

    while (value && value->text.data != text.data)
        value = value->next;
    if (value)
        return value;
    value = sio__event_alloc(event, sizeof(*value));
    if (!value)
        return NULL;
    init_value(value, event, text);
    value->next = event->nested;
    event->nested = value;
    return value;
}

bool sio__event_attachment(const sio_event_t *event, sio__span_t text, sio__span_t *bytes)
{
    const char *at = text.data;
    sio__span_t object;
    double num;

    if (!event || !event->attachments.count || *text.data != '{')
        return false;
    if (!sio__json_next_placeholder(&at, text.data + text.len, &object, &num) ||
        object.data != text.data || num < 0 || num >= (double)event->attachments.count)
        return false;
    *bytes = event->attachments.items[(size_t)num];
    return true;
}

static bool placeholders_in_range(const sio__packet_t *packet, size_t attachments)
{
    const char *at = packet->data.data, *end = packet->data.data + packet->data.len;
    sio__span_t object;
    double num;

    while (sio__json_next_placeholder(&at, end, &object, &num))
        if (num < 0 || num >= (double)attachments)
            return false;
    return true;
}

/* A name may be a number upstream too; handlers find it as its text. */
static bool set_name(sio_event_t *event, sio__span_t item)
{
    if (item.data[0] == '"') {
        event->name = sio__event_alloc(event, item.len);
        if (event->name)
            event->name_len = sio__json_unescape(item, event->name);
    } else {
        event->name = sio__event_alloc(event, SIO__NUMBER_MAX + 1);
        if (event->name)
            event->name_len =
                sio__number_format(sio__number_parse(item.data, item.len), event->name);
    }
    if (event->name)
        event->name[event->name_len] = '\0';
    return event->name != NULL;
}

static void set_args(sio_event_t *event, const sio__span_t *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        init_value(&event->args[i], event, items[i]);
    event->arg_count = count;
}

/* More arguments than the decoder kept spans of: they are looked up again. */
static bool set_many_args(sio_event_t *event, const sio__packet_t *packet, unsigned max_depth,
                          size_t skip)
{
    size_t count = packet->item_count;
    sio__span_t *items;

    if (count > SIZE_MAX / sizeof(*event->args))
        return false;
    items = sio__malloc(count * sizeof(*items));
    event->args = sio__event_alloc(event, (count - skip) * sizeof(*event->args));
    if (items && event->args) {
        sio__json_scan_array(packet->data.data, packet->data.len, max_depth, items, count);
        set_args(event, items + skip, count - skip);
    }
    sio__free(items);
    return items && event->args;
}

static bool set_items(sio_event_t *event, const sio__packet_t *packet, unsigned max_depth)
{
    bool named = packet->type == SIO__EVENT || packet->type == SIO__BINARY_EVENT;
    size_t count = packet->item_count;

    if (!count)
        return true;
    if (named && !set_name(event, packet->items[0]))
        return false;
    if (count - named > SIO__INLINE_ARGS)
        return set_many_args(event, packet, max_depth, named);
    set_args(event, packet->items + named, count - named);
    return true;
}

/* Not by memset: most of the struct is room for arguments. */
static void init_event(sio_event_t *event, sio_socket_t *socket, const sio__packet_t *packet,
                       sio__attachments_t attachments)
{
    atomic_init(&event->refs, 0);
    atomic_init(&event->acked, false);
    event->socket = socket;
    event->caller = NULL;
    event->held = NULL;
    event->name = NULL;
    event->name_len = 0;
    event->has_id = packet->has_id;
    event->id = packet->id;
    event->arg_count = 0;
    event->args = event->inline_args;
    event->attachments = attachments;
    event->nested = NULL;
    event->chunks = NULL;
    event->scratch_used = 0;
}

int sio__event_init(sio_event_t *event, sio_socket_t *socket, const sio__packet_t *packet,
                    sio__attachments_t attachments, unsigned max_depth, const char **error)
{
    bool binary = packet->type == SIO__BINARY_EVENT || packet->type == SIO__BINARY_ACK;

    *error = "illegal attachments";
    if (binary && !placeholders_in_range(packet, attachments.count))
        return -1;
    *error = "out of memory";
    init_event(event, socket, packet, attachments);
    if (!set_items(event, packet, max_depth)) {
        sio__event_clear(event);
        return -1;
    }
    *error = NULL;
    return 0;
}

void sio__event_clear(sio_event_t *event)
{
    for (size_t i = 0; i < event->arg_count; i++)
        json_decref(event->args[i].json);
    for (sio_value_t *value = event->nested; value; value = value->next)
        json_decref(value->json);
    while (event->chunks) {
        struct sio__event_chunk *chunk = event->chunks;

        event->chunks = chunk->next;
        sio__free(chunk);
    }
    sio_event_release(event->held);
    event->held = NULL;
}

const char *sio_event_name(const sio_event_t *event)
{
    return event->name;
}

size_t sio_event_count(const sio_event_t *event)
{
    return event->arg_count;
}

const sio_value_t *sio_event_arg(const sio_event_t *event, size_t index)
{
    return index < event->arg_count ? &event->args[index] : NULL;
}

bool sio_event_wants_ack(const sio_event_t *event)
{
    return event->has_id;
}

sio_socket_t *sio_event_socket(const sio_event_t *event)
{
    return event->socket;
}

json_t *sio_event_json(const sio_event_t *event)
{
    json_t *array = json_array();

    for (size_t i = 0; array && i < event->arg_count; i++) {
        if (json_array_append_new(array, sio__json_parse(event->args[i].text))) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}
