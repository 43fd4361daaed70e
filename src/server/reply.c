/* server/reply.c - the writing side of a client: framing, one write per turn, backpressure. */

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exchange/endpoint.h"
#include "server/client.h"
#include "wire/error.h"

enum { MOST_REFUSAL = 128 << 10, MOST_SPARE = 16 << 10, LARGE_PART = 4 << 10, USUAL_HEAD = 1024 };

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } REASONS[] = {
        { 200, "OK" },
        { 204, "No Content" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 402, "Payment Required" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 417, "Expectation Failed" },
        { 426, "Upgrade Required" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 505, "HTTP Version Not Supported" },
    };

    for (size_t i = 0; i < sizeof(REASONS) / sizeof(REASONS[0]); i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "";
}

static bool has_no_body(const tp_client *c, int status)
{
    return status == 204 || status == 304 || (c->head && tp_bytes_equal(c->head->method, TP_BYTES("HEAD")));
}

static tp_flow flow_of(tp_client *c)
{
    c->held = c->out.length + c->flying.length > TP_SERVER_HIGH_WATER;
    return c->held ? TP_FLOW_HOLD : TP_FLOW_GO;
}

static void put_length(tp_buffer *out, uint64_t length)
{
    tp_buffer_text(out, "content-length: ");
    tp_buffer_number(out, length);
    tp_buffer_text(out, "\r\n");
}

/* Framing fields of our own; a client of HTTP/1.0 gets no chunks. */
static void put_framing(tp_client *c, const tp_reply_head *head)
{
    bool old = c->head && c->head->minor == 0;

    c->bodiless = has_no_body(c, head->status);
    c->chunked = !c->bodiless && head->body_length < 0 && !old;
    if (!c->request_done || (!c->bodiless && head->body_length < 0 && old))
        c->close = true;
    if (c->chunked)
        tp_buffer_text(&c->out, "transfer-encoding: chunked\r\n");
    else if (!c->bodiless && head->body_length >= 0)
        put_length(&c->out, (uint64_t)head->body_length);
    if (c->close)
        tp_buffer_text(&c->out, "connection: close\r\n");
    else if (old)
        tp_buffer_text(&c->out, "connection: keep-alive\r\n");
}

/* Memory for `out` that another reply needs no more. */
static void take_spare(tp_client *c)
{
    if (c->out.data || !c->server->spare_count)
        return;
    c->out = c->server->spare[--c->server->spare_count];
}

static void give_back(tp_client *c)
{
    if (!c->out.data)
        return;
    if (c->out.capacity > MOST_SPARE || c->server->spare_count == TP_SERVER_SPARE) {
        tp_buffer_free(&c->out);
        return;
    }
    c->server->spare[c->server->spare_count] = c->out;
    c->server->spare[c->server->spare_count++].length = 0;
    c->out = (tp_buffer){ .limit = c->out.limit };
}

static tp_flow put_head(tp_client *c, const tp_reply_head *head)
{
    tp_bytes reason = head->reason.length ? head->reason : tp_bytes_text(reason_of(head->status));

    take_spare(c);
    tp_buffer_room(&c->out, USUAL_HEAD + (size_t)(head->body_length > 0 && head->body_length < LARGE_PART ? head->body_length : 0));
    tp_buffer_text(&c->out, "HTTP/1.1 ");
    tp_buffer_number(&c->out, (uint64_t)head->status);
    tp_buffer_text(&c->out, " ");
    tp_buffer_add(&c->out, reason);
    tp_buffer_text(&c->out, "\r\n");
    for (size_t i = 0; i < head->header_count; i++) {
        if (c->origin.length && tp_bytes_equal_nocase(head->headers[i].name, TP_BYTES("access-control-allow-origin")))
            continue; /* ours stands below, and a browser takes only one */
        tp_buffer_add(&c->out, head->headers[i].name);
        tp_buffer_text(&c->out, ": ");
        tp_buffer_add(&c->out, head->headers[i].value);
        tp_buffer_text(&c->out, "\r\n");
    }
    if (c->origin.length)
        tp_buffer_printf(&c->out, "access-control-allow-origin: %.*s\r\nvary: origin\r\n", (int)c->origin.length, c->origin.data);
    put_framing(c, head);
    tp_buffer_text(&c->out, "\r\n");
    tp_client_touch(c);
    return flow_of(c);
}

