/* unit/store/test_history.c - conversations come back to whoever has both id and tenant, until they are too old or too many. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "store/history.h"

typedef struct room {
    uv_loop_t loop;
    tp_history *history;
    char folder[32], store[64], file[64];
    tp_buffer got;
    unsigned answers;
} room;

static void on_got(void *arg, tp_bytes items)
{
    room *r = arg;

    r->answers++;
    tp_buffer_text(&r->got, items.data ? "" : "nothing");
    tp_buffer_add(&r->got, items);
    tp_buffer_text(&r->got, ";");
}

static void on_closed(void *arg)
{
    ((room *)arg)->history = NULL;
}

static void close_history(room *r)
{
    tp_history_close(r->history, on_closed, r);
    while (r->history)
        uv_run(&r->loop, UV_RUN_ONCE);
}

static int setup(void **state)
{
    room *r = calloc(1, sizeof(*r));

    snprintf(r->folder, sizeof(r->folder), "/tmp/tp-history-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->store, sizeof(r->store), "%s/monitor.db", r->folder);
    snprintf(r->file, sizeof(r->file), "%s/responses.db", r->folder);
    r->got.limit = 10000;
    uv_loop_init(&r->loop);
    r->history = tp_history_open(&r->loop, r->store);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    room *r = *state;

    if (r->history)
        close_history(r);
    uv_loop_close(&r->loop);
    unlink(r->file);
    rmdir(r->folder);
    tp_buffer_free(&r->got);
    free(r);
    return 0;
}

static void put(room *r, const char *id, const char *items, uint64_t keep_ms, uint32_t most)
{
    tp_history_put(r->history, &(tp_history_key){ tp_bytes_text(id), TP_BYTES("t") }, tp_bytes_text(items), keep_ms, most);
}

static void get(room *r, const char *id, const char *tenant)
{
    unsigned before = r->answers;

    tp_history_get(r->history, &(tp_history_key){ tp_bytes_text(id), tp_bytes_text(tenant) }, on_got, r);
    while (r->answers == before)
        uv_run(&r->loop, UV_RUN_ONCE);
}

static void assert_got(room *r, const char *expected)
{
    tp_buffer_add(&r->got, tp_bytes_of("", 1));
    assert_string_equal(r->got.data, expected);
}

static void what_was_put_comes_back_also_from_the_file(void **state)
{
    room *r = *state;
    struct stat status;

    put(r, "a", "[1]", 60000, 10);
    get(r, "a", "t");
    get(r, "b", "t");
    close_history(r);
    assert_int_equal(stat(r->file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    r->history = tp_history_open(&r->loop, r->store);
    get(r, "a", "t");
    assert_got(r, "[1];nothing;[1];");
}

static void another_tenant_finds_nothing(void **state)
{
    room *r = *state;

    put(r, "a", "[1]", 60000, 10);
    get(r, "a", "u");
    assert_got(r, "nothing;");
}

static void what_is_too_old_is_gone(void **state)
{
    room *r = *state;

    put(r, "a", "[1]", 1, 10);
    get(r, "b", "t"); /* by now the first is in the file */
    usleep(3000);
    get(r, "a", "t");
    assert_got(r, "nothing;nothing;");
}

static void beyond_the_limit_the_oldest_go(void **state)
{
    room *r = *state;

    put(r, "a", "[1]", 60000, 2);
    put(r, "b", "[2]", 60000, 2);
    put(r, "c", "[3]", 60000, 2);
    get(r, "a", "t");
    get(r, "b", "t");
    get(r, "c", "t");
    assert_got(r, "nothing;[2];[3];");
}

static void a_folder_that_is_gone_answers_nothing(void **state)
{
    room *r = *state;

    close_history(r);
    r->history = tp_history_open(&r->loop, "/nowhere/monitor.db");
    put(r, "a", "[1]", 60000, 2);
    get(r, "a", "t");
    assert_got(r, "nothing;");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_comes_back_also_from_the_file),
        TEST(another_tenant_finds_nothing),
        TEST(what_is_too_old_is_gone),
        TEST(beyond_the_limit_the_oldest_go),
        TEST(a_folder_that_is_gone_answers_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
