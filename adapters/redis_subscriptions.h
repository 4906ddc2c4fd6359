/* What a connection is subscribed to, or wants to be. */
#ifndef SIO_REDIS_SUBSCRIPTIONS_H
#define SIO_REDIS_SUBSCRIPTIONS_H

#include "adapters/redis_connection.h"

typedef struct sio__subscription {
    sio__map_node_t by_key;
    sio__list_t link;
    sio__redis_kind_t kind;
    bool confirmed;
    sio__redis_message_fn fn;
    void *subscriber;
    size_t len;
    char key[]; /* the kind's letter, then the channel */
} sio__subscription_t;

typedef struct sio__subscriptions {
    sio__map_t by_key;
    sio__list_t all;
    size_t unconfirmed;
} sio__subscriptions_t;

void sio__subscriptions_init(sio__subscriptions_t *all);
void sio__subscriptions_free(sio__subscriptions_t *all);

/* NULL: out of memory. One that is there already gets the new subscriber. */
sio__subscription_t *sio__subscriptions_add(sio__subscriptions_t *all, sio__redis_kind_t kind,
                                            sio__span_t channel);
sio__subscription_t *sio__subscriptions_find(const sio__subscriptions_t *all,
                                             sio__redis_kind_t kind, sio__span_t channel);
void sio__subscriptions_remove(sio__subscriptions_t *all, sio__subscription_t *subscription);
void sio__subscriptions_confirm(sio__subscriptions_t *all, sio__subscription_t *subscription);
void sio__subscriptions_unconfirm_all(sio__subscriptions_t *all);

static inline sio__span_t sio__subscription_channel(const sio__subscription_t *subscription)
{
    return (sio__span_t){subscription->key + 1, subscription->len - 1};
}

#endif
