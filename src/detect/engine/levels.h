/* levels.h -- in which order profiles are fed. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/draft.h"

/* Sets the levels of the image's profiles, decides which looks of the draft are late, and flags the
 * nodes that depend on them.  STATUS_FULL. */
enum status levels_find(struct draft *draft, struct image *image);
