/* wire/model_rule.c - the table of models. */

#include "wire/model_rule.h"

#define BIT(param) (1u << TP_PARAM_##param)
#define SAMPLING (BIT(TEMPERATURE) | BIT(TOP_P) | BIT(TOP_K))
#define REASONER (SAMPLING | BIT(PRESENCE_PENALTY) | BIT(FREQUENCY_PENALTY) | BIT(LOGPROBS) | BIT(TOP_LOGPROBS) | BIT(LOGIT_BIAS))
#define STOPS (1u << TP_RULE_STOPS)

/* Sources: the models' pages of the vendors and the errors their APIs answer, as of November 2026. */
#define OPENAI(name, ...)                                                                                                                  \
    {                                                                                                                                      \
        .dialect = TP_DIALECT_OPENAI, .pattern = TP_BYTES_INIT(name), __VA_ARGS__                                                          \
    }
#define CLAUDE(name, ...)                                                                                                                  \
    {                                                                                                                                      \
        .dialect = TP_DIALECT_ANTHROPIC, .pattern = TP_BYTES_INIT(name), __VA_ARGS__                                                       \
    }
#define GEMINI(name, ...)                                                                                                                  \
    {                                                                                                                                      \
        .dialect = TP_DIALECT_GEMINI, .pattern = TP_BYTES_INIT(name), __VA_ARGS__                                                          \
    }
#define EFFORT(low, high) .thinking = TP_THINKING_EFFORT, .least = TP_EFFORT_##low, .most = TP_EFFORT_##high
#define DECIDES(high) .no_prefill = true, .thinking = TP_THINKING_ADAPTIVE, .least = TP_EFFORT_LOW, .most = TP_EFFORT_##high
#define LIMITED .completion_tokens = true

static const tp_model_rule RULES[] = {
    OPENAI("gpt-5*-chat*", LIMITED, .most_output = 16384),
    OPENAI("gpt-5.1*", LIMITED, .refuses = REASONER, .most_output = 128000, EFFORT(NONE, HIGH)),
    OPENAI("gpt-5.*", LIMITED, .refuses = REASONER, .most_output = 128000, EFFORT(NONE, XHIGH)),
    OPENAI("gpt-5*", LIMITED, .refuses = REASONER, .most_output = 128000, EFFORT(MINIMAL, HIGH)),
    OPENAI("o1*", LIMITED, .refuses = REASONER | STOPS, .most_output = 100000, EFFORT(LOW, HIGH)),
    OPENAI("o3*", LIMITED, .refuses = REASONER | STOPS, .most_output = 100000, EFFORT(LOW, HIGH)),
    OPENAI("o4*", LIMITED, .refuses = REASONER | STOPS, .most_output = 100000, EFFORT(LOW, HIGH)),
    OPENAI("gpt-4.1*", LIMITED, .most_output = 32768),
    OPENAI("gpt-4o*", LIMITED, .most_output = 16384),
    OPENAI("gpt-4-turbo*", LIMITED, .most_output = 4096),
    OPENAI("gpt-3.5*", LIMITED, .most_output = 4096),
    OPENAI("*gemini*", .seal_back = true, EFFORT(MINIMAL, HIGH)),
    OPENAI("*deepseek*", .thought_back = true),
    OPENAI("*kimi*", .thought_back = true),
    OPENAI("*glm*", .thought_back = true),
    OPENAI("*", EFFORT(LOW, HIGH)),
    CLAUDE("*claude-3-haiku*", .most_output = 4096),
    CLAUDE("*claude-3-opus*", .most_output = 4096),
    CLAUDE("*claude-3?5*", .most_output = 8192),
    CLAUDE("*claude-3?7*", .most_output = 64000, .thinking = TP_THINKING_BUDGET),
    CLAUDE("*opus-4?1*", .most_output = 32000, .thinking = TP_THINKING_BUDGET, .output_schema = true),
    CLAUDE("*opus-4?5*", .most_output = 64000, .thinking = TP_THINKING_BUDGET, .output_schema = true),
    CLAUDE("*opus-4?6*", .most_output = 128000, DECIDES(MAX), .lacks = TP_EFFORT_XHIGH, .output_schema = true),
    CLAUDE("*sonnet-4?6*", .most_output = 64000, DECIDES(MAX), .lacks = TP_EFFORT_XHIGH, .output_schema = true),
    CLAUDE("*opus-4?7*", .refuses = SAMPLING, .most_output = 128000, DECIDES(MAX), .output_schema = true),
    CLAUDE("*opus-4?8*", .refuses = SAMPLING, .most_output = 128000, DECIDES(MAX), .output_schema = true),
    CLAUDE("*opus-4*", .most_output = 32000, .thinking = TP_THINKING_BUDGET),
    CLAUDE("*sonnet-4?5*", .most_output = 64000, .thinking = TP_THINKING_BUDGET, .output_schema = true),
    CLAUDE("*sonnet-4*", .most_output = 64000, .thinking = TP_THINKING_BUDGET),
    CLAUDE("*haiku-4*", .most_output = 64000, .thinking = TP_THINKING_BUDGET, .output_schema = true),
    CLAUDE("*claude*", .refuses = SAMPLING, .most_output = 64000, DECIDES(HIGH), .output_schema = true),
    CLAUDE("*", .most_output = 8192),
    GEMINI("*gemini-1*", .most_output = 8192),
    GEMINI("*gemini-2.0*", .most_output = 8192),
    GEMINI("*gemini-2.5-pro*", .most_output = 65536, .thinking = TP_THINKING_BUDGET, .least = TP_EFFORT_LOW, .least_budget = 128,
           .most_budget = 32768, .whole_schema = true),
    GEMINI("*gemini-2.5-flash-lite*", .most_output = 65536, .thinking = TP_THINKING_BUDGET, .least_budget = 512, .most_budget = 24576,
           .whole_schema = true),
    GEMINI("*gemini-2.5*", .most_output = 65536, .thinking = TP_THINKING_BUDGET, .most_budget = 24576, .whole_schema = true),
    GEMINI("*gemini-3-pro*", .most_output = 65536, .thinking = TP_THINKING_LEVEL, .least = TP_EFFORT_LOW, .most = TP_EFFORT_HIGH,
           .whole_schema = true),
    GEMINI("*gemini-3.1-pro*", .most_output = 65536, .thinking = TP_THINKING_LEVEL, .least = TP_EFFORT_LOW, .most = TP_EFFORT_HIGH,
           .whole_schema = true),
    GEMINI("*gemini*", .most_output = 65536, .thinking = TP_THINKING_LEVEL, .least = TP_EFFORT_MINIMAL, .most = TP_EFFORT_HIGH,
           .whole_schema = true),
    GEMINI("*", .most_output = 0),
    { .dialect = TP_DIALECT_OLLAMA, .pattern = TP_BYTES_INIT("*gpt-oss*"), EFFORT(LOW, HIGH) },
    { .dialect = TP_DIALECT_OLLAMA, .pattern = TP_BYTES_INIT("*"), .least = TP_EFFORT_NONE, .most = TP_EFFORT_HIGH },
};

