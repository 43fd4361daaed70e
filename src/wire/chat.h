/* wire/chat.h - what all formats need to build and to read a canonical chat. Pure; any thread. */

#ifndef TP_WIRE_CHAT_H
#define TP_WIRE_CHAT_H

#include <tokenpak/format.h>

#include "json/scan.h"
#include "json/write.h"
#include "wire/model_rule.h"

/* The only member of an object that stands for arguments which are no object. */
#define TP_CHAT_WRAP "raw_arguments"

/* The only member of the arguments with which a tool that takes free text is called where all tools take objects. */
#define TP_CHAT_INPUT "input"

/* ---- building ---- */

/* At the end of a list; the returned one is zeroed but for its type or role. */
tp_message *tp_chat_add_message(tp_chat *chat, tp_role role);
tp_part *tp_chat_add_part(tp_chat *chat, tp_parts *list, tp_part_type type);
tp_tool *tp_chat_add_tool(tp_chat *chat);

/* A text part with `text`; NULL, and nothing added, when it is empty. */
tp_part *tp_chat_add_text(tp_chat *chat, tp_parts *list, tp_escaped text);

/* Moves all of `from` to the end of `list`. */
void tp_chat_join(tp_parts *list, tp_parts *from);

/* A field or item that no target gets. Formatted into the chat's arena. */
void tp_chat_drop(tp_chat *chat, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The row of a reader's table of plain parameters. */
typedef struct tp_chat_name {
    tp_bytes key;
    tp_param param;
} tp_chat_name;

/* Takes the member `key` of `doc` as a plain parameter when `names` (ended by an empty key) has it; null counts as not given. */
bool tp_chat_take_param(tp_chat *chat, const tp_json *doc, uint32_t key, const tp_chat_name *names);

/* A string or an array of strings, as stop sequences. False: it is neither. */
bool tp_chat_take_stops(tp_chat *chat, const tp_json *doc, uint32_t node);

/* in->fault; returns false. */
bool tp_chat_fault(tp_chat *chat, tp_request_in *in, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Splits "data:TYPE;base64,DATA"; any other text becomes the url. */
void tp_chat_take_url(tp_media *media, tp_escaped url);

/* ---- making it fit for any target: once, behind read_request ---- */

/* Drops empty texts and messages without parts, joins the parts of neighbours in one role, moves the results of calls right behind them in
 * the order of the calls, gives every call a result and every result its call's name, turns results without a call into text, and describes
 * the grammars of tools with free text. */
void tp_chat_tidy(tp_chat *chat);

/* ---- writing ---- */

/* A member with the parameter's value, unless it is not given or the model refuses it (then it is dropped). */
void tp_chat_put(const tp_chat *chat, tp_request_out *out, tp_write *w, tp_param param, const char *key);

/* What the writer does not say of the parameters, `said` being 1 << tp_param of those it can: dropped, or false with out->fault. */
bool tp_chat_leave(const tp_chat *chat, tp_request_out *out, uint32_t said);

/* out->dropped, once a name. */
void tp_chat_put_drop(tp_request_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* out->fault; returns false. */
bool tp_chat_refuse(tp_request_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The arguments of a call as a JSON object: {} when empty, and what is no object as {"raw_arguments": "..."}. */
void tp_chat_write_object(tp_write *w, tp_bytes arguments, tp_arena *arena);

/* The arguments of a call of a tool with free text, as an object. */
tp_bytes tp_chat_custom_arguments(tp_bytes text, tp_arena *arena);

/* The text of a call's arguments from a JSON object: undoes the above. */
tp_bytes tp_chat_arguments(const tp_json *doc, uint32_t object, tp_arena *arena);

/* The id of a call in characters that every provider takes, [A-Za-z0-9_-]; others are written as _XX, so that ids stay different. */
tp_escaped tp_chat_safe_id(tp_arena *arena, tp_escaped id);

/* The tool of that name; NULL = the chat offers none. */
const tp_tool *tp_chat_tool(const tp_chat *chat, tp_escaped name);

/* Whether any part of any message is of that type. */
bool tp_chat_has(const tp_chat *chat, tp_part_type type);

/* How the client wants the model to think, as a word, whether it said a word or a number of tokens. */
tp_effort tp_chat_effort(const tp_chat *chat);

/* The nearest word that the model takes; UNSAID = better say nothing. A model that does not think unless a word says so is given one when
 * the client leaves it to the model how much. */
tp_effort tp_chat_effort_for(const tp_chat *chat, const tp_model_rule *rule);

/* The same as tokens; TP_CHAT_BUDGET_UNSAID when nothing was said. */
int64_t tp_chat_budget(const tp_chat *chat);

/* The limit of output tokens: the client's, at most what the model can; 0 when neither is known. False: it is no number. */
bool tp_chat_limit(const tp_chat *chat, const tp_model_rule *rule, uint64_t *limit);

/* The parameters of a function: its schema, that of an object without members, or of one with free text. */
tp_verbatim tp_chat_schema(const tp_tool *tool);

#endif
