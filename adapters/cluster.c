#include "adapters/cluster.h"

#include "base/alloc.h"
#include "base/id.h"
#include "base/json_scan.h"
#include "base/json_walk.h"

#include <stdio.h>
#include <string.h>

enum { REQUESTS_TIMEOUT_MS = 5000, HEARTBEAT_INTERVAL_MS = 5000, HEARTBEAT_TIMEOUT_MS = 10000 };

static const char area[] = "socket.io:adapter";

/* Processes without a server that emit; they don't count as servers. */
static const char emitter_uid[] = "emitter";

static sio__cluster_t *of_adapter(sio__adapter_t *adapter)
{
    return SIO__CONTAINER(adapter, sio__cluster_t, base);
}

static const sio__cluster_t *of_const_adapter(const sio__adapter_t *adapter)
{
    return SIO__CONTAINER(adapter, const sio__cluster_t, base);
}

static bool with_heartbeats(const sio__cluster_t *cluster)
{
    return !cluster->transport->count;
}

static bool publish(sio__cluster_t *cluster, sio__cluster_message_t *message)
{
    message->uid = cluster->uid;
    message->nsp = cluster->base.host->name;
    if (with_heartbeats(cluster))
        sio__nodes_published(&cluster->nodes);
    return cluster->transport->publish(cluster, message);
}

static void publish_type(sio__cluster_t *cluster, unsigned type)
{
    publish(cluster, &(sio__cluster_message_t){.type = type});
}

static void respond(sio__cluster_t *cluster, const char *to, sio__cluster_message_t *response)
{
    response->uid = cluster->uid;
    response->nsp = cluster->base.host->name;
    cluster->transport->respond(cluster, to, response);
}

/* The cluster's random digits, then a number: unique among servers, without asking for chance again
 * each time. */
static void new_request_id(sio__cluster_t *cluster, char id[SIO__REQUEST_ID_SIZE])
{
    snprintf(id, SIO__REQUEST_ID_SIZE, "%.8s%08llx", cluster->uid,
             (unsigned long long)cluster->request_ids++);
}

/* --------------------------------------------------------------------------- rooms: here alone */

static int cluster_add(sio__adapter_t *adapter, sio__member_t *member, const char *room)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    return memory->ops->add(memory, member, room);
}

static void cluster_del(sio__adapter_t *adapter, sio__member_t *member, const char *room)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    memory->ops->del(memory, member, room);
}

static void cluster_del_all(sio__adapter_t *adapter, sio__member_t *member)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    memory->ops->del_all(memory, member);
}

static sio__member_t *cluster_find(const sio__adapter_t *adapter, const char *id)
{
    const sio__adapter_t *memory = of_const_adapter(adapter)->memory;

    return memory->ops->find(memory, id);
}

static bool cluster_in_room(const sio__adapter_t *adapter, const sio__member_t *member,
                            const char *room)
{
    const sio__adapter_t *memory = of_const_adapter(adapter)->memory;

    return memory->ops->in_room(memory, member, room);
}

static void cluster_each_room(const sio__adapter_t *adapter, const sio__member_t *member,
                              void (*fn)(const char *room, void *user), void *user)
{
    const sio__adapter_t *memory = of_const_adapter(adapter)->memory;

    memory->ops->each_room(memory, member, fn, user);
}

static size_t cluster_room_count(const sio__adapter_t *adapter)
{
    const sio__adapter_t *memory = of_const_adapter(adapter)->memory;

    return memory->ops->room_count(memory);
}

static bool cluster_has_room(const sio__adapter_t *adapter, sio__span_t room)
{
    const sio__adapter_t *memory = of_const_adapter(adapter)->memory;

    return memory->ops->has_room(memory, room);
}

static void cluster_apply(sio__adapter_t *adapter, const sio__audience_t *audience,
                          void (*fn)(sio__member_t *member, void *user), void *user)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    memory->ops->apply(memory, audience, fn, user);
}

/* ---------------------------------------------------------------------- what concerns all servers
 */

static bool is_local(const sio__audience_t *audience)
{
    return audience->flags & SIO__LOCAL;
}

static sio__attachments_t attachments_of(const sio__span_t *items, size_t count)
{
    /* Never written to. */
    return (sio__attachments_t){(sio__span_t *)(uintptr_t)items, count};
}

