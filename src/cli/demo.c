/* cli/demo.c - `demo`: a short guided session with a daemon of its own, whose provider is scripted, and a receipt. */

#include <pthread.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/field.h"
#include "cli/numbers.h"
#include "cli/walk.h"
#include "wire/sse.h"

enum { PATIENCE_MS = 30000, LONGEST_EVENT = 1 << 20, LONGEST_URL = 256, TRIES = 100, BETWEEN_TRIES_US = 20000 };

/* The daemon on its own thread. */
typedef struct host {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned port; /* 0 = not yet */
    bool ended;
} host;

typedef struct session {
    host host;
    tp_cli_screen screen;
    char last_streamed[TP_CLI_FETCH_WORD]; /* id of the request whose walk is shown */
} session;

typedef struct act {
    const char *title, *path, *body;
    const char *shown; /* where the reply's text is, in the whole reply or in each event */
    bool stream;
    long status;
} act;

static const act SCENES[] = {
    { "A chat, as an OpenAI client sends it", "/v1/chat/completions",
      "{\"model\":\"gpt-5-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"What does a proxy do?\"}]}", "choices.0.message.content",
      false, 200 },
    { "A streamed one, as an Anthropic client sends it", "/v1/messages",
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":300,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"And slowly?\"}]}",
      "delta.text", true, 200 },
    { "A tool call", "/v1/chat/completions",
      "{\"model\":\"gpt-5-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"What is the weather in Oslo?\"}],\"tools\":[{\"type\":"
      "\"function\",\"function\":{\"name\":\"weather\",\"description\":\"The weather of a city\",\"parameters\":{\"type\":\"object\","
      "\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}}}]}",
      "choices.0.message.tool_calls.0.function", false, 200 },
    { "A mistake: the body is cut off", "/v1/chat/completions", "{\"model\":\"gpt-5-mini\",\"messages\":[{\"role\":", "error.message",
      false, 400 },
};

