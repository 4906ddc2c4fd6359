/*
 * Sessions of clients that are away, in Redis, where every server of the cluster finds them. What
 * they miss is in the stream: what is in it when a client comes back is read at once, what comes
 * while it waits (for middlewares) is added, up to where this server's clients are when it is
 * connected; from there on it gets what they get.
 */
#include "adapters/session_codec.h"
#include "adapters/redis_streams.h"
#include "base/alloc.h"

#include <stdio.h>

enum {
    PID_LEN = 20,
    READ_COUNT = 1000,
    /* How often, and first how soon, a session that isn't there is looked for again: the server
       that its client was connected to may be about to save it. */
    LOOKS = 6,
    LOOK_AGAIN_MS = 20
};

static const char area[] = "socket.io-redis";

typedef struct sio__sessions {
    sio__session_store_t base;
    sio__streams_t *streams;
    sio__session_limits_t limits;
    sio__list_t restoring; /* restoring_t */
    sio__cluster_decoder_t decoder;
    bool closed;
} sio__sessions_t;

typedef struct missed {
    sio__list_t link;
    void *packet;
    char id[SIO__ENTRY_ID_SIZE];
} missed_t;

/* A session on its way to a client that has come back, until the client is connected. */
typedef struct restoring {
    sio__list_t link;
    sio__sessions_t *sessions;
    sio__restored_fn fn; /* NULL: it has been called */
    void *user;
    unsigned looks;
    sio__timer_t timer;
    char pid[PID_LEN + 1];
    bool has_offset;
    char from[SIO__ENTRY_ID_SIZE];
    char read[SIO__ENTRY_ID_SIZE]; /* the stream up to there */
    char seen[SIO__ENTRY_ID_SIZE]; /* where this server was when it was asked for more */
    bool following;                /* what comes is added: all that was there has been read */
    bool broken;                   /* not all of it could be kept */
    sio__saved_session_t saved;
    sio__list_t missed;
    size_t count, bytes;
} restoring_t;

static sio__sessions_t *of_store(sio__session_store_t *store)
{
    return SIO__CONTAINER(store, sio__sessions_t, base);
}

static sio__adapter_host_t *host_of(const sio__sessions_t *sessions)
{
    return sessions->streams->cluster.base.host;
}

static sio__redis_t *commands_of(const sio__sessions_t *sessions)
{
    return sessions->closed ? NULL : sessions->streams->maker->hub.commands;
}

static const char *stream_of(const sio__sessions_t *sessions)
{
    return sessions->streams->reader->name;
}

/* "<prefix><pid>"; as long as the buffer is. */
static sio__span_t key_of(const sio__sessions_t *sessions, const char *pid, sio__buf_t *key)
{
    sio__buf_append_str(key, sessions->streams->maker->session_prefix);
    sio__buf_append_str(key, pid);
    return (sio__span_t){key->data, key->failed ? 0 : key->len};
}

/* ------------------------------------------------------------------------------------- saving */

static void on_saved(const redisReply *reply, void *user)
{
    sio__streams_maker_t *maker = user;

    if (!reply || reply->type == REDIS_REPLY_ERROR)
        SIO__LOG(maker->hub.log, SIO__WARN, area, "a session isn't saved%s%s", reply ? ": " : "",
                 reply ? reply->str : "");
}

static void save(sio__sessions_t *sessions, const sio__session_t *session)
{
    sio__redis_t *redis = commands_of(sessions);
    sio__buf_t key = SIO__BUF_INIT, value = SIO__BUF_INIT;
    sio__span_t key_span = key_of(sessions, session->pid, &key);
    char duration[24];

    snprintf(duration, sizeof(duration), "%llu",
             (unsigned long long)sessions->limits.disconnection_ms);
    if (!redis || !key_span.len || sio__session_encode(session, &value) ||
        SIO__REDIS_COMMAND(redis, on_saved, sessions->streams->maker, SIO__WORD("SET"), key_span,
                           ((sio__span_t){value.data, value.len}), SIO__WORD("PX"),
                           SIO__WORD(duration)))
        on_saved(NULL, sessions->streams->maker);
    sio__buf_free(&key);
    sio__buf_free(&value);
}

