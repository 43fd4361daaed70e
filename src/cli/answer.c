/* cli/answer.c - the JSON of /stats, /traces and /trace: from the daemon when it is up, else from the database. */

#include "cli/answer.h"

#include "base/clock.h"
#include "cli/daemon.h"
#include "cli/field.h"
#include "cli/settings.h"
#include "store/row_json.h"
#include "store/stats_json.h"

enum { MOST = 64 << 20 };

static void print_stats(const tp_reader_question *question, const tp_stats *stats, tp_buffer *json)
{
    tp_stats_json_frame frame = {
        .version = TP_VERSION,
        .window = tp_window_word(question->window),
        .by = question->by,
    };

    tp_stats_json_print(stats, &frame, json);
}

static void print_rows(const tp_reader_answer *answer, tp_buffer *json)
{
    tp_buffer_text(json, "{\"traces\":[");
    for (size_t i = 0; i < answer->count; i++) {
        tp_buffer_text(json, i ? "," : "");
        tp_row_json_print(answer->rows[i], false, json);
    }
    tp_buffer_text(json, "]}");
}

static void print_answer(const tp_cli_question *question, const tp_reader_answer *answer, tp_buffer *json)
{
    if (question->database.kind == TP_READER_WINDOW)
        print_stats(&question->database, &answer->stats, json);
    else if (question->one)
        tp_row_json_print(answer->rows[0], true, json);
    else
        print_rows(answer, json);
}

typedef enum source { NOWHERE, DAEMON, DATABASE } source; /* NOWHERE: standard error says why */

/* A database in memory went with its process: it answers as an empty one. */
static source ask_database(const char *path, const tp_cli_question *question, tp_buffer *json)
{
    tp_reader_question asked = question->database;
    source from = DATABASE;
    tp_reader_answer answer;

    asked.now_ms = tp_clock_wall(&tp_clock_system);
    tp_reader_ask(path, &asked, &answer);
    if (answer.problem[0]) {
        fprintf(stderr, "tokenpak: %s\n", answer.problem);
        from = NOWHERE;
    } else if (question->one && answer.count == 0) {
        fprintf(stderr, "tokenpak: no trace of %.*s in %s\n", (int)asked.id.length, asked.id.data, path);
        from = NOWHERE;
    } else {
        print_answer(question, &answer, json);
    }
    tp_reader_free(&answer);
    return from;
}

static void say_refusal(const tp_cli_daemon *daemon, const tp_cli_fetch *fetch)
{
    cJSON *reply = tp_cli_field_parse(&fetch->reply);
    const char *message = tp_cli_field_text(reply, "error.message");

    fprintf(stderr, "tokenpak: the daemon at %s answers %ld: %s\n", daemon->address, fetch->status, *message ? message : fetch->error);
    cJSON_Delete(reply);
}

static source ask(const tp_settings *settings, const tp_cli_question *question, tp_buffer *json)
{
    source from = NOWHERE;
    tp_cli_fetch fetch = { 0 };
    tp_cli_daemon daemon;

    tp_cli_daemon_find(&daemon, settings);
    switch (tp_cli_daemon_get(&daemon, question->path, &fetch)) {
    case TP_CLI_ANSWER_GIVEN:
        tp_buffer_add(json, tp_buffer_bytes(&fetch.reply));
        from = DAEMON;
        break;
    case TP_CLI_ANSWER_REFUSED:
        say_refusal(&daemon, &fetch);
        break;
    case TP_CLI_ANSWER_STRANGER:
        fprintf(stderr, "tokenpak: what answers at %s is not tokenpak; reading %s\n", daemon.address, settings->store.path);
        from = ask_database(settings->store.path, question, json);
        break;
    case TP_CLI_ANSWER_NONE:
        from = ask_database(settings->store.path, question, json);
        break;
    }
    tp_cli_fetch_free(&fetch);
    return from;
}

int tp_cli_answer_show(const tp_cli_call *call, const tp_cli_question *question, bool json,
                       void (*print)(tp_cli_screen *screen, const cJSON *answer, const tp_cli_asked *asked))
{
    tp_cli_asked asked = { .call = call, .settings = tp_cli_settings_load(call) };
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    tp_buffer text = TP_BUFFER(MOST);
    source from;

    if (!asked.settings)
        return TP_CLI_USAGE;
    from = ask(asked.settings, question, &text);
    asked.running = from == DAEMON;
    if (from && json) {
        bool ended = tp_bytes_ends(tp_buffer_bytes(&text), TP_BYTES("\n"));

        tp_cli_screen_raw(&screen, tp_buffer_bytes(&text));
        tp_cli_screen_raw(&screen, ended ? TP_BYTES("") : TP_BYTES("\n"));
    } else if (from) {
        cJSON *answer = tp_cli_field_parse(&text);

        print(&screen, answer, &asked);
        cJSON_Delete(answer);
    }
    tp_buffer_free(&text);
    tp_settings_drop(asked.settings);
    return from ? tp_cli_screen_flush(&screen) : TP_CLI_FAILED;
}
