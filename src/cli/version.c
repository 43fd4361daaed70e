/* cli/version.c - `version`: ours and those of the libraries that are used now. */

#include <curl/curl.h>
#include <llhttp.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <uv.h>

#include "cli/commands.h"
#include "cli/table.h"
#include "cli/version.h"

enum { JSON };

static const tp_cli_option OPTIONS[] = {
    [JSON] = { "json", NULL, "prints an object" },
    { NULL, NULL, NULL },
};

static const char *curl(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

static const char *openssl(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

#define WORD_OF(number) #number
#define WORD(number) WORD_OF(number)

static const char *llhttp(void)
{
    return WORD(LLHTTP_VERSION_MAJOR) "." WORD(LLHTTP_VERSION_MINOR) "." WORD(LLHTTP_VERSION_PATCH);
}

static const struct {
    const char *name;
    const char *(*version)(void);
} LIBRARIES[] = {
    { "libuv", uv_version_string }, { "libcurl", curl }, { "openssl", openssl }, { "sqlite", sqlite3_libversion }, { "llhttp", llhttp },
};

enum { LIBRARY_COUNT = sizeof(LIBRARIES) / sizeof(*LIBRARIES) };

void tp_cli_version_members(tp_buffer *out)
{
    tp_buffer_printf(out, "\"version\":\"%s\",\"libraries\":{", TP_VERSION);
    for (unsigned i = 0; i < LIBRARY_COUNT; i++)
        tp_buffer_printf(out, "%s\"%s\":\"%s\"", i ? "," : "", LIBRARIES[i].name, LIBRARIES[i].version());
    tp_buffer_text(out, "}");
}

static void version_text(tp_cli_screen *screen)
{
    static const tp_cli_column COLUMNS[] = { { NULL, false }, { NULL, false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 2 };

    tp_cli_screen_print(screen, TP_CLI_BOLD, "tokenpak %s\n", TP_VERSION);
    for (unsigned i = 0; i < LIBRARY_COUNT; i++) {
        tp_cli_table_add(&table, TP_CLI_DIM, "%s", LIBRARIES[i].name);
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", LIBRARIES[i].version());
    }
    tp_cli_table_print(&table, screen);
}

static int version(const tp_cli_call *call)
{
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);

    if (call->values[JSON]) {
        tp_buffer_text(&screen.text, "{");
        tp_cli_version_members(&screen.text);
        tp_buffer_text(&screen.text, "}\n");
    } else {
        version_text(&screen);
    }
    return tp_cli_screen_flush(&screen);
}

const tp_cli_command tp_cli_version = {
    .name = "version",
    .help = "versions of tokenpak and of its libraries",
    .options = OPTIONS,
    .run = version,
};
