/* unit/wire/test_usage.c - every row of the usage table reads what its provider sends, at any split. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "wire/usage.h"

enum {
    IN = 1 << TP_USAGE_INPUT,
    OUT = 1 << TP_USAGE_OUTPUT,
    READ = 1 << TP_USAGE_CACHE_READ,
    MADE = 1 << TP_USAGE_CACHE_CREATION,
    WHY = 1 << TP_USAGE_REASONING
};

typedef struct sample {
    const char *what;
    const char *provider, *host;
    tp_shape shape;
    tp_framing framing;
    const char *reply;
    tp_usage usage;
    const char *model;
    uint64_t events;
    bool terminal, error;
} sample;

static const sample SAMPLES[] = {
    { .what = "OpenAI chat, whole",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"id\":\"x\",\"model\":\"gpt-5\",\"choices\":[{\"message\":{\"content\":\"{\\\"usage\\\":1}\"}}],\"usage\":{\"prompt_"
               "tokens\":100,"
               "\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":60,\"cache_write_tokens\":30},"
               "\"completion_tokens_details\":{\"reasoning_tokens\":5}}}",
      .usage = { 100, 20, 60, 30, 5, IN | OUT | READ | MADE | WHY },
      .model = "gpt-5",
      .terminal = true },
    { .what = "OpenAI chat, stream",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"model\":\"gpt-4o\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n"
               "data: {\"model\":\"gpt-4o\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
      .usage = { 9, 2, 0, 0, 0, IN | OUT },
      .model = "gpt-4o",
      .events = 3,
      .terminal = true },
    { .what = "Mistral, usage in the last chunk",
      .provider = "mistral",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply =
          "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,"
          "\"completion_tokens\":3}}\n\n",
      .usage = { 4, 3, 0, 0, 0, IN | OUT },
      .model = "m",
      .events = 1 },
    { .what = "DeepSeek",
      .provider = "deepseek",
      .host = "api.deepseek.com",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"model\":\"d\",\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":7,\"prompt_cache_hit_tokens\":40,\"prompt_cache_"
               "miss_tokens\":10}}",
      .usage = { 50, 7, 40, 0, 0, IN | OUT | READ },
      .model = "d",
      .terminal = true },
    { .what = "DeepSeek, both fields of cached tokens are not added",
      .provider = "deepseek",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":7,\"prompt_cache_hit_tokens\":40,\"prompt_tokens_details\":{"
               "\"cached_tokens\":40}}}",
      .usage = { 50, 7, 40, 0, 0, IN | OUT | READ },
      .terminal = true },
    { .what = "Groq",
      .provider = "groq",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"model\":\"l\",\"choices\":[{}],\"x_groq\":{\"id\":\"r\"}}\n\ndata: "
               "{\"model\":\"l\",\"choices\":[{}],\"x_groq\":{\"id\":\"r\","
               "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":12,\"prompt_time\":0.1}}}\n\ndata: [DONE]\n\n",
      .usage = { 11, 12, 0, 0, 0, IN | OUT },
      .model = "l",
      .events = 3,
      .terminal = true },
    { .what = "Moonshot",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"choices\":[{\"delta\":{},\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":6,\"cached_tokens\":5}}]}\n\n",
      .usage = { 8, 6, 5, 0, 0, IN | OUT | READ },
      .events = 1 },
    { .what = "xAI by name: reasoning is added",
      .provider = "xai",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"completion_tokens_details\":{\"reasoning_tokens\":40},"
               "\"prompt_tokens_details\":{\"cached_tokens\":2}}}",
      .usage = { 10, 43, 2, 0, 40, IN | OUT | READ | WHY },
      .terminal = true },
    { .what = "xAI by host, old field of cached tokens",
      .provider = "mine",
      .host = "api.x.ai",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"cached_prompt_text_tokens\":2,"
               "\"completion_tokens_details\":{\"reasoning_tokens\":40}}}",
      .usage = { 10, 43, 2, 0, 40, IN | OUT | READ | WHY },
      .terminal = true },
    { .what = "Perplexity",
      .provider = "p",
      .host = "api.perplexity.ai",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .reply = "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"reasoning_tokens\":30,\"citation_tokens\":400}}",
      .usage = { 1, 432, 0, 0, 30, IN | OUT | WHY },
      .terminal = true },
    { .what = "OpenRouter: comments, cost, CR LF, no blank behind the colon",
      .host = "openrouter.ai",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply =
          ": OPENROUTER PROCESSING\r\n\r\ndata:{\"model\":\"a/b\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1,"
          "\"cost\":0.00014}}\r\n\r\n",
      .usage = { 5, 1, 0, 0, 0, IN | OUT },
      .model = "a/b",
      .events = 1 },
    { .what = "OpenAI chat, error in the stream",
      .shape = TP_SHAPE_OPENAI_CHAT,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"model\":\"m\",\"choices\":[{}]}\n\ndata: {\"error\":{\"message\":\"overloaded\"}}\n\n",
      .model = "m",
      .events = 2,
      .error = true },
    { .what = "Responses, whole",
      .shape = TP_SHAPE_OPENAI_RESPONSES,
      .reply = "{\"object\":\"response\",\"error\":null,\"model\":\"gpt-5\",\"usage\":{\"input_tokens\":70,\"input_tokens_details\":{"
               "\"cached_tokens\":20,"
               "\"cache_write_tokens\":10},\"output_tokens\":30,\"output_tokens_details\":{\"reasoning_tokens\":25}}}",
      .usage = { 70, 30, 20, 10, 25, IN | OUT | READ | MADE | WHY },
      .model = "gpt-5",
      .terminal = true },
    { .what = "Responses, stream",
      .shape = TP_SHAPE_OPENAI_RESPONSES,
      .framing = TP_FRAMING_SSE,
      .reply = "event: response.created\ndata: "
               "{\"type\":\"response.created\",\"response\":{\"model\":\"gpt-5\",\"error\":null,\"usage\":null}}\n\n"
               "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"
               "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"model\":\"gpt-5\",\"error\":null,"
               "\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}}\n\n",
      .usage = { 7, 3, 0, 0, 0, IN | OUT },
      .model = "gpt-5",
      .events = 3,
      .terminal = true },
    { .what = "Responses, failed",
      .shape = TP_SHAPE_OPENAI_RESPONSES,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"type\":\"response.failed\",\"response\":{\"model\":\"gpt-5\",\"error\":{\"code\":\"server_error\"}}}\n\n",
      .model = "gpt-5",
      .events = 1,
      .terminal = true,
      .error = true },
    { .what = "Anthropic, whole",
      .shape = TP_SHAPE_ANTHROPIC,
      .reply =
          "{\"type\":\"message\",\"model\":\"claude\",\"content\":[],\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":200,"
          "\"cache_read_input_tokens\":3000,\"output_tokens\":40,\"output_tokens_details\":{\"thinking_tokens\":15}}}",
      .usage = { 3210, 40, 3000, 200, 15, IN | OUT | READ | MADE | WHY },
      .model = "claude",
      .terminal = true },
    { .what = "Anthropic, stream: cumulative, nulls and absent fields keep what was there, nothing is added",
      .shape = TP_SHAPE_ANTHROPIC,
      .framing = TP_FRAMING_SSE,
      .reply = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude\",\"usage\":{\"input_tokens\":10,"
               "\"cache_creation_input_tokens\":2,\"cache_read_input_tokens\":3,\"output_tokens\":1}}}\n\n"
               "event: ping\ndata: {\"type\": \"ping\"}\n\n"
               "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"\\\"usage\\\"\"}      }\n\n"
               "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":5}}\n\n"
               "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"input_tokens\":12,\"cache_read_input_tokens\":null,"
               "\"output_tokens\":9}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
      .usage = { 17, 9, 3, 2, 0, IN | OUT | READ | MADE },
      .model = "claude",
      .events = 6,
      .terminal = true },
    { .what = "Anthropic, error in the stream",
      .shape = TP_SHAPE_ANTHROPIC,
      .framing = TP_FRAMING_SSE,
      .reply = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
      .events = 1,
      .error = true },
    { .what = "Gemini, whole",
      .shape = TP_SHAPE_GEMINI,
      .reply = "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"modelVersion\":\"gemini-3\",\"usageMetadata\":{\"promptTokenCount\":100,"
               "\"toolUsePromptTokenCount\":7,\"cachedContentTokenCount\":50,\"candidatesTokenCount\":20,\"thoughtsTokenCount\":300}}",
      .usage = { 107, 320, 50, 0, 300, IN | OUT | READ | WHY },
      .model = "gemini-3",
      .terminal = true },
    { .what = "Gemini, SSE: the last wins",
      .shape = TP_SHAPE_GEMINI,
      .framing = TP_FRAMING_SSE,
      .reply = "data: {\"candidates\":[{}],\"modelVersion\":\"g\",\"usageMetadata\":{\"promptTokenCount\":6}}\r\n\r\n"
               "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],\"modelVersion\":\"g\",\"usageMetadata\":{\"promptTokenCount\":6,"
               "\"candidatesTokenCount\":4}}\r\n\r\n",
      .usage = { 6, 4, 0, 0, 0, IN | OUT },
      .model = "g",
      .events = 2,
      .terminal = true },
    { .what = "Gemini, array",
      .shape = TP_SHAPE_GEMINI,
      .framing = TP_FRAMING_ARRAY,
      .reply = "[{\"modelVersion\":\"g\",\"usageMetadata\":{\"promptTokenCount\":6,\"candidatesTokenCount\":1}}\n,\r\n{\"candidates\":"
               "[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":6,\"candidatesTokenCount\":4}}\n]\n",
      .usage = { 6, 4, 0, 0, 0, IN | OUT },
      .model = "g",
      .events = 2,
      .terminal = true },
    { .what = "Gemini, array with an error",
      .shape = TP_SHAPE_GEMINI,
      .framing = TP_FRAMING_ARRAY,
      .reply = "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}]",
      .events = 1,
      .error = true },
    { .what = "Ollama, lines",
      .shape = TP_SHAPE_OLLAMA,
      .framing = TP_FRAMING_LINES,
      .reply = "{\"model\":\"llama3\",\"message\":{\"content\":\"x\"},\"done\":false}\n"
               "{\"model\":\"llama3\",\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}\n",
      .usage = { 26, 298, 0, 0, 0, IN | OUT },
      .model = "llama3",
      .events = 2,
      .terminal = true },
    { .what = "Ollama, whole, prompt in its cache",
      .shape = TP_SHAPE_OLLAMA,
      .reply = "{\"model\":\"llama3\",\"done\":true,\"eval_count\":298}",
      .usage = { 0, 298, 0, 0, 0, OUT },
      .model = "llama3",
      .terminal = true },
    { .what = "Ollama, error line",
      .shape = TP_SHAPE_OLLAMA,
      .framing = TP_FRAMING_LINES,
      .reply = "{\"model\":\"l\",\"done\":false}\n{\"error\":\"out of memory\"}\n",
      .model = "l",
      .events = 2,
      .error = true },
    { .what = "embeddings",
      .shape = TP_SHAPE_OPENAI_EMBEDDINGS,
      .reply = "{\"data\":[{\"embedding\":[0.1,-2e-3]}],\"model\":\"e\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}",
      .usage = { 8, 0, 0, 0, 0, IN },
      .model = "e",
      .terminal = true },
    { .what = "a model with escapes; numbers that are none are not read; those too large do not wrap",
      .shape = TP_SHAPE_ANTHROPIC,
      .reply =
          "{\"model\":\"a\\u002fb\",\"usage\":{\"input_tokens\":18446744073709551615,\"cache_read_input_tokens\":5,\"output_tokens\":-3}}",
      .usage = { UINT64_MAX, 0, 5, 0, 0, IN | READ },
      .model = "a/b",
      .terminal = true },
    { .what = "not JSON", .shape = TP_SHAPE_OPENAI_CHAT, .reply = "<html>\"usage\":{}</html>" },
    { .what = "cut off", .shape = TP_SHAPE_OPENAI_CHAT, .reply = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":1", .model = "m" },
    { .what = "a shape without usage", .shape = TP_SHAPE_ANTHROPIC_COUNT, .reply = "{\"input_tokens\":5}" },
};

static void assert_seen(const sample *s, const tp_usage_seen *seen)
{
    if (memcmp(&seen->usage, &s->usage, offsetof(tp_usage, known)) != 0 || seen->usage.known != s->usage.known)
        fail_msg("%s: %llu %llu %llu %llu %llu known %x", s->what, (unsigned long long)seen->usage.input,
                 (unsigned long long)seen->usage.output, (unsigned long long)seen->usage.cache_read,
                 (unsigned long long)seen->usage.cache_creation, (unsigned long long)seen->usage.reasoning, seen->usage.known);
    if (!tp_bytes_equal(seen->model, tp_bytes_text(s->model)))
        fail_msg("%s: model %.*s", s->what, (int)seen->model.length, seen->model.data);
    if (seen->found != (s->usage.known != 0) || seen->terminal != s->terminal || seen->error != s->error || seen->overflow)
        fail_msg("%s: found %d terminal %d error %d", s->what, seen->found, seen->terminal, seen->error);
    if (seen->events != s->events)
        fail_msg("%s: %llu events", s->what, (unsigned long long)seen->events);
    if (seen->found != (seen->raw.length != 0))
        fail_msg("%s: raw usage %.*s", s->what, (int)seen->raw.length, seen->raw.data);
}

/* In pieces of `size` bytes, the first of them `first` long. */
static void check(const sample *s, size_t first, size_t size)
{
    tp_arena *arena = tp_arena_new();
    tp_usage_tap *tap = tp_usage_tap_new(arena, s->provider, s->host, s->shape, s->framing);
    tp_bytes rest = tp_bytes_text(s->reply);

    tp_usage_tap_feed(tap, tp_bytes_of(rest.data, first));
    for (rest = tp_bytes_from(rest, first); rest.length; rest = tp_bytes_from(rest, size))
        tp_usage_tap_feed(tap, tp_bytes_of(rest.data, rest.length < size ? rest.length : size));
    tp_usage_tap_end(tap);
    assert_seen(s, tp_usage_tap_seen(tap));
    tp_arena_free(arena);
}

