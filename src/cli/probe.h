/* cli/probe.h - tries every provider: name, connection, TLS, key, answer. Blocks for 3 s at most: all at the same time. */

#ifndef TP_CLI_PROBE_H
#define TP_CLI_PROBE_H

#include "cli/report.h"
#include "config/settings.h"

/* `standard`: the settings of an empty configuration; a provider that is as there and has no key may be out of reach. */
void tp_cli_probe_all(const tp_settings *settings, const tp_settings *standard, tp_cli_report *report);

#endif
