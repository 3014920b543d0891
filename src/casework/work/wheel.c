/* wheel.c -- everything that will fall due, in the order of its instants.
 *
 *      work_due (at, item, what, which, tries)
 *          c  a clock runs out         a  an alarm before that
 *          l  a lease runs out         q  an asking runs out
 *          r  it has ended and may be forgotten
 *
 * A row of it only says where to look (keep.c): whether a clock still runs and when it is due, its
 * item says.
 *
 * Invariant:   work_next_due() is never later than the first row that is committed or about to
 *              be. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static void next_due_lower(struct work *work, int64_t at)
{
    int64_t seen = atomic_load(&work->next_due);
    while (at < seen && !atomic_compare_exchange_weak(&work->next_due, &seen, at))
        continue;
}

int64_t due_which(const char *clock, int64_t alarm_ms)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    text_addf(&text, "%s %lld", clock, (long long)alarm_ms);
    uint64_t bits = hash_bytes(text_slice(&text));
    int64_t which = 0;
    memcpy(&which, &bits, sizeof which);
    return which;
}

enum status due_put(struct work *work, const struct due *due)
{
    static const char ADD[] =
        "INSERT INTO work_due (at, item, what, which, tries) VALUES (?1, ?2, ?3, ?4, ?5) ON "
        "CONFLICT (at, item, what, which) DO NOTHING";
    const struct store_value values[] = {STORE_OF_WHOLE(due->at), STORE_OF_WHOLE(due->item),
                                         STORE_OF_WHOLE(due->what), STORE_OF_WHOLE(due->which),
                                         STORE_OF_WHOLE(due->tries)};
    TRY(store_run(work->store, ADD, values, 5));
    next_due_lower(work, due->at);
    return STATUS_OK;
}

enum status due_add(struct work *work, int64_t at, int64_t item, enum due_what what, int64_t which)
{
    const struct due due = {at, item, which, 0, what};
    return due_put(work, &due);
}

enum status due_remove(struct work *work, int64_t at, int64_t item, enum due_what what,
                       int64_t which)
{
    static const char REMOVE[] =
        "DELETE FROM work_due WHERE at = ?1 AND item = ?2 AND what = ?3 AND which = ?4";
    const struct store_value values[] = {STORE_OF_WHOLE(at), STORE_OF_WHOLE(item),
                                         STORE_OF_WHOLE(what), STORE_OF_WHOLE(which)};
    return store_run(work->store, REMOVE, values, 4);
}

/* ---- clocks of an item ---- */

static void clock_note(struct change *change, char sign, const char *name)
{
    text_addf(&change->clocks, "%s%c%s", change->clocks.size == 0 ? "" : ",", sign, name);
}

enum status clock_start(struct change *change, unsigned at)
{
    struct row *row = change->row;
    struct work *work = change->work;
    const struct work_clock *clock = &row->item.kind->clock[at];
    int64_t span = clock->span_ms;
    if (clock->span != NULL) {
        const struct work_plug *plug = plug_of(work, row->item.kind);
        struct work_item item;
        TRY(row_view(work, work->store, row, NULL, 0, change->arena, &item));
        item.changed = change->now;
        span = clock->span(plug->self, &item);
    }
    if (span < 0)
        return STATUS_OK;
    struct work_deadline *deadline = &row->deadline[at];
    *deadline = (struct work_deadline){.clock = (int)at,
                                       .started = change->now,
                                       .due = {change->now.ms + span},
                                       .ended = MOMENT_NONE};
    row->clocked[at] = true;
    clock_note(change, '+', clock->name);
    TRY(due_add(work, deadline->due.ms, row->number, DUE_CLOCK, due_which(clock->name, 0)));
    for (unsigned i = 0; i < 4; i++)
        if (clock->alarm_ms[i] > 0 && clock->alarm_ms[i] < span)
            TRY(due_add(work, deadline->due.ms - clock->alarm_ms[i], row->number, DUE_ALARM,
                        due_which(clock->name, clock->alarm_ms[i])));
    return STATUS_OK;
}

enum status clock_stop(struct change *change, unsigned at, bool fired, int64_t late_ms)
{
    struct row *row = change->row;
    const struct work_clock *clock = &row->item.kind->clock[at];
    struct work_deadline *deadline = &row->deadline[at];
    deadline->ended = change->now;
    deadline->fired = fired;
    deadline->late_ms = late_ms;
    clock_note(change, fired ? '!' : '-', clock->name);
    TRY(due_remove(change->work, deadline->due.ms, row->number, DUE_CLOCK,
                   due_which(clock->name, 0)));
    for (unsigned i = 0; i < 4; i++)
        if (clock->alarm_ms[i] > 0)
            TRY(due_remove(change->work, deadline->due.ms - clock->alarm_ms[i], row->number,
                           DUE_ALARM, due_which(clock->name, clock->alarm_ms[i])));
    return STATUS_OK;
}

/* ---- what has ended ---- */

enum status retain_span(struct change *change, int64_t *out)
{
    const struct work_kind *kind = change->row->item.kind;
    const struct work_plug *plug = plug_of(change->work, kind);
    struct work_item item;
    *out = -1;
    if (kind->kept_ms == NULL || plug == NULL)
        return STATUS_OK;
    TRY(row_view(change->work, change->work->store, change->row, NULL, 0, change->arena, &item));
    *out = kind->kept_ms(plug->self, &item);
    return STATUS_OK;
}

enum status retain_begin(struct change *change)
{
    int64_t kept = -1;
    TRY(retain_span(change, &kept));
    if (kept < 0)
        return STATUS_OK;
    return due_add(change->work, change->now.ms + kept, change->row->number, DUE_RETAIN, 0);
}

moment work_next_due(const struct work *work)
{
    int64_t next = atomic_load(&work->next_due);
    return next == DUE_NEVER ? MOMENT_NONE : (moment){next};
}
