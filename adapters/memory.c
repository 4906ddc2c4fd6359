/*
 * Rooms of one process. A membership is a record in its room's list and in its member's list, found
 * by one table keyed by both, so that joining and leaving cost the same however large the room is.
 */
#include "adapters/adapter.h"

#include "base/alloc.h"

#include <string.h>

typedef struct memory_adapter {
    sio__adapter_t base;
    sio__map_t rooms;       /* room_t by name */
    size_t own_rooms;       /* of these, `own` ones */
    sio__map_t memberships; /* membership_t by room and member */
    sio__map_t members;     /* by id */
    sio__list_t all;        /* members */
    uint64_t epoch;
} memory_adapter_t;

typedef struct room {
    sio__map_node_t by_name;
    sio__list_t members; /* membership_t */
    unsigned uses;       /* calls on the stack that look at it after running the program's code */
    bool deleted;
    bool own; /* of a member's id, made by that member */
    char name[];
} room_t;

typedef struct membership_key {
    const room_t *room;
    const sio__member_t *member;
} membership_key_t;

typedef struct membership {
    sio__map_node_t by_key;
    membership_key_t key;
    room_t *room;
    sio__member_t *member;
    sio__list_t of_room;
    sio__list_t of_member;
} membership_t;

static memory_adapter_t *memory_of(sio__adapter_t *adapter)
{
    return SIO__CONTAINER(adapter, memory_adapter_t, base);
}

static const memory_adapter_t *memory_of_const(const sio__adapter_t *adapter)
{
    return SIO__CONTAINER(adapter, const memory_adapter_t, base);
}

/* ---------------------------------------------------------------------------------- look-ups */

static sio__member_t *find_member(const memory_adapter_t *memory, const char *id)
{
    sio__map_node_t *node = sio__map_find(&memory->members, id, strlen(id));

    return node ? SIO__CONTAINER(node, sio__member_t, by_id) : NULL;
}

static room_t *find_room(const memory_adapter_t *memory, const char *name)
{
    sio__map_node_t *node = sio__map_find(&memory->rooms, name, strlen(name));

    return node ? SIO__CONTAINER(node, room_t, by_name) : NULL;
}

static membership_t *find_membership(const memory_adapter_t *memory, const room_t *room,
                                     const sio__member_t *member)
{
    membership_key_t key = {room, member};
    sio__map_node_t *node = sio__map_find(&memory->memberships, (const char *)&key, sizeof(key));

    return node ? SIO__CONTAINER(node, membership_t, by_key) : NULL;
}

/* ------------------------------------------------------------------------ joining and leaving */

static void tell(const memory_adapter_t *memory, int change, const char *room, const char *id)
{
    sio__adapter_host_t *host = memory->base.host;

    if (host)
        host->ops->room_changed(host, change, room, id);
}

static int know_member(memory_adapter_t *memory, sio__member_t *member)
{
    if (member->known)
        return 0;
    if (sio__map_insert(&memory->members, &member->by_id, member->id, strlen(member->id)))
        return -1;
    sio__list_append(&memory->all, &member->link);
    member->known = true;
    return 0;
}

static room_t *new_room(memory_adapter_t *memory, const char *name)
{
    size_t len = strlen(name);
    room_t *room = sio__malloc(sizeof(*room) + len + 1);

    if (!room)
        return NULL;
    memcpy(room->name, name, len + 1);
    sio__list_init(&room->members);
    room->uses = 1;
    room->deleted = room->own = false;
    if (sio__map_insert(&memory->rooms, &room->by_name, room->name, len)) {
        sio__free(room);
        return NULL;
    }
    return room;
}

static bool delete_if_empty(memory_adapter_t *memory, room_t *room)
{
    if (room->deleted || !sio__list_empty(&room->members))
        return false;
    sio__map_remove(&memory->rooms, &room->by_name);
    room->deleted = true;
    memory->own_rooms -= room->own;
    return true;
}

static void stop_using(room_t *room)
{
    if (--room->uses == 0 && room->deleted)
        sio__free(room);
}

static membership_t *enter(memory_adapter_t *memory, room_t *room, sio__member_t *member)
{
    membership_t *membership = sio__malloc(sizeof(*membership));

    if (!membership)
        return NULL;
    membership->key = (membership_key_t){room, member};
    membership->room = room;
    membership->member = member;
    if (sio__map_insert(&memory->memberships, &membership->by_key, (const char *)&membership->key,
                        sizeof(membership->key))) {
        sio__free(membership);
        return NULL;
    }
    sio__list_append(&room->members, &membership->of_room);
    sio__list_append(&member->rooms, &membership->of_member);
    member->room_count += strcmp(room->name, member->id) != 0;
    return membership;
}