static void cluster_broadcast(sio__adapter_t *adapter, const sio__audience_t *audience,
                              const sio__broadcast_t *broadcast)
{
    sio__cluster_t *cluster = of_adapter(adapter);
    sio__cluster_message_t message = {
        .type = SIO__BROADCAST,
        .audience = *audience,
        .packet = broadcast->args,
        .attachments = attachments_of(broadcast->attachments, broadcast->attachment_count),
    };

    if (is_local(audience) || !publish(cluster, &message))
        cluster->memory->ops->broadcast(cluster->memory, audience, broadcast);
}

static void cluster_broadcast_with_ack(sio__adapter_t *adapter, const sio__audience_t *audience,
                                       const sio__broadcast_t *broadcast, sio__ack_sink_t *sink)
{
    sio__cluster_t *cluster = of_adapter(adapter);
    char id[SIO__REQUEST_ID_SIZE];
    sio__cluster_message_t message = {
        .type = SIO__BROADCAST,
        .request_id = id,
        .audience = *audience,
        .packet = broadcast->args,
        .attachments = attachments_of(broadcast->attachments, broadcast->attachment_count),
    };

    new_request_id(cluster, id);
    if (!is_local(audience) && sio__pending_acks(&cluster->pending, id, sink))
        publish(cluster, &message);
    cluster->memory->ops->broadcast(cluster->memory, audience, broadcast);
}

static void cluster_server_count(sio__adapter_t *adapter, sio__ack_sink_t *sink)
{
    sio__cluster_t *cluster = of_adapter(adapter);
    const char *id = sio__pending_id(&cluster->pending, sink);

    if (!id)
        sink->servers(sink, 1);
    else if (with_heartbeats(cluster))
        sink->servers(sink, 1 + sio__nodes_count(&cluster->nodes));
    else
        cluster->transport->count(cluster, id);
}

static bool await_node(const char *uid, void *user)
{
    return sio__request_await(user, uid);
}

static void give_to_sink(sio__member_t *member, void *user)
{
    sio__fetch_sink_t *sink = user;

    sink->local(sink, member);
}

static bool ask_for_sockets(sio__cluster_t *cluster, const sio__audience_t *audience,
                            sio__fetch_sink_t *sink)
{
    uint64_t timeout = audience->timeout_ms ? audience->timeout_ms : cluster->requests_timeout_ms;
    char id[SIO__REQUEST_ID_SIZE];
    sio__cluster_message_t message = {.type = SIO__FETCH_SOCKETS,
                                      .request_id = id,
                                      .audience = *audience};
    sio__request_t *request;

    new_request_id(cluster, id);
    request = sio__pending_fetch(&cluster->pending, id, sink, timeout);
    if (!request)
        return false;
    if (with_heartbeats(cluster) && !sio__nodes_each(&cluster->nodes, await_node, request))
        SIO__LOG(cluster->base.host->log, SIO__ERROR, area, "not all servers are waited for");
    publish(cluster, &message);
    if (with_heartbeats(cluster))
        sio__pending_named(&cluster->pending, id);
    else
        cluster->transport->count(cluster, id);
    return true;
}

static void cluster_fetch_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                                  sio__fetch_sink_t *sink)
{
    sio__cluster_t *cluster = of_adapter(adapter);

    cluster_apply(adapter, audience, give_to_sink, sink);
    if (is_local(audience))
        sink->done(sink, 0);
    else if (!ask_for_sockets(cluster, audience, sink))
        sink->done(sink, 1);
}

/* The rooms here come first; the memory adapter's end isn't the end. */
typedef struct local_rooms {
    sio__rooms_sink_t sink, *outer;
} local_rooms_t;

static void give_local_room(sio__rooms_sink_t *sink, sio__span_t name)
{
    sio__rooms_sink_t *outer = SIO__CONTAINER(sink, local_rooms_t, sink)->outer;

    outer->room(outer, name);
}

static void end_local_rooms(sio__rooms_sink_t *sink, size_t missing)
{
    (void)sink;
    (void)missing;
}

