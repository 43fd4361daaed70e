/* bench/options.c - the words of the load generator's command line. */

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_REQUEST = 1 << 20 };

static const struct option OPTIONS[] = {
    { "port", required_argument, NULL, 'p' },
    { "request", required_argument, NULL, 'q' },
    { "connections", required_argument, NULL, 'c' },
    { "parallel", required_argument, NULL, 'k' },
    { "rate", required_argument, NULL, 'r' },
    { "warm", required_argument, NULL, 'w' },
    { "seconds", required_argument, NULL, 's' },
    { "fresh", no_argument, NULL, 'f' },
    { "hold", required_argument, NULL, 'h' },
    { "pid", required_argument, NULL, 'i' },
    { NULL, 0, NULL, 0 },
};

static void read_request(bench_options *o, const char *path)
{
    FILE *file = fopen(path, "rb");

    o->request = malloc(LARGEST_REQUEST);
    if (!file || !o->request) {
        perror(path);
        exit(1);
    }
    o->request_size = fread(o->request, 1, LARGEST_REQUEST, file);
    fclose(file);
}

static void set_option(bench_options *o, int letter, const char *value)
{
    switch (letter) {
    case 'p':
        o->port = (uint16_t)strtoul(value, NULL, 10);
        break;
    case 'q':
        read_request(o, value);
        break;
    case 'c':
        o->connections = (unsigned)strtoul(value, NULL, 10);
        break;
    case 'k':
        o->parallel = (unsigned)strtoul(value, NULL, 10);
        break;
    case 'r':
        o->rate = strtod(value, NULL);
        break;
    case 'w':
        o->warm = strtod(value, NULL);
        break;
    case 's':
        o->seconds = strtod(value, NULL);
        break;
    case 'f':
        o->fresh = true;
        break;
    case 'h':
        o->holds = strcmp(value, "idle") == 0 ? BENCH_HOLD_IDLE : BENCH_HOLD_STREAM;
        break;
    case 'i':
        o->pid = (pid_t)strtol(value, NULL, 10);
        break;
    default:
        exit(2);
    }
}

void bench_options_read(bench_options *o, int argc, char **argv)
{
    int letter;

    *o = (bench_options){ .connections = 32, .parallel = 64, .warm = 0.2, .seconds = 1 };
    while ((letter = getopt_long(argc, argv, "", OPTIONS, NULL)) >= 0)
        set_option(o, letter, optarg);
    if (!o->request || o->port == 0 || o->connections == 0) {
        fputs("load: needs --port, --request and --connections\n", stderr);
        exit(2);
    }
}
