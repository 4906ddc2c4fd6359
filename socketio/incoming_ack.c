/* Another server's broadcast with acknowledgements: each client's first argument goes back as it
 * comes. */
#include "socketio/incoming.h"

#include "base/alloc.h"
#include "socketio/ack.h"
#include "socketio/event.h"
#include "socketio/operation.h"
#include "socketio/recipients.h"

typedef struct asked {
    sio__operation_t operation;
    sio_namespace_t *nsp; /* a reference */
    sio__asker_t *asker;
    sio__timer_t timer;
    sio__list_t acks;
    uint64_t id;
    uint64_t clients;
    uint64_t waiting; /* for so many, and for the end of asking */
    sio__recipients_t recipients;
} asked_t;

static void finish(asked_t *asked)
{
    sio__operation_end(&asked->operation);
    eio_timer_stop(&asked->nsp->server->loop, &asked->timer);
    sio__ack_free_all(&asked->acks);
    asked->asker->free(asked->asker);
    sio__namespace_unref(asked->nsp);
    sio__free(asked);
}

static void on_abort(sio__operation_t *operation)
{
    finish(SIO__CONTAINER(operation, asked_t, operation));
}

static void on_timeout(sio__timer_t *timer)
{
    finish(SIO__CONTAINER(timer, asked_t, timer));
}

static void wait_for_one_less(asked_t *asked)
{
    if (--asked->waiting == 0)
        finish(asked);
}

static void on_reply(int status, const sio_event_t *reply, void *user)
{
    asked_t *asked = user;

    if (status == SIO_OK)
        asked->asker->reply(asked->asker,
                            reply->arg_count ? reply->args[0].text : (sio__span_t){NULL, 0},
                            reply->attachments.items, reply->attachments.count);
    wait_for_one_less(asked);
}

/* Who can't be told is counted all the same: the asking program hears that not all have answered.
 */
static void ask(sio__member_t *member, void *user)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);
    asked_t *asked = user;
    sio__ack_t *ack;

    if (sio__socket_state(socket) != SIO__CONNECTED || socket->plain)
        return;
    asked->clients++;
    ack = sio__ack_new(on_reply, asked, 0, asked->id);
    if (!ack)
        return;
    if (sio__ack_start(socket, ack) != SIO_OK) {
        sio__ack_free(ack);
        return;
    }
    sio__ack_group(ack, &asked->acks);
    asked->waiting++;
    sio__recipients_add(&asked->recipients, socket);
}

static asked_t *new_asked(sio_namespace_t *nsp, sio__asker_t *asker)
{
    asked_t *asked = sio__calloc(1, sizeof(*asked));

    if (!asked)
        return NULL;
    sio__operation_init(&asked->operation, on_abort);
    sio__timer_init(&asked->timer, on_timeout);
    sio__list_init(&asked->acks);
    asked->asker = asker;
    asked->nsp = nsp;
    asked->waiting = 1;
    asked->id = atomic_fetch_add(&nsp->ack_ids, 1);
    sio__namespace_ref(nsp);
    if (sio__operation_begin(nsp->server, &asked->operation))
        return asked;
    sio__namespace_unref(nsp);
    sio__free(asked);
    return NULL;
}

static void ask_all(asked_t *asked, const sio__audience_t *audience, const sio__bundle_t *bundle)
{
    sio_namespace_t *nsp = asked->nsp;
    unsigned timeout_ms = audience->timeout_ms ? audience->timeout_ms : nsp->server->ack_timeout_ms;

    eio_timer_start(&nsp->server->loop, &asked->timer, timeout_ms);
    nsp->adapter->ops->apply(nsp->adapter, audience, ask, asked);
    asked->asker->clients(asked->asker, asked->clients);
    sio__recipients_send(&asked->recipients, bundle, audience->flags);
    wait_for_one_less(asked);
}

void sio__incoming_broadcast_with_ack(sio__adapter_host_t *host, const sio__audience_t *audience,
                                      const sio__server_side_t *event, sio__asker_t *asker)
{
    sio_namespace_t *nsp = SIO__CONTAINER(host, sio_namespace_t, host);
    asked_t *asked = sio__incoming_is_event(event->text) ? new_asked(nsp, asker) : NULL;
    sio__bundle_t *bundle;

    if (!asked) {
        asker->clients(asker, 0);
        asker->free(asker);
        return;
    }
    bundle =
        sio__bundle_of_event(nsp, event, (sio__ack_id_t){true, (double)asked->id}, audience->flags);
    if (bundle) {
        ask_all(asked, audience, bundle);
    } else {
        asker->clients(asker, 0);
        finish(asked);
    }
    sio__bundle_free(bundle);
}