/* A large part of a reply without chunks is written from where it lies, behind what waits; returns what the kernel has not taken. That
 * the client has left is found out when the rest is written. */
static tp_bytes write_through(tp_client *c, tp_bytes part)
{
    uv_buf_t buffers[2] = { uv_buf_init(c->out.data, (unsigned)c->out.length),
                            uv_buf_init((char *)(uintptr_t)part.data, (unsigned)part.length) };
    bool waits = c->out.length > 0;
    int done;
    size_t taken;

    if (c->chunked || c->writing || part.length < LARGE_PART)
        return part;
    done = uv_try_write((uv_stream_t *)&c->tcp, waits ? buffers : buffers + 1, waits ? 2 : 1);
    taken = done > 0 ? (size_t)done : 0;
    if (taken < c->out.length) {
        tp_buffer_drop(&c->out, taken);
        return part;
    }
    taken -= c->out.length;
    c->out.length = 0;
    return tp_bytes_from(part, taken);
}

static tp_flow put_body(tp_client *c, tp_bytes part)
{
    if (c->bodiless)
        return TP_FLOW_GO;
    take_spare(c);
    if (c->chunked) {
        tp_buffer_hex(&c->out, part.length);
        tp_buffer_text(&c->out, "\r\n");
    }
    tp_buffer_add(&c->out, write_through(c, part));
    if (c->chunked)
        tp_buffer_text(&c->out, "\r\n");
    tp_client_touch(c);
    return flow_of(c);
}

static void put_end(tp_client *c, bool clean)
{
    if (clean && c->chunked)
        tp_buffer_text(&c->out, "0\r\n\r\n");
    if (!clean || !c->request_done)
        c->close = true;
    c->unclean = !clean;
    c->reply_done = true;
    tp_client_touch(c);
}

static tp_flow sink_head(tp_sink *sink, const tp_reply_head *head)
{
    return put_head(tp_list_entry(sink, tp_client, sink), head);
}

static tp_flow sink_body(tp_sink *sink, tp_bytes part)
{
    return put_body(tp_list_entry(sink, tp_client, sink), part);
}

static void sink_end(tp_sink *sink, bool clean)
{
    tp_client *c = tp_list_entry(sink, tp_client, sink);

    put_end(c, clean);
    c->x = NULL;
    c->head = NULL; /* it lies in the exchange's arena */
    c->origin = tp_bytes_of(NULL, 0);
}

void tp_reply_sink(tp_client *c)
{
    c->sink = (tp_sink){ sink_head, sink_body, sink_end };
}

void tp_reply_plain(tp_client *c, int status, const tp_header *headers, size_t count, tp_bytes body)
{
    tp_reply_head head = { .status = status, .headers = headers, .header_count = count, .body_length = (int64_t)body.length };

    put_head(c, &head);
    if (body.length)
        put_body(c, body);
    put_end(c, true);
}

/* The dialect of a path; of one that has none, OpenAI's, which most clients can show. */
static tp_dialect dialect_of(const tp_client *c)
{
    tp_bytes path = c->head ? tp_bytes_of(c->head->target.data, tp_bytes_find(c->head->target, '?')) : TP_BYTES("");
    const tp_endpoint *row = tp_endpoint_find(c->head ? c->head->method : TP_BYTES(""), path);

    return row ? row->dialect : TP_DIALECT_OPENAI;
}

