#include "base/map.h"

#include "base/alloc.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_BUCKETS = 8 };

void sio__map_init(sio__map_t *map)
{
    memset(map, 0, sizeof(*map));
}

void sio__map_free(sio__map_t *map)
{
    sio__free(map->buckets);
    sio__map_init(map);
}

/* A kernel without getentropy leaves a key that is hard to guess rather than impossible. */
static void choose_seed(sio__map_t *map)
{
    struct timespec now;

    if (getentropy(map->seed, sizeof(map->seed)) == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    map->seed[0] = (uint64_t)now.tv_nsec * UINT64_C(0x9e3779b97f4a7c15);
    map->seed[1] = (uint64_t)(uintptr_t)map->buckets ^ (uint64_t)now.tv_sec << 32;
}

static void link_node(sio__map_t *map, sio__map_node_t *node)
{
    sio__map_node_t **bucket = &map->buckets[node->hash & map->mask];

    node->next = *bucket;
    *bucket = node;
}

static int first_table(sio__map_t *map)
{
    map->buckets = sio__calloc(FIRST_BUCKETS, sizeof(*map->buckets));
    if (!map->buckets)
        return -1;
    map->mask = FIRST_BUCKETS - 1;
    choose_seed(map);
    return 0;
}

/* Without memory the map stays as it is: slower, not wrong. */
static void grow(sio__map_t *map)
{
    sio__map_node_t **old = map->buckets;
    size_t old_size = map->mask + 1;
    sio__map_node_t **buckets = sio__calloc(old_size * 2, sizeof(*buckets));

    if (!buckets)
        return;
    map->buckets = buckets;
    map->mask = old_size * 2 - 1;
    for (size_t i = 0; i < old_size; i++) {
        for (sio__map_node_t *node = old[i], *next; node; node = next) {
            next = node->next;
            link_node(map, node);
        }
    }
    sio__free(old);
}

sio__map_node_t *sio__map_find(const sio__map_t *map, const char *key, size_t key_len)
{
    uint64_t hash;

    if (!map->count)
        return NULL;
    hash = sio__siphash(map->seed, key, key_len);
    for (sio__map_node_t *node = map->buckets[hash & map->mask]; node; node = node->next) {
        if (node->hash == hash && node->key_len == key_len &&
            (!key_len || memcmp(node->key, key, key_len) == 0))
            return node;
    }
    return NULL;
}

int sio__map_insert(sio__map_t *map, sio__map_node_t *node, const char *key, size_t key_len)
{
    if (!map->buckets && first_table(map) < 0)
        return -1;
    if (map->count > map->mask)
        grow(map);
    node->key = key;
    node->key_len = key_len;
    node->hash = sio__siphash(map->seed, key, key_len);
    link_node(map, node);
    map->count++;
    return 0;
}

void sio__map_remove(sio__map_t *map, sio__map_node_t *node)
{
    sio__map_node_t **link;

    if (!map->buckets)
        return;
    for (link = &map->buckets[node->hash & map->mask]; *link; link = &(*link)->next) {
        if (*link == node) {
            *link = node->next;
            node->next = NULL;
            map->count--;
            return;
        }
    }
}

void sio__map_each(const sio__map_t *map, void (*fn)(sio__map_node_t *node, void *user), void *user)
{
    for (size_t i = 0; map->buckets && i <= map->mask; i++)
        for (sio__map_node_t *node = map->buckets[i]; node; node = node->next)
            fn(node, user);
}
