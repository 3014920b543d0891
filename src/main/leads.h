/* leads.h -- leads and their letters: casework/lead on one side, the outbox on the other.
 *
 *     mail = {.clock = …}
 *     lead_create(… .post = leads_post_of(&mail))  mail.lead = …   lead_plugs() into work_open()
 *     outbox_open(… leads_plug_of(&mail))          mail.outbox = …  mail.partners = …
 *     lead_start(lead, work)                       and only then outbox_start() */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/lead/lead.h"
#include "partner/outbox.h"

struct leads_mail {
    struct lead *lead;
    struct outbox *_Atomic outbox; /* NULL until it is open */
    const struct partner_list *_Atomic partners;
    struct clock clock;
};

/* For lead_options: what leaves becomes a letter of the outbox, in the same transaction. */
struct lead_post leads_post_of(struct leads_mail *mail);
/* For outbox_options: answers to checks, and leads that others push. */
struct outbox_plug leads_plug_of(struct leads_mail *mail);
