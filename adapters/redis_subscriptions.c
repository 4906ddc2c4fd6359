#include "adapters/redis_subscriptions.h"

#include "base/alloc.h"
#include "base/buf.h"

static const char letters[] = {
    [SIO__REDIS_CHANNEL] = 'c', [SIO__REDIS_PATTERN] = 'p', [SIO__REDIS_SHARD] = 's'};

void sio__subscriptions_init(sio__subscriptions_t *all)
{
    sio__map_init(&all->by_key);
    sio__list_init(&all->all);
    all->unconfirmed = 0;
}

void sio__subscriptions_free(sio__subscriptions_t *all)
{
    sio__list_t *node;

    while ((node = sio__list_pop(&all->all)))
        sio__free(SIO__CONTAINER(node, sio__subscription_t, link));
    sio__map_free(&all->by_key);
    sio__subscriptions_init(all);
}

/* Most channels fit onto the stack. */
sio__subscription_t *sio__subscriptions_find(const sio__subscriptions_t *all,
                                             sio__redis_kind_t kind, sio__span_t channel)
{
    char small[256], *key = channel.len < sizeof(small) ? small : sio__malloc(channel.len + 1);
    sio__map_node_t *node;

    if (!key)
        return NULL;
    key[0] = letters[kind];
    if (channel.len)
        memcpy(key + 1, channel.data, channel.len);
    node = sio__map_find(&all->by_key, key, channel.len + 1);
    if (key != small)
        sio__free(key);
    return node ? SIO__CONTAINER(node, sio__subscription_t, by_key) : NULL;
}

sio__subscription_t *sio__subscriptions_add(sio__subscriptions_t *all, sio__redis_kind_t kind,
                                            sio__span_t channel)
{
    sio__subscription_t *subscription = sio__subscriptions_find(all, kind, channel);

    if (subscription)
        return subscription;
    subscription = sio__calloc(1, sizeof(*subscription) + channel.len + 1);
    if (!subscription)
        return NULL;
    subscription->kind = kind;
    subscription->len = channel.len + 1;
    subscription->key[0] = letters[kind];
    memcpy(subscription->key + 1, channel.data, channel.len);
    if (sio__map_insert(&all->by_key, &subscription->by_key, subscription->key,
                        subscription->len)) {
        sio__free(subscription);
        return NULL;
    }
    sio__list_append(&all->all, &subscription->link);
    all->unconfirmed++;
    return subscription;
}

void sio__subscriptions_remove(sio__subscriptions_t *all, sio__subscription_t *subscription)
{
    sio__map_remove(&all->by_key, &subscription->by_key);
    sio__list_remove(&subscription->link);
    if (!subscription->confirmed)
        all->unconfirmed--;
    sio__free(subscription);
}

void sio__subscriptions_confirm(sio__subscriptions_t *all, sio__subscription_t *subscription)
{
    if (!subscription->confirmed)
        all->unconfirmed--;
    subscription->confirmed = true;
}

void sio__subscriptions_unconfirm_all(sio__subscriptions_t *all)
{
    for (sio__list_t *node = all->all.next; node != &all->all; node = node->next) {
        sio__subscription_t *subscription = SIO__CONTAINER(node, sio__subscription_t, link);

        if (subscription->confirmed)
            all->unconfirmed++;
        subscription->confirmed = false;
    }
}
