/* base/buffer.h - a growing run of bytes with a limit: a buffer that can be filled from outside cannot be unbounded. One thread. */

#ifndef TP_BASE_BUFFER_H
#define TP_BASE_BUFFER_H

#include <tokenpak/bytes.h>

/* Zero-initialised with a limit is a valid empty buffer. */
typedef struct tp_buffer {
    char *data;
    size_t length, capacity;
    size_t limit; /* most bytes it may ever hold */
} tp_buffer;

#define TP_BUFFER(most)                                                                                                                    \
    {                                                                                                                                      \
        .limit = (most)                                                                                                                    \
    }

void tp_buffer_free(tp_buffer *buffer);

/* Bytes that all buffers of the process hold from the system: bodies, replies, queues. Any thread. */
size_t tp_buffer_total(void);

/* Room for `size` more bytes behind the end, for a writer that puts them there and then adds to `length`; NULL past the limit. */
char *tp_buffer_room(tp_buffer *buffer, size_t size);

/* Adds bytes at the end; false, and nothing added, when that would pass the limit. Inline, because heads are put together from pieces of
 * a few bytes whose length is mostly known when it is compiled. */
static inline bool tp_buffer_add(tp_buffer *buffer, tp_bytes bytes)
{
    bool there = bytes.length <= buffer->capacity - buffer->length && buffer->length + bytes.length <= buffer->limit;

    if (bytes.length == 0)
        return true;
    if (!there && !tp_buffer_room(buffer, bytes.length))
        return false;
    memcpy(buffer->data + buffer->length, bytes.data, bytes.length);
    buffer->length += bytes.length;
    return true;
}

static inline bool tp_buffer_text(tp_buffer *buffer, const char *text)
{
    return tp_buffer_add(buffer, tp_bytes_text(text));
}

bool tp_buffer_printf(tp_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a number in decimal, or in lower-case hexadecimal: what printf does, at a fraction of its time. */
bool tp_buffer_number(tp_buffer *buffer, uint64_t number);
bool tp_buffer_hex(tp_buffer *buffer, uint64_t number);

/* Adds `text` as the inside of a JSON string, without the quotes; invalid UTF-8 becomes U+FFFD. */
bool tp_buffer_json(tp_buffer *buffer, tp_bytes text);

/* Drops `count` bytes at the start. */
void tp_buffer_drop(tp_buffer *buffer, size_t count);

/* Empties it and gives its memory back when it holds more than `keep` bytes of it. */
void tp_buffer_clear(tp_buffer *buffer, size_t keep);

static inline tp_bytes tp_buffer_bytes(const tp_buffer *buffer)
{
    return tp_bytes_of(buffer->data, buffer->length);
}

#endif
