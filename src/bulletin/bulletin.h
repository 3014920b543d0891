/* bulletin.h -- what we told: alerts kept, asked for, streamed and sent on.
 *
 * An alert is a row with a number of its own (the cursor), the position of its record, its image,
 * its two JSON forms (masked, unmasked) and the columns that the filter language may ask.  Rows are
 * written in groups, in the order of their positions; a replay that makes an alert again finds its
 * id taken and changes nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "store/store.h"

struct bulletin;
