/* golden/convert.c - converts one text between formats, for tests/golden/run.py: the converter alone, without a proxy around it.
 *
 *   convert request CLIENT PROVIDER MODEL whole|stream|count
 *                                                          a client's request -> path, body, dropped fields and betas, a line each
 *   convert time CLIENT PROVIDER MODEL COUNT               the same request COUNT times -> microseconds and bytes of memory each
 *   convert reply PROVIDER CLIENT FRAMING SIZE REQUEST     a provider's bytes, fed SIZE at a time -> the client's bytes
 *   convert count PROVIDER CLIENT                          a provider's count of tokens -> the client's
 *   convert error PROVIDER                                 a provider's error -> what it means, its code and its message
 *
 * Reads standard input. FRAMING is whole, sse, lines or array; REQUEST the client's request as a file, "-" = none. Exit 1: it cannot be
 * converted; says why. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "json/scan.h"
#include "wire/chat.h"
#include "wire/feed.h"
#include "wire/formats.h"
#include "wire/gather.h"
#include "wire/usage.h"

enum { MOST = 64 << 20 };

static tp_bytes read_all(tp_arena *arena, FILE *file)
{
    tp_buffer text = TP_BUFFER(MOST);
    char part[4096];
    tp_bytes copy;

    for (size_t got; (got = fread(part, 1, sizeof(part), file)) > 0;)
        tp_buffer_add(&text, tp_bytes_of(part, got));
    copy = tp_arena_copy(arena, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
    return copy;
}

static const tp_format *format_named(const char *name)
{
    const tp_format *format = tp_formats_named(tp_bytes_text(name));

    if (!format)
        fprintf(stderr, "no format is named %s\n", name);
    return format;
}

static tp_chat *read_request(tp_arena *arena, const tp_format *format, tp_bytes text, const char *path)
{
    tp_request_in in = { .path = tp_bytes_text(path) };
    tp_json *doc = tp_arena_make(arena, tp_json);
    tp_chat *chat;

    if (!tp_json_scan(text, arena, TP_JSON_EVERYTHING, doc, NULL)) {
        fprintf(stderr, "the request is not JSON\n");
        return NULL;
    }
    chat = tp_formats_read(format, doc, &in, arena);
    if (!chat)
        fprintf(stderr, "%s%s\n", in.unsupported ? "unsupported: " : "", in.fault);
    return chat;
}

static int convert_request(tp_arena *arena, char **arguments)
{
    const tp_format *from = format_named(arguments[0]), *to = format_named(arguments[1]);
    tp_buffer body = TP_BUFFER(MOST);
    tp_request_out out = { .arena = arena, .body = &body, .model = tp_bytes_text(arguments[2]) };
    tp_chat *chat = from && to ? read_request(arena, from, read_all(arena, stdin), "") : NULL;

    if (!chat)
        return 1;
    out.stream = strcmp(arguments[3], "stream") == 0;
    out.count = strcmp(arguments[3], "count") == 0;
    if (!tp_formats_write(to, chat, &out)) {
        fprintf(stderr, "unsupported: %s\n", out.fault);
        tp_buffer_free(&body);
        return 1;
    }
    printf("%.*s%s%.*s\n%.*s\n", (int)out.path.length, out.path.data, out.query.length ? "?" : "", (int)out.query.length, out.query.data,
           (int)body.length, body.data);
    for (unsigned i = 0; i < out.dropped_count; i++)
        printf("%s%s", i ? ", " : "", out.dropped[i]);
    printf("\n%.*s\n", (int)out.beta.length, out.beta.data);
    tp_buffer_free(&body);
    return 0;
}

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* Scan, reading and writing. */
static int time_request(tp_arena *arena, char **arguments)
{
    const tp_format *from = format_named(arguments[0]), *to = format_named(arguments[1]);
    unsigned long count = strtoul(arguments[3], NULL, 10);
    tp_bytes text = read_all(arena, stdin);
    size_t most = 0, before = in_use();
    double start = cpu_us();

    for (unsigned long i = 0; i < count && from && to; i++) {
        tp_arena *own = tp_arena_new();
        tp_buffer body = TP_BUFFER(MOST);
        tp_request_out out = { .arena = own, .body = &body, .model = tp_bytes_text(arguments[2]) };
        tp_chat *chat = read_request(own, from, text, "");

        if (!chat || !tp_formats_write(to, chat, &out))
            return 1;
        most = in_use() - before > most ? in_use() - before : most;
        tp_buffer_free(&body);
        tp_arena_free(own);
    }
    printf("{\"us\":%.1f,\"memory\":%zu,\"body\":%zu}\n", (cpu_us() - start) / (double)count, most, text.length);
    return 0;
}

static int convert_count(tp_arena *arena, char **arguments)
{
    const tp_format *from = format_named(arguments[0]), *to = format_named(arguments[1]);
    tp_buffer out = TP_BUFFER(MOST);
    uint64_t tokens;
    tp_json doc;

    if (!from || !to || !tp_json_scan(read_all(arena, stdin), arena, TP_JSON_EVERYTHING, &doc, NULL) || !from->read_count(&doc, &tokens))
        return 1;
    to->write_count(&out, tokens);
    printf("%.*s\n", (int)out.length, out.data);
    tp_buffer_free(&out);
    return 0;
}

