#include "adapters/pending.h"

#include "base/alloc.h"
#include "base/json_scan.h"
#include "base/json_walk.h"

#include <string.h>

struct sio__request {
    sio__map_node_t by_id;
    sio__list_t link;
    sio__pending_t *pending;
    sio__ack_sink_t *acks;    /* or */
    sio__fetch_sink_t *fetch; /* or */
    sio__rooms_sink_t *rooms; /* one of the three */
    sio__timer_t timer;
    bool counted; /* it is known how many are to answer: */
    uint64_t expected;
    uint64_t heard;
    bool by_name;                   /* not counted but awaited: */
    char (*awaited)[SIO__UID_SIZE]; /* those that haven't answered */
    size_t awaited_count, awaited_cap;
    char id[SIO__REQUEST_ID_SIZE];
};

static sio__request_t *find(const sio__pending_t *pending, const char *id)
{
    sio__map_node_t *node = sio__map_find(&pending->by_id, id, strlen(id));

    return node ? SIO__CONTAINER(node, sio__request_t, by_id) : NULL;
}

static void free_request(sio__request_t *request)
{
    sio__pending_t *pending = request->pending;

    pending->host->ops->timer_stop(pending->host, &request->timer);
    sio__map_remove(&pending->by_id, &request->by_id);
    sio__list_remove(&request->link);
    sio__free(request->awaited);
    sio__free(request);
}

/* Of sockets or rooms. */
static void end_request(sio__request_t *request, size_t missing)
{
    sio__fetch_sink_t *fetch = request->fetch;
    sio__rooms_sink_t *rooms = request->rooms;

    free_request(request);
    if (fetch)
        fetch->done(fetch, missing);
    else
        rooms->done(rooms, missing);
}

/* Of servers that nobody has counted one is missing at least. */
static size_t missing_servers(const sio__request_t *request)
{
    if (request->by_name)
        return request->awaited_count;
    if (!request->counted)
        return 1;
    return request->heard < request->expected ? (size_t)(request->expected - request->heard) : 0;
}

static void on_timeout(sio__timer_t *timer)
{
    sio__request_t *request = SIO__CONTAINER(timer, sio__request_t, timer);

    end_request(request, missing_servers(request));
}

static void check_request(sio__request_t *request)
{
    if (missing_servers(request) == 0)
        end_request(request, 0);
}

/* -------------------------------------------------------------------------------- requests */

void sio__pending_init(sio__pending_t *pending, sio__adapter_host_t *host)
{
    pending->host = host;
    sio__map_init(&pending->by_id);
    sio__list_init(&pending->requests);
}

void sio__pending_close(sio__pending_t *pending)
{
    while (!sio__list_empty(&pending->requests))
        free_request(SIO__CONTAINER(pending->requests.next, sio__request_t, link));
    sio__map_free(&pending->by_id);
}

static sio__request_t *new_request(sio__pending_t *pending, const char *id)
{
    size_t len = strlen(id);
    sio__request_t *request;

    if (len >= SIO__REQUEST_ID_SIZE || find(pending, id))
        return NULL;
    request = sio__calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    memcpy(request->id, id, len + 1);
    request->pending = pending;
    sio__timer_init(&request->timer, on_timeout);
    if (sio__map_insert(&pending->by_id, &request->by_id, request->id, len)) {
        sio__free(request);
        return NULL;
    }
    sio__list_append(&pending->requests, &request->link);
    return request;
}

/* One that ends by itself. */
static sio__request_t *new_timed_request(sio__pending_t *pending, const char *id,
                                         uint64_t timeout_ms)
{
    sio__request_t *request = new_request(pending, id);

    if (request)
        pending->host->ops->timer_start(pending->host, &request->timer, timeout_ms);
    return request;
}

sio__request_t *sio__pending_acks(sio__pending_t *pending, const char *id, sio__ack_sink_t *sink)
{
    sio__request_t *request = new_request(pending, id);

    if (request)
        request->acks = sink;
    return request;
}

sio__request_t *sio__pending_fetch(sio__pending_t *pending, const char *id, sio__fetch_sink_t *sink,
                                   uint64_t timeout_ms)
{
    sio__request_t *request = new_timed_request(pending, id, timeout_ms);

    if (request)
        request->fetch = sink;
    return request;
}

sio__request_t *sio__pending_rooms(sio__pending_t *pending, const char *id, sio__rooms_sink_t *sink,
                                   uint64_t timeout_ms)
{
    sio__request_t *request = new_timed_request(pending, id, timeout_ms);

    if (request)
        request->rooms = sink;
    return request;
}

