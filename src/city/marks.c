/* marks.c -- what fraud touched, and who shows which innocent behaviour.
 *
 * Truth is written down at the moment a record is made, never planned ahead: what was drawn but
 * fell outside the run leaves no label.  So every subject of truth.csv occurs in the records, and
 * time_first is the first record that shows it.  A subject of which the records show next to
 * nothing, a number that rang once in vain or somebody who got one message, is touched but not
 * labelled: no detector could earn it, and a score that asks for it measures luck.
 *
 *     slots:  [ row + 1 | 0 | 0 | row + 1 | … ]     open addressing, at most half full
 *     rows:   [ kind subject mark first last campaign | … ]     in the order of adding
 *
 * Invariants:  1. One row for each (kind, subject, mark).
 *              2. first_ms <= last_ms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum { ROWS_FIRST = 4096, ROWS_MAX = 1 << 26 };

struct marks {
    struct mark_row *rows;
    uint32_t *slots; /* twice as many as rows_max */
    uint32_t rows_count, rows_max;
    bool full;
};

static uint32_t slot_of(const struct marks *marks, const struct mark_row *row)
{
    uint64_t hash = dice_mix(row->subject * 31 + row->kind * 256u + row->mark);
    uint32_t mask = marks->rows_max * 2 - 1;
    for (uint32_t slot = (uint32_t)hash & mask;; slot = (slot + 1) & mask) {
        if (marks->slots[slot] == 0)
            return slot;
        const struct mark_row *there = &marks->rows[marks->slots[slot] - 1];
        if (there->subject == row->subject && there->kind == row->kind && there->mark == row->mark)
            return slot;
    }
}

static enum status marks_widen(struct marks *marks, uint32_t rows_max)
{
    void *rows = NULL, *slots = NULL;
    if (rows_max > ROWS_MAX)
        return STATUS_FULL;
    TRY(pages_take(rows_max * sizeof *marks->rows, &rows));
    enum status status = pages_take(rows_max * 2 * sizeof *marks->slots, &slots);
    if (status != STATUS_OK) {
        pages_give_back(rows, rows_max * sizeof *marks->rows);
        return status;
    }
    struct marks old = *marks;
    marks->rows = rows;
    marks->slots = slots;
    marks->rows_max = rows_max;
    for (uint32_t i = 0; i < old.rows_count; i++) {
        marks->rows[i] = old.rows[i];
        marks->slots[slot_of(marks, &old.rows[i])] = i + 1;
    }
    pages_give_back(old.rows, old.rows_max * sizeof *old.rows);
    pages_give_back(old.slots, old.rows_max * 2 * sizeof *old.slots);
    return STATUS_OK;
}

enum status marks_create(struct marks **out, struct arena *boot)
{
    struct marks *marks = NULL;
    TRY(ARENA_NEW(boot, 1, &marks));
    TRY(marks_widen(marks, ROWS_FIRST));
    *out = marks;
    return STATUS_OK;
}

void marks_destroy(struct marks *marks)
{
    if (marks == NULL)
        return;
    pages_give_back(marks->rows, marks->rows_max * sizeof *marks->rows);
    pages_give_back(marks->slots, marks->rows_max * 2 * sizeof *marks->slots);
}

void marks_touch(struct marks *marks, const struct mark_row *row)
{
    must(row->first_ms <= row->last_ms);
    if (marks->rows_count == marks->rows_max &&
        marks_widen(marks, marks->rows_max * 2) != STATUS_OK) {
        marks->full = true;
        return;
    }
    uint32_t slot = slot_of(marks, row);
    if (marks->slots[slot] == 0) {
        marks->rows[marks->rows_count++] = *row;
        marks->slots[slot] = marks->rows_count;
        return;
    }
    struct mark_row *there = &marks->rows[marks->slots[slot] - 1];
    if (row->first_ms < there->first_ms)
        there->first_ms = row->first_ms;
    if (row->last_ms > there->last_ms)
        there->last_ms = row->last_ms;
    there->traces |= row->traces;
    there->deeds += row->deeds;
    there->money += row->money;
}

bool marks_full(const struct marks *marks)
{
    return marks->full;
}

uint32_t marks_count(const struct marks *marks)
{
    return marks->rows_count;
}

const struct mark_row *marks_at(const struct marks *marks, uint32_t index)
{
    must(index < marks->rows_count);
    return &marks->rows[index];
}

void truth_touch(struct city *city, enum city_label label, struct touch touch)
{
    enum {
        SUBJECT_phone = SUBJECT_PHONE,
        SUBJECT_imei = SUBJECT_IMEI,
        SUBJECT_account = SUBJECT_ACCOUNT,
        SUBJECT_person = SUBJECT_PERSON
    };
    static const uint8_t KINDS[] = {
#define CITY_LABEL(name, subject) SUBJECT_##subject,
#include "labels.inc"
#undef CITY_LABEL
    };
    const unsigned deeds = TRACE_TRY | TRACE_TALK | TRACE_TEXT | TRACE_TAKEN;
    struct mark_row row = {.subject = touch.subject,
                           .first_ms = touch.at_ms,
                           .last_ms = touch.at_ms,
                           .money = touch.money,
                           .campaign = touch.campaign,
                           .deeds = (touch.trace & deeds) != 0 ? 1 : 0,
                           .kind = KINDS[label],
                           .mark = (uint8_t)label,
                           .traces = (uint8_t)touch.trace};
    marks_touch(city->truth, &row);
}

/* docs/city.md, "What the labels mean", says the same in words. */
bool truth_is_earned(const struct mark_row *row)
{
    enum { DEEDS_LEAST = 3, TAKEN_LEAST = 50 * YUAN };
    switch ((enum city_label)row->mark) {
    case CITY_LABEL_scam_caller:
        return (row->traces & TRACE_TALK) != 0 || row->deeds >= DEEDS_LEAST;
    case CITY_LABEL_gateway:
    case CITY_LABEL_relay:
    case CITY_LABEL_scam_sms:
    case CITY_LABEL_wangiri:
    case CITY_LABEL_runner:
        return row->deeds >= DEEDS_LEAST;
    case CITY_LABEL_mule:
    case CITY_LABEL_cash_out:
        if ((row->traces & (TRACE_TAKEN | TRACE_PAID)) == 0)
            return false; /* it only paid baits */
        return row->traces != TRACE_TAKEN || row->deeds > 1 || row->money >= TAKEN_LEAST;
    case CITY_LABEL_victim:
        return (row->traces & ~(TRACE_TEXT | TRACE_OTHER)) != 0;
    case CITY_LABELS_COUNT:
        break;
    }
    must(false);
    return false;
}

void census_add(struct city *city, enum city_class class, enum subject_kind kind, uint64_t subject)
{
    struct mark_row row = {.subject = subject, .kind = (uint8_t)kind, .mark = (uint8_t) class};
    marks_touch(city->census, &row);
}
