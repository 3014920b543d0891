/* evidence.h -- a finding with everything that speaks for and against it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Makes the finding of a rule that fired on the frame's only record and hands it to the sink; one
 * without a subject is counted and dropped.  `first_position` is that of a sequence's first step.
 * Any status of the sink. */
enum status evidence_give(struct engine *engine, const struct rule_image *rule,
                          const struct frame *frame, uint64_t first_position);
/* Room that an engine keeps for the texts of one finding. */
size_t evidence_texts_size(void);
