/* The documents that are open. They are in memory only; the one unused for
 * longest goes when room is needed. */
#ifndef DOCUMENT_SHELF_H
#define DOCUMENT_SHELF_H

#include "document.h"

enum { DOCUMENTS_MAX = 200 };

struct shelf {
    struct document *first;
    size_t count;
    unsigned made;
};

/* The document of that name, new when there is none. NULL: people are at all of
 * them, or out of memory. */
struct document *shelf_open(struct shelf *shelf, const char *id);

/* The one that is open, or NULL. */
struct document *shelf_find(const struct shelf *shelf, const char *id);

void shelf_clear(struct shelf *shelf);

#endif
