/* wire/openai_chat/request_write.c - a chat request for a provider with OpenAI's chat completions. */

#include "wire/openai_chat/format.h"
#include "wire/seal.h"

typedef struct writing {
    const tp_chat *chat;
    tp_request_out *out;
    tp_write w;
} writing;

/* ---- parts ---- */

static void write_cache(writing *g, const tp_part *part)
{
    if (part->cache.length)
        tp_write_member_raw(&g->w, "cache_control", part->cache);
}

static void write_text(writing *g, const tp_part *part)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "text");
    tp_write_member_escaped(&g->w, "text", part->text);
    write_cache(g, part);
    tp_write_close(&g->w, '}');
}

static void write_data_url(writing *g, const char *key, const tp_media *media)
{
    tp_write_key(&g->w, key);
    tp_write_string_open(&g->w);
    tp_write_piece_string(&g->w, TP_BYTES("data:"));
    tp_write_piece_escaped(&g->w, media->type);
    tp_write_piece_string(&g->w, TP_BYTES(";base64,"));
    tp_write_piece_escaped(&g->w, media->data);
    tp_write_string_close(&g->w);
}

static bool write_image(writing *g, const tp_part *part)
{
    const tp_media *media = part->media;

    if (!media->data.length && !media->url.length)
        return tp_chat_refuse(g->out, "image: one that is named by the id of a file cannot be passed to this provider");
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "image_url");
    tp_write_member_open(&g->w, "image_url", '{');
    if (media->data.length)
        write_data_url(g, "url", media);
    else
        tp_write_member_escaped(&g->w, "url", media->url);
    if (media->detail.length)
        tp_write_member_escaped(&g->w, "detail", media->detail);
    tp_write_close(&g->w, '}');
    write_cache(g, part);
    tp_write_close(&g->w, '}');
    return true;
}

/* OpenAI's names of formats, from media types. */
static tp_bytes audio_format(tp_escaped type)
{
    tp_bytes bare = tp_bytes_starts(type, TP_BYTES("audio/")) ? tp_bytes_from(type, 6) : type;

    if (tp_bytes_equal(bare, TP_BYTES("mpeg")))
        return TP_BYTES("mp3");
    if (tp_bytes_equal(bare, TP_BYTES("x-wav")) || tp_bytes_equal(bare, TP_BYTES("wave")))
        return TP_BYTES("wav");
    return bare;
}

static bool write_audio(writing *g, const tp_part *part)
{
    if (!part->media->data.length)
        return tp_chat_refuse(g->out, "audio: only audio that is part of the request can be passed to this provider");
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "input_audio");
    tp_write_member_open(&g->w, "input_audio", '{');
    tp_write_member_escaped(&g->w, "data", part->media->data);
    tp_write_member_escaped(&g->w, "format", audio_format(part->media->type));
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
    return true;
}

static bool write_file(writing *g, const tp_part *part)
{
    const tp_media *media = part->media;

    if (media->plain.length) {
        write_text(g, &(tp_part){ .type = TP_PART_TEXT, .text = media->plain, .cache = part->cache });
        return true;
    }
    if (!media->data.length && (!media->file_id.length || g->chat->dialect != TP_DIALECT_OPENAI))
        return tp_chat_refuse(g->out, "document: only one whose data is part of the request can be passed to this provider");
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "file");
    tp_write_member_open(&g->w, "file", '{');
    if (media->data.length)
        write_data_url(g, "file_data", media);
    else
        tp_write_member_escaped(&g->w, "file_id", media->file_id);
    if (media->data.length)
        tp_write_member_escaped(&g->w, "filename", media->title.length ? media->title : TP_BYTES("document.pdf"));
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
    return true;
}

static bool write_part(writing *g, const tp_part *part)
{
    switch (part->type) {
    case TP_PART_TEXT:
        write_text(g, part);
        return true;
    case TP_PART_IMAGE:
        return write_image(g, part);
    case TP_PART_AUDIO:
        return write_audio(g, part);
    case TP_PART_FILE:
        return write_file(g, part);
    default:
        return true;
    }
}

