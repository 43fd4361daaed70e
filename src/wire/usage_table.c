/* wire/usage_table.c - the tables of usage: a new provider that counts in its own way is one more row. */

#include "wire/usage_table.h"

static const tp_usage_form FORMS[] = {
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .spots = { { "usage", TP_USAGE_OBJECT },
                 { "x_groq.usage", TP_USAGE_OBJECT },
                 { "choices.usage", TP_USAGE_OBJECT }, /* Moonshot, while streaming */
                 { "model", TP_USAGE_NAME },
                 { "error", TP_USAGE_FAULT } },
      .words = { "\"usage\"", "\"error\"" } },
    { .shape = TP_SHAPE_OPENAI_RESPONSES,
      .spots = { { "usage", TP_USAGE_OBJECT },
                 { "response.usage", TP_USAGE_OBJECT },
                 { "model", TP_USAGE_NAME },
                 { "response.model", TP_USAGE_NAME },
                 { "error", TP_USAGE_FAULT },
                 { "response.error", TP_USAGE_FAULT },
                 { "type", TP_USAGE_TYPE } },
      .ends = "response.completed,response.incomplete,response.failed",
      .words = { "\"usage\"", "\"error\"", "response.completed", "response.incomplete", "response.failed" } },
    { .shape = TP_SHAPE_OPENAI_EMBEDDINGS,
      .spots = { { "usage", TP_USAGE_OBJECT }, { "model", TP_USAGE_NAME }, { "error", TP_USAGE_FAULT } },
      .words = { "\"usage\"", "\"error\"" } },
    { .shape = TP_SHAPE_ANTHROPIC,
      .spots = { { "usage", TP_USAGE_OBJECT },
                 { "message.usage", TP_USAGE_OBJECT },
                 { "model", TP_USAGE_NAME },
                 { "message.model", TP_USAGE_NAME },
                 { "error", TP_USAGE_FAULT },
                 { "type", TP_USAGE_TYPE } },
      .ends = "message_stop",
      .words = { "\"usage\"", "\"error\"", "message_stop" } },
    { .shape = TP_SHAPE_GEMINI,
      .spots = { { "usageMetadata", TP_USAGE_OBJECT },
                 { "response.usageMetadata", TP_USAGE_OBJECT },
                 { "modelVersion", TP_USAGE_NAME },
                 { "response.modelVersion", TP_USAGE_NAME },
                 { "error", TP_USAGE_FAULT },
                 { "candidates.finishReason", TP_USAGE_DONE },
                 { "promptFeedback.blockReason", TP_USAGE_DONE } },
      .words = { "\"usageMetadata\"", "\"error\"", "\"finishReason\"", "\"blockReason\"" } },
    { .shape = TP_SHAPE_OLLAMA,
      .spots = { { "prompt_eval_count", TP_USAGE_COUNT },
                 { "eval_count", TP_USAGE_COUNT },
                 { "model", TP_USAGE_NAME },
                 { "error", TP_USAGE_FAULT },
                 { "done", TP_USAGE_DONE } },
      .words = { "eval_count\"", "\"error\"", "\"done\"" } },
};

