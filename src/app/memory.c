/* app/memory.c - how much memory requests may take when the config does not say it. */

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "app/private.h"

/* The limit of cgroup version 2, the nearest one set on the way up; UINT64_MAX when there is none. */
static uint64_t cgroup_limit(void)
{
    char path[512] = "/sys/fs/cgroup", line[400] = "";
    uint64_t limit = UINT64_MAX, found;
    FILE *file = fopen("/proc/self/cgroup", "re");
    size_t root = strlen(path);

    if (!file)
        return limit;
    while (fgets(line, sizeof(line), file) && strncmp(line, "0::", 3) != 0)
        line[0] = 0;
    fclose(file);
    line[strcspn(line, "\n")] = 0;
    strncat(path, line[0] ? line + 3 : "", sizeof(path) - root - 1);
    for (char *end = path + strlen(path); end && (size_t)(end - path) >= root; end = strrchr(path, '/')) {
        snprintf(end, sizeof(path) - (size_t)(end - path), "/memory.max");
        file = fopen(path, "re");
        if (file && fgets(line, sizeof(line), file) && tp_bytes_number(tp_bytes_of(line, strcspn(line, "\n")), &found) && found < limit)
            limit = found;
        if (file)
            fclose(file);
        *end = 0;
    }
    return limit;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t tp_app_memory_limit(const tp_settings *settings)
{
    uint64_t constrained = uv_get_constrained_memory(), machine = uv_get_total_memory();
    struct rlimit space;

    if (settings->listen.max_memory)
        return settings->listen.max_memory;
    if (constrained)
        machine = smaller(machine, constrained);
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        machine = smaller(machine, space.rlim_cur);
    return smaller(machine, cgroup_limit()) / 2;
}
