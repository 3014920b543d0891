/* duplicates.h -- was this record here before?
 *
 * Remembers the digests of DUPLICATE_HOURS of event time (docs/language.md, section 3). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/pool.h"
#include "record/record.h"

enum { DUPLICATE_SLICES = 9 }; /* of SLICE_HOURS each; one more than DUPLICATE_HOURS needs */

/* Digests, and the times that belong to them where the digest does not name one. */
struct digest_table {
    uint64_t *digest; /* 0: empty */
    int64_t *at_ms;   /* NULL: not kept */
    uint64_t places;
    uint64_t count;
};

struct duplicates {
    struct budget *budget;
    struct digest_table slice[DUPLICATE_SLICES]; /* records named by their content, by time */
    int64_t slice_from_ms[DUPLICATE_SLICES];
    int64_t hours_from_ms;     /* the slice asked last: from here … */
    unsigned hours_slice;      /* … on, this one */
    struct digest_table named; /* records named by kind and id */
};

enum status duplicates_init(struct duplicates *duplicates, struct budget *budget);
void duplicates_release(struct duplicates *duplicates);
/* Whether it was here while the watermark was `newest`; if not, it is remembered.  STATUS_FULL. */
enum status duplicates_ask(struct duplicates *duplicates, const struct record *record,
                           moment newest, bool *out);
/* Places for so many more that are named like the record, of its time.  STATUS_FULL. */
enum status duplicates_reserve(struct duplicates *duplicates, const struct record *record,
                               uint64_t more);
/* Bytes that `records` more can take at most. */
size_t duplicates_growth_max(const struct duplicates *duplicates, uint32_t records);
void duplicates_prefetch(struct duplicates *duplicates, const struct record *record);