/* The first row that fits is used. */
static const tp_usage_sum SUMS[] = {
    { .shape = TP_SHAPE_OPENAI_CHAT, /* reasoning is not in completion_tokens */
      .names = "xai*,grok*",
      .hosts = "x.ai,*.x.ai",
      .terms = { { "prompt_tokens", TP_USAGE_INPUT, false },
                 { "completion_tokens", TP_USAGE_OUTPUT, false },
                 { "completion_tokens_details.reasoning_tokens", TP_USAGE_OUTPUT, false },
                 { "completion_tokens_details.reasoning_tokens", TP_USAGE_REASONING, false },
                 { "prompt_tokens_details.cached_tokens", TP_USAGE_CACHE_READ, false },
                 { "cached_prompt_text_tokens", TP_USAGE_CACHE_READ, true } } },
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .names = "perplexity*,sonar*",
      .hosts = "*.perplexity.ai",
      .terms = { { "prompt_tokens", TP_USAGE_INPUT, false },
                 { "completion_tokens", TP_USAGE_OUTPUT, false },
                 { "reasoning_tokens", TP_USAGE_OUTPUT, false },
                 { "citation_tokens", TP_USAGE_OUTPUT, false },
                 { "reasoning_tokens", TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_CHAT,
      .terms = { { "prompt_tokens", TP_USAGE_INPUT, false },
                 { "completion_tokens", TP_USAGE_OUTPUT, false },
                 { "prompt_tokens_details.cached_tokens", TP_USAGE_CACHE_READ, false },
                 { "prompt_cache_hit_tokens", TP_USAGE_CACHE_READ, true }, /* DeepSeek */
                 { "cached_tokens", TP_USAGE_CACHE_READ, true },           /* Moonshot */
                 { "prompt_tokens_details.cache_write_tokens", TP_USAGE_CACHE_CREATION, false },
                 { "completion_tokens_details.reasoning_tokens", TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_RESPONSES,
      .terms = { { "input_tokens", TP_USAGE_INPUT, false },
                 { "output_tokens", TP_USAGE_OUTPUT, false },
                 { "input_tokens_details.cached_tokens", TP_USAGE_CACHE_READ, false },
                 { "input_tokens_details.cache_write_tokens", TP_USAGE_CACHE_CREATION, false },
                 { "output_tokens_details.reasoning_tokens", TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OPENAI_EMBEDDINGS,
      .terms = { { "prompt_tokens", TP_USAGE_INPUT, false }, { "total_tokens", TP_USAGE_INPUT, true } } },
    { .shape = TP_SHAPE_ANTHROPIC, /* input_tokens is only what no cache was read or written for */
      .terms = { { "input_tokens", TP_USAGE_INPUT, false },
                 { "cache_creation_input_tokens", TP_USAGE_INPUT, false },
                 { "cache_read_input_tokens", TP_USAGE_INPUT, false },
                 { "output_tokens", TP_USAGE_OUTPUT, false },
                 { "cache_read_input_tokens", TP_USAGE_CACHE_READ, false },
                 { "cache_creation_input_tokens", TP_USAGE_CACHE_CREATION, false },
                 { "output_tokens_details.thinking_tokens", TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_GEMINI, /* thoughts are not in candidatesTokenCount, tool results not in promptTokenCount */
      .terms = { { "promptTokenCount", TP_USAGE_INPUT, false },
                 { "toolUsePromptTokenCount", TP_USAGE_INPUT, false },
                 { "candidatesTokenCount", TP_USAGE_OUTPUT, false },
                 { "thoughtsTokenCount", TP_USAGE_OUTPUT, false },
                 { "cachedContentTokenCount", TP_USAGE_CACHE_READ, false },
                 { "thoughtsTokenCount", TP_USAGE_REASONING, false } } },
    { .shape = TP_SHAPE_OLLAMA, .terms = { { "prompt_eval_count", TP_USAGE_INPUT, false }, { "eval_count", TP_USAGE_OUTPUT, false } } },
};

const tp_usage_form *tp_usage_table_form(tp_shape shape)
{
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(*FORMS); i++)
        if (FORMS[i].shape == shape)
            return &FORMS[i];
    return NULL;
}

static bool any_matches(const char *patterns, tp_bytes text)
{
    tp_bytes rest = tp_bytes_text(patterns), pattern;

    while (tp_bytes_next(&rest, ',', &pattern))
        if (tp_bytes_match(pattern, text))
            return true;
    return false;
}

const tp_usage_sum *tp_usage_table_sum(tp_shape shape, tp_bytes provider, tp_bytes host)
{
    for (size_t i = 0; i < sizeof(SUMS) / sizeof(*SUMS); i++)
        if (SUMS[i].shape == shape && (!SUMS[i].names || any_matches(SUMS[i].names, provider) || any_matches(SUMS[i].hosts, host)))
            return &SUMS[i];
    return NULL;
}
