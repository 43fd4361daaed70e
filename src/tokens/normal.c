/* tokens/normal.c - brings text to NFC or NFKC, from one character that nothing before it can change to the next. */

#include "tokens/normal.h"

#include <endian.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tokens/tables.h"

/* Of a code point's byte; the rest is the rank of its combining class among all classes. */
enum { NOT_NFC = 0x80, NOT_NFKC = 0x40, CLASS = 0x3f };
enum { BLOCKS = 0x110000 / 256, LONGEST = 4 };
enum { L = 0x1100, V = 0x1161, T = 0x11a7, S = 0xac00, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28, S_COUNT = 11172 };

/* The table: this, the block of each 256 code points, the blocks, rows of (point, place << 8 | length) for NFD and for NFKD, triples of
 * (first, second, composed), and the code points that decompositions are made of. Little-endian. */
typedef struct header {
    char magic[8];
    uint32_t index, data, canonical, compatible, triples, expanded;
} header;

typedef struct row {
    uint32_t point, where;
} row;

typedef struct triple {
    uint32_t first, second, composed;
} triple;

typedef struct tables {
    const row *rows;
    size_t row_count;
    const triple *triples;
    size_t triple_count;
    const uint32_t *expanded;
    unsigned bit; /* NOT_NFC or NOT_NFKC */
} tables;

typedef struct points {
    uint32_t *at;
    size_t count, room;
} points;

typedef struct output {
    char *data;
    size_t length, room;
} output;

static unsigned bits_of(uint32_t point)
{
    const unsigned char *index = tp_tables_normal + sizeof(header);
    return index[BLOCKS + (index[point >> 8] << 8 | (int)(point & 255))];
}

static const char *decode(const char *p, uint32_t *point)
{
    uint32_t a = (unsigned char)*p, length = a < 0x80 ? 1 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;

    *point = length == 1 ? a : a & (0xffu >> (length + 1));
    for (uint32_t i = 1; i < length; i++)
        *point = *point << 6 | ((unsigned char)p[i] & 63u);
    return p + length;
}

bool tp_normal_is(tp_normal_form form, tp_bytes text)
{
    const char *p = text.data, *end = p + text.length;
    unsigned bit = form == TP_NORMAL_NFC ? NOT_NFC : NOT_NFKC, class = 0;
    uint32_t point;

    while (form != TP_NORMAL_NONE && p < end) {
        unsigned bits = 0;
        p = decode(p, &point);
        if (point >= 0x80)
            bits = bits_of(point);
        if (bits & bit || ((bits & CLASS) && (bits & CLASS) < class))
            return false;
        class = bits & CLASS;
    }
    return true;
}

static tables tables_for(tp_normal_form form)
{
    const header *h = (const header *)(const void *)tp_tables_normal;
    const unsigned char *at = tp_tables_normal + sizeof *h + le32toh(h->index) + le32toh(h->data);
    const row *rows = (const row *)(const void *)at, *compatible = rows + le32toh(h->canonical);
    const triple *triples = (const triple *)(const void *)(compatible + le32toh(h->compatible));
    bool nfc = form == TP_NORMAL_NFC;

    return (tables){
        .rows = nfc ? rows : compatible,
        .row_count = le32toh(nfc ? h->canonical : h->compatible),
        .triples = triples,
        .triple_count = le32toh(h->triples),
        .expanded = (const uint32_t *)(const void *)(triples + le32toh(h->triples)),
        .bit = nfc ? NOT_NFC : NOT_NFKC,
    };
}

static void add(points *list, uint32_t point)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->at = tp_memory_resize(list->at, list->room * sizeof *list->at);
    }
    list->at[list->count++] = point;
}

static int by_point(const void *key, const void *item)
{
    uint32_t a = *(const uint32_t *)key, b = le32toh(((const row *)item)->point);
    return a < b ? -1 : a > b;
}

static void decompose(const tables *t, points *list, uint32_t point)
{
    uint32_t syllable = point - S, where;
    const row *found;

    if (syllable < S_COUNT) {
        add(list, L + syllable / (V_COUNT * T_COUNT));
        add(list, V + syllable / T_COUNT % V_COUNT);
        if (syllable % T_COUNT)
            add(list, T + syllable % T_COUNT);
        return;
    }
    found = point < 0x80 ? NULL : bsearch(&point, t->rows, t->row_count, sizeof *t->rows, by_point);
    if (!found) {
        add(list, point);
        return;
    }
    where = le32toh(found->where);
    for (uint32_t i = 0; i < (where & 255); i++)
        add(list, le32toh(t->expanded[(where >> 8) + i]));
}

