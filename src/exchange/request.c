/* exchange/request.c - looks things up in a request. */

#include "wire/http1.h"

tp_bytes tp_request_header(const tp_request *request, const char *name)
{
    return tp_http1_field(request->headers, request->header_count, name);
}
