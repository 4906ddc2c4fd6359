#include "socketio/listeners.h"

#include "base/alloc.h"
#include "socketio/socketio.h"

#include <string.h>

/* Cheap to make, and tells most names apart without looking at them. */
static uint32_t name_tag(const char *name, size_t len)
{
    uint32_t tag = (uint32_t)len;

    if (len)
        tag = tag * 31 + (unsigned char)name[0];
    if (len > 2)
        tag = (tag * 31 + (unsigned char)name[len / 2]) * 31 + (unsigned char)name[len - 1];
    return tag | UINT32_C(0x80000000);
}

static uint32_t tag_of(int kind, const char *name, size_t len)
{
    return kind == SIO__ON_EVENT ? name_tag(name, len) : (uint32_t)kind;
}

static bool matches(const sio__listener_t *item, uint32_t tag, const char *name, size_t len)
{
    return item->tag == tag &&
           (!name || (item->name_len == len && memcmp(item->name, name, len) == 0));
}

static void remove_item(sio__listeners_t *table, sio__listener_t *item)
{
    item->tag = 0;
    table->holes = true;
}

/* Closes the holes, once nobody counts items any more. */
static void compact(sio__listeners_t *table)
{
    unsigned kept = 0;

    if (!table->holes || table->calling)
        return;
    for (unsigned i = 0; i < table->count; i++) {
        if (table->items[i].tag)
            table->items[kept++] = table->items[i];
        else
            sio__free(table->items[i].name);
    }
    table->count = kept;
    table->holes = false;
}

static bool reserve(sio__listeners_t *table)
{
    unsigned cap = table->cap ? table->cap * 2 : 4;
    sio__listener_t *items;

    if (table->count < table->cap)
        return true;
    items = sio__realloc(table->items, cap * sizeof(*items));
    if (!items)
        return false;
    table->items = items;
    table->cap = cap;
    return true;
}

static void insert(sio__listeners_t *table, const sio__listener_t *item, bool prepend)
{
    sio__listener_t *at = table->items + table->count;

    if (prepend) {
        memmove(table->items + 1, table->items, table->count * sizeof(*item));
        table->prepends++;
        at = table->items;
    }
    *at = *item;
    table->count++;
}

int sio__listeners_add(sio__listeners_t **where, int kind, const char *name, sio__fn_t fn,
                       void *user, unsigned how)
{
    sio__listener_t item = {.fn = fn, .user = user, .once = how & SIO__ONCE};
    sio__listeners_t *table = *where;

    if (!fn || (kind == SIO__ON_EVENT && !name))
        return SIO_EINVAL;
    if (!table)
        table = *where = sio__calloc(1, sizeof(*table));
    if (!table || !reserve(table))
        return SIO_ENOMEM;
    if (name) {
        item.name = sio__strdup(name);
        if (!item.name)
            return SIO_ENOMEM;
        item.name_len = (uint32_t)strlen(name);
    }
    item.tag = tag_of(kind, item.name, item.name_len);
    insert(table, &item, how & SIO__PREPEND);
    table->kinds |= UINT32_C(1) << kind;
    return SIO_OK;
}

static bool is_kind(const sio__listener_t *item, int kind)
{
    return kind == SIO__ON_EVENT ? item->tag >= SIO__ON_EVENT : item->tag == (uint32_t)kind;
}

void sio__listeners_remove(sio__listeners_t *table, int kind, const char *name, sio__fn_t fn,
                           void *user)
{
    if (!table)
        return;
    for (unsigned i = 0; i < table->count; i++) {
        sio__listener_t *item = &table->items[i];

        if (!is_kind(item, kind) || (name && strcmp(item->name, name) != 0) ||
            (fn && (item->fn != fn || item->user != user)))
            continue;
        remove_item(table, item);
        if (fn)
            break;
    }
    compact(table);
}

int sio__listeners_copy(sio__listeners_t **to, const sio__listeners_t *from)
{
    for (unsigned i = 0; from && i < from->count; i++) {
        const sio__listener_t *item = &from->items[i];
        int kind = item->tag < SIO__ON_EVENT ? (int)item->tag : SIO__ON_EVENT;

        if (item->tag && sio__listeners_add(to, kind, item->name, item->fn, item->user,
                                            item->once ? SIO__ONCE : 0))
            return SIO_ENOMEM;
    }
    return SIO_OK;
}

void sio__listeners_free(sio__listeners_t *table)
{
    if (!table)
        return;
    for (unsigned i = 0; i < table->count; i++)
        sio__free(table->items[i].name);
    sio__free(table->items);
    sio__free(table);
}

const sio__listener_t *sio__listeners_nth(const sio__listeners_t *table, int kind, unsigned index)
{
    for (unsigned i = 0; table && i < table->count; i++)
        if (is_kind(&table->items[i], kind) && index-- == 0)
            return &table->items[i];
    return NULL;
}

unsigned sio__listeners_count(const sio__listeners_t *table, int kind, const char *name)
{
    unsigned count = 0;

    for (unsigned i = 0; sio__listeners_has(table, kind) && i < table->count; i++)
        count +=
            is_kind(&table->items[i], kind) && (!name || strcmp(table->items[i].name, name) == 0);
    return count;
}

sio__calling_t sio__listeners_call(sio__listeners_t *table, int kind, const char *name,
                                   size_t name_len)
{
    sio__calling_t calling = {.name = name, .name_len = name_len};

    if (!sio__listeners_has(table, kind))
        return calling;
    calling.table = table;
    calling.tag = tag_of(kind, name, name_len);
    calling.end = table->count;
    calling.prepends = table->prepends;
    table->calling++;
    return calling;
}

bool sio__listeners_next(sio__calling_t *calling, sio__fn_t *fn, void **user)
{
    sio__listeners_t *table = calling->table;
    unsigned moved;

    if (!table)
        return false;
    moved = table->prepends - calling->prepends;
    calling->prepends += moved;
    calling->at += moved;
    calling->end += moved;
    while (calling->at < calling->end) {
        sio__listener_t *item = &table->items[calling->at++];

        if (!matches(item, calling->tag, calling->name, calling->name_len))
            continue;
        *fn = item->fn;
        *user = item->user;
        if (item->once)
            remove_item(table, item);
        return true;
    }
    table->calling--;
    compact(table);
    return false;
}
