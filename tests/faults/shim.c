/* faults/shim.c - loaded before libc: moves the wall clock, and fails writes to a file of the database, as a page of memory says. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What the test writes into the file that TP_SHIM names. */
struct orders {
    int64_t seconds; /* added to the wall clock */
    int64_t error;   /* of each write to a descriptor whose path has "monitor.db" in it; 0 = none */
};

static const volatile struct orders *orders;

__attribute__((constructor)) static void find_orders(void)
{
    const char *path = getenv("TP_SHIM");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*orders), PROT_READ, MAP_SHARED, fd, 0);

    if (page != MAP_FAILED)
        orders = page;
    if (fd >= 0)
        close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    int result = (int)syscall(SYS_clock_gettime, clock, at);

    if (result == 0 && orders && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        at->tv_sec += orders->seconds;
    return result;
}

int gettimeofday(struct timeval *at, void *zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}

static int refuses(int fd)
{
    char link[64], path[512];
    ssize_t length;

    if (!orders || !orders->error)
        return 0;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof(path) - 1);
    path[length < 0 ? 0 : length] = 0;
    if (!strstr(path, "monitor.db"))
        return 0;
    errno = (int)orders->error;
    return 1;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return refuses(fd) ? -1 : syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at)
{
    return refuses(fd) ? -1 : syscall(SYS_pwrite64, fd, data, size, at);
}

int fsync(int fd)
{
    return refuses(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return refuses(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}
