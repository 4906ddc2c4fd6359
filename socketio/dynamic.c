#include "socketio/dynamic.h"

#include "base/alloc.h"
#include "socketio/event.h"
#include "socketio/next.h"
#include "socketio/recovery.h"
#include "socketio/socket.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 1024, /* longer names are nobody's: a pattern may take long for them */
    CHECKS_MAX = 256       /* questions about one client that wait for their answers */
};

static const char area[] = "socket.io:parent-namespace";

/* ------------------------------------------------------------------------------------- parents */

static sio__family_t *family_of(sio__list_t *node)
{
    return SIO__CONTAINER(node, sio__family_t, of_server);
}

void sio__family_free(sio__family_t *family)
{
    if (family && !family->fn)
        regfree(&family->pattern);
    sio__free(family);
}

void sio__parents_free(sio_server_t *io)
{
    sio__list_t *node;

    while ((node = sio__list_pop(&io->dynamic.parents)))
        sio__namespace_unref(family_of(node)->nsp);
}

/* Takes the family, whether it succeeds or not. */
static sio_namespace_t *new_parent(sio_server_t *io, sio__family_t *family)
{
    char name[32];

    snprintf(name, sizeof(name), "/_%u", io->dynamic.parents_made++);
    family->nsp = sio__namespace_new_hidden(io, name);
    if (!family->nsp) {
        sio__family_free(family);
        return NULL;
    }
    family->nsp->family = family;
    sio__list_init(&family->children);
    sio__list_append(&io->dynamic.parents, &family->of_server);
    SIO__LOG(&io->log, SIO__DEBUG, "socket.io:server", "parent namespace %s initialised", name);
    return family->nsp;
}

sio_namespace_t *sio_of_pattern(sio_server_t *io, const char *pattern)
{
    sio__family_t *family;

    SIO__LOOP_ONLY(io);
    family = pattern ? sio__calloc(1, sizeof(*family)) : NULL;
    if (!family)
        return NULL;
    if (regcomp(&family->pattern, pattern, REG_EXTENDED | REG_NOSUB)) {
        SIO__LOG(&io->log, SIO__ERROR, "socket.io:server", "not a regular expression: %s", pattern);
        sio__free(family);
        return NULL;
    }
    return new_parent(io, family);
}

sio_namespace_t *sio_of_function(sio_server_t *io, sio_namespace_fn fn, void *user)
{
    sio__family_t *family;

    SIO__LOOP_ONLY(io);
    family = fn ? sio__calloc(1, sizeof(*family)) : NULL;
    if (!family)
        return NULL;
    family->fn = fn;
    family->user = user;
    return new_parent(io, family);
}

static bool matches(const sio__family_t *family, const char *name)
{
    return regexec(&family->pattern, name, 0, NULL, 0) == 0;
}

sio_namespace_t *sio__parent_matching(const sio_server_t *io, const char *name)
{
    sio__list_t *node;

    for (node = io->dynamic.parents.next; node != &io->dynamic.parents; node = node->next) {
        sio__family_t *family = family_of(node);

        if (!family->fn && matches(family, name))
            return family->nsp;
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------ children */

void sio__child_deserted(sio_namespace_t *child)
{
    sio_server_t *io = child->server;

    /* At the shutdown all go together. */
    if (!io->dynamic.cleanup || io->shutting_down || sio__recovery_expects(child))
        return;
    SIO__LOG(&io->log, SIO__DEBUG, area, "closing child namespace %s", child->name);
    sio__namespace_forget(child);
}

sio_namespace_t **sio__children_of(const sio_namespace_t *parent)
{
    const sio__list_t *all = &parent->family->children, *node;
    sio_namespace_t **children;
    size_t count = 0;

    for (node = all->next; node != all; node = node->next)
        count++;
    children = sio__malloc((count + 1) * sizeof(sio_namespace_t *));
    if (!children)
        return NULL;
    count = 0;
    for (node = all->next; node != all; node = node->next) {
        children[count] = SIO__CONTAINER(node, sio_namespace_t, of_parent);
        sio__namespace_ref(children[count++]);
    }
    children[count] = NULL;
    return children;
}

void sio__children_release(sio_namespace_t **children)
{
    for (size_t i = 0; children[i]; i++)
        sio__namespace_unref(children[i]);
    sio__free(children);
}

void sio_namespace_each_child(sio_namespace_t *parent,
                              bool (*fn)(sio_namespace_t *child, void *user), void *user)
{
    sio_namespace_t **children;

    SIO__LOOP_ONLY(parent->server);
    children = parent->family ? sio__children_of(parent) : NULL;
    if (!children)
        return;
    for (size_t i = 0; children[i] && fn(children[i], user); i++)
        ;
    sio__children_release(children);
}

/* ---------------------------------------------------------------- a client asks for one of them */

typedef struct checking {
    sio_next_t next;
    sio__client_t *client; /* a reference */
    sio__family_t *family; /* whose turn it is */
    json_t *auth;          /* parsed for the first function */
    size_t name_len, auth_len;
    char text[]; /* the name, NUL, the CONNECT packet's payload */
} checking_t;

static checking_t *checking_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, checking_t, next);
}

