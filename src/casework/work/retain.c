/* retain.c -- what has ended and is needed by nobody any more is forgotten; that it was stays.
 *
 *      end ──> work_due (closed + kept, item, r) ──> still ended? nobody needs it? ──> forgotten
 *                  └─ by a reopening, another setting, an open neighbour: looked at again later
 *
 * What stays of an item is what statistics need and names nobody: its kind, states, times, seats,
 * words, flags and amounts that are shown to everybody, the county, and the keyed name by which two
 * items are known to be about the same, turned once more, so that no new item joins it.  What goes:
 * every other value and its place in the index, notes, attachments, links, reasons, what was asked
 * of a second person.  Audit log and log of the item keep names of fields and counts.
 *
 * Invariants:  1. Nothing that is open is forgotten, nothing that waits for a second person, and
 *                 nothing that is linked with something open: an appeal, a hold, a stop, a case.
 *              2. Forgetting is one transaction with its log row and audit entry; whoever is killed
 *                 finds the row of the wheel again.
 *              3. A source that made an item makes none again: it names no person.
 *
 * Not chosen:  removing the row.  Numbers would be given twice, and figures of past months would
 *              change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum { LOOK_AGAIN_MS = DAY_MS, COUNTY_DIGITS = 6 };

/* Whether it is linked with something that has not ended. */
static enum status needed(struct change *change, bool *out)
{
    static const char OPEN[] =
        "SELECT COUNT(*) FROM work_link JOIN work_item ON work_item.number = work_link.other "
        "WHERE work_link.item = ?1 AND work_item.closed = 0";
    const struct store_value value = STORE_OF_WHOLE(change->row->number);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(change->work->store, OPEN, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole > 0 || change->row->asking != 0;
    store_end(rows);
    return status;
}

/* Shown to everybody, and of a form in which nobody can be named. */
static uint64_t stays(const struct work_kind *kind)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < kind->fields_count; i++) {
        enum work_type type = kind->field[i].type;
        if (kind->field[i].show == WORK_SHOWN &&
            (type == WORK_WORD || type == WORK_FLAG || type == WORK_AMOUNT))
            mask |= WORK_BIT(i);
    }
    return mask;
}

/* What lies in other tables; how many rows of each go into the log. */
static enum status beside_remove(struct change *change, struct text *counts)
{
    static const struct {
        const char *name, *sql;
    } REMOVES[] = {
        {"notes", "DELETE FROM work_note WHERE item = ?1"},
        {"papers", "DELETE FROM work_attachment WHERE item = ?1"},
        {"links", "DELETE FROM work_link WHERE other = ?1 AND item IN (SELECT other FROM work_link "
                  "WHERE item = ?1)"},
        {"links_back", "DELETE FROM work_link WHERE item = ?1"},
        {"askings", "UPDATE work_asking SET sealed = x'', people = '' WHERE item = ?1"},
        {"reasons", "UPDATE work_log SET reason = NULL WHERE item = ?1 AND reason IS NOT NULL"},
    };
    struct store *store = change->work->store;
    const struct store_value value = STORE_OF_WHOLE(change->row->number);
    for (size_t i = 0; i < sizeof REMOVES / sizeof REMOVES[0]; i++) {
        TRY(store_run(store, REMOVES[i].sql, &value, 1));
        text_addf(counts, " %s=%lld", REMOVES[i].name, (long long)store_changed(store));
    }
    return STATUS_OK;
}

/* Two that were about the same stay about the same, but a new one is not. */
static void key_turn(struct change *change)
{
    struct row *row = change->row;
    if (!row->keyed)
        return;
    struct digest digest = secret_digest(&change->work->key, "work key, forgotten",
                                         (struct slice){(const char *)row->key, KEY_SIZE});
    memcpy(row->key, digest.bytes, KEY_SIZE);
}

static enum status kind_forget(struct change *change)
{
    const struct work_kind *kind = change->row->item.kind;
    struct work_item item;
    if (kind->forgotten == NULL)
        return STATUS_OK;
    TRY(row_view(change->work, change->work->store, change->row, NULL, 0, change->arena, &item));
    return kind->forgotten(plug_of(change->work, kind)->self, &item, change->arena);
}

static enum status forget(struct change *change)
{
    struct row *row = change->row;
    char *room = NULL;
    TRY(ARENA_NEW(change->arena, 160, &room));
    struct text counts = text_over(room, 160);
    uint64_t gone = row->has & ~stays(row->item.kind);
    text_addf(&counts, "fields=%d", __builtin_popcountll(gone));
    TRY(kind_forget(change));
    TRY(beside_remove(change, &counts));
    TRY(values_forget(change, gone));
    key_turn(change);
    if (row->item.place.size > COUNTY_DIGITS)
        row->item.place.size = COUNTY_DIGITS;
    change->what.what = "forgotten";
    change->what.fields = gone;
    change->what.other = text_slice(&counts);
    change->work->turn.forgotten++;
    return change_end(change);
}

enum status retain_due(struct change *change)
{
    struct row *row = change->row;
    int64_t kept = -1;
    bool wanted = false;
    if (!row_ended(row))
        return STATUS_OK; /* it was opened again, and will end again */
    TRY(retain_span(change, &kept));
    if (kept < 0)
        return STATUS_OK;
    int64_t at = row->item.closed.ms + kept;
    TRY(needed(change, &wanted));
    if (at <= change->now.ms && !wanted)
        return forget(change);
    if (at <= change->now.ms)
        at = change->now.ms + LOOK_AGAIN_MS;
    return due_add(change->work, at, row->number, DUE_RETAIN, 0);
}
