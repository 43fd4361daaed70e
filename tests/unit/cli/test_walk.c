/* unit/cli/test_walk.c - the walk of a request as a person sees it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/walk.h"

static const char TRACE[] =
    "{\"id\":\"r-1\",\"model\":\"m\\u001b[2J\",\"status\":502,\"stream\":true,\"error\":\"provider_timeout\","
    "\"stages\":[{\"name\":\"route\",\"verdict\":\"next\",\"us\":5,\"detail\":{\"provider\":\"openai\",\"tries\":2}},"
    "{\"name\":\"call\",\"verdict\":\"failed\",\"us\":10}],"
    "\"attempts\":[{\"provider\":\"openai\",\"model\":\"m\",\"status\":0,\"error\":\"provider_timeout\",\"us\":1500}],"
    "\"tokens\":{\"input\":1200,\"source\":\"provider\"},\"bytes_in\":2048,\"bytes_out\":10,\"total_ms\":0,\"overhead_us\":95}";

static char *printed(const char *json)
{
    static char text[8192];
    tp_cli_screen screen = { .text = TP_BUFFER(sizeof(text) - 1) };
    cJSON *trace = cJSON_Parse(json);

    tp_cli_walk_print(&screen, trace);
    memset(text, 0, sizeof(text));
    memcpy(text, screen.text.data, screen.text.length);
    tp_buffer_free(&screen.text);
    cJSON_Delete(trace);
    return text;
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in:\n%s", part, text);
}

static void every_stage_has_a_line_with_its_bar_and_detail(void **state)
{
    char *text = printed(TRACE);

    (void)state;
    assert_says(text, "  stage  verdict   time                        detail\n");
    assert_says(text, "  route  next      5 us  ##########            provider=openai tries=2\n");
    assert_says(text, "  call   failed   10 us  ####################\n");
}

static void attempts_tokens_and_times_follow(void **state)
{
    char *text = printed(TRACE);

    (void)state;
    assert_says(text, "r-1   502   streamed\n");
    assert_says(text, "1  openai    m           -  1.5 ms  provider_timeout\n");
    assert_says(text, "  tokens   1,200 in\n");
    assert_says(text, "  bytes    2.0 KiB in   10 B out\n");
    assert_says(text, "  time     <1 ms in all   95 us in the proxy\n");
}

static void what_the_client_wrote_cannot_drive_the_terminal(void **state)
{
    (void)state;
    assert_null(strchr(printed(TRACE), '\033'));
}

static void an_empty_answer_prints_without_harm(void **state)
{
    (void)state;
    assert_says(printed("{}"), "none told");
    assert_says(printed("nonsense"), "none told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stage_has_a_line_with_its_bar_and_detail),
        cmocka_unit_test(attempts_tokens_and_times_follow),
        cmocka_unit_test(what_the_client_wrote_cannot_drive_the_terminal),
        cmocka_unit_test(an_empty_answer_prints_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