static int cluster_all_rooms(sio__adapter_t *adapter, unsigned flags, sio__rooms_sink_t *sink)
{
    sio__cluster_t *cluster = of_adapter(adapter);
    local_rooms_t local = {{give_local_room, end_local_rooms}, sink};
    char id[SIO__REQUEST_ID_SIZE];
    sio__cluster_message_t message = {.type = SIO__ALL_ROOMS, .request_id = id};

    if (flags & SIO__LOCAL)
        return cluster->memory->ops->all_rooms(cluster->memory, flags, sink);
    if (!cluster->transport->asks_for_rooms)
        return -1;
    cluster->memory->ops->all_rooms(cluster->memory, flags, &local.sink);
    new_request_id(cluster, id);
    if (!sio__pending_rooms(&cluster->pending, id, sink, cluster->requests_timeout_ms)) {
        sink->done(sink, 1);
        return 0;
    }
    publish(cluster, &message);
    cluster->transport->count(cluster, id);
    return 0;
}

static void publish_rooms(sio__cluster_t *cluster, unsigned type, const sio__audience_t *audience,
                          const char *const *rooms)
{
    if (!is_local(audience))
        publish(cluster,
                &(sio__cluster_message_t){.type = type, .audience = *audience, .rooms = rooms});
}

static int cluster_add_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                               const char *const *rooms)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    publish_rooms(of_adapter(adapter), SIO__SOCKETS_JOIN, audience, rooms);
    return memory->ops->add_sockets(memory, audience, rooms);
}

static int cluster_del_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                               const char *const *rooms)
{
    sio__adapter_t *memory = of_adapter(adapter)->memory;

    publish_rooms(of_adapter(adapter), SIO__SOCKETS_LEAVE, audience, rooms);
    return memory->ops->del_sockets(memory, audience, rooms);
}

static int cluster_disconnect_sockets(sio__adapter_t *adapter, const sio__audience_t *audience,
                                      bool close)
{
    sio__cluster_t *cluster = of_adapter(adapter);

    if (!is_local(audience))
        publish(cluster, &(sio__cluster_message_t){.type = SIO__DISCONNECT_SOCKETS,
                                                   .audience = *audience,
                                                   .close = close});
    return cluster->memory->ops->disconnect_sockets(cluster->memory, audience, close);
}

static int cluster_server_side_emit(sio__adapter_t *adapter, const sio__server_side_t *event,
                                    sio__ack_sink_t *sink)
{
    sio__cluster_t *cluster = of_adapter(adapter);
    char id[SIO__REQUEST_ID_SIZE];
    sio__cluster_message_t message = {
        .type = SIO__SERVER_SIDE_EMIT,
        .packet = event->text,
        .attachments = attachments_of(event->attachments, event->attachment_count),
    };
    sio__request_t *request;

    if (sink) {
        new_request_id(cluster, id);
        request = sio__pending_acks(&cluster->pending, id, sink);
        if (!request ||
            (with_heartbeats(cluster) && !sio__nodes_each(&cluster->nodes, await_node, request)))
            return -1;
        message.request_id = id;
    }
    publish(cluster, &message);
    return 0;
}

static void cluster_forget(sio__adapter_t *adapter, const void *sink)
{
    sio__pending_forget(&of_adapter(adapter)->pending, sink);
}

static void cluster_free(sio__adapter_t *adapter)
{
    sio__cluster_t *cluster = of_adapter(adapter);

    cluster->transport->free(cluster);
}

static const sio__adapter_ops_t cluster_ops = {
    .add = cluster_add,
    .del = cluster_del,
    .del_all = cluster_del_all,
    .find = cluster_find,
    .in_room = cluster_in_room,
    .each_room = cluster_each_room,
    .room_count = cluster_room_count,
    .has_room = cluster_has_room,
    .apply = cluster_apply,
    .broadcast = cluster_broadcast,
    .broadcast_with_ack = cluster_broadcast_with_ack,
    .server_count = cluster_server_count,
    .fetch_sockets = cluster_fetch_sockets,
    .all_rooms = cluster_all_rooms,
    .add_sockets = cluster_add_sockets,
    .del_sockets = cluster_del_sockets,
    .disconnect_sockets = cluster_disconnect_sockets,
    .server_side_emit = cluster_server_side_emit,
    .forget = cluster_forget,
    .free = cluster_free,
};

/* ------------------------------------------------------------------- another server's requests */

