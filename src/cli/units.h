/* cli/units.h - numbers as people read them: 1,234,567, 12.3 ms, 4.5 MiB, bars. Pure; any thread. */

#ifndef TP_CLI_UNITS_H
#define TP_CLI_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* By value, so that it can stand among the arguments of a printf. */
typedef struct tp_cli_units {
    char text[96];
} tp_cli_units;

/* 1234567 = "1,234,567" */
tp_cli_units tp_cli_units_count(uint64_t count);

/* "850 us", "12.3 ms", "4.2 s", "3 min 5 s", "2 h 10 min", "5 d 3 h"; "-" when negative (unknown). */
tp_cli_units tp_cli_units_duration(double us);

/* Of whole milliseconds: 0 = "<1 ms". */
tp_cli_units tp_cli_units_ms(double ms);

/* Powers of 1024: "512 B", "4.5 MiB". */
tp_cli_units tp_cli_units_size(uint64_t bytes);

/* 0.1234 = "12.3 %"; anything above nothing is more than "0.0 %". */
tp_cli_units tp_cli_units_share(double share);

enum { TP_CLI_UNITS_WIDEST_BAR = 30 };

/* `share` (0 to 1) of `width` places (at most TP_CLI_UNITS_WIDEST_BAR), to an eighth of one in UTF-8; more than nothing shows. */
tp_cli_units tp_cli_units_bar(double share, unsigned width, bool utf8);

#endif