static void leave(memory_adapter_t *memory, membership_t *membership)
{
    room_t *room = membership->room;
    const char *id = membership->member->id;

    membership->member->room_count -= strcmp(room->name, id) != 0;
    sio__map_remove(&memory->memberships, &membership->by_key);
    sio__list_remove(&membership->of_room);
    sio__list_remove(&membership->of_member);
    sio__free(membership);
    room->uses++;
    tell(memory, SIO__LEAVE_ROOM, room->name, id);
    if (delete_if_empty(memory, room))
        tell(memory, SIO__DELETE_ROOM, room->name, NULL);
    stop_using(room);
}

static void leave_own(const memory_adapter_t *memory, sio__member_t *member)
{
    if (!member->own_room)
        return;
    member->own_room = false;
    tell(memory, SIO__LEAVE_ROOM, member->id, member->id);
    tell(memory, SIO__DELETE_ROOM, member->id, NULL);
}

/* A room by that name becomes real while a member is in it by its id alone: it was there first. */
static int enter_owner(memory_adapter_t *memory, room_t *room)
{
    sio__member_t *owner = find_member(memory, room->name);
    membership_t *membership;

    if (!owner || !owner->own_room)
        return 0;
    membership = enter(memory, room, owner);
    if (!membership)
        return -1;
    sio__list_remove(&membership->of_member);
    sio__list_prepend(&owner->rooms, &membership->of_member);
    owner->own_room = false;
    return 0;
}

/* The room of a member's id is there already when the member is in it. */
static int enter_new_room(memory_adapter_t *memory, sio__member_t *member, const char *name)
{
    room_t *room = new_room(memory, name);
    bool existed;

    if (!room)
        return -1;
    if (enter_owner(memory, room) || !enter(memory, room, member)) {
        delete_if_empty(memory, room);
        stop_using(room);
        return -1;
    }
    room->own = strcmp(name, member->id) == 0;
    memory->own_rooms += room->own;
    existed = SIO__CONTAINER(room->members.next, membership_t, of_room)->member != member;
    if (!existed)
        tell(memory, SIO__CREATE_ROOM, room->name, NULL);
    tell(memory, SIO__JOIN_ROOM, room->name, member->id);
    stop_using(room);
    return 0;
}

/* Mostly the first room of all, and a mark is enough; a later one has its place in the order. */
static int enter_own(memory_adapter_t *memory, sio__member_t *member)
{
    if (member->own_room)
        return 0;
    if (!sio__list_empty(&member->rooms))
        return enter_new_room(memory, member, member->id);
    member->own_room = true;
    tell(memory, SIO__CREATE_ROOM, member->id, NULL);
    tell(memory, SIO__JOIN_ROOM, member->id, member->id);
    return 0;
}

static int enter_room(memory_adapter_t *memory, sio__member_t *member, room_t *room)
{
    if (find_membership(memory, room, member))
        return 0;
    if (!enter(memory, room, member))
        return -1;
    room->uses++;
    tell(memory, SIO__JOIN_ROOM, room->name, member->id);
    stop_using(room);
    return 0;
}

static int memory_add(sio__adapter_t *adapter, sio__member_t *member, const char *name)
{
    memory_adapter_t *memory = memory_of(adapter);
    room_t *room;

    if (member->leaving)
        return 0;
    if (know_member(memory, member))
        return -1;
    room = find_room(memory, name);
    if (room)
        return enter_room(memory, member, room);
    if (strcmp(name, member->id) != 0)
        return enter_new_room(memory, member, name);
    return enter_own(memory, member);
}

static void memory_del(sio__adapter_t *adapter, sio__member_t *member, const char *name)
{
    memory_adapter_t *memory = memory_of(adapter);
    room_t *room = find_room(memory, name);
    membership_t *membership = room ? find_membership(memory, room, member) : NULL;

    if (membership)
        leave(memory, membership);
    else if (strcmp(name, member->id) == 0)
        leave_own(memory, member);
}

static void memory_del_all(sio__adapter_t *adapter, sio__member_t *member)
{
    memory_adapter_t *memory = memory_of(adapter);

    if (!member->known || member->leaving)
        return;
    member->leaving = true;
    leave_own(memory, member);
    while (!sio__list_empty(&member->rooms))
        leave(memory, SIO__CONTAINER(member->rooms.next, membership_t, of_member));
    sio__map_remove(&memory->members, &member->by_id);
    sio__list_remove(&member->link);
    member->known = member->leaving = false;
}

/* ------------------------------------------------------------------------------------- asking */

