/* fuzz/fuzz_ollama.c - any bytes as a request and a reply in the format of Ollama. */

#include "conversion.h"
#include "fuzz.h"

#include "wire/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const tp_format *format = tp_formats_named(TP_BYTES("ollama"));
    tp_bytes text = tp_bytes_of((const char *)data, size);

    conversion_request(format, text);
    conversion_reply(format, text);
    return 0;
}
