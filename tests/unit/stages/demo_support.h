/* stages/demo_support.h - asks the demo provider by hand and takes its reply apart with another JSON parser. */

#ifndef TP_TEST_DEMO_SUPPORT_H
#define TP_TEST_DEMO_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "stages/demo.h"

enum { MOST_EVENTS = 200 };

typedef struct asked {
    tp_arena *arena;
    tp_json json;
    tp_demo_ask ask;
    tp_demo_reply reply;
    cJSON *whole; /* of a whole reply */
    cJSON *events[MOST_EVENTS];
    char names[MOST_EVENTS][64]; /* of the `event:` lines, "" = none */
    size_t count;
    bool done; /* [DONE] was met, last */
} asked;

/* One event of SSE, with its lines. */
static inline void take_event(asked *a, tp_bytes event)
{
    tp_bytes line;

    assert_true(a->count < MOST_EVENTS);
    assert_false(a->done);
    while (tp_bytes_next(&event, '\n', &line)) {
        if (line.length && line.data[line.length - 1] == '\r')
            line.length--;
        if (tp_bytes_starts(line, TP_BYTES("event: ")))
            snprintf(a->names[a->count], 64, "%.*s", (int)line.length - 7, line.data + 7);
        else if (tp_bytes_equal(line, TP_BYTES("data: [DONE]")))
            a->done = true;
        else if (tp_bytes_starts(line, TP_BYTES("data: "))) {
            a->events[a->count] = cJSON_ParseWithLength(line.data + 6, line.length - 6);
            assert_non_null(a->events[a->count]);
        }
    }
    a->count += !a->done;
}

static inline void take_sse(asked *a, const char *separator)
{
    tp_bytes rest = tp_buffer_bytes(&a->reply.body);

    while (rest.length) {
        const char *end = memmem(rest.data, rest.length, separator, strlen(separator));

        assert_non_null(end);
        take_event(a, tp_bytes_of(rest.data, (size_t)(end - rest.data)));
        rest = tp_bytes_from(rest, (size_t)(end - rest.data) + strlen(separator));
    }
}

static inline void take_lines(asked *a)
{
    tp_bytes rest = tp_buffer_bytes(&a->reply.body), line;

    while (tp_bytes_next(&rest, '\n', &line)) {
        a->events[a->count] = cJSON_ParseWithLength(line.data, line.length);
        assert_non_null(a->events[a->count++]);
    }
}

static inline void take_apart(asked *a)
{
    tp_bytes body = tp_buffer_bytes(&a->reply.body);

    if (strcmp(a->reply.type, "text/event-stream") == 0)
        take_sse(a, a->ask.dialect == TP_DIALECT_GEMINI ? "\r\n\r\n" : "\n\n");
    else if (strcmp(a->reply.type, "application/x-ndjson") == 0)
        take_lines(a);
    else {
        const char *end;

        a->whole = cJSON_ParseWithLengthOpts(body.data, body.length, &end, false);
        if (!a->whole || end != body.data + body.length)
            fail_msg("not JSON: %.*s", (int)body.length, body.data);
    }
}

/* `target` is a path with or without a query; `body` may be NULL. */
static inline asked *ask_demo(tp_dialect dialect, const char *method, const char *target, const char *body)
{
    asked *a = calloc(1, sizeof(*a));
    tp_bytes path = tp_bytes_text(target);
    size_t mark = tp_bytes_find(path, '?');

    a->arena = tp_arena_new();
    a->ask = (tp_demo_ask){ .arena = a->arena, .method = tp_bytes_text(method), .dialect = dialect, .number = 7, .wall_ms = 1769860800000 };
    a->ask.path = tp_bytes_of(target, mark);
    a->ask.query = tp_bytes_from(path, mark + 1);
    if (body) {
        assert_true(tp_json_scan(tp_bytes_text(body), a->arena, TP_JSON_EVERYTHING, &a->json, NULL));
        a->ask.json = &a->json;
    }
    tp_demo_answer(&a->ask, &a->reply);
    take_apart(a);
    return a;
}

static inline asked *post(tp_dialect dialect, const char *target, const char *body)
{
    return ask_demo(dialect, "POST", target, body);
}

static inline void forget(asked *a)
{
    cJSON_Delete(a->whole);
    for (size_t i = 0; i < MOST_EVENTS; i++)
        cJSON_Delete(a->events[i]);
    tp_demo_reply_free(&a->reply);
    tp_arena_free(a->arena);
    free(a);
}

/* The value at a path of keys and indices separated by blanks; NULL when there is none. */
static inline const cJSON *look(const cJSON *at, const char *path)
{
    tp_bytes rest = tp_bytes_text(path), key;
    uint64_t index;
    char name[64];

    while (at && tp_bytes_next(&rest, ' ', &key)) {
        snprintf(name, sizeof name, "%.*s", (int)key.length, key.data);
        at = cJSON_IsArray(at) && tp_bytes_number(key, &index) ? cJSON_GetArrayItem(at, (int)index)
                                                               : cJSON_GetObjectItemCaseSensitive(at, name);
    }
    return at;
}

static inline void assert_text(const cJSON *at, const char *path, const char *text)
{
    const cJSON *found = look(at, path);

    if (!cJSON_IsString(found))
        fail_msg("no text at %s", path);
    assert_string_equal(found->valuestring, text);
}

static inline void assert_number(const cJSON *at, const char *path, double number)
{
    const cJSON *found = look(at, path);

    if (!cJSON_IsNumber(found))
        fail_msg("no number at %s", path);
    assert_true(found->valuedouble == number);
}

/* The texts at `path` of all events, put together. Free it. */
static inline char *joined(const asked *a, const char *path)
{
    tp_buffer all = TP_BUFFER(1 << 20);

    for (size_t i = 0; i < a->count; i++)
        if (cJSON_IsString(look(a->events[i], path)))
            tp_buffer_text(&all, look(a->events[i], path)->valuestring);
    tp_buffer_add(&all, tp_bytes_of("", 1));
    return all.data;
}

static inline void assert_joined(const asked *a, const char *path, const char *text)
{
    char *all = joined(a, path);

    assert_string_equal(all, text);
    free(all);
}

/* What every streamed reply says of a whole one. */
static inline char *text_of(const asked *a, const char *path)
{
    const cJSON *found = look(a->whole, path);

    assert_true(cJSON_IsString(found));
    return strdup(found->valuestring);
}

static inline const cJSON *last_event(const asked *a)
{
    return a->events[a->count - 1];
}

#endif
