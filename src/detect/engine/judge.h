/* judge.h -- the rules look at what is known of a record. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* The plain and the costly conditions of all rules, over the worker's share of the batch: whoever
 * passes becomes a candidate.  Any thread. */
void judge_plain(struct worker *worker);
/* Record by record: feeds the profiles that must wait for it, asks the rest of each candidate's
 * conditions, hands findings on and sets marks.  One thread.  Any status of the sink;
 * STATUS_FULL. */
enum status judge_batch(struct engine *engine);
