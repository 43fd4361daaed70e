/* base/err.c - what the table of errors says of each. */

#include <tokenpak/err.h>

typedef struct row {
    const char *code;
    int status;
    bool retry;
    const char *text;
} row;

static const row ROWS[TP_ERR_COUNT] = { [TP_OK] = { "ok", 200, false, "" },
#define ERR_ROW(name, code, status, retry, text) [TP_ERR_##name] = { code, status, retry, text },
                                        TP_ERRORS(ERR_ROW)
#undef ERR_ROW
};

const char *tp_err_code(tp_err err)
{
    return ROWS[err].code;
}

int tp_err_status(tp_err err)
{
    return ROWS[err].status;
}

bool tp_err_retry(tp_err err)
{
    return ROWS[err].retry;
}

const char *tp_err_text(tp_err err)
{
    return ROWS[err].text;
}
