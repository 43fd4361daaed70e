/* cli/walk.h - the object of /trace for a person: what the request was, its walk through the stages, its attempts, its tokens. */

#ifndef TP_CLI_WALK_H
#define TP_CLI_WALK_H

#include <cjson/cJSON.h>

#include "cli/screen.h"

void tp_cli_walk_print(tp_cli_screen *screen, const cJSON *trace);

/* Only the table of stages. */
void tp_cli_walk_stages(tp_cli_screen *screen, const cJSON *trace);

#endif
