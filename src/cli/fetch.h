/* cli/fetch.h - one HTTP request of the command line, by libcurl, without the environment's proxies. Blocks. One thread. */

#ifndef TP_CLI_FETCH_H
#define TP_CLI_FETCH_H

#include <curl/curl.h>

#include "base/buffer.h"

enum { TP_CLI_FETCH_WORD = 160 };

/* Begins zeroed but for what the caller asks for; freed by the caller. */
typedef struct tp_cli_fetch {
    const char *url;
    const char *body; /* sent with POST as JSON; NULL = GET */
    long timeout_ms;  /* for all of it */
    struct curl_slist *headers;
    void (*piece)(void *arg, tp_bytes piece); /* told of the body as it comes; NULL = it gathers in `reply` */
    void *arg;
    /* Afterwards: */
    CURLcode code;
    char problem[CURL_ERROR_SIZE];
    long status;
    tp_buffer reply;
    char id[TP_CLI_FETCH_WORD];    /* x-tokenpak-request-id */
    char error[TP_CLI_FETCH_WORD]; /* x-tokenpak-error */
    char date[TP_CLI_FETCH_WORD];
    curl_off_t resolved_us, connected_us, secured_us, total_us; /* since the beginning; 0 = not reached or not needed */
} tp_cli_fetch;

/* Adds `name: prefix value`. */
void tp_cli_fetch_header(tp_cli_fetch *fetch, const char *name, const char *prefix, const char *value);

/* True when a whole reply came, whatever its status. */
bool tp_cli_fetch_run(tp_cli_fetch *fetch);

/* The two halves of run, for several at a time: the caller performs the handle in between. `fetch` must not move. */
CURL *tp_cli_fetch_begin(tp_cli_fetch *fetch);
void tp_cli_fetch_end(tp_cli_fetch *fetch, CURL *handle, CURLcode code);

void tp_cli_fetch_free(tp_cli_fetch *fetch);

#endif
