/* cli/numbers.h - the blocks of /stats as lines and tables, shared by `stats`, `status` and the receipt of `demo`. */

#ifndef TP_CLI_NUMBERS_H
#define TP_CLI_NUMBERS_H

#include <cjson/cJSON.h>

#include "cli/screen.h"

/* Requests by their end, tokens, durations; then a table each of providers and models; then that of `by` when there is one. */
void tp_cli_numbers_totals(tp_cli_screen *screen, const cJSON *stats);
void tp_cli_numbers_providers(tp_cli_screen *screen, const cJSON *stats);
void tp_cli_numbers_models(tp_cli_screen *screen, const cJSON *stats);
void tp_cli_numbers_by(tp_cli_screen *screen, const cJSON *stats, const char *title);

/* What the store says of itself; nothing when the answer does not tell. */
void tp_cli_numbers_store(tp_cli_screen *screen, const cJSON *stats);

#endif
