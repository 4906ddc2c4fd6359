#include "engineio/limiter.h"

#include "base/alloc.h"

#include <string.h>

enum { BURST_SECONDS = 2, THOUSAND = 1000, ADDRESS_MAX = 46 };

struct eio_address {
    sio__map_node_t node;
    eio_limits_t *limits;
    unsigned connections, sessions;
    eio_bucket_t handshakes;
    sio__timer_t expiry; /* runs when nothing is open, until the bucket is full */
    char text[ADDRESS_MAX];
};

/* ---- buckets ---- */

void eio_bucket_fill(eio_bucket_t *bucket, uint64_t per_second, uint64_t now)
{
    bucket->tokens = per_second * BURST_SECONDS * THOUSAND;
    bucket->refilled = now;
}

bool eio_bucket_take(eio_bucket_t *bucket, uint64_t per_second, uint64_t count, uint64_t now)
{
    uint64_t full = per_second * BURST_SECONDS * THOUSAND;
    uint64_t elapsed = now - bucket->refilled;

    bucket->refilled = now;
    bucket->tokens += elapsed > BURST_SECONDS * THOUSAND ? full : elapsed * per_second;
    if (bucket->tokens > full)
        bucket->tokens = full;
    if (bucket->tokens < count * THOUSAND)
        return false;
    bucket->tokens -= count * THOUSAND;
    return true;
}

/* ---- addresses ---- */

void eio_limits_init(eio_limits_t *limits, eio_loop_t *loop, const eio_limit_options_t *options)
{
    limits->loop = loop;
    limits->options = *options;
    sio__map_init(&limits->addresses);
}

static void forget(eio_address_t *address)
{
    eio_timer_stop(address->limits->loop, &address->expiry);
    sio__map_remove(&address->limits->addresses, &address->node);
    sio__free(address);
}

void eio_limits_free(eio_limits_t *limits)
{
    size_t i;

    for (i = 0; limits->addresses.buckets && i <= limits->addresses.mask; i++) {
        while (limits->addresses.buckets[i])
            forget(SIO__CONTAINER(limits->addresses.buckets[i], eio_address_t, node));
    }
    sio__map_free(&limits->addresses);
}

static void on_expiry(sio__timer_t *timer)
{
    forget(SIO__CONTAINER(timer, eio_address_t, expiry));
}

static void release_if_idle(eio_address_t *address)
{
    if (address->connections || address->sessions)
        return;
    eio_timer_start(address->limits->loop, &address->expiry,
                    address->limits->options.handshakes_per_second ? BURST_SECONDS * THOUSAND : 0);
}

static eio_address_t *find_or_add(eio_limits_t *limits, const char *text)
{
    size_t len = strlen(text);
    sio__map_node_t *node = sio__map_find(&limits->addresses, text, len);
    eio_address_t *address;

    if (node)
        return SIO__CONTAINER(node, eio_address_t, node);
    address = len < ADDRESS_MAX ? sio__calloc(1, sizeof(*address)) : NULL;
    if (!address)
        return NULL;
    memcpy(address->text, text, len + 1);
    address->limits = limits;
    eio_bucket_fill(&address->handshakes, limits->options.handshakes_per_second,
                    eio_loop_now(limits->loop));
    sio__timer_init(&address->expiry, on_expiry);
    if (sio__map_insert(&limits->addresses, &address->node, address->text, len) == 0)
        return address;
    sio__free(address);
    return NULL;
}

eio_address_t *eio_limits_connect(eio_limits_t *limits, const char *text, bool *refused)
{
    unsigned limit = limits->options.connections_per_address;
    eio_address_t *address;

    *refused = false;
    if (!limit || !*text)
        return NULL;
    address = find_or_add(limits, text);
    *refused = !address || address->connections >= limit;
    if (*refused)
        return NULL;
    eio_timer_stop(limits->loop, &address->expiry);
    address->connections++;
    return address;
}

void eio_limits_disconnect(eio_limits_t *limits, eio_address_t *address)
{
    (void)limits;
    if (!address)
        return;
    address->connections--;
    release_if_idle(address);
}

static bool may_open(const eio_limits_t *limits, eio_address_t *address)
{
    const eio_limit_options_t *options = &limits->options;

    if (options->sessions_per_address && address->sessions >= options->sessions_per_address)
        return false;
    return !options->handshakes_per_second ||
           eio_bucket_take(&address->handshakes, options->handshakes_per_second, 1,
                           eio_loop_now(limits->loop));
}

eio_address_t *eio_limits_open(eio_limits_t *limits, const char *text, bool *refused)
{
    eio_address_t *address;

    *refused = false;
    if ((!limits->options.sessions_per_address && !limits->options.handshakes_per_second) || !*text)
        return NULL;
    address = find_or_add(limits, text);
    *refused = !address || !may_open(limits, address);
    if (!*refused) {
        eio_timer_stop(limits->loop, &address->expiry);
        address->sessions++;
        return address;
    }
    if (address)
        release_if_idle(address);
    return NULL;
}

void eio_limits_close(eio_limits_t *limits, eio_address_t *address)
{
    (void)limits;
    if (!address)
        return;
    address->sessions--;
    release_if_idle(address);
}

/* ---- behind proxies ---- */

static bool is_address_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
}

void eio_forwarded_address(const char *header, size_t len, unsigned trusted, char out[46])
{
    const char *end = header + len;
    const char *start;
    size_t size = 0;

    out[0] = '\0';
    for (; trusted; trusted--) {
        for (start = end; start > header && start[-1] != ','; start--)
            ;
        if (trusted > 1 && start > header) {
            end = start - 1;
            continue;
        }
        while (start < end && (*start == ' ' || *start == '['))
            start++;
        while (start + size < end && size < ADDRESS_MAX - 1 && is_address_char(start[size]))
            size++;
        memcpy(out, start, size);
        out[size] = '\0';
        return;
    }
}
