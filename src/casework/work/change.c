/* change.c -- one change of one item, from its reading to its log row.
 *
 *      change_begin ── row as it is, where it stands
 *          … change_values, change_state, holder, seats …
 *      change_end ──── clocks, what waits for a second person, tracks, row, log, audit, events
 *      change_finish ─ the same, what the kind does (`after`), and the item as the visitor sees it
 *
 * Invariants:  1. Each change_end raises the version by one; only a change of state or values also
 *                 raises `content`, so that a lease that comes and goes does not make void what
 *                 somebody read and is about to approve.
 *              2. A clock starts when its mask is entered from outside and stops when it is left;
 *                 whoever moves within it does not win time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum status refuse(struct work *work, struct work_refusal *refusal, enum work_fault fault,
                   int field, enum status status)
{
    atomic_fetch_add(&work->refused, 1);
    if (refusal != NULL)
        *refusal = (struct work_refusal){fault, field};
    return status;
}

void work_explain(struct work *work, const struct text says[TONGUES_COUNT])
{
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct slice said = text_slice(&says[tongue]);
        size_t size = said.size < WORK_EXPLAINED_MAX ? said.size : WORK_EXPLAINED_MAX;
        while (size > 0 && !utf8_valid((struct slice){said.at, size}))
            size--; /* not within a character */
        if (size > 0)
            memcpy(work->explained[tongue], said.at, size);
        work->explained_size[tongue] = size;
    }
}

void work_explained(const struct work *work, struct slice out[TONGUES_COUNT])
{
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
        out[tongue] = (struct slice){work->explained[tongue], work->explained_size[tongue]};
}

bool lease_runs(const struct row *row, moment now)
{
    return row->item.holder[0] != '\0' && row->item.lease_until.ms > now.ms;
}

enum status change_begin(struct change *change, struct work *work, const char *id,
                         const struct identity *by, struct arena *arena,
                         struct work_refusal *refusal)
{
    struct row *row = NULL;
    if (work->depth == 0)
        memset(work->explained_size, 0, sizeof work->explained_size);
    TRY(row_read(work, work->store, id, arena, &row));
    if (by != NULL && row_seat(row, by) == NULL)
        return STATUS_ABSENT;
    *change = (struct change){.work = work,
                              .row = row,
                              .before = standing_of(row),
                              .by = by,
                              .now = steady_now(work->steady),
                              .arena = arena,
                              .refusal = refusal,
                              .what = {.step = -1, .from = row->item.state, .by = by}};
    change->clocks = text_over(change->clocks_room, sizeof change->clocks_room);
    return STATUS_OK;
}

/* ---- values ---- */

static enum status value_check(struct work *work, const struct work_kind *kind,
                               const struct work_value *value, uint64_t allowed, uint64_t *brought,
                               struct arena *arena, struct work_refusal *refusal,
                               struct work_value *out)
{
    if (value->field < 0 || (unsigned)value->field >= kind->fields_count)
        return refuse(work, refusal, WORK_FAULT_UNKNOWN, -1, STATUS_MALFORMED);
    uint64_t bit = WORK_BIT(value->field);
    if ((allowed & bit) == 0)
        return refuse(work, refusal, WORK_FAULT_UNKNOWN, value->field, STATUS_MALFORMED);
    if ((*brought & bit) != 0)
        return refuse(work, refusal, WORK_FAULT_VALUE, value->field, STATUS_MALFORMED);
    out->field = value->field;
    enum status status =
        value_canonical(work, &kind->field[value->field], value->value, arena, &out->value);
    if (status == STATUS_MALFORMED)
        return refuse(work, refusal, WORK_FAULT_VALUE, value->field, STATUS_MALFORMED);
    *brought |= bit;
    return status;
}

enum status values_check(struct work *work, const struct work_kind *kind,
                         const struct work_value *value, unsigned count, uint64_t must_mask,
                         uint64_t may_mask, struct arena *arena, struct work_refusal *refusal,
                         struct work_value **out)
{
    struct work_value *values = NULL;
    uint64_t brought = 0;
    TRY(ARENA_NEW(arena, (size_t)count + 1, &values));
    for (unsigned i = 0; i < count; i++)
        TRY(value_check(work, kind, &value[i], must_mask | may_mask, &brought, arena, refusal,
                        &values[i]));
    uint64_t missing = must_mask & ~brought;
    if (missing != 0)
        return refuse(work, refusal, WORK_FAULT_MISSING, __builtin_ctzll(missing),
                      STATUS_MALFORMED);
    *out = values;
    return STATUS_OK;
}

