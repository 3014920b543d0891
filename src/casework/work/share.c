/* share.c -- seats, merging, splitting, and looking at what is masked.
 *
 * Invariants:  1. No organisation is told a field that the kind does not let its kind be told,
 *                 whatever the mask says: the whole sending is refused.
 *              2. Merging loses nothing: values that the other lacks go over, the item that ended
 *                 names the one that goes on, and its log stays.
 *              3. A look at something unmasked has a reason, an audit entry, and a limit for each
 *                 person and hour that holds over restarts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum status work_send(struct work *work, const char *id, struct slice organisation, uint64_t fields,
                      struct arena *request)
{
    struct change change;
    struct access_organisation found;
    TRY(access_organisation_find(work->store, organisation, request, &found));
    if (found.disabled)
        return STATUS_REFUSED;
    TRY(change_begin(&change, work, id, NULL, request, NULL));
    struct row *row = change.row;
    const struct work_kind *kind = row->item.kind;
    for (unsigned i = 0; i < WORK_FIELDS_MAX; i++)
        if ((fields & WORK_BIT(i)) != 0 &&
            (i >= kind->fields_count || (kind->field[i].told & ((uint32_t)1 << found.kind)) == 0))
            return STATUS_REFUSED;
    struct party *party = row_party(row, organisation);
    if (party != NULL && party->seat == WORK_SEAT_OWNER)
        return STATUS_OK; /* it knows */
    if (party == NULL) {
        if (row->parties_count >= WORK_SEATS_MAX)
            return STATUS_FULL;
        party = &row->party[row->parties_count++];
        copy_id(party->organisation, sizeof party->organisation, slice_of(found.id));
        party->seat = WORK_SEAT_ADDRESSEE;
    }
    party->told |= fields;
    TRY(tracks_names(work, row, party, fields, true));
    change.what.what = "sent";
    change.what.fields = fields;
    change.what.other = slice_of(found.id);
    return change_end(&change);
}

static enum status papers_forget(struct work *work, int64_t item)
{
    static const char FORGET[] = "DELETE FROM work_attachment WHERE item = ?1";
    const struct store_value value = STORE_OF_WHOLE(item);
    return store_run(work->store, FORGET, &value, 1);
}

enum status values_forget(struct change *change, uint64_t fields)
{
    struct work *work = change->work;
    struct row *row = change->row;
    uint64_t gone = fields & row->has;
    for (unsigned i = 0; i < row->parties_count; i++)
        TRY(tracks_names(work, row, &row->party[i], row->party[i].told & gone, false));
    row->has &= ~gone;
    for (unsigned i = 0; i < row->parties_count; i++) /* another field may hold the same value */
        TRY(tracks_names(work, row, &row->party[i], row->party[i].told, true));
    change->content = gone != 0;
    return STATUS_OK;
}

enum status work_forget(struct work *work, const char *id, uint64_t fields, bool papers,
                        struct arena *request)
{
    struct change change;
    TRY(change_begin(&change, work, id, NULL, request, NULL));
    uint64_t gone = fields & change.row->has;
    if (papers)
        TRY(papers_forget(work, change.row->number));
    TRY(values_forget(&change, gone));
    change.what.what = "forgotten";
    change.what.fields = gone;
    return change_end(&change);
}

enum status work_rank(struct work *work, const char *id, int32_t priority, struct slice place,
                      struct arena *request)
{
    struct change change;
    if (place.size > 12 || !area_fits(place))
        return STATUS_MALFORMED;
    for (size_t i = 0; i < place.size; i++)
        if (place.at[i] < '0' || place.at[i] > '9')
            return STATUS_MALFORMED;
    TRY(change_begin(&change, work, id, NULL, request, NULL));
    TRY(slice_copy(request, place, &change.row->item.place));
    change.row->item.priority = priority;
    change.what.what = "ranked";
    return change_end(&change);
}

/* ---- merging and splitting ---- */

