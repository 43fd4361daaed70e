/* wire/usage_table.c - the tables of usage: a new provider that counts in its own way is one more row. */

#include "wire/usage_table.h"

#define KEY TP_BYTES_INIT

static const tp_usage_form FORMS[] = {
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .spots = { { { KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("x_groq"), KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("choices"), KEY("usage") }, TP_USAGE_OBJECT }, /* Moonshot, while streaming */
                 { { KEY("model") }, TP_USAGE_NAME },
                 { { KEY("error") }, TP_USAGE_FAULT } },
      .words = { "\"usage\"", "\"error\"" } },
    { .shape = TP_SHAPE_OPENAI_RESPONSES,
      .spots = { { { KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("response"), KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("model") }, TP_USAGE_NAME },
                 { { KEY("response"), KEY("model") }, TP_USAGE_NAME },
                 { { KEY("error") }, TP_USAGE_FAULT },
                 { { KEY("response"), KEY("error") }, TP_USAGE_FAULT },
                 { { KEY("type") }, TP_USAGE_TYPE } },
      .ends = "response.completed,response.incomplete,response.failed",
      .words = { "\"usage\"", "\"error\"", "response.completed", "response.incomplete", "response.failed" } },
    { .shape = TP_SHAPE_OPENAI_EMBEDDINGS,
      .spots = { { { KEY("usage") }, TP_USAGE_OBJECT }, { { KEY("model") }, TP_USAGE_NAME }, { { KEY("error") }, TP_USAGE_FAULT } },
      .words = { "\"usage\"", "\"error\"" } },
    { .shape = TP_SHAPE_ANTHROPIC,
      .spots = { { { KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("message"), KEY("usage") }, TP_USAGE_OBJECT },
                 { { KEY("model") }, TP_USAGE_NAME },
                 { { KEY("message"), KEY("model") }, TP_USAGE_NAME },
                 { { KEY("error") }, TP_USAGE_FAULT },
                 { { KEY("type") }, TP_USAGE_TYPE } },
      .ends = "message_stop",
      .words = { "\"usage\"", "\"error\"", "message_stop" } },
    { .shape = TP_SHAPE_GEMINI,
      .spots = { { { KEY("usageMetadata") }, TP_USAGE_OBJECT },
                 { { KEY("response"), KEY("usageMetadata") }, TP_USAGE_OBJECT },
                 { { KEY("modelVersion") }, TP_USAGE_NAME },
                 { { KEY("response"), KEY("modelVersion") }, TP_USAGE_NAME },
                 { { KEY("error") }, TP_USAGE_FAULT },
                 { { KEY("candidates"), KEY("finishReason") }, TP_USAGE_DONE },
                 { { KEY("promptFeedback"), KEY("blockReason") }, TP_USAGE_DONE } },
      .words = { "\"usageMetadata\"", "\"error\"", "\"finishReason\"", "\"blockReason\"" } },
    { .shape = TP_SHAPE_OLLAMA,
      .spots = { { { KEY("prompt_eval_count") }, TP_USAGE_COUNT },
                 { { KEY("eval_count") }, TP_USAGE_COUNT },
                 { { KEY("model") }, TP_USAGE_NAME },
                 { { KEY("error") }, TP_USAGE_FAULT },
                 { { KEY("done") }, TP_USAGE_DONE } },
      .words = { "eval_count\"", "\"error\"", "\"done\"" } },
};

