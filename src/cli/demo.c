#include "cli/commands.h"
static int r(const tp_cli_call *c)
{
    (void)c;
    return 0;
}
const tp_cli_command tp_cli_demo = { .name = "doctor", .help = "x", .run = r };
