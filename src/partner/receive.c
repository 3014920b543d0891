/* receive.c -- a letter that comes in: believed, new, asked for; then taken, once.
 *
 *     letter_open ─ plug for its kind? ─┬─ sender and id known ─> the same: nothing; else REUSED
 *                                       └─ new ─ answers ours? ─> remembered · come · entry: one
 *                                                                 transaction
 *
 * Invariants:  1. That a letter is taken, what its room did with it, and its entry are one
 *                 transaction: a second copy finds all of it, or nothing.
 *              2. A letter that asks gets the newest answer we have, each time it comes.
 *              3. Nothing that cannot prove its sender is written anywhere; it is counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/outbox_inside.h"

struct taking {
    struct outbox *outbox;
    struct letter letter;
    const struct partner *from;
    const struct outbox_plug *plug;
    struct digest digest;
    struct arena *request;
    bool replies;
    moment now;
    struct outbox_received *out;
};

static enum status refuse(struct taking *taking, enum letter_fault fault)
{
    taking->out->fault = fault;
    return STATUS_REFUSED;
}

/* ---- known? ---- */

/* STATUS_ABSENT: it is new; STATUS_REFUSED: another one had its id. */
static enum status known(struct taking *taking)
{
    static const char FIND[] = "SELECT digest FROM partner_taken WHERE sender = ?1 AND id = ?2";
    const struct store_value values[] = {STORE_OF_TEXT(taking->from->id),
                                         STORE_OF_TEXT(slice_of(taking->letter.id.hex))};
    struct store_value row[1];
    TRY(store_one(taking->outbox->options.store, FIND, values, 2, row, 1, taking->request));
    bool same = row[0].bytes.size == DIGEST_SIZE &&
                memcmp(row[0].bytes.at, taking->digest.bytes, DIGEST_SIZE) == 0;
    taking->out->twice = same;
    return same ? STATUS_OK : refuse(taking, LETTER_REUSED);
}

static enum status remember(struct taking *taking)
{
    static const char ADD[] =
        "INSERT INTO partner_taken (sender, id, digest, expires) VALUES (?1, ?2, ?3, ?4)";
    const struct slice bytes = {(const char *)taking->digest.bytes, DIGEST_SIZE};
    const struct store_value values[] = {
        STORE_OF_TEXT(taking->from->id), STORE_OF_TEXT(slice_of(taking->letter.id.hex)),
        STORE_OF_BYTES(bytes), STORE_OF_WHOLE(taking->letter.expires.ms)};
    return store_run(taking->outbox->options.store, ADD, values, 4);
}

/* ---- the letter of ours that it answers ---- */

struct asked {
    int64_t number, answers;
    struct slice object;
    enum outbox_state state;
};

static enum status asked_find(struct taking *taking, struct asked *out)
{
    static const char FIND[] = "SELECT number, answers, object, state FROM partner_letter WHERE id "
                               "= ?1 AND partner = ?2";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(taking->letter.reply_to.hex)),
                                         STORE_OF_TEXT(taking->from->id)};
    struct store_value row[4];
    enum status status =
        store_one(taking->outbox->options.store, FIND, values, 2, row, 4, taking->request);
    if (status == STATUS_ABSENT)
        return refuse(taking, LETTER_UNASKED);
    TRY(status);
    *out =
        (struct asked){row[0].whole, row[1].whole, row[2].bytes, (enum outbox_state)row[3].whole};
    return STATUS_OK;
}

static enum status asked_note(struct taking *taking, const struct asked *asked)
{
    static const char NOTE[] =
        "UPDATE partner_letter SET state = ?2, arrived = COALESCE(arrived, ?3), answered = "
        "COALESCE(answered, ?3), answers = answers + 1 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(asked->number),
                                         STORE_OF_WHOLE(OUTBOX_ANSWERED),
                                         STORE_OF_WHOLE(taking->now.ms)};
    return store_run(taking->outbox->options.store, NOTE, values, 3);
}

/* ---- taking ---- */

static enum status entry_add(struct taking *taking, const char *action, struct slice object,
                             const char *fault)
{
    const struct outbox_entry entry = {.action = action,
                                       .outcome = fault == NULL ? "done" : "refused",
                                       .id = &taking->letter.id,
                                       .kind = taking->letter.kind,
                                       .partner = taking->from->id,
                                       .object = object,
                                       .fault = fault};
    return outbox_entry_append(taking->outbox, &entry);
}

static enum status come(struct taking *taking, const struct asked *asked)
{
    const struct outbox_come come = {.letter = &taking->letter,
                                     .from = taking->from,
                                     .asked = taking->letter.reply_to,
                                     .object = asked->object,
                                     .answers_before = (unsigned)asked->answers,
                                     .late = asked->state == OUTBOX_MISSED,
                                     .now = taking->now};
    if (taking->plug->come == NULL)
        return refuse(taking, LETTER_KIND);
    enum status status = taking->plug->come(taking->plug->self, &come, taking->request);
    if (status == STATUS_MALFORMED)
        return refuse(taking, LETTER_BODY);
    if (status == STATUS_REFUSED)
        return refuse(taking, LETTER_KIND);
    return status;
}

