/* stopping.h -- what is ordered of banks and its letters: the rooms of casework on one side, the
 * outbox on the other.
 *
 *     works_open: stopping.desk = …; desk.post = stopping_post_of(&stopping)
 *     letters_plug(each of stopping_plugs_of());  once the outbox is open: stopping_join() */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/freeze/freeze.h"
#include "casework/returning/returning.h"
#include "partner/outbox.h"

struct stopping {
    struct stop_desk *desk;
    struct freeze_desk *freezes;
    struct return_desk *returns;
    struct clock clock;            /* of the wall: letters are dated by it */
    struct outbox *_Atomic outbox; /* NULL until it is open */
    const struct partner_list *_Atomic partners;
};

/* Once the outbox is open, and before it starts. */
void stopping_join(struct stopping *stopping, const struct partner_list *partners,
                   struct outbox *outbox);
/* For the desks: what leaves becomes a letter of the outbox, in the same transaction. */
struct order_post stopping_post_of(struct stopping *stopping);
/* For outbox_options: what banks answer, and what was never answered. */
enum { STOPPING_PLUGS = 3 };
void stopping_plugs_of(struct stopping *stopping, struct outbox_plug out[STOPPING_PLUGS]);
