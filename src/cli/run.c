/* cli/run.c - `run` and `env`: the variables that send a client's requests through the proxy. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/daemon.h"
#include "cli/screen.h"
#include "cli/settings.h"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 }; /* exit codes, as of a shell */

static const struct {
    const char *name, *path;
} VARIABLES[] = {
    { "OPENAI_BASE_URL", "/v1" },
    { "ANTHROPIC_BASE_URL", "" },
    { "GOOGLE_GEMINI_BASE_URL", "" },
    { "OLLAMA_HOST", "" },
};

enum { VARIABLE_COUNT = sizeof(VARIABLES) / sizeof(*VARIABLES), JSON = 0 };

static const tp_cli_option ENV_OPTIONS[] = {
    [JSON] = { "json", NULL, "prints an object" },
    { NULL, NULL, NULL },
};

static void set_variables(const tp_cli_daemon *daemon)
{
    char value[TP_CLI_DAEMON_ADDRESS + 8];

    for (unsigned i = 0; i < VARIABLE_COUNT; i++) {
        snprintf(value, sizeof(value), "%s%s", daemon->named, VARIABLES[i].path);
        setenv(VARIABLES[i].name, value, 1);
    }
}

static int run_program(const tp_cli_call *call)
{
    const tp_settings *settings = tp_cli_settings_load(call);
    tp_cli_daemon daemon;
    int failure;

    if (!settings)
        return TP_CLI_USAGE;
    tp_cli_daemon_find(&daemon, settings);
    if (!tp_cli_daemon_answers(&daemon))
        fprintf(stderr, "tokenpak: nothing answers at %s yet; start it with `tokenpak serve`\n", daemon.address);
    set_variables(&daemon);
    tp_settings_drop(settings);
    execvp(call->words[0], (char *const *)(uintptr_t)call->words);
    failure = errno;
    fprintf(stderr, "tokenpak: cannot run %s: %s\n", call->words[0], strerror(failure));
    return failure == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

static int print_variables(const tp_cli_call *call)
{
    const tp_settings *settings = tp_cli_settings_load(call);
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    const char *form = call->values[JSON] ? "%s\"%s\":\"%s%s\"" : "%sexport %s=%s%s";
    const char *between = call->values[JSON] ? "," : "\n";
    tp_cli_daemon daemon;

    if (!settings)
        return TP_CLI_USAGE;
    tp_cli_daemon_find(&daemon, settings);
    tp_buffer_text(&screen.text, call->values[JSON] ? "{" : "");
    for (unsigned i = 0; i < VARIABLE_COUNT; i++)
        tp_buffer_printf(&screen.text, form, i ? between : "", VARIABLES[i].name, daemon.named, VARIABLES[i].path);
    tp_buffer_text(&screen.text, call->values[JSON] ? "}\n" : "\n");
    tp_settings_drop(settings);
    return tp_cli_screen_flush(&screen);
}

const tp_cli_command tp_cli_run = {
    .name = "run",
    .words = "-- PROGRAM [ARGUMENT...]",
    .help = "runs a program whose requests go through the proxy",
    .least = 1,
    .most = UINT32_MAX,
    .passes_on = true,
    .run = run_program,
};

const tp_cli_command tp_cli_run_env = {
    .name = "env",
    .help = "prints the variables that `run` sets, for eval",
    .options = ENV_OPTIONS,
    .run = print_variables,
};
