/* cli/field.c - members of a parsed JSON answer by their path. */

#include "cli/field.h"

#include <stdio.h>

const cJSON *tp_cli_field_at(const cJSON *object, const char *path)
{
    tp_bytes rest = tp_bytes_text(path), name;
    char key[64];

    while (object && tp_bytes_next(&rest, '.', &name)) {
        uint64_t index = 0;

        snprintf(key, sizeof(key), "%.*s", (int)name.length, name.data);
        if (cJSON_IsArray(object))
            object = tp_bytes_number(name, &index) && index < INT32_MAX ? cJSON_GetArrayItem(object, (int)index) : NULL;
        else
            object = cJSON_GetObjectItemCaseSensitive(object, key);
    }
    return object;
}

double tp_cli_field_number(const cJSON *object, const char *path, double missing)
{
    const cJSON *item = tp_cli_field_at(object, path);

    return cJSON_IsNumber(item) ? item->valuedouble : missing;
}

uint64_t tp_cli_field_count(const cJSON *object, const char *path)
{
    double number = tp_cli_field_number(object, path, 0);

    return number > 0 && number < 1.8e19 ? (uint64_t)number : 0;
}

const char *tp_cli_field_text(const cJSON *object, const char *path)
{
    const cJSON *item = tp_cli_field_at(object, path);

    return cJSON_IsString(item) ? item->valuestring : "";
}

cJSON *tp_cli_field_parse(const tp_buffer *text)
{
    return text->length ? cJSON_ParseWithLength(text->data, text->length) : NULL;
}