/* Another server's request: to whom the answers go, and what for. */
typedef struct requester {
    sio__asker_t asker;   /* of a broadcast */
    sio__answer_t answer; /* of an event */
    sio__cluster_t *cluster;
    bool answered;
    char uid[SIO__UID_SIZE], request_id[SIO__REQUEST_ID_SIZE];
} requester_t;

static requester_t *new_requester(sio__cluster_t *cluster, const sio__cluster_message_t *request)
{
    requester_t *requester = sio__calloc(1, sizeof(*requester));

    if (!requester)
        return NULL;
    requester->cluster = cluster;
    snprintf(requester->uid, sizeof(requester->uid), "%s", request->uid);
    snprintf(requester->request_id, sizeof(requester->request_id), "%s", request->request_id);
    return requester;
}

static void send_value(const requester_t *requester, unsigned type, sio__span_t value,
                       sio__attachments_t attachments)
{
    respond(requester->cluster, requester->uid,
            &(sio__cluster_message_t){.type = type,
                                      .request_id = requester->request_id,
                                      .packet = value,
                                      .attachments = attachments});
}

static requester_t *of_asker(sio__asker_t *asker)
{
    return SIO__CONTAINER(asker, requester_t, asker);
}

static void send_client_count(sio__asker_t *asker, uint64_t count)
{
    const requester_t *requester = of_asker(asker);

    respond(requester->cluster, requester->uid,
            &(sio__cluster_message_t){.type = SIO__BROADCAST_CLIENT_COUNT,
                                      .request_id = requester->request_id,
                                      .client_count = count});
}

static void send_client_reply(sio__asker_t *asker, sio__span_t value,
                              const sio__span_t *attachments, size_t count)
{
    send_value(of_asker(asker), SIO__BROADCAST_ACK, value, attachments_of(attachments, count));
}

static void free_asker(sio__asker_t *asker)
{
    sio__free(of_asker(asker));
}

static sio__server_side_t event_of(const sio__cluster_message_t *message)
{
    return (sio__server_side_t){message->packet, message->attachments.items,
                                message->attachments.count};
}

static void on_broadcast(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                         const char *offset)
{
    sio__adapter_host_t *host = cluster->base.host;
    sio__server_side_t event = event_of(message);
    requester_t *requester;

    if (!message->request_id) {
        host->ops->broadcast(host, &message->audience, &event, offset);
        return;
    }
    requester = new_requester(cluster, message);
    if (!requester)
        return;
    requester->asker = (sio__asker_t){send_client_count, send_client_reply, free_asker};
    host->ops->broadcast_with_ack(host, &message->audience, &event, &requester->asker);
}

static requester_t *of_answer(sio__answer_t *answer)
{
    return SIO__CONTAINER(answer, requester_t, answer);
}

/* Only the first argument travels. */
static void give_answer(sio__answer_t *answer, const sio__server_side_t *args)
{
    sio__json_walk_t walk = sio__json_walk_begin(args->text);
    sio__span_t value = {NULL, 0};

    if (!sio__json_walk_element(&walk, &value))
        value.len = 0;
    send_value(of_answer(answer), SIO__SERVER_SIDE_EMIT_RESPONSE, value,
               attachments_of(args->attachments, args->attachment_count));
}

static void free_answer(sio__answer_t *answer)
{
    sio__free(of_answer(answer));
}

static void on_server_side_emit(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                                const char *offset)
{
    sio__adapter_host_t *host = cluster->base.host;
    sio__server_side_t event = event_of(message);
    requester_t *requester = NULL;

    (void)offset;
    if (message->request_id) {
        requester = new_requester(cluster, message);
        if (!requester)
            return;
        requester->answer = (sio__answer_t){give_answer, free_answer};
    }
    host->ops->server_side_event(host, &event, requester ? &requester->answer : NULL);
}

typedef struct description {
    sio__adapter_host_t *host;
    sio__buf_t json;
} description_t;

static void describe(sio__member_t *member, void *user)
{
    description_t *all = user;
    size_t start = all->json.len;

    if (start > 1)
        sio__buf_append_char(&all->json, ',');
    if (!all->host->ops->describe(all->host, member, &all->json))
        all->json.len = start;
}

