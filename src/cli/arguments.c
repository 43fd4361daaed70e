/* cli/arguments.c - from the words of a command line to the command they name, its options and its words. */

#include "cli/arguments.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "config/nearest.h"

const tp_cli_option tp_cli_arguments_common[] = {
    [TP_CLI_CONFIG] = { "config", "FILE", "configuration to use; default $TOKENPAK_CONFIG, else ~/.tokenpak/config.yaml" },
    [TP_CLI_LOG_LEVEL] = { "log-level", "LEVEL", "error, warn, info, debug or trace" },
    [TP_CLI_HELP] = { "help", NULL, "says what the command does" },
    [TP_CLI_VERSION] = { "version", NULL, "prints the versions" },
    { NULL, NULL, NULL },
};

typedef struct reader {
    const tp_cli_command *const *commands;
    char *const *at; /* what comes next */
    tp_cli_call *call;
    tp_buffer *problem;
} reader;

static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1];
}

/* NULL when the table has none of that name; the value may stand behind an equals sign. */
static const tp_cli_option *find_option(const tp_cli_option *table, const char *argument)
{
    tp_bytes name = tp_bytes_from(tp_bytes_text(argument), 2);

    if (strcmp(argument, "-h") == 0)
        name = TP_BYTES("help");
    if (strcmp(argument, "-V") == 0)
        name = TP_BYTES("version");
    name.length = tp_bytes_find(name, '=');
    for (; table && table->name; table++)
        if (argument[0] == '-' && tp_bytes_equal(name, tp_bytes_text(table->name)))
            return table;
    return NULL;
}

/* Takes the option that comes next, and its value. */
static bool take_option(reader *r, const tp_cli_option *option, const char **value)
{
    const char *equals = strchr(*r->at++, '=');

    if (!option->argument) {
        *value = "";
        return !equals || (tp_buffer_printf(r->problem, "--%s takes no value", option->name), false);
    }
    if (equals) {
        *value = equals + 1;
        return true;
    }
    if (!*r->at || strncmp(*r->at, "--", 2) == 0) {
        tp_buffer_printf(r->problem, "--%s needs %s", option->name, option->argument);
        return false;
    }
    *value = *r->at++;
    return true;
}

static void offer_options(tp_config_nearest *nearest, const tp_cli_option *table)
{
    for (; table && table->name; table++)
        tp_config_nearest_offer(nearest, table->name);
}

static bool unknown_option(reader *r, const tp_cli_command *command)
{
    tp_bytes word = tp_bytes_text(*r->at + strspn(*r->at, "-"));
    char name[81] = "";
    tp_config_nearest nearest = { .word = name };

    word.length = tp_bytes_find(word, '=');
    memcpy(name, word.data, word.length < sizeof(name) ? word.length : sizeof(name) - 1);
    offer_options(&nearest, command->options);
    offer_options(&nearest, tp_cli_arguments_common);
    tp_buffer_printf(r->problem, "%s: unknown option '%s'; the nearest is '--%s'", command->name, *r->at, nearest.best);
    return false;
}

/* Takes the options that are every command's, as far as they stand before it. */
static bool take_common(reader *r)
{
    const tp_cli_option *option;

    while (*r->at && (option = find_option(tp_cli_arguments_common, *r->at)))
        if (!take_option(r, option, &r->call->common[option - tp_cli_arguments_common]))
            return false;
    return true;
}

bool tp_cli_arguments_in_group(const char *name, const char *word)
{
    size_t length = strlen(word);

    return length && strncmp(name, word, length) == 0 && name[length] == ' ';
}

/* A word as a guess for what the user meant. */
typedef struct guess {
    char word[32];
    unsigned distance;
} guess;

static void consider(guess *g, const char *meant, const char *name)
{
    tp_config_nearest nearest = { .word = meant };
    char word[sizeof(g->word)];

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "), name);
    tp_config_nearest_offer(&nearest, word);
    if (g->word[0] && g->distance <= nearest.distance)
        return;
    memcpy(g->word, word, sizeof(word));
    g->distance = nearest.distance;
}

static bool unknown_command(reader *r, const char *group)
{
    guess g = { .distance = 0 };
    size_t skip = group ? strlen(group) + 1 : 0;

    for (const tp_cli_command *const *c = r->commands; *c; c++)
        if (group ? tp_cli_arguments_in_group((*c)->name, group) : !(*c)->hidden)
            consider(&g, *r->at, (*c)->name + skip);
    if (group)
        tp_buffer_printf(r->problem, "unknown command '%s %s'; the nearest is '%s %s'", group, *r->at, group, g.word);
    else
        tp_buffer_printf(r->problem, "unknown command '%s'; the nearest is '%s'", *r->at, g.word);
    return false;
}