/* Persons of the owner who could work on it, with a reason. */
static enum status owner_may(struct change *change, int64_t version, struct slice reason)
{
    struct work *work = change->work;
    struct row *row = change->row;
    const struct identity *by = change->by;
    if (!is_person(by) || strcmp(row->item.owner, by->organisation) != 0 ||
        (by->roles & (ROLE_BIT(ROLE_analyst) | ROLE_BIT(ROLE_duty) | ROLE_BIT(ROLE_supervisor))) ==
            0)
        return refuse(work, change->refusal, WORK_FAULT_HAND, -1, STATUS_REFUSED);
    if (version != row->item.version)
        return refuse(work, change->refusal, WORK_FAULT_VERSION, -1, STATUS_LATE);
    if (row->item.into[0] != '\0')
        return refuse(work, change->refusal, WORK_FAULT_MERGED, -1, STATUS_LATE);
    if (row_ended(row))
        return refuse(work, change->refusal, WORK_FAULT_STATE, -1, STATUS_LATE);
    if (row->asking != 0)
        return refuse(work, change->refusal, WORK_FAULT_WAITING, -1, STATUS_LATE);
    if (lease_runs(row, change->now) && strcmp(row->item.holder, by->user) != 0)
        return refuse(work, change->refusal, WORK_FAULT_HELD, -1, STATUS_LATE);
    if (reason.size == 0)
        return refuse(work, change->refusal, WORK_FAULT_MISSING, -1, STATUS_MALFORMED);
    if (reason.size > WORK_TEXT_BYTES_MAX || !utf8_valid(reason))
        return refuse(work, change->refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    return STATUS_OK;
}

/* The end that a merged item goes to: the first one of its kind; its `into` says what it means. */
static int end_of(const struct work_kind *kind)
{
    for (unsigned i = 0; i < kind->states_count; i++)
        if (kind->state[i].end)
            return (int)i;
    return -1;
}

/* Seats of one also for the other; the owner is the same. */
static enum status seats_over(struct change *into, const struct row *row)
{
    for (unsigned i = 0; i < row->parties_count; i++) {
        const struct party *from = &row->party[i];
        struct party *party = row_party(into->row, slice_of(from->organisation));
        if (party == NULL) {
            if (into->row->parties_count >= WORK_SEATS_MAX)
                return STATUS_FULL;
            party = &into->row->party[into->row->parties_count++];
            copy_id(party->organisation, sizeof party->organisation, slice_of(from->organisation));
            party->seat = WORK_SEAT_ADDRESSEE;
        }
        if (party->seat != WORK_SEAT_OWNER) {
            /* it keeps what it was told there, if that is what went over */
            uint64_t same = 0;
            for (unsigned f = 0; f < row->item.kind->fields_count; f++)
                if ((from->told & row->has & into->row->has & WORK_BIT(f)) != 0 &&
                    slice_equal(row->value[f], into->row->value[f]))
                    same |= WORK_BIT(f);
            party->told |= same;
            TRY(tracks_names(into->work, into->row, party, same, true));
        }
    }
    return STATUS_OK;
}

static enum status merge_into(struct change *into, const struct row *row, struct slice reason,
                              struct work_item *out)
{
    struct work_value lacks[WORK_FIELDS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < row->item.kind->fields_count; i++)
        if ((row->has & ~into->row->has & WORK_BIT(i)) != 0)
            lacks[count++] = (struct work_value){.field = (int)i, .value = row->value[i]};
    TRY(change_values(into, lacks, count));
    TRY(seats_over(into, row));
    if (row->item.priority > into->row->item.priority)
        into->row->item.priority = row->item.priority;
    into->what.what = "merged";
    into->what.other = slice_of(row->item.id);
    into->what.reason = reason;
    return change_finish(into, lacks, count, out);
}

enum status work_merge(struct work *work, const char *id, const char *into_id, int64_t version,
                       const struct identity *by, struct slice reason, struct arena *request,
                       struct work_refusal *refusal, struct work_item *out)
{
    struct change change, into;
    TRY(change_begin(&change, work, id, by, request, refusal));
    TRY(change_begin(&into, work, into_id, by, request, refusal));
    TRY(owner_may(&change, version, reason));
    TRY(owner_may(&into, into.row->item.version, reason));
    if (change.row->item.kind != into.row->item.kind || change.row->number == into.row->number)
        return refuse(work, refusal, WORK_FAULT_VALUE, -1, STATUS_MALFORMED);
    copy_id(change.row->item.into, sizeof change.row->item.into, slice_of(into.row->item.id));
    change.what.what = "merged_away";
    change.what.other = slice_of(into.row->item.id);
    change.what.reason = reason;
    TRY(change_state(&change, end_of(change.row->item.kind)));
    TRY(change_end(&change));
    return merge_into(&into, change.row, reason, out);
}

enum status work_split(struct work *work, const char *id, int64_t version, uint64_t fields,
                       const struct identity *by, struct slice reason, struct arena *request,
                       struct work_refusal *refusal, struct work_item *out)
{
    struct change change;
    struct work_value values[WORK_FIELDS_MAX];
    struct work_item made;
    unsigned count = 0;
    bool joined = false;
    TRY(change_begin(&change, work, id, by, request, refusal));
    TRY(owner_may(&change, version, reason));
    struct row *row = change.row;
    for (unsigned i = 0; i < row->item.kind->fields_count; i++)
        if ((fields & row->has & WORK_BIT(i)) != 0)
            values[count++] = (struct work_value){.field = (int)i, .value = row->value[i]};
    const struct work_draft draft = {.kind = row->item.kind,
                                     .owner = slice_of(row->item.owner),
                                     .place = row->item.place,
                                     .priority = row->item.priority,
                                     .detected = row->item.detected,
                                     .value = values,
                                     .values_count = count,
                                     .source = {NULL, 0},
                                     .by = NULL}; /* who may is judged above */
    TRY(work_add(work, &draft, request, refusal, &made, &joined));
    change.what.what = "split";
    change.what.other = slice_of(made.id);
    change.what.reason = reason;
    change.what.fields = fields & row->has;
    TRY(change_end(&change));
    TRY(linked(work, id, made.id, "part_of", by, (struct slice){NULL, 0}, request));
    return work_find(work, work->store, made.id, by, request, out);
}

/* ---- unmasked ---- */

static enum status reveals_count(struct work *work, const char *user, int64_t since, int64_t *out)
{
    static const char COUNT[] =
        "SELECT COUNT(*) FROM (SELECT 1 FROM work_reveal WHERE user_id = ?1 AND time > ?2 LIMIT "
        "?3) AS some";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(user)), STORE_OF_WHOLE(since),
                                         STORE_OF_WHOLE(WORK_REVEALS_AN_HOUR)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, COUNT, values, 3, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

static enum status reveal_put(struct work *work, const char *user, moment now)
{
    static const char FORGET[] = "DELETE FROM work_reveal WHERE user_id = ?1 AND time <= ?2";
    static const char ADD[] = "INSERT INTO work_reveal (user_id, time) VALUES (?1, ?2)";
    const struct store_value old[] = {STORE_OF_TEXT(slice_of(user)),
                                      STORE_OF_WHOLE(now.ms - HOUR_MS)};
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(user)), STORE_OF_WHOLE(now.ms)};
    TRY(store_run(work->store, FORGET, old, 2));
    return store_run(work->store, ADD, values, 2);
}

