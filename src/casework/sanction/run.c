/* run.c -- terms of one person, one after another, never past the cap.
 *
 *     determination   2025-01-10  2 years   ──────────┐
 *     determination   2026-06-01  3 years             └───────────────┐ 2030-01-10: capped at 5
  * years
 *     determination   2030-01-11  2 years                               └──── a new run
 *
 * The list of determinations is the truth; last days are computed from it, over and over, so that a
 * determination that was revoked leaves no day behind.
 *
 * Not chosen: adding to a stored end.  After a revocation nobody could say whose the days were. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/sanction/sanction_inside.h"

static law_date later(law_date a, law_date b)
{
    return a.days > b.days ? a : b;
}

/* A term that adds to nothing, because its pack knows no cap. */
static enum status alone(struct sanction_part *part)
{
    TRY(law_term_last(part->start, part->term, part->counting, &part->last));
    part->run_start = part->start;
    part->capped = false;
    return STATUS_OK;
}

enum status sanction_run(struct sanction_part *part, size_t count)
{
    struct law_run run = {.last = LAW_DATE_NONE};
    for (size_t i = 0; i < count; i++) {
        bool opened = false;
        law_date before = run.last;
        if (part[i].cap.amount == 0) {
            TRY(alone(&part[i]));
        } else {
            TRY(law_run_add(&run, part[i].start, part[i].term, part[i].cap, part[i].counting,
                            &opened));
            part[i].last = run.last;
            part[i].run_start = run.start;
            part[i].capped = run.capped;
        }
        if (part[i].latest.days == LAW_DATE_NONE.days || part[i].last.days <= part[i].latest.days)
            continue;
        /* what was there before it stays; of its own it keeps no day after `latest` */
        law_date least = opened || part[i].cap.amount == 0 ? part[i].start : before;
        part[i].last = later(part[i].latest, least);
        if (part[i].cap.amount != 0)
            run.last = part[i].last;
    }
    return STATUS_OK;
}

/* ---- the list ---- */

static struct store_value key_of(const struct digest *person)
{
    return STORE_OF_BYTES(((struct slice){(const char *)person->bytes, SANCTION_KEY_BYTES}));
}

enum status sanction_parts(const struct sanction_desk *desk, const struct digest *person,
                           struct arena *request, struct sanction_part **out, size_t *count)
{
    static const char LIST[] =
        "SELECT item, start, term, unit, cap, cap_unit, counting, latest FROM sanction_term WHERE "
        "person = ?1 AND stands = 1 ORDER BY start, number";
    const struct store_value key = key_of(person);
    struct store_rows *rows = NULL;
    struct store_value at[8];
    struct sanction_part *part = NULL;
    size_t found = 0;
    TRY(ARENA_NEW(request, SANCTION_PARTS_MAX, &part));
    TRY(store_query(desk->store, LIST, &key, 1, &rows));
    enum status status = STATUS_OK;
    while ((status = store_next(rows, at, 8)) == STATUS_OK && found < SANCTION_PARTS_MAX) {
        struct sanction_part *next = &part[found++];
        struct text id = text_over(next->item, sizeof next->item);
        text_add(&id, at[0].bytes);
        next->start = (law_date){at[1].whole};
        next->term = (struct law_span){(int32_t)at[2].whole, (enum law_unit)at[3].whole};
        next->cap = (struct law_span){(int32_t)at[4].whole, (enum law_unit)at[5].whole};
        next->counting = (enum law_counting)at[6].whole;
        next->latest = at[7].type == STORE_NULL ? LAW_DATE_NONE : (law_date){at[7].whole};
    }
    store_end(rows);
    if (status != STATUS_END)
        return status == STATUS_OK ? STATUS_FULL : status;
    *out = part;
    *count = found;
    return sanction_run(part, found);
}

enum status sanction_part_add(const struct sanction_desk *desk, const struct digest *person,
                              const struct sanction_part *part)
{
    static const char ADD[] =
        "INSERT INTO sanction_term (item, person, start, term, unit, cap, cap_unit, counting, "
        "latest, stands) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, 1)";
    const struct store_value values[] = {
        STORE_OF_TEXT(slice_of(part->item)), key_of(person),
        STORE_OF_WHOLE(part->start.days),    STORE_OF_WHOLE(part->term.amount),
        STORE_OF_WHOLE(part->term.unit),     STORE_OF_WHOLE(part->cap.amount),
        STORE_OF_WHOLE(part->cap.unit),      STORE_OF_WHOLE(part->counting)};
    return store_run(desk->store, ADD, values, 8);
}

enum status sanction_part_end(const struct sanction_desk *desk, const char *item)
{
    static const char END[] = "UPDATE sanction_term SET stands = 0 WHERE item = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(item));
    return store_run(desk->store, END, &value, 1);
}

enum status sanction_part_latest(const struct sanction_desk *desk, const char *item,
                                 law_date latest)
{
    static const char SET[] = "UPDATE sanction_term SET latest = ?2 WHERE item = ?1";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(item)),
                                         STORE_OF_WHOLE(latest.days)};
    return store_run(desk->store, SET, values, 2);
}
