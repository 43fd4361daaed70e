/* cli/config.c - `config check`, `config example`, `config show`. */

#include "app/app.h"
#include "cli/commands.h"
#include "cli/screen.h"
#include "cli/settings.h"
#include "config/print.h"

enum { JSON };

static const tp_cli_option SHOW_OPTIONS[] = {
    [JSON] = { "json", NULL, "prints an object" },
    { NULL, NULL, NULL },
};

/* Everything that is wrong, on standard output: it is what was asked for. */
static int check(const tp_cli_call *call)
{
    tp_config_override overrides[TP_CLI_MOST_OVERRIDES];
    tp_config_source source = tp_cli_settings_source(call, overrides);
    tp_config_problems problems = { 0 };
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    const tp_settings *settings;
    int code;

    if (call->count)
        source.file = call->words[0];
    settings = tp_config_load(&source, &problems);
    tp_config_problems_text(&problems, &screen.text);
    if (settings) {
        tp_cli_screen_print(&screen, TP_CLI_GOOD, "ok");
        tp_cli_screen_print(&screen, TP_CLI_PLAIN, ": %s\n",
                            tp_config_load_file(settings) ? tp_config_load_file(settings) : "no file, all defaults");
        tp_settings_drop(settings);
    }
    tp_config_problems_free(&problems);
    code = tp_cli_screen_flush(&screen);
    return settings ? code : TP_CLI_USAGE;
}

static int example(const tp_cli_call *call)
{
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    size_t count;
    const tp_section *sections = tp_app_sections(&count);

    tp_config_describe_example(sections, count, &screen.text);
    return tp_cli_screen_flush(&screen);
}

static int show(const tp_cli_call *call)
{
    const tp_settings *settings = tp_cli_settings_load(call);
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);

    if (!settings)
        return TP_CLI_USAGE;
    tp_config_print_show(settings, call->values[JSON] != NULL, &screen.text);
    tp_settings_drop(settings);
    return tp_cli_screen_flush(&screen);
}

const tp_cli_command tp_cli_config_check = {
    .name = "config check",
    .words = "[FILE]",
    .help = "says all that is wrong with a configuration, or ok",
    .most = 1,
    .run = check,
};

const tp_cli_command tp_cli_config_example = {
    .name = "config example",
    .help = "prints a file of every option with its default",
    .run = example,
};

const tp_cli_command tp_cli_config_show = {
    .name = "config show",
    .help = "prints every value in effect and where it came from, secrets masked",
    .options = SHOW_OPTIONS,
    .run = show,
};
