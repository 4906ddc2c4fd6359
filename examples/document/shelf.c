/* The documents of shelf.h: few enough for a list. */

#include "shelf.h"

#include <string.h>

static void drop(struct shelf *shelf, struct document *document)
{
    struct document **link = &shelf->first;

    while (*link != document)
        link = &(*link)->next;
    *link = document->next;
    shelf->count--;
    document_free(document);
}

static struct document *longest_unused(const struct shelf *shelf)
{
    struct document *found = NULL;

    for (struct document *each = shelf->first; each; each = each->next)
        if (!each->peers && (!found || each->used_ms < found->used_ms))
            found = each;
    return found;
}

static struct document *add(struct shelf *shelf, const char *id)
{
    struct document *unused = shelf->count < DOCUMENTS_MAX ? NULL : longest_unused(shelf);
    struct document *document;

    if (unused)
        drop(shelf, unused);
    document = shelf->count < DOCUMENTS_MAX ? document_new(id, ++shelf->made) : NULL;
    if (!document)
        return NULL;
    document->next = shelf->first;
    shelf->first = document;
    shelf->count++;
    return document;
}

struct document *shelf_find(const struct shelf *shelf, const char *id)
{
    struct document *document = shelf->first;

    while (document && strcmp(document->id, id) != 0)
        document = document->next;
    return document;
}

struct document *shelf_open(struct shelf *shelf, const char *id)
{
    struct document *document = shelf_find(shelf, id);

    return document ? document : add(shelf, id);
}

void shelf_clear(struct shelf *shelf)
{
    while (shelf->first)
        drop(shelf, shelf->first);
}
