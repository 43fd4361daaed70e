/* fuzz/fuzz_config.c - any bytes as a configuration file: problems or settings that can be printed, never a crash. */

#include "fuzz.h"

#include "config/builtin.h"
#include "config/check.h"
#include "config/expand.h"
#include "config/overlay.h"
#include "config/print.h"
#include "config/read.h"
#include "config/yaml.h"

static char *const ENVIRONMENT[] = { "HOME=/home/x", "TOKENPAK_PROVIDERS_OPENAI_API_KEY=k", "NAME=value", "TOKENPAK_LISTEN_PORT=1", NULL };

/* The way of tp_config_load behind reading the file. */
static void load(tp_config_snapshot *snapshot, tp_bytes text, tp_config_problems *problems)
{
    tp_config_source source = { .environment = ENVIRONMENT };
    tp_config_node *tree = tp_config_yaml_load(snapshot->arena, "fuzz", text, problems);

    if (!tree)
        return;
    tp_config_builtin_add(snapshot->arena, tree);
    tp_config_overlay(snapshot->arena, &source, snapshot->schema, tree, problems);
    tp_config_expand(snapshot->arena, tree, ENVIRONMENT, problems);
    tp_config_read(snapshot->arena, snapshot->schema, tree, snapshot, &snapshot->places, problems);
    tp_config_places_sort(&snapshot->places);
    tp_config_check(snapshot, ENVIRONMENT, problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_config_snapshot *snapshot = tp_config_snapshot_new(NULL, 0);
    tp_config_problems problems = { 0 };
    tp_buffer out = TP_BUFFER(64 << 20);

    load(snapshot, tp_bytes_of((const char *)data, size), &problems);
    tp_config_problems_sort(&problems);
    tp_config_problems_text(&problems, &out);
    tp_config_print_show(&snapshot->settings, true, &out);
    tp_buffer_free(&out);
    tp_config_problems_free(&problems);
    tp_settings_drop(&snapshot->settings);
    return 0;
}
