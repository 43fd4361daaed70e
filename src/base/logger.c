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

/* An escaped byte takes 6 at most, and a line has at most some 20 texts. */
enum { MOST_GATHERED = 8 << 20, LONGEST_TEXT = 4096, LONGEST_LINE = 1 << 20, USUAL_LINE = 512 };

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
    pthread_mutex_t lock;    /* of `lines` and `lost` */
    pthread_mutex_t writing; /* keeps the order of writes; never taken by the loop while it gathers */
    tp_buffer lines;
    uint64_t lost;
} LOG = { TP_LOG_INFO, false, false, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, TP_BUFFER(MOST_GATHERED), 0 };

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
    LOG.lines = (tp_buffer)TP_BUFFER(MOST_GATHERED);
    LOG.lost = 0;
    pthread_mutex_unlock(&LOG.lock);
    write_all(tp_buffer_bytes(&lines));
    if (lost)
        dprintf(STDERR_FILENO, "tokenpak: %llu lines of log were lost: standard error is too slow\n", (unsigned long long)lost);
    tp_buffer_free(&lines);
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

static void emit(tp_log_level level, tp_bytes line)
{
    pthread_mutex_lock(&LOG.lock);
    if (!tp_buffer_add(&LOG.lines, line))
        LOG.lost++;
    pthread_mutex_unlock(&LOG.lock);
    if (level == TP_LOG_ERROR || !atomic_load(&LOG.gather))
        tp_logger_flush();
}

static void begin(tp_buffer *line, tp_log_level level, tp_log_area area)
{
    char when[TP_CLOCK_TEXT];

    bool json = atomic_load(&LOG.json);

    tp_buffer_room(line, USUAL_LINE);
    tp_buffer_text(line, json ? "{\"time\":\"" : "");
    tp_buffer_text(line, tp_clock_rfc3339(tp_clock_wall(&tp_clock_system), when));
    tp_buffer_text(line, json ? "\",\"level\":\"" : " ");
    tp_buffer_text(line, LEVELS[level]);
    tp_buffer_text(line, json ? "\",\"area\":\"" : strlen(LEVELS[level]) == 4 ? "  " : " "); /* in a column */
    tp_buffer_text(line, AREAS[area]);
    tp_buffer_text(line, json ? "\",\"message\":\"" : ": ");
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

static void put_text(tp_buffer *line, const char *text, bool as_json)
{
    tp_bytes kept = tp_bytes_of(text, strnlen(text, LONGEST_TEXT));

    if (as_json)
        tp_buffer_json(line, kept);
    else
        put_plain(line, kept);
}

void tp_log(tp_log_level level, tp_log_area area, const char *format, ...)
{
    tp_buffer line = TP_BUFFER(LONGEST_LINE);
    char message[LONGEST_TEXT];
    va_list args;

    if (!tp_log_on(level))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    begin(&line, level, area);
    put_text(&line, message, atomic_load(&LOG.json));
    tp_buffer_text(&line, atomic_load(&LOG.json) ? "\"}\n" : "\n");
    emit(level, tp_buffer_bytes(&line));
    tp_buffer_free(&line);
}

static bool needs_quotes(const char *text)
{
    tp_bytes bytes = tp_bytes_text(text);

    return bytes.length == 0 || tp_bytes_find(bytes, ' ') < bytes.length || tp_bytes_find(bytes, '"') < bytes.length;
}

static void put_field(tp_buffer *line, const tp_log_field *field)
{
    bool json = atomic_load(&LOG.json), quoted = field->text && (json || needs_quotes(field->text));

    tp_buffer_text(line, json ? ",\"" : " ");
    tp_buffer_text(line, field->name);
    tp_buffer_text(line, json ? "\":" : "=");
    if (!field->text) {
        tp_buffer_number(line, field->number);
        return;
    }
    tp_buffer_text(line, quoted ? "\"" : "");
    put_text(line, field->text, quoted);
    tp_buffer_text(line, quoted ? "\"" : "");
}

void tp_logger_fields(tp_log_level level, tp_log_area area, const char *message, const tp_log_field *fields, unsigned count)
{
    tp_buffer line = TP_BUFFER(LONGEST_LINE);

    if (!tp_log_on(level))
        return;
    begin(&line, level, area);
    put_text(&line, message, atomic_load(&LOG.json));
    if (atomic_load(&LOG.json))
        tp_buffer_text(&line, "\"");
    for (unsigned i = 0; i < count; i++)
        put_field(&line, &fields[i]);
    tp_buffer_text(&line, atomic_load(&LOG.json) ? "}\n" : "\n");
    emit(level, tp_buffer_bytes(&line));
    tp_buffer_free(&line);
}
