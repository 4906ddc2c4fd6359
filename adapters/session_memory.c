/*
 * Sessions and packets of this process, both in the order they came, so that what is too old is at
 * the front. Memory is bounded: when there are too many packets the oldest go before their time.
 *
 * A packet that has gone may be one that a session has missed. It is not when
 *   - the client's offset is as new: it has received the packet, or what came after it; or
 *   - it left for the client so long before the connection's end that a ping behind it must have
 *     been answered: an end is noticed within `unnoticed_ms`.
 * Packets are kept for `unnoticed_ms` longer than sessions, so age alone never costs anybody the
 * recovery. A session of which neither is true is not restored: its client is told so, and can ask
 * for what it needs.
 */
#include "adapters/session_store.h"

#include "adapters/yeast.h"
#include "base/alloc.h"

#include <string.h>

typedef struct session_memory {
    sio__session_store_t base;
    sio__session_limits_t limits;
    void (*release)(void *packet);
    uint64_t newest; /* the last offset given */
    uint64_t gone;   /* the newest offset whose packet is no longer kept, and when it was emitted */
    uint64_t gone_at;
    sio__list_t log;
    size_t packets, bytes;
    sio__map_t by_pid;
    sio__list_t saved;
} session_memory_t;

typedef struct logged {
    sio__list_t link;
    uint64_t offset, at;
    void *packet;
    size_t bytes;
    size_t room_count, except_count;
    char names[]; /* rooms, then exceptions, each with its NUL */
} logged_t;

typedef struct saved {
    sio__map_node_t by_pid;
    sio__list_t link;
    uint64_t at;    /* of the disconnection */
    uint64_t start; /* as a number */
    unsigned uses;  /* by the store, and by a search that looks at it */
    sio__session_t session;
    const char *texts[]; /* the rooms, NULL, then the bytes of all texts */
} saved_t;

static session_memory_t *memory_of(sio__session_store_t *store)
{
    return SIO__CONTAINER(store, session_memory_t, base);
}

static const session_memory_t *memory_of_const(const sio__session_store_t *store)
{
    return SIO__CONTAINER(store, const session_memory_t, base);
}

/* ------------------------------------------------------------------------------------- offsets */

static void memory_next_offset(sio__session_store_t *store, uint64_t unix_ms, char offset[])
{
    session_memory_t *memory = memory_of(store);

    memory->newest = sio__yeast_next(memory->newest, unix_ms);
    sio__yeast_encode(memory->newest, offset);
}

static void memory_last_offset(const sio__session_store_t *store, char offset[])
{
    const session_memory_t *memory = memory_of_const(store);

    *offset = '\0';
    if (memory->newest)
        sio__yeast_encode(memory->newest, offset);
}

/* "" is before all others. */
static uint64_t number_of(const char *offset)
{
    uint64_t number;

    return sio__yeast_decode(offset, &number) ? number : 0;
}

/* ------------------------------------------------------------------------------------- the log */

static logged_t *logged_at(const sio__list_t *node)
{
    return SIO__CONTAINER(node, logged_t, link);
}

static void drop_oldest(session_memory_t *memory)
{
    logged_t *logged = logged_at(sio__list_pop(&memory->log));

    memory->gone = logged->offset;
    memory->gone_at = logged->at;
    memory->packets--;
    memory->bytes -= logged->bytes;
    memory->release(logged->packet);
    sio__free(logged);
}

static size_t list_bytes(const char *const *list, size_t *count)
{
    size_t bytes = 0;

    for (*count = 0; list && list[*count]; (*count)++)
        bytes += strlen(list[*count]) + 1;
    return bytes;
}

static char *copy_list(char *out, const char *const *list)
{
    for (; list && *list; list++)
        out = stpcpy(out, *list) + 1;
    return out;
}

static logged_t *new_logged(const sio__audience_t *audience)
{
    size_t room_count, except_count, size = sizeof(logged_t);
    logged_t *logged;
    char *end;

    size += list_bytes(audience->rooms, &room_count);
    size += list_bytes(audience->except, &except_count);
    size += audience->except_id ? strlen(audience->except_id) + 1 : 0;
    logged = sio__malloc(size);
    if (!logged)
        return NULL;
    end = copy_list(copy_list(logged->names, audience->rooms), audience->except);
    if (audience->except_id)
        memcpy(end, audience->except_id, strlen(audience->except_id) + 1);
    logged->room_count = room_count;
    logged->except_count = except_count + (audience->except_id != NULL);
    logged->bytes = size;
    return logged;
}