static sio__span_t auth_of(const checking_t *checking)
{
    return (sio__span_t){checking->text + checking->name_len + 1, checking->auth_len};
}

static const json_t *auth_json(checking_t *checking)
{
    if (!checking->auth)
        checking->auth = checking->auth_len ? sio__json_parse(auth_of(checking)) : json_object();
    return checking->auth;
}

static void ask(sio_next_t *next)
{
    checking_t *checking = checking_of(next);
    const sio__family_t *family = checking->family;

    if (family->fn)
        family->fn(checking->text, auth_json(checking), next, family->user);
    else if (matches(family, checking->text))
        sio_next_ok(next);
    else
        sio_next_error(next, NULL, NULL);
}

static bool go_on(sio_next_t *next)
{
    checking_t *checking = checking_of(next);
    sio__list_t *after = checking->family->of_server.next;

    if (!next->refused || after == &next->server->dynamic.parents)
        return false;
    sio__next_forget_answer(next);
    checking->family = family_of(after);
    return true;
}

static sio_namespace_t *make_child(checking_t *checking)
{
    sio_server_t *io = checking->next.server;

    if (io->dynamic.children < io->dynamic.max_children)
        return sio__namespace_new(io, checking->text, checking->family->nsp);
    SIO__LOG(&io->log, SIO__WARN, area, "%s refused: there are %zu child namespaces already",
             checking->text, io->dynamic.children);
    return NULL;
}

static void finish(sio_next_t *next)
{
    checking_t *checking = checking_of(next);
    sio__span_t name = {checking->text, checking->name_len};
    sio_namespace_t *nsp;

    checking->client->checks--;
    if (!checking->client->session || next->server->shutting_down)
        return;
    nsp = next->refused ? NULL : sio__namespace_find(next->server, name);
    if (!nsp && !next->refused)
        nsp = make_child(checking);
    if (nsp)
        sio__connect_to(checking->client, nsp, auth_of(checking));
    else
        sio__connect_refuse(checking->client, name);
}

static void free_checking(sio_next_t *next)
{
    checking_t *checking = checking_of(next);

    sio__client_unref(checking->client, sio__on_loop(next->server));
    json_decref(checking->auth);
    sio__free(checking);
}

static const sio__next_ops_t checking_ops = {ask, go_on, finish, free_checking};

bool sio__dynamic_connect(sio__client_t *client, sio__span_t name, sio__span_t auth)
{
    sio_server_t *io = client->server;
    checking_t *checking;

    if (sio__list_empty(&io->dynamic.parents) || client->checks >= CHECKS_MAX ||
        name.len > NAME_MAX_BYTES || memchr(name.data, '\0', name.len))
        return false;
    checking = sio__calloc(1, sizeof(*checking) + name.len + auth.len + 2);
    if (!checking)
        return false;
    sio__next_init(&checking->next, &checking_ops, io);
    atomic_fetch_add(&client->refs, 1);
    client->checks++;
    checking->client = client;
    checking->family = family_of(io->dynamic.parents.next);
    checking->name_len = name.len;
    checking->auth_len = auth.len;
    memcpy(checking->text, name.data, name.len);
    if (auth.len)
        memcpy(checking->text + name.len + 1, auth.data, auth.len);
    sio__next_start(&checking->next);
    return true;
}
