/* keep.c -- what falls due: clocks, their alarms, leases, askings, forgetting.
 *
 * One table in the order of instants, the wheel.  A row of it only says where to look: whether the
 * clock still runs and when it is due, the item says.  So a row that was left behind does nothing,
 * and one that was lost to a failure of `after` cannot be: it is moved to its next try, and the
 * clock's own deadline stays what it was, from which it tells how late it is.
 *
 * Invariants:  1. Nothing is done before its instant by steady time.
 *              2. Rows are worked through in the order of instants; each in the transaction that
 *                 also removes it: once.
 *              3. A batch in which one step fails is rolled back, done again up to that one, and
 *                 that one is put off: the others do not wait for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

/* ---- one that is due ---- */

/* Counted in the transaction's turn, told when it is durable. */
static void late_count(struct work *work, int64_t late_ms)
{
    work->turn.fired++;
    work->turn.late += late_ms > SECOND_MS;
    if (late_ms > work->turn.late_ms_max)
        work->turn.late_ms_max = late_ms;
}

static void turn_count(struct work *work, const struct work_turn *turn)
{
    atomic_fetch_add(&work->fired, turn->fired);
    atomic_fetch_add(&work->fired_late, turn->late);
    atomic_fetch_add(&work->forgotten, turn->forgotten);
    int64_t seen = atomic_load(&work->late_ms_max);
    while (turn->late_ms_max > seen &&
           !atomic_compare_exchange_weak(&work->late_ms_max, &seen, turn->late_ms_max))
        continue;
}

/* The clock ends as fired, and the machine does its step; one change. */
static enum status clock_fire(struct change *change, unsigned at)
{
    struct row *row = change->row;
    const struct work_clock *clock = &row->item.kind->clock[at];
    int64_t late_ms = change->now.ms - row->deadline[at].due.ms;
    int step = work_step_find(row->item.kind, slice_of(clock->expiry));
    if ((row->item.kind->step[step].from & WORK_BIT(row->item.state)) == 0)
        return clock_stop(change, at, false, 0); /* of a table that was another */
    TRY(clock_stop(change, at, true, late_ms));
    change->what.what = "fired";
    change->what.other = slice_of(clock->name);
    change->what.late_ms = late_ms;
    TRY(step_do(change, step, NULL, 0, (struct slice){NULL, 0}, NULL));
    late_count(change->work, late_ms);
    return STATUS_OK;
}

static enum status clock_due(struct change *change, const struct due *due)
{
    struct row *row = change->row;
    for (unsigned i = 0; i < row->item.kind->clocks_count; i++) {
        const struct work_clock *clock = &row->item.kind->clock[i];
        bool running = row->clocked[i] && row->deadline[i].ended.ms == MOMENT_NONE.ms;
        if (!running || row->deadline[i].due.ms > change->now.ms)
            continue;
        if (due->what == DUE_CLOCK && due->which == due_which(clock->name, 0))
            return clock_fire(change, i);
    }
    return STATUS_OK;
}

static enum status alarm_due(struct change *change, const struct due *due)
{
    struct row *row = change->row;
    for (unsigned i = 0; i < row->item.kind->clocks_count; i++) {
        const struct work_clock *clock = &row->item.kind->clock[i];
        if (!row->clocked[i] || row->deadline[i].ended.ms != MOMENT_NONE.ms)
            continue;
        for (unsigned a = 0; a < 4; a++) {
            if (clock->alarm_ms[a] == 0 ||
                due->which != due_which(clock->name, clock->alarm_ms[a]) ||
                due->at < row->deadline[i].due.ms - clock->alarm_ms[a])
                continue;
            change->what.what = "alarm";
            change->what.other = slice_of(clock->name);
            change->what.late_ms = change->now.ms - due->at;
            return log_append(change->work, row, &change->what, change->now, change->arena);
        }
    }
    return STATUS_OK;
}

static enum status lease_due(struct change *change)
{
    struct work_item *item = &change->row->item;
    if (item->holder[0] == '\0' || item->lease_until.ms > change->now.ms)
        return STATUS_OK;
    item->holder[0] = '\0';
    change->row->holder_organisation[0] = '\0';
    item->lease_until = MOMENT_NONE;
    change->what.what = "lease_ended";
    return change_end(change);
}

static enum status due_take(struct work *work, const struct due *due, moment now,
                            struct arena *arena)
{
    struct change change;
    struct row *row = NULL;
    TRY(due_remove(work, due->at, due->item, due->what, due->which));
    if (due->what == DUE_ASKING)
        return asking_expired(work, due->which, now, arena);
    enum status status = row_read_number(work, work->store, due->item, arena, &row);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    TRY(change_begin(&change, work, row->item.id, NULL, arena, NULL));
    change.now = now;
    if (due->what == DUE_CLOCK)
        return clock_due(&change, due);
    if (due->what == DUE_ALARM)
        return alarm_due(&change, due);
    if (due->what == DUE_RETAIN)
        return retain_due(&change);
    if (due->what == DUE_OVERDUE)
        return tracks_overdue(work, change.row);
    return lease_due(&change);
}