static void on_fetch_sockets(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                             const char *offset)
{
    description_t all = {cluster->base.host, SIO__BUF_INIT};

    (void)offset;
    sio__buf_append_char(&all.json, '[');
    cluster_apply(&cluster->base, &message->audience, describe, &all);
    sio__buf_append_char(&all.json, ']');
    if (!all.json.failed)
        respond(cluster, message->uid,
                &(sio__cluster_message_t){.type = SIO__FETCH_SOCKETS_RESPONSE,
                                          .request_id = message->request_id,
                                          .sockets = {all.json.data, all.json.len}});
    sio__buf_free(&all.json);
}

typedef struct names {
    sio__rooms_sink_t sink;
    sio__buf_t json;
} names_t;

static void add_name(sio__rooms_sink_t *sink, sio__span_t name)
{
    names_t *names = SIO__CONTAINER(sink, names_t, sink);

    if (names->json.len > 1)
        sio__buf_append_char(&names->json, ',');
    sio__json_append_string(&names->json, name.data, name.len);
}

static void on_all_rooms(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                         const char *offset)
{
    names_t names = {{add_name, end_local_rooms}, SIO__BUF_INIT};

    (void)offset;
    sio__buf_append_char(&names.json, '[');
    cluster->memory->ops->all_rooms(cluster->memory, 0, &names.sink);
    sio__buf_append_char(&names.json, ']');
    if (!names.json.failed)
        respond(cluster, message->uid,
                &(sio__cluster_message_t){.type = SIO__ALL_ROOMS_RESPONSE,
                                          .request_id = message->request_id,
                                          .sockets = {names.json.data, names.json.len}});
    sio__buf_free(&names.json);
}

static void on_join(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                    const char *offset)
{
    (void)offset;
    cluster->memory->ops->add_sockets(cluster->memory, &message->audience, message->rooms);
}

static void on_leave(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                     const char *offset)
{
    (void)offset;
    cluster->memory->ops->del_sockets(cluster->memory, &message->audience, message->rooms);
}

static void on_disconnect(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                          const char *offset)
{
    (void)offset;
    cluster->memory->ops->disconnect_sockets(cluster->memory, &message->audience, message->close);
}

/* -------------------------------------------------------------------- another server's answers */

