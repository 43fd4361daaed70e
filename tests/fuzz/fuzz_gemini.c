/* fuzz/fuzz_gemini.c - any bytes as Gemini's request and reply, in events or in an array; what its clients get is one array. */

#include "conversion.h"
#include "fuzz.h"

#include "json/scan.h"
#include "wire/formats.h"
#include "wire/gemini/format.h"

enum { MOST = 1 << 22 };

/* Of a provider of chat completions: complete, it is JSON from the first bracket to the last. */
static void demand_array(tp_bytes text)
{
    tp_arena *arena = tp_arena_new();
    tp_buffer out = TP_BUFFER(MOST);
    tp_json doc;

    if (conversion_stream(tp_formats_named(TP_BYTES("openai_chat")), &tp_format_gemini, text, SIZE_MAX, &out))
        demand(tp_json_scan(tp_buffer_bytes(&out), arena, TP_JSON_MEMBERS, &doc, NULL) && tp_json_kind_of(&doc, 0) == TP_JSON_ARRAY);
    tp_buffer_free(&out);
    tp_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);
    tp_format events = tp_format_gemini;

    events.framing = TP_FRAMING_SSE;
    conversion_request(&tp_format_gemini, text);
    conversion_reply(&tp_format_gemini, text);
    conversion_reply(&events, text);
    demand_array(text);
    return 0;
}
