/* lowered.h -- bounds of the engine that a test may lower, so that a short stream reaches them.
 *
 * Included before everything else by those files of src/detect/ that the test compiles once more
 * for itself: there the names below stand for variables. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"

#include <stdint.h>

extern uint32_t lowered_events_max;
extern uint32_t lowered_small_max;

extern uint32_t lowered_flow_events_max;
extern uint32_t lowered_flow_accounts_max;

#define FLOW_EVENTS_MAX    lowered_flow_events_max
#define FLOW_ACCOUNTS_MAX  lowered_flow_accounts_max
#define ENTITY_EVENTS_MAX  lowered_events_max
#define SMALL_EVENTS_USUAL lowered_small_max
