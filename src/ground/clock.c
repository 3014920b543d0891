/* clock.c -- the machine's own clock behind the seam.
 *
 * Nothing that decides about a person reads it: detection takes time from the records.  It serves
 * progress lines, rates, the time stamps of logs, and deadlines, which go on
 * while the machine sleeps: hence CLOCK_BOOTTIME. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec now;
    must(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

static moment machine_now(void *self)
{
    (void)self;
    return (moment){read_ms(CLOCK_REALTIME)};
}

static int64_t machine_ticks_ms(void *self)
{
    (void)self;
    return read_ms(CLOCK_BOOTTIME);
}

struct clock clock_of_machine(void)
{
    return (struct clock){.now = machine_now, .ticks_ms = machine_ticks_ms};
}