static void memory_keep(sio__session_store_t *store, uint64_t now, const sio__audience_t *audience,
                        void *packet, size_t bytes)
{
    session_memory_t *memory = memory_of(store);
    logged_t *logged = packet ? new_logged(audience) : NULL;

    if (!logged) { /* without it, nothing before it is worth anything either */
        while (memory->packets)
            drop_oldest(memory);
        memory->gone = memory->newest;
        memory->gone_at = now;
        memory->release(packet);
        return;
    }
    logged->offset = memory->newest;
    logged->at = now;
    logged->packet = packet;
    logged->bytes += bytes;
    sio__list_append(&memory->log, &logged->link);
    memory->packets++;
    memory->bytes += logged->bytes;
    while (memory->packets > memory->limits.packets || memory->bytes > memory->limits.bytes)
        drop_oldest(memory);
}

/* As upstream: to everybody or to one of its rooms, and none of its rooms left out. */
static bool is_missed(const logged_t *logged, const sio__missed_t *missed)
{
    const char *name = logged->names;
    bool included = logged->room_count == 0;
    size_t i;

    for (i = 0; i < logged->room_count; i++, name += strlen(name) + 1)
        included = included || missed->in_room(name, missed->user);
    for (i = 0; included && i < logged->except_count; i++, name += strlen(name) + 1)
        included = !missed->in_room(name, missed->user);
    return included;
}

static bool memory_each_missed(const sio__session_store_t *store, const char *pid, const char *from,
                               const sio__missed_t *missed)
{
    const session_memory_t *memory = memory_of_const(store);
    const sio__list_t *node = memory->log.prev;
    uint64_t after = number_of(from);

    (void)pid; /* there is one log for all */
    if (after < memory->gone)
        return false;
    while (node != &memory->log && logged_at(node)->offset > after)
        node = node->prev;
    for (node = node->next; node != &memory->log; node = node->next)
        if (is_missed(logged_at(node), missed))
            missed->fn(logged_at(node)->packet, missed->user);
    return true;
}

/* ------------------------------------------------------------------------------------ sessions */

static saved_t *find_saved(const session_memory_t *memory, const char *pid)
{
    sio__map_node_t *node = sio__map_find(&memory->by_pid, pid, strlen(pid));

    return node ? SIO__CONTAINER(node, saved_t, by_pid) : NULL;
}

static void stop_using(saved_t *saved)
{
    if (--saved->uses)
        return;
    json_decref(saved->session.data);
    sio__free(saved);
}

static void free_saved(session_memory_t *memory, saved_t *saved)
{
    sio__map_remove(&memory->by_pid, &saved->by_pid);
    sio__list_remove(&saved->link);
    stop_using(saved);
}

static const char *copy_text(char **at, const char *text)
{
    const char *copy = *at;

    *at = stpcpy(*at, text) + 1;
    return copy;
}

static saved_t *copy_session(const sio__session_t *session)
{
    size_t count, bytes = list_bytes(session->rooms, &count);
    saved_t *saved;
    char *at;

    bytes += strlen(session->sid) + strlen(session->pid) + strlen(session->start) + 3;
    saved = sio__malloc(sizeof(*saved) + (count + 1) * sizeof(saved->texts[0]) + bytes);
    if (!saved)
        return NULL;
    at = (char *)(saved->texts + count + 1);
    saved->uses = 1;
    saved->session = *session;
    saved->session.data = json_incref(session->data);
    saved->session.sid = copy_text(&at, session->sid);
    saved->session.pid = copy_text(&at, session->pid);
    saved->session.start = copy_text(&at, session->start);
    saved->session.rooms = saved->texts;
    for (size_t i = 0; i < count; i++)
        saved->texts[i] = copy_text(&at, session->rooms[i]);
    saved->texts[count] = NULL;
    return saved;
}

static void memory_forget_session(sio__session_store_t *store, const char *pid)
{
    session_memory_t *memory = memory_of(store);
    saved_t *saved = find_saved(memory, pid);

    if (saved)
        free_saved(memory, saved);
}

static void drop_oldest_session(session_memory_t *memory)
{
    free_saved(memory, SIO__CONTAINER(memory->saved.next, saved_t, link));
}

static void memory_persist_session(sio__session_store_t *store, uint64_t now,
                                   const sio__session_t *session)
{
    session_memory_t *memory = memory_of(store);
    saved_t *saved = copy_session(session);

    memory_forget_session(store, session->pid);
    if (!saved)
        return;
    saved->at = now;
    saved->start = number_of(session->start);
    if (sio__map_insert(&memory->by_pid, &saved->by_pid, saved->session.pid,
                        strlen(saved->session.pid))) {
        stop_using(saved);
        return;
    }
    sio__list_append(&memory->saved, &saved->link);
    while (memory->by_pid.count > memory->limits.sessions)
        drop_oldest_session(memory);
}

