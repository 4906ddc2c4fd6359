#include "tests/unit/redis_process.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A Redis Cluster's server also takes the port 10,000 above its own. */
enum { MAX_ARGUMENTS = 32, PATIENCE_MS = 60000, CLUSTER_PORTS = 55536 };

int redis_installed(void)
{
    return system("command -v redis-server >/dev/null 2>&1") == 0;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

int redis_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static int answers(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char reply[8];
    int pong = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
               write(fd, "PING\r\n", 6) == 6 && read(fd, reply, sizeof(reply)) > 0;

    close(fd);
    return pong;
}

static void run(const redis_process_t *redis, const char *const *arguments)
{
    char port[16];
    const char *words[MAX_ARGUMENTS] = {"redis-server", "--port",    port,       "--bind",
                                        "127.0.0.1",    "--save",    "",         "--appendonly",
                                        "no",           "--logfile", "/dev/null"};
    size_t count = 0;

    snprintf(port, sizeof(port), "%d", redis->port);
    while (words[count])
        count++;
    for (; arguments && *arguments && count + 1 < MAX_ARGUMENTS; arguments++)
        words[count++] = *arguments;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(words[0], (char *const *)(void *)words);
    _exit(127);
}

static void wait_for(const redis_process_t *redis)
{
    const struct timespec pause = {0, 10000000};
    int waited = 0;

    while (!answers(redis->port)) {
        ck_assert_msg(waited < PATIENCE_MS, "redis-server doesn't answer");
        nanosleep(&pause, NULL);
        waited += 10;
    }
}

void redis_start(redis_process_t *redis, int port, const char *const *arguments)
{
    redis->port = port;
    while (redis->port == 0 || redis->port >= CLUSTER_PORTS)
        redis->port = redis_free_port();
    snprintf(redis->url, sizeof(redis->url), "redis://127.0.0.1:%d", redis->port);
    redis->pid = fork();
    ck_assert_int_ge(redis->pid, 0);
    if (redis->pid == 0)
        run(redis, arguments);
    wait_for(redis);
}

void redis_start_sentinel(redis_process_t *sentinel, const redis_process_t *master,
                          const char *folder)
{
    char path[128];
    FILE *file;

    sentinel->port = redis_free_port();
    snprintf(path, sizeof(path), "%s/sentinel.conf", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "port %d\nbind 127.0.0.1\nlogfile /dev/null\ndir %s\n"
            "sentinel monitor mymaster 127.0.0.1 %d 1\n"
            "sentinel down-after-milliseconds mymaster 500\n"
            "sentinel failover-timeout mymaster 2000\n",
            sentinel->port, folder, master->port);
    fclose(file);
    sentinel->pid = fork();
    ck_assert_int_ge(sentinel->pid, 0);
    if (sentinel->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("redis-server", "redis-server", path, "--sentinel", (char *)NULL);
        _exit(127);
    }
    wait_for(sentinel);
}

void redis_kill(redis_process_t *redis)
{
    if (redis->pid <= 0)
        return;
    kill(redis->pid, SIGKILL);
    waitpid(redis->pid, NULL, 0);
    redis->pid = 0;
}
