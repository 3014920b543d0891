/* time_form.h -- points in time as files write them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"

enum time_form_kind {
    TIME_CANONICAL, /* RFC 3339, with or without offset; or epoch milliseconds */
    TIME_EPOCH_S,   /* seconds since 1970, decimals allowed */
    TIME_EPOCH_MS,
    TIME_STEPS,   /* a number of steps since an origin: day numbers, Excel's dates */
    TIME_PATTERN, /* like strptime: %Y-%m-%d %H:%M:%S */
};

struct time_form {
    enum time_form_kind kind;
    int64_t step_ms;   /* of STEPS */
    int64_t origin_ms; /* of STEPS: the moment of step 0 */
    bool origin_local; /* ... in UTC as if that were the zone of the column */
    struct slice pattern;
};

/* The day of the time read last: rows of a file share their days. */
struct time_memory {
    char date[10];
    char zone[6]; /* as written */
    size_t zone_size;
    int64_t midnight_ms; /* in UTC, of the date in the zone */
    bool known;
};

/* `memory` may be NULL; one that is used again must not see another `zone_minutes`.
 * `zone_minutes` is that of a time which does not say its own.  MALFORMED: not a time of this form.
 * */
enum status time_read(const struct time_form *form, struct slice written, int32_t zone_minutes,
                      struct time_memory *memory, moment *out);
/* Whether the pattern is one: known letters, a date in it.  If not, `*at` is where it goes wrong.
 * */
bool time_pattern_fine(struct slice pattern, size_t *at);
/* "+08:00", "-0330", "Z", "UTC".  MALFORMED otherwise. */
enum status zone_read(struct slice written, int32_t *zone_minutes);
