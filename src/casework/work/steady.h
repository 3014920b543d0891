/* steady.h -- time that a wall clock cannot push about.
 *
 * Deadlines are instants in UTC, but the machine's wall clock may be stepped by an hour, and a
 * clock
 * of three minutes must not then fire.  Steady time is the wall time of the first start on this
 * boot
 * of the machine, plus what the monotonic clock (which counts suspension, CLOCK_BOOTTIME) has
 * gone on
 * since; both are kept in the store, so a restart of the process on the same boot goes on exactly.
 * After a boot it is the wall clock again, but never less than what was kept last.  It never goes
 * back.  How far the wall is from it is told (`away_ms`), as a figure and by `cutline doctor`; a
 * person accepts the wall (steady_accept) after seeing to it, audited; a step back is then waited
 * for, not jumped. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/clock.h"
#include "store/store.h"

struct steady;

enum { STEADY_MIGRATIONS_COUNT = 1, STEADY_BOOT_MAX = 64 };
extern const struct store_migration STEADY_MIGRATIONS[STEADY_MIGRATIONS_COUNT];

/* `boot`: what names this boot of the machine (its boot id); empty: unknown, each start is a
 * boot. */
enum status steady_open(struct steady **out, struct store *store, struct clock clock,
                        struct slice boot, struct arena *arena, struct text *why);
/* From any thread. */
moment steady_now(struct steady *steady);
/* Wall minus steady. */
int64_t steady_away_ms(struct steady *steady);
/* Inside the caller's transaction: keeps where it stands.  To be called every minute. */
enum status steady_keep(struct steady *steady);
/* Inside the caller's transaction, with its audit entry: from now on as the wall says. */
enum status steady_accept(struct steady *steady);
