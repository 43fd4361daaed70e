/* cli/daemon.h - asks the daemon that the configuration describes. Blocks for 2 s at most. */

#ifndef TP_CLI_DAEMON_H
#define TP_CLI_DAEMON_H

#include "cli/fetch.h"
#include "config/settings.h"

enum { TP_CLI_DAEMON_ADDRESS = 300 };

typedef struct tp_cli_daemon {
    char address[TP_CLI_DAEMON_ADDRESS]; /* http://127.0.0.1:8766 */
    char named[TP_CLI_DAEMON_ADDRESS];   /* the same for programs: http://localhost:8766 */
    const char *admin_key;               /* as long as the settings; "" = none */
} tp_cli_daemon;

/* Where it should be; asks nothing. */
void tp_cli_daemon_find(tp_cli_daemon *daemon, const tp_settings *settings);

typedef enum tp_cli_answer {
    TP_CLI_ANSWER_NONE,     /* nothing listens there */
    TP_CLI_ANSWER_STRANGER, /* something else does */
    TP_CLI_ANSWER_REFUSED,  /* the daemon, with an error; fetch->reply says which */
    TP_CLI_ANSWER_GIVEN,
} tp_cli_answer;

/* `fetch` begins zeroed and is freed by the caller in any case. */
tp_cli_answer tp_cli_daemon_get(const tp_cli_daemon *daemon, const char *path, tp_cli_fetch *fetch);

/* Whether it is up and ours. */
bool tp_cli_daemon_answers(const tp_cli_daemon *daemon);

#endif
