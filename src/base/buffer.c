/* base/buffer.c - a growing run of bytes with a limit. */

#include "base/buffer.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

enum { SMALLEST = 256 };

/* What listen.max_memory is compared with: every size that comes from outside ends in a buffer (docs/decisions/0002). */
static atomic_size_t TOTAL;

size_t tp_buffer_total(void)
{
    return atomic_load_explicit(&TOTAL, memory_order_relaxed);
}

void tp_buffer_free(tp_buffer *buffer)
{
    atomic_fetch_sub_explicit(&TOTAL, buffer->capacity, memory_order_relaxed);
    free(buffer->data);
    *buffer = (tp_buffer){ .limit = buffer->limit };
}

static bool fits(const tp_buffer *buffer, size_t size)
{
    return size <= buffer->limit && buffer->length <= buffer->limit - size;
}

static char *grow(tp_buffer *buffer, size_t size)
{
    size_t capacity = buffer->capacity ? buffer->capacity : SMALLEST;

    while (capacity < buffer->length + size)
        capacity *= 2;
    if (capacity != buffer->capacity) {
        buffer->data = tp_memory_resize(buffer->data, capacity);
        atomic_fetch_add_explicit(&TOTAL, capacity - buffer->capacity, memory_order_relaxed);
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->length;
}

char *tp_buffer_room(tp_buffer *buffer, size_t size)
{
    return fits(buffer, size) ? grow(buffer, size) : NULL;
}

bool tp_buffer_printf(tp_buffer *buffer, const char *format, ...)
{
    va_list args;
    int length;
    char *room;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (!fits(buffer, (size_t)length))
        return false;
    room = grow(buffer, (size_t)length + 1); /* vsnprintf ends it with a zero byte that does not count */
    va_start(args, format);
    vsnprintf(room, (size_t)length + 1, format, args);
    va_end(args);
    buffer->length += (size_t)length;
    return true;
}

static bool add_digits(tp_buffer *buffer, uint64_t number, unsigned base)
{
    char digits[20], *at = digits + sizeof(digits);

    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    return tp_buffer_add(buffer, tp_bytes_of(at, (size_t)(digits + sizeof(digits) - at)));
}

bool tp_buffer_number(tp_buffer *buffer, uint64_t number)
{
    return add_digits(buffer, number, 10);
}

bool tp_buffer_hex(tp_buffer *buffer, uint64_t number)
{
    return add_digits(buffer, number, 16);
}

/* Length of the valid UTF-8 sequence at the start of `text`, 0 when it is invalid (RFC 3629, table of section 4). */
static size_t utf8_length(tp_bytes text)
{
    const unsigned char *s = (const unsigned char *)text.data;
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (s[0] < 0x80)
        return 1;
    length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || text.length < length)
        return 0;
    if (s[0] == 0xE0)
        low = 0xA0;
    if (s[0] == 0xED)
        high = 0x9F;
    if (s[0] == 0xF0)
        low = 0x90;
    if (s[0] == 0xF4)
        high = 0x8F;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

static bool json_one(tp_buffer *buffer, tp_bytes text, size_t length)
{
    unsigned char c = (unsigned char)text.data[0];

    if (length == 0)
        return tp_buffer_text(buffer, "\xEF\xBF\xBD");
    if (c == '"' || c == '\\')
        return tp_buffer_printf(buffer, "\\%c", c);
    if (c == '\n')
        return tp_buffer_text(buffer, "\\n");
    if (c < 0x20 || c == 0x7F)
        return tp_buffer_printf(buffer, "\\u%04x", c);
    return tp_buffer_add(buffer, tp_bytes_of(text.data, length));
}

/* Bytes at the start that need no escape: printable ASCII but for the quote and the backslash. */
static size_t plain_run(tp_bytes text)
{
    size_t run = 0;

    while (run < text.length && (unsigned char)text.data[run] - 0x20u < 0x5F && text.data[run] != '"' && text.data[run] != '\\')
        run++;
    return run;
}

bool tp_buffer_json(tp_buffer *buffer, tp_bytes text)
{
    while (text.length) {
        size_t run = plain_run(text), length;

        if (!tp_buffer_add(buffer, tp_bytes_of(text.data, run)))
            return false;
        text = tp_bytes_from(text, run);
        if (text.length == 0)
            break;
        length = utf8_length(text);
        if (!json_one(buffer, text, length))
            return false;
        text = tp_bytes_from(text, length ? length : 1);
    }
    return true;
}

void tp_buffer_drop(tp_buffer *buffer, size_t count)
{
    buffer->length -= count;
    if (buffer->length)
        memmove(buffer->data, buffer->data + count, buffer->length);
}

void tp_buffer_clear(tp_buffer *buffer, size_t keep)
{
    buffer->length = 0;
    if (buffer->capacity > keep)
        tp_buffer_free(buffer);
}
