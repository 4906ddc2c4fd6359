/* An intrusive doubly linked list. A node is in at most one list; an initialised, unlinked node
 * points at itself. */
#ifndef SIO_BASE_LIST_H
#define SIO_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sio__list {
    struct sio__list *next;
    struct sio__list *prev;
} sio__list_t;

#define SIO__CONTAINER(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

static inline void sio__list_init(sio__list_t *list)
{
    list->next = list->prev = list;
}

static inline bool sio__list_empty(const sio__list_t *list)
{
    return list->next == list;
}

static inline bool sio__list_linked(const sio__list_t *node)
{
    return node->next != node;
}

static inline void sio__list_append(sio__list_t *list, sio__list_t *node)
{
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void sio__list_prepend(sio__list_t *list, sio__list_t *node)
{
    sio__list_append(list->next, node);
}

static inline void sio__list_remove(sio__list_t *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    sio__list_init(node);
}

static inline sio__list_t *sio__list_pop(sio__list_t *list)
{
    sio__list_t *node = list->next;

    if (node == list)
        return NULL;
    sio__list_remove(node);
    return node;
}

/* Moves all nodes of `from` behind those of `to`. */
static inline void sio__list_splice(sio__list_t *to, sio__list_t *from)
{
    if (sio__list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    sio__list_init(from);
}

#endif
