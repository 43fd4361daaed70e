/* cli/answer.h - the JSON of /stats, /traces and /trace: from the daemon when it is up, else from the database. Blocks. */

#ifndef TP_CLI_ANSWER_H
#define TP_CLI_ANSWER_H

#include <cjson/cJSON.h>

#include "cli/command.h"
#include "cli/screen.h"
#include "config/settings.h"
#include "store/reader.h"

typedef struct tp_cli_question {
    char path[1024];             /* for the daemon */
    tp_reader_question database; /* the same for the database; now_ms is filled in */
    bool one;                    /* of rows: the whole of the first instead of a list */
} tp_cli_question;

/* For whoever prints: what was asked, and who answered. */
typedef struct tp_cli_asked {
    const tp_cli_call *call;
    const tp_settings *settings;
    bool running; /* the daemon answered, not the database */
} tp_cli_asked;

/* Asks, prints the answer as JSON or by `print`, and gives the exit code. */
int tp_cli_answer_show(const tp_cli_call *call, const tp_cli_question *question, bool json,
                       void (*print)(tp_cli_screen *screen, const cJSON *answer, const tp_cli_asked *asked));

#endif
