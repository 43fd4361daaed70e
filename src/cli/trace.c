/* cli/trace.c - `trace ID`: the walk of one request. */

#include <ctype.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/walk.h"

enum { JSON };
enum { LONGEST_ID = 128 };

static const tp_cli_option OPTIONS[] = {
    [JSON] = { "json", NULL, "prints the object of /trace" },
    { NULL, NULL, NULL },
};

static void write_path(tp_bytes id, tp_cli_question *question)
{
    tp_buffer path = TP_BUFFER(sizeof(question->path));

    tp_buffer_text(&path, "/trace/");
    for (size_t i = 0; i < id.length; i++)
        tp_buffer_printf(&path, isalnum((unsigned char)id.data[i]) ? "%c" : "%%%02X", (unsigned char)id.data[i]);
    snprintf(question->path, sizeof(question->path), "%.*s", (int)path.length, path.data);
    tp_buffer_free(&path);
}

static void print(tp_cli_screen *screen, const cJSON *answer, const tp_cli_asked *asked)
{
    (void)asked;
    tp_cli_walk_print(screen, answer);
}

static int trace(const tp_cli_call *call)
{
    tp_bytes id = tp_bytes_text(call->words[0]);
    bool last = strcmp(call->words[0], "last") == 0;
    tp_cli_question question = {
        .one = true,
        .database = { .kind = last ? TP_READER_LAST : TP_READER_TRACE, .id = id, .limit = 1 },
    };

    if (id.length == 0 || id.length > LONGEST_ID) {
        fprintf(stderr, "tokenpak: an id has 1 to %d characters\n", LONGEST_ID);
        return TP_CLI_USAGE;
    }
    write_path(id, &question);
    return tp_cli_answer_show(call, &question, call->values[JSON] != NULL, print);
}

const tp_cli_command tp_cli_trace = {
    .name = "trace",
    .words = "ID",
    .help = "the walk of one request through the stages; `last` is the newest",
    .options = OPTIONS,
    .least = 1,
    .most = 1,
    .run = trace,
};