/* ---- batches ---- */

static enum status due_read(struct work *work, moment now, struct due *out, unsigned *count)
{
    static const char DUE[] = "SELECT at, item, what, which, tries FROM work_due WHERE at <= ?1 "
                              "ORDER BY at, item, what, which LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE(now.ms), STORE_OF_WHOLE(*count)};
    struct store_rows *rows = NULL;
    struct store_value at[5];
    unsigned read = 0;
    TRY(store_query(work->store, DUE, values, 2, &rows));
    enum status status = store_next(rows, at, 5);
    for (; status == STATUS_OK && read < *count; status = store_next(rows, at, 5))
        out[read++] = (struct due){.at = at[0].whole,
                                   .item = at[1].whole,
                                   .what = (enum due_what)at[2].whole,
                                   .which = at[3].whole,
                                   .tries = at[4].whole};
    store_end(rows);
    *count = read;
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status next_due_find(struct work *work, int64_t *out)
{
    static const char NEXT[] = "SELECT at FROM work_due ORDER BY at LIMIT 1";
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(work->store, NEXT, NULL, 0, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK ? at[0].whole : DUE_NEVER;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* In its own transaction: the one whose step failed is tried again later. */
static enum status due_put_off(struct work *work, const struct due *due, moment now)
{
    int64_t wait = WORK_RETRY_MIN_MS;
    for (int64_t i = 0; i < due->tries && wait < WORK_RETRY_MAX_MS; i++)
        wait *= 2;
    struct due later = *due;
    later.at = now.ms + (wait < WORK_RETRY_MAX_MS ? wait : WORK_RETRY_MAX_MS);
    later.tries++;
    TRY(store_begin(work->store));
    enum status status = due_remove(work, due->at, due->item, due->what, due->which);
    if (status == STATUS_OK)
        status = due_put(work, &later);
    if (status != STATUS_OK) {
        store_rollback(work->store);
        return status;
    }
    atomic_fetch_add(&work->failed, 1);
    return store_commit(work->store);
}

struct batch {
    unsigned taken;
    unsigned most;      /* how many at most */
    bool full;          /* there may be more */
    bool stumbled;      /* the next one fails */
    struct due failing; /* which */
};

/* One transaction.  OK: `batch` says how far it came. */
static enum status batch_run(struct work *work, struct arena *scratch, struct batch *batch)
{
    struct due due[WORK_KEEP_BATCH];
    unsigned count = batch->most;
    unsigned done = 0;
    int64_t next = DUE_NEVER;
    TRY(store_begin(work->store));
    work->turn = (struct work_turn){0};
    moment now = steady_now(work->steady); /* with the turn: nothing that is written is later */
    enum status status = due_read(work, now, due, &count);
    while (status == STATUS_OK && done < count) {
        arena_reset(scratch);
        status = due_take(work, &due[done], now, scratch);
        done += status == STATUS_OK;
    }
    if (status == STATUS_OK)
        status = next_due_find(work, &next);
    else if (done < count) {
        batch->stumbled = true;
        batch->failing = due[done];
    }
    if (status != STATUS_OK) {
        store_rollback(work->store);
        batch->taken = done;
        return batch->stumbled ? STATUS_OK : status;
    }
    struct work_turn turn = work->turn;
    atomic_store(&work->next_due, next);
    status = store_commit(work->store);
    if (status == STATUS_OK)
        turn_count(work, &turn);
    else
        atomic_store(&work->next_due, INT64_MIN + 1); /* look again */
    batch->taken = done;
    batch->full = count == batch->most;
    return status;
}

enum status work_keep(struct work *work, struct arena *scratch, bool *more)
{
    unsigned taken = 0;
    *more = false;
    while (taken < WORK_KEEP_MAX) {
        struct batch batch = {.most = WORK_KEEP_BATCH};
        if (atomic_load(&work->next_due) > steady_now(work->steady).ms)
            return STATUS_OK;
        TRY(batch_run(work, scratch, &batch));
        if (batch.stumbled && batch.taken > 0) { /* those before it, without it */
            struct batch before = {.most = batch.taken};
            TRY(batch_run(work, scratch, &before));
            taken += before.taken;
            if (before.stumbled)
                batch.failing = before.failing;
        }
        if (batch.stumbled)
            TRY(due_put_off(work, &batch.failing, steady_now(work->steady)));
        else if (!batch.full)
            return STATUS_OK;
        taken += batch.stumbled ? 1 : batch.taken;
    }
    *more = true;
    return STATUS_OK;
}