void tp_reply_refuse(tp_client *c, tp_err err, const char *message)
{
    tp_buffer body = TP_BUFFER(MOST_REFUSAL);
    char id[40];
    tp_error_said said = { .err = err, .message = tp_bytes_text(message) };
    tp_header headers[] = {
        { TP_BYTES("content-type"), TP_BYTES("application/json") },
        { TP_BYTES("x-tokenpak-error"), tp_bytes_text(tp_err_code(err)) },
        { TP_BYTES("x-should-retry"), tp_bytes_text(tp_err_retry(err) ? "true" : "false") },
        { TP_BYTES("x-tokenpak-request-id"), { id, 0 } },
        { TP_BYTES("allow"), tp_bytes_text(c->allow ? c->allow : "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") },
        { TP_BYTES("upgrade"), TP_BYTES("HTTP/1.1") },
        { TP_BYTES("retry-after"), TP_BYTES("1") },
    };
    size_t count = 4;

    headers[3].value.length = (size_t)snprintf(id, sizeof(id), "refused-%llu", (unsigned long long)++c->server->request_number);
    said.request_id = headers[3].value;
    if (err == TP_ERR_CALLER_METHOD_NOT_ALLOWED)
        count = 5;
    if (err == TP_ERR_CALLER_UPGRADE_REQUIRED)
        headers[count++] = headers[5];
    if (err == TP_ERR_OWN_OVERLOADED)
        headers[count++] = headers[6];
    tp_metric_add(c->server->services->metrics, TP_METRIC_REFUSED, 1, tp_err_code(err), NULL, NULL);
    tp_error_body(dialect_of(c), &said, &body);
    tp_reply_plain(c, tp_err_status(err), headers, count, tp_buffer_bytes(&body));
    tp_buffer_free(&body);
}

typedef struct write_job {
    uv_write_t request;
    tp_client *client;
} write_job;

/* The only place that decides what follows a write. */
static void after_write(tp_client *c)
{
    if (c->state == TP_CLIENT_CLOSED || c->writing)
        return;
    if (c->held && c->out.length <= TP_SERVER_LOW_WATER) {
        c->held = false;
        if (c->x)
            tp_driver_room(c->x);
    }
    if (c->reply_done && c->out.length == 0)
        tp_client_advance(c);
}

static void on_written(uv_write_t *request, int status)
{
    write_job *job = request->data;
    tp_client *c = job->client;

    free(job);
    c->writing = false;
    tp_buffer_free(&c->flying);
    if (c->state == TP_CLIENT_CLOSED)
        return;
    if (status < 0) {
        tp_client_close(c);
        return;
    }
    if (!c->reply_done)
        tp_client_arm(c, c->request_done || c->body_paused ? 0 : c->server->pipelines->settings->listen.body_timeout);
    tp_client_touch(c);
}

static void write_later(tp_client *c, size_t done)
{
    write_job *job = tp_new(write_job);
    uv_buf_t buffer;

    tp_buffer_drop(&c->out, done);
    c->flying = c->out;
    c->out = (tp_buffer){ .limit = c->flying.limit };
    job->client = c;
    job->request.data = job;
    c->writing = true;
    buffer = uv_buf_init(c->flying.data, (unsigned)c->flying.length);
    tp_client_arm(c, c->server->pipelines->settings->listen.idle_timeout);
    if (uv_write(&job->request, (uv_stream_t *)&c->tcp, &buffer, 1, on_written) != 0) {
        free(job);
        c->writing = false;
        tp_client_close(c);
    }
}

void tp_reply_flush(tp_client *c)
{
    uv_buf_t buffer = uv_buf_init(c->out.data, (unsigned)c->out.length);
    int done;

    if (c->state == TP_CLIENT_CLOSED || c->writing)
        return;
    if (c->out.length) {
        done = uv_try_write((uv_stream_t *)&c->tcp, &buffer, 1);
        if (done < 0 && done != UV_EAGAIN) {
            tp_client_close(c);
            return;
        }
        if (done < 0 || (size_t)done < c->out.length) {
            write_later(c, done < 0 ? 0 : (size_t)done);
            return;
        }
    }
    give_back(c);
    after_write(c);
}