/* A single text without a mark is a string, which every server takes; the rest is an array. */
static bool write_content(writing *g, const tp_part *first)
{
    bool good = true;

    tp_write_key(&g->w, "content");
    if (!first || (first->type == TP_PART_TEXT && !first->next && !first->cache.length)) {
        tp_write_escaped(&g->w, first ? first->text : tp_bytes_of(NULL, 0));
        return true;
    }
    tp_write_open(&g->w, '[');
    for (const tp_part *part = first; part && good; part = part->next)
        good = write_part(g, part);
    tp_write_close(&g->w, ']');
    return good;
}

/* ---- messages ---- */

static void open_message(writing *g, const char *role)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "role", role);
}

/* Only text fits into a tool's message. */
static void write_result(writing *g, const tp_part *result)
{
    bool first = true;

    open_message(g, "tool");
    tp_write_member_escaped(&g->w, "tool_call_id", result->id);
    tp_write_key(&g->w, "content");
    tp_write_string_open(&g->w);
    if (result->failed)
        tp_write_piece_string(&g->w, TP_BYTES("Error: "));
    for (const tp_part *part = result->parts.first; part; part = part->next) {
        if (part->type != TP_PART_TEXT && part->type != TP_PART_IMAGE && part->type != TP_PART_FILE)
            continue;
        tp_write_piece_string(&g->w, first ? tp_bytes_of(NULL, 0) : TP_BYTES("\n"));
        if (part->type == TP_PART_TEXT)
            tp_write_piece_escaped(&g->w, part->text);
        else
            tp_write_piece_string(&g->w, TP_BYTES("(an attachment: see the next message of the user)"));
        first = false;
    }
    tp_write_string_close(&g->w);
    tp_write_close(&g->w, '}');
}

static bool is_attachment(const tp_part *part)
{
    return part->type == TP_PART_IMAGE || part->type == TP_PART_FILE;
}

static bool has_attachment(const tp_part *result)
{
    for (const tp_part *part = result->parts.first; part; part = part->next)
        if (is_attachment(part))
            return true;
    return false;
}

static bool write_attachments_of(writing *g, const tp_part *result)
{
    tp_bytes said =
        tp_arena_join(g->out->arena, (const tp_bytes[]){ TP_BYTES("(from the result of the call "), result->id, TP_BYTES(")") }, 3);

    write_text(g, &(tp_part){ .type = TP_PART_TEXT, .text = said });
    for (const tp_part *part = result->parts.first; part; part = part->next)
        if (is_attachment(part) && !write_part(g, part))
            return false;
    return true;
}

/* What results show besides text comes behind all of them, because nothing may stand between them, with what the user says. */
static bool write_rest(writing *g, const tp_part *results, const tp_part *rest, bool attached)
{
    bool good = true;

    if (!attached && !rest)
        return true;
    open_message(g, "user");
    if (!attached) {
        good = write_content(g, rest);
        tp_write_close(&g->w, '}');
        return good;
    }
    tp_write_member_open(&g->w, "content", '[');
    for (const tp_part *part = results; part != rest && good; part = part->next)
        good = !has_attachment(part) || write_attachments_of(g, part);
    for (const tp_part *part = rest; part && good; part = part->next)
        good = write_part(g, part);
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
    return good;
}

static bool write_user(writing *g, const tp_message *m)
{
    const tp_part *rest = m->parts.first;
    bool attached = false;

    for (; rest && rest->type == TP_PART_RESULT; rest = rest->next) {
        write_result(g, rest);
        attached |= has_attachment(rest);
    }
    return write_rest(g, m->parts.first, rest, attached);
}