void sio__pending_counted(sio__pending_t *pending, const char *id, uint64_t servers)
{
    sio__request_t *request = find(pending, id);

    if (!request)
        return;
    if (request->acks && servers) {
        request->acks->servers(request->acks, servers);
    } else if (!request->acks && servers) {
        request->counted = true;
        request->expected = servers - 1;
        check_request(request);
    } else if (!request->acks) {
        end_request(request, missing_servers(request));
    }
}

bool sio__request_await(sio__request_t *request, const char *uid)
{
    size_t len = strlen(uid);

    request->by_name = true;
    if (request->awaited_count == request->awaited_cap) {
        size_t cap = request->awaited_cap ? request->awaited_cap * 2 : 8;
        void *grown = sio__realloc(request->awaited, cap * sizeof(*request->awaited));

        if (!grown)
            return false;
        request->awaited = grown;
        request->awaited_cap = cap;
    }
    if (len >= SIO__UID_SIZE)
        return false;
    memcpy(request->awaited[request->awaited_count++], uid, len + 1);
    return true;
}

void sio__pending_named(sio__pending_t *pending, const char *id)
{
    sio__request_t *request = find(pending, id);

    if (!request || request->acks)
        return;
    request->by_name = true;
    check_request(request);
}

/* --------------------------------------------------------------------------------- answers */

static bool has_answered(sio__request_t *request, const char *uid)
{
    for (size_t i = 0; uid && i < request->awaited_count; i++) {
        if (strcmp(request->awaited[i], uid) != 0)
            continue;
        memmove(request->awaited[i], request->awaited[--request->awaited_count], SIO__UID_SIZE);
        return true;
    }
    return false;
}

void sio__pending_clients(sio__pending_t *pending, const char *id, uint64_t count)
{
    const sio__request_t *request = find(pending, id);

    if (request && request->acks)
        request->acks->clients(request->acks, count);
}

void sio__pending_reply(sio__pending_t *pending, const char *id, const char *from,
                        sio__span_t value, sio__attachments_t attachments)
{
    sio__request_t *request = find(pending, id);

    if (!request || !request->acks)
        return;
    request->heard++;
    has_answered(request, from);
    request->acks->reply(request->acks, value, attachments.items, attachments.count);
}

void sio__pending_sockets(sio__pending_t *pending, const char *id, const char *from,
                          json_t *sockets)
{
    sio__request_t *request = find(pending, id);
    size_t index;
    json_t *socket;

    if (!request || !request->fetch)
        return;
    json_array_foreach(sockets, index, socket)
    {
        request->fetch->remote(request->fetch, socket);
    }
    request->heard++;
    has_answered(request, from);
    check_request(request);
}

static void give_room(sio__rooms_sink_t *sink, sio__span_t token)
{
    char *name = token.data[0] == '"' ? sio__malloc(token.len) : NULL;

    if (name)
        sink->room(sink, (sio__span_t){name, sio__json_unescape(token, name)});
    sio__free(name);
}

void sio__pending_room_names(sio__pending_t *pending, const char *id, sio__span_t names)
{
    sio__request_t *request = find(pending, id);
    sio__json_walk_t walk;
    sio__span_t token;

    if (!request || !request->rooms)
        return;
    walk = sio__json_walk_begin(names);
    while (sio__json_walk_element(&walk, &token))
        give_room(request->rooms, token);
    request->heard++;
    check_request(request);
}

/* Those who wait for servers' replies wait for fewer; a broadcast's clients are not known by name.
 */
static void wait_for_fewer(sio__request_t *request)
{
    if (!request->acks)
        check_request(request);
    else
        request->acks->servers(request->acks, 1 + request->heard + request->awaited_count);
}

/* Whoever is told may ask and forget, so the search begins anew. */
void sio__pending_gone(sio__pending_t *pending, const char *uid)
{
    sio__list_t *node = pending->requests.next;

    while (node != &pending->requests) {
        sio__request_t *request = SIO__CONTAINER(node, sio__request_t, link);

        node = node->next;
        if (has_answered(request, uid)) {
            wait_for_fewer(request);
            node = pending->requests.next;
        }
    }
}

static sio__request_t *of_sink(const sio__pending_t *pending, const void *sink)
{
    const sio__list_t *node;

    for (node = pending->requests.next; node != &pending->requests; node = node->next) {
        sio__request_t *request = SIO__CONTAINER(node, sio__request_t, link);

        if (request->acks == sink || request->fetch == sink || request->rooms == sink)
            return request;
    }
    return NULL;
}

const char *sio__pending_id(const sio__pending_t *pending, const void *sink)
{
    const sio__request_t *request = of_sink(pending, sink);

    return request ? request->id : NULL;
}

void sio__pending_forget(sio__pending_t *pending, const void *sink)
{
    sio__request_t *request = of_sink(pending, sink);

    if (request)
        free_request(request);
}
