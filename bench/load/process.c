/* What the kernel knows about the measured server, from /proc. */
#include "process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

static bool add_thread(pid_t pid, const char *thread, process_times_t *times)
{
    char path[320];
    uint64_t cpu, wait;
    FILE *file;
    bool ok;

    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, thread);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    ok = fscanf(file, "%" SCNu64 " %" SCNu64, &cpu, &wait) == 2;
    fclose(file);
    if (ok) {
        times->cpu_ns += cpu;
        times->wait_ns += wait;
    }
    return ok;
}

bool process_times(pid_t pid, process_times_t *times)
{
    char path[64];
    struct dirent *entry;
    bool any = false;
    DIR *dir;

    *times = (process_times_t){0};
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    dir = opendir(path);
    if (dir == NULL)
        return false;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && add_thread(pid, entry->d_name, times))
            any = true;
    closedir(dir);
    return any;
}

long process_pss(pid_t pid)
{
    char path[64], line[256];
    long pss = -1;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    file = fopen(path, "r");
    if (file == NULL)
        return -1;
    while (pss < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Pss: %ld kB", &pss) != 1)
            pss = -1;
    fclose(file);
    return pss;
}

static uint64_t timeval_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * 1000000000ULL + (uint64_t)tv.tv_usec * 1000ULL;
}

uint64_t process_own_cpu(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
}