static int convert_error(tp_arena *arena, char **arguments)
{
    static const char *const TROUBLES[] = { [TP_TROUBLE_OTHER] = "other", [TP_TROUBLE_CONTEXT] = "context", [TP_TROUBLE_QUOTA] = "quota" };
    const tp_format *from = format_named(arguments[0]);
    tp_told told = { .status = 400 };
    tp_json doc;

    if (!from || !tp_json_scan(read_all(arena, stdin), arena, TP_JSON_EVERYTHING, &doc, NULL) || !from->read_error(&doc, &told, arena))
        return 1;
    printf("%s %.*s: %.*s\n", TROUBLES[told.trouble], (int)told.code.length, told.code.data, (int)told.message.length, told.message.data);
    return 0;
}

typedef struct conversion {
    tp_writer writer;
    tp_gather *gather; /* of a whole reply */
} conversion;

static void on_event(void *arg, const tp_chat_event *event)
{
    conversion *c = arg;

    if (c->gather)
        tp_gather_event(c->gather, event);
    else
        c->writer.format->write_event(&c->writer, event);
}

static tp_framing framing_named(const char *word)
{
    static const char *const WORDS[] = {
        [TP_FRAMING_WHOLE] = "whole", [TP_FRAMING_SSE] = "sse", [TP_FRAMING_LINES] = "lines", [TP_FRAMING_ARRAY] = "array"
    };
    tp_framing framing = TP_FRAMING_WHOLE;

    while (framing < TP_FRAMING_ARRAY && strcmp(WORDS[framing], word) != 0)
        framing++;
    return framing;
}

/* Feeds the reply to the usage tap and to the converter, as the proxy does. */
static bool run(tp_feed *feed, tp_usage_tap *tap, tp_bytes text, size_t size)
{
    bool good = true;

    for (size_t at = 0; at < text.length && good; at += size) {
        size_t left = text.length - at;
        tp_bytes part = tp_bytes_of(text.data + at, left < size ? left : size);
        const tp_usage_seen *seen;

        tp_usage_tap_feed(tap, part);
        seen = tp_usage_tap_seen(tap);
        tp_feed_usage(feed, seen->found ? &seen->usage : NULL);
        good = tp_feed_bytes(feed, part);
    }
    tp_usage_tap_end(tap);
    tp_feed_usage(feed, tp_usage_tap_seen(tap)->found ? &tp_usage_tap_seen(tap)->usage : NULL);
    return good && tp_feed_end(feed);
}

static tp_chat *context(tp_arena *arena, const tp_format *format, const char *name)
{
    FILE *file = strcmp(name, "-") == 0 ? NULL : fopen(name, "r");
    tp_chat *chat;

    if (!file)
        return tp_arena_make(arena, tp_chat);
    chat = read_request(arena, format, read_all(arena, file), "");
    fclose(file);
    return chat;
}

static int tell_failure(const tp_feed *feed)
{
    const tp_told *told = tp_feed_told(feed);

    if (told)
        fprintf(stderr, "told: %d %.*s\n", told->status, (int)told->message.length, told->message.data);
    else
        fprintf(stderr, "fault: %s\n", tp_feed_fault(feed));
    return 1;
}

static int convert_reply(tp_arena *arena, char **arguments)
{
    const tp_format *from = format_named(arguments[0]), *to = format_named(arguments[1]);
    tp_framing framing = framing_named(arguments[2]);
    tp_chat *chat = from && to ? context(arena, to, arguments[4]) : NULL;
    tp_buffer out = TP_BUFFER(MOST);
    conversion c = { .writer = { .format = to,
                                 .arena = arena,
                                 .out = &out,
                                 .chat = chat,
                                 .id = TP_BYTES("test"),
                                 .model = TP_BYTES("asked"),
                                 .now = 1700000000 } };
    tp_feed_setup setup = { arena, from, chat, framing, TP_BYTES("test"), MOST, on_event, &c };
    tp_feed *feed = chat ? tp_feed_new(&setup) : NULL;
    bool good;

    if (!feed)
        return 1;
    c.writer.state = tp_arena_alloc(arena, to->writer_size + 1);
    c.writer.framing = framing == TP_FRAMING_WHOLE ? framing : to->framing;
    c.gather = framing == TP_FRAMING_WHOLE ? tp_gather_new(arena, MOST) : NULL;
    good =
        run(feed, tp_usage_tap_new(arena, "p", "h", from->shape, framing), read_all(arena, stdin), (size_t)strtoul(arguments[3], NULL, 10));
    if (good && c.gather)
        to->write_reply(&c.writer, tp_gather_reply(c.gather));
    if (out.length)
        fwrite(out.data, 1, out.length, stdout);
    tp_buffer_free(&out);
    return good ? 0 : tell_failure(feed);
}

int main(int count, char **arguments)
{
    tp_arena *arena = tp_arena_new();
    int result = 2;

    if (count == 6 && strcmp(arguments[1], "request") == 0)
        result = convert_request(arena, arguments + 2);
    else if (count == 6 && strcmp(arguments[1], "time") == 0)
        result = time_request(arena, arguments + 2);
    else if (count == 7 && strcmp(arguments[1], "reply") == 0)
        result = convert_reply(arena, arguments + 2);
    else if (count == 4 && strcmp(arguments[1], "count") == 0)
        result = convert_count(arena, arguments + 2);
    else if (count == 3 && strcmp(arguments[1], "error") == 0)
        result = convert_error(arena, arguments + 2);
    else
        fprintf(stderr, "usage: convert request CLIENT PROVIDER MODEL whole|stream|count, reply PROVIDER CLIENT FRAMING SIZE REQUEST, or "
                        "error PROVIDER\n");
    tp_arena_free(arena);
    return result;
}