static const struct {
    const char *word;
    uint32_t budget;
} EFFORTS[] = {
    [TP_EFFORT_UNSAID] = { "", 0 },        [TP_EFFORT_NONE] = { "none", 0 },        [TP_EFFORT_MINIMAL] = { "minimal", 1024 },
    [TP_EFFORT_LOW] = { "low", 1024 },     [TP_EFFORT_MEDIUM] = { "medium", 2048 }, [TP_EFFORT_HIGH] = { "high", 4096 },
    [TP_EFFORT_XHIGH] = { "xhigh", 8192 }, [TP_EFFORT_MAX] = { "max", 16384 },
};

enum { EFFORT_COUNT = sizeof(EFFORTS) / sizeof(*EFFORTS) };

static tp_bytes lower(tp_bytes text, char *room, size_t size)
{
    size_t length = text.length < size ? text.length : size;

    for (size_t i = 0; i < length; i++)
        room[i] = (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] | 0x20 : text.data[i]);
    return tp_bytes_of(room, length);
}

const tp_model_rule *tp_model_rule_find(tp_dialect dialect, tp_bytes model)
{
    char room[256];
    tp_bytes name = lower(model, room, sizeof(room));
    const tp_model_rule *rule = RULES;

    while (rule->dialect != dialect || !tp_bytes_match(rule->pattern, name))
        rule++;
    return rule;
}

uint32_t tp_model_rule_budget(tp_effort effort)
{
    return EFFORTS[effort].budget;
}

tp_effort tp_model_rule_effort(int64_t budget)
{
    if (budget == 0)
        return TP_EFFORT_NONE;
    if (budget < 0)
        return TP_EFFORT_UNSAID;
    for (unsigned i = TP_EFFORT_LOW; i < TP_EFFORT_HIGH; i++)
        if (budget <= (int64_t)EFFORTS[i].budget)
            return (tp_effort)i;
    return TP_EFFORT_HIGH;
}

tp_effort tp_model_rule_fit(const tp_model_rule *rule, tp_effort effort)
{
    if (effort == TP_EFFORT_UNSAID || (effort == TP_EFFORT_NONE && rule->least > TP_EFFORT_MINIMAL))
        return TP_EFFORT_UNSAID;
    if (effort < rule->least)
        return rule->least;
    if (effort == rule->lacks)
        return (tp_effort)(effort - 1);
    return effort > rule->most ? rule->most : effort;
}

const char *tp_model_rule_word(tp_effort effort)
{
    return EFFORTS[effort].word;
}

tp_effort tp_model_rule_effort_named(tp_bytes word)
{
    for (unsigned i = TP_EFFORT_NONE; i < EFFORT_COUNT; i++)
        if (tp_bytes_equal(word, tp_bytes_text(EFFORTS[i].word)))
            return (tp_effort)i;
    return TP_EFFORT_UNSAID;
}
