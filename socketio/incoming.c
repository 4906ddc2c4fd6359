#include "socketio/incoming.h"

#include "base/json_scan.h"
#include "base/json_walk.h"
#include "socketio/emit.h"
#include "socketio/recovery.h"

#include <string.h>

static const char area[] = "socket.io:adapter";

static sio_namespace_t *nsp_of(sio__adapter_host_t *host)
{
    return SIO__CONTAINER(host, sio_namespace_t, host);
}

static bool is_reserved(sio__span_t token)
{
    char name[64];

    return token.len <= sizeof(name) &&
           sio__event_name_reserved(name, sio__json_unescape(token, name));
}

bool sio__incoming_is_event(sio__span_t text)
{
    sio__json_walk_t walk;
    sio__span_t name;

    if (text.len == 0 || text.data[0] != '[')
        return false;
    walk = sio__json_walk_begin(text);
    if (!sio__json_walk_element(&walk, &name))
        return false;
    if (name.data[0] == '"')
        return !is_reserved(name);
    return name.data[0] == '-' || (name.data[0] >= '0' && name.data[0] <= '9');
}

/* -------------------------------------------------------------------------------- broadcasts */

/* Offsets that come with events, or those of this server's own log. */
static int add_offset(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle,
                      const char *offset)
{
    if (offset)
        return sio__bundle_append_string(bundle, offset);
    return nsp->recovery ? sio__recovery_log(nsp, audience, bundle) : SIO_OK;
}

void sio__incoming_broadcast(sio__adapter_host_t *host, const sio__audience_t *audience,
                             const sio__server_side_t *event, const char *offset)
{
    sio_namespace_t *nsp = nsp_of(host);
    sio__bundle_t *bundle;

    if (nsp->count == 0 && !nsp->recovery)
        return;
    if (!sio__incoming_is_event(event->text)) {
        SIO__LOG(host->log, SIO__WARN, area, "%s: another server sent no event", nsp->name);
        return;
    }
    bundle = sio__bundle_of_event(nsp, event, SIO__NO_ACK, audience->flags);
    if (bundle && add_offset(nsp, audience, bundle, offset) == SIO_OK)
        sio__deliver_bundle(nsp, audience, bundle);
    else
        SIO__LOG(host->log, SIO__ERROR, area, "%s: an event of another server is lost", nsp->name);
    sio__bundle_free(bundle);
}

void *sio__incoming_packet(sio__adapter_host_t *host, const sio__server_side_t *event,
                           unsigned flags, const char *offset)
{
    sio__bundle_t *bundle = sio__incoming_is_event(event->text)
                                ? sio__bundle_of_event(nsp_of(host), event, SIO__NO_ACK, flags)
                                : NULL;

    if (bundle && sio__bundle_append_string(bundle, offset) == SIO_OK)
        return bundle;
    sio__bundle_free(bundle);
    return NULL;
}

void sio__incoming_packet_free(void *packet)
{
    sio__bundle_free(packet);
}

void sio__incoming_supersede(sio__adapter_host_t *host, const char *pid)
{
    sio__recovery_supersede(nsp_of(host), pid);
}

/* --------------------------------------------------------------------------------- describing */

typedef struct names {
    sio__buf_t *json;
    bool more;
} names_t;

static void add_name(const char *room, void *user)
{
    names_t *names = user;

    if (names->more)
        sio__buf_append_char(names->json, ',');
    sio__json_append_string(names->json, room, strlen(room));
    names->more = true;
}

static int add_value(sio__buf_t *json, const char *key, const json_t *value)
{
    sio__buf_append_str(json, key);
    return value ? sio__json_append_jansson(json, value)
                 : (sio__buf_append_str(json, "{}"), SIO_OK);
}

static int add_handshake(sio__buf_t *json, sio_socket_t *socket)
{
    json_t *handshake = sio_handshake(socket);
    int error = handshake ? add_value(json, ",\"handshake\":", handshake) : SIO_ENOMEM;

    json_decref(handshake);
    return error;
}

bool sio__incoming_describe(sio__adapter_host_t *host, sio__member_t *member, sio__buf_t *json)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);
    const sio__adapter_t *adapter = nsp_of(host)->adapter;
    names_t names = {json, false};
    size_t start = json->len;
    int error;

    if (sio__socket_state(socket) != SIO__CONNECTED)
        return false;
    sio__buf_append_str(json, "{\"id\":");
    sio__json_append_string(json, socket->id, strlen(socket->id));
    error = add_handshake(json, socket);
    sio__buf_append_str(json, ",\"rooms\":[");
    adapter->ops->each_room(adapter, member, add_name, &names);
    if (!error)
        error = add_value(json, "],\"data\":", socket->extras ? socket->extras->data : NULL);
    sio__buf_append_char(json, '}');
    if (!error && !json->failed)
        return true;
    json->len = start;
    return false;
}
