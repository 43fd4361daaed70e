/* store/place.h - the folder of the database, checked before anything starts. Blocks for a few system calls. */

#ifndef TP_STORE_PLACE_H
#define TP_STORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the folder of `path` (0700, with its parents) when it is missing, and tests that files can be made there. False: `problem` says
 * why in a sentence. ":memory:" needs none. */
bool tp_place_prepare(const char *path, char *problem, size_t size);

#endif