static void on_serving(void *arg, unsigned port)
{
    host *h = arg;

    pthread_mutex_lock(&h->lock);
    h->port = port;
    pthread_cond_signal(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

/* Nothing of the user's takes part: no file, no environment, no database. */
static void *run_daemon(void *arg)
{
    static const tp_config_override OVERRIDES[] = {
        { "listen.port", NULL, "0" },
        { "listen.address", NULL, "127.0.0.1" },
        { "store.path", NULL, ":memory:" },
        { "log.level", NULL, "error" },
    };
    host *h = arg;
    tp_app_options options = {
        .source = { .overrides = OVERRIDES, .override_count = sizeof(OVERRIDES) / sizeof(*OVERRIDES) },
        .demo = true,
        .serving = on_serving,
        .arg = h,
    };

    tp_app_serve(&options);
    pthread_mutex_lock(&h->lock);
    h->ended = true;
    pthread_cond_signal(&h->changed);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static bool start(host *h)
{
    bool serving;

    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->changed, NULL);
    if (pthread_create(&h->thread, NULL, run_daemon, h) != 0)
        return false;
    pthread_mutex_lock(&h->lock);
    while (!h->port && !h->ended)
        pthread_cond_wait(&h->changed, &h->lock);
    serving = h->port && !h->ended;
    pthread_mutex_unlock(&h->lock);
    if (!serving)
        pthread_join(h->thread, NULL);
    return serving;
}

static void stop(host *h)
{
    tp_app_stop();
    pthread_join(h->thread, NULL);
}

static void say_value(tp_cli_screen *screen, const cJSON *value)
{
    char *json = cJSON_IsString(value) || !value ? NULL : cJSON_PrintUnformatted(value);

    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%s", json ? json : value ? value->valuestring : "");
    cJSON_free(json);
}

/* Whoever watches a reply stream in. */
typedef struct watcher {
    tp_cli_screen *screen;
    const act *act;
    tp_sse *sse;
} watcher;

/* Each piece of text as it comes. */
static void on_event(void *arg, const tp_sse_event *event)
{
    const watcher *w = arg;
    cJSON *data = event->kind == TP_SSE_EVENT ? cJSON_ParseWithLength(event->data.data, event->data.length) : NULL;

    say_value(w->screen, tp_cli_field_at(data, w->act->shown));
    tp_cli_screen_flush(w->screen);
    cJSON_Delete(data);
}

static void on_piece(void *arg, tp_bytes piece)
{
    const watcher *w = arg;

    tp_sse_feed(w->sse, piece);
}

static bool exchange(session *s, const act *one, tp_cli_fetch *fetch)
{
    char url[LONGEST_URL];
    watcher w = { .screen = &s->screen, .act = one };

    w.sse = tp_sse_new(LONGEST_EVENT, on_event, &w);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", s->host.port, one->path);
    *fetch = (tp_cli_fetch){ .url = url, .body = one->body, .timeout_ms = PATIENCE_MS, .piece = one->stream ? on_piece : NULL, .arg = &w };
    tp_cli_fetch_run(fetch);
    tp_sse_end(w.sse);
    tp_sse_free(w.sse);
    fetch->url = NULL;
    return fetch->code == CURLE_OK && fetch->status == one->status;
}

static bool play(session *s, unsigned number, const act *one)
{
    tp_cli_fetch fetch;
    bool expected;
    cJSON *reply;

    tp_cli_screen_print(&s->screen, TP_CLI_BOLD, "%u. %s", number, one->title);
    tp_cli_screen_print(&s->screen, TP_CLI_DIM, "   POST %s\n   ", one->path);
    tp_cli_screen_flush(&s->screen);
    expected = exchange(s, one, &fetch);
    reply = tp_cli_field_parse(&fetch.reply);
    say_value(&s->screen, tp_cli_field_at(reply, one->shown));
    tp_cli_screen_print(&s->screen, TP_CLI_DIM, "\n   status %ld%s%s%s%s\n\n", fetch.status, *fetch.id ? ", request " : "", fetch.id,
                        *fetch.error ? ", " : "", fetch.error);
    if (!expected)
        fprintf(stderr, "tokenpak: expected status %ld: %s\n", one->status, fetch.problem);
    if (one->stream)
        memcpy(s->last_streamed, fetch.id, sizeof(fetch.id));
    cJSON_Delete(reply);
    tp_cli_fetch_free(&fetch);
    return expected;
}

/* Numbers and traces arrive a moment after the reply. NULL when `path` never becomes readable. */
static cJSON *ask(const session *s, const char *path)
{
    char url[LONGEST_URL + TP_CLI_FETCH_WORD];
    cJSON *answer = NULL;

    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", s->host.port, path);
    for (int i = 0; i < TRIES && !answer; i++) {
        tp_cli_fetch fetch = { .url = url, .timeout_ms = PATIENCE_MS };

        if (tp_cli_fetch_run(&fetch) && fetch.status == 200)
            answer = tp_cli_field_parse(&fetch.reply);
        else
            usleep(BETWEEN_TRIES_US);
        tp_cli_fetch_free(&fetch);
    }
    return answer;
}

static bool print_receipt(session *s)
{
    char path[TP_CLI_FETCH_WORD + 16];
    cJSON *trace, *stats;
    bool complete;

    snprintf(path, sizeof(path), "/trace/%s", s->last_streamed);
    trace = ask(s, path);
    stats = ask(s, "/stats");
    complete = trace && stats;
    tp_cli_screen_print(&s->screen, TP_CLI_BOLD, "The receipt of the streamed one, as `tokenpak trace` shows it\n\n");
    tp_cli_walk_print(&s->screen, trace);
    tp_cli_screen_print(&s->screen, TP_CLI_BOLD, "\nAll of it, as `tokenpak stats` shows it\n\n");
    tp_cli_numbers_totals(&s->screen, stats);
    tp_cli_numbers_providers(&s->screen, stats);
    tp_cli_numbers_models(&s->screen, stats);
    tp_cli_screen_print(&s->screen, TP_CLI_DIM,
                        "\nNow with your own: `tokenpak serve`, and see README.md for the one line that your client needs.\n");
    cJSON_Delete(trace);
    cJSON_Delete(stats);
    return complete;
}

static int demo(const tp_cli_call *call)
{
    session s = { .screen = tp_cli_screen_of(stdout, call->environment) };
    bool good = true;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!start(&s.host)) {
        fprintf(stderr, "tokenpak: the daemon of the demo did not start\n");
        return TP_CLI_FAILED;
    }
    for (unsigned i = 0; i < sizeof(SCENES) / sizeof(*SCENES); i++)
        good = play(&s, i + 1, &SCENES[i]) && good;
    good = print_receipt(&s) && good;
    stop(&s.host);
    return tp_cli_screen_flush(&s.screen) || !good ? TP_CLI_FAILED : TP_CLI_DONE;
}

const tp_cli_command tp_cli_demo = {
    .name = "demo",
    .help = "a guided session with a scripted provider, no key and no network needed, and its receipt",
    .run = demo,
};
