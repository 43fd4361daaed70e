/* config/load.c - settings from the command line, the environment, the file and the defaults. */

#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "config/builtin.h"
#include "config/check.h"
#include "config/environment.h"
#include "config/expand.h"
#include "config/overlay.h"
#include "config/read.h"
#include "config/snapshot.h"
#include "config/yaml.h"

/* Which file, and whether it has to be there. */
typedef struct choice {
    const char *path; /* NULL = none */
    bool required;
} choice;

static choice choose_file(tp_arena *arena, const tp_config_source *source)
{
    const char *named = tp_config_environment(source->environment, TP_BYTES("TOKENPAK_CONFIG"));
    const char *home = tp_config_environment(source->environment, TP_BYTES("HOME"));

    if (source->file)
        return (choice){ tp_arena_copy(arena, tp_bytes_text(source->file)).data, true };
    if (named && *named)
        return (choice){ tp_arena_copy(arena, tp_bytes_text(named)).data, true };
    if (home && *home)
        return (choice){ tp_arena_printf(arena, "%s/.tokenpak/config.yaml", home), false };
    return (choice){ NULL, false };
}

/* Any readable thing will do, a pipe too. One byte more than allowed is read, so that the loader sees that it is too large. False with
 * errno. */
static bool read_all(const char *path, tp_buffer *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    int failure;

    while (fd >= 0 && text->length <= TP_CONFIG_YAML_MOST_BYTES) {
        size_t most = text->limit - text->length < 16384 ? text->limit - text->length : 16384;

        got = read(fd, tp_buffer_room(text, most), most);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        text->length += (size_t)got;
    }
    failure = errno;
    if (fd >= 0)
        close(fd);
    errno = failure;
    return got >= 0;
}

static tp_config_node *empty_tree(tp_arena *arena)
{
    tp_config_mark nowhere = { .origin = TP_CONFIG_DEFAULT };

    return tp_config_node_map(arena, &nowhere);
}

/* NULL after a problem. */
static tp_config_node *load_file(tp_config_snapshot *snapshot, const choice *file, tp_config_problems *problems)
{
    tp_config_mark whole = { TP_CONFIG_FILE, file->path, 0, 0 };
    tp_buffer text = TP_BUFFER(TP_CONFIG_YAML_MOST_BYTES + 1);
    tp_config_node *tree = NULL;

    if (!file->path)
        return empty_tree(snapshot->arena);
    if (read_all(file->path, &text)) {
        snapshot->file = file->path;
        tree = tp_config_yaml_load(snapshot->arena, file->path, tp_buffer_bytes(&text), problems);
    } else if (!file->required && (errno == ENOENT || errno == ENOTDIR)) {
        tree = empty_tree(snapshot->arena);
    } else {
        tp_config_problems_error(problems, &whole, "cannot be read: %s", strerror(errno));
    }
    tp_buffer_free(&text);
    return tree;
}

static void fill(tp_config_snapshot *snapshot, const tp_config_source *source, tp_config_problems *problems)
{
    choice file = choose_file(snapshot->arena, source);
    tp_config_node *tree = load_file(snapshot, &file, problems);

    if (!tree)
        return; /* what the rest would say hangs on a file that nobody has read */
    tp_config_builtin_add(snapshot->arena, tree);
    tp_config_overlay(snapshot->arena, source, snapshot->schema, tree, problems);
    tp_config_expand(snapshot->arena, tree, source->environment, problems);
    tp_config_read(snapshot->arena, snapshot->schema, tree, snapshot, &snapshot->places, problems);
    tp_config_places_sort(&snapshot->places);
    tp_config_check(snapshot, source->environment, problems);
}

const tp_settings *tp_config_load(const tp_config_source *source, tp_config_problems *problems)
{
    tp_config_snapshot *snapshot = tp_config_snapshot_new(source->sections, source->section_count);

    fill(snapshot, source, problems);
    tp_config_problems_sort(problems);
    if (problems->errors == 0)
        return &snapshot->settings;
    tp_settings_drop(&snapshot->settings);
    return NULL;
}

const char *tp_config_load_file(const tp_settings *settings)
{
    return tp_config_snapshot_of(settings)->file;
}
