/* stopping.h -- stop orders and their letters: casework/stop_payment on one side, the outbox on the
 * other.
 *
 *     works_open: stopping.desk = …; desk.post = stopping_post_of(&stopping)
 *     letters_plug(stopping_plug_of(&stopping));  once the outbox is open: stopping_join() */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/stop_payment/stop_order.h"
#include "partner/outbox.h"

struct stopping {
    struct stop_desk *desk;
    struct clock clock;            /* of the wall: letters are dated by it */
    struct outbox *_Atomic outbox; /* NULL until it is open */
    const struct partner_list *_Atomic partners;
};

/* Once the outbox is open, and before it starts. */
void stopping_join(struct stopping *stopping, const struct partner_list *partners,
                   struct outbox *outbox);
/* For stop_desk: what leaves becomes a letter of the outbox, in the same transaction. */
struct stop_post stopping_post_of(struct stopping *stopping);
/* For outbox_options: what banks answer, and what was never answered. */
struct outbox_plug stopping_plug_of(struct stopping *stopping);
