/* tokens/counter.c - counts texts for the comparison with the reference, and times it.
 *
 * counter count VOCABULARY         texts on stdin, each behind its length (32 bits, little-endian); a line with its count for each
 * counter time VOCABULARY FILE     nanoseconds: of the file at first sight, of the same pieces in other messages, of the same messages */

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "tokens/count.h"

enum { MESSAGE = 10000, OTHER_MESSAGE = 9500 };

static bool read_text(char **text, uint32_t *length)
{
    if (fread(length, sizeof *length, 1, stdin) != 1)
        return false;
    *length = le32toh(*length);
    *text = tp_memory_resize(*text, *length + 1u);
    return fread(*text, 1, *length, stdin) == *length;
}

/* A count that the memo changes is printed as -1; what is asked for is in exactly as much memory as it needs. */
static int count_all(const tp_vocabulary *v)
{
    tp_memo *memo = tp_memo_new();
    char *text = NULL;
    uint32_t length;

    while (read_text(&text, &length)) {
        char *exact = tp_memory_resize(NULL, length ? length : 1);
        memcpy(exact, text, length);
        uint64_t plain = tp_count_text(v, NULL, tp_bytes_of(exact, length));
        uint64_t first = tp_count_text(v, memo, tp_bytes_of(exact, length));
        uint64_t again = tp_count_text(v, memo, tp_bytes_of(exact, length));
        free(exact);
        printf("%" PRId64 "\n", plain == first && first == again ? (int64_t)plain : -1);
    }
    free(text);
    tp_memo_free(memo);
    return 0;
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds for the text in messages of about `size` bytes, each cut behind a line or blank. */
static uint64_t time_messages(const tp_vocabulary *v, tp_memo *memo, tp_bytes text, size_t size, uint64_t *tokens)
{
    uint64_t begin = now();

    for (*tokens = 0; text.length > 0;) {
        size_t length = text.length < size ? text.length : size;
        while (length < text.length && ((unsigned char)text.data[length] & 0xc0) == 0x80)
            length++;
        *tokens += tp_count_text(v, memo, tp_bytes_of(text.data, length));
        text = tp_bytes_from(text, length);
    }
    return now() - begin;
}

static int time_file(const tp_vocabulary *v, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t room = 256u << 20, length;
    char *data = tp_memory_resize(NULL, room);
    tp_memo *memo = tp_memo_new();
    uint64_t ns[4], tokens[4];

    if (!file)
        return 1;
    length = fread(data, 1, room, file);
    fclose(file);
    ns[0] = time_messages(v, memo, tp_bytes_of(data, length), MESSAGE, &tokens[0]);
    ns[1] = time_messages(v, memo, tp_bytes_of(data, length), OTHER_MESSAGE, &tokens[1]);
    ns[2] = time_messages(v, memo, tp_bytes_of(data, length), OTHER_MESSAGE, &tokens[2]);
    tp_memo_free(memo);
    memo = tp_memo_new();
    ns[3] = time_messages(v, memo, tp_bytes_of(data, length), room, &tokens[3]);
    tp_memo_free(memo);
    free(data);
    printf("{\"bytes\":%zu,\"tokens\":%" PRIu64 ",\"first\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"resent\":%" PRIu64 ",\"whole\":%" PRIu64
           ",\"whole_tokens\":%" PRIu64 "}\n",
           length, tokens[0], ns[0], ns[1], ns[2], ns[3], tokens[3]);
    return 0;
}

int main(int argc, char **argv)
{
    const tp_vocabulary *v = argc > 2 ? tp_vocabulary_named(tp_bytes_text(argv[2])) : NULL;

    if (v && argc == 3 && strcmp(argv[1], "count") == 0)
        return count_all(v);
    if (v && argc == 4 && strcmp(argv[1], "time") == 0)
        return time_file(v, argv[3]);
    fprintf(stderr, "usage: counter count VOCABULARY < texts | counter time VOCABULARY FILE\n");
    return 2;
}
