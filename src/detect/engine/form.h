/* form.h -- an engine's memory as bytes.  In a dump it stands so, each part ended by 0 or "".
 * How many come is told first: they come in the order of their hashes, and a table that grew under
 * them would be crowded at its front.
 *
 *   form u8 | began u8 | watermark signed
 *   counts    7 varints, then of rules that fired: name as text, times varint
 *   profile   1 u8 | digest as text | form of an event | entities (window/export.h)
 *   labels    name as text, in the order of their numbers
 *   marks     how many varint, then name u64 | label varint | type u8 | count u8 | mark …
 *     mark    set signed | until signed | weight u64
 *   spellings how many varint, then name u64 | last varint | text
 *   slices    1 u8 | number signed | how many varint | digests u64 …, 0
 *   named     how many varint, then digest u64 | time signed */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"
#include "detect/window/export.h"

enum { ENGINE_FORM = 1, SLICE_HOURS_OF_FORM = 6, MOMENT_BITS_MAX = 48 };

/* Everything that an event of the profile says, to features and to sequences. */
struct window_form form_of_profile(const struct profile_image *image);

/* Whether a time can be computed with: within 9,000 years. */
static inline bool form_time(int64_t at_ms)
{
    return at_ms > -((int64_t)1 << MOMENT_BITS_MAX) && at_ms < (int64_t)1 << MOMENT_BITS_MAX;
}
/* Records at this time or before can not be told from their doubles any more. */
static inline int64_t form_doubles_past(int64_t watermark_ms)
{
    return watermark_ms - (int64_t)DUPLICATE_HOURS * HOUR_MS;
}
/* The number of the six hours in which a time lies. */
static inline int64_t form_slice(int64_t at_ms)
{
    const int64_t slice_ms = (int64_t)SLICE_HOURS_OF_FORM * HOUR_MS;
    return at_ms / slice_ms - (at_ms % slice_ms < 0);
}
