/* config/nearest.h - the known word nearest to a misspelt one, by edit distance. Pure; any thread. */

#ifndef TP_CONFIG_NEAREST_H
#define TP_CONFIG_NEAREST_H

/* Begin with the misspelt word in `word` and the rest zero; offer every known word; read `best` (NULL when none was offered). */
typedef struct tp_config_nearest {
    const char *word;
    const char *best;
    unsigned distance; /* of `best` */
} tp_config_nearest;

/* Of equally near words the first one offered stays. `-` and `_` count as equal, and so do the cases of a letter. */
void tp_config_nearest_offer(tp_config_nearest *nearest, const char *known);

#endif