/* Gemini, asked in this dialect, wants its signatures back. */
static void write_call_seal(writing *g, const tp_seal *seal)
{
    tp_escaped sealed = tp_seal_for(seal, TP_DIALECT_GEMINI);

    if (!g->out->rule->seal_back || !sealed.length)
        return;
    tp_write_member_open(&g->w, "extra_content", '{');
    tp_write_member_open(&g->w, "google", '{');
    tp_write_member_escaped(&g->w, "thought_signature", sealed);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

static void write_call(writing *g, const tp_part *call)
{
    const tp_bytes none = TP_BYTES("{}");

    tp_write_open(&g->w, '{');
    tp_write_member_escaped(&g->w, "id", call->id);
    tp_write_member_text(&g->w, "type", "function");
    tp_write_member_open(&g->w, "function", '{');
    tp_write_member_escaped(&g->w, "name", call->name);
    tp_write_key(&g->w, "arguments");
    if (call->custom)
        tp_write_string(&g->w, tp_chat_custom_arguments(call->arguments, g->out->arena));
    else
        tp_write_string(&g->w, call->arguments.length ? call->arguments : none);
    tp_write_close(&g->w, '}');
    write_call_seal(g, &call->seal);
    tp_write_close(&g->w, '}');
}

/* Texts of one type, one behind the other; nothing without any. */
static void write_joined(writing *g, const tp_message *m, tp_part_type type, const char *key)
{
    bool begun = false;

    for (const tp_part *part = m->parts.first; part; part = part->next) {
        if (part->type != type || !part->text.length)
            continue;
        if (!begun) {
            tp_write_key(&g->w, key);
            tp_write_string_open(&g->w);
        }
        tp_write_piece_escaped(&g->w, part->text);
        begun = true;
    }
    if (begun)
        tp_write_string_close(&g->w);
}

static bool has_part(const tp_message *m, tp_part_type type)
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (part->type == type)
            return true;
    return false;
}

static bool write_assistant(writing *g, const tp_message *m)
{
    open_message(g, "assistant");
    if (g->out->rule->thought_back)
        write_joined(g, m, TP_PART_THINKING, "reasoning_content");
    if (has_part(m, TP_PART_TEXT))
        write_joined(g, m, TP_PART_TEXT, "content");
    else
        tp_write_member_null(&g->w, "content");
    write_joined(g, m, TP_PART_REFUSAL, "refusal");
    if (has_part(m, TP_PART_CALL)) {
        tp_write_member_open(&g->w, "tool_calls", '[');
        for (const tp_part *part = m->parts.first; part; part = part->next)
            if (part->type == TP_PART_CALL)
                write_call(g, part);
        tp_write_close(&g->w, ']');
    }
    tp_write_close(&g->w, '}');
    return true;
}

/* Only OpenAI's own models know the role developer. */
static bool write_system(writing *g, const tp_message *m)
{
    bool good;

    open_message(g, m->role == TP_ROLE_DEVELOPER && g->out->rule->completion_tokens ? "developer" : "system");
    good = write_content(g, m->parts.first);
    tp_write_close(&g->w, '}');
    return good;
}

/* A turn of thoughts alone, whose thoughts cannot be passed, would be an empty message. */
static bool says_nothing(const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (part->type != TP_PART_THINKING)
            return false;
    return true;
}

static bool write_message(writing *g, const tp_message *m)
{
    if (says_nothing(m))
        return true;
    if (m->role == TP_ROLE_USER)
        return write_user(g, m);
    return m->role == TP_ROLE_ASSISTANT ? write_assistant(g, m) : write_system(g, m);
}

static bool write_messages(writing *g)
{
    bool good = true;

    tp_write_member_open(&g->w, "messages", '[');
    for (const tp_message *m = g->chat->messages; m && good; m = m->next)
        good = write_message(g, m);
    tp_write_close(&g->w, ']');
    return good;
}

/* ---- tools ---- */

static void write_tool(writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "function");
    tp_write_member_open(&g->w, "function", '{');
    tp_write_member_escaped(&g->w, "name", tool->name);
    if (tool->description.length)
        tp_write_member_escaped(&g->w, "description", tool->description);
    tp_write_member_raw(&g->w, "parameters", tp_chat_schema(tool));
    if (tool->strict >= 0)
        tp_write_member_bool(&g->w, "strict", tool->strict);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

