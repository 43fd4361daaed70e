/* unit/base/test_logger.c - one line is one line, in text and in JSON, whatever it is given. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cJSON.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/logger.h"

enum { MOST_READ = 1 << 20, TIME = 24 };

static char written[MOST_READ];
static FILE *file;
static int real_stderr;

static int open_log(void **state)
{
    (void)state;
    file = tmpfile();
    real_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    tp_logger_set(TP_LOG_INFO, false);
    return 0;
}

static int close_log(void **state)
{
    (void)state;
    tp_logger_buffer(false);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    fclose(file);
    return 0;
}

/* All that was written so far. */
static const char *read_log(void)
{
    ssize_t got = pread(fileno(file), written, MOST_READ - 1, 0);

    assert_true(got >= 0);
    written[got] = 0;
    return written;
}

/* The first line without its time. */
static void assert_logged(const char *expected)
{
    const char *line = read_log();

    assert_true(strlen(line) > TIME);
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[TIME - 1], 'Z');
    assert_string_equal(line + TIME, expected);
}

/* The only line as an object; the caller deletes it. */
static cJSON *read_object(void)
{
    const char *line = read_log();
    cJSON *object;

    assert_true(strlen(line) > 0);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    object = cJSON_Parse(line);
    assert_non_null(object);
    return object;
}

static const char *member(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static void a_line_tells_time_level_area_and_message(void **state)
{
    (void)state;
    tp_log(TP_LOG_WARN, TP_AREA_STORE, "%d rows", 5);
    assert_logged(" warn  store: 5 rows\n");
}

static void a_level_that_is_not_wanted_is_not_written(void **state)
{
    (void)state;
    assert_true(tp_log_on(TP_LOG_INFO));
    assert_false(tp_log_on(TP_LOG_DEBUG));
    tp_log(TP_LOG_DEBUG, TP_AREA_APP, "no");
    tp_logger_fields(TP_LOG_DEBUG, TP_AREA_APP, "no", NULL, 0);
    assert_string_equal(read_log(), "");
    tp_logger_set(TP_LOG_DEBUG, false);
    tp_log(TP_LOG_DEBUG, TP_AREA_APP, "yes");
    assert_logged(" debug app: yes\n");
}

static void control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    tp_log(TP_LOG_INFO, TP_AREA_APP, "a\nb\x1b[31m\r\x7f");
    assert_logged(" info  app: a\\x0ab\\x1b[31m\\x0d\\x7f\n");
}

static void json_is_one_object_a_line(void **state)
{
    cJSON *object;

    (void)state;
    tp_logger_set(TP_LOG_INFO, true);
    tp_log(TP_LOG_ERROR, TP_AREA_CONFIG, "a\n\"b\"\xff");
    object = read_object();
    assert_string_equal(member(object, "level"), "error");
    assert_string_equal(member(object, "area"), "config");
    assert_string_equal(member(object, "message"), "a\n\"b\"\xEF\xBF\xBD");
    assert_int_equal(strlen(member(object, "time")), TIME);
    cJSON_Delete(object);
}

static const tp_log_field FIELDS[] = {
    { TP_BYTES_INIT("path"), { "/v1/x", 5 }, 0 },
    { TP_BYTES_INIT("model"), { "two words", 9 }, 0 },
    { TP_BYTES_INIT("id"), { "", 0 }, 0 },
    { TP_BYTES_INIT("ms"), { NULL, 0 }, 18 },
};

static void fields_follow_the_message_and_are_quoted_when_they_must_be(void **state)
{
    (void)state;
    tp_logger_fields(TP_LOG_INFO, TP_AREA_ACCESS, "request", FIELDS, 4);
    assert_logged(" info  access: request path=/v1/x model=\"two words\" id=\"\" ms=18\n");
}

