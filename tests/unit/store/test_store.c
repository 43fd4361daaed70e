/* store/test_store.c - the store as the daemon uses it: batches, every trouble a file can be in, closing. */

#include "support.h"

static void add(house *h, unsigned count)
{
    tp_row row = sample();

    for (unsigned i = 0; i < count; i++)
        tp_store_add(h->store, &row);
}

static void rows_are_in_the_file_after_the_interval(void **state)
{
    house *h = *state;
    sqlite3 *other;

    house_open(h);
    add(h, 3);
    assert_int_equal(house_status(h).queued, 3);
    house_await_rows(h, 3);
    assert_string_equal(house_status(h).state, "ok");
    assert_true(house_status(h).db_bytes > 0);
    other = other_program(h);
    assert_int_equal(number_in(other, "SELECT count(*) FROM request WHERE model='gpt-4o' AND input=12"), 3);
    sqlite3_close(other);
}

static void all_files_are_private(void **state)
{
    static const char *const SUFFIXES[] = { "", "-wal", "-shm" };
    house *h = *state;
    struct stat status;
    char name[128];

    house_open(h);
    add(h, 1);
    house_await_rows(h, 1);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", h->path, SUFFIXES[i]);
        assert_int_equal(stat(name, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
}

static void closing_stores_everything_and_leaves_one_file(void **state)
{
    house *h = *state;
    sqlite3 *other;
    char name[128];

    house_open(h);
    add(h, 2500);
    house_close(h);
    snprintf(name, sizeof name, "%s-wal", h->path);
    assert_int_not_equal(access(name, F_OK), 0);
    other = other_program(h);
    assert_int_equal(number_in(other, "SELECT count(*) FROM request"), 2500);
    assert_int_equal(number_in(other, "SELECT value FROM counter WHERE name='rows'"), 2500);
    assert_int_equal(number_in(other, "SELECT count(*) FROM trace"), 10);
    sqlite3_close(other);
}

static void a_locked_file_delays_rows_and_loses_none(void **state)
{
    house *h = *state;
    sqlite3 *other;

    house_open(h);
    house_await(h, "ok");
    other = other_program(h);
    sql(other, "BEGIN IMMEDIATE");
    add(h, 2);
    house_await(h, "locked");
    assert_non_null(strstr(house_status(h).problem, h->path));
    assert_int_equal(house_status(h).queued, 2);
    sql(other, "COMMIT");
    sqlite3_close(other);
    house_skip(h, 1100);
    house_await_rows(h, 2);
    assert_int_equal(house_status(h).dropped, 0);
    assert_string_equal(house_status(h).problem, "");
}

static void the_queue_is_bounded_and_counts_what_it_drops(void **state)
{
    house *h = *state;
    sqlite3 *other;

    house_open(h);
    house_await(h, "ok");
    other = other_program(h);
    sql(other, "BEGIN IMMEDIATE");
    add(h, 1);
    house_await(h, "locked");
    add(h, 65536 + 9);
    assert_int_equal(house_status(h).queued, 65536);
    assert_int_equal(house_status(h).dropped, 10);
    sql(other, "COMMIT");
    sqlite3_close(other);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (unsigned i = 0; i < 200; i++)
        fputs(text, file);
    fclose(file);
}

static void a_corrupt_file_is_reported_and_left_alone(void **state)
{
    house *h = *state;
    struct stat before, after;

    write_file(h->path, "this is not a database");
    stat(h->path, &before);
    house_open(h);
    add(h, 1);
    house_await(h, "corrupt");
    assert_non_null(strstr(house_status(h).problem, "damaged"));
    add(h, 4);
    assert_int_equal(house_status(h).dropped, 5);
    house_close(h);
    stat(h->path, &after);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void a_corrupt_file_that_is_moved_away_is_replaced(void **state)
{
    house *h = *state;

    write_file(h->path, "this is not a database");
    house_open(h);
    house_await(h, "corrupt");
    unlink(h->path);
    house_skip(h, 10100);
    house_await(h, "ok");
    add(h, 1);
    house_await_rows(h, 1);
}

static void a_newer_file_is_not_touched(void **state)
{
    house *h = *state;
    sqlite3 *other = other_program(h);

    sql(other, "PRAGMA user_version=99");
    sqlite3_close(other);
    house_open(h);
    add(h, 1);
    house_await(h, "newer");
    assert_non_null(strstr(house_status(h).problem, "version 99"));
    assert_int_equal(house_status(h).dropped, 1);
    other = other_program(h);
    assert_int_equal(number_in(other, "PRAGMA user_version"), 99);
    assert_int_equal(number_in(other, "SELECT count(*) FROM sqlite_master"), 0);
    sqlite3_close(other);
}

static void the_database_of_another_program_is_not_touched(void **state)
{
    house *h = *state;
    sqlite3 *other = other_program(h);

    sql(other, "CREATE TABLE bookmarks (url TEXT)");
    house_open(h);
    house_await(h, "failed");
    assert_non_null(strstr(house_status(h).problem, "another program"));
    assert_int_equal(number_in(other, "SELECT count(*) FROM sqlite_master"), 1);
    sqlite3_close(other);
}

/* Root may write everything, so the test becomes nobody for its duration. */
static void a_read_only_file_is_reported(void **state)
{
    house *h = *state;
    sqlite3 *other = other_program(h);
    bool root = geteuid() == 0;

    sql(other, "PRAGMA user_version=0; VACUUM");
    sqlite3_close(other);
    assert_int_equal(chmod(h->path, 0444), 0);
    assert_int_equal(chmod(h->folder, 0777), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    house_open(h);
    add(h, 1);
    house_await(h, "read_only");
    assert_int_equal(house_status(h).dropped, 1);
    house_close(h);
    if (root)
        assert_int_equal(seteuid(0), 0);
}

static const char *refusal(house *h, const char *path)
{
    static char problem[TP_DATABASE_PROBLEM];
    tp_store_env env = { .loop = &h->loop, .timers = &h->timers };

    h->settings.path = path;
    problem[0] = '\0';
    assert_null(tp_store_open(&env, &h->settings, 10, problem));
    return problem;
}

static void a_folder_that_cannot_be_made_is_an_error_at_once(void **state)
{
    house *h = *state;
    char path[128];

    write_file(h->path, "x");
    snprintf(path, sizeof path, "%s/below/monitor.db", h->path);
    assert_non_null(strstr(refusal(h, path), "cannot make the folder"));
    assert_non_null(strstr(refusal(h, path), "Not a directory"));
}

static void a_missing_home_is_an_error_that_says_so(void **state)
{
    assert_non_null(strstr(refusal(*state, "~/.tokenpak/monitor.db"), "HOME is not set"));
}

static void folders_are_made_private(void **state)
{
    house *h = *state;
    struct stat status;
    char path[128], folder[128];

    snprintf(path, sizeof path, "%s/a/b/monitor.db", h->folder);
    snprintf(folder, sizeof folder, "%s/a/b", h->folder);
    h->settings.path = path;
    house_open(h);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    house_close(h);
}

static void a_file_removed_under_us_is_made_again(void **state)
{
    house *h = *state;

    house_open(h);
    add(h, 2);
    house_await_rows(h, 2);
    unlink(h->path);
    add(h, 1);
    house_await_rows(h, 1);
    assert_int_equal(access(h->path, F_OK), 0);
}

static void copy_file(const char *from, const char *to)
{
    char command[640];

    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

/* What kill -9 leaves behind: the file and its log, copied while both are in use. */
static void rows_survive_an_unclean_end(void **state)
{
    house *h = *state;
    char other_path[128], from[128], to[160];

    house_open(h);
    add(h, 7);
    house_await_rows(h, 7);
    snprintf(other_path, sizeof other_path, "%s/copy.db", h->folder);
    copy_file(h->path, other_path);
    snprintf(from, sizeof from, "%s-wal", h->path);
    snprintf(to, sizeof to, "%s-wal", other_path);
    copy_file(from, to);
    house_close(h);
    h->settings.path = other_path;
    house_open(h);
    house_await_rows(h, 7);
    add(h, 1);
    house_await_rows(h, 8);
    house_close(h);
}

static void old_rows_are_removed_in_small_batches(void **state)
{
    house *h = *state;
    tp_row row = sample();
    sqlite3 *other;

    house_open(h);
    house_await(h, "ok");
    row.started_ms = NOW_MS - INT64_C(91) * 86400000;
    for (unsigned i = 0; i < 5000; i++)
        tp_store_add(h->store, &row);
    add(h, 2);
    house_await_rows(h, 5002);
    house_skip(h, 60100);
    for (int i = 0; i < 5000 && house_status(h).rows != 2; i++) /* 50 s: less than until the next regular removal */
        house_skip(h, 10);
    assert_int_equal(house_status(h).rows, 2);
    other = other_program(h);
    assert_int_equal(number_in(other, "SELECT count(*) FROM request"), 2);
    assert_int_equal(number_in(other, "SELECT count(*) FROM aggregate WHERE span=1 AND kind=0"), 1);
    assert_int_equal(number_in(other, "SELECT count(*) FROM aggregate WHERE span=2 AND kind=0"), 2);
    assert_int_equal(number_in(other, "SELECT count(*) FROM aggregate WHERE span=2 AND kind=4"), 1);
    sqlite3_close(other);
}

typedef struct heard {
    bool done;
    uint64_t requests;
    size_t rows;
    char trace[256];
} heard;

static void hear(void *arg, const tp_reader_answer *answer)
{
    heard *h = arg;

    h->done = true;
    assert_string_equal(answer->problem, "");
    h->requests = tp_stats_requests(answer->stats.sums);
    h->rows = answer->count;
    if (answer->count)
        snprintf(h->trace, sizeof h->trace, "%s", answer->rows[0]->trace.data);
}

static heard ask(house *h, tp_reader_question question)
{
    heard answer = { 0 };

    question.now_ms = h->wall_ms;
    tp_store_ask(h->store, &question, hear, &answer);
    assert_false(answer.done);
    for (int i = 0; i < 10000 && !answer.done; i++)
        house_turn(h);
    assert_true(answer.done);
    return answer;
}

static void check_answers(house *h)
{
    house_open(h);
    house_await(h, "ok");
    house_skip(h, 1100);
    add(h, 3);
    house_await_rows(h, 3);
    house_skip(h, 1100);
    assert_int_equal(ask(h, (tp_reader_question){ .window = TP_WINDOW_HOUR, .by = TP_STATS_BY_NONE }).requests, 3);
    assert_int_equal(ask(h, (tp_reader_question){ .kind = TP_READER_LAST, .limit = 2 }).rows, 2);
    assert_int_equal(ask(h, (tp_reader_question){ .kind = TP_READER_TRACE, .id = TP_BYTES("nobody") }).rows, 0);
    heard trace = ask(h, (tp_reader_question){ .kind = TP_READER_TRACE, .id = TP_BYTES("req-1") });
    assert_int_equal(trace.rows, 1);
    assert_string_equal(trace.trace, "{\"stages\":[],\"attempts\":[]}");
}

static void questions_are_answered_later_from_the_file(void **state)
{
    check_answers(*state);
}

static void a_database_in_memory_answers_too(void **state)
{
    house *h = *state;

    h->settings.path = ":memory:";
    check_answers(h);
    house_close(h);
    assert_int_not_equal(access(":memory:", F_OK), 0);
}

static void questions_asked_before_closing_are_answered(void **state)
{
    house *h = *state;
    heard answers[3] = { 0 };

    house_open(h);
    for (unsigned i = 0; i < 3; i++)
        tp_store_ask(h->store, &(tp_reader_question){ .window = TP_WINDOW_ALL, .by = TP_STATS_BY_NONE, .now_ms = NOW_MS }, hear,
                     &answers[i]);
    house_close(h);
    for (unsigned i = 0; i < 3; i++)
        assert_true(answers[i].done);
}

static void a_database_in_memory_answers_before_it_is_closed(void **state)
{
    house *h = *state;
    heard answers[3] = { 0 };

    h->settings.path = ":memory:";
    house_open(h);
    house_await(h, "ok");
    add(h, 1);
    house_await_rows(h, 1);
    for (unsigned i = 0; i < 3; i++)
        tp_store_ask(h->store, &(tp_reader_question){ .window = TP_WINDOW_ALL, .by = TP_STATS_BY_NONE, .now_ms = NOW_MS }, hear,
                     &answers[i]);
    house_close(h);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(answers[i].requests, 1);
}

static void a_missing_file_answers_zeros(void **state)
{
    house *h = *state;
    tp_reader_answer answer;

    tp_reader_ask(h->path, &(tp_reader_question){ .window = TP_WINDOW_ALL, .by = TP_STATS_BY_NONE }, &answer);
    assert_string_equal(answer.problem, "");
    assert_int_equal(tp_stats_requests(answer.stats.sums), 0);
    tp_reader_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(rows_are_in_the_file_after_the_interval),
        IN_HOUSE(all_files_are_private),
        IN_HOUSE(closing_stores_everything_and_leaves_one_file),
        IN_HOUSE(a_locked_file_delays_rows_and_loses_none),
        IN_HOUSE(the_queue_is_bounded_and_counts_what_it_drops),
        IN_HOUSE(a_corrupt_file_is_reported_and_left_alone),
        IN_HOUSE(a_corrupt_file_that_is_moved_away_is_replaced),
        IN_HOUSE(a_newer_file_is_not_touched),
        IN_HOUSE(the_database_of_another_program_is_not_touched),
        IN_HOUSE(a_read_only_file_is_reported),
        IN_HOUSE(a_folder_that_cannot_be_made_is_an_error_at_once),
        IN_HOUSE(a_missing_home_is_an_error_that_says_so),
        IN_HOUSE(folders_are_made_private),
        IN_HOUSE(a_file_removed_under_us_is_made_again),
        IN_HOUSE(rows_survive_an_unclean_end),
        IN_HOUSE(old_rows_are_removed_in_small_batches),
        IN_HOUSE(questions_are_answered_later_from_the_file),
        IN_HOUSE(a_database_in_memory_answers_too),
        IN_HOUSE(questions_asked_before_closing_are_answered),
        IN_HOUSE(a_database_in_memory_answers_before_it_is_closed),
        IN_HOUSE(a_missing_file_answers_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
