/* base/logger.c - lines of log, gathered in memory and written by whoever may block. */

#include "base/logger.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"

/* An escaped byte takes 6 at most, and a line has at most some 20 texts, so that it is shorter than LONGEST_LINE. */
enum { MOST_GATHERED = 8 << 20, LONGEST_TEXT = 4096, LONGEST_LINE = 1 << 20, KEPT = 64 << 10, MS_AT = 20 };

static const char *const LEVELS[] = { "error", "warn", "info", "debug", "trace" };
static const char *const AREAS[TP_AREA_COUNT] = {
#define AREA_WORD(name, word) [TP_AREA_##name] = word,
    TP_LOG_AREAS(AREA_WORD)
#undef AREA_WORD
};

/* The process's one log (docs/decisions/0002): state of the file descriptor 2, shared by all threads. */
static struct log {
    atomic_int level;
    atomic_bool json, gather;
    pthread_mutex_t lock;    /* of all that follows but `writing` */
    pthread_mutex_t writing; /* keeps the order of writes; never taken by the loop while it gathers */
    tp_buffer lines, spare;  /* the spare one was written and is empty */
    uint64_t lost;
    int64_t second; /* that `when` tells */
    char when[TP_CLOCK_TEXT];
} LOG = {
    .level = TP_LOG_INFO,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .writing = PTHREAD_MUTEX_INITIALIZER,
    .lines = TP_BUFFER(MOST_GATHERED),
    .spare = TP_BUFFER(MOST_GATHERED),
    .second = -1,
};

void tp_logger_set(tp_log_level level, bool json)
{
    atomic_store(&LOG.level, (int)level);
    atomic_store(&LOG.json, json);
}

bool tp_log_on(tp_log_level level)
{
    return (int)level <= atomic_load_explicit(&LOG.level, memory_order_relaxed);
}

static void write_all(tp_bytes bytes)
{
    while (bytes.length) {
        ssize_t written = write(STDERR_FILENO, bytes.data, bytes.length);

        if (written < 0 && errno != EINTR)
            return;
        bytes = tp_bytes_from(bytes, written < 0 ? 0 : (size_t)written);
    }
}

void tp_logger_flush(void)
{
    tp_buffer lines;
    uint64_t lost;

    pthread_mutex_lock(&LOG.writing);
    pthread_mutex_lock(&LOG.lock);
    lines = LOG.lines;
    lost = LOG.lost;
    LOG.lines = LOG.spare;
    LOG.spare = (tp_buffer)TP_BUFFER(MOST_GATHERED);
    LOG.lost = 0;
    pthread_mutex_unlock(&LOG.lock);
    write_all(tp_buffer_bytes(&lines));
    if (lost)
        dprintf(STDERR_FILENO, "tokenpak: %llu lines of log were lost: standard error is too slow\n", (unsigned long long)lost);
    tp_buffer_clear(&lines, KEPT);
    pthread_mutex_lock(&LOG.lock);
    LOG.spare = lines;
    pthread_mutex_unlock(&LOG.lock);
    pthread_mutex_unlock(&LOG.writing);
}

bool tp_logger_pending(void)
{
    bool pending;

    pthread_mutex_lock(&LOG.lock);
    pending = LOG.lines.length > 0;
    pthread_mutex_unlock(&LOG.lock);
    return pending;
}

void tp_logger_buffer(bool on)
{
    atomic_store(&LOG.gather, on);
    if (!on)
        tp_logger_flush();
}

/* Formatting the time costs as much as the rest of a line, and most lines of a busy log share their second. */
static void put_time(tp_buffer *line)
{
    int64_t ms = tp_clock_wall(&tp_clock_system);

    if (ms / 1000 != LOG.second)
        tp_clock_rfc3339(ms, LOG.when);
    LOG.second = ms / 1000;
    for (int64_t i = 2, rest = ms % 1000; i >= 0; i--, rest /= 10)
        LOG.when[MS_AT + i] = (char)('0' + rest % 10);
    tp_buffer_text(line, LOG.when);
}

