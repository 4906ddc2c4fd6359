/* The command line of the load generator. */
#include "options.h"
#include "payload.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 1000000
#define DEPTH_MAX       100000
#define COUNT_MAX       1000000000000

static const char usage[] =
    "Usage: sioload --port PORT [OPTION]...\n"
    "Loads a Socket.IO server, checks every byte it answers, prints one line of JSON.\n"
    "\n"
    "  --port N         port of the server\n"
    "  --host ADDRESS   IPv4 address of the server (127.0.0.1)\n"
    "  --pid N          process of the server: adds its CPU time or memory to the figures\n"
    "  --workload NAME  echo, ack, bin: N messages in flight on each connection (echo)\n"
    "                   bcast: one sender, everybody in the room receives\n"
    "                   relay: rooms of ten, each client speaks to its own\n"
    "                   poll: echo over HTTP long-polling\n"
    "                   churn: handshake, join the namespace `/', close, again\n"
    "                   leak: memory after many such connections, against the first 10,000\n"
    "                   idle: memory of connections that do nothing (needs --pid, as leak)\n"
    "                   park: the same over long-polling, a GET held for each\n"
    "  --connections N  connections that work (100)\n"
    "  --idle N         connections beside them that only answer pings (0)\n"
    "  --depth N        messages in flight, for each connection or sender (1)\n"
    "  --size N         bytes of payload, at least 16 (32)\n"
    "  --warmup S       seconds before the window (1)\n"
    "  --seconds S      seconds of the window (2)\n"
    "  --messages N     end the window after N messages, whatever the time\n"
    "  --cycles N       connections that come and go in leak (1000000)\n"
    "\n"
    "Exit status: 0 all answers right, 1 a fault of the server, 2 nothing measured.\n";

static void reject(const char *option, const char *text)
{
    fprintf(stderr, "sioload: --%s: bad value: %s\n", option, text);
    exit(2);
}

static unsigned long whole(const char *option, const char *text, unsigned long min,
                           unsigned long max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || text[0] == '-' || value < min || value > max)
        reject(option, text);
    return value;
}

static double seconds(const char *option, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end != '\0' || !(value >= 0 && value <= 86400))
        reject(option, text);
    return value;
}

static const struct option long_options[] = {
    {"port", required_argument, NULL, 'p'},
    {"host", required_argument, NULL, 'h'},
    {"pid", required_argument, NULL, 'P'},
    {"workload", required_argument, NULL, 'w'},
    {"connections", required_argument, NULL, 'c'},
    {"idle", required_argument, NULL, 'i'},
    {"depth", required_argument, NULL, 'd'},
    {"size", required_argument, NULL, 's'},
    {"warmup", required_argument, NULL, 'W'},
    {"seconds", required_argument, NULL, 'S'},
    {"messages", required_argument, NULL, 'm'},
    {"cycles", required_argument, NULL, 'C'},
    {"help", no_argument, NULL, 'H'},
    {NULL, 0, NULL, 0},
};

static void take(options_t *options, int letter, const char *name)
{
    switch (letter) {
    case 'p':
        options->port = (unsigned)whole(name, optarg, 1, 65535);
        break;
    case 'h':
        options->host = optarg;
        break;
    case 'P':
        options->pid = (pid_t)whole(name, optarg, 1, 1UL << 30);
        break;
    case 'w':
        options->workload = optarg;
        break;
    case 'c':
        options->connections = (unsigned)whole(name, optarg, 1, CONNECTIONS_MAX);
        break;
    case 'i':
        options->idle = (unsigned)whole(name, optarg, 0, CONNECTIONS_MAX);
        break;
    case 'd':
        options->depth = (unsigned)whole(name, optarg, 1, DEPTH_MAX);
        break;
    case 's':
        options->size = whole(name, optarg, PAYLOAD_MIN, PAYLOAD_MAX);
        break;
    case 'W':
        options->warmup = seconds(name, optarg);
        break;
    case 'S':
        options->seconds = seconds(name, optarg);
        break;
    case 'm':
        options->messages = whole(name, optarg, 1, COUNT_MAX);
        break;
    case 'C':
        options->cycles = whole(name, optarg, 1, COUNT_MAX);
        break;
    case 'H':
        fputs(usage, stdout);
        exit(0);
    default:
        fputs(usage, stderr);
        exit(2);
    }
}

void options_parse(options_t *options, int argc, char **argv)
{
    int letter, index = 0;

    *options = (options_t){
        .host = "127.0.0.1",
        .workload = "echo",
        .connections = 100,
        .depth = 1,
        .size = 32,
        .cycles = 1000000,
        .warmup = 1,
        .seconds = 2,
    };
    while ((letter = getopt_long(argc, argv, "", long_options, &index)) != -1)
        take(options, letter, letter == '?' ? "" : long_options[index].name);
    if (options->port == 0 || optind != argc) {
        fputs(usage, stderr);
        exit(2);
    }
}
