#include "adapters/redis_sentinel.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

struct sio__redis_search {
    uv_loop_t *loop;
    const sio__log_t *log;
    sio__redis_config_t *config;
    size_t index, left; /* the sentinel being asked; those still to be asked */
    sio__redis_t *redis;
    bool answered; /* found or not, or nobody wants to know */
    sio__redis_found_fn found;
    void (*gone)(void *user);
    void *user;
    char error[160];
};

static bool ask_next(sio__redis_search_t *search);

static void free_search(sio__redis_search_t *search)
{
    sio__redis_config_unref(search->config);
    sio__free(search);
}

static void answer(sio__redis_search_t *search, const sio__redis_address_t *master,
                   const char *error);

static void on_closed(void *user)
{
    sio__redis_search_t *search = user;

    search->redis = NULL;
    if (!search->answered && ask_next(search))
        return;
    answer(search, NULL, search->error[0] ? search->error : "out of memory");
    search->gone(search->user);
    free_search(search);
}

static void answer(sio__redis_search_t *search, const sio__redis_address_t *master,
                   const char *error)
{
    if (search->answered)
        return;
    search->answered = true;
    search->found(master, error, search->user);
    if (search->redis)
        sio__redis_close(search->redis, on_closed, search);
}

/* Goes on with the next one when this one's connection is closed. */
static void give_up(sio__redis_search_t *search, const char *error)
{
    if (search->answered || !search->redis)
        return;
    snprintf(search->error, sizeof(search->error), "sentinel: %s", error);
    sio__redis_close(search->redis, on_closed, search);
}

static bool is_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING;
}

/* [host, port], nil when there is no such master. */
static void on_master(const redisReply *reply, void *user)
{
    sio__redis_search_t *search = user;
    sio__redis_address_t master;

    if (!reply)
        return; /* disconnected() says why */
    if (reply->type == REDIS_REPLY_ERROR) {
        give_up(search, reply->str);
        return;
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !is_text(reply->element[0]) ||
        !is_text(reply->element[1])) {
        give_up(search, "knows no such master");
        return;
    }
    master = (sio__redis_address_t){reply->element[0]->str, atoi(reply->element[1]->str), NULL};
    answer(search, &master, NULL);
}

static void on_disconnected(sio__redis_t *redis, const char *error, void *user)
{
    (void)redis;
    give_up(user, error);
}

static const sio__redis_events_t events = {.disconnected = on_disconnected};

/* False: nobody is left to be asked. */
static bool ask_next(sio__redis_search_t *search)
{
    const sio__redis_sentinels_t *sentinels = &search->config->sentinels;
    sio__redis_setup_t setup = {
        .loop = search->loop,
        .log = search->log,
        .config = search->config,
        .address = &sentinels->items[search->index],
        .login = &sentinels->login,
        .events = &events,
        .user = search,
        .once = true,
        .no_role = true,
    };

    if (!search->left)
        return false;
    search->left--;
    search->index = (search->index + 1) % sentinels->count;
    search->redis = sio__redis_new(&setup);
    if (!search->redis)
        return false;
    if (SIO__REDIS_COMMAND(search->redis, on_master, search, SIO__WORD("SENTINEL"),
                           SIO__WORD("get-master-addr-by-name"), SIO__WORD(sentinels->master)))
        give_up(search, "out of memory");
    return true;
}

sio__redis_search_t *sio__redis_search(uv_loop_t *loop, const sio__log_t *log,
                                       sio__redis_config_t *config, unsigned start,
                                       sio__redis_found_fn found, void (*gone)(void *user),
                                       void *user)
{
    sio__redis_search_t *search = sio__calloc(1, sizeof(*search));
    const sio__redis_sentinels_t *sentinels = &config->sentinels;

    if (!search)
        return NULL;
    search->loop = loop;
    search->log = log;
    search->config = sio__redis_config_ref(config);
    search->left = sentinels->count;
    search->index = start % sentinels->count;
    search->found = found;
    search->gone = gone;
    search->user = user;
    if (ask_next(search))
        return search;
    free_search(search);
    return NULL;
}

void sio__redis_search_cancel(sio__redis_search_t *search)
{
    search->answered = true;
    if (search->redis)
        sio__redis_close(search->redis, on_closed, search);
}
