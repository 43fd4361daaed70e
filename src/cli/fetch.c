/* cli/fetch.c - one HTTP request of the command line. */

#include "cli/fetch.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_REPLY = 16 << 20, LONGEST_HEADER = 8192 };

void tp_cli_fetch_header(tp_cli_fetch *fetch, const char *name, const char *prefix, const char *value)
{
    char line[LONGEST_HEADER];

    snprintf(line, sizeof(line), "%s: %s%s", name, prefix, value);
    fetch->headers = curl_slist_append(fetch->headers, line);
    explicit_bzero(line, sizeof(line));
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    tp_cli_fetch *fetch = arg;
    tp_bytes piece = tp_bytes_of(data, size * count);

    if (fetch->piece)
        fetch->piece(fetch->arg, piece);
    else if (!tp_buffer_add(&fetch->reply, piece))
        return 0;
    return piece.length;
}

static void keep_if(tp_bytes line, tp_bytes name, char kept[TP_CLI_FETCH_WORD])
{
    tp_bytes value;

    if (line.length <= name.length || !tp_bytes_equal_nocase(tp_bytes_of(line.data, name.length), name))
        return;
    value = tp_bytes_trim(tp_bytes_from(line, name.length));
    snprintf(kept, TP_CLI_FETCH_WORD, "%.*s", (int)(tp_bytes_find(value, '\r')), value.data);
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    tp_cli_fetch *fetch = arg;
    tp_bytes line = tp_bytes_of(data, size * count);

    keep_if(line, TP_BYTES("x-tokenpak-request-id:"), fetch->id);
    keep_if(line, TP_BYTES("x-tokenpak-error:"), fetch->error);
    keep_if(line, TP_BYTES("date:"), fetch->date);
    return line.length;
}

CURL *tp_cli_fetch_begin(tp_cli_fetch *fetch)
{
    CURL *handle = curl_easy_init();

    if (!handle)
        abort();
    fetch->reply.limit = MOST_REPLY;
    if (fetch->body) {
        tp_cli_fetch_header(fetch, "Content-Type", "", "application/json");
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, fetch->body);
    }
    curl_easy_setopt(handle, CURLOPT_URL, fetch->url);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    if (getenv("SSL_CERT_FILE"))
        curl_easy_setopt(handle, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, fetch->timeout_ms);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fetch->headers);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, fetch->problem);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, fetch);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, fetch);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, fetch);
    return handle;
}

void tp_cli_fetch_end(tp_cli_fetch *fetch, CURL *handle, CURLcode code)
{
    fetch->code = code;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &fetch->status);
    curl_easy_getinfo(handle, CURLINFO_NAMELOOKUP_TIME_T, &fetch->resolved_us);
    curl_easy_getinfo(handle, CURLINFO_CONNECT_TIME_T, &fetch->connected_us);
    curl_easy_getinfo(handle, CURLINFO_APPCONNECT_TIME_T, &fetch->secured_us);
    curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &fetch->total_us);
    if (code != CURLE_OK && !fetch->problem[0])
        snprintf(fetch->problem, sizeof(fetch->problem), "%s", curl_easy_strerror(code));
    curl_easy_cleanup(handle);
}

bool tp_cli_fetch_run(tp_cli_fetch *fetch)
{
    CURL *handle = tp_cli_fetch_begin(fetch);

    tp_cli_fetch_end(fetch, handle, curl_easy_perform(handle));
    return fetch->code == CURLE_OK;
}

void tp_cli_fetch_free(tp_cli_fetch *fetch)
{
    curl_slist_free_all(fetch->headers);
    tp_buffer_free(&fetch->reply);
    fetch->headers = NULL;
}
