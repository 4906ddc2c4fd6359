/* The figures of a run as one line of JSON on stdout. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static void print_setup(const options_t *options)
{
    printf("{\"workload\":\"%s\",\"connections\":%u,\"idle\":%u,\"depth\":%u,\"size\":%zu",
           options->workload, options->connections, options->idle, options->depth, options->size);
}

static void print_rate(const load_t *load, const figures_t *figures)
{
    printf(",\"seconds\":%.3f,\"messages\":%" PRIu64 ",\"messages_per_second\":%.0f",
           figures->seconds, figures->messages, (double)figures->messages / figures->seconds);
    if (figures->has_cpu)
        printf(",\"server_cpu_us_per_message\":%.3f,\"server_cpu_percent\":%.1f"
               ",\"server_wait_percent\":%.1f",
               figures->server_cpu_us, figures->server_percent, figures->server_wait_percent);
    printf(",\"generator_cpu_percent\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f", figures->own_percent,
           (double)histogram_quantile(&load->latencies, 0.5) / 1000,
           (double)histogram_quantile(&load->latencies, 0.99) / 1000);
}

static void print_memory(const figures_t *figures)
{
    printf(",\"pss_before_kib\":%ld,\"pss_after_kib\":%ld,\"pss_kib_per_connection\":%.3f"
           ",\"pss_kib_per_connection_second_half\":%.3f",
           figures->pss_before, figures->pss_after, figures->pss_per_connection,
           figures->pss_per_late_connection);
}

static void print_growth(const figures_t *figures)
{
    printf(",\"pss_before_kib\":%ld,\"pss_after_kib\":%ld,\"cycles\":%" PRIu64
           ",\"pss_growth_percent\":%.2f",
           figures->pss_before, figures->pss_after, figures->cycles,
           100.0 * (double)(figures->pss_after - figures->pss_before) /
               (double)figures->pss_before);
}

static void print_faults(const faults_t *faults)
{
    printf(",\"errors\":%" PRIu64, faults_total(faults));
    for (unsigned i = 0; i < FAULT_KINDS; i++)
        if (faults->counts[i] > 0)
            printf(",\"%s\":%" PRIu64, fault_name((fault_t)i), faults->counts[i]);
}

void report_print(const load_t *load, const figures_t *figures)
{
    print_setup(&load->options);
    if (figures->seconds > 0)
        print_rate(load, figures);
    if (figures->pss_after >= 0 && figures->cycles > 0)
        print_growth(figures);
    else if (figures->pss_after >= 0)
        print_memory(figures);
    print_faults(&load->faults);
    puts("}");
}
