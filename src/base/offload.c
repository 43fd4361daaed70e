/* base/offload.c - uv_queue_work with an owner for its request. */

#include "base/offload.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct job {
    uv_work_t request;
    void (*work)(void *arg);
    void (*done)(void *arg);
    void *arg;
} job;

static void on_worker(uv_work_t *request)
{
    job *j = request->data;

    j->work(j->arg);
}

static void on_loop(uv_work_t *request, int status)
{
    job *j = request->data;

    (void)status;
    j->done(j->arg);
    free(j);
}

void tp_offload(uv_loop_t *loop, void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    job *j = tp_new(job);

    *j = (job){ .work = work, .done = done, .arg = arg };
    j->request.data = j;
    uv_queue_work(loop, &j->request, on_worker, on_loop);
}
