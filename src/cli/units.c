/* cli/units.c - numbers as people read them. */

#include "cli/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

tp_cli_units tp_cli_units_count(uint64_t count)
{
    tp_cli_units u = { "" };
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    char *to = u.text;

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return u;
}

/* Two units, the larger first. */
static tp_cli_units pair(double seconds, uint64_t length, const char *large, uint64_t part, const char *small)
{
    tp_cli_units u;
    uint64_t whole = (uint64_t)(seconds + 0.5);

    snprintf(u.text, sizeof(u.text), "%" PRIu64 " %s %" PRIu64 " %s", whole / length, large, whole % length / part, small);
    return u;
}

tp_cli_units tp_cli_units_duration(double us)
{
    tp_cli_units u;

    if (us < 0)
        snprintf(u.text, sizeof(u.text), "-");
    else if (us < 999.5)
        snprintf(u.text, sizeof(u.text), "%.0f us", us);
    else if (us < 99950)
        snprintf(u.text, sizeof(u.text), "%.1f ms", us / 1e3);
    else if (us < 999500)
        snprintf(u.text, sizeof(u.text), "%.0f ms", us / 1e3);
    else if (us < 59.95e6)
        snprintf(u.text, sizeof(u.text), "%.1f s", us / 1e6);
    else if (us < 3599.5e6)
        u = pair(us / 1e6, 60, "min", 1, "s");
    else if (us < 86400e6)
        u = pair(us / 1e6, 3600, "h", 60, "min");
    else
        u = pair(us / 1e6, 86400, "d", 3600, "h");
    return u;
}

tp_cli_units tp_cli_units_ms(double ms)
{
    return ms >= 0 && ms < 1 ? (tp_cli_units){ "<1 ms" } : tp_cli_units_duration(ms * 1000);
}

tp_cli_units tp_cli_units_size(uint64_t bytes)
{
    static const char *const NAMES[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    tp_cli_units u;
    double size = (double)bytes;
    unsigned step = 0;

    for (; size >= 1023.95 && step < 6; step++)
        size /= 1024;
    snprintf(u.text, sizeof(u.text), "%.*f %s", step ? 1 : 0, size, NAMES[step]);
    return u;
}

tp_cli_units tp_cli_units_share(double share)
{
    tp_cli_units u;

    if (share > 0 && share < 0.001)
        snprintf(u.text, sizeof(u.text), "<0.1 %%");
    else
        snprintf(u.text, sizeof(u.text), "%.1f %%", share * 100);
    return u;
}

tp_cli_units tp_cli_units_bar(double share, unsigned width, bool utf8)
{
    static const char *const EIGHTHS[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
    tp_cli_units u = { "" };
    unsigned most = width < TP_CLI_UNITS_WIDEST_BAR ? width : TP_CLI_UNITS_WIDEST_BAR;
    double kept = share > 0 ? (share < 1 ? share : 1) : 0;
    unsigned parts = (unsigned)(kept * most * 8 + 0.5);
    char *to = u.text;

    if (kept > 0 && parts == 0)
        parts = 1;
    for (; parts; parts -= parts < 8 ? parts : 8) {
        const char *piece = utf8 ? EIGHTHS[parts < 8 ? parts : 8] : "#";

        to = stpcpy(to, piece);
    }
    return u;
}
