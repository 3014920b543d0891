/* contacts.c -- a text goes to the gateway with the step that wants it, and each word that comes
 * back moves the item in the transaction that takes the letter.
 *
 * Invariants:  1. A text is in the outbox with the step, or neither is.
 *              2. The waiting ends once: by the gateway's last word (it answers the letter), or by
 *                 the letter's deadline.  `delivered` and `read` are no last words, so they may not
 *                 answer it: nobody would notice that the person never said anything.
 *              3. Only the gateway that was asked is heard. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contacts.h"

#include "partner/paper.h"

enum { MESSAGE_BYTES_MAX = 4096 };

/* ---- out ---- */

static enum status body_of(struct slice channel, struct slice to, struct slice words,
                           struct arena *request, struct slice *out)
{
    char *bytes = NULL;
    TRY(arena_take(request, MESSAGE_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, MESSAGE_BYTES_MAX);
    text_add_string(&body, "{\"channel\":");
    text_add_json(&body, channel);
    text_add_string(&body, ",\"text\":");
    text_add_json(&body, words);
    text_add_string(&body, ",\"to\":");
    text_add_json(&body, to);
    text_add_char(&body, '}');
    *out = text_slice(&body);
    return body.full ? STATUS_FULL : STATUS_OK;
}

static enum status post(void *self, const struct work_item *item, struct slice channel,
                        struct slice to, struct slice words, struct arena *request,
                        char letter[DISSUASION_LETTER_SIZE])
{
    const struct contact_mail *mail = self;
    char version[24];
    struct text number = text_over(version, sizeof version);
    if (mail->gateway.size == 0)
        return STATUS_OK;
    const struct partner *gateway =
        *mail->outbox == NULL ? NULL : partner_find(*mail->partners, mail->gateway);
    if (gateway == NULL)
        return STATUS_REFUSED;
    text_add_whole(&number, item->version);
    const struct slice parts[] = {SLICE("contact.message"), slice_of(item->id),
                                  text_slice(&number)};
    struct outbox_draft draft = {
        .id = letter_id_of(parts, 3),
        .kind = SLICE("contact.message"),
        .to = gateway,
        .deadline = {mail->clock.now(mail->clock.self).ms + mail->receipt_ms},
        .answer_wanted = true,
        .object = slice_of(item->id),
    };
    TRY(body_of(channel, to, words, request, &draft.body));
    TRY(outbox_add(*mail->outbox, &draft, request, NULL));
    must(sizeof draft.id.hex == DISSUASION_LETTER_SIZE);
    memcpy(letter, draft.id.hex, DISSUASION_LETTER_SIZE);
    return STATUS_OK;
}

struct dissuasion_post contacts_post_of(struct contact_mail *mail)
{
    return (struct dissuasion_post){post, mail};
}

/* ---- in ---- */

static enum status item_of(char out[WORK_ID_SIZE], struct slice object)
{
    struct text id = text_over(out, WORK_ID_SIZE);
    text_add(&id, object);
    return id.full || id.size == 0 ? STATUS_MALFORMED : STATUS_OK;
}

/* The letter that it is about and its item: what it answers, or what its body names. */
static enum status about(struct contact_mail *mail, const struct outbox_come *come, bool last,
                         struct arena *request, struct letter_id *letter, char item[WORK_ID_SIZE])
{
    struct outbox_row row;
    struct slice named;
    bool answers = come->asked.hex[0] != '\0';
    if (answers != last)
        return STATUS_MALFORMED;
    if (answers) {
        *letter = come->asked;
        return item_of(item, come->object);
    }
    TRY(paper_text(paper_member(come->letter->body, "message"), request, &named));
    TRY(letter_id_parse(named, letter));
    enum status status = outbox_find(*mail->outbox, mail->store, letter, request, &row);
    if (status == STATUS_ABSENT || (status == STATUS_OK && row.to != come->from))
        return STATUS_MALFORMED;
    TRY(status);
    return item_of(item, row.object);
}

/* Nothing in it but what is known: state, and if it is wanted at, message, why. */
static enum status state_of(struct slice body, struct arena *request, enum dissuasion_receipt *out)
{
    struct slice rest = body, name, value, word;
    while (paper_next(&rest, &name, &value))
        if (!slice_equal(name, SLICE("state")) && !slice_equal(name, SLICE("at")) &&
            !slice_equal(name, SLICE("message")) && !slice_equal(name, SLICE("why")))
            return STATUS_MALFORMED;
    TRY(paper_text(paper_member(body, "state"), request, &word));
    bool found = dissuasion_receipt_find(word, out);
    return found && *out != RECEIPT_silent ? STATUS_OK : STATUS_MALFORMED;
}

static enum status come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct contact_mail *mail = self;
    enum dissuasion_receipt receipt = RECEIPT_silent;
    struct letter_id letter;
    char item[WORK_ID_SIZE];
    if (!slice_equal(come->letter->kind, SLICE("contact.receipt")) ||
        !slice_equal(come->from->id, mail->gateway))
        return STATUS_REFUSED;
    TRY(state_of(come->letter->body, request, &receipt));
    bool last = receipt == RECEIPT_acknowledged || receipt == RECEIPT_failed;
    TRY(about(mail, come, last, request, &letter, item));
    return dissuasion_heard(mail->dissuasion, item, slice_of(letter.hex), receipt, request);
}

static enum status missed(void *self, const struct outbox_missed *missed, struct arena *request)
{
    struct contact_mail *mail = self;
    char item[WORK_ID_SIZE];
    TRY(item_of(item, missed->object));
    return dissuasion_heard(mail->dissuasion, item, slice_of(missed->id.hex), RECEIPT_silent,
                            request);
}

struct outbox_plug contacts_plug_of(struct contact_mail *mail)
{
    return (struct outbox_plug){
        .kinds = SLICE("contact"), .come = come, .missed = missed, .self = mail};
}
