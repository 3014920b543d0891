/* hold.c -- who holds an item, and for how long.
 *
 * Taking the next one looks at the head of each track in which this visitor could do something (a
 * kind, a state, a seat) and takes the most urgent of the heads; all inside the transaction that
 * also writes the holder, so two who ask at once get two items.
 *
 * Invariants:  1. One holder at a time.  A lease that ran out is nobody's, also before work_keep
 *                 has written that down.
 *              2. Only persons hold: a service answers, it does not work through queues.
 *              3. Staying (work_renew) is a sign of life, not a change: it raises no version, so
 *                 that it does not void what somebody is about to write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

/* Steps that this visitor may do from a state. */
static bool state_for(const struct work_kind *kind, int state, const struct identity *by,
                      enum work_seat seat)
{
    for (unsigned i = 0; i < kind->steps_count; i++)
        if ((kind->step[i].from & WORK_BIT(state)) != 0 && step_for(&kind->step[i], by, seat))
            return true;
    return false;
}

static enum status holder_set(struct change *change, const char *user, const char *organisation)
{
    struct row *row = change->row;
    int64_t until = change->now.ms + row->item.kind->lease_ms;
    if (row->item.holder[0] != '\0')
        TRY(due_remove(change->work, row->item.lease_until.ms, row->number, DUE_LEASE, 0));
    copy_id(row->item.holder, sizeof row->item.holder, slice_of(user));
    copy_id(row->holder_organisation, sizeof row->holder_organisation, slice_of(organisation));
    row->item.lease_until = (moment){until};
    return due_add(change->work, until, row->number, DUE_LEASE, 0);
}

static enum status holder_clear(struct change *change)
{
    struct row *row = change->row;
    TRY(due_remove(change->work, row->item.lease_until.ms, row->number, DUE_LEASE, 0));
    row->item.holder[0] = '\0';
    row->holder_organisation[0] = '\0';
    row->item.lease_until = MOMENT_NONE;
    return STATUS_OK;
}

/* Whether this person may hold the item as it is. */
static enum status take_may(struct change *change)
{
    struct work *work = change->work;
    struct row *row = change->row;
    const struct identity *by = change->by;
    enum work_seat seat = row_party(row, slice_of(by->organisation))->seat;
    if (!is_person(by) || row->item.kind->lease_ms == 0 ||
        !state_for(row->item.kind, row->item.state, by, seat))
        return refuse(work, change->refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (row->item.into[0] != '\0')
        return refuse(work, change->refusal, WORK_FAULT_MERGED, -1, STATUS_LATE);
    if (row_ended(row))
        return refuse(work, change->refusal, WORK_FAULT_STATE, -1, STATUS_LATE);
    if (lease_runs(row, change->now) && strcmp(row->item.holder, by->user) != 0)
        return refuse(work, change->refusal, WORK_FAULT_HELD, -1, STATUS_LATE);
    return STATUS_OK;
}

static enum status taken(struct change *change, struct work_item *out)
{
    struct row *row = change->row;
    struct party *party = row_party(row, slice_of(change->by->organisation));
    TRY(holder_set(change, change->by->user, change->by->organisation));
    change->what.what = "taken";
    TRY(change_end(change));
    return row_view(change->work, change->work->store, row, party, 0, change->arena, out);
}

enum status work_take(struct work *work, const char *id, int64_t version, const struct identity *by,
                      struct arena *request, struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    TRY(change_begin(&change, work, id, by, request, refusal));
    TRY(take_may(&change));
    if (version != change.row->item.version)
        return refuse(work, refusal, WORK_FAULT_VERSION, -1, STATUS_LATE);
    return taken(&change, out);
}

/* ---- take next ---- */

struct head {
    int64_t rank, due, item;
};

static bool before(const struct head *a, const struct head *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->due != b->due)
        return a->due < b->due;
    return a->item < b->item;
}

