/* contacts.h -- texts to persons, by letter to the partner that sends them, and what became of
 * them.
 *
 *     contact.message  {"channel","text","to"} ──> gateway
 *     contact.receipt  {"state", …} <── delivered, read: a letter of its own, any number of them
 *                                   <── acknowledged, failed: the answer, which ends the waiting
 *     nothing by the deadline: silent */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/dissuasion/dissuasion.h"
#include "partner/outbox.h"

struct contact_mail {
    struct store *store;
    struct outbox *const *outbox; /* there later than the rooms that ask for it */
    struct partner_list *const *partners;
    struct slice gateway; /* id of the partner; empty: officers call, nothing is sent */
    struct clock clock;
    int64_t receipt_ms; /* how long the last word is awaited */
    struct dissuasion *dissuasion;
};

struct dissuasion_post contacts_post_of(struct contact_mail *mail);
struct outbox_plug contacts_plug_of(struct contact_mail *mail);