/* Integers that jansson can't hold become reals. */
static json_t *parse_sockets(sio__span_t text)
{
    json_t *sockets = json_loadb(text.data, text.len, JSON_ALLOW_NUL, NULL);

    return sockets
               ? sockets
               : json_loadb(text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

static void on_sockets(sio__cluster_t *cluster, const sio__cluster_message_t *message)
{
    json_t *sockets = parse_sockets(message->sockets);

    if (!sockets)
        SIO__LOG(cluster->base.host->log, SIO__WARN, area,
                 "what server %s says of its sockets can't be kept", message->uid);
    sio__pending_sockets(&cluster->pending, message->request_id, message->uid, sockets);
    json_decref(sockets);
}

void sio__cluster_receive_response(sio__cluster_t *cluster, const sio__cluster_message_t *response)
{
    sio__pending_t *pending = &cluster->pending;

    switch (response->type) {
    case SIO__FETCH_SOCKETS_RESPONSE:
        on_sockets(cluster, response);
        break;
    case SIO__ALL_ROOMS_RESPONSE:
        sio__pending_room_names(pending, response->request_id, response->sockets);
        break;
    case SIO__BROADCAST_CLIENT_COUNT:
        sio__pending_clients(pending, response->request_id, response->client_count);
        break;
    case SIO__BROADCAST_ACK:
    case SIO__SERVER_SIDE_EMIT_RESPONSE:
        sio__pending_reply(pending, response->request_id, response->uid, response->packet,
                           response->attachments);
        break;
    default:
        break;
    }
}

static void on_response(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                        const char *offset)
{
    (void)offset;
    sio__cluster_receive_response(cluster, message);
}

static void on_initial_heartbeat(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                                 const char *offset)
{
    (void)offset;
    (void)message;
    if (with_heartbeats(cluster))
        publish_type(cluster, SIO__HEARTBEAT);
}

static void on_close(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                     const char *offset)
{
    (void)offset;
    sio__nodes_remove(&cluster->nodes, message->uid);
}

/* --------------------------------------------------------------------------------- messages */

typedef void (*receive_fn)(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                           const char *offset);

static receive_fn handler_of(unsigned type)
{
    static const receive_fn handlers[] = {
        [SIO__INITIAL_HEARTBEAT] = on_initial_heartbeat,
        [SIO__BROADCAST] = on_broadcast,
        [SIO__SOCKETS_JOIN] = on_join,
        [SIO__SOCKETS_LEAVE] = on_leave,
        [SIO__DISCONNECT_SOCKETS] = on_disconnect,
        [SIO__FETCH_SOCKETS] = on_fetch_sockets,
        [SIO__FETCH_SOCKETS_RESPONSE] = on_response,
        [SIO__SERVER_SIDE_EMIT] = on_server_side_emit,
        [SIO__SERVER_SIDE_EMIT_RESPONSE] = on_response,
        [SIO__BROADCAST_CLIENT_COUNT] = on_response,
        [SIO__BROADCAST_ACK] = on_response,
        [SIO__ADAPTER_CLOSE] = on_close,
        [SIO__ALL_ROOMS] = on_all_rooms,
    };

    return type < sizeof(handlers) / sizeof(handlers[0]) ? handlers[type] : NULL;
}

void sio__cluster_receive(sio__cluster_t *cluster, const sio__cluster_message_t *message,
                          const char *offset)
{
    receive_fn handle = handler_of(message->type);

    if (strcmp(message->uid, cluster->uid) == 0 ||
        strcmp(message->nsp, cluster->base.host->name) != 0)
        return;
    if (with_heartbeats(cluster) && strcmp(message->uid, emitter_uid) != 0)
        sio__nodes_heard(&cluster->nodes, message->uid);
    if (handle)
        handle(cluster, message, offset);
}

void sio__cluster_counted(sio__cluster_t *cluster, const char *request_id, uint64_t servers)
{
    sio__pending_counted(&cluster->pending, request_id, servers);
}

void sio__cluster_deliver(sio__cluster_t *cluster, const sio__audience_t *audience,
                          const sio__server_side_t *event, const char *offset)
{
    sio__adapter_host_t *host = cluster->base.host;

    host->ops->broadcast(host, audience, event, offset);
}

/* ------------------------------------------------------------------------------------- life */

static void on_beat(sio__nodes_t *nodes)
{
    publish_type(SIO__CONTAINER(nodes, sio__cluster_t, nodes), SIO__HEARTBEAT);
}

static void on_gone(sio__nodes_t *nodes, const char *uid)
{
    sio__pending_gone(&SIO__CONTAINER(nodes, sio__cluster_t, nodes)->pending, uid);
}

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

int sio__cluster_init(sio__cluster_t *cluster, sio__adapter_host_t *host,
                      const sio__cluster_transport_t *transport,
                      const sio__cluster_options_t *options)
{
    cluster->memory = sio__memory_adapter_new();
    if (!cluster->memory)
        return -1;
    cluster->base = (sio__adapter_t){&cluster_ops, host};
    cluster->inner = *host;
    cluster->inner.ops = &sio__cluster_inner_ops;
    cluster->memory->host = &cluster->inner;
    cluster->transport = transport;
    cluster->requests_timeout_ms = or_default(options->requests_timeout_ms, REQUESTS_TIMEOUT_MS);
    cluster->request_ids = 0;
    sio__pending_init(&cluster->pending, host);
    sio__nodes_init(&cluster->nodes, host,
                    or_default(options->heartbeat_interval_ms, HEARTBEAT_INTERVAL_MS),
                    or_default(options->heartbeat_timeout_ms, HEARTBEAT_TIMEOUT_MS));
    cluster->nodes.beat = on_beat;
    cluster->nodes.gone = on_gone;
    sio__id_hex(cluster->uid);
    return 0;
}

void sio__cluster_start(sio__cluster_t *cluster)
{
    if (with_heartbeats(cluster))
        publish_type(cluster, SIO__INITIAL_HEARTBEAT);
}

void sio__cluster_close(sio__cluster_t *cluster)
{
    if (with_heartbeats(cluster))
        publish_type(cluster, SIO__ADAPTER_CLOSE);
    sio__nodes_close(&cluster->nodes);
    sio__pending_close(&cluster->pending);
    cluster->memory->ops->free(cluster->memory);
}
