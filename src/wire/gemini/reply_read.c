/* wire/gemini/reply_read.c - a GenerateContentResponse: the whole reply, or one of a stream, which is of the same form. */

#include "wire/gemini/format.h"

#include "wire/intake.h"
#include "wire/trouble.h"
#include "wire/usage.h"

#define K TP_BYTES_INIT

enum { BROKEN_CALL = 500 /* as which a call that the model spoiled is told: asking again may help */ };

typedef struct ending {
    tp_bytes word;
    tp_finish finish;
    bool spoiled; /* what the model wanted to do cannot be read */
} ending;

static const ending ENDINGS[] = {
    { K("STOP"), TP_FINISH_STOP, false },
    { K("MAX_TOKENS"), TP_FINISH_LENGTH, false },
    { K("SAFETY"), TP_FINISH_REFUSAL, false },
    { K("RECITATION"), TP_FINISH_REFUSAL, false },
    { K("LANGUAGE"), TP_FINISH_REFUSAL, false },
    { K("BLOCKLIST"), TP_FINISH_REFUSAL, false },
    { K("PROHIBITED_CONTENT"), TP_FINISH_REFUSAL, false },
    { K("SPII"), TP_FINISH_REFUSAL, false },
    { K("IMAGE_SAFETY"), TP_FINISH_REFUSAL, false },
    { K("IMAGE_PROHIBITED_CONTENT"), TP_FINISH_REFUSAL, false },
    { K("IMAGE_RECITATION"), TP_FINISH_REFUSAL, false },
    { K("MALFORMED_FUNCTION_CALL"), TP_FINISH_STOP, true },
    { K("UNEXPECTED_TOOL_CALL"), TP_FINISH_STOP, true },
    { K("TOO_MANY_TOOL_CALLS"), TP_FINISH_STOP, true },
    { K(""), TP_FINISH_STOP, false }, /* any other */
};

enum { OTHER_ENDING = sizeof(ENDINGS) / sizeof(*ENDINGS) - 1 };

static uint32_t get(const tp_json *doc, uint32_t object, tp_bytes name)
{
    uint32_t value = tp_gemini_spelling_get(doc, object, name);

    return tp_json_has(doc, value, TP_JSON_NULL) ? TP_JSON_NONE : value;
}

static tp_bytes inside(const tp_json *doc, uint32_t object, tp_bytes name)
{
    return tp_json_inside(doc, get(doc, object, name));
}

/* ---- parts ---- */

typedef struct place {
    tp_reader *r;
    const tp_json *doc;
    unsigned choice;
} place;

static tp_seal seal_of(const place *p, uint32_t part)
{
    return (tp_seal){ .data = inside(p->doc, part, TP_BYTES("thoughtSignature")), .maker = TP_DIALECT_GEMINI };
}

static void read_text(const place *p, uint32_t part)
{
    tp_part_type type = tp_json_has(p->doc, get(p->doc, part, TP_BYTES("thought")), TP_JSON_TRUE) ? TP_PART_THINKING : TP_PART_TEXT;
    tp_seal seal = seal_of(p, part);

    tp_intake_text(p->r->intake, p->choice, type, TP_INTAKE_HERE, inside(p->doc, part, TP_BYTES("text")));
    if (seal.data.length)
        tp_intake_seal(p->r->intake, p->choice, type, TP_INTAKE_HERE, &seal);
}

/* Each call comes whole. */
static void read_call(const place *p, uint32_t part)
{
    tp_gemini_reply_seen *seen = p->r->state;
    uint32_t call = get(p->doc, part, TP_BYTES("functionCall")), args = get(p->doc, call, TP_BYTES("args"));
    tp_intake_called called = { .id = inside(p->doc, call, TP_BYTES("id")),
                                .name = inside(p->doc, call, TP_BYTES("name")),
                                .seal = seal_of(p, part) };
    int64_t key = seen->calls++;

    tp_intake_call(p->r->intake, p->choice, key, &called);
    tp_intake_object(p->r->intake, p->choice, key, args ? tp_json_raw(p->doc, args) : TP_BYTES("{}"));
    tp_intake_close(p->r->intake, p->choice, key);
}

