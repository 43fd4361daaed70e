/* tokenpak/param.h - the plain parameters of a chat request: each is one JSON value that keeps its text whatever dialect it passes. */

#ifndef TOKENPAK_PARAM_H
#define TOKENPAK_PARAM_H

/* X(NAME, what a target that cannot say it does: DROP it with a warning, or REFUSE the request because the answer would differ) */
#define TP_PARAMS(X)                                                                                                                       \
    X(MAX_TOKENS, DROP)                                                                                                                    \
    X(TEMPERATURE, DROP)                                                                                                                   \
    X(TOP_P, DROP)                                                                                                                         \
    X(TOP_K, DROP)                                                                                                                         \
    X(SEED, DROP)                                                                                                                          \
    X(PRESENCE_PENALTY, DROP)                                                                                                              \
    X(FREQUENCY_PENALTY, DROP)                                                                                                             \
    X(LOGPROBS, REFUSE) /* true, or a count of alternatives */                                                                             \
    X(TOP_LOGPROBS, REFUSE)                                                                                                                \
    X(N, REFUSE)                                                                                                                           \
    X(LOGIT_BIAS, REFUSE)                                                                                                                  \
    X(USER, DROP)                                                                                                                          \
    X(METADATA, DROP)                                                                                                                      \
    X(SERVICE_TIER, DROP)                                                                                                                  \
    X(PREDICTION, DROP)                                                                                                                    \
    X(VERBOSITY, DROP)                                                                                                                     \
    X(CACHE_KEY, DROP)                                                                                                                     \
    X(SAFETY, DROP)                                                                                                                        \
    X(STORE, DROP)                                                                                                                         \
    X(MODALITIES, REFUSE)                                                                                                                  \
    X(KEEP_ALIVE, DROP)                                                                                                                    \
    X(CONTEXT_SIZE, DROP)

typedef enum tp_param {
#define TP_PARAM_ENUM(name, policy) TP_PARAM_##name,
    TP_PARAMS(TP_PARAM_ENUM)
#undef TP_PARAM_ENUM
        TP_PARAM_COUNT
} tp_param;

#endif