/* Tools that the provider would have to run itself do not exist here. */
static unsigned count_tools(writing *g)
{
    unsigned count = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        if (tool->hosted)
            tp_chat_put_drop(g->out, "tools:%.*s", (int)tool->name.length, tool->name.data);
        count += !tool->hosted;
    }
    return count;
}

static void write_named(writing *g, tp_escaped name)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "function");
    tp_write_member_open(&g->w, "function", '{');
    tp_write_member_escaped(&g->w, "name", name);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

static void write_allowed(writing *g)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "allowed_tools");
    tp_write_member_open(&g->w, "allowed_tools", '{');
    tp_write_member_text(&g->w, "mode", g->chat->must ? "required" : "auto");
    tp_write_member_open(&g->w, "tools", '[');
    for (unsigned i = 0; i < g->chat->chosen_count; i++)
        write_named(g, g->chat->chosen[i]);
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

static void write_choice(writing *g)
{
    static const char *const WORDS[] = { [TP_CHOICE_AUTO] = "auto", [TP_CHOICE_NONE] = "none", [TP_CHOICE_ANY] = "required" };

    if (g->chat->choice == TP_CHOICE_UNSAID)
        return;
    tp_write_key(&g->w, "tool_choice");
    if (g->chat->choice == TP_CHOICE_ONE)
        write_named(g, g->chat->chosen[0]);
    else if (g->chat->choice == TP_CHOICE_ALLOWED)
        write_allowed(g);
    else
        tp_write_text(&g->w, WORDS[g->chat->choice]);
}

static void write_tools(writing *g)
{
    if (!count_tools(g))
        return;
    tp_write_member_open(&g->w, "tools", '[');
    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next)
        if (!tool->hosted)
            write_tool(g, tool);
    tp_write_close(&g->w, ']');
    write_choice(g);
    if (g->chat->parallel >= 0)
        tp_write_member_bool(&g->w, "parallel_tool_calls", g->chat->parallel);
}

/* ---- the rest ---- */

static bool write_limit(writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_MAX_TOKENS];
    uint64_t limit;

    if (!field->name)
        return true;
    if (!tp_chat_limit(g->chat, g->out->rule, &limit))
        return tp_chat_refuse(g->out, "%s: expected a whole number", field->name);
    tp_write_member_number(&g->w, g->out->rule->completion_tokens ? "max_completion_tokens" : "max_tokens", limit);
    return true;
}

static void write_stops(writing *g)
{
    if (g->chat->stop_count && tp_model_rule_refuses(g->out->rule, TP_RULE_STOPS))
        tp_chat_put_drop(g->out, "stop");
    if (!g->chat->stop_count || tp_model_rule_refuses(g->out->rule, TP_RULE_STOPS))
        return;
    tp_write_member_open(&g->w, "stop", '[');
    for (unsigned i = 0; i < g->chat->stop_count; i++)
        tp_write_escaped(&g->w, g->chat->stops[i]);
    tp_write_close(&g->w, ']');
}

static void write_effort(writing *g)
{
    tp_effort effort = tp_chat_effort_for(g->chat, g->out->rule);

    if (g->out->rule->thinking == TP_THINKING_EFFORT && effort != TP_EFFORT_UNSAID)
        tp_write_member_text(&g->w, "reasoning_effort", tp_model_rule_word(effort));
}

static void write_output(writing *g)
{
    const tp_chat *chat = g->chat;

    if (chat->output == TP_OUTPUT_TEXT)
        return;
    tp_write_member_open(&g->w, "response_format", '{');
    tp_write_member_text(&g->w, "type", chat->output == TP_OUTPUT_JSON ? "json_object" : "json_schema");
    if (chat->output == TP_OUTPUT_SCHEMA) {
        tp_write_member_open(&g->w, "json_schema", '{');
        tp_write_member_escaped(&g->w, "name", chat->output_name.length ? chat->output_name : TP_BYTES("reply"));
        if (chat->output_description.length)
            tp_write_member_escaped(&g->w, "description", chat->output_description);
        tp_write_member_raw(&g->w, "schema", chat->output_schema);
        if (chat->output_strict >= 0)
            tp_write_member_bool(&g->w, "strict", chat->output_strict);
        tp_write_close(&g->w, '}');
    }
    tp_write_close(&g->w, '}');
}

