/* cli/status.c - `status`: is it up, and how is it. */

#include "cli/commands.h"
#include "cli/daemon.h"
#include "cli/field.h"
#include "cli/numbers.h"
#include "cli/settings.h"
#include "cli/units.h"
#include "cli/version.h"

enum { JSON };

static const tp_cli_option OPTIONS[] = {
    [JSON] = { "json", NULL, "prints an object" },
    { NULL, NULL, NULL },
};

typedef struct state {
    tp_cli_daemon daemon;
    tp_cli_answer answer;
    tp_cli_fetch since_start, today;
} state;

static bool is_up(const state *s)
{
    return s->answer == TP_CLI_ANSWER_GIVEN || s->answer == TP_CLI_ANSWER_REFUSED;
}

static void ask(state *s, const tp_settings *settings)
{
    tp_cli_daemon_find(&s->daemon, settings);
    s->answer = tp_cli_daemon_get(&s->daemon, "/stats", &s->since_start);
    if (s->answer == TP_CLI_ANSWER_GIVEN && tp_cli_daemon_get(&s->daemon, "/stats?window=24h", &s->today) != TP_CLI_ANSWER_GIVEN)
        tp_buffer_clear(&s->today.reply, 0);
}

static void print_json(const state *s, tp_buffer *out)
{
    const tp_buffer *start = &s->since_start.reply, *today = &s->today.reply;

    tp_buffer_printf(out, "{\"up\":%s,\"address\":\"%s\",", is_up(s) ? "true" : "false", s->daemon.address);
    tp_cli_version_members(out);
    if (s->answer == TP_CLI_ANSWER_GIVEN) {
        tp_buffer_printf(out, ",\"stats\":%.*s", (int)start->length, start->data);
        tp_buffer_printf(out, ",\"today\":%.*s", today->length ? (int)today->length : 4, today->length ? today->data : "null");
    }
    tp_buffer_text(out, "}\n");
}

static void print_down(const state *s, tp_cli_screen *screen)
{
    tp_cli_screen_print(screen, TP_CLI_BAD, "down");
    if (s->answer == TP_CLI_ANSWER_STRANGER)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "   what answers at %s is not tokenpak; see `tokenpak doctor`\n", s->daemon.address);
    else
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "   nothing listens at %s; start it with `tokenpak serve`\n", s->daemon.address);
}

static void print_process(tp_cli_screen *screen, const cJSON *stats)
{
    const cJSON *process = tp_cli_field_at(stats, "process");

    if (!process)
        return;
    tp_cli_screen_print(screen, TP_CLI_DIM, "  process    ");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%s   %s files   %s connections\n",
                        tp_cli_units_size(tp_cli_field_count(process, "rss_bytes")).text,
                        tp_cli_units_count(tp_cli_field_count(process, "open_fds")).text,
                        tp_cli_units_count(tp_cli_field_count(process, "connections")).text);
}

static void print_up(const state *s, tp_cli_screen *screen)
{
    cJSON *start = tp_cli_field_parse(&s->since_start.reply), *today = tp_cli_field_parse(&s->today.reply);

    tp_cli_screen_print(screen, TP_CLI_GOOD, "up");
    tp_cli_screen_print(screen, TP_CLI_BOLD, "   tokenpak %s", tp_cli_field_text(start, "version"));
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s   since %s   %s in flight\n\n", s->daemon.address,
                        tp_cli_units_duration(tp_cli_field_number(start, "uptime_s", 0) * 1e6).text,
                        tp_cli_units_count(tp_cli_field_count(start, "requests.in_flight")).text);
    tp_cli_numbers_store(screen, start);
    print_process(screen, start);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\nThe last 24 hours\n");
    tp_cli_numbers_totals(screen, today);
    tp_cli_numbers_providers(screen, start);
    cJSON_Delete(start);
    cJSON_Delete(today);
}

/* It is there, but does not let us look. */
static void print_closed(const state *s, tp_cli_screen *screen)
{
    tp_cli_screen_print(screen, TP_CLI_GOOD, "up");
    tp_cli_screen_print(screen, TP_CLI_POOR, "   %s refuses to say more: %s; auth.admin_key in the configuration opens it\n",
                        s->daemon.address, s->since_start.error);
}

static int status(const tp_cli_call *call)
{
    const tp_settings *settings = tp_cli_settings_load(call);
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);
    state s = { .answer = TP_CLI_ANSWER_NONE };
    int code;

    if (!settings)
        return TP_CLI_USAGE;
    ask(&s, settings);
    if (call->values[JSON])
        print_json(&s, &screen.text);
    else if (s.answer == TP_CLI_ANSWER_GIVEN)
        print_up(&s, &screen);
    else if (s.answer == TP_CLI_ANSWER_REFUSED)
        print_closed(&s, &screen);
    else
        print_down(&s, &screen);
    tp_cli_fetch_free(&s.since_start);
    tp_cli_fetch_free(&s.today);
    tp_settings_drop(settings);
    code = tp_cli_screen_flush(&screen);
    return code ? code : is_up(&s) ? TP_CLI_DONE : TP_CLI_NOT_RUNNING;
}

const tp_cli_command tp_cli_status = {
    .name = "status",
    .help = "is it up, and how is it; exit code 3 when it is down",
    .options = OPTIONS,
    .run = status,
};
