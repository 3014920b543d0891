/* flow.h -- what became of money: answers about an account from the payments that are remembered.
 *
 * docs/language.md, section 3a, says what each answer means. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* A payment of an account, as it stands when the record in hand has come. */
struct flow_entry {
    int64_t at_ms;
    uint64_t position;
    uint64_t other; /* 0: unknown */
    double amount;  /* what was not taken back */
    double part;    /* of this what may come from where it was asked for */
    bool in;
    bool done;    /* its payer was looked at */
    bool counted; /* the answer rests on it */
};

/* The answer at the frame's record in that lane; NaN: unknown.  `account` 0 is unknown. */
double flow_read(const struct frame *frame, unsigned flow, uint32_t lane, uint64_t account);
/* What the answer given last rests on: entries of the account, those `counted`. */
const struct flow_entry *flow_entries(const struct engine *engine, uint32_t *count);
/* Whether the answer given last would have seen more, had more been remembered or allowed. */
bool flow_bounded(const struct engine *engine);

/* Before the records of a batch, or one that is only asked about, are judged. */
void flow_batch_begin(struct engine *engine);
/* Room for the answers of an engine whose rules ask.  STATUS_FULL. */
enum status flow_room_create(struct engine *engine, struct arena *boot);