static void every_row_is_read_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(*SAMPLES); i++) {
        for (size_t cut = 0; cut <= strlen(SAMPLES[i].reply); cut++)
            check(&SAMPLES[i], cut, SIZE_MAX);
        check(&SAMPLES[i], 0, 1);
    }
}

static tp_usage_tap *tap_of(tp_arena *arena, tp_shape shape, tp_framing framing, tp_bytes reply)
{
    tp_usage_tap *tap = tp_usage_tap_new(arena, NULL, NULL, shape, framing);

    tp_usage_tap_feed(tap, reply);
    tp_usage_tap_end(tap);
    return tap;
}

static void the_providers_own_json_is_kept(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_usage_tap *tap =
        tap_of(arena, TP_SHAPE_OPENAI_CHAT, TP_FRAMING_WHOLE, TP_BYTES("{\"usage\":{\"prompt_tokens\" : 1, \"cost\":0.10}}"));

    (void)state;
    assert_true(tp_bytes_equal(tp_usage_tap_seen(tap)->raw, TP_BYTES("{\"prompt_tokens\" : 1, \"cost\":0.10}")));
    tap = tap_of(arena, TP_SHAPE_OLLAMA, TP_FRAMING_WHOLE, TP_BYTES("{\"eval_count\":2,\"prompt_eval_count\":1}"));
    assert_true(tp_bytes_equal(tp_usage_tap_seen(tap)->raw, TP_BYTES("{\"prompt_eval_count\":1,\"eval_count\":2}")));
    tp_arena_free(arena);
}

