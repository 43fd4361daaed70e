/* store/place.c - makes and tests the folder in which the database lives. */

#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static bool make_folders(char *folder)
{
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST && access(folder, F_OK) != 0)
            return false;
        *slash = '/';
    }
    return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

static bool usable(char *folder, char *problem, size_t size)
{
    const char *failed = NULL;

    if (!make_folders(folder))
        failed = "make";
    else if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
        failed = "write to";
    if (failed)
        snprintf(problem, size, "cannot %s the folder %s of store.path: %s", failed, folder, strerror(errno));
    return !failed;
}

bool tp_place_prepare(const char *path, char *problem, size_t size)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    bool good;

    if (strcmp(path, ":memory:") == 0)
        return true;
    if (*path == '\0' || *path == '~') {
        snprintf(problem, size, "store.path is '%s' but HOME is not set; set store.path to a file, or to \":memory:\"", path);
        return false;
    }
    folder = tp_memory_text(slash ? path : ".");
    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    good = usable(folder, problem, size);
    free(folder);
    return good;
}