/* The first row that fits is used. */
static const tp_usage_sum SUMS[] = {
    { .shape = TP_SHAPE_OPENAI_CHAT, /* reasoning is not in completion_tokens */
      .names = { KEY("xai*"), KEY("grok*") },
      .hosts = { KEY("x.ai"), KEY("*.x.ai") },
      .terms = { { { KEY("prompt_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("completion_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("completion_tokens_details"), KEY("reasoning_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("completion_tokens_details"), KEY("reasoning_tokens") }, TP_USAGE_REASONING, false },
                 { { KEY("prompt_tokens_details"), KEY("cached_tokens") }, TP_USAGE_CACHE_READ, false },
                 { { KEY("cached_prompt_text_tokens") }, TP_USAGE_CACHE_READ, true } } },
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .names = { KEY("perplexity*"), KEY("sonar*") },
      .hosts = { KEY("*.perplexity.ai") },
      .terms = { { { KEY("prompt_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("completion_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("reasoning_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("citation_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("reasoning_tokens") }, TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .terms = { { { KEY("prompt_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("completion_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("prompt_tokens_details"), KEY("cached_tokens") }, TP_USAGE_CACHE_READ, false },
                 { { KEY("prompt_cache_hit_tokens") }, TP_USAGE_CACHE_READ, true }, /* DeepSeek */
                 { { KEY("cached_tokens") }, TP_USAGE_CACHE_READ, true },           /* Moonshot */
                 { { KEY("prompt_tokens_details"), KEY("cache_write_tokens") }, TP_USAGE_CACHE_CREATION, false },
                 { { KEY("completion_tokens_details"), KEY("reasoning_tokens") }, TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_RESPONSES,
      .terms = { { { KEY("input_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("output_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("input_tokens_details"), KEY("cached_tokens") }, TP_USAGE_CACHE_READ, false },
                 { { KEY("input_tokens_details"), KEY("cache_write_tokens") }, TP_USAGE_CACHE_CREATION, false },
                 { { KEY("output_tokens_details"), KEY("reasoning_tokens") }, TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_EMBEDDINGS,
      .terms = { { { KEY("prompt_tokens") }, TP_USAGE_INPUT, false }, { { KEY("total_tokens") }, TP_USAGE_INPUT, true } } },
    { .shape = TP_SHAPE_ANTHROPIC, /* input_tokens is only what no cache was read or written for */
      .terms = { { { KEY("input_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("cache_creation_input_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("cache_read_input_tokens") }, TP_USAGE_INPUT, false },
                 { { KEY("output_tokens") }, TP_USAGE_OUTPUT, false },
                 { { KEY("cache_read_input_tokens") }, TP_USAGE_CACHE_READ, false },
                 { { KEY("cache_creation_input_tokens") }, TP_USAGE_CACHE_CREATION, false },
                 { { KEY("output_tokens_details"), KEY("thinking_tokens") }, TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_GEMINI, /* thoughts are not in candidatesTokenCount, tool results not in promptTokenCount */
      .terms = { { { KEY("promptTokenCount") }, TP_USAGE_INPUT, false },
                 { { KEY("toolUsePromptTokenCount") }, TP_USAGE_INPUT, false },
                 { { KEY("candidatesTokenCount") }, TP_USAGE_OUTPUT, false },
                 { { KEY("thoughtsTokenCount") }, TP_USAGE_OUTPUT, false },
                 { { KEY("cachedContentTokenCount") }, TP_USAGE_CACHE_READ, false },
                 { { KEY("thoughtsTokenCount") }, TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OLLAMA,
      .terms = { { { KEY("prompt_eval_count") }, TP_USAGE_INPUT, false }, { { KEY("eval_count") }, TP_USAGE_OUTPUT, false } } },
};

const tp_usage_form *tp_usage_table_form(tp_shape shape)
{
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(*FORMS); i++)
        if (FORMS[i].shape == shape)
            return &FORMS[i];
    return NULL;
}

static bool any_matches(const tp_bytes patterns[TP_USAGE_PATTERNS], tp_bytes text)
{
    for (unsigned i = 0; i < TP_USAGE_PATTERNS && patterns[i].length; i++)
        if (tp_bytes_match(patterns[i], text))
            return true;
    return false;
}

const tp_usage_sum *tp_usage_table_sum(tp_shape shape, tp_bytes provider, tp_bytes host)
{
    for (size_t i = 0; i < sizeof(SUMS) / sizeof(*SUMS); i++)
        if (SUMS[i].shape == shape &&
            (!SUMS[i].names[0].length || any_matches(SUMS[i].names, provider) || any_matches(SUMS[i].hosts, host)))
            return &SUMS[i];
    return NULL;
}