enum status work_reveal(struct work *work, const char *id, const struct identity *by,
                        uint64_t fields, struct slice reason, struct arena *request,
                        struct work_item *out)
{
    struct change change;
    int64_t count = 0;
    TRY(change_begin(&change, work, id, by, request, NULL));
    if (!is_person(by))
        return STATUS_REFUSED;
    if (reason.size == 0 || reason.size > WORK_TEXT_BYTES_MAX || !utf8_valid(reason))
        return STATUS_MALFORMED;
    TRY(reveals_count(work, by->user, change.now.ms - HOUR_MS, &count));
    if (count >= WORK_REVEALS_AN_HOUR)
        return STATUS_FULL;
    struct party *party = row_party(change.row, slice_of(by->organisation));
    fields &= party->told & change.row->has;
    TRY(reveal_put(work, by->user, change.now));
    change.what.what = "revealed";
    change.what.fields = fields;
    change.what.reason = reason;
    TRY(log_append(work, change.row, &change.what, change.now, request));
    atomic_fetch_add(&work->reveals, 1);
    return row_view(work, work->store, change.row, party, fields, request, out);
}

enum status work_reveal_counted(struct work *work, const struct identity *by)
{
    moment now = steady_now(work->steady);
    int64_t count = 0;
    if (!is_person(by))
        return STATUS_REFUSED;
    TRY(reveals_count(work, by->user, now.ms - HOUR_MS, &count));
    if (count >= WORK_REVEALS_AN_HOUR)
        return STATUS_FULL;
    atomic_fetch_add(&work->reveals, 1);
    return reveal_put(work, by->user, now);
}
