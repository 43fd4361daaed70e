/* config/check.h - what no table can say: whether the values of the settings fit each other and the world. */

#ifndef TP_CONFIG_CHECK_H
#define TP_CONFIG_CHECK_H

#include "config/snapshot.h"

/* Checks what was given (the places must be sorted) and brings base URLs and the path of the store into the form in which they are used. */
void tp_config_check(tp_config_snapshot *snapshot, char *const *environment, tp_config_problems *problems);

#endif
