/* bench/answers.c - replies as OpenAI sends them: twenty header fields, a completion with its usage, events of a stream. */

#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHATS = 16, HEAD_SIZE = 2048, EVENT_SIZE = 512 };

#define FIELDS                                                                                                                             \
    "date: Tue, 04 Aug 2026 09:30:12 GMT\r\n"                                                                                              \
    "content-type: %s\r\n"                                                                                                                 \
    "access-control-expose-headers: X-Request-ID\r\n"                                                                                      \
    "openai-organization: org-benchmark\r\n"                                                                                               \
    "openai-processing-ms: 412\r\n"                                                                                                        \
    "openai-project: proj_5t0Yf1d8Q2c4Wm9Zr7Kx\r\n"                                                                                        \
    "openai-version: 2020-10-01\r\n"                                                                                                       \
    "x-envoy-upstream-service-time: 415\r\n"                                                                                               \
    "x-ratelimit-limit-requests: 10000\r\n"                                                                                                \
    "x-ratelimit-limit-tokens: 30000000\r\n"                                                                                               \
    "x-ratelimit-remaining-requests: 9999\r\n"                                                                                             \
    "x-ratelimit-remaining-tokens: 29999768\r\n"                                                                                           \
    "x-ratelimit-reset-requests: 6ms\r\n"                                                                                                  \
    "x-ratelimit-reset-tokens: 0s\r\n"                                                                                                     \
    "x-request-id: req_3f0c9a6d1b7e4f52a8c1d0e94b7f6a23\r\n"                                                                               \
    "strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n"                                                          \
    "cf-cache-status: DYNAMIC\r\n"                                                                                                         \
    "x-content-type-options: nosniff\r\n"                                                                                                  \
    "server: cloudflare\r\n"                                                                                                               \
    "cf-ray: 9a1b2c3d4e5f6071-FRA\r\n"                                                                                                     \
    "alt-svc: h3=\":443\"; ma=86400\r\n"

#define CHAT_BEGIN                                                                                                                         \
    "{\n  \"id\": \"chatcmpl-CN4r8kYvQ2mZ7sT1wXbLd9Ue\",\n  \"object\": \"chat.completion\",\n  \"created\": 1785835812,\n"                \
    "  \"model\": \"gpt-4o-2024-08-06\",\n  \"choices\": [\n    {\n      \"index\": 0,\n      \"message\": {\n"                            \
    "        \"role\": \"assistant\",\n        \"content\": \""
#define CHAT_END                                                                                                                           \
    "\",\n        \"refusal\": null,\n        \"annotations\": []\n      },\n      \"logprobs\": null,\n"                                  \
    "      \"finish_reason\": \"stop\"\n    }\n  ],\n  \"usage\": {\n    \"prompt_tokens\": 231,\n    \"completion_tokens\": 187,\n"       \
    "    \"total_tokens\": 418,\n    \"prompt_tokens_details\": {\"cached_tokens\": 0},\n"                                                 \
    "    \"completion_tokens_details\": {\"reasoning_tokens\": 0}\n  },\n  \"system_fingerprint\": \"fp_5d58a6052a\"\n}\n"

#define CHUNK                                                                                                                              \
    "{\"id\":\"chatcmpl-CN4r8kYvQ2mZ7sT1wXbLd9Ue\",\"object\":\"chat.completion.chunk\",\"created\":1785835812,"                           \
    "\"model\":\"gpt-4o-2024-08-06\",\"system_fingerprint\":\"fp_5d58a6052a\","

/* The last events; those before them carry a word of the text. */
static const char *const LAST_EVENTS[] = {
    "[DONE]",
    CHUNK "\"choices\":[],\"usage\":{\"prompt_tokens\":231,\"completion_tokens\":47,\"total_tokens\":278}}",
    CHUNK "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":null}",
};
static const char WORD_EVENT[] =
    CHUNK "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" tokens\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}";
static const char PROSE[] =
    "The proxy reads each reply once, notes what it cost, and passes it on.\\nNothing \\\"clever\\\" happens to the text. ";

enum { LAST_COUNT = sizeof LAST_EVENTS / sizeof *LAST_EVENTS };

/* Prose of just `size` bytes; an escape is never cut. */
static void write_prose(char *to, size_t size)
{
    for (size_t at = 0; at < size; at++)
        to[at] = PROSE[at % (sizeof PROSE - 1)];
    if (size > 0 && to[size - 1] == '\\')
        to[size - 1] = '.';
}

static bench_text make_chat(size_t size, bool closes)
{
    size_t frame = sizeof CHAT_BEGIN - 1 + sizeof CHAT_END - 1, prose = size > frame ? size - frame : 0;
    char *text = malloc(HEAD_SIZE + frame + prose);
    int head;

    if (!text)
        abort();
    head = snprintf(text, HEAD_SIZE, "HTTP/1.1 200 OK\r\n" FIELDS "content-length: %zu\r\nconnection: %s\r\n\r\n", "application/json",
                    frame + prose, closes ? "close" : "keep-alive");
    memcpy(text + head, CHAT_BEGIN, sizeof CHAT_BEGIN - 1);
    write_prose(text + head + sizeof CHAT_BEGIN - 1, prose);
    memcpy(text + head + sizeof CHAT_BEGIN - 1 + prose, CHAT_END, sizeof CHAT_END - 1);
    return (bench_text){ text, (size_t)head + frame + prose };
}

bench_text bench_answer_chat(size_t size, bool closes)
{
    static struct {
        size_t size;
        bool closes;
        bench_text text;
    } made[MOST_CHATS];

    for (int i = 0; i < MOST_CHATS; i++) {
        if (!made[i].text.data) {
            made[i].size = size;
            made[i].closes = closes;
            made[i].text = make_chat(size, closes);
        }
        if (made[i].size == size && made[i].closes == closes)
            return made[i].text;
    }
    fprintf(stderr, "more than %d different replies\n", MOST_CHATS);
    exit(1);
}

bench_text bench_answer_stream_head(void)
{
    static char head[HEAD_SIZE];
    static size_t size;

    if (size == 0)
        size = (size_t)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n" FIELDS "transfer-encoding: chunked\r\n\r\n",
                                "text/event-stream; charset=utf-8");
    return (bench_text){ head, size };
}

bench_text bench_answer_event(unsigned left)
{
    static char made[LAST_COUNT + 1][EVENT_SIZE];
    static size_t sizes[LAST_COUNT + 1];
    unsigned which = left < LAST_COUNT ? left : LAST_COUNT;

    if (sizes[which] == 0) {
        const char *data = which < LAST_COUNT ? LAST_EVENTS[which] : WORD_EVENT;

        sizes[which] =
            (size_t)snprintf(made[which], EVENT_SIZE, "%zx\r\ndata: %s\n\n\r\n%s", strlen(data) + 8, data, which == 0 ? "0\r\n\r\n" : "");
    }
    return (bench_text){ made[which], sizes[which] };
}
