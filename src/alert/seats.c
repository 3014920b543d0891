/* seats.c -- a desk's memory asked, written down, and read again.
 *
 *   form u8 | counts 4 varints | of rules: name as text, 3 varints … ""
 *   of typologies: name as text, subjects varint … ""
 *   seats: how many varint, then subject u64 | typology varint, its number in the list before |
 *          last signed | grade u8 | merged varint … 0
 *
 * Invariant:   seats come in the order of their hashes, each once; so equal desks are equal bytes,
 *              and a desk that is read is full where the other was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/desk_inside.h"
#include "ground/order.h"

enum { DESK_FORM = 1, TIME_BITS_MAX = 48 };

bool alert_desk_find(const struct alert_desk *desk, enum label label, ident subject,
                     struct alert_standing *out)
{
    const struct seat *seat = seat_find(desk->seat, desk->seats_count, label, subject);
    if (!ident_known(subject) || !ident_known(seat->subject))
        return false;
    *out = (struct alert_standing){seat->last, (enum grade)seat->grade, seat->merged};
    return true;
}

/* ---- out ---- */

static bool seat_entry(const void *table, uint64_t place, struct order_entry *out)
{
    const struct seat *seat = (const struct seat *)table + place;
    if (!ident_known(seat->subject))
        return false;
    *out = (struct order_entry){.hash = seat_hash(seat->label, seat->subject),
                                .key = seat->subject.bits,
                                .tag = seat->label};
    return true;
}

static void counts_export(const struct alert_desk *desk, struct dump *dump)
{
    const struct alert_counts *counts = &desk->counts;
    dump_varint(dump, counts->findings);
    dump_varint(dump, counts->alerts);
    dump_varint(dump, counts->repeats);
    dump_varint(dump, counts->merged);
    for (uint32_t r = 0; r < desk->set->rules_count; r++) {
        if (counts->alerts_of[r] == 0 && counts->merged_of[r] == 0)
            continue;
        dump_text(dump, desk->set->rule[r].name);
        dump_varint(dump, counts->alerts_of[r]);
        dump_varint(dump, counts->repeats_of[r]);
        dump_varint(dump, counts->merged_of[r]);
    }
    dump_text(dump, SLICE(""));
    for (unsigned label = 0; label < LABELS_COUNT; label++) {
        dump_text(dump, slice_of(label_name((enum label)label)));
        dump_varint(dump, counts->subjects_of[label]);
    }
    dump_text(dump, SLICE(""));
}

void alert_desk_export(const struct alert_desk *desk, struct dump *dump)
{
    dump_u8(dump, DESK_FORM);
    counts_export(desk, dump);
    dump_varint(dump, desk->seats_taken);
    struct order_walk walk;
    struct order_entry entry;
    order_walk_init(&walk, (struct order_table){desk->seat, desk->seats_count, seat_entry});
    while (order_walk_next(&walk, &entry)) {
        const struct seat *seat = &desk->seat[entry.place];
        dump_u64(dump, seat->subject.bits);
        dump_varint(dump, seat->label);
        dump_signed(dump, seat->last.ms);
        dump_u8(dump, seat->grade);
        dump_varint(dump, seat->merged);
    }
    dump_u64(dump, 0);
}

/* ---- in ---- */

static uint32_t rule_find(const struct rule_set *set, struct slice name)
{
    uint32_t r = 0;
    while (r < set->rules_count && !slice_equal(set->rule[r].name, name))
        r++;
    return r < set->rules_count ? r : UINT32_MAX;
}

static enum status rules_import(const struct rule_set *set, struct undump *undump,
                                struct alert_counts *counts)
{
    for (;;) {
        struct slice name;
        uint64_t alerts, repeats, merged;
        TRY(undump_text(undump, &name));
        if (name.size == 0)
            return STATUS_OK;
        uint32_t r = rule_find(set, name); /* the name is lent until the next read */
        TRY(undump_varint(undump, &alerts));
        TRY(undump_varint(undump, &repeats));
        TRY(undump_varint(undump, &merged));
        if (r == UINT32_MAX)
            continue;
        counts->alerts_of[r] = alerts;
        counts->repeats_of[r] = repeats;
        counts->merged_of[r] = merged;
    }
}

/* The typologies of the dump, each with its number here. */
struct typologies {
    unsigned count;
    unsigned ours[LABELS_COUNT];
};

static enum status typologies_import(struct undump *undump, struct typologies *typologies,
                                     struct alert_counts *counts)
{
    for (typologies->count = 0;; typologies->count++) {
        struct slice name;
        unsigned ours = 0;
        TRY(undump_text(undump, &name));
        if (name.size == 0)
            return STATUS_OK;
        while (ours < LABELS_COUNT && !slice_equal(slice_of(label_name((enum label)ours)), name))
            ours++;
        if (ours == LABELS_COUNT || typologies->count == LABELS_COUNT)
            return STATUS_MALFORMED; /* of a program that knows more */
        typologies->ours[typologies->count] = ours;
        TRY(undump_varint(undump, &counts->subjects_of[ours]));
    }
}

/* The next seat; an unknown subject: there are no more. */
static enum status seat_import(struct undump *undump, const struct typologies *typologies,
                               struct seat *out)
{
    uint64_t label, merged;
    TRY(undump_u64(undump, &out->subject.bits));
    if (!ident_known(out->subject))
        return STATUS_OK;
    TRY(undump_varint(undump, &label));
    TRY(undump_signed(undump, &out->last.ms));
    TRY(undump_u8(undump, &out->grade));
    TRY(undump_below(undump, UINT32_MAX, &merged));
    int64_t bound = (int64_t)1 << TIME_BITS_MAX;
    if (!ident_valid(out->subject) || label >= typologies->count || out->grade > GRADE_EXTREME ||
        out->last.ms <= -bound || out->last.ms >= bound)
        return STATUS_MALFORMED;
    out->label = (uint8_t)typologies->ours[label];
    out->merged = (uint32_t)merged;
    return STATUS_OK;
}

static void desk_empty(struct alert_desk *desk, const struct alert_counts *counts)
{
    memset(desk->seat, 0, desk->seats_count * sizeof *desk->seat);
    desk->seats_taken = 0;
    desk->counts = *counts;
}

enum status alert_desk_import(struct alert_desk *desk, struct undump *undump)
{
    static const struct rule_set nobody = {0};
    struct alert_counts counts = {0};
    struct typologies typologies;
    TRY(undump_expect(undump, DESK_FORM));
    TRY(undump_varint(undump, &counts.findings));
    TRY(undump_varint(undump, &counts.alerts));
    TRY(undump_varint(undump, &counts.repeats));
    TRY(undump_varint(undump, &counts.merged));
    TRY(rules_import(desk == NULL ? &nobody : desk->set, undump, &counts));
    TRY(typologies_import(undump, &typologies, &counts));
    uint64_t seats;
    TRY(undump_varint(undump, &seats));
    if (desk != NULL) {
        desk_empty(desk, &counts);
        TRY(desk_grow(desk, seats)); /* in the order of hashes: no growing in between */
    }
    for (;;) {
        struct seat read = {0};
        TRY(seat_import(undump, &typologies, &read));
        if (!ident_known(read.subject))
            return STATUS_OK;
        if (desk == NULL)
            continue;
        TRY(desk_grow(desk, 1));
        struct seat *seat =
            seat_find(desk->seat, desk->seats_count, (enum label)read.label, read.subject);
        if (ident_known(seat->subject))
            return STATUS_MALFORMED; /* twice */
        *seat = read;
        desk->seats_taken++;
    }
}