static void persist_session(sio__session_store_t *store, uint64_t now,
                            const sio__session_t *session)
{
    (void)now;
    save(of_store(store), session);
}

/* ----------------------------------------------------------------------------- being restored */

static void free_restoring(restoring_t *restoring)
{
    sio__sessions_t *sessions = restoring->sessions;
    sio__adapter_host_t *host = host_of(sessions);
    sio__list_t *node;

    host->ops->timer_stop(host, &restoring->timer);
    if (commands_of(sessions))
        sio__redis_forget(commands_of(sessions), restoring);
    while ((node = sio__list_pop(&restoring->missed))) {
        missed_t *missed = SIO__CONTAINER(node, missed_t, link);

        host->ops->packet_free(missed->packet);
        sio__free(missed);
    }
    sio__session_free(&restoring->saved);
    sio__list_remove(&restoring->link);
    sio__free(restoring);
}

static restoring_t *find_restored(const sio__sessions_t *sessions, const char *pid)
{
    for (const sio__list_t *node = sessions->restoring.next; node != &sessions->restoring;
         node = node->next) {
        restoring_t *restoring = SIO__CONTAINER(node, restoring_t, link);

        if (!restoring->fn && strcmp(restoring->pid, pid) == 0)
            return restoring;
    }
    return NULL;
}

/* There is nothing to be restored. */
static void fail(restoring_t *restoring, const char *why)
{
    sio__restored_fn fn = restoring->fn;
    void *user = restoring->user;

    SIO__LOG(host_of(restoring->sessions)->log, SIO__DEBUG, area, "no session: %s", why);
    free_restoring(restoring);
    fn(NULL, "", user);
}

/* Whoever is called may give it back at once. */
static void succeed(restoring_t *restoring)
{
    sio__restored_fn fn = restoring->fn;

    restoring->following = true;
    restoring->fn = NULL;
    fn(&restoring->saved.session, restoring->from, restoring->user);
}

/* ---------------------------------------------------------------------- what has been missed */

static bool names_one(const char *const *names, const char *const *others)
{
    for (; names && *names; names++)
        for (const char *const *other = others; *other; other++)
            if (strcmp(*names, *other) == 0)
                return true;
    return false;
}

/* As upstream, but volatile ones are lost. */
static bool is_missed(const restoring_t *restoring, const sio__cluster_message_t *message)
{
    const sio__audience_t *audience = &message->audience;
    const char *const *rooms = restoring->saved.session.rooms;

    return message->type == SIO__BROADCAST && !message->request_id &&
           !(audience->flags & SIO__VOLATILE) &&
           (!audience->rooms || !audience->rooms[0] || names_one(audience->rooms, rooms)) &&
           !names_one(audience->except, rooms);
}

static bool within_limits(const restoring_t *restoring)
{
    const sio__session_limits_t *limits = &restoring->sessions->limits;

    return restoring->count < limits->packets && restoring->bytes < limits->bytes;
}

static void add_missed(restoring_t *restoring, const char *id,
                       const sio__cluster_message_t *message)
{
    sio__adapter_host_t *host = host_of(restoring->sessions);
    const sio__server_side_t event = {message->packet, message->attachments.items,
                                      message->attachments.count};
    missed_t *missed = within_limits(restoring) ? sio__calloc(1, sizeof(*missed)) : NULL;

    if (!missed) {
        restoring->broken = true;
        return;
    }
    missed->packet = host->ops->packet(host, &event, message->audience.flags, id);
    if (!missed->packet) {
        sio__free(missed);
        return; /* no event: nobody has got it */
    }
    snprintf(missed->id, sizeof(missed->id), "%s", id);
    sio__list_append(&restoring->missed, &missed->link);
    restoring->count++;
    restoring->bytes += sizeof(*missed) + message->packet.len;
}

void sio__sessions_follow(struct sio__sessions *sessions, const char *id,
                          const sio__cluster_message_t *message)
{
    for (sio__list_t *node = sessions->restoring.next; node != &sessions->restoring;
         node = node->next) {
        restoring_t *restoring = SIO__CONTAINER(node, restoring_t, link);

        if (restoring->following && sio__entry_id_compare(id, restoring->read) > 0 &&
            is_missed(restoring, message))
            add_missed(restoring, id, message);
    }
}