static sio__member_t *memory_find(const sio__adapter_t *adapter, const char *id)
{
    return find_member(memory_of_const(adapter), id);
}

static bool memory_in_room(const sio__adapter_t *adapter, const sio__member_t *member,
                           const char *name)
{
    const memory_adapter_t *memory = memory_of_const(adapter);
    const room_t *room;

    if (member->own_room && strcmp(name, member->id) == 0)
        return true;
    room = find_room(memory, name);
    return room && find_membership(memory, room, member);
}

static void memory_each_room(const sio__adapter_t *adapter, const sio__member_t *member,
                             void (*fn)(const char *room, void *user), void *user)
{
    const sio__list_t *node;

    (void)adapter;
    if (member->own_room)
        fn(member->id, user);
    for (node = member->rooms.next; node != &member->rooms; node = node->next)
        fn(SIO__CONTAINER(node, membership_t, of_member)->room->name, user);
}

static size_t memory_room_count(const sio__adapter_t *adapter)
{
    const memory_adapter_t *memory = memory_of_const(adapter);

    return memory->rooms.count - memory->own_rooms;
}

static bool memory_has_room(const sio__adapter_t *adapter, sio__span_t room)
{
    const memory_adapter_t *memory = memory_of_const(adapter);
    sio__map_node_t *node = sio__map_find(&memory->members, room.data, room.len);

    return (node && SIO__CONTAINER(node, sio__member_t, by_id)->own_room) ||
           sio__map_find(&memory->rooms, room.data, room.len);
}

static void give_room(sio__map_node_t *node, void *user)
{
    sio__rooms_sink_t *sink = user;

    sink->room(sink, (sio__span_t){node->key, node->key_len});
}

static int memory_all_rooms(sio__adapter_t *adapter, unsigned flags, sio__rooms_sink_t *sink)
{
    const memory_adapter_t *memory = memory_of(adapter);

    (void)flags;
    sio__map_each(&memory->rooms, give_room, sink);
    for (sio__list_t *node = memory->all.next; node != &memory->all; node = node->next) {
        const sio__member_t *member = SIO__CONTAINER(node, sio__member_t, link);

        if (member->own_room)
            sink->room(sink, (sio__span_t){member->id, strlen(member->id)});
    }
    sink->done(sink, 0);
    return 0;
}

/* --------------------------------------------------------------------------------- broadcasts */

/* What a member that has not been dealt with in this epoch gets. */
typedef struct visit {
    uint64_t epoch;
    void (*fn)(sio__member_t *member, void *user); /* NULL: it is left out */
    void *user;
} visit_t;

static void visit(sio__member_t *member, const visit_t *how)
{
    if (member->epoch == how->epoch)
        return;
    member->epoch = how->epoch;
    if (how->fn)
        how->fn(member, how->user);
}

static void visit_room(memory_adapter_t *memory, const char *name, const visit_t *how)
{
    room_t *room = find_room(memory, name);
    sio__member_t *owner;
    sio__list_t *node;

    if (room) {
        for (node = room->members.next; node != &room->members; node = node->next)
            visit(SIO__CONTAINER(node, membership_t, of_room)->member, how);
        return;
    }
    owner = find_member(memory, name);
    if (owner && owner->own_room)
        visit(owner, how);
}

static void visit_rooms(memory_adapter_t *memory, const char *const *names, const visit_t *how)
{
    for (; *names; names++)
        visit_room(memory, *names, how);
}

static void visit_all(memory_adapter_t *memory, const visit_t *how)
{
    sio__list_t *node;

    for (node = memory->all.next; node != &memory->all; node = node->next)
        visit(SIO__CONTAINER(node, sio__member_t, link), how);
}

static void memory_apply(sio__adapter_t *adapter, const sio__audience_t *audience,
                         void (*fn)(sio__member_t *member, void *user), void *user)
{
    memory_adapter_t *memory = memory_of(adapter);
    uint64_t epoch = ++memory->epoch;
    visit_t skip = {epoch, NULL, NULL};
    visit_t call = {epoch, fn, user};

    if (audience->except)
        visit_rooms(memory, audience->except, &skip);
    if (audience->except_id)
        visit_room(memory, audience->except_id, &skip);
    if (audience->rooms && audience->rooms[0])
        visit_rooms(memory, audience->rooms, &call);
    else
        visit_all(memory, &call);
}

static void memory_broadcast(sio__adapter_t *adapter, const sio__audience_t *audience,
                             const sio__broadcast_t *broadcast)
{
    memory_apply(adapter, audience, broadcast->deliver, broadcast->user);
}

