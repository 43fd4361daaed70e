/* config/environment.c - looking things up in an environment that was handed in. */

#include "config/environment.h"

const char *tp_config_environment(char *const *environment, tp_bytes name)
{
    for (; environment && *environment; environment++) {
        tp_bytes line = tp_bytes_text(*environment);

        if (tp_bytes_starts(line, name) && line.length > name.length && line.data[name.length] == '=')
            return line.data + name.length + 1;
    }
    return NULL;
}
