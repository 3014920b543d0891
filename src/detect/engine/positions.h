/* positions.h -- which records a finding rests on. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Adds, behind those already there, the positions of the latest events that the conditions of the
 * rule read counted.  Whether some event that they would have counted had fallen off. */
bool positions_add(const struct rule_image *rule, const struct frame *frame,
                   struct finding *finding);
/* The latter alone, which is nearly always known at once. */
bool positions_bounded(const struct rule_image *rule, const struct frame *frame);