static void memory_broadcast_with_ack(sio__adapter_t *adapter, const sio__audience_t *audience,
                                      const sio__broadcast_t *broadcast, sio__ack_sink_t *sink)
{
    (void)sink; /* all receivers are here */
    memory_broadcast(adapter, audience, broadcast);
}

/* ------------------------------------------------------------- operations on many, other servers
 */

/* Members collected before the program's code runs for each. */
typedef struct collection {
    sio__member_t **items;
    size_t count, cap;
    bool failed;
} collection_t;

static void collect(sio__member_t *member, void *user)
{
    collection_t *all = user;

    if (all->count == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 16;
        sio__member_t **grown = sio__realloc(all->items, cap * sizeof(*grown));

        if (!grown) {
            all->failed = true;
            return;
        }
        all->items = grown;
        all->cap = cap;
    }
    all->items[all->count++] = member;
}

static int collect_all(sio__adapter_t *adapter, const sio__audience_t *audience, collection_t *all)
{
    *all = (collection_t){NULL, 0, 0, false};
    memory_apply(adapter, audience, collect, all);
    if (!all->failed)
        return 0;
    sio__free(all->items);
    return -1;
}

static int memory_add_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                              const char *const *rooms)
{
    sio__adapter_host_t *host = adapter->host;
    collection_t all;

    if (collect_all(adapter, audience, &all))
        return -1;
    for (size_t i = 0; i < all.count; i++)
        for (const char *const *room = rooms; *room; room++)
            host->ops->join(host, all.items[i], *room);
    sio__free(all.items);
    return 0;
}

static int memory_del_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                              const char *const *rooms)
{
    sio__adapter_host_t *host = adapter->host;
    collection_t all;

    if (collect_all(adapter, audience, &all))
        return -1;
    for (size_t i = 0; i < all.count; i++)
        for (const char *const *room = rooms; *room; room++)
            host->ops->leave(host, all.items[i], *room);
    sio__free(all.items);
    return 0;
}

static int memory_disconnect_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                                     bool close)
{
    sio__adapter_host_t *host = adapter->host;
    collection_t all;

    if (collect_all(adapter, audience, &all))
        return -1;
    for (size_t i = 0; i < all.count; i++)
        host->ops->disconnect(host, all.items[i], close);
    sio__free(all.items);
    return 0;
}

static void give_to_sink(sio__member_t *member, void *user)
{
    sio__fetch_sink_t *sink = user;

    sink->local(sink, member);
}

static void memory_fetch_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                                 sio__fetch_sink_t *sink)
{
    memory_apply(adapter, audience, give_to_sink, sink);
    sink->done(sink, 0);
}

static void memory_server_count(sio__adapter_t *adapter, sio__ack_sink_t *sink)
{
    (void)adapter;
    sink->servers(sink, 1);
}

static int memory_server_side_emit(sio__adapter_t *adapter, const sio__server_side_t *event,
                                   sio__ack_sink_t *sink)
{
    (void)adapter;
    (void)event;
    (void)sink;
    return -1;
}

static void memory_forget(sio__adapter_t *adapter, const void *sink)
{
    (void)adapter;
    (void)sink;
}

/* --------------------------------------------------------------------------------------- life */

static void memory_free(sio__adapter_t *adapter)
{
    memory_adapter_t *memory = memory_of(adapter);

    sio__map_free(&memory->rooms);
    sio__map_free(&memory->memberships);
    sio__map_free(&memory->members);
    sio__free(memory);
}

static const sio__adapter_ops_t memory_ops = {
    .add = memory_add,
    .del = memory_del,
    .del_all = memory_del_all,
    .find = memory_find,
    .in_room = memory_in_room,
    .each_room = memory_each_room,
    .room_count = memory_room_count,
    .has_room = memory_has_room,
    .apply = memory_apply,
    .broadcast = memory_broadcast,
    .broadcast_with_ack = memory_broadcast_with_ack,
    .server_count = memory_server_count,
    .fetch_sockets = memory_fetch_sockets,
    .all_rooms = memory_all_rooms,
    .add_sockets = memory_add_sockets,
    .del_sockets = memory_del_sockets,
    .disconnect_sockets = memory_disconnect_sockets,
    .server_side_emit = memory_server_side_emit,
    .forget = memory_forget,
    .free = memory_free,
};

sio__adapter_t *sio__memory_adapter_new(void)
{
    memory_adapter_t *memory = sio__calloc(1, sizeof(*memory));

    if (!memory)
        return NULL;
    memory->base.ops = &memory_ops;
    sio__map_init(&memory->rooms);
    sio__map_init(&memory->memberships);
    sio__map_init(&memory->members);
    sio__list_init(&memory->all);
    return &memory->base;
}
