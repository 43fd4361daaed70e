/* config/places.c - where each value of the settings was written, found by the address of its field. */

#include "config/places.h"

#include <stdlib.h>

#include "base/memory.h"

void tp_config_places_add(tp_config_places *places, const void *field, const tp_config_mark *mark)
{
    if (places->count == places->capacity) {
        places->capacity = places->capacity ? places->capacity * 2 : 32;
        places->items = tp_memory_resize(places->items, places->capacity * sizeof(*places->items));
    }
    places->items[places->count++] = (tp_config_place){ field, *mark };
}

static int by_field(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const tp_config_place *)left)->field, b = (uintptr_t)((const tp_config_place *)right)->field;

    return (a > b) - (a < b);
}

void tp_config_places_sort(tp_config_places *places)
{
    if (places->count)
        qsort(places->items, places->count, sizeof(*places->items), by_field);
}

const tp_config_mark *tp_config_places_find(const tp_config_places *places, const void *field)
{
    tp_config_place wanted = { .field = field };
    const tp_config_place *found = NULL;

    if (places->count)
        found = bsearch(&wanted, places->items, places->count, sizeof(*places->items), by_field);
    return found ? &found->mark : NULL;
}

void tp_config_places_free(tp_config_places *places)
{
    free(places->items);
    *places = (tp_config_places){ 0 };
}
