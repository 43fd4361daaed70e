/* unit/stages/test_demo_answer.c - the demo provider's replies, in every dialect, whole and streamed. */

#include "demo_support.h"

#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"hi there\"}]"
#define OPENAI TP_DIALECT_OPENAI
#define ANTHROPIC TP_DIALECT_ANTHROPIC
#define GEMINI TP_DIALECT_GEMINI
#define OLLAMA TP_DIALECT_OLLAMA
#define SCHEMA                                                                                                                             \
    "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}},\"required\":[\"city\","         \
    "\"days\"]}"
#define ARGUMENTS "{\"city\": \"demo\", \"days\": 1}"
#define CHAT_TOOLS "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":" SCHEMA "}}]"

/* `input` of a prompt of 8 bytes, and as many words as the greeting has. */
enum { INPUT = 2 };

static double words_of(const char *text)
{
    double words = 1;

    for (; *text; text++)
        words += *text == ' ';
    return words;
}

static void the_text_names_the_model_and_the_demo_but_not_the_prompt(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-\\\"4o\",\"messages\":[{\"role\":\"user\",\"content\":\"zebra\"}]}");
    char *text = text_of(a, "choices 0 message content");

    (void)state;
    assert_non_null(strstr(text, "demo provider of TokenPak"));
    assert_non_null(strstr(text, "gpt-\"4o"));
    assert_null(strstr(text, "zebra"));
    free(text);
    forget(a);
}

static void chat_is_whole(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\"," HI "}");
    char *text = text_of(a, "choices 0 message content");

    (void)state;
    assert_int_equal(a->reply.status, 200);
    assert_text(a->whole, "object", "chat.completion");
    assert_text(a->whole, "model", "gpt-4o");
    assert_text(a->whole, "choices 0 finish_reason", "stop");
    assert_number(a->whole, "usage prompt_tokens", INPUT);
    assert_number(a->whole, "usage completion_tokens", words_of(text));
    assert_number(a->whole, "usage total_tokens", (double)INPUT + words_of(text));
    free(text);
    forget(a);
}

static void chat_streams_role_words_finish_and_done(void **state)
{
    asked *whole = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\"," HI "}");
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\",\"stream\":true," HI "}");
    char *text = text_of(whole, "choices 0 message content");

    (void)state;
    assert_text(a->events[0], "choices 0 delta role", "assistant");
    assert_joined(a, "choices 0 delta content", text);
    assert_int_equal(a->count, words_of(text) + 2);
    assert_text(last_event(a), "choices 0 finish_reason", "stop");
    assert_null(look(last_event(a), "usage"));
    assert_true(a->done);
    free(text);
    forget(whole);
    forget(a);
}

static void chat_adds_a_usage_chunk_when_asked(void **state)
{
    asked *a =
        post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true}," HI "}");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(look(last_event(a), "choices")), 0);
    assert_number(last_event(a), "usage prompt_tokens", INPUT);
    assert_true(cJSON_IsNull(look(a->events[0], "usage")));
    assert_true(a->done);
    forget(a);
}

static void chat_calls_the_first_tool(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\"," CHAT_TOOLS "," HI "}");

    (void)state;
    assert_true(cJSON_IsNull(look(a->whole, "choices 0 message content")));
    assert_text(a->whole, "choices 0 message tool_calls 0 type", "function");
    assert_text(a->whole, "choices 0 message tool_calls 0 function name", "weather");
    assert_text(a->whole, "choices 0 message tool_calls 0 function arguments", ARGUMENTS);
    assert_text(a->whole, "choices 0 finish_reason", "tool_calls");
    forget(a);
}

static void chat_streams_a_tool_call(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"gpt-4o\",\"stream\":true," CHAT_TOOLS "," HI "}");

    (void)state;
    assert_text(a->events[0], "choices 0 delta tool_calls 0 function name", "weather");
    assert_number(a->events[0], "choices 0 delta tool_calls 0 index", 0);
    assert_joined(a, "choices 0 delta tool_calls 0 function arguments", ARGUMENTS);
    assert_text(last_event(a), "choices 0 finish_reason", "tool_calls");
    forget(a);
}

