/* identity.h -- which memory is whose: profiles of two rule sets that remember the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Fills engine->identity.  STATUS_FULL: the arena. */
enum status identities_make(struct engine *engine, struct arena *boot);
