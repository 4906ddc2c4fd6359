#include "socketio/audience.h"

#include "base/alloc.h"
#include "socketio/socket.h"

#include <string.h>

sio__audience_t sio__audience_of(const sio_target_t *target, const sio_socket_t *sender)
{
    sio__audience_t audience = {.except_id = sender ? sender->id : NULL};

    if (target) {
        audience.rooms = target->to;
        audience.except = target->except;
        audience.flags = target->flags;
        audience.timeout_ms = target->timeout_ms;
    }
    return audience;
}

static void list_size(const char *const *list, size_t *names, size_t *bytes)
{
    (*names)++; /* the NULL */
    for (; list && *list; list++) {
        (*names)++;
        *bytes += strlen(*list) + 1;
    }
}

static const char *const *copy_list(const char *const *list, const char ***names, char **bytes)
{
    const char **start = *names;

    for (; list && *list; list++) {
        size_t size = strlen(*list) + 1;

        memcpy(*bytes, *list, size);
        *(*names)++ = *bytes;
        *bytes += size;
    }
    *(*names)++ = NULL;
    return start;
}

sio__audience_copy_t *sio__audience_copy(const sio__audience_t *audience, const char *const *more)
{
    size_t name_count = 0, byte_count = 0;
    sio__audience_copy_t *copy;
    const char **names;
    char *bytes;

    list_size(audience->rooms, &name_count, &byte_count);
    list_size(audience->except, &name_count, &byte_count);
    list_size(more, &name_count, &byte_count);
    byte_count += audience->except_id ? strlen(audience->except_id) + 1 : 0;
    copy = sio__calloc(1, sizeof(*copy) + name_count * sizeof(*names) + byte_count);
    if (!copy)
        return NULL;
    names = copy->lists;
    bytes = (char *)(names + name_count);
    copy->audience.flags = audience->flags;
    copy->audience.timeout_ms = audience->timeout_ms;
    copy->audience.rooms = copy_list(audience->rooms, &names, &bytes);
    copy->audience.except = copy_list(audience->except, &names, &bytes);
    copy->more = copy_list(more, &names, &bytes);
    if (audience->except_id) {
        memcpy(bytes, audience->except_id, strlen(audience->except_id) + 1);
        copy->audience.except_id = bytes;
    }
    return copy;
}