static void a_usage_object_that_is_too_long_to_keep_is_still_read(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_buffer reply = TP_BUFFER(100000);
    const tp_usage_seen *seen;

    (void)state;
    tp_buffer_text(&reply, "{\"usage\":{\"prompt_tokens\":3,\"x\":\"");
    for (unsigned i = 0; i < TP_USAGE_RAW; i++)
        tp_buffer_text(&reply, "y");
    tp_buffer_text(&reply, "\"}}");
    seen = tp_usage_tap_seen(tap_of(arena, TP_SHAPE_OPENAI_CHAT, TP_FRAMING_WHOLE, tp_buffer_bytes(&reply)));
    assert_int_equal(seen->usage.input, 3);
    assert_int_equal(seen->raw.length, 0);
    tp_buffer_free(&reply);
    tp_arena_free(arena);
}

static void an_event_beyond_the_limit_is_passed_over(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_usage_tap *tap = tp_usage_tap_new(arena, NULL, NULL, TP_SHAPE_OPENAI_CHAT, TP_FRAMING_SSE);
    static char chunk[1 << 20];

    (void)state;
    memset(chunk, 'x', sizeof(chunk));
    tp_usage_tap_feed(tap, TP_BYTES("data: "));
    for (unsigned i = 0; i < 20; i++)
        tp_usage_tap_feed(tap, tp_bytes_of(chunk, sizeof(chunk)));
    tp_usage_tap_feed(tap, TP_BYTES("\n\ndata: {\"usage\":{\"prompt_tokens\":3}}\n\n"));
    assert_true(tp_usage_tap_seen(tap)->overflow);
    assert_int_equal(tp_usage_tap_seen(tap)->usage.input, 3);
    assert_int_equal(tp_usage_tap_seen(tap)->events, 2);
    tp_arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_row_is_read_at_every_split),
        cmocka_unit_test(the_providers_own_json_is_kept),
        cmocka_unit_test(a_usage_object_that_is_too_long_to_keep_is_still_read),
        cmocka_unit_test(an_event_beyond_the_limit_is_passed_over),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
