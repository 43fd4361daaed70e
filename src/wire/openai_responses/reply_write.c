/* wire/openai_responses/reply_write.c - a reply for the client: the events of its stream, or all of it at once. */

#include "wire/frame.h"
#include "wire/openai_responses/format.h"

typedef tp_responses_telling telling;
typedef tp_responses_item item;

/* ---- events ---- */

static tp_write open_event(tp_writer *w, const char *type)
{
    tp_write out = tp_frame_open(w, type);

    tp_write_open(&out, '{');
    tp_write_member_text(&out, "type", type);
    tp_write_member_number(&out, "sequence_number", w->events - 1);
    return out;
}

static void close_event(tp_writer *w, tp_write *out)
{
    tp_write_close(out, '}');
    tp_frame_close(w);
}

static void write_lifecycle(tp_writer *w, const char *type, const struct tp_usage *usage, tp_responses_status status)
{
    tp_write out = open_event(w, type);

    tp_write_key(&out, "response");
    tp_openai_responses_response_write(w, &out, usage, status);
    close_event(w, &out);
}

/* An event about a piece of the item that is open, without its end. */
static tp_write open_piece(tp_writer *w, const item *open, const char *type)
{
    tp_write out = open_event(w, type);

    tp_write_member_string(&out, "item_id", open->id);
    tp_write_member_number(&out, "output_index", open->index);
    if (open->type == TP_PART_THINKING)
        tp_write_member_number(&out, "summary_index", 0);
    else if (open->type != TP_PART_CALL)
        tp_write_member_number(&out, "content_index", 0);
    return out;
}

static void write_part_event(tp_writer *w, const item *part, bool done)
{
    const char *type = done ? "response.content_part.done" : "response.content_part.added";
    tp_write out;

    if (part->type == TP_PART_THINKING)
        type = done ? "response.reasoning_summary_part.done" : "response.reasoning_summary_part.added";
    out = open_piece(w, part, type);
    tp_write_key(&out, "part");
    tp_openai_responses_item_write_part(&out, part);
    close_event(w, &out);
}

