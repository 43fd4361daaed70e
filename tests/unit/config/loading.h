/* unit/config/loading.h - loads a configuration from texts and asks for its problems. */

#ifndef LOADING_H
#define LOADING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/load.h"

/* One load. `said` is all problems, each line without the path of the temporary file in front: "LINE:COLUMN: ...". */
typedef struct loading {
    const tp_settings *settings;
    char said[65536];
    size_t errors;
} loading;

static inline void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static inline void keep_problems(loading *l, const char *path, const tp_config_problems *problems)
{
    tp_buffer text = TP_BUFFER(sizeof(l->said) - 1);
    const char *from;
    char *to = l->said;

    tp_config_problems_text(problems, &text);
    tp_buffer_add(&text, tp_bytes_of("", 1));
    for (from = text.data; *from; from++) {
        if (strncmp(from, path, strlen(path)) == 0 && from[strlen(path)] == ':')
            from += strlen(path) + 1;
        *to++ = *from;
    }
    *to = 0;
    tp_buffer_free(&text);
    l->errors = problems->errors;
}

static inline loading *load_with(const char *yaml, tp_config_source source)
{
    loading *l = calloc(1, sizeof(*l));
    tp_config_problems problems = { 0 };
    char path[] = "/tmp/tokenpak-config-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    put_file(path, yaml);
    source.file = path;
    l->settings = tp_config_load(&source, &problems);
    keep_problems(l, path, &problems);
    unlink(path);
    tp_config_problems_free(&problems);
    return l;
}

static inline loading *load_text(const char *yaml)
{
    return load_with(yaml, (tp_config_source){ 0 });
}

static inline void load_end(loading *l)
{
    if (l->settings)
        tp_settings_drop(l->settings);
    free(l);
}

/* The file is refused, and that is all that is said. */
static inline void assert_said(const char *yaml, const char *said)
{
    loading *l = load_text(yaml);

    assert_string_equal(l->said, said);
    assert_null(l->settings);
    load_end(l);
}

static inline void assert_accepted(const char *yaml)
{
    loading *l = load_text(yaml);

    assert_string_equal(l->said, "");
    assert_non_null(l->settings);
    load_end(l);
}

#endif