static unsigned class_of(uint32_t point)
{
    return bits_of(point) & CLASS;
}

/* Puts the marks from `from` to `to` in the order of their classes, those of one class as they were; linear in their number. */
static void sort_marks(points *list, points *spare, size_t from, size_t to)
{
    size_t begins[CLASS + 1] = { 0 };

    for (size_t i = from; i < to; i++)
        begins[class_of(list->at[i])]++;
    for (size_t class = 0, sum = 0; class <= CLASS; class ++) {
        size_t count = begins[class];
        begins[class] = sum;
        sum += count;
    }
    while (spare->count < to - from)
        add(spare, 0);
    for (size_t i = from; i < to; i++)
        spare->at[begins[class_of(list->at[i])]++] = list->at[i];
    memcpy(list->at + from, spare->at, (to - from) * sizeof *list->at);
}

static void order(points *list, points *spare)
{
    for (size_t from = 0, to; from < list->count; from = to + 1) {
        bool sorted = true;
        for (to = from; to < list->count && class_of(list->at[to]); to++)
            sorted = sorted && (to == from || class_of(list->at[to - 1]) <= class_of(list->at[to]));
        if (!sorted)
            sort_marks(list, spare, from, to);
    }
}

static int by_pair(const void *key, const void *item)
{
    const triple *a = key, *b = item;
    uint32_t first = le32toh(b->first), second = le32toh(b->second);

    if (a->first != first)
        return a->first < first ? -1 : 1;
    return a->second < second ? -1 : a->second > second;
}

/* What the two make together, 0 when they make nothing. */
static uint32_t composed(const tables *t, uint32_t first, uint32_t second)
{
    triple key = { first, second, 0 };
    const triple *found;

    if (first - L < L_COUNT && second - V < V_COUNT)
        return S + ((first - L) * V_COUNT + (second - V)) * T_COUNT;
    if (first - S < S_COUNT && (first - S) % T_COUNT == 0 && second - T - 1 < T_COUNT - 1)
        return first + second - T;
    found = bsearch(&key, t->triples, t->triple_count, sizeof *t->triples, by_pair);
    return found ? le32toh(found->composed) : 0;
}

/* A mark joins the starter before it unless one of its own class, or a starter, stands between. */
static void compose(const tables *t, points *list)
{
    size_t starter = 0, length = 1;
    unsigned between = class_of(list->at[0]) ? CLASS + 1 : 0;

    for (size_t i = 1; i < list->count; i++) {
        uint32_t point = list->at[i], whole = composed(t, list->at[starter], point);
        unsigned class = class_of(point);
        if (whole && (between < class || between == 0)) {
            list->at[starter] = whole;
            continue;
        }
        if (class == 0)
            starter = length;
        between = class;
        list->at[length++] = point;
    }
    list->count = length;
}

static void reserve(output *out, size_t size)
{
    if (out->room - out->length >= size)
        return;
    out->room = 2 * out->room + size;
    out->data = tp_memory_resize(out->data, out->room);
}

static void encode(output *out, uint32_t point)
{
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    char *p = out->data + out->length;

    for (size_t i = length; i-- > 1; point >>= 6)
        p[i] = (char)(0x80 | (point & 63));
    *p = (char)(length == 1 ? point : (0xf00u >> length & 0xffu) | point);
    out->length += length;
}

/* Behind the characters that those from `p` on may change or be changed by. */
static const char *segment(const tables *t, const char *p, const char *end)
{
    uint32_t point;
    const char *next;

    for (p = decode(p, &point); p < end; p = next) {
        next = decode(p, &point);
        if (!(bits_of(point) & (t->bit | CLASS)))
            break;
    }
    return p;
}

static void write_points(const points *list, output *out)
{
    reserve(out, LONGEST * list->count);
    for (size_t i = 0; i < list->count; i++)
        encode(out, list->at[i]);
}

tp_bytes tp_normal_of(tp_normal_form form, tp_bytes text)
{
    tables t = tables_for(form);
    points list = { 0 }, spare = { 0 };
    output out = { 0 };
    const char *end = text.data + text.length, *stop;

    for (const char *p = text.data; p < end; p = stop) {
        uint32_t point;
        stop = segment(&t, p, end);
        list.count = 0;
        for (const char *at = p; at < stop;) {
            at = decode(at, &point);
            decompose(&t, &list, point);
        }
        order(&list, &spare);
        compose(&t, &list);
        write_points(&list, &out);
    }
    free(list.at);
    free(spare.at);
    return tp_bytes_of(out.data, out.length);
}