static void a_field_cannot_forge_another(void **state)
{
    static const tp_log_field FORGED[] = { { TP_BYTES_INIT("model"), { "x\" status=\"200", 14 }, 0 } };

    (void)state;
    tp_logger_fields(TP_LOG_INFO, TP_AREA_ACCESS, "request", FORGED, 1);
    assert_logged(" info  access: request model=\"x\\\" status=\\\"200\"\n");
}

static void fields_are_members_in_json(void **state)
{
    cJSON *object;

    (void)state;
    tp_logger_set(TP_LOG_INFO, true);
    tp_logger_fields(TP_LOG_INFO, TP_AREA_ACCESS, "request", FIELDS, 4);
    object = read_object();
    assert_string_equal(member(object, "message"), "request");
    assert_string_equal(member(object, "model"), "two words");
    assert_string_equal(member(object, "id"), "");
    assert_int_equal(cJSON_GetObjectItem(object, "ms")->valueint, 18);
    cJSON_Delete(object);
}

/* A path may be 64 KiB long, and a model may consist of what has to be escaped. */
static void texts_of_any_length_leave_a_whole_line(void **state)
{
    static char text[(64 << 10) + 1];
    tp_log_field fields[] = { { TP_BYTES_INIT("path"), tp_bytes_text(text), 0 },
                              { TP_BYTES_INIT("model"), tp_bytes_text(text), 0 },
                              { TP_BYTES_INIT("key"), tp_bytes_text(text), 0 },
                              { TP_BYTES_INIT("status"), { NULL, 0 }, 200 } };
    cJSON *object;

    (void)state;
    memset(text, 1, sizeof(text) - 1);
    tp_logger_set(TP_LOG_INFO, true);
    tp_logger_fields(TP_LOG_INFO, TP_AREA_ACCESS, "request", fields, 4);
    object = read_object();
    assert_int_equal(cJSON_GetObjectItem(object, "status")->valueint, 200);
    cJSON_Delete(object);
}

static void a_message_of_control_characters_leaves_a_whole_line(void **state)
{
    char text[4000];

    (void)state;
    memset(text, 1, sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    tp_logger_set(TP_LOG_INFO, true);
    tp_log(TP_LOG_INFO, TP_AREA_APP, "%s", text);
    cJSON_Delete(read_object());
}

static void gathered_lines_wait_for_the_flush_but_errors_do_not(void **state)
{
    (void)state;
    tp_logger_buffer(true);
    assert_false(tp_logger_pending());
    tp_log(TP_LOG_INFO, TP_AREA_APP, "first");
    assert_true(tp_logger_pending());
    assert_string_equal(read_log(), "");
    tp_log(TP_LOG_ERROR, TP_AREA_APP, "second");
    assert_false(tp_logger_pending());
    assert_true(strstr(read_log(), "first") && strstr(read_log(), "first") < strstr(read_log(), "second"));
    tp_log(TP_LOG_INFO, TP_AREA_APP, "third");
    assert_null(strstr(read_log(), "third"));
    tp_logger_flush();
    assert_non_null(strstr(read_log(), "third"));
    tp_log(TP_LOG_INFO, TP_AREA_APP, "fourth");
    tp_logger_buffer(false);
    assert_non_null(strstr(read_log(), "fourth"));
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, open_log, close_log)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WITH_LOG(a_line_tells_time_level_area_and_message),
        WITH_LOG(a_level_that_is_not_wanted_is_not_written),
        WITH_LOG(control_characters_cannot_forge_a_line),
        WITH_LOG(json_is_one_object_a_line),
        WITH_LOG(fields_follow_the_message_and_are_quoted_when_they_must_be),
        WITH_LOG(a_field_cannot_forge_another),
        WITH_LOG(fields_are_members_in_json),
        WITH_LOG(texts_of_any_length_leave_a_whole_line),
        WITH_LOG(a_message_of_control_characters_leaves_a_whole_line),
        WITH_LOG(gathered_lines_wait_for_the_flush_but_errors_do_not),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
