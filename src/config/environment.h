/* config/environment.h - looking things up in an environment that was handed in. Pure; any thread. */

#ifndef TP_CONFIG_ENVIRONMENT_H
#define TP_CONFIG_ENVIRONMENT_H

#include <tokenpak/bytes.h>

/* The value of `name` in a list of NAME=value that ends with NULL (or is NULL); NULL when it is not set. */
const char *tp_config_environment(char *const *environment, tp_bytes name);

#endif
