/* tokenpak/chat.h - the canonical chat: a request in the terms that the dialects share. Each is read into it and written from it, and no
 * file knows two. docs/formats.md says field by field what each dialect calls it. Pure data in one arena.
 *
 * Text stays as it came: `tp_escaped` is the inside of a JSON string with its escapes, `tp_verbatim` a whole JSON value; so numbers, lone
 * surrogates, NUL escapes and the order of keys survive. Neither owns its bytes. Empty = not given. */

#ifndef TOKENPAK_CHAT_H
#define TOKENPAK_CHAT_H

#include <tokenpak/arena.h>
#include <tokenpak/dialect.h>
#include <tokenpak/param.h>

typedef tp_bytes tp_escaped, tp_verbatim;

typedef enum tp_role { TP_ROLE_SYSTEM, TP_ROLE_DEVELOPER, TP_ROLE_USER, TP_ROLE_ASSISTANT } tp_role;

typedef enum tp_part_type {
    TP_PART_TEXT,
    TP_PART_REFUSAL,
    TP_PART_THINKING, /* `text` may be empty: redacted or encrypted */
    TP_PART_IMAGE,
    TP_PART_FILE,
    TP_PART_AUDIO,
    TP_PART_CALL,
    TP_PART_RESULT, /* in a USER message */
} tp_part_type;

/* Where an image, file or sound is: one of data, url and file_id. */
typedef struct tp_media {
    tp_escaped type; /* application/pdf; of AUDIO also a bare format, mp3 */
    tp_escaped data; /* base64 */
    tp_escaped url, file_id;
    tp_escaped plain; /* a document given as text */
    tp_escaped title, detail;
} tp_media;

/* What only its maker can read: given back byte for byte to the same dialect, never to another. */
typedef struct tp_seal {
    tp_escaped data;
    tp_escaped id;    /* of the reasoning item, where it has one */
    tp_dialect maker; /* when there is data */
} tp_seal;

/* A list in order. */
typedef struct tp_parts {
    struct tp_part *first, *last;
} tp_parts;

typedef struct tp_part {
    tp_part_type type;
    tp_escaped text;       /* TEXT, REFUSAL, THINKING */
    tp_seal seal;          /* THINKING, CALL, TEXT */
    tp_media *media;       /* IMAGE, FILE, AUDIO */
    tp_escaped id;         /* CALL, and of RESULT the call's */
    tp_escaped name;       /* CALL; of RESULT the call's, known after tp_chat_tidy() */
    tp_bytes arguments;    /* CALL: JSON text, decoded; may be half of one, or empty */
    bool custom;           /* CALL, RESULT: of a tool that takes free text; `arguments` is that text */
    bool failed;           /* RESULT */
    tp_parts parts;        /* RESULT: TEXT, IMAGE, FILE */
    tp_verbatim cache;     /* a cache mark: {"type":"ephemeral","ttl":"1h"} */
    tp_verbatim citations; /* TEXT: array of {url, title, start_index, end_index} */
    struct tp_part *next;
} tp_part;

typedef struct tp_message {
    tp_role role;
    tp_parts parts;
    tp_escaped name; /* of the speaker */
    struct tp_message *next;
} tp_message;

/* Tools that the provider itself runs, by what they do. */
typedef enum tp_hosted {
    TP_HOSTED_NONE, /* a function of the client */
    TP_HOSTED_WEB_SEARCH,
    TP_HOSTED_WEB_FETCH,
    TP_HOSTED_CODE,
    TP_HOSTED_OTHER, /* exists in its own dialect only */
} tp_hosted;

typedef struct tp_tool {
    tp_hosted hosted;
    tp_escaped name, description;
    tp_escaped space, bare; /* the client's namespace, and the name there: `name` is made of both; empty = it is the client's own */
    tp_verbatim parameters; /* JSON schema; empty = none given */
    uint32_t schema;        /* its node in tp_chat.doc; 0 = none */
    bool custom;            /* takes free text; `parameters` is its grammar or empty */
    tp_verbatim wrapped;    /* of such a one: the schema of a function in its place, after tp_chat_tidy() */
    int strict;             /* -1 not said, 0, 1 */
    tp_verbatim cache;
    struct tp_tool *next;
} tp_tool;

typedef enum tp_tool_choice {
    TP_CHOICE_UNSAID,
    TP_CHOICE_AUTO,
    TP_CHOICE_NONE,
    TP_CHOICE_ANY,
    TP_CHOICE_ONE,
    TP_CHOICE_ALLOWED
} tp_tool_choice;

/* A field of the client: how it called it, for messages, and its value. */
typedef struct tp_field {
    const char *name; /* NULL = not given */
    tp_verbatim value;
} tp_field;

typedef enum tp_effort {
    TP_EFFORT_UNSAID,
    TP_EFFORT_NONE,
    TP_EFFORT_MINIMAL,
    TP_EFFORT_LOW,
    TP_EFFORT_MEDIUM,
    TP_EFFORT_HIGH,
    TP_EFFORT_XHIGH,
    TP_EFFORT_MAX
} tp_effort;

enum tp_chat_budget { TP_CHAT_BUDGET_UNSAID = -1, TP_CHAT_BUDGET_FREE = -2 /* as the model likes */ };

typedef struct tp_chat {
    tp_arena *arena;
    const struct tp_json *doc; /* what it was read from */
    tp_dialect dialect;
    tp_escaped model;
    tp_message *messages, *last;
    tp_tool *tools;
    tp_tool_choice choice;
    tp_escaped *chosen; /* ONE, ALLOWED: names */
    unsigned chosen_count, stop_count, dropped_count;
    bool must;    /* ALLOWED: one of them has to be called */
    int parallel; /* -1 not said, 0, 1 */
    tp_field params[TP_PARAM_COUNT];
    tp_escaped *stops; /* stop sequences */
    tp_effort effort;
    int64_t budget;    /* tokens of thinking, or one of tp_chat_budget */
    bool show_thought; /* summaries or thoughts are asked for */
    enum { TP_OUTPUT_TEXT, TP_OUTPUT_JSON, TP_OUTPUT_SCHEMA } output;
    tp_escaped output_name, output_description;
    tp_verbatim output_schema;
    uint32_t output_node; /* of the schema in doc */
    int output_strict;
    tp_verbatim past;          /* of a client that refers to its last reply: the array of what came before */
    bool stream, stream_usage; /* stream_usage: the client of a chat stream wants the usage chunk */
    const char **dropped;      /* fields and items that no target gets, as the client called them */
} tp_chat;

#endif
