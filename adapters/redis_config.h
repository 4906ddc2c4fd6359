/* How Redis is reached: what a URL and the program's options say, checked and copied. */
#ifndef SIO_REDIS_CONFIG_H
#define SIO_REDIS_CONFIG_H

#include "base/span.h"

#include <socketio/redis.h>

typedef struct sio__redis_address {
    char *host; /* NULL: a Unix socket */
    int port;
    char *path;
} sio__redis_address_t;

typedef struct sio__redis_login {
    char *user, *password; /* NULL: none */
} sio__redis_login_t;

typedef struct sio__redis_sentinels {
    sio__redis_address_t *items; /* count 0: none */
    size_t count;
    char *master;
    sio__redis_login_t login;
} sio__redis_sentinels_t;

/* Shared by all connections that are made of it, on one thread. */
typedef struct sio__redis_config {
    unsigned refs;
    sio__redis_address_t address;
    sio__redis_login_t login;
    int database;
    struct ssl_ctx_st *tls; /* NULL: without */
    bool tls_no_verify;
    char *server_name; /* NULL: the host */
    sio__redis_sentinels_t sentinels;
    unsigned connect_timeout_ms, retry_min_ms, retry_max_ms, ping_interval_ms, ping_timeout_ms;
    size_t buffer_limit;
    sio_redis_state_fn on_state;
    void *user;
} sio__redis_config_t;

/* New; NULL when something in it is wrong (*error says what) or out of memory (likewise). */
sio__redis_config_t *sio__redis_config_new(const char *url, const sio_redis_connection_t *options,
                                           const char **error);
sio__redis_config_t *sio__redis_config_ref(sio__redis_config_t *config);
void sio__redis_config_unref(sio__redis_config_t *config); /* NULL is allowed */

/* What a URL says. The parts are copies, to be freed with sio__redis_url_free(). 0, SIO_EINVAL,
 * SIO_ENOMEM; then there is nothing to free. */
typedef struct sio__redis_url {
    bool tls;
    sio__redis_address_t address;
    sio__redis_login_t login;
    int database;
} sio__redis_url_t;

int sio__redis_url_parse(sio__redis_url_t *url, const char *text);
void sio__redis_url_free(sio__redis_url_t *url);

/* "host:port", "[::1]:port", "host" with that port otherwise. The same errors. */
int sio__redis_address_parse(sio__redis_address_t *address, sio__span_t text, int port);
void sio__redis_address_free(sio__redis_address_t *address);
int sio__redis_address_copy(sio__redis_address_t *to, const sio__redis_address_t *from);

#endif