static void legacy_completions_are_whole_and_streamed(void **state)
{
    asked *whole = post(OPENAI, "/v1/completions", "{\"model\":\"m\",\"prompt\":\"hi there\"}");
    asked *a = post(OPENAI, "/v1/completions",
                    "{\"model\":\"m\",\"prompt\":\"hi there\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    char *text = text_of(whole, "choices 0 text");

    (void)state;
    assert_text(whole->whole, "object", "text_completion");
    assert_number(whole->whole, "usage prompt_tokens", INPUT);
    assert_joined(a, "choices 0 text", text);
    assert_text(a->events[a->count - 2], "choices 0 finish_reason", "stop");
    assert_number(last_event(a), "usage completion_tokens", words_of(text));
    assert_true(a->done);
    free(text);
    forget(whole);
    forget(a);
}

static void responses_are_whole(void **state)
{
    asked *a = post(OPENAI, "/v1/responses", "{\"model\":\"gpt-5\",\"input\":\"hi there\"}");

    (void)state;
    assert_text(a->whole, "status", "completed");
    assert_text(a->whole, "output 0 type", "message");
    assert_text(a->whole, "output 0 content 0 type", "output_text");
    assert_number(a->whole, "usage input_tokens", INPUT);
    forget(a);
}

static void responses_stream_by_the_grammar(void **state)
{
    static const char *const BEFORE[] = { "response.created", "response.in_progress", "response.output_item.added",
                                          "response.content_part.added" };
    static const char *const AFTER[] = { "response.output_text.done", "response.content_part.done", "response.output_item.done",
                                         "response.completed" };
    asked *a = post(OPENAI, "/v1/responses", "{\"model\":\"gpt-5\",\"stream\":true,\"input\":\"hi there\"}");
    char *text = joined(a, "delta");

    (void)state;
    for (size_t i = 0; i < a->count; i++) {
        assert_number(a->events[i], "sequence_number", (double)i);
        assert_text(a->events[i], "type", a->names[i]);
        if (i < 4)
            assert_string_equal(a->names[i], BEFORE[i]);
        else if (i < a->count - 4)
            assert_string_equal(a->names[i], "response.output_text.delta");
        else
            assert_string_equal(a->names[i], AFTER[i - (a->count - 4)]);
    }
    assert_int_equal(cJSON_GetArraySize(look(a->events[2], "item content")), 0);
    assert_true(cJSON_IsArray(look(a->events[2], "item content")));
    assert_text(a->events[4], "item_id", look(a->events[2], "item id")->valuestring);
    assert_text(last_event(a), "response output 0 content 0 text", text);
    assert_number(last_event(a), "response usage output_tokens", words_of(text));
    free(text);
    forget(a);
}

static void responses_stream_a_tool_call(void **state)
{
    asked *a = post(OPENAI, "/v1/responses",
                    "{\"model\":\"gpt-5\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[{\"type\":\"web_"
                    "search\",\"name\":\"w\"},"
                    "{\"type\":\"function\",\"name\":\"weather\",\"parameters\":" SCHEMA "}]}");

    (void)state;
    assert_text(a->events[2], "item type", "function_call");
    assert_text(a->events[2], "item arguments", "");
    assert_joined(a, "delta", ARGUMENTS);
    assert_string_equal(a->names[3], "response.function_call_arguments.delta");
    assert_text(a->events[a->count - 3], "arguments", ARGUMENTS);
    assert_text(last_event(a), "response output 0 name", "weather");
    forget(a);
}

static void messages_are_whole(void **state)
{
    asked *a = post(ANTHROPIC, "/v1/messages", "{\"model\":\"claude\",\"max_tokens\":9," HI "}");

    (void)state;
    assert_text(a->whole, "type", "message");
    assert_text(a->whole, "content 0 type", "text");
    assert_text(a->whole, "stop_reason", "end_turn");
    assert_number(a->whole, "usage input_tokens", INPUT);
    assert_number(a->whole, "usage output_tokens", words_of(look(a->whole, "content 0 text")->valuestring));
    forget(a);
}

static void messages_stream_by_the_grammar(void **state)
{
    static const char *const BEFORE[] = { "message_start", "content_block_start", "ping" };
    static const char *const AFTER[] = { "content_block_stop", "message_delta", "message_stop" };
    asked *a = post(ANTHROPIC, "/v1/messages", "{\"model\":\"claude\",\"stream\":true,\"max_tokens\":9," HI "}");
    char *text = joined(a, "delta text");

    (void)state;
    for (size_t i = 0; i < a->count; i++) {
        assert_text(a->events[i], "type", a->names[i]);
        if (i < 3)
            assert_string_equal(a->names[i], BEFORE[i]);
        else if (i < a->count - 3)
            assert_string_equal(a->names[i], "content_block_delta");
        else
            assert_string_equal(a->names[i], AFTER[i - (a->count - 3)]);
    }
    assert_number(a->events[0], "message usage input_tokens", INPUT);
    assert_number(a->events[a->count - 2], "usage output_tokens", words_of(text));
    assert_text(a->events[a->count - 2], "delta stop_reason", "end_turn");
    free(text);
    forget(a);
}

static void messages_call_a_tool_whole_and_streamed(void **state)
{
#define TOOL "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"},{\"name\":\"weather\",\"input_schema\":" SCHEMA "}]"
    asked *whole = post(ANTHROPIC, "/v1/messages", "{\"model\":\"claude\"," TOOL "," HI "}");
    asked *a = post(ANTHROPIC, "/v1/messages", "{\"model\":\"claude\",\"stream\":true," TOOL "," HI "}");

    (void)state;
    assert_text(whole->whole, "content 0 type", "tool_use");
    assert_text(whole->whole, "content 0 name", "weather");
    assert_text(whole->whole, "content 0 input city", "demo");
    assert_text(whole->whole, "stop_reason", "tool_use");
    assert_text(a->events[1], "content_block name", "weather");
    assert_int_equal(cJSON_GetArraySize(look(a->events[1], "content_block input")), 0);
    assert_joined(a, "delta partial_json", ARGUMENTS);
    assert_text(a->events[a->count - 2], "delta stop_reason", "tool_use");
    forget(whole);
    forget(a);
}

static void gemini_is_whole(void **state)
{
    asked *a =
        post(GEMINI, "/v1beta/models/gemini-3:generateContent", "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi there\"}]}]}");

    (void)state;
    assert_text(a->whole, "candidates 0 content role", "model");
    assert_text(a->whole, "candidates 0 finishReason", "STOP");
    assert_text(a->whole, "modelVersion", "gemini-3");
    assert_number(a->whole, "usageMetadata promptTokenCount", INPUT);
    forget(a);
}

static void gemini_streams_as_events_or_as_an_array(void **state)
{
    static const char BODY[] = "{\"contents\":[{\"parts\":[{\"text\":\"hi there\"}]}]}";
    asked *sse = post(GEMINI, "/v1beta/models/gemini-3:streamGenerateContent?alt=sse", BODY);
    asked *array = post(GEMINI, "/v1/models/gemini-3:streamGenerateContent?key=1", BODY);
    char *text = joined(sse, "candidates 0 content parts 0 text");

    (void)state;
    assert_int_equal(sse->count, words_of(text));
    assert_number(last_event(sse), "usageMetadata candidatesTokenCount", words_of(text));
    assert_text(last_event(sse), "candidates 0 finishReason", "STOP");
    assert_null(look(sse->events[0], "candidates 0 finishReason"));
    assert_true(array->reply.streamed);
    assert_string_equal(array->reply.type, "application/json");
    assert_int_equal(cJSON_GetArraySize(array->whole), words_of(text));
    free(text);
    forget(sse);
    forget(array);
}

static void gemini_calls_a_function(void **state)
{
    asked *a = post(
        GEMINI, "/v1beta/models/g:generateContent",
        "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"tools\":[{\"googleSearch\":{}},{\"functionDeclarations\":[{\"name\":\"weather\","
        "\"parameters\":{\"type\":\"OBJECT\",\"properties\":{\"n\":{\"type\":\"INTEGER\"}},\"required\":[\"n\"]}}]}]}");

    (void)state;
    assert_text(a->whole, "candidates 0 content parts 0 functionCall name", "weather");
    assert_number(a->whole, "candidates 0 content parts 0 functionCall args n", 1);
    forget(a);
}

static void ollama_streams_unless_told_not_to(void **state)
{
    asked *a = post(OLLAMA, "/api/chat", "{\"model\":\"llama\"," HI "}");
    asked *whole = post(OLLAMA, "/api/chat", "{\"model\":\"llama\",\"stream\":false," HI "}");
    char *text = text_of(whole, "message content");

    (void)state;
    assert_joined(a, "message content", text);
    assert_int_equal(a->count, words_of(text) + 1);
    assert_true(cJSON_IsFalse(look(a->events[0], "done")));
    assert_true(cJSON_IsTrue(look(last_event(a), "done")));
    assert_number(last_event(a), "prompt_eval_count", INPUT);
    assert_number(whole->whole, "eval_count", words_of(text));
    assert_text(whole->whole, "done_reason", "stop");
    free(text);
    forget(a);
    forget(whole);
}

static void ollama_generates(void **state)
{
    asked *a = post(OLLAMA, "/api/generate", "{\"model\":\"llama\",\"prompt\":\"hi there\"}");
    asked *whole = post(OLLAMA, "/api/generate", "{\"model\":\"llama\",\"prompt\":\"hi there\",\"stream\":false}");
    char *text = text_of(whole, "response");

    (void)state;
    assert_joined(a, "response", text);
    assert_number(last_event(a), "prompt_eval_count", INPUT);
    free(text);
    forget(a);
    forget(whole);
}

static void ollama_calls_a_tool_with_an_object(void **state)
{
    asked *a = post(OLLAMA, "/api/chat", "{\"model\":\"llama\"," CHAT_TOOLS "," HI "}");

    (void)state;
    assert_int_equal(a->count, 2);
    assert_text(a->events[0], "message tool_calls 0 function arguments city", "demo");
    assert_null(look(a->events[1], "message tool_calls"));
    forget(a);
}

static void the_result_of_a_tool_is_answered_with_text(void **state)
{
    static const struct {
        tp_dialect dialect;
        const char *path, *body, *text;
    } CASES[] = {
        { OPENAI, "/v1/chat/completions", "{" CHAT_TOOLS ",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"sun\"}]}",
          "choices 0 message content" },
        { OPENAI, "/v1/responses",
          "{\"tools\":[{\"type\":\"function\",\"name\":\"w\"}],\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"x\",\"output\":"
          "\"sun\"}]}",
          "output 0 content 0 text" },
        { ANTHROPIC, "/v1/messages",
          "{\"tools\":[{\"name\":\"w\",\"input_schema\":{}}],\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
          "\"tool_use_id\":\"x\"}]}]}",
          "content 0 text" },
        { GEMINI, "/v1beta/models/g:generateContent",
          "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"w\"}]}],\"contents\":[{\"parts\":[{\"functionResponse\":{\"name\":\"w\"}}]}]"
          "}",
          "candidates 0 content parts 0 text" },
        { OLLAMA, "/api/chat", "{\"stream\":false," CHAT_TOOLS ",\"messages\":[{\"role\":\"tool\",\"content\":\"sun\"}]}",
          "message content" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        asked *a = post(CASES[i].dialect, CASES[i].path, CASES[i].body);
        char *text = text_of(a, CASES[i].text);

        assert_non_null(strstr(text, "result of your tool"));
        free(text);
        forget(a);
    }
}

static void an_older_result_does_not_keep_it_from_calling(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions",
                    "{" CHAT_TOOLS ",\"messages\":[{\"role\":\"tool\",\"content\":\"sun\"},{\"role\":\"user\",\"content\":\"and now\"}]}");

    (void)state;
    assert_text(a->whole, "choices 0 finish_reason", "tool_calls");
    forget(a);
}

static void tokens_are_counted_alike_everywhere(void **state)
{
    asked *a = post(ANTHROPIC, "/v1/messages/count_tokens",
                    "{\"model\":\"claude\",\"system\":\"be brief\",\"messages\":[{\"role\":\"user\",\"content\":\"hi \\u00e9\"}]}");
    asked *g = post(GEMINI, "/v1beta/models/g:countTokens",
                    "{\"systemInstruction\":{\"parts\":[{\"text\":\"be brief\"}]},\"contents\":[{\"parts\":[{\"text\":\"hi \\u00e9\"}]}]}");

    (void)state;
    assert_number(a->whole, "input_tokens", 4); /* 8 + 5 bytes */
    assert_number(g->whole, "totalTokens", 4);
    forget(a);
    forget(g);
}

static void embeddings_are_the_same_as_numbers_and_as_base64(void **state)
{
    asked *a = post(OPENAI, "/v1/embeddings", "{\"model\":\"e\",\"input\":[\"one\",\"two\",\"one\"],\"dimensions\":3}");
    asked *b = post(OPENAI, "/v1/embeddings", "{\"model\":\"e\",\"input\":\"one\",\"dimensions\":3,\"encoding_format\":\"base64\"}");
    float first = (float)look(a->whole, "data 0 embedding 0")->valuedouble;
    const char *text = look(b->whole, "data 0 embedding")->valuestring;
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = 0;
    uint32_t word;

    (void)state;
    assert_int_equal(cJSON_GetArraySize(look(a->whole, "data")), 3);
    assert_int_equal(cJSON_GetArraySize(look(a->whole, "data 0 embedding")), 3);
    assert_true(cJSON_Compare(look(a->whole, "data 0 embedding"), look(a->whole, "data 2 embedding"), true));
    assert_false(cJSON_Compare(look(a->whole, "data 0 embedding"), look(a->whole, "data 1 embedding"), true));
    assert_int_equal(strlen(text), 16);
    for (int i = 0; i < 8; i++)
        bits = bits << 6 | (uint64_t)(strchr(DIGITS, text[i]) - DIGITS);
    word = __builtin_bswap32((uint32_t)(bits >> 16));
    assert_memory_equal(&word, &first, 4);
    forget(a);
    forget(b);
}

static void embeddings_exist_in_the_other_dialects(void **state)
{
    asked *g = post(GEMINI, "/v1beta/models/e:embedContent", "{\"content\":{\"parts\":[{\"text\":\"one\"}]}}");
    asked *b = post(GEMINI, "/v1beta/models/e:batchEmbedContents", "{\"requests\":[{\"content\":{}},{\"content\":{\"parts\":[]}}]}");
    asked *o = post(OLLAMA, "/api/embed", "{\"model\":\"e\",\"input\":[\"one\",\"two\"]}");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(look(g->whole, "embedding values")), 64);
    assert_int_equal(cJSON_GetArraySize(look(b->whole, "embeddings")), 2);
    assert_int_equal(cJSON_GetArraySize(look(o->whole, "embeddings 1")), 64);
    forget(g);
    forget(b);
    forget(o);
}

