/* stages/convert.c - from the client's format to the provider's. */

#include "stages/convert.h"

#include "wire/formats.h"

enum { LONG_BODY = 24 << 10, MOST_WARNINGS = 1024 };

static const tp_format *named(const char *name)
{
    return tp_formats_named(tp_bytes_text(name));
}

/* Between the two formats of OpenAI only a provider that has just one of them is converted for. */
static const tp_format *openai_target(const tp_exchange *x, const tp_provider *provider)
{
    const tp_format *chat = named("openai_chat"), *responses = named("openai_responses");
    bool same = x->dialect == TP_DIALECT_OPENAI;

    if (provider->api == TP_API_RESPONSES)
        return same && x->format == responses ? NULL : responses;
    if (same && (provider->api == TP_API_AUTO || x->format != responses))
        return NULL;
    return chat;
}

/* OpenAI counts tokens only in the words of Responses. */
static const tp_format *counting_target(const tp_provider *provider)
{
    const tp_format *format;

    if (provider->dialect != TP_DIALECT_OPENAI)
        format = named(tp_dialect_name((tp_dialect)provider->dialect));
    else
        format = provider->api == TP_API_CHAT ? NULL : named("openai_responses");
    return format && format->read_count ? format : NULL;
}

static const tp_format *other_target(const tp_exchange *x, const tp_provider *provider)
{
    if ((tp_dialect)provider->dialect == x->dialect && (x->counting || provider->dialect != TP_DIALECT_OPENAI))
        return NULL;
    if (x->counting)
        return counting_target(provider);
    if (provider->dialect == TP_DIALECT_OPENAI)
        return openai_target(x, provider);
    return named(tp_dialect_name((tp_dialect)provider->dialect));
}

/* What another maker has sealed must not reach this one, who would refuse it: then the request is written anew, in its own format too. */
const tp_format *tp_convert_target(const tp_exchange *x, const tp_provider *provider)
{
    const tp_format *target = x->format ? other_target(x, provider) : NULL;
    bool own = x->format && x->format->write_request && (tp_dialect)provider->dialect == x->dialect;

    return !target && own && x->sealed ? x->format : target;
}

bool tp_convert_possible(const tp_exchange *x, const tp_provider *provider)
{
    return tp_convert_target(x, provider) != NULL;
}

static void free_convert(void *arg)
{
    tp_convert *c = arg;

    tp_buffer_free(&c->body);
    tp_arena_free(c->arena);
}

tp_convert *tp_convert_new(tp_exchange *x, const tp_format *to, tp_bytes model, size_t most)
{
    tp_convert *c = tp_arena_make(x->arena, tp_convert);

    *c = (tp_convert){ .from = x->format, .to = to, .doc = x->json, .arena = tp_arena_new(), .chat = x->chat };
    c->body.limit = most;
    c->in = (tp_request_in){ .path = x->request->path, .query = x->request->query };
    c->out = (tp_request_out){ .arena = c->arena, .body = &c->body, .model = model, .stream = x->stream, .count = x->counting };
    tp_arena_defer(x->arena, free_convert, c);
    return c;
}

bool tp_convert_is_long(const tp_convert *c)
{
    return c->doc->text.length > LONG_BODY;
}

void tp_convert_run(void *convert)
{
    tp_convert *c = convert;

    if (!c->chat)
        c->chat = tp_formats_read(c->from, c->doc, &c->in, c->arena);
    c->good = c->chat && tp_formats_write(c->to, c->chat, &c->out);
}

/* Names of fields come from the client: only what may stand in a header's list. */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("_-.:[]", c));
}

tp_bytes tp_convert_warnings(const tp_convert *c, tp_arena *arena)
{
    char *text = tp_arena_alloc(arena, MOST_WARNINGS);
    size_t length = 0;

    for (unsigned i = 0; i < c->out.dropped_count; i++) {
        const char *name = c->out.dropped[i];

        if (length + strlen(name) + sizeof(", dropped:") > MOST_WARNINGS)
            break;
        memcpy(text + length, i ? ", dropped:" : "dropped:", i ? 10 : 8);
        length += i ? 10 : 8;
        for (; *name; name++)
            text[length++] = is_plain(*name) ? *name : '?';
    }
    return tp_bytes_of(text, length);
}