/* What the events of an item's text are called, and the member that holds all of it. */
static const struct {
    const char *delta, *done, *key;
} WORDS[] = {
    [TP_PART_TEXT] = { "response.output_text.delta", "response.output_text.done", "text" },
    [TP_PART_REFUSAL] = { "response.refusal.delta", "response.refusal.done", "refusal" },
    [TP_PART_THINKING] = { "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "text" },
    [TP_PART_CALL] = { "response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments" },
    [TP_PART_RESULT] = { "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input" },
};

static size_t words_of(const item *open)
{
    return open->custom ? TP_PART_RESULT : open->type;
}

static void write_text_delta(tp_writer *w, const item *open, tp_escaped text, tp_bytes logprobs)
{
    tp_write out = open_piece(w, open, WORDS[words_of(open)].delta);

    tp_write_member_escaped(&out, "delta", text);
    if (open->type == TP_PART_TEXT)
        tp_openai_responses_item_write_list(&out, "logprobs", logprobs);
    close_event(w, &out);
}

static void write_text_done(tp_writer *w, const item *open)
{
    tp_write out = open_piece(w, open, WORDS[words_of(open)].done);

    tp_write_member_escaped(&out, WORDS[words_of(open)].key, open->text);
    if (open->type == TP_PART_TEXT)
        tp_openai_responses_item_write_list(&out, "logprobs", open->logprobs);
    close_event(w, &out);
}

static void write_item_added(tp_writer *w, const item *added)
{
    tp_write out = open_event(w, "response.output_item.added");

    tp_write_member_number(&out, "output_index", added->index);
    tp_write_key(&out, "item");
    tp_openai_responses_item_write(w, &out, added, TP_RESPONSES_IN_PROGRESS);
    close_event(w, &out);
}

static void write_item_done(tp_writer *w, const item *done, tp_responses_status status)
{
    tp_bytes json = tp_openai_responses_item_write_done(w, done, status);
    tp_write out = open_event(w, "response.output_item.done");

    tp_write_member_number(&out, "output_index", done->index);
    tp_write_key(&out, "item");
    if (json.length)
        tp_write_raw(&out, json);
    else
        tp_openai_responses_item_write(w, &out, done, status);
    close_event(w, &out);
}

/* ---- blocks ---- */

/* A seal that belongs to a call goes in front of it, in an item that clients give back without looking inside. */
static void write_call_seal(tp_writer *w, const tp_seal *seal)
{
    tp_escaped sealed = tp_openai_responses_item_write_seal(w, seal, TP_PART_CALL);
    item carrier;

    if (!sealed.length)
        return;
    carrier = tp_openai_responses_item_write_next(w, TP_PART_THINKING, false);
    write_item_added(w, &carrier);
    carrier.sealed = sealed;
    write_item_done(w, &carrier, TP_RESPONSES_COMPLETED);
}

static void on_open(tp_writer *w, const tp_chat_event *ev)
{
    telling *t = w->state;

    if (ev->part == TP_PART_CALL)
        write_call_seal(w, &ev->seal);
    t->open = tp_openai_responses_item_write_next(w, ev->part, ev->custom);
    t->open.call_id = tp_arena_copy(w->arena, ev->id);
    t->open.name = tp_arena_copy(w->arena, ev->name);
    t->text.length = t->annotations.length = t->logprobs.length = 0;
    t->annotation_count = 0;
    t->summary = false;
    t->half = (tp_half){ .depth = 0 };
    write_item_added(w, &t->open);
    if (ev->part == TP_PART_TEXT || ev->part == TP_PART_REFUSAL)
        write_part_event(w, &t->open, false);
    if (ev->part != TP_PART_IMAGE)
        return;
    t->open.media = ev->media;
    write_item_done(w, &t->open, TP_RESPONSES_COMPLETED);
    t->open.media = NULL;
}

/* What stands between the brackets. */
static tp_bytes inside_of(tp_verbatim array)
{
    return array.length > 2 ? tp_bytes_trim(tp_bytes_of(array.data + 1, array.length - 2)) : tp_bytes_of(NULL, 0);
}

static bool add_to_list(tp_buffer *list, tp_bytes items)
{
    return !items.length || ((!list->length || tp_buffer_text(list, ",")) && tp_buffer_add(list, items));
}

static void write_annotation(tp_writer *w, tp_verbatim citation)
{
    telling *t = w->state;
    tp_write kept = tp_write_to(&t->annotations), out = open_piece(w, &t->open, "response.output_text.annotation.added");

    tp_write_member_number(&out, "annotation_index", t->annotation_count);
    tp_write_key(&out, "annotation");
    tp_openai_responses_item_write_citation(&out, citation);
    close_event(w, &out);
    kept.comma = t->annotation_count++ > 0;
    tp_openai_responses_item_write_citation(&kept, citation);
    t->full |= kept.full;
}

static void on_delta(tp_writer *w, const tp_chat_event *ev)
{
    telling *t = w->state;
    tp_bytes logprobs = t->open.type == TP_PART_TEXT ? inside_of(ev->logprobs) : tp_bytes_of(NULL, 0);

    if (ev->citation.length && t->open.type == TP_PART_TEXT)
        write_annotation(w, ev->citation);
    if (!ev->text.length && !logprobs.length)
        return;
    if (t->open.type == TP_PART_THINKING && !t->summary)
        write_part_event(w, &t->open, false);
    t->summary = true;
    t->full |= !tp_buffer_add(&t->text, ev->text) || !add_to_list(&t->logprobs, logprobs);
    if (t->open.type == TP_PART_CALL)
        tp_half_feed(&t->half, ev->text);
    write_text_delta(w, &t->open, ev->text, logprobs);
}

static void close_call(tp_writer *w)
{
    telling *t = w->state;
    bool whole = t->open.custom || !t->open.text.length || tp_half_is_whole(&t->half);

    if (!t->open.text.length && !t->open.custom) {
        t->open.text = TP_BYTES("{}");
        write_text_delta(w, &t->open, t->open.text, tp_bytes_of(NULL, 0));
    }
    write_text_done(w, &t->open);
    write_item_done(w, &t->open, whole ? TP_RESPONSES_COMPLETED : TP_RESPONSES_INCOMPLETE);
}

static void close_said(tp_writer *w)
{
    const item *open = &((telling *)w->state)->open;

    if (open->text.length || open->type != TP_PART_THINKING) {
        write_text_done(w, open);
        write_part_event(w, open, true);
    }
    write_item_done(w, open, TP_RESPONSES_COMPLETED);
}

static void on_close(tp_writer *w, const tp_chat_event *ev)
{
    telling *t = w->state;

    t->open.text = tp_buffer_bytes(&t->text);
    t->open.annotations = tp_buffer_bytes(&t->annotations);
    t->open.logprobs = tp_buffer_bytes(&t->logprobs);
    if (ev->part == TP_PART_THINKING)
        t->open.sealed = tp_openai_responses_item_write_seal(w, &ev->seal, ev->part);
    if (ev->part == TP_PART_CALL)
        close_call(w);
    else if (ev->part != TP_PART_IMAGE)
        close_said(w);
}

static void on_start(tp_writer *w, const tp_chat_event *ev)
{
    tp_openai_responses_item_write_begin(w);
    ((telling *)w->state)->model = tp_arena_copy(w->arena, ev->name);
    write_lifecycle(w, "response.created", NULL, TP_RESPONSES_IN_PROGRESS);
    write_lifecycle(w, "response.in_progress", NULL, TP_RESPONSES_IN_PROGRESS);
}

/* Clients can refer to it from now on. */
static void remember(tp_writer *w)
{
    const telling *t = w->state;

    w->kept_id = tp_arena_join(w->arena, (const tp_bytes[]){ TP_BYTES("resp_"), w->id }, 2);
    w->kept_items = tp_buffer_bytes(&t->items);
}

static void on_end(tp_writer *w, const tp_chat_event *ev)
{
    tp_responses_status status = tp_openai_responses_response_write_status(w);

    write_lifecycle(w, status == TP_RESPONSES_COMPLETED ? "response.completed" : "response.incomplete", ev->usage, status);
    remember(w);
}

/* A client that speaks Responses cannot ask for several choices. */
void tp_openai_responses_reply_write_event(tp_writer *w, const tp_chat_event *ev)
{
    telling *t = w->state;

    if (ev->type == TP_CHAT_START)
        on_start(w, ev);
    else if (ev->type == TP_CHAT_END)
        on_end(w, ev);
    else if (ev->type == TP_CHAT_PING)
        tp_frame_comment(w);
    else if (ev->choice)
        return;
    else if (ev->type == TP_CHAT_OPEN)
        on_open(w, ev);
    else if (ev->type == TP_CHAT_DELTA)
        on_delta(w, ev);
    else if (ev->type == TP_CHAT_CLOSE)
        on_close(w, ev);
    else
        t->finish = ev->finish;
}

/* ---- the whole reply ---- */

static void keep_citations(tp_writer *w, tp_verbatim citations)
{
    telling *t = w->state;
    tp_write kept = tp_write_to(&t->annotations);
    tp_json list;

    t->annotations.length = 0;
    if (!citations.length || !tp_json_scan(citations, w->arena, TP_JSON_MEMBERS, &list, NULL))
        return;
    for (uint32_t one = tp_json_first(&list, 0); one; one = tp_json_next(&list, one))
        tp_openai_responses_item_write_citation(&kept, tp_json_raw(&list, one));
}

/* The text of a call's arguments, and whether they are complete. */
static tp_responses_status take_arguments(tp_writer *w, item *call, const tp_part *part)
{
    tp_bytes quoted = tp_json_quote(w->arena, part->arguments);
    tp_half half = { .depth = 0 };

    call->call_id = part->id;
    call->name = part->name;
    call->text = tp_bytes_of(quoted.data + 1, quoted.length - 2);
    if (part->custom)
        return TP_RESPONSES_COMPLETED;
    if (!call->text.length)
        call->text = TP_BYTES("{}");
    tp_half_feed(&half, call->text);
    return tp_half_is_whole(&half) ? TP_RESPONSES_COMPLETED : TP_RESPONSES_INCOMPLETE;
}

static void keep_call_seal(tp_writer *w, const tp_seal *seal)
{
    tp_escaped sealed = tp_openai_responses_item_write_seal(w, seal, TP_PART_CALL);
    item carrier;

    if (!sealed.length)
        return;
    carrier = tp_openai_responses_item_write_next(w, TP_PART_THINKING, false);
    carrier.sealed = sealed;
    tp_openai_responses_item_write_done(w, &carrier, TP_RESPONSES_COMPLETED);
}

static void keep_part(tp_writer *w, const tp_part *part, tp_bytes logprobs)
{
    telling *t = w->state;
    tp_responses_status status = TP_RESPONSES_COMPLETED;
    item one;

    if (part->type == TP_PART_CALL)
        keep_call_seal(w, &part->seal);
    keep_citations(w, part->citations);
    one = tp_openai_responses_item_write_next(w, part->type, part->custom);
    one.text = part->text;
    one.annotations = tp_buffer_bytes(&t->annotations);
    one.logprobs = logprobs;
    one.media = part->media;
    if (part->type == TP_PART_THINKING)
        one.sealed = tp_openai_responses_item_write_seal(w, &part->seal, part->type);
    if (part->type == TP_PART_CALL)
        status = take_arguments(w, &one, part);
    tp_openai_responses_item_write_done(w, &one, status);
}

void tp_openai_responses_reply_write_whole(tp_writer *w, const tp_reply *reply)
{
    const tp_reply_choice *choice = reply->choice_count ? &reply->choices[0] : NULL;
    tp_write out = tp_write_to(w->out);
    telling *t = w->state;
    tp_bytes logprobs = choice ? inside_of(choice->logprobs) : tp_bytes_of(NULL, 0);

    tp_openai_responses_item_write_begin(w);
    t->model = reply->model;
    t->finish = choice ? choice->finish : TP_FINISH_STOP;
    for (const tp_part *part = choice ? choice->parts.first : NULL; part; part = part->next) {
        keep_part(w, part, part->type == TP_PART_TEXT ? logprobs : tp_bytes_of(NULL, 0));
        if (part->type == TP_PART_TEXT)
            logprobs = tp_bytes_of(NULL, 0);
    }
    tp_openai_responses_response_write(w, &out, reply->usage, tp_openai_responses_response_write_status(w));
    remember(w);
}