static bool expired(const session_memory_t *memory, const saved_t *saved, uint64_t now)
{
    return now - saved->at > memory->limits.disconnection_ms;
}

/* Whether a client that has received everything up to `from` has also received all that is gone. */
static bool has_received(const session_memory_t *memory, const saved_t *saved, uint64_t from)
{
    uint64_t connected_at = saved->at - saved->session.connected_ms;
    uint64_t sent_at = memory->gone_at > connected_at ? memory->gone_at : connected_at;

    return from >= memory->gone || sent_at + memory->limits.unnoticed_ms < saved->at;
}

/*
 * The offset a session has received everything up to. A client keeps its offset when it gets a new
 * session, so one from before the session's beginning is as good as none.
 */
static bool find_start(const session_memory_t *memory, const saved_t *saved, const char *offset,
                       uint64_t *from)
{
    uint64_t known = 0;

    if (offset && (!sio__yeast_decode(offset, &known) || known > memory->newest))
        return false;
    *from = known > saved->start ? known : saved->start;
    if (!has_received(memory, saved, *from))
        return false;
    if (*from < memory->gone)
        *from = memory->gone;
    return true;
}

static void memory_restore_session(sio__session_store_t *store, uint64_t now, const char *pid,
                                   const char *offset, sio__restored_fn fn, void *user)
{
    session_memory_t *memory = memory_of(store);
    saved_t *saved = find_saved(memory, pid);
    char text[SIO__YEAST_SIZE] = "";
    uint64_t from;

    if (saved && expired(memory, saved, now)) {
        free_saved(memory, saved);
        saved = NULL;
    }
    if (!saved || !find_start(memory, saved, offset, &from)) {
        fn(NULL, text, user);
        return;
    }
    if (from)
        sio__yeast_encode(from, text);
    saved->uses++; /* fn may run the program's code, and that may end sessions */
    fn(&saved->session, text, user);
    stop_using(saved);
}

/* ---------------------------------------------------------------------------------------- life */

static uint64_t expire_log(session_memory_t *memory, uint64_t now)
{
    uint64_t keep_ms = memory->limits.disconnection_ms + memory->limits.unnoticed_ms;

    while (memory->packets && now - logged_at(memory->log.next)->at > keep_ms)
        drop_oldest(memory);
    return memory->packets ? logged_at(memory->log.next)->at + keep_ms + 1 : UINT64_MAX;
}

static uint64_t expire_sessions(session_memory_t *memory, uint64_t now)
{
    while (!sio__list_empty(&memory->saved)) {
        saved_t *saved = SIO__CONTAINER(memory->saved.next, saved_t, link);

        if (!expired(memory, saved, now))
            return saved->at + memory->limits.disconnection_ms + 1;
        free_saved(memory, saved);
    }
    return UINT64_MAX;
}

static uint64_t memory_expire(sio__session_store_t *store, uint64_t now)
{
    session_memory_t *memory = memory_of(store);
    uint64_t log = expire_log(memory, now), sessions = expire_sessions(memory, now);

    return log < sessions ? log : sessions;
}

static void memory_count(const sio__session_store_t *store, sio__session_counts_t *counts)
{
    const session_memory_t *memory = memory_of_const(store);

    *counts = (sio__session_counts_t){memory->by_pid.count, memory->packets, memory->bytes};
}

static void memory_free(sio__session_store_t *store)
{
    session_memory_t *memory = memory_of(store);

    while (memory->packets)
        drop_oldest(memory);
    while (memory->by_pid.count)
        drop_oldest_session(memory);
    sio__map_free(&memory->by_pid);
    sio__free(memory);
}

static const sio__session_store_ops_t memory_ops = {
    .next_offset = memory_next_offset,
    .last_offset = memory_last_offset,
    .keep = memory_keep,
    .persist_session = memory_persist_session,
    .restore_session = memory_restore_session,
    .forget_session = memory_forget_session,
    .each_missed = memory_each_missed,
    .expire = memory_expire,
    .count = memory_count,
    .free = memory_free,
};

sio__session_store_t *sio__session_memory_new(const sio__session_limits_t *limits,
                                              void (*release)(void *packet))
{
    session_memory_t *memory = sio__calloc(1, sizeof(*memory));

    if (!memory)
        return NULL;
    memory->base.ops = &memory_ops;
    memory->limits = *limits;
    memory->release = release;
    sio__list_init(&memory->log);
    sio__list_init(&memory->saved);
    sio__map_init(&memory->by_pid);
    return &memory->base;
}