/* ------------------------------------------------------------------------- reading the stream */

static void read_stream(restoring_t *restoring);

static void take_missed(restoring_t *restoring, const char *id, const sio__cluster_entry_t *entry)
{
    const sio__adapter_host_t *host = host_of(restoring->sessions);
    sio__cluster_message_t message;

    if (sio__span_is(entry->nsp, host->name) &&
        sio__cluster_decode_entry(&restoring->sessions->decoder, entry, &message) &&
        is_missed(restoring, &message))
        add_missed(restoring, id, &message);
}

static const char *last_of(const sio__sessions_t *sessions)
{
    return sessions->streams->reader->reader.last;
}

/* It is enough to be as far as those who are connected here: what follows comes by itself. When
 * there was nothing more, and nothing has come meanwhile, it is; what they have seen may be
 * deleted. */
static bool has_caught_up(const restoring_t *restoring, bool nothing_more)
{
    const char *last = last_of(restoring->sessions);

    return sio__entry_id_compare(restoring->read, last) >= 0 ||
           (nothing_more && strcmp(restoring->seen, last) == 0);
}

static void on_missed(const redisReply *reply, void *user)
{
    restoring_t *restoring = user;
    sio__cluster_entry_t entry;
    char id[SIO__ENTRY_ID_SIZE];

    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        fail(restoring, "the stream can't be read");
        return;
    }
    for (size_t i = 0; i < reply->elements; i++) {
        if (!sio__entry_read(reply->element[i], id, &entry))
            continue;
        take_missed(restoring, id, &entry);
        memcpy(restoring->read, id, sizeof(id));
    }
    if (restoring->broken)
        fail(restoring, "it has missed too much");
    else if (reply->elements == READ_COUNT || !has_caught_up(restoring, reply->elements == 0))
        read_stream(restoring);
    else
        succeed(restoring);
}

static void read_stream(restoring_t *restoring)
{
    sio__sessions_t *sessions = restoring->sessions;
    char after[SIO__ENTRY_ID_SIZE + 1], count[16];

    snprintf(after, sizeof(after), "(%s", restoring->read);
    snprintf(restoring->seen, sizeof(restoring->seen), "%s", last_of(sessions));
    snprintf(count, sizeof(count), "%d", (int)READ_COUNT);
    if (!commands_of(sessions) ||
        SIO__REDIS_COMMAND(commands_of(sessions), on_missed, restoring, SIO__WORD("XRANGE"),
                           SIO__WORD(stream_of(sessions)), SIO__WORD(after), SIO__WORD("+"),
                           SIO__WORD("COUNT"), SIO__WORD(count)))
        fail(restoring, "Redis is away");
}

/* ----------------------------------------------------------- whether all of it is there still */

static const redisReply *find_field(const redisReply *reply, const char *name)
{
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2)
        if (reply->element[i]->str && strcmp(reply->element[i]->str, name) == 0)
            return reply->element[i + 1];
    return NULL;
}

static long long number_of(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
}

/* The oldest go first: nothing after the offset has gone when it is there itself, or something
 * older is, or nothing has gone at all. */
static bool is_whole(const restoring_t *restoring, const redisReply *reply)
{
    const redisReply *first = find_field(reply, "first-entry");
    long long length = number_of(find_field(reply, "length"));
    char id[SIO__ENTRY_ID_SIZE];
    sio__cluster_entry_t entry;

    if (length >= 0 && length == number_of(find_field(reply, "entries-added")))
        return true;
    return first && sio__entry_read(first, id, &entry) &&
           sio__entry_id_compare(id, restoring->from) <= 0;
}

static void on_stream(const redisReply *reply, void *user)
{
    restoring_t *restoring = user;

    if (!reply || !is_whole(restoring, reply))
        fail(restoring, "what it has missed isn't there any more");
    else
        read_stream(restoring);
}

