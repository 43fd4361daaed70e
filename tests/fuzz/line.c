/* fuzz/line.c - the functions of upstream/connect.h over two buffers. */

#include "line.h"

#include "upstream/connect.h"

static line LINE;
static tp_conn CONN;
static bool READABLE, WRITABLE;
static bool JUST_TOOK; /* the next send says that the kernel is full */

line *line_begin(tp_bytes answer, size_t piece)
{
    LINE = (line){ .sent = TP_BUFFER(SIZE_MAX / 4), .answer = answer, .piece = piece };
    READABLE = WRITABLE = JUST_TOOK = false;
    return &LINE;
}

void line_run(void)
{
    if (!LINE.open)
        return;
    CONN.done(CONN.arg, &CONN, TP_CONNECT_OK, "");
    while (LINE.open && WRITABLE)
        CONN.event(CONN.arg, &CONN, false, true);
    while (LINE.open && READABLE && !tp_list_linked(&CONN.link))
        CONN.event(CONN.arg, &CONN, true, WRITABLE);
    if (LINE.open && LINE.answer.length) /* comes after the reply was complete */
        CONN.event(CONN.arg, &CONN, true, false);
    LINE.kept = LINE.open && tp_list_linked(&CONN.link);
}

void line_end(void)
{
    if (LINE.open)
        CONN.event(CONN.arg, &CONN, true, false);
    tp_buffer_free(&LINE.sent);
}

tp_connector *tp_connect_open(uv_loop_t *loop, tp_timers *timers)
{
    (void)loop;
    (void)timers;
    return NULL;
}

void tp_connect_shut(tp_connector *connector)
{
    (void)connector;
}

tp_conn *tp_connect_start(tp_connector *connector, tp_origin *origin, uint64_t timeout_ms,
                          void (*done)(void *arg, tp_conn *conn, tp_connect_result result, const char *text), void *arg)
{
    (void)connector;
    (void)timeout_ms;
    CONN = (tp_conn){ .origin = origin, .done = done, .arg = arg };
    LINE.open = true;
    return &CONN;
}

void tp_connect_close(tp_conn *conn)
{
    tp_list_remove(&conn->link);
    LINE.open = false;
}

void tp_connect_watch(tp_conn *conn, bool readable, bool writable)
{
    (void)conn;
    READABLE = readable;
    WRITABLE = writable;
}

ssize_t tp_connect_send(tp_conn *conn, tp_bytes bytes)
{
    size_t taken = bytes.length < LINE.piece ? bytes.length : LINE.piece;

    (void)conn;
    JUST_TOOK = !JUST_TOOK;
    if (!JUST_TOOK)
        return TP_CONNECT_AGAIN;
    tp_buffer_add(&LINE.sent, tp_bytes_of(bytes.data, taken));
    return (ssize_t)taken;
}

ssize_t tp_connect_send_parts(tp_conn *conn, const tp_bytes *parts, unsigned count)
{
    ssize_t sum = 0;

    for (unsigned i = 0; i < count; i++) {
        ssize_t sent = tp_connect_send(conn, parts[i]);

        if (sent < 0)
            return sum ? sum : sent;
        sum += sent;
        JUST_TOOK = false;
        if ((size_t)sent < parts[i].length)
            break;
    }
    JUST_TOOK = true;
    return sum;
}

ssize_t tp_connect_receive(tp_conn *conn, char *room, size_t size)
{
    size_t given = LINE.answer.length < LINE.piece ? LINE.answer.length : LINE.piece;

    (void)conn;
    given = given < size ? given : size;
    if (given)
        memcpy(room, LINE.answer.data, given);
    LINE.answer = tp_bytes_from(LINE.answer, given);
    return (ssize_t)given;
}

bool tp_connect_holds(const tp_conn *conn)
{
    (void)conn;
    return false;
}

bool tp_connect_silent(tp_conn *conn)
{
    (void)conn;
    return LINE.answer.length == 0;
}

void tp_connect_mark(tp_conn *conn)
{
    (void)conn;
}

bool tp_connect_taken_in(const tp_conn *conn)
{
    (void)conn;
    return true;
}