static void write_stream(writing *g)
{
    if (!g->out->stream)
        return;
    tp_write_member_bool(&g->w, "stream", true);
    if (g->out->no_usage)
        return;
    tp_write_member_open(&g->w, "stream_options", '{');
    tp_write_member_bool(&g->w, "include_usage", true);
    tp_write_close(&g->w, '}');
}

static const struct {
    tp_param param;
    const char *key;
} PARAMS[] = {
    { TP_PARAM_TEMPERATURE, "temperature" },
    { TP_PARAM_TOP_P, "top_p" },
    { TP_PARAM_SEED, "seed" },
    { TP_PARAM_PRESENCE_PENALTY, "presence_penalty" },
    { TP_PARAM_FREQUENCY_PENALTY, "frequency_penalty" },
    { TP_PARAM_LOGPROBS, "logprobs" },
    { TP_PARAM_TOP_LOGPROBS, "top_logprobs" },
    { TP_PARAM_N, "n" },
    { TP_PARAM_LOGIT_BIAS, "logit_bias" },
    { TP_PARAM_PREDICTION, "prediction" },
    { TP_PARAM_VERBOSITY, "verbosity" },
    { TP_PARAM_CACHE_KEY, "prompt_cache_key" },
    { TP_PARAM_MODALITIES, "modalities" },
};

/* What means the same only where the client speaks to OpenAI anyhow. */
static const struct {
    tp_param param;
    const char *key;
} FAMILY[] = {
    { TP_PARAM_METADATA, "metadata" },
    { TP_PARAM_SERVICE_TIER, "service_tier" },
    { TP_PARAM_SAFETY, "safety_identifier" },
    { TP_PARAM_STORE, "store" },
};

enum { LONGEST_USER = 64 };

static uint32_t write_params(writing *g)
{
    const tp_field *user = &g->chat->params[TP_PARAM_USER];
    uint32_t said = 1u << TP_PARAM_MAX_TOKENS;

    for (size_t i = 0; i < sizeof(PARAMS) / sizeof(*PARAMS); i++) {
        tp_chat_put(g->chat, g->out, &g->w, PARAMS[i].param, PARAMS[i].key);
        said |= 1u << PARAMS[i].param;
    }
    for (size_t i = 0; i < sizeof(FAMILY) / sizeof(*FAMILY) && g->chat->dialect == TP_DIALECT_OPENAI; i++) {
        tp_chat_put(g->chat, g->out, &g->w, FAMILY[i].param, FAMILY[i].key);
        said |= 1u << FAMILY[i].param;
    }
    if (user->name && user->value.length <= LONGEST_USER + 2) {
        tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_USER, "user");
        said |= 1u << TP_PARAM_USER;
    }
    return said;
}

bool tp_openai_chat_request_write_chat(const tp_chat *chat, tp_request_out *out)
{
    writing g = { chat, out, tp_write_to(out->body) };
    uint32_t said;

    tp_write_open(&g.w, '{');
    tp_write_member_string(&g.w, "model", out->model);
    if (!write_messages(&g))
        return false;
    write_tools(&g);
    if (!write_limit(&g))
        return false;
    said = write_params(&g);
    write_stops(&g);
    write_effort(&g);
    write_output(&g);
    write_stream(&g);
    tp_write_close(&g.w, '}');
    out->path = TP_BYTES("/v1/chat/completions");
    return tp_chat_leave(chat, out, said) && (!g.w.full || tp_chat_refuse(out, "the converted request is larger than listen.max_body"));
}
