/* base/ref.h - a reference count for what outlives one exchange. Loop thread only. */

#ifndef TP_BASE_REF_H
#define TP_BASE_REF_H

#include <stdbool.h>

typedef struct tp_ref {
    unsigned others; /* holders beyond the first: a zeroed count is held once */
} tp_ref;

static inline void tp_ref_take(tp_ref *ref)
{
    ref->others++;
}

/* True when that was the last holder: the caller frees the thing. */
static inline bool tp_ref_drop(tp_ref *ref)
{
    if (ref->others == 0)
        return true;
    ref->others--;
    return false;
}

#endif