enum status change_values(struct change *change, const struct work_value *value, unsigned count)
{
    struct row *row = change->row;
    uint64_t brought = 0;
    uint64_t differs = 0;
    struct party *party =
        change->by == NULL ? NULL : row_party(row, slice_of(change->by->organisation));
    for (unsigned i = 0; i < count; i++) {
        uint64_t bit = WORK_BIT(value[i].field);
        brought |= bit;
        if ((row->has & bit) == 0 || !slice_equal(row->value[value[i].field], value[i].value))
            differs |= bit;
    }
    change->what.fields |= brought;
    bool seen = party == NULL || (brought & ~party->told) == 0;
    if (differs == 0 && seen)
        return STATUS_OK;
    for (unsigned i = 0; i < row->parties_count; i++)
        TRY(tracks_names(change->work, row, &row->party[i], row->party[i].told & differs, false));
    for (unsigned i = 0; i < count; i++) {
        row->value[value[i].field] = value[i].value;
        row->has |= WORK_BIT(value[i].field);
    }
    if (party != NULL)
        party->told |= brought; /* what it filled in, it sees */
    for (unsigned i = 0; i < row->parties_count; i++)
        TRY(tracks_names(change->work, row, &row->party[i], row->party[i].told, true));
    change->content = change->content || differs != 0;
    return STATUS_OK;
}

/* ---- state and clocks ---- */

static enum status holder_leaves(struct change *change)
{
    struct work_item *item = &change->row->item;
    if (item->holder[0] == '\0')
        return STATUS_OK;
    TRY(due_remove(change->work, item->lease_until.ms, change->row->number, DUE_LEASE, 0));
    item->holder[0] = '\0';
    change->row->holder_organisation[0] = '\0';
    item->lease_until = MOMENT_NONE;
    return STATUS_OK;
}

enum status change_state(struct change *change, int state)
{
    struct row *row = change->row;
    const struct work_kind *kind = row->item.kind;
    uint64_t from = WORK_BIT(row->item.state);
    uint64_t to = WORK_BIT(state);
    bool ended = row_ended(row);
    if (from == to)
        return STATUS_OK;
    row->item.state = state;
    change->content = true;
    for (unsigned i = 0; i < kind->clocks_count; i++) {
        uint64_t runs = kind->clock[i].runs;
        bool running = row->clocked[i] && row->deadline[i].ended.ms == MOMENT_NONE.ms;
        if ((runs & from) != 0 && (runs & to) == 0 && running)
            TRY(clock_stop(change, i, false, 0));
        if ((runs & from) == 0 && (runs & to) != 0)
            TRY(clock_start(change, i));
    }
    if (row_ended(row) && !ended) {
        row->item.closed = change->now;
        TRY(open_count(change->work, kind, -1));
        TRY(retain_begin(change));
        return holder_leaves(change);
    }
    if (!row_ended(row) && ended) {
        row->item.closed = MOMENT_NONE;
        TRY(open_count(change->work, kind, 1));
    }
    return STATUS_OK;
}

/* ---- the end of a change ---- */

enum status change_end(struct change *change)
{
    struct row *row = change->row;
    row->item.version++;
    row->item.changed = change->now;
    if (change->content) {
        row->content++;
        TRY(asking_after(change));
    }
    TRY(tracks_move(change->work, &change->before, row));
    TRY(row_update(change->work, row, change->arena));
    change->what.clocks = text_slice(&change->clocks);
    TRY(log_append(change->work, row, &change->what, change->now, change->arena));
    change->before = standing_of(row);
    change->content = false;
    return STATUS_OK;
}

enum status after_call(struct work *work, struct row *row, const struct change *change,
                       const struct work_value *brought, unsigned count)
{
    const struct work_plug *plug = plug_of(work, row->item.kind);
    struct work_item item;
    if (plug == NULL || plug->after == NULL)
        return STATUS_OK;
    if (work->depth >= WORK_DEPTH_MAX)
        return STATUS_FULL;
    TRY(row_view(work, work->store, row, NULL, 0, change->arena, &item));
    const struct work_done done = {.item = &item,
                                   .step = change->what.step,
                                   .from = change->what.from,
                                   .by = change->by,
                                   .asker = change->what.asker,
                                   .brought = brought,
                                   .brought_count = count,
                                   .now = change->now,
                                   .refusal = change->refusal};
    work->depth++;
    enum status status = plug->after(plug->self, &done, change->arena);
    work->depth--;
    return status;
}

enum status change_finish(struct change *change, const struct work_value *brought, unsigned count,
                          struct work_item *out)
{
    struct work *work = change->work;
    struct row *row = NULL;
    TRY(change_end(change));
    TRY(after_call(work, change->row, change, brought, count));
    if (out == NULL)
        return STATUS_OK;
    TRY(row_read_number(work, work->store, change->row->number, change->arena, &row));
    struct party *party =
        change->by == NULL ? NULL : row_party(row, slice_of(change->by->organisation));
    return row_view(work, work->store, row, party, 0, change->arena, out);
}
