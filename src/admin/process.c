/* admin/process.c - reads the figures of the process from /proc. */

#include "admin/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Second field of statm: resident pages (proc(5)). */
static uint64_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    uint64_t pages;

    if (!file)
        return 0;
    pages = fgets(line, sizeof(line), file) ? strtoull(line + strcspn(line, " "), NULL, 10) : 0;
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Entries of the folder less `.`, `..` and the descriptor that reads it. */
static uint64_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t count = 0;

    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count > 3 ? count - 3 : 0;
}

void tp_process_measure(tp_process *process)
{
    process->rss_bytes = resident_bytes();
    process->open_fds = open_descriptors();
}
