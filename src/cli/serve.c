/* cli/serve.c - `serve`: the daemon in the foreground. */

#include "app/app.h"
#include "cli/commands.h"
#include "cli/settings.h"

enum { PORT, BIND, DEMO };

static const tp_cli_option OPTIONS[] = {
    [PORT] = { "port", "N", "port to listen on, over listen.port" },
    [BIND] = { "bind", "ADDRESS", "address to listen on, over listen.address" },
    [DEMO] = { "demo", NULL, "answers from a scripted provider inside, without a key or a network" },
    { NULL, NULL, NULL },
};

static int serve(const tp_cli_call *call)
{
    tp_config_override overrides[TP_CLI_MOST_OVERRIDES];
    tp_app_options options = { .source = tp_cli_settings_source(call, overrides), .demo = call->values[DEMO] != NULL };

    tp_cli_settings_override(&options.source, overrides, "listen.port", "--port", call->values[PORT]);
    tp_cli_settings_override(&options.source, overrides, "listen.address", "--bind", call->values[BIND]);
    return tp_app_serve(&options);
}

const tp_cli_command tp_cli_serve = {
    .name = "serve",
    .help = "runs the proxy in the foreground",
    .options = OPTIONS,
    .run = serve,
};
