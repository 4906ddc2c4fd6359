/*
 * Events kept beyond their handler: one block of memory with everything the packet had. Held events
 * may be released, and answered, on any thread.
 */
#include "base/alloc.h"
#include "socketio/event.h"

/* Grows while the sizes are added up, and hands out the parts while they are filled in. */
typedef struct block {
    char *memory; /* NULL: only counting */
    size_t used;
} block_t;

static void *part(block_t *block, size_t size)
{
    void *start = block->memory ? block->memory + block->used : NULL;
    size_t unit = _Alignof(max_align_t);

    block->used += (size + unit - 1) / unit * unit;
    return start;
}

static char *copy_bytes(block_t *block, const char *bytes, size_t len)
{
    char *copy = part(block, len + 1);

    if (copy) {
        if (len)
            memcpy(copy, bytes, len);
        copy[len] = '\0';
    }
    return copy;
}

static void copy_args(block_t *block, const sio_event_t *event, sio_event_t *copy)
{
    sio_value_t *args = copy ? copy->inline_args : NULL;

    if (event->arg_count > SIO__INLINE_ARGS)
        args = part(block, event->arg_count * sizeof(*args));
    for (size_t i = 0; i < event->arg_count; i++) {
        sio__span_t text = event->args[i].text;

        text.data = copy_bytes(block, text.data, text.len);
        if (copy)
            args[i] = (sio_value_t){.text = text, .event = copy};
    }
    if (copy)
        copy->args = args;
}

static void copy_attachments(block_t *block, const sio_event_t *event, sio_event_t *copy)
{
    sio__attachments_t attachments = event->attachments;

    attachments.items = part(block, attachments.count * sizeof(*attachments.items));
    for (size_t i = 0; i < attachments.count; i++) {
        sio__span_t bytes = event->attachments.items[i];

        bytes.data = copy_bytes(block, bytes.data, bytes.len);
        if (copy)
            attachments.items[i] = bytes;
    }
    if (copy)
        copy->attachments = attachments;
}

static void copy_parts(block_t *block, const sio_event_t *event, sio_event_t *copy)
{
    part(block, sizeof(*event));
    if (event->name) {
        char *name = copy_bytes(block, event->name, event->name_len);

        if (copy)
            copy->name = name;
    }
    copy_args(block, event, copy);
    copy_attachments(block, event, copy);
}

static sio_event_t *copy_event(sio_event_t *event)
{
    block_t counting = {NULL, 0}, block = {NULL, 0};
    sio_event_t *copy;

    copy_parts(&counting, event, NULL);
    copy = sio__calloc(1, counting.used);
    if (!copy)
        return NULL;
    copy->socket = event->socket;
    copy->name_len = event->name_len;
    copy->has_id = event->has_id;
    copy->id = event->id;
    copy->arg_count = event->arg_count;
    atomic_init(&copy->refs, 2); /* the caller's and the stack event's */
    atomic_init(&copy->acked, atomic_load(&event->acked));
    block.memory = (char *)copy;
    copy_parts(&block, event, copy);
    if (copy->socket)
        sio_socket_ref(copy->socket);
    copy->caller = event->caller;
    if (copy->caller)
        atomic_fetch_add(&copy->caller->refs, 1);
    return copy;
}

sio_event_t *sio_event_hold(sio_event_t *event)
{
    sio_event_t *held = event->held;

    if (atomic_load(&event->refs))
        held = event;
    if (held) {
        atomic_fetch_add(&held->refs, 1);
        return held;
    }
    event->held = copy_event(event);
    return event->held;
}

sio_event_t *sio__event_of_value(sio__span_t value, sio__attachments_t attachments)
{
    sio__packet_t packet = {.type = SIO__ACK, .item_count = value.data != NULL, .items = {value}};
    sio_event_t event, *held;
    const char *error;

    if (sio__event_init(&event, NULL, &packet, attachments, 0, &error))
        return NULL;
    held = sio_event_hold(&event);
    sio__event_clear(&event);
    /* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): an event on the stack is copied. */
    return held;
}

void sio_event_release(sio_event_t *event)
{
    sio__caller_t *caller;
    sio_socket_t *socket;

    /* One on the stack belongs to its decoder, whoever releases it. */
    if (!event || atomic_load(&event->refs) == 0 || atomic_fetch_sub(&event->refs, 1) != 1)
        return;
    socket = event->socket;
    caller = event->caller;
    sio__event_clear(event);
    sio__free(event);
    sio_socket_unref(socket);
    sio__caller_unref(caller);
}