/* What is spoken has no counterpart. */
static void read_media(const place *p, uint32_t part)
{
    uint32_t data = get(p->doc, part, TP_BYTES("inlineData"));
    tp_media media = { .type = inside(p->doc, data, TP_BYTES("mimeType")), .data = inside(p->doc, data, TP_BYTES("data")) };

    if (tp_bytes_starts(media.type, TP_BYTES("image/")))
        tp_intake_image(p->r->intake, p->choice, &media);
}

static void read_file(const place *p, uint32_t part)
{
    uint32_t file = get(p->doc, part, TP_BYTES("fileData"));
    tp_media media = { .type = inside(p->doc, file, TP_BYTES("mimeType")), .url = inside(p->doc, file, TP_BYTES("fileUri")) };

    if (tp_bytes_starts(media.type, TP_BYTES("image/")))
        tp_intake_image(p->r->intake, p->choice, &media);
}

/* Code that Gemini ran itself, and what came out, is text to the client. */
static void say_fenced(const place *p, tp_escaped text)
{
    tp_intake_text(p->r->intake, p->choice, TP_PART_TEXT, TP_INTAKE_HERE, TP_BYTES("\\n```\\n"));
    tp_intake_text(p->r->intake, p->choice, TP_PART_TEXT, TP_INTAKE_HERE, text);
    tp_intake_text(p->r->intake, p->choice, TP_PART_TEXT, TP_INTAKE_HERE, TP_BYTES("\\n```\\n"));
}

static void read_code(const place *p, uint32_t part)
{
    say_fenced(p, inside(p->doc, get(p->doc, part, TP_BYTES("executableCode")), TP_BYTES("code")));
}

static void read_outcome(const place *p, uint32_t part)
{
    say_fenced(p, inside(p->doc, get(p->doc, part, TP_BYTES("codeExecutionResult")), TP_BYTES("output")));
}

static const struct {
    tp_bytes name;
    void (*read)(const place *p, uint32_t part);
} KINDS[] = {
    { K("text"), read_text },
    { K("functionCall"), read_call },
    { K("inlineData"), read_media },
    { K("fileData"), read_file },
    { K("executableCode"), read_code },
    { K("codeExecutionResult"), read_outcome },
    { K("thoughtSignature"), read_text },
};

static void read_part(const place *p, uint32_t part)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++) {
        if (!get(p->doc, part, KINDS[i].name))
            continue;
        KINDS[i].read(p, part);
        ((tp_gemini_reply_seen *)p->r->state)->said = true;
        return;
    }
}

/* ---- candidates ---- */

static const ending *ending_of(const tp_json *doc, uint32_t reason)
{
    size_t row = 0;

    while (row < OTHER_ENDING && !tp_json_is(doc, reason, ENDINGS[row].word))
        row++;
    return &ENDINGS[row];
}

/* A model that spoiled its call and said nothing else has not answered; an agent would take silence for the end of its work. */
static void fail_spoiled(tp_reader *r, const tp_json *doc, uint32_t candidate, uint32_t reason)
{
    const tp_bytes parts[] = { TP_BYTES("the model ended with "), tp_json_inside(doc, reason), TP_BYTES(": "),
                               inside(doc, candidate, TP_BYTES("finishMessage")) };

    r->failed = true;
    r->told = (tp_told){ .status = BROKEN_CALL,
                         .message = tp_arena_join(r->arena, parts, parts[3].length ? 4 : 2),
                         .code = tp_arena_copy(r->arena, parts[1]) };
}

static void finish(const place *p, uint32_t candidate)
{
    uint32_t reason = get(p->doc, candidate, TP_BYTES("finishReason"));
    const ending *end = ending_of(p->doc, reason);
    const tp_gemini_reply_seen *seen = p->r->state;

    if (!reason || tp_json_is(p->doc, reason, TP_BYTES("FINISH_REASON_UNSPECIFIED")))
        return;
    p->r->terminal = true;
    if (end->spoiled && !seen->said)
        fail_spoiled(p->r, p->doc, candidate, reason);
    else
        tp_intake_finish(p->r->intake, p->choice, end->finish,
                         end->finish == TP_FINISH_REFUSAL ? tp_json_inside(p->doc, reason) : tp_bytes_of(NULL, 0));
}

