/* A redis-server of the test's own, on a free port of the loopback. */
#ifndef TESTS_REDIS_PROCESS_H
#define TESTS_REDIS_PROCESS_H

#include <sys/types.h>

typedef struct redis_process {
    pid_t pid;
    int port;
    char url[64];
} redis_process_t;

/* Whether there is such a program here. */
int redis_installed(void);

/* Starts one and waits until it listens. port 0: a free one. `arguments` (may be NULL) end with
 * NULL. */
void redis_start(redis_process_t *redis, int port, const char *const *arguments);
void redis_kill(redis_process_t *redis);

/* A sentinel that watches it as "mymaster", its configuration in that folder. */
void redis_start_sentinel(redis_process_t *sentinel, const redis_process_t *master,
                          const char *folder);

int redis_free_port(void);

#endif
