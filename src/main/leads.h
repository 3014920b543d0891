/* leads.h -- leads and their letters: casework/lead on one side, the outbox on the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/lead/lead.h"
#include "partner/outbox.h"

struct leads_mail {
    struct lead *lead;
    struct outbox *outbox; /* NULL until it is open */
    const struct partner_list *partners;
    struct clock clock;
};

/* For lead_options: what leaves becomes a letter of the outbox, in the same transaction.  A partner
 * that is not in the list is a fault of the directory: STATUS_REFUSED. */
struct lead_post leads_post_of(struct leads_mail *mail);
/* For outbox_options: answers to checks, and leads that others push. */
struct outbox_plug leads_plug_of(struct leads_mail *mail);
