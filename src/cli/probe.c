/* cli/probe.c - tries every provider: name, connection, TLS, key, answer. */

#include "cli/probe.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/fetch.h"
#include "cli/units.h"

enum { PATIENCE_MS = 3000, MOST_AT_ONCE_MS = 100, WRONG_CLOCK_S = 300 };

/* Where a dialect lists its models, and how it takes a key. */
static const struct {
    const char *path, *key_name, *key_prefix;
} DIALECTS[TP_DIALECT_COUNT] = {
    [TP_DIALECT_OPENAI] = { "/models", "Authorization", "Bearer " },
    [TP_DIALECT_ANTHROPIC] = { "/v1/models?limit=1", "x-api-key", "" },
    [TP_DIALECT_GEMINI] = { "/v1beta/models?pageSize=1", "x-goog-api-key", "" },
    [TP_DIALECT_OLLAMA] = { "/api/tags", "Authorization", "Bearer " },
};

typedef struct probe {
    const tp_provider *provider;
    bool wanted; /* somebody has set it up: it must work */
    char url[2048];
    tp_cli_fetch fetch;
} probe;

static const char *key_of(const tp_provider *provider)
{
    if (*provider->api_key)
        return provider->api_key;
    return provider->api_keys.count ? provider->api_keys.items[0] : "";
}

static bool is_wanted(const tp_provider *provider, const tp_settings *standard)
{
    const tp_provider *usual = standard ? tp_settings_provider(standard, tp_bytes_text(provider->name)) : NULL;

    return *key_of(provider) || !usual || strcmp(usual->base_url, provider->base_url) != 0;
}

static void prepare(probe *p, const tp_provider *provider, const tp_settings *standard)
{
    const char *key = key_of(provider);

    p->provider = provider;
    p->wanted = is_wanted(provider, standard);
    snprintf(p->url, sizeof(p->url), "%s%s", provider->base_url, DIALECTS[provider->dialect].path);
    p->fetch.url = p->url;
    p->fetch.timeout_ms = PATIENCE_MS;
    if (*key)
        tp_cli_fetch_header(&p->fetch, DIALECTS[provider->dialect].key_name, DIALECTS[provider->dialect].key_prefix, key);
    if (provider->dialect == TP_DIALECT_ANTHROPIC)
        tp_cli_fetch_header(&p->fetch, "anthropic-version", "", "2023-06-01");
    for (size_t i = 0; i < provider->headers.count; i++)
        tp_cli_fetch_header(&p->fetch, provider->headers.items[i].name, "", provider->headers.items[i].value);
}

static void finish(CURLM *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left))) {
        CURL *handle = message->easy_handle;
        CURLcode code = message->data.result;
        tp_cli_fetch *fetch;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &fetch);
        curl_multi_remove_handle(multi, handle);
        tp_cli_fetch_end(fetch, handle, code);
    }
}

static void run_all(probe *probes, size_t count)
{
    CURLM *multi = curl_multi_init();
    int running = 1;

    for (size_t i = 0; i < count; i++)
        curl_multi_add_handle(multi, tp_cli_fetch_begin(&probes[i].fetch));
    while (running) {
        curl_multi_perform(multi, &running);
        finish(multi);
        if (running)
            curl_multi_poll(multi, NULL, 0, MOST_AT_ONCE_MS, NULL);
    }
    curl_multi_cleanup(multi);
}

static void say(tp_cli_report *report, const probe *p, const char *step, bool good, const char *text)
{
    char what[96];

    snprintf(what, sizeof(what), "%.60s %s", p->provider->name, step);
    tp_cli_report_add(report, good ? TP_CLI_FINE : p->wanted ? TP_CLI_PROBLEM : TP_CLI_NOTE, what, "%s", text);
}

static void judge_key(tp_cli_report *report, const probe *p)
{
    char what[96];

    snprintf(what, sizeof(what), "%.60s key", p->provider->name);
    if (*key_of(p->provider))
        tp_cli_report_add(report, TP_CLI_FINE, what, "configured");
    else if (tp_settings_has_key(p->provider))
        tp_cli_report_add(report, TP_CLI_FINE, what, "none needed");
    else
        tp_cli_report_add(report, TP_CLI_NOTE, what, "not configured; clients bring their own");
}

static void judge_answer(tp_cli_report *report, const probe *p)
{
    bool denied = p->fetch.status == 401 || p->fetch.status == 403 || (p->fetch.status == 400 && !*key_of(p->provider));
    char text[160];

    if (p->fetch.code != CURLE_OK) {
        say(report, p, "answer", false, p->fetch.problem);
        return;
    }
    if (denied && *key_of(p->provider))
        snprintf(text, sizeof(text), "status %ld: the provider refuses the key", p->fetch.status);
    else
        snprintf(text, sizeof(text), "status %ld in %s%s", p->fetch.status, tp_cli_units_duration((double)p->fetch.total_us).text,
                 denied ? ", as it should be without a key" : "");
    say(report, p, "answer", denied ? !*key_of(p->provider) : p->fetch.status < 500, text);
}

/* Each step only when the one before it was taken. */
static void judge(tp_cli_report *report, const probe *p)
{
    const tp_cli_fetch *f = &p->fetch;
    bool tls = strncmp(p->provider->base_url, "https:", 6) == 0;
    const struct {
        const char *step;
        curl_off_t from, to;
        bool taken;
    } STEPS[] = { { "DNS", 0, f->resolved_us, true },
                  { "TCP", f->resolved_us, f->connected_us, true },
                  { "TLS", f->connected_us, f->secured_us, tls } };

    for (unsigned i = 0; i < sizeof(STEPS) / sizeof(*STEPS); i++) {
        bool good = STEPS[i].to > 0;

        if (!STEPS[i].taken)
            continue;
        say(report, p, STEPS[i].step, good, good ? tp_cli_units_duration((double)(STEPS[i].to - STEPS[i].from)).text : f->problem);
        if (!good)
            return;
    }
    judge_key(report, p);
    judge_answer(report, p);
}

/* Against the first provider that told the time; certificates fail with a wrong one. */
static void judge_clock(tp_cli_report *report, const probe *probes, size_t count)
{
    time_t now = (time_t)(tp_clock_wall(&tp_clock_system) / 1000), told = -1;
    size_t i = 0;

    for (; i < count && told < 0; i++)
        told = probes[i].fetch.date[0] ? curl_getdate(probes[i].fetch.date, NULL) : -1;
    if (told < 0)
        return;
    if (llabs((long long)(now - told)) > WRONG_CLOCK_S)
        tp_cli_report_add(report, TP_CLI_PROBLEM, "clock", "%lld s away from the clock of %s", llabs((long long)(now - told)),
                          probes[i - 1].provider->name);
    else
        tp_cli_report_add(report, TP_CLI_FINE, "clock", "agrees with that of %s", probes[i - 1].provider->name);
}

void tp_cli_probe_all(const tp_settings *settings, const tp_settings *standard, tp_cli_report *report)
{
    size_t count = settings->providers.count;
    const tp_provider *providers = settings->providers.items;
    probe *probes = tp_memory_new(count * sizeof(*probes));

    for (size_t i = 0; i < count; i++)
        prepare(&probes[i], &providers[i], standard);
    run_all(probes, count);
    judge_clock(report, probes, count);
    for (size_t i = 0; i < count; i++) {
        judge(report, &probes[i]);
        tp_cli_fetch_free(&probes[i].fetch);
    }
    free(probes);
}
