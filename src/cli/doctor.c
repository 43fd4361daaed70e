/* cli/doctor.c - `doctor`: what may keep the proxy from working, each with a verdict. */

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/daemon.h"
#include "cli/probe.h"
#include "cli/settings.h"
#include "cli/units.h"
#include "store/database.h"

enum { JSON, LEAST_SPACE = 64 << 20 };

static const int64_t EARLIEST_MS = 1767225600000; /* 2026-01-01: no clock that is right is before it */

static const tp_cli_option OPTIONS[] = {
    [JSON] = { "json", NULL, "prints an object" },
    { NULL, NULL, NULL },
};

/* NULL after a problem. */
static const tp_settings *check_config(const tp_cli_call *call, tp_cli_report *report)
{
    tp_config_override overrides[TP_CLI_MOST_OVERRIDES];
    tp_config_source source = tp_cli_settings_source(call, overrides);
    tp_config_problems problems = { 0 };
    const tp_settings *settings = tp_config_load(&source, &problems);

    for (size_t i = 0; i < problems.count; i++)
        tp_cli_report_add(report, problems.items[i].warning ? TP_CLI_NOTE : TP_CLI_PROBLEM, "config", "%s", problems.items[i].text);
    if (settings)
        tp_cli_report_add(report, TP_CLI_FINE, "config", "%s",
                          tp_config_load_file(settings) ? tp_config_load_file(settings) : "no file, all defaults");
    tp_config_problems_free(&problems);
    return settings;
}

/* The nearest folder above `path` that is there; to be freed. */
static char *nearest_folder(const char *path)
{
    char *folder = tp_memory_text(path), *slash;

    while ((slash = strrchr(folder, '/')) && slash > folder) {
        *slash = 0;
        if (access(folder, F_OK) == 0)
            return folder;
    }
    free(folder);
    return tp_memory_text(slash ? "/" : ".");
}

/* It must take new files. */
static void check_folder(const char *path, const char *folder, tp_cli_report *report)
{
    if (access(folder, W_OK | X_OK) == 0)
        tp_cli_report_add(report, TP_CLI_NOTE, "database", "%s is not there yet; `serve` makes it", path);
    else
        tp_cli_report_add(report, TP_CLI_PROBLEM, "database", "%s cannot be made: %s: %s", path, folder, strerror(errno));
}

static void check_space(const char *folder, tp_cli_report *report)
{
    struct statvfs disk;
    uint64_t bytes;

    if (statvfs(folder, &disk) != 0)
        return;
    bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    tp_cli_report_add(report, bytes < LEAST_SPACE ? TP_CLI_PROBLEM : TP_CLI_FINE, "disk", "%s free in %s%s", tp_cli_units_size(bytes).text,
                      folder, bytes < LEAST_SPACE ? "; requests are served but not stored when it is full" : "");
}

/* A client and its provider take a descriptor each; `serve` raises the soft limit to the hard one. */
static void check_descriptors(const tp_listen *listen, tp_cli_report *report)
{
    struct rlimit limit;
    uint64_t wanted = 2 * (uint64_t)listen->max_connections;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_max >= wanted)
        tp_cli_report_add(report, TP_CLI_FINE, "descriptors", "%llu are allowed", (unsigned long long)limit.rlim_max);
    else
        tp_cli_report_add(report, TP_CLI_NOTE, "descriptors",
                          "%llu are allowed, and listen.max_connections may want %llu: clients beyond wait until others leave",
                          (unsigned long long)limit.rlim_max, (unsigned long long)wanted);
}

static void check_database(const char *path, const char *folder, tp_cli_report *report)
{
    tp_database database = { 0 };
    struct stat status;

    if (strcmp(path, ":memory:") == 0) {
        tp_cli_report_add(report, TP_CLI_NOTE, "database", "in memory: nothing is kept");
        return;
    }
    if (stat(path, &status) != 0) {
        check_folder(path, folder, report);
        return;
    }
    if (!tp_database_open_reader(&database, path))
        tp_cli_report_add(report, TP_CLI_PROBLEM, "database", "%s", database.problem);
    else if (access(path, W_OK) != 0)
        tp_cli_report_add(report, TP_CLI_PROBLEM, "database", "%s may not be written", path);
    else
        tp_cli_report_add(report, TP_CLI_FINE, "database", "%s, %s", path, tp_cli_units_size((uint64_t)status.st_size).text);
    tp_database_close(&database);
}