static void check_stream(restoring_t *restoring)
{
    sio__sessions_t *sessions = restoring->sessions;

    if (SIO__REDIS_COMMAND(commands_of(sessions), on_stream, restoring, SIO__WORD("XINFO"),
                           SIO__WORD("STREAM"), SIO__WORD(stream_of(sessions))))
        fail(restoring, "Redis is away");
}

/* A client keeps its offset when it gets a new session: one from before is as good as none. */
static bool find_start(restoring_t *restoring)
{
    const char *start = restoring->saved.session.start;

    if (!sio__entry_id_valid(SIO__WORD(start)) || strlen(start) >= sizeof(restoring->from))
        start = NULL;
    if (!restoring->has_offset && !start)
        return false;
    if (!restoring->has_offset || (start && sio__entry_id_compare(restoring->from, start) < 0))
        snprintf(restoring->from, sizeof(restoring->from), "%s", start);
    memcpy(restoring->read, restoring->from, sizeof(restoring->read));
    return true;
}

/* -------------------------------------------------------------------------- looking for it */

static void look(restoring_t *restoring);

static void on_look_again(sio__timer_t *timer)
{
    look(SIO__CONTAINER(timer, restoring_t, timer));
}

/* The server where the client was may not have noticed that it isn't there any more. */
static void look_later(restoring_t *restoring)
{
    sio__adapter_host_t *host = host_of(restoring->sessions);

    if (restoring->looks == LOOKS) {
        fail(restoring, "it isn't there");
        return;
    }
    if (restoring->looks == 1)
        sio__streams_want_session(restoring->sessions->streams, restoring->pid);
    host->ops->timer_start(host, &restoring->timer,
                           (uint64_t)LOOK_AGAIN_MS << (restoring->looks - 1));
}

static void on_session(const redisReply *reply, void *user)
{
    restoring_t *restoring = user;
    unsigned depth = host_of(restoring->sessions)->max_json_depth;

    if (reply && reply->type == REDIS_REPLY_NIL)
        look_later(restoring);
    else if (!reply || reply->type != REDIS_REPLY_STRING)
        fail(restoring, reply && reply->str ? reply->str : "Redis is away");
    else if (!sio__session_decode((sio__span_t){reply->str, (size_t)reply->len}, depth,
                                  &restoring->saved))
        fail(restoring, "it is malformed");
    else if (!find_start(restoring))
        fail(restoring, "it has no offset");
    else
        check_stream(restoring);
}

/* Taken in one step: no other server gets it. */
static void look(restoring_t *restoring)
{
    sio__sessions_t *sessions = restoring->sessions;
    sio__redis_t *redis = commands_of(sessions);
    sio__buf_t key = SIO__BUF_INIT;
    sio__span_t key_span;
    bool asked;

    restoring->looks++;
    if (!*last_of(sessions)) { /* this server has only just begun */
        look_later(restoring);
        return;
    }
    key_span = key_of(sessions, restoring->pid, &key);
    asked = redis && sio__redis_connected(redis) && key_span.len &&
            SIO__REDIS_COMMAND(redis, on_session, restoring, SIO__WORD("GETDEL"), key_span) == 0;
    sio__buf_free(&key);
    if (!asked)
        fail(restoring, "Redis is away");
}

