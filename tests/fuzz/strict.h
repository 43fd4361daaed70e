/* fuzz/strict.h - an HTTP/1.1 reader written from RFC 9110 and 9112 alone: what another server may make of the bytes we forward. */

#ifndef TP_FUZZ_STRICT_H
#define TP_FUZZ_STRICT_H

#include <tokenpak/exchange.h>

#include "base/buffer.h"

enum { STRICT_FIELDS = 512 };

typedef enum strict_result {
    STRICT_WHOLE,
    STRICT_PART, /* good so far, and not complete */
    STRICT_BAD,
} strict_result;

/* One message; spans lie in the text that was read. */
typedef struct strict_message {
    tp_bytes method, target; /* of a request */
    int status;              /* of a reply */
    unsigned minor;
    tp_header fields[STRICT_FIELDS];
    size_t count;
    tp_buffer body;
    bool has_head; /* up to its empty line */
    bool odd;      /* its reason, trailer or a chunk extension is such that a reader may refuse it or look away */
    bool chunked;
    bool until_close; /* a reply whose body is all that came: WHOLE if the connection has ended */
    size_t used;      /* bytes of the text, when WHOLE */
} strict_message;

/* Reads the message that `text` begins with; free with strict_free whatever it says. `bodiless`: the reply to a HEAD. */
strict_result strict_request(tp_bytes text, strict_message *m);
strict_result strict_reply(tp_bytes text, bool bodiless, strict_message *m);
void strict_free(strict_message *m);

/* Values of the fields of that name, and how many there are. */
size_t strict_field(const strict_message *m, const char *name, tp_bytes *last);

#endif
