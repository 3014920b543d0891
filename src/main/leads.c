/* leads.c -- a lead's letters out, and answers and pushes in; all inside the transaction of whoever
 * moves the lead or takes the letter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "leads.h"

enum { NOTICE_DAYS = 7 };

/* ---- out ---- */

static enum status post(void *self, const struct lead_letter *letter, struct arena *request)
{
    struct leads_mail *mail = self;
    char round[24];
    struct text number = text_over(round, sizeof round);
    const struct partner *to = partner_find(mail->partners, letter->partner);
    if (to == NULL || mail->outbox == NULL)
        return STATUS_REFUSED;
    text_add_whole(&number, letter->round);
    const struct slice parts[] = {slice_of(letter->kind), letter->work, letter->partner,
                                  text_slice(&number)};
    moment now = mail->clock.now(mail->clock.self);
    const struct outbox_draft draft = {
        .id = letter_id_of(parts, sizeof parts / sizeof parts[0]),
        .kind = slice_of(letter->kind),
        .body = letter->body,
        .to = to,
        .deadline = letter->deadline.ms == MOMENT_NONE.ms
                        ? (moment){now.ms + (int64_t)NOTICE_DAYS * DAY_MS}
                        : letter->deadline,
        .answer_wanted = letter->answer_wanted,
        .object = letter->work,
    };
    return outbox_add(mail->outbox, &draft, request, NULL);
}

/* One that fetches gets answers only: nothing can be sent to it unasked. */
static bool known(void *self, struct slice partner)
{
    const struct leads_mail *mail = self;
    if (mail->partners == NULL || mail->outbox == NULL)
        return false;
    const struct partner *to = partner_find(mail->partners, partner);
    return to != NULL && to->way != PARTNER_WAY_FETCH;
}

struct lead_post leads_post_of(struct leads_mail *mail)
{
    return (struct lead_post){post, known, mail};
}

/* ---- in ---- */

static enum status come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct leads_mail *mail = self;
    const struct letter *letter = come->letter;
    struct work_item item;
    bool used, joined;
    if (slice_equal(letter->kind, SLICE("lead.answer")))
        return lead_take_reply(mail->lead, letter->from, come->object, letter->body, request,
                               &used);
    if (slice_equal(letter->kind, SLICE("lead.push")))
        return lead_from_push(mail->lead, letter->from, slice_of(letter->id.hex), letter->body,
                              request, &item, &joined);
    return STATUS_REFUSED;
}

struct outbox_plug leads_plug_of(struct leads_mail *mail)
{
    return (struct outbox_plug){.kinds = SLICE("lead"), .come = come, .self = mail};
}