static bool needs_second_word(reader *r, const char *group)
{
    const char *between = " ";

    tp_buffer_printf(r->problem, "%s needs one of:", group);
    for (const tp_cli_command *const *c = r->commands; *c; c++) {
        if (!tp_cli_arguments_in_group((*c)->name, group))
            continue;
        tp_buffer_printf(r->problem, "%s%s", between, (*c)->name + strlen(group) + 1);
        between = ", ";
    }
    return false;
}

static const tp_cli_command *named(const reader *r, const char *name)
{
    for (const tp_cli_command *const *c = r->commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static bool is_group(const reader *r, const char *word)
{
    for (const tp_cli_command *const *c = r->commands; *c; c++)
        if (tp_cli_arguments_in_group((*c)->name, word))
            return true;
    return false;
}

/* `config check`: the group's word has been read. With --help instead of a second word, the group is what help is wanted of. */
static bool take_second_word(reader *r, const char *group)
{
    char name[64];

    if (!take_common(r))
        return false;
    if (r->call->common[TP_CLI_HELP]) {
        r->call->words[r->call->count++] = group;
        return true;
    }
    if (!*r->at)
        return needs_second_word(r, group);
    snprintf(name, sizeof(name), "%s %s", group, *r->at);
    r->call->command = named(r, name);
    if (!r->call->command)
        return unknown_command(r, group);
    r->at++;
    return true;
}

/* Options in front of any command are those of the first in the table. */
static bool take_command(reader *r)
{
    if (!take_common(r))
        return false;
    if (!*r->at || is_option(*r->at)) {
        r->call->command = *r->at || !r->call->common[TP_CLI_HELP] ? r->commands[0] : NULL;
        return true;
    }
    if (is_group(r, *r->at))
        return take_second_word(r, *r->at++);
    r->call->command = named(r, *r->at);
    if (!r->call->command)
        return unknown_command(r, NULL);
    r->at++;
    return true;
}

static bool take_own_option(reader *r)
{
    const tp_cli_command *command = r->call->command;
    const tp_cli_option *own = find_option(command->options, *r->at), *common = find_option(tp_cli_arguments_common, *r->at);

    if (own)
        return take_option(r, own, &r->call->values[own - command->options]);
    if (common)
        return take_option(r, common, &r->call->common[common - tp_cli_arguments_common]);
    return unknown_option(r, command);
}

static bool take_rest(reader *r)
{
    bool options = true;

    while (*r->at) {
        if (options && strcmp(*r->at, "--") == 0) {
            options = false;
            r->at++;
        } else if (options && is_option(*r->at)) {
            if (!take_own_option(r))
                return false;
        } else {
            options = options && !r->call->command->passes_on;
            r->call->words[r->call->count++] = *r->at++;
        }
    }
    return true;
}

static bool words_fit(reader *r)
{
    const tp_cli_command *command = r->call->command;

    if (r->call->count < command->least)
        tp_buffer_printf(r->problem, "%s needs %s", command->name, command->words);
    else if (r->call->count > command->most)
        tp_buffer_printf(r->problem, "%s: '%s' is one word too many", command->name, r->call->words[command->most]);
    return r->call->count >= command->least && r->call->count <= command->most;
}

/* `--version` is the command `version`, wherever it stands. */
static void become_version(reader *r)
{
    r->call->command = named(r, "version");
    memset(r->call->values, 0, sizeof(r->call->values));
    r->call->count = 0;
}

static size_t count(char *const *arguments)
{
    size_t n = 0;

    while (arguments[n])
        n++;
    return n;
}

tp_cli_wish tp_cli_arguments_parse(const tp_cli_command *const *commands, char *const *arguments, tp_cli_call *call, tp_buffer *problem)
{
    reader r = { commands, arguments, call, problem };

    call->words = tp_memory_new((count(arguments) + 1) * sizeof(*call->words));
    if (!take_command(&r) || (call->command && !take_rest(&r)))
        return TP_CLI_WISH_WRONG;
    if (!call->command || call->common[TP_CLI_HELP])
        return TP_CLI_WISH_HELP;
    if (call->common[TP_CLI_VERSION])
        become_version(&r);
    return words_fit(&r) ? TP_CLI_WISH_RUN : TP_CLI_WISH_WRONG;
}

void tp_cli_arguments_free(tp_cli_call *call)
{
    free(call->words);
    call->words = NULL;
}
