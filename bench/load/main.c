/* The load generator: reads the command line, runs one workload, prints what it found. */
#include "load.h"
#include "payload.h"
#include "report.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Beside the connections: standard streams, epoll, files under /proc. */
#define OTHER_FILES 64

static const workload_t *const workloads[] = {
    &workload_echo, &workload_ack,   &workload_bin,  &workload_bcast, &workload_relay,
    &workload_poll, &workload_churn, &workload_leak, &workload_idle,  &workload_park,
};

static const workload_t *find_workload(const char *name)
{
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

static bool raise_file_limit(const options_t *options)
{
    /* A polling client has two connections. */
    rlim_t each = strcmp(options->workload, workload_poll.name) == 0 ? 2 : 1;
    rlim_t needed = each * options->connections + options->idle + OTHER_FILES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_cur >= needed)
        return true;
    limit.rlim_cur = needed;
    if (limit.rlim_max < needed)
        limit.rlim_max = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return true;
    fprintf(stderr, "sioload: needs %lu open files: raise `ulimit -Hn'\n", (unsigned long)needed);
    return false;
}

static bool prepare(load_t *load)
{
    load->address.sin_family = AF_INET;
    load->address.sin_port = htons((uint16_t)load->options.port);
    if (inet_pton(AF_INET, load->options.host, &load->address.sin_addr) != 1) {
        fprintf(stderr, "sioload: --host: not an IPv4 address: %s\n", load->options.host);
        return false;
    }
    payload_init();
    if (!raise_file_limit(&load->options))
        return false;
    if (loop_init(&load->loop) == 0)
        return true;
    perror("sioload: epoll_create1");
    return false;
}

int main(int argc, char **argv)
{
    static load_t load;
    figures_t figures = {.pss_before = -1, .pss_after = -1};
    const workload_t *workload;
    bool measured;

    options_parse(&load.options, argc, argv);
    workload = find_workload(load.options.workload);
    if (workload == NULL) {
        fprintf(stderr, "sioload: --workload: no such workload: %s\n", load.options.workload);
        return 2;
    }
    if (!prepare(&load))
        return 2;
    measured = workload->run(&load, &figures);
    report_print(&load, &figures);
    if (faults_total(&load.faults) > 0)
        return 1;
    return measured ? 0 : 2;
}
