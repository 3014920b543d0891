/* positions.h -- which records a finding rests on. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Adds, behind those already there, the positions of the latest events that the conditions of the
 * rule read counted; and whether some event that they would have counted had fallen off. */
void positions_add(const struct rule_image *rule, const struct frame *frame,
                   struct finding *finding);
