/* moment.h -- points in time and stretches of time.
 *
 * A moment is milliseconds since 1970-01-01T00:00:00Z, without leap seconds.  It cannot be added to
 * a count.  Time comes from the records; the machine's clock is a seam, see clock.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "text.h"

typedef struct {
    int64_t ms;
} moment;

#define MOMENT_NONE ((moment){INT64_MIN})
/* The first and the last millisecond of the years 0 to 9999: the moments that can be written. */
#define MOMENT_MS_MIN (-62167219200000)
#define MOMENT_MS_MAX 253402300799999

enum { SECOND_MS = 1000, MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

struct civil {
    int32_t year;
    int32_t month; /* 1 .. 12 */
    int32_t day;   /* 1 .. 31 */
    int32_t hour, minute, second, millisecond;
};

/* Days from 1970-01-01 of a proleptic Gregorian date. */
int64_t days_of_date(int32_t year, int32_t month, int32_t day);
/* The civil time at `at` in a zone `zone_minutes` east of UTC. */
struct civil civil_of_moment(moment at, int32_t zone_minutes);
/* STATUS_MALFORMED: no such date or time of day (a leap second :60 counts as :59.999). */
enum status moment_of_civil(struct civil civil, int32_t zone_minutes, moment *out);
/* RFC 3339 with offset, fraction optional, `T`, `t` or a blank between; or epoch milliseconds as a
 * plain integer.  STATUS_MALFORMED otherwise. */
enum status moment_parse(struct slice slice, moment *out);
/* RFC 3339 with milliseconds and the offset of the zone. */
void text_add_moment(struct text *text, moment at, int32_t zone_minutes);
/* "90s", "5m", "24h", "7d", "1500ms": the largest unit that divides. */
void text_add_span(struct text *text, int64_t span_ms);
