/* config/places.h - where each value of the settings was written, found by the address of its field. One thread while filling. */

#ifndef TP_CONFIG_PLACES_H
#define TP_CONFIG_PLACES_H

#include "config/problems.h"

typedef struct tp_config_place {
    const void *field;
    tp_config_mark mark;
} tp_config_place;

/* Begins zeroed. */
typedef struct tp_config_places {
    tp_config_place *items;
    size_t count, capacity;
} tp_config_places;

void tp_config_places_add(tp_config_places *places, const void *field, const tp_config_mark *mark);

/* Once, between the last add and the first find. */
void tp_config_places_sort(tp_config_places *places);

/* NULL for a field that has its default. */
const tp_config_mark *tp_config_places_find(const tp_config_places *places, const void *field);

void tp_config_places_free(tp_config_places *places);

#endif