/* Takes the lock and begins a line behind those that have gathered; NULL, and no lock, when there is no room for one. */
static tp_buffer *begin(tp_log_level level, tp_log_area area, bool json)
{
    tp_buffer *line = &LOG.lines;

    pthread_mutex_lock(&LOG.lock);
    if (line->length > MOST_GATHERED - LONGEST_LINE) {
        LOG.lost++;
        pthread_mutex_unlock(&LOG.lock);
        return NULL;
    }
    tp_buffer_text(line, json ? "{\"time\":\"" : "");
    put_time(line);
    tp_buffer_text(line, json ? "\",\"level\":\"" : " ");
    tp_buffer_text(line, LEVELS[level]);
    tp_buffer_text(line, json ? "\",\"area\":\"" : strlen(LEVELS[level]) == 4 ? "  " : " "); /* in a column */
    tp_buffer_text(line, AREAS[area]);
    tp_buffer_text(line, json ? "\",\"message\":\"" : ": ");
    return line;
}

static void finish(tp_buffer *line, tp_log_level level, const char *end)
{
    tp_buffer_text(line, end);
    pthread_mutex_unlock(&LOG.lock);
    if (level == TP_LOG_ERROR || !atomic_load(&LOG.gather))
        tp_logger_flush();
}

/* Text lines stay one line: control characters are escaped. */
static void put_plain(tp_buffer *line, tp_bytes rest)
{
    while (rest.length) {
        size_t run = 0;

        while (run < rest.length && (unsigned char)rest.data[run] >= 0x20 && rest.data[run] != 0x7F)
            run++;
        tp_buffer_add(line, tp_bytes_of(rest.data, run));
        rest = tp_bytes_from(rest, run);
        if (rest.length)
            tp_buffer_printf(line, "\\x%02x", (unsigned char)rest.data[0]);
        rest = tp_bytes_from(rest, 1);
    }
}

static void put_text(tp_buffer *line, tp_bytes text, bool as_json)
{
    tp_bytes kept = tp_bytes_of(text.data, text.length < LONGEST_TEXT ? text.length : LONGEST_TEXT);

    if (as_json)
        tp_buffer_json(line, kept);
    else
        put_plain(line, kept);
}

void tp_log(tp_log_level level, tp_log_area area, const char *format, ...)
{
    char message[LONGEST_TEXT];
    bool json = atomic_load(&LOG.json);
    tp_buffer *line;
    va_list args;

    if (!tp_log_on(level))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    line = begin(level, area, json);
    if (!line)
        return;
    put_text(line, tp_bytes_text(message), json);
    finish(line, level, json ? "\"}\n" : "\n");
}

/* Needs neither quotes nor an escape in a line of text. */
static bool is_word(tp_bytes text)
{
    size_t i = 0;

    while (i < text.length && (unsigned char)text.data[i] > ' ' && text.data[i] != '"' && text.data[i] != 0x7F)
        i++;
    return i == text.length && text.length > 0 && text.length <= LONGEST_TEXT;
}

static bool needs_quotes(tp_bytes text)
{
    return text.length == 0 || tp_bytes_find(text, ' ') < text.length || tp_bytes_find(text, '"') < text.length;
}

static void put_plain_value(tp_buffer *line, tp_bytes text)
{
    bool quoted;

    if (is_word(text)) {
        tp_buffer_add(line, text);
        return;
    }
    quoted = needs_quotes(text);
    tp_buffer_text(line, quoted ? "\"" : "");
    put_text(line, text, quoted);
    tp_buffer_text(line, quoted ? "\"" : "");
}

static void put_plain_field(tp_buffer *line, const tp_log_field *field)
{
    tp_buffer_text(line, " ");
    tp_buffer_add(line, field->name);
    tp_buffer_text(line, "=");
    if (field->text.data)
        put_plain_value(line, field->text);
    else
        tp_buffer_number(line, field->number);
}

static void put_json_field(tp_buffer *line, const tp_log_field *field)
{
    tp_buffer_text(line, ",\"");
    tp_buffer_add(line, field->name);
    tp_buffer_text(line, field->text.data ? "\":\"" : "\":");
    if (field->text.data)
        put_text(line, field->text, true);
    else
        tp_buffer_number(line, field->number);
    tp_buffer_text(line, field->text.data ? "\"" : "");
}

void tp_logger_fields(tp_log_level level, tp_log_area area, const char *message, const tp_log_field *fields, unsigned count)
{
    bool json = atomic_load(&LOG.json);
    tp_buffer *line = tp_log_on(level) ? begin(level, area, json) : NULL;

    if (!line)
        return;
    put_text(line, tp_bytes_text(message), json);
    tp_buffer_text(line, json ? "\"" : "");
    for (unsigned i = 0; i < count; i++)
        (json ? put_json_field : put_plain_field)(line, &fields[i]);
    finish(line, level, json ? "}\n" : "\n");
}
