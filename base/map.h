/*
 * A hash table from byte-string keys to intrusive nodes: insertion allocates nothing but the
 * table's growth. Hashes are SipHash-1-3 with a random key per table, since clients choose some of
 * the keys. It has no order; owners that need one keep a list.
 */
#ifndef SIO_BASE_MAP_H
#define SIO_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct sio__map_node {
    struct sio__map_node *next;
    uint64_t hash;
    const char *key; /* within the node's owner; stays as it is while the node is in a map */
    size_t key_len;
} sio__map_node_t;

typedef struct sio__map {
    sio__map_node_t **buckets;
    size_t mask; /* bucket count - 1, when there are any */
    size_t count;
    uint64_t seed[2];
} sio__map_t;

void sio__map_init(sio__map_t *map);
void sio__map_free(sio__map_t *map); /* the table, not the nodes */

sio__map_node_t *sio__map_find(const sio__map_t *map, const char *key, size_t key_len);

/* Sets node->key and adds it; the key must not be there yet. 0, or -1 out of memory. */
int sio__map_insert(sio__map_t *map, sio__map_node_t *node, const char *key, size_t key_len);
void sio__map_remove(sio__map_t *map, sio__map_node_t *node);

/* `fn` must not change the map. */
void sio__map_each(const sio__map_t *map, void (*fn)(sio__map_node_t *node, void *user),
                   void *user);

uint64_t sio__siphash(const uint64_t seed[2], const void *data, size_t len);

#endif
