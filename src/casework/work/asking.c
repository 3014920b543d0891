/* asking.c -- second persons.
 *
 *      TWO    step ── asked ──┬─ another's yes ──> done
 *                             ├─ a no, or taken back
 *                             ├─ the content changed: void
 *                             └─ expired
 *      AFTER  step ── done ───┬─ another's yes ──> confirmed
 *                             ├─ a no, or expired ──> taken back by the machine's undo step
 *                             └─ the content changed: bound anew, and whoever changed it is one
 *                                more who cannot say yes
 *
 * Invariants:  1. Who asked, or changed what was done, does not approve, by whatever session or
 *                 token: persons are users.  A service neither asks nor approves.
 *              2. The second person is of the organisation of the first.
 *              3. What is done on a yes is what was kept when it was asked, not what came along
 *                 with the yes.
 *              4. What was done first is either confirmed, or taken back, or told as unconfirmed
 *                 because it had ended in the meantime by a step of the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

/* ---- somebody's word ---- */

/* Whether whoever asked may still do it. */
static enum status asker_stands(struct work *work, const struct asking *asking,
                                const struct work_step *step, struct arena *arena, bool *out)
{
    struct access_user user;
    enum status status = access_user_find(work->store, slice_of(asking->by), arena, &user);
    *out = true;
    if (status == STATUS_ABSENT)
        return STATUS_OK; /* of a test: users are never deleted */
    TRY(status);
    *out = slice_equal(user.state, SLICE("active")) &&
           (step->roles == 0 || (step->roles & user.roles) != 0);
    return STATUS_OK;
}

/* Reads what waits and judges the speaker.  `own`: a no may be one's own. */
static enum status word_judge(struct change *change, const struct work_word *word, bool own,
                              struct asking *asking)
{
    struct work *work = change->work;
    struct row *row = change->row;
    struct work_refusal *refusal = change->refusal;
    if (!is_person(word->by))
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (row->asking == 0)
        return refuse(work, refusal, WORK_FAULT_NO_ASKING, -1, STATUS_LATE);
    TRY(asking_load(work->store, row->asking, row->item.kind, change->arena, asking));
    if (change->now.ms >= asking->expires)
        return refuse(work, refusal, WORK_FAULT_NO_ASKING, -1, STATUS_LATE);
    if (strcmp(asking->organisation, word->by->organisation) != 0)
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (asking_names(asking->people, word->by->user)) {
        if (!own)
            return refuse(work, refusal, WORK_FAULT_OWN_WORD, -1, STATUS_REFUSED);
    } else if ((row->item.kind->step[asking->step].second_roles & word->by->roles) == 0) {
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    }
    if (!slice_equal(word->digest, slice_of(asking->digest)) || asking->content != row->content)
        return refuse(work, refusal, WORK_FAULT_CONTENT, -1, STATUS_LATE);
    return STATUS_OK;
}

static enum status word_view(struct change *change, struct work_item *out)
{
    struct row *row = NULL;
    struct work *work = change->work;
    TRY(row_read_number(work, work->store, change->row->number, change->arena, &row));
    struct party *party = row_party(row, slice_of(change->by->organisation));
    return row_view(work, work->store, row, party, 0, change->arena, out);
}

enum status work_approve(struct work *work, const struct work_word *word, struct arena *request,
                         struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    struct asking asking;
    struct work_value *value = NULL;
    unsigned count = 0;
    bool stands = false;
    TRY(change_begin(&change, work, word->id, word->by, request, refusal));
    TRY(word_judge(&change, word, false, &asking));
    const struct work_step *step = &change.row->item.kind->step[asking.step];
    TRY(asker_stands(work, &asking, step, request, &stands));
    if (!stands)
        return refuse(work, refusal, WORK_FAULT_NO_ASKING, -1, STATUS_REFUSED);
    TRY(asking_end(&change, &asking, asking.done ? "confirmed" : "approved"));
    if (asking.done) {
        change.what = (struct happening){.what = "confirmed",
                                         .step = asking.step,
                                         .from = change.row->item.state,
                                         .by = word->by,
                                         .asker = asking.by,
                                         .reason = word->reason};
        TRY(change_end(&change));
        return word_view(&change, out);
    }
    if ((step->from & WORK_BIT(change.row->item.state)) == 0)
        return refuse(work, refusal, WORK_FAULT_STATE, -1, STATUS_LATE);
    TRY(brought_open(work, change.row, asking.sealed, request, &value, &count));
    change.what.what = "approved";
    TRY(step_do(&change, asking.step, value, count, word->reason, asking.by));
    return word_view(&change, out);
}

/* The machine takes back what was done first; it has ended already: that is told. */
static enum status take_back(struct work *work, const char *id, const struct asking *asking,
                             moment now, struct arena *arena)
{
    struct change change;
    TRY(change_begin(&change, work, id, NULL, arena, NULL));
    const struct work_kind *kind = change.row->item.kind;
    int undo = work_step_find(kind, slice_of(kind->step[asking->step].undo));
    bool starts = (kind->step[undo].from & WORK_BIT(change.row->item.state)) != 0;
    change.now = now;
    change.what.what = starts ? "taken_back" : "unconfirmed";
    change.what.other = slice_of(kind->step[asking->step].name);
    if (!starts) {
        change.what.step = asking->step;
        return change_end(&change);
    }
    TRY(step_do(&change, undo, NULL, 0, (struct slice){NULL, 0}, NULL));
    atomic_fetch_add(&work->taken_back, 1);
    return STATUS_OK;
}

enum status work_decline(struct work *work, const struct work_word *word, struct arena *request,
                         struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    struct asking asking;
    TRY(change_begin(&change, work, word->id, word->by, request, refusal));
    TRY(word_judge(&change, word, true, &asking));
    bool own = asking_names(asking.people, word->by->user);
    TRY(asking_end(&change, &asking, own ? "withdrawn" : "declined"));
    change.what = (struct happening){.what = own ? "withdrawn" : "declined",
                                     .step = asking.step,
                                     .from = change.row->item.state,
                                     .by = word->by,
                                     .asker = asking.by,
                                     .reason = word->reason};
    TRY(change_end(&change));
    if (asking.done)
        TRY(take_back(work, word->id, &asking, change.now, request));
    return word_view(&change, out);
}

enum status asking_expired(struct work *work, int64_t number, moment now, struct arena *arena)
{
    struct change change;
    struct asking asking;
    struct row *row = NULL;
    enum status status = asking_load(work->store, number, NULL, arena, &asking);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    TRY(row_read_number(work, work->store, asking.item, arena, &row));
    if (row->asking != number || asking.expires > now.ms)
        return STATUS_OK;
    TRY(asking_load(work->store, number, row->item.kind, arena, &asking));
    TRY(change_begin(&change, work, row->item.id, NULL, arena, NULL));
    change.now = now;
    TRY(asking_end(&change, &asking, "expired"));
    change.what.what = "expired";
    change.what.step = asking.step;
    change.what.asker = asking.by;
    change.what.late_ms = now.ms - asking.expires;
    TRY(change_end(&change));
    return asking.done ? take_back(work, row->item.id, &asking, now, arena) : STATUS_OK;
}
