/* wire/model_rule.h - what a model takes and refuses, as data: a new model is a row of a table, not code. Pure; any thread. */

#ifndef TP_WIRE_MODEL_RULE_H
#define TP_WIRE_MODEL_RULE_H

#include <tokenpak/chat.h>

/* How a model is told to think. */
typedef enum tp_thinking {
    TP_THINKING_NONE,
    TP_THINKING_EFFORT,   /* a word */
    TP_THINKING_BUDGET,   /* a number of tokens */
    TP_THINKING_ADAPTIVE, /* it decides; a word besides */
    TP_THINKING_LEVEL,    /* Gemini's word */
} tp_thinking;

enum { TP_RULE_STOPS = TP_PARAM_COUNT }; /* bit of stop sequences in `refuses` */

typedef struct tp_model_rule {
    tp_dialect dialect;   /* of the provider */
    tp_bytes pattern;     /* of the model's name, lower case */
    uint32_t refuses;     /* 1 << tp_param */
    uint32_t most_output; /* tokens of output; 0 = not known */
    tp_thinking thinking;
    tp_effort least, most;              /* words it takes; what is beyond becomes the nearest */
    tp_effort lacks;                    /* one between them that it does not take: the next lower is said; UNSAID = none */
    bool completion_tokens;             /* OpenAI: the limit is called max_completion_tokens */
    bool whole_schema;                  /* Gemini: takes parametersJsonSchema and responseJsonSchema */
    bool output_schema;                 /* Anthropic: takes output_config.format */
    bool no_prefill;                    /* Anthropic: the last turn has to be the user's */
    bool seal_back;                     /* OpenAI-compatible: wants the signature of a call back, under extra_content.google */
    bool thought_back;                  /* OpenAI-compatible: wants reasoning_content back between tool calls */
    uint32_t least_budget, most_budget; /* BUDGET: tokens it takes; 0 = not known */
} tp_model_rule;

/* The first row that fits; never NULL. */
const tp_model_rule *tp_model_rule_find(tp_dialect dialect, tp_bytes model);

static inline bool tp_model_rule_refuses(const tp_model_rule *rule, unsigned param)
{
    return rule->refuses >> param & 1;
}

/* Tokens of thinking that go with a word, and the word that goes with a number of tokens. The steps are those of LiteLLM and agentgateway
 * (1024, 2048, 4096), carried on by doubling. */
uint32_t tp_model_rule_budget(tp_effort effort);
tp_effort tp_model_rule_effort(int64_t budget);

/* The word nearest to what was asked for that the model takes; UNSAID = better say nothing. */
tp_effort tp_model_rule_fit(const tp_model_rule *rule, tp_effort effort);

/* none, minimal, low, medium, high, xhigh, max; "" for UNSAID. */
const char *tp_model_rule_word(tp_effort effort);
tp_effort tp_model_rule_effort_named(tp_bytes word); /* UNSAID for any other */

#endif