static void models_are_listed_in_every_dialect(void **state)
{
    static const struct {
        tp_dialect dialect;
        const char *path, *place, *name;
    } CASES[] = {
        { OPENAI, "/v1/models", "data 0 id", "demo" },
        { OPENAI, "/v1/models/gpt-4o", "id", "gpt-4o" },
        { ANTHROPIC, "/v1/models", "data 0 id", "demo" },
        { ANTHROPIC, "/v1/models/claude", "id", "claude" },
        { GEMINI, "/v1beta/models", "models 0 name", "models/demo" },
        { GEMINI, "/v1beta/models/g", "name", "models/g" },
        { OLLAMA, "/api/tags", "models 0 name", "demo:latest" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        asked *a = ask_demo(CASES[i].dialect, "GET", CASES[i].path, NULL);

        assert_int_equal(a->reply.status, 200);
        assert_text(a->whole, CASES[i].place, CASES[i].name);
        forget(a);
    }
}

static void the_model_demo_error_is_busy_in_each_dialect(void **state)
{
    static const struct {
        tp_dialect dialect;
        const char *path, *place, *word;
    } CASES[] = {
        { OPENAI, "/v1/chat/completions", "error type", "rate_limit_exceeded" },
        { ANTHROPIC, "/v1/messages", "error type", "rate_limit_error" },
        { GEMINI, "/v1beta/models/demo-error:generateContent", "error status", "RESOURCE_EXHAUSTED" },
        { OLLAMA, "/api/chat", "error", "the model demo-error always says that it is busy" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        asked *a = post(CASES[i].dialect, CASES[i].path, "{\"model\":\"demo-error\",\"stream\":true}");

        assert_int_equal(a->reply.status, 429);
        assert_true(a->reply.retry_later);
        assert_false(a->reply.streamed);
        assert_text(a->whole, CASES[i].place, CASES[i].word);
        forget(a);
    }
}

static void the_model_demo_slow_waits(void **state)
{
    asked *a = post(OPENAI, "/v1/chat/completions", "{\"model\":\"demo-slow\"}");

    (void)state;
    assert_int_equal(a->reply.delay_ms, 2000);
    assert_int_equal(a->reply.status, 200);
    forget(a);
}

static void what_it_does_not_know_is_an_error_of_the_dialect(void **state)
{
    asked *a = post(ANTHROPIC, "/v1/messages/batches", "{}");
    asked *b = ask_demo(GEMINI, "GET", "/v1beta/files", NULL);
    asked *c = post(OPENAI, "/v1/chat/completions", "[1]");
    asked *d = post(OLLAMA, "/api/chat", NULL);

    (void)state;
    assert_int_equal(a->reply.status, 404);
    assert_text(a->whole, "error type", "not_found_error");
    assert_int_equal(b->reply.status, 404);
    assert_text(b->whole, "error status", "NOT_FOUND");
    assert_int_equal(c->reply.status, 400);
    assert_text(c->whole, "error type", "invalid_request_error");
    assert_int_equal(d->reply.status, 400);
    assert_text(d->whole, "error", "the body must be a JSON object");
    forget(a);
    forget(b);
    forget(c);
    forget(d);
}

static void the_parts_put_together_are_the_body(void **state)
{
    asked *a = post(ANTHROPIC, "/v1/messages", "{\"model\":\"claude\",\"stream\":true," HI "}");
    size_t at = 0;

    (void)state;
    assert_true(tp_demo_reply_parts(&a->reply) > 20);
    for (size_t i = 0; i < tp_demo_reply_parts(&a->reply); i++) {
        tp_bytes part = tp_demo_reply_part(&a->reply, i);

        assert_ptr_equal(part.data, a->reply.body.data + at);
        assert_true(part.length > 0);
        at += part.length;
    }
    assert_int_equal(at, a->reply.body.length);
    forget(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_names_the_model_and_the_demo_but_not_the_prompt),
        cmocka_unit_test(chat_is_whole),
        cmocka_unit_test(chat_streams_role_words_finish_and_done),
        cmocka_unit_test(chat_adds_a_usage_chunk_when_asked),
        cmocka_unit_test(chat_calls_the_first_tool),
        cmocka_unit_test(chat_streams_a_tool_call),
        cmocka_unit_test(legacy_completions_are_whole_and_streamed),
        cmocka_unit_test(responses_are_whole),
        cmocka_unit_test(responses_stream_by_the_grammar),
        cmocka_unit_test(responses_stream_a_tool_call),
        cmocka_unit_test(messages_are_whole),
        cmocka_unit_test(messages_stream_by_the_grammar),
        cmocka_unit_test(messages_call_a_tool_whole_and_streamed),
        cmocka_unit_test(gemini_is_whole),
        cmocka_unit_test(gemini_streams_as_events_or_as_an_array),
        cmocka_unit_test(gemini_calls_a_function),
        cmocka_unit_test(ollama_streams_unless_told_not_to),
        cmocka_unit_test(ollama_generates),
        cmocka_unit_test(ollama_calls_a_tool_with_an_object),
        cmocka_unit_test(the_result_of_a_tool_is_answered_with_text),
        cmocka_unit_test(an_older_result_does_not_keep_it_from_calling),
        cmocka_unit_test(tokens_are_counted_alike_everywhere),
        cmocka_unit_test(embeddings_are_the_same_as_numbers_and_as_base64),
        cmocka_unit_test(embeddings_exist_in_the_other_dialects),
        cmocka_unit_test(models_are_listed_in_every_dialect),
        cmocka_unit_test(the_model_demo_error_is_busy_in_each_dialect),
        cmocka_unit_test(the_model_demo_slow_waits),
        cmocka_unit_test(what_it_does_not_know_is_an_error_of_the_dialect),
        cmocka_unit_test(the_parts_put_together_are_the_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