static enum status take(struct taking *taking)
{
    struct asked asked = {0};
    bool answers = taking->letter.reply_to.hex[0] != '\0';
    if (answers)
        TRY(asked_find(taking, &asked));
    TRY(remember(taking));
    if (answers)
        TRY(asked_note(taking, &asked));
    TRY(come(taking, &asked));
    return entry_add(taking, "letter.take", asked.object, NULL);
}

/* ---- the answer that it gets ---- */

/* It is on its way again, or given back at once. */
static enum status answer_note(struct taking *taking, int64_t number)
{
    static const char GIVEN[] =
        "UPDATE partner_letter SET state = CASE WHEN state = 0 THEN 2 ELSE state END, arrived = "
        "COALESCE(arrived, ?2), attempts = attempts + 1 WHERE number = ?1";
    static const char AGAIN[] =
        "UPDATE partner_letter SET state = 0, next = ?2 WHERE number = ?1 AND state = 2 AND "
        "deadline > ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(number), STORE_OF_WHOLE(taking->now.ms)};
    if (!taking->replies)
        outbox_poke(taking->outbox, taking->from);
    return store_run(taking->outbox->options.store, taking->replies ? GIVEN : AGAIN, values, 2);
}

static enum status answer_find(struct taking *taking)
{
    static const char FIND[] =
        "SELECT number, envelope FROM partner_letter WHERE reply_to = ?1 AND reply_to <> '' AND "
        "partner = ?2 AND deadline > ?3 ORDER BY number DESC LIMIT 1";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(taking->letter.id.hex)),
                                         STORE_OF_TEXT(taking->from->id),
                                         STORE_OF_WHOLE(taking->now.ms)};
    struct store_value row[2];
    if (!taking->replies && !taking->out->twice)
        return STATUS_OK; /* it is on its way by itself */
    enum status status =
        store_one(taking->outbox->options.store, FIND, values, 3, row, 2, taking->request);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    if (taking->replies)
        TRY(outbox_unseal(taking->outbox, row[1].bytes, taking->request, &taking->out->answer));
    return answer_note(taking, row[0].whole);
}

/* ---- in a transaction ---- */

static enum status inside(struct taking *taking)
{
    enum status status = known(taking);
    if (status == STATUS_ABSENT)
        status = take(taking);
    if (status == STATUS_OK)
        status = answer_find(taking);
    return status;
}

static enum status refusal_write(struct taking *taking)
{
    struct store *store = taking->outbox->options.store;
    TRY(store_begin(store));
    enum status status = entry_add(taking, "letter.refuse", (struct slice){"", 0},
                                   letter_fault_name(taking->out->fault));
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

static enum status transact(struct taking *taking)
{
    struct store *store = taking->outbox->options.store;
    taking->plug = outbox_plug_find(taking->outbox, taking->letter.kind);
    if (taking->plug == NULL)
        return refuse(taking, LETTER_KIND);
    TRY(store_begin(store));
    enum status status = inside(taking);
    if (status == STATUS_OK)
        status = store_commit(store);
    else
        store_rollback(store);
    return status;
}

static void count(struct taking *taking, enum status status)
{
    struct outbox *outbox = taking->outbox;
    if (status == STATUS_REFUSED) {
        atomic_fetch_add(&outbox->figures.refused[taking->out->fault], 1);
    } else if (status == STATUS_OK) {
        atomic_fetch_add(taking->out->twice ? &outbox->figures.doubles : &outbox->figures.taken, 1);
        if (!taking->out->twice && taking->letter.reply_to.hex[0] != '\0')
            atomic_fetch_add(&outbox->figures.answered, 1);
        atomic_store(&outbox->lane[taking->from->index].reached, taking->now.ms);
    }
}

enum status outbox_receive(struct outbox *outbox, struct slice envelope, bool replies,
                           struct arena *request, struct outbox_received *out)
{
    struct taking taking = {.outbox = outbox,
                            .request = request,
                            .replies = replies,
                            .now = outbox_now(outbox),
                            .out = out};
    *out = (struct outbox_received){.answer = {"", 0}};
    enum status status =
        letter_open(envelope, &outbox->keys, partner_list_self(outbox->options.list), taking.now,
                    request, &taking.letter, &out->fault);
    bool believed = status == STATUS_OK || (status == STATUS_REFUSED && out->fault >= LETTER_SELF);
    if (believed) {
        taking.from = partner_find(outbox->options.list, taking.letter.from);
        must(taking.from != NULL); /* its key was found there */
        taking.digest = outbox_digest(taking.from->id, &taking.letter);
        out->id = taking.letter.id;
    }
    if (status == STATUS_OK)
        status = transact(&taking);
    count(&taking, status);
    if (believed && status == STATUS_REFUSED)
        TRY(refusal_write(&taking));
    return status;
}
