/* stages/select.c - gives each candidate the key it is asked with: those of a provider in turn. */

#include "stages/stages.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/memory.h"
#include "base/ref.h"
#include "config/settings.h"

/* Whose turn it is at one provider. */
typedef struct turn {
    UT_hash_handle hh;
    unsigned next;
    char name[];
} turn;

/* Outlives a reload: every settings snapshot holds a reference. */
typedef struct turns {
    tp_ref ref;
    turn *by_name;
} turns;

typedef struct selector {
    turns *turns;
} selector;

static tp_err select_open(void **self, const void *previous, const tp_stage_env *env)
{
    const selector *before = previous;
    selector *s = tp_new(selector);

    (void)env;
    s->turns = before ? before->turns : tp_new(turns);
    if (before)
        tp_ref_take(&s->turns->ref);
    *self = s;
    return TP_OK;
}

static void select_close(void *self)
{
    selector *s = self;
    turn *t, *next;

    if (tp_ref_drop(&s->turns->ref)) {
        HASH_ITER(hh, s->turns->by_name, t, next)
        {
            HASH_DEL(s->turns->by_name, t);
            free(t);
        }
        free(s->turns);
    }
    free(s);
}

static unsigned take_turn(turns *all, const char *name)
{
    size_t length = strlen(name);
    turn *t;

    HASH_FIND(hh, all->by_name, name, length, t);
    if (!t) {
        t = tp_memory_new(sizeof(*t) + length + 1);
        memcpy(t->name, name, length);
        HASH_ADD_KEYPTR(hh, all->by_name, t->name, length, t);
    }
    return t->next++;
}

static const char *key_of(selector *s, const tp_provider *provider)
{
    size_t own = provider->api_key[0] != 0, count = own + provider->api_keys.count, index;

    if (count == 0)
        return NULL;
    index = count == 1 ? 0 : take_turn(s->turns, provider->name) % count;
    return own && index == 0 ? provider->api_key : provider->api_keys.items[index - own];
}

static tp_verdict select_request(void *self, void *note, tp_exchange *x)
{
    (void)note;
    for (size_t i = 0; i < x->plan.count; i++)
        x->plan.candidates[i].key = key_of(self, x->plan.candidates[i].provider);
    return TP_NEXT;
}

const tp_stage tp_stage_select = {
    .name = "select",
    .open = select_open,
    .close = select_close,
    .request = select_request,
};
