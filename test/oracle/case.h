/* case.h -- a pair as a text: rules, a line of `----`, then bounds, rows and records, one a line.
 *
 *   bounds events_max=3 small_max=1 zone_minutes=480 flow_accounts_max=64
 *   person person=P1 phone=+86101
 *   0:4 call time=1772409600000 caller=+86101 callee=+86102 duration=30000
 *
 * Whole values stand as they are held: milliseconds, minor units, the number of a word.  `0:4` is
 * the position, file and line. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "pair.h"
#include "program.h"

/* Lends from `text`.  STATUS_MALFORMED, STATUS_FULL. */
enum status case_read(struct slice text, struct arena *arena, struct slice *rules,
                      struct stream *stream, struct bounds *bounds);
void text_add_case(struct text *text, const struct program *program, const struct stream *stream,
                   const struct bounds *bounds);
