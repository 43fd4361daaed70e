/* cli/daemon.c - asks the daemon that the configuration describes. */

#include "cli/daemon.h"

#include <stdio.h>

#include "cli/settings.h"

enum { PATIENCE_MS = 2000 };

/* The host as it stands in a URL: one that can be connected to. */
static void host_of(const char *address, bool named, char host[TP_CLI_DAEMON_ADDRESS])
{
    bool v6 = strchr(address, ':') != NULL;
    bool any = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
    bool loopback = any || strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;

    if (named && loopback)
        snprintf(host, TP_CLI_DAEMON_ADDRESS, "127.0.0.1");
    else if (any)
        snprintf(host, TP_CLI_DAEMON_ADDRESS, "%s", v6 ? "[::1]" : "127.0.0.1");
    else
        snprintf(host, TP_CLI_DAEMON_ADDRESS, v6 ? "[%s]" : "%s", address);
}

void tp_cli_daemon_find(tp_cli_daemon *daemon, const tp_settings *settings)
{
    char host[TP_CLI_DAEMON_ADDRESS];

    host_of(settings->listen.address, false, host);
    snprintf(daemon->address, sizeof(daemon->address), "http://%.260s:%u", host, settings->listen.port);
    host_of(settings->listen.address, true, host);
    snprintf(daemon->named, sizeof(daemon->named), "http://%.260s:%u", host, settings->listen.port);
    daemon->admin_key = tp_cli_settings_admin_key(settings);
}

/* All our answers are JSON, and our errors bear a header of ours. */
static tp_cli_answer judge(const tp_cli_fetch *fetch)
{
    if (fetch->code == CURLE_COULDNT_CONNECT || fetch->code == CURLE_COULDNT_RESOLVE_HOST)
        return TP_CLI_ANSWER_NONE;
    if (fetch->code != CURLE_OK)
        return TP_CLI_ANSWER_STRANGER;
    if (fetch->status == 200)
        return fetch->reply.length && (fetch->reply.data[0] == '{' || fetch->reply.data[0] == '[') ? TP_CLI_ANSWER_GIVEN
                                                                                                   : TP_CLI_ANSWER_STRANGER;
    return fetch->error[0] ? TP_CLI_ANSWER_REFUSED : TP_CLI_ANSWER_STRANGER;
}

tp_cli_answer tp_cli_daemon_get(const tp_cli_daemon *daemon, const char *path, tp_cli_fetch *fetch)
{
    char url[TP_CLI_DAEMON_ADDRESS + 1024];

    snprintf(url, sizeof(url), "%s%s", daemon->address, path);
    fetch->url = url;
    fetch->timeout_ms = PATIENCE_MS;
    if (*daemon->admin_key)
        tp_cli_fetch_header(fetch, "Authorization", "Bearer ", daemon->admin_key);
    tp_cli_fetch_run(fetch);
    fetch->url = NULL;
    return judge(fetch);
}

bool tp_cli_daemon_answers(const tp_cli_daemon *daemon)
{
    tp_cli_fetch fetch = { 0 };
    tp_cli_answer answer = tp_cli_daemon_get(daemon, "/health", &fetch);

    tp_cli_fetch_free(&fetch);
    return answer == TP_CLI_ANSWER_GIVEN;
}