static void check_store(const char *path, tp_cli_report *report)
{
    char *folder = nearest_folder(path);

    check_database(path, folder, report);
    if (strcmp(path, ":memory:") != 0)
        check_space(folder, report);
    free(folder);
}

/* 0 when the address can be had, else the reason. */
static int try_to_bind(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, failure = 0;

    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0)
        failure = errno;
    close(fd);
    return failure;
}

static int port_failure(const tp_listen *listen)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
    char port[16];
    int failure = EADDRNOTAVAIL;

    snprintf(port, sizeof(port), "%u", listen->port);
    if (getaddrinfo(listen->address, port, &hints, &found) == 0) {
        failure = try_to_bind(found);
        freeaddrinfo(found);
    }
    return failure;
}

static void check_port(const tp_settings *settings, tp_cli_report *report)
{
    int failure = port_failure(&settings->listen);
    tp_cli_daemon daemon;

    tp_cli_daemon_find(&daemon, settings);
    if (failure == 0)
        tp_cli_report_add(report, TP_CLI_FINE, "port", "%u on %s is free", settings->listen.port, settings->listen.address);
    else if (failure != EADDRINUSE)
        tp_cli_report_add(report, TP_CLI_PROBLEM, "port", "%u on %s: %s", settings->listen.port, settings->listen.address,
                          strerror(failure));
    else if (tp_cli_daemon_answers(&daemon))
        tp_cli_report_add(report, TP_CLI_NOTE, "port", "%u is held by our own daemon, which is up", settings->listen.port);
    else
        tp_cli_report_add(report, TP_CLI_PROBLEM, "port", "%u on %s is held by another program", settings->listen.port,
                          settings->listen.address);
}

static void check_clock(tp_cli_report *report)
{
    int64_t now = tp_clock_wall(&tp_clock_system);
    char text[TP_CLOCK_TEXT];

    if (now < EARLIEST_MS)
        tp_cli_report_add(report, TP_CLI_PROBLEM, "clock", "%s is in the past", tp_clock_rfc3339(now, text));
    else
        tp_cli_report_add(report, TP_CLI_FINE, "clock", "%s", tp_clock_rfc3339(now, text));
}

static void check_providers(const tp_settings *settings, tp_cli_report *report)
{
    static const tp_config_override NOWHERE[] = { { "store.path", NULL, ":memory:" } };
    tp_config_source nothing = { .overrides = NOWHERE, .override_count = 1 };
    tp_config_problems problems = { 0 };
    const tp_settings *standard = tp_config_load(&nothing, &problems);

    tp_cli_probe_all(settings, standard, report);
    tp_config_problems_free(&problems);
    if (standard)
        tp_settings_drop(standard);
}

static int doctor(const tp_cli_call *call)
{
    tp_cli_report report = { 0 };
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    const tp_settings *settings = check_config(call, &report);
    bool healthy;

    check_clock(&report);
    if (settings) {
        check_store(settings->store.path, &report);
        check_descriptors(&settings->listen, &report);
        check_port(settings, &report);
        check_providers(settings, &report);
        tp_settings_drop(settings);
    }
    healthy = report.problems == 0;
    tp_cli_report_print(&report, call->values[JSON] != NULL, &screen);
    tp_cli_report_free(&report);
    return tp_cli_screen_flush(&screen) || !healthy ? TP_CLI_FAILED : TP_CLI_DONE;
}

const tp_cli_command tp_cli_doctor = {
    .name = "doctor",
    .help = "checks configuration, database, disk, descriptors, port, clock and every provider; exit code 1 on a problem",
    .options = OPTIONS,
    .run = doctor,
};
