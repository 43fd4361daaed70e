/* exchange/request.c - looks things up in a request. */

#include <tokenpak/exchange.h>

tp_bytes tp_request_header(const tp_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (tp_bytes_equal_nocase(request->headers[i].name, tp_bytes_text(name)))
            return request->headers[i].value;
    return tp_bytes_of(NULL, 0);
}