static bool is_pid(const char *pid)
{
    return strlen(pid) == PID_LEN &&
           strspn(pid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               PID_LEN;
}

static void restore_session(sio__session_store_t *store, uint64_t now, const char *pid,
                            const char *offset, sio__restored_fn fn, void *user)
{
    sio__sessions_t *sessions = of_store(store);
    bool valid = is_pid(pid) && (!offset || (sio__entry_id_valid(SIO__WORD(offset)) &&
                                             strlen(offset) < SIO__ENTRY_ID_SIZE));
    restoring_t *restoring = valid ? sio__calloc(1, sizeof(*restoring)) : NULL;

    (void)now;
    if (!restoring) {
        fn(NULL, "", user);
        return;
    }
    restoring->sessions = sessions;
    restoring->fn = fn;
    restoring->user = user;
    restoring->has_offset = offset != NULL;
    snprintf(restoring->pid, sizeof(restoring->pid), "%s", pid);
    snprintf(restoring->from, sizeof(restoring->from), "%s", offset ? offset : "");
    sio__timer_init(&restoring->timer, on_look_again);
    sio__list_init(&restoring->missed);
    sio__list_append(&sessions->restoring, &restoring->link);
    look(restoring);
}

/* ------------------------------------------------------------------------------- and after it */

static void forget_session(sio__session_store_t *store, const char *pid)
{
    restoring_t *restoring = find_restored(of_store(store), pid);

    if (restoring)
        free_restoring(restoring);
}

static void return_session(sio__session_store_t *store, const char *pid)
{
    sio__sessions_t *sessions = of_store(store);
    restoring_t *restoring = find_restored(sessions, pid);

    if (!restoring)
        return;
    save(sessions, &restoring->saved.session);
    free_restoring(restoring);
}

/* What is further on in the stream comes with what everybody gets. */
static bool each_missed(const sio__session_store_t *store, const char *pid, const char *from,
                        const sio__missed_t *missed)
{
    const sio__sessions_t *sessions = SIO__CONTAINER(store, const sio__sessions_t, base);
    const char *last = last_of(sessions);
    const restoring_t *restoring = find_restored(sessions, pid);

    (void)from;
    if (!restoring || restoring->broken)
        return false;
    for (const sio__list_t *node = restoring->missed.next; node != &restoring->missed;
         node = node->next) {
        const missed_t *one = SIO__CONTAINER(node, const missed_t, link);

        if (sio__entry_id_compare(one->id, last) <= 0)
            missed->fn(one->packet, missed->user);
    }
    return true;
}

/* --------------------------------------------------------------------------------------- life */

static void last_offset(const sio__session_store_t *store, char offset[])
{
    const sio__sessions_t *sessions = SIO__CONTAINER(store, const sio__sessions_t, base);

    snprintf(offset, SIO__OFFSET_SIZE, "%s", last_of(sessions));
}

static uint64_t expire(sio__session_store_t *store, uint64_t now)
{
    (void)store;
    (void)now;
    return UINT64_MAX; /* Redis sees to it */
}

static void count(const sio__session_store_t *store, sio__session_counts_t *counts)
{
    (void)store;
    *counts = (sio__session_counts_t){0, 0, 0};
}

static void free_store(sio__session_store_t *store)
{
    sio__sessions_t *sessions = of_store(store);

    while (!sio__list_empty(&sessions->restoring))
        free_restoring(SIO__CONTAINER(sessions->restoring.next, restoring_t, link));
    sessions->streams->sessions = NULL;
    sio__cluster_decoder_free(&sessions->decoder);
    sio__free(sessions);
}

/* Those that are still looked for are not found; the list changes meanwhile. */
void sio__sessions_close(struct sio__sessions *sessions)
{
    sio__list_t *node = sessions->restoring.next;

    sessions->closed = true;
    while (node != &sessions->restoring) {
        restoring_t *restoring = SIO__CONTAINER(node, restoring_t, link);

        node = node->next;
        if (!restoring->fn)
            continue;
        if (sessions->streams->maker->hub.commands)
            sio__redis_forget(sessions->streams->maker->hub.commands, restoring);
        fail(restoring, "the server ends");
        node = sessions->restoring.next;
    }
}

static const sio__session_store_ops_t ops = {
    .last_offset = last_offset,
    .persist_session = persist_session,
    .restore_session = restore_session,
    .forget_session = forget_session,
    .return_session = return_session,
    .each_missed = each_missed,
    .expire = expire,
    .count = count,
    .free = free_store,
};

sio__session_store_t *sio__sessions_new(sio__streams_t *streams,
                                        const sio__session_limits_t *limits)
{
    sio__sessions_t *sessions = sio__calloc(1, sizeof(*sessions));

    if (!sessions)
        return NULL;
    sessions->base.ops = &ops;
    sessions->streams = streams;
    sessions->limits = *limits;
    sio__list_init(&sessions->restoring);
    sio__cluster_decoder_init(&sessions->decoder, streams->cluster.base.host->max_json_depth);
    streams->sessions = sessions;
    return &sessions->base;
}
