/* summary.h -- what it came to, at the end of a run. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "feed.h"
#include "live/pipeline.h"

/* Rules that fired, subjects by typology, and the counts of records: the same for the same records
 * and rules. */
void text_add_summary(struct text *text, const struct feed *feed, const struct pipeline *pipeline,
                      const struct rule_set *set);
/* Time, rate and memory: of this run on this machine. */
void text_add_effort(struct text *text, const struct feed *feed, const struct pipeline *pipeline);
