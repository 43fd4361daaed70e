/* tokens/vocabulary.c - the vocabularies, and the models that count with them. */

#include "tokens/vocabulary.h"

#define ALL UINT32_MAX

enum { O200K, HARMONY, CL100K, P50K, R50K, CLAUDE2, QWEN, DEEPSEEK, TEKKEN, COUNT };

static const tp_vocabulary VOCABULARIES[COUNT] = {
    [O200K] = { "o200k_base", 1, TP_TABLE_o200k, ALL, tp_splitter_o200k, TP_NORMAL_NONE },
    [HARMONY] = { "o200k_harmony", 2, TP_TABLE_o200k, ALL, tp_splitter_o200k, TP_NORMAL_NONE },
    [CL100K] = { "cl100k_base", 3, TP_TABLE_cl100k, ALL, tp_splitter_cl100k, TP_NORMAL_NONE },
    [P50K] = { "p50k_base", 4, TP_TABLE_p50k, ALL, tp_splitter_gpt2, TP_NORMAL_NONE },
    [R50K] = { "r50k_base", 5, TP_TABLE_p50k, 50256, tp_splitter_gpt2, TP_NORMAL_NONE }, /* what p50k has more are runs of blanks */
    [CLAUDE2] = { "claude2", 6, TP_TABLE_claude2, ALL, tp_splitter_gpt2, TP_NORMAL_NFKC },
    [QWEN] = { "qwen", 7, TP_TABLE_qwen, ALL, tp_splitter_cl100k_qwen, TP_NORMAL_NFC },
    [DEEPSEEK] = { "deepseek", 8, TP_TABLE_deepseek, ALL, tp_splitter_deepseek, TP_NORMAL_NONE },
    [TEKKEN] = { "tekken", 9, TP_TABLE_tekken, ALL, tp_splitter_o200k_tekken, TP_NORMAL_NONE },
};

typedef struct rule {
    tp_bytes model; /* shell pattern, without the provider's name */
    unsigned char vocabulary;
    unsigned char sureness;
} rule;

#define RULE(model, vocabulary, sureness)                                                                                                  \
    {                                                                                                                                      \
        TP_BYTES_INIT(model), vocabulary, TP_SURE_##sureness                                                                               \
    }

/* The first that matches decides. */
static const rule RULES[] = {
    RULE("gpt-oss*", HARMONY, EXACT),
    RULE("gpt-4o*", O200K, EXACT),
    RULE("gpt-4.1*", O200K, EXACT),
    RULE("gpt-4.5*", O200K, EXACT),
    RULE("gpt-5*", O200K, EXACT),
    RULE("chatgpt-4o*", O200K, EXACT),
    RULE("o1*", O200K, EXACT),
    RULE("o3*", O200K, EXACT),
    RULE("o4-mini*", O200K, EXACT),
    RULE("ft:gpt-4o*", O200K, EXACT),
    RULE("ft:gpt-4.1*", O200K, EXACT),
    RULE("gpt-4", CL100K, EXACT),
    RULE("gpt-4-*", CL100K, EXACT),
    RULE("gpt-3.5*", CL100K, EXACT),
    RULE("gpt-35-turbo*", CL100K, EXACT),
    RULE("ft:gpt-4*", CL100K, EXACT),
    RULE("ft:gpt-3.5*", CL100K, EXACT),
    RULE("text-embedding-*", CL100K, EXACT),
    RULE("*davinci-002", CL100K, EXACT),
    RULE("*babbage-002", CL100K, EXACT),
    RULE("text-davinci-002", P50K, EXACT),
    RULE("text-davinci-003", P50K, EXACT),
    RULE("code-davinci-*", P50K, EXACT),
    RULE("code-cushman-*", P50K, EXACT),
    RULE("text-davinci-*", R50K, EXACT),
    RULE("gpt2", R50K, EXACT),
    RULE("gpt-*", O200K, CALIBRATED),
    RULE("chatgpt-*", O200K, CALIBRATED),
    RULE("ft:gpt-*", O200K, CALIBRATED),
    RULE("o?", O200K, CALIBRATED),
    RULE("o?-*", O200K, CALIBRATED),
    RULE("claude-1*", CLAUDE2, EXACT),
    RULE("claude-2*", CLAUDE2, EXACT),
    RULE("claude-instant*", CLAUDE2, EXACT),
    RULE("*claude*", CLAUDE2, CALIBRATED),
    RULE("qwen3.*", QWEN, CALIBRATED),
    RULE("qwen2*", QWEN, EXACT),
    RULE("qwen3*", QWEN, EXACT),
    RULE("qwq*", QWEN, EXACT),
    RULE("qwen*", QWEN, CALIBRATED),
    RULE("deepseek-r1-distill*", O200K, HEURISTIC),
    RULE("deepseek-v3*", DEEPSEEK, EXACT),
    RULE("deepseek-r1*", DEEPSEEK, EXACT),
    RULE("deepseek-chat", DEEPSEEK, EXACT),
    RULE("deepseek-reasoner", DEEPSEEK, EXACT),
    RULE("deepseek*", DEEPSEEK, CALIBRATED),
    RULE("*mistral-nemo*", TEKKEN, EXACT),
    RULE("ministral*", TEKKEN, EXACT),
    RULE("pixtral*", TEKKEN, EXACT),
    RULE("mistral*", TEKKEN, CALIBRATED),
    RULE("magistral*", TEKKEN, CALIBRATED),
    RULE("devstral*", TEKKEN, CALIBRATED),
    RULE("codestral*", TEKKEN, CALIBRATED),
    RULE("*", O200K, HEURISTIC),
};

const char *tp_vocabulary_sureness_name(tp_sureness sureness)
{
    static const char *const NAMES[] = { "exact", "calibrated", "heuristic" };
    return NAMES[sureness];
}

const tp_vocabulary *tp_vocabulary_at(size_t n)
{
    return n < COUNT ? &VOCABULARIES[n] : NULL;
}

const tp_vocabulary *tp_vocabulary_named(tp_bytes name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (tp_bytes_equal(tp_bytes_text(VOCABULARIES[i].name), name))
            return &VOCABULARIES[i];
    }
    return NULL;
}

static tp_bytes without_provider(tp_bytes model)
{
    size_t slash;

    while ((slash = tp_bytes_find(model, '/')) < model.length)
        model = tp_bytes_from(model, slash + 1);
    return model;
}

tp_vocabulary_choice tp_vocabulary_for_model(tp_bytes model)
{
    const rule *r = RULES;

    for (model = without_provider(model); !tp_bytes_match(r->model, model); r++)
        ;
    return (tp_vocabulary_choice){ &VOCABULARIES[r->vocabulary], (tp_sureness)r->sureness };
}
