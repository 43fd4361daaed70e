/* cli/field.h - members of a parsed JSON answer by their path: "requests.total", "choices.0". Never fails: what is not there is nothing.
 * Pure. */

#ifndef TP_CLI_FIELD_H
#define TP_CLI_FIELD_H

#include <cjson/cJSON.h>

#include "base/buffer.h"

/* NULL when it is not there. */
const cJSON *tp_cli_field_at(const cJSON *object, const char *path);

/* `missing` when it is not there, null, or no number. */
double tp_cli_field_number(const cJSON *object, const char *path, double missing);

/* 0 when it is not there or negative. */
uint64_t tp_cli_field_count(const cJSON *object, const char *path);

/* "" when it is not there, null, or no text. */
const char *tp_cli_field_text(const cJSON *object, const char *path);

/* NULL when it is not JSON. Free it with cJSON_Delete. */
cJSON *tp_cli_field_parse(const tp_buffer *text);

#endif