static enum status head_find(struct work *work, int64_t track, struct head *best)
{
    static const char HEAD[] =
        "SELECT rank, due, item FROM work_queue WHERE track = ?1 ORDER BY rank, due, item LIMIT 1";
    const struct store_value value = STORE_OF_WHOLE(track);
    struct store_rows *rows = NULL;
    struct store_value at[3];
    TRY(store_query(work->store, HEAD, &value, 1, &rows));
    enum status status = store_next(rows, at, 3);
    if (status == STATUS_OK) {
        struct head head = {at[0].whole, at[1].whole, at[2].whole};
        if (best->item == 0 || before(&head, best))
            *best = head;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status heads_of_kind(struct work *work, const struct work_kind *kind,
                                 const struct work_wish *wish, struct head *best)
{
    static const enum work_seat SEATS[] = {WORK_SEAT_OWNER, WORK_SEAT_ADDRESSEE};
    for (unsigned s = 0; s < 2 && kind->lease_ms > 0; s++)
        for (unsigned i = 0; i < kind->states_count; i++) {
            if (kind->state[i].end || !state_for(kind, (int)i, wish->by, SEATS[s]))
                continue;
            TRY(head_find(work,
                          track_queue(wish->by->organisation, SEATS[s], kind->name,
                                      kind->state[i].name, false, wish->place),
                          best));
        }
    return STATUS_OK;
}

enum status work_take_next(struct work *work, const struct work_wish *wish, struct arena *request,
                           struct work_item *out)
{
    struct head best = {0};
    struct row *row = NULL;
    struct change change;
    struct work_refusal refusal;
    if (!is_person(wish->by))
        return STATUS_REFUSED;
    if (!area_fits(wish->place))
        return STATUS_MALFORMED;
    for (unsigned i = 0; i < work->plugs_count; i++)
        if (wish->kind == NULL || wish->kind == work->plug[i].kind)
            TRY(heads_of_kind(work, work->plug[i].kind, wish, &best));
    if (best.item == 0)
        return STATUS_ABSENT;
    TRY(row_read_number(work, work->store, best.item, request, &row));
    TRY(change_begin(&change, work, row->item.id, wish->by, request, &refusal));
    TRY(take_may(&change));
    return taken(&change, out);
}

/* ---- staying, leaving, handing over ---- */

enum status work_renew(struct work *work, const char *id, const struct identity *by,
                       struct arena *request, struct work_item *out)
{
    struct change change;
    TRY(change_begin(&change, work, id, by, request, NULL));
    struct row *row = change.row;
    if (!is_person(by) || strcmp(row->item.holder, by->user) != 0 || !lease_runs(row, change.now))
        return STATUS_LATE;
    TRY(holder_set(&change, by->user, by->organisation));
    TRY(row_update(work, row, request));
    return row_view(work, work->store, row, row_party(row, slice_of(by->organisation)), 0, request,
                    out);
}

/* The holder, or a supervisor of the owner or of the holder's own organisation. */
static bool may_release(const struct row *row, const struct identity *by)
{
    if (!is_person(by))
        return false;
    if (strcmp(row->item.holder, by->user) == 0)
        return true;
    bool house = strcmp(row->item.owner, by->organisation) == 0 ||
                 strcmp(row->holder_organisation, by->organisation) == 0;
    return house && (by->roles & ROLE_BIT(ROLE_supervisor)) != 0;
}

enum status work_release(struct work *work, const char *id, const struct identity *by,
                         struct arena *request, struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    TRY(change_begin(&change, work, id, by, request, refusal));
    struct row *row = change.row;
    if (row->item.holder[0] == '\0')
        return refuse(work, refusal, WORK_FAULT_NOT_HELD, -1, STATUS_LATE);
    if (!may_release(row, by))
        return refuse(work, refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    TRY(holder_clear(&change));
    change.what.what = "released";
    TRY(change_end(&change));
    return row_view(work, work->store, row, row_party(row, slice_of(by->organisation)), 0, request,
                    out);
}

/* Whoever holds it may pass it on; so may the owner's duty desk and supervisors. */
static enum status hand_over_may(struct change *change, int64_t version, struct slice reason)
{
    struct work *work = change->work;
    struct row *row = change->row;
    const struct identity *by = change->by;
    bool owner = strcmp(row->item.owner, by->organisation) == 0;
    bool holds = lease_runs(row, change->now) && strcmp(row->item.holder, by->user) == 0;
    bool dispatches = owner && (by->roles & (ROLE_BIT(ROLE_supervisor) | ROLE_BIT(ROLE_duty))) != 0;
    if (!is_person(by) || (!holds && !dispatches))
        return refuse(work, change->refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (version != row->item.version)
        return refuse(work, change->refusal, WORK_FAULT_VERSION, -1, STATUS_LATE);
    if (row->item.into[0] != '\0')
        return refuse(work, change->refusal, WORK_FAULT_MERGED, -1, STATUS_LATE);
    if (row_ended(row))
        return refuse(work, change->refusal, WORK_FAULT_STATE, -1, STATUS_LATE);
    if (reason.size == 0)
        return refuse(work, change->refusal, WORK_FAULT_MISSING, -1, STATUS_MALFORMED);
    if (reason.size > WORK_TEXT_BYTES_MAX || !utf8_valid(reason))
        return refuse(work, change->refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    return STATUS_OK;
}

static enum status to_user(struct change *change, struct slice user)
{
    struct access_user found;
    struct work *work = change->work;
    struct row *row = change->row;
    enum status status = access_user_find(work->store, user, change->arena, &found);
    if (status == STATUS_ABSENT)
        return refuse(work, change->refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    TRY(status);
    struct identity as = {.by = BY_SESSION, .roles = found.roles};
    copy_id(as.id, sizeof as.id, slice_of(found.id));
    copy_id(as.user, sizeof as.user, slice_of(found.id));
    copy_id(as.organisation, sizeof as.organisation, slice_of(found.organisation));
    enum work_seat seat = row_party(row, slice_of(change->by->organisation))->seat;
    if (strcmp(found.organisation, change->by->organisation) != 0 ||
        !slice_equal(found.state, SLICE("active")) || row->item.kind->lease_ms == 0 ||
        !state_for(row->item.kind, row->item.state, &as, seat))
        return refuse(work, change->refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    return holder_set(change, found.id, found.organisation);
}

/* Fields that an organisation of this kind may not be told. */
static uint64_t untellable(const struct row *row, enum organisation_kind kind)
{
    uint64_t fields = 0;
    for (unsigned i = 0; i < row->item.kind->fields_count; i++)
        if ((row->item.kind->field[i].told & ((uint32_t)1 << kind)) == 0)
            fields |= WORK_BIT(i);
    return fields;
}

static enum status to_organisation(struct change *change, struct slice organisation)
{
    struct access_organisation heir, owner;
    struct work *work = change->work;
    struct row *row = change->row;
    TRY(access_organisation_find(work->store, slice_of(row->item.owner), change->arena, &owner));
    enum status status = access_organisation_find(work->store, organisation, change->arena, &heir);
    if (status == STATUS_ABSENT || (status == STATUS_OK && heir.disabled))
        return refuse(work, change->refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    TRY(status);
    bool own = strcmp(change->by->organisation, row->item.owner) == 0;
    uint64_t untold = row->has & untellable(row, heir.kind);
    if (!own || strcmp(heir.id, row->item.owner) == 0 || (heir.kind != owner.kind && untold != 0))
        return refuse(work, change->refusal, WORK_FAULT_HAND,
                      untold == 0 ? -1 : __builtin_ctzll(untold), STATUS_REFUSED);
    if (row->asking != 0) /* what somebody of ours is asked, nobody of theirs can answer */
        return refuse(work, change->refusal, WORK_FAULT_WAITING, -1, STATUS_LATE);
    for (unsigned i = 0; i < row->parties_count; i++)
        TRY(tracks_seat(work, row, &row->party[i], false));
    change->before.parties_count = 0; /* all of them stand anew */
    struct party *was = row_party(row, slice_of(row->item.owner));
    struct party *is = row_party(row, slice_of(heir.id));
    if (is == NULL && row->parties_count >= WORK_SEATS_MAX)
        return refuse(work, change->refusal, WORK_FAULT_LIMIT, -1, STATUS_FULL);
    if (is == NULL)
        is = &row->party[row->parties_count++];
    was->seat = WORK_SEAT_ADDRESSEE;
    was->told = row->has; /* it knows what it knew, and learns nothing new */
    copy_id(is->organisation, sizeof is->organisation, slice_of(heir.id));
    is->seat = WORK_SEAT_OWNER;
    row->keyed = false; /* what comes to us about the same thing is new work of ours */
    is->told = UINT64_MAX;
    copy_id(row->item.owner, sizeof row->item.owner, slice_of(heir.id));
    return row->item.holder[0] == '\0' ? STATUS_OK : holder_clear(change);
}

enum status work_hand_over(struct work *work, const char *id, int64_t version,
                           const struct identity *by, struct slice user, struct slice organisation,
                           struct slice reason, struct arena *request, struct work_refusal *refusal,
                           struct work_item *out)
{
    struct change change;
    TRY(change_begin(&change, work, id, by, request, refusal));
    TRY(hand_over_may(&change, version, reason));
    if ((user.size == 0) == (organisation.size == 0))
        return refuse(work, refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    if (user.size != 0)
        TRY(to_user(&change, user));
    else
        TRY(to_organisation(&change, organisation));
    change.what.what = user.size != 0 ? "handed_over" : "dispatched";
    change.what.other = user.size != 0 ? user : organisation;
    change.what.reason = reason;
    TRY(change_end(&change));
    return row_view(work, work->store, change.row,
                    row_party(change.row, slice_of(by->organisation)), 0, request, out);
}
