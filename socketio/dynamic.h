/*
 * Namespaces that come into being when a client asks for them: parents, which say what names they
 * accept, and their children. Upstream's ParentNamespace.
 */
#ifndef SIO_DYNAMIC_H
#define SIO_DYNAMIC_H

#include "socketio/client.h"
#include "socketio/namespace.h"

#include <regex.h>

/* What makes a namespace a parent. */
typedef struct sio__family {
    sio_namespace_t *nsp;
    sio__list_t of_server; /* parents are asked in the order of their making */
    sio__list_t children;
    sio_namespace_fn fn; /* NULL: the pattern */
    void *user;
    regex_t pattern;
} sio__family_t;

/* The first parent whose pattern matches, or NULL. */
sio_namespace_t *sio__parent_matching(const sio_server_t *io, const char *name);

/*
 * Asks the parents whether a client may have a namespace that doesn't exist yet, and connects it
 * there. False: nobody can be asked; the caller refuses.
 */
bool sio__dynamic_connect(sio__client_t *client, sio__span_t name, sio__span_t auth);

/* handle_connect.c */
void sio__connect_to(sio__client_t *client, sio_namespace_t *nsp, sio__span_t auth);
void sio__connect_refuse(sio__client_t *client, sio__span_t name);

/* Its last socket has gone: a child may go as well. */
void sio__child_deserted(sio_namespace_t *child);

/* A parent's children, each with a reference, as an array that ends with NULL. NULL: out of memory.
 */
sio_namespace_t **sio__children_of(const sio_namespace_t *parent);
void sio__children_release(sio_namespace_t **children);

void sio__family_free(sio__family_t *family); /* NULL is allowed */
void sio__parents_free(sio_server_t *io);

#endif
