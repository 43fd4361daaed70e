/* stages/demo_vector.c - vectors that look like embeddings: the same text gives the same vector, of length one. */

#include "stages/demo.h"

#include <math.h>

enum { USUAL_SIZE = 64, LARGEST_SIZE = 4096, MOST_TEXTS = 2048 };

/* FNV-1a. */
static uint64_t seed_of(tp_bytes text)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 1099511628211u;
    return hash;
}

/* The member that holds what is to be embedded: a text, a list of texts, one content, or a list of requests. */
static uint32_t source(const tp_json *json)
{
    static const char *const KEYS[] = { "input", "requests", "content", "prompt" };
    uint32_t node = TP_JSON_NONE;

    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]) && node == TP_JSON_NONE; i++)
        node = tp_json_get(json, 0, tp_bytes_text(KEYS[i]));
    return node;
}

/* A list of numbers is one text, already cut into tokens. */
static bool is_list_of_texts(const tp_json *json, uint32_t node)
{
    uint32_t first = tp_json_kind_of(json, node) == TP_JSON_ARRAY ? tp_json_first(json, node) : TP_JSON_NONE;

    return first != TP_JSON_NONE && tp_json_kind_of(json, first) != TP_JSON_NUMBER;
}

static unsigned size_of(const tp_json *json)
{
    static const char *const KEYS[] = { "dimensions", "outputDimensionality" };
    uint64_t number;

    for (size_t i = 0; i < 2; i++)
        if (tp_json_uint(json, tp_json_get(json, 0, tp_bytes_text(KEYS[i])), &number) && number >= 1 && number <= LARGEST_SIZE)
            return (unsigned)number;
    return USUAL_SIZE;
}

tp_demo_vectors tp_demo_vector_read(const tp_demo_ask *ask)
{
    uint32_t node = source(ask->json);
    tp_demo_vectors vectors = { .seeds = tp_arena_array(ask->arena, uint64_t, MOST_TEXTS), .size = size_of(ask->json) };

    if (node != TP_JSON_NONE && !is_list_of_texts(ask->json, node))
        vectors.seeds[vectors.count++] = seed_of(tp_json_raw(ask->json, node));
    if (node == TP_JSON_NONE || vectors.count)
        return vectors;
    for (node = tp_json_first(ask->json, node); node != TP_JSON_NONE && vectors.count < MOST_TEXTS; node = tp_json_next(ask->json, node))
        vectors.seeds[vectors.count++] = seed_of(tp_json_raw(ask->json, node));
    return vectors;
}

/* splitmix64, as numbers from -1 to 1. */
static double draw(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (double)(z >> 11) / (double)(1ull << 52) - 1;
}

static void fill(const tp_demo_vectors *vectors, unsigned index, float out[LARGEST_SIZE])
{
    uint64_t state = vectors->seeds[index];
    double square = 0;

    for (unsigned i = 0; i < vectors->size; i++) {
        double value = draw(&state);

        out[i] = (float)value;
        square += value * value;
    }
    for (unsigned i = 0; i < vectors->size; i++)
        out[i] = (float)(out[i] / sqrt(square));
}

void tp_demo_vector_print(const tp_demo_vectors *vectors, unsigned index, tp_buffer *out)
{
    float values[LARGEST_SIZE];

    fill(vectors, index, values);
    for (unsigned i = 0; i < vectors->size; i++)
        tp_buffer_printf(out, "%c%.9g", i ? ',' : '[', (double)values[i]);
    tp_buffer_text(out, "]");
}

static void put_base64(tp_bytes bytes, tp_buffer *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        unsigned a = (unsigned char)bytes.data[i], b = left > 1 ? (unsigned char)bytes.data[i + 1] : 0;
        unsigned c = left > 2 ? (unsigned char)bytes.data[i + 2] : 0, all = a << 16 | b << 8 | c;
        char four[4] = { DIGITS[all >> 18], DIGITS[all >> 12 & 63], left > 1 ? DIGITS[all >> 6 & 63] : '=',
                         left > 2 ? DIGITS[all & 63] : '=' };

        tp_buffer_add(out, tp_bytes_of(four, 4));
    }
}

void tp_demo_vector_print_base64(const tp_demo_vectors *vectors, unsigned index, tp_buffer *out)
{
    float values[LARGEST_SIZE];
    char bytes[LARGEST_SIZE * 4];

    fill(vectors, index, values);
    for (unsigned i = 0; i < vectors->size; i++) {
        uint32_t word;

        memcpy(&word, &values[i], 4);
        for (unsigned b = 0; b < 4; b++)
            bytes[4 * i + b] = (char)(word >> (8 * b) & 0xFF);
    }
    tp_buffer_text(out, "\"");
    put_base64(tp_bytes_of(bytes, (size_t)vectors->size * 4), out);
    tp_buffer_text(out, "\"");
}
