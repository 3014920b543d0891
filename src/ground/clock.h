/* clock.h -- the seam to the machine's clock.  Only main/ makes the real one. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "moment.h"

struct clock {
    moment (*now)(void *self);       /* wall time */
    int64_t (*ticks_ms)(void *self); /* monotonic, for rates and patience */
    void *self;
};

struct clock clock_of_machine(void);