static void read_candidate(tp_reader *r, const tp_json *doc, uint32_t candidate, uint64_t position)
{
    uint32_t parts = get(doc, get(doc, candidate, TP_BYTES("content")), TP_BYTES("parts"));
    place p = { .r = r, .doc = doc };

    tp_json_uint(doc, get(doc, candidate, TP_BYTES("index")), &position);
    p.choice = (unsigned)(position & INT32_MAX);
    for (uint32_t part = tp_json_items(doc, parts); part; part = tp_json_next(doc, part))
        read_part(&p, part);
    tp_gemini_beside_read(r, doc, candidate, p.choice);
    finish(&p, candidate);
}

/* A prompt that is blocked has no candidates. */
static void read_feedback(tp_reader *r, const tp_json *doc, uint32_t feedback)
{
    uint32_t reason = get(doc, feedback, TP_BYTES("blockReason"));

    if (!reason || tp_json_is(doc, reason, TP_BYTES("BLOCK_REASON_UNSPECIFIED")))
        return;
    tp_intake_finish(r->intake, 0, TP_FINISH_REFUSAL, tp_json_inside(doc, reason));
    r->terminal = true;
}

/* ---- the whole ---- */

static uint64_t number_of(const tp_json *doc, uint32_t object, tp_bytes name)
{
    uint64_t number = 0;

    tp_json_uint(doc, get(doc, object, name), &number);
    return number;
}

/* Every event tells the usage so far: the first, what the prompt costs. */
static void read_first_usage(tp_reader *r, const tp_json *doc, uint32_t node)
{
    tp_gemini_reply_seen *seen = r->state;
    tp_usage *usage = node && !seen->started ? tp_arena_make(r->arena, tp_usage) : NULL;

    seen->started = true;
    if (!usage)
        return;
    usage->cache_read = number_of(doc, node, TP_BYTES("cachedContentTokenCount"));
    usage->input = number_of(doc, node, TP_BYTES("promptTokenCount")) + number_of(doc, node, TP_BYTES("toolUsePromptTokenCount"));
    tp_intake_start_usage(r->intake, usage);
}

static bool read(tp_reader *r, const tp_json *doc, bool whole)
{
    uint32_t candidates = tp_json_get(doc, 0, TP_BYTES("candidates")), feedback = tp_json_get(doc, 0, TP_BYTES("promptFeedback"));
    uint32_t usage = tp_json_get(doc, 0, TP_BYTES("usageMetadata")), model = tp_json_get(doc, 0, TP_BYTES("modelVersion"));
    uint64_t position = 0;

    if (!candidates && !feedback && (whole || (!usage && !model)))
        return false;
    read_first_usage(r, doc, usage);
    tp_intake_start(r->intake, tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("responseId"))), tp_json_inside(doc, model));
    for (uint32_t item = tp_json_items(doc, candidates); item; item = tp_json_next(doc, item))
        read_candidate(r, doc, item, position++);
    if (!tp_json_items(doc, candidates))
        read_feedback(r, doc, feedback);
    return true;
}

/* An error inside a stream has its status in it. */
static bool read_failure(tp_reader *r, const tp_json *doc)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));
    uint64_t status;

    if (!tp_gemini_error_read(doc, &r->told, r->arena))
        return false;
    r->failed = true;
    r->told = tp_trouble_keep(&r->told, r->arena);
    r->told.status = tp_json_uint(doc, get(doc, error, TP_BYTES("code")), &status) && status >= 400 && status < 600
                         ? (int)status
                         : tp_trouble_status(r->told.code, r->told.code);
    return true;
}

bool tp_gemini_reply_read_whole(tp_reader *r, const tp_json *doc)
{
    return read_failure(r, doc) || read(r, doc, true);
}

bool tp_gemini_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    (void)name;
    return read_failure(r, doc) || read(r, doc, false);
}

bool tp_gemini_reply_read_count(const tp_json *doc, uint64_t *tokens)
{
    return tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("totalTokens")), tokens);
}
