/* admin/process.h - what the process itself uses: memory and descriptors. Blocks: worker threads only. */

#ifndef TP_ADMIN_PROCESS_H
#define TP_ADMIN_PROCESS_H

#include <stdint.h>

typedef struct tp_process {
    uint64_t rss_bytes;
    uint64_t open_fds;
    uint64_t measured_ns; /* by the clock of whoever asked; 0 = never */
} tp_process;

/* Reads /proc/self; a figure that cannot be read is 0. */
void tp_process_measure(tp_process *process);

#endif
