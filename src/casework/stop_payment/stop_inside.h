/* stop_inside.h -- what the files of this room share: rounds of an order, its letters. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/stop_payment/stop_order.h"

enum { STOP_KEY_BYTES = 16 };

/* What is known of a stop that was ordered: nothing yet, that it was done, that it was not. */
enum round_state { ROUND_OPEN, ROUND_STOPPED, ROUND_NOT, ROUND_NONE };

/* Stops of the item's account, and those ordered and not answered: each may have been done. */
enum status rounds_count(const struct stop_desk *desk, const struct work_item *item, int64_t *out);
/* It was ordered. */
enum status rounds_open(const struct stop_desk *desk, const struct work_item *item, int64_t round);
/* What the bank said of it; `*before` (may be NULL): what was known.  A stop counts once. */
enum status rounds_say(const struct stop_desk *desk, const struct work_item *item, int64_t round,
                       enum round_state state, enum round_state *before);

/* What the order's money is now: at risk or not, stopped or not yet. */
enum status sum_note(const struct stop_desk *desk, const struct work_item *item, bool at_risk);

/* Letters to the executor's machine; nothing, if it has none. */
enum status letter_order(const struct stop_desk *desk, const struct work_item *item, int64_t round,
                         struct arena *request);
enum status letter_lift(const struct stop_desk *desk, const struct work_item *item,
                        struct arena *request);

/* The law in force today; NULL: none. */
const struct law_pack *stop_pack(const struct stop_desk *desk);
/* The law's term of a stop; -1: no law in force. */
int64_t stop_term_ms(const struct stop_desk *desk);
