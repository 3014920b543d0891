/* share.h -- how much of what is frozen each victim gets back, to the last cent (article 8(3);
 * `return.formula` and `return.rounding` of the law packs).
 *
 *     paid  = the least of what is there and all losses
 *     share = paid x loss / losses, in whole cents: all rounded down, and the cents that are left
 *             go to the largest remainders; of equal ones to the earlier transfer, then to the one
 *             that stands first
 *
 * Invariants (each is a test):
 *   1. The shares together are what is paid, and that is never more than what is there.
 *   2. No share is larger than its loss.
 *   3. Between two losses the larger has the larger share, or the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"

struct share {
    int64_t loss;   /* what has not come back yet, in cents; at least 1 */
    moment paid_at; /* of the victim's transfer */
    int64_t cents;  /* out */
};

/* STATUS_MALFORMED: a loss below 1, or all of them past an int64; STATUS_REFUSED: nothing is there;
 * STATUS_FULL. */
enum status share_out(int64_t available, struct share *share, size_t count, struct arena *scratch,
                      int64_t *paid);
