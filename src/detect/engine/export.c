/* export.c -- what an engine remembers, written down.
 *
 * Invariants:  1. Nothing is written that no later record can ask for: neither what has been
 *                 swept already nor what has not.  So equal states are equal bytes.
 *              2. Nothing here takes memory, a lock or a thread.
 *
 * Of a name's marks the oldest that have ended are left out, but none behind one that has not:
 * which mark gives way to the ninth depends on how many there were. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/form.h"

static bool begun(const struct engine *engine)
{
    return engine->counts.watermark.ms != MOMENT_NONE.ms;
}

static void counts_export(const struct engine *engine, struct dump *dump)
{
    const struct engine_counts *counts = &engine->counts;
    const struct rule_set *set = engine->image->set;
    dump_varint(dump, counts->records);
    dump_varint(dump, counts->duplicates);
    dump_varint(dump, counts->late);
    dump_varint(dump, counts->findings);
    dump_varint(dump, counts->subjectless);
    dump_varint(dump, counts->bounded);
    dump_varint(dump, counts->other_currency);
    for (uint32_t r = 0; r < set->rules_count; r++) {
        if (counts->fired[r] == 0)
            continue;
        dump_text(dump, set->rule[r].name);
        dump_varint(dump, counts->fired[r]);
    }
    dump_text(dump, SLICE(""));
}

static void profile_export(const struct engine *engine, uint32_t p, struct dump *dump)
{
    const struct window *shard[THREADS_MAX];
    for (unsigned s = 0; s < engine->threads; s++)
        shard[s] = engine->shard[s].window[p];
    struct window_form form = form_of_profile(&engine->image->profile[p]);
    const struct digest *digest = &engine->identity[p];
    dump_u8(dump, 1);
    dump_text(dump, (struct slice){(const char *)digest->bytes, sizeof digest->bytes});
    window_form_export(&form, dump);
    window_export(shard, engine->threads, &form, engine->counts.watermark.ms, dump);
}

/* The marks of a slot without the oldest that have ended; how many. */
static unsigned marks_left(const struct engine *engine, uint64_t place,
                           struct mark out[MARKS_REMEMBERED_MAX])
{
    int64_t past_ms = engine->counts.watermark.ms - (int64_t)LATE_HOURS_MAX * HOUR_MS;
    unsigned count = marks_of_slot(&engine->marks, place, out);
    unsigned first = 0;
    while (first < count && out[first].until_ms < past_ms)
        first++;
    memmove(out, out + first, (count - first) * sizeof *out);
    return count - first;
}

static void marks_export(const struct engine *engine, struct dump *dump)
{
    const struct image *image = engine->image;
    uint64_t names_count = 0;
    struct mark mark[MARKS_REMEMBERED_MAX];
    for (uint32_t i = 0; i < image->labels_count; i++)
        dump_text(dump, image->label[i]);
    dump_text(dump, SLICE(""));
    for (uint64_t i = 0; i < engine->marks.slots_count; i++)
        names_count += engine->marks.slot[i].name != 0 && marks_left(engine, i, mark) > 0;
    dump_varint(dump, names_count);
    struct order_walk walk;
    struct order_entry entry;
    order_walk_init(&walk, marks_order(&engine->marks));
    while (order_walk_next(&walk, &entry)) {
        unsigned count = marks_left(engine, entry.place, mark);
        if (count == 0)
            continue;
        dump_u64(dump, entry.key);
        dump_varint(dump, tag_label((uint32_t)entry.tag));
        dump_u8(dump, (uint8_t)tag_type((uint32_t)entry.tag));
        dump_u8(dump, (uint8_t)count);
        for (unsigned i = 0; i < count; i++) {
            uint64_t weight;
            memcpy(&weight, &mark[i].weight, sizeof weight);
            dump_signed(dump, mark[i].set_ms);
            dump_signed(dump, mark[i].until_ms);
            dump_u64(dump, weight);
        }
    }
    dump_u64(dump, 0);
}

static void spellings_export(const struct engine *engine, struct dump *dump)
{
    uint32_t past = spellings_coarse(engine_spellings_past(engine));
    struct order_walk walk;
    struct order_entry entry;
    uint64_t names_count = 0;
    for (uint64_t i = 0; i < engine->spellings.slots_count; i++)
        names_count +=
            engine->spellings.slot[i].name != 0 && engine->spellings.slot[i].last >= past;
    dump_varint(dump, names_count);
    order_walk_init(&walk, spellings_order(&engine->spellings));
    while (order_walk_next(&walk, &entry)) {
        uint32_t last = engine->spellings.slot[entry.place].last;
        if (last < past)
            continue;
        dump_u64(dump, entry.key);
        dump_varint(dump, last);
        dump_text(dump, spellings_find(&engine->spellings, (ident){entry.key}));
    }
    dump_u64(dump, 0);
}

static bool digest_entry(const void *table, uint64_t place, struct order_entry *out)
{
    uint64_t digest = ((const struct digest_table *)table)->digest[place];
    *out = (struct order_entry){.hash = digest, .key = digest};
    return digest != 0;
}

static void duplicates_export(const struct engine *engine, struct dump *dump)
{
    const struct duplicates *duplicates = &engine->duplicates;
    int64_t past_ms = form_doubles_past(engine->counts.watermark.ms);
    struct order_walk walk;
    struct order_entry entry;
    for (int64_t n = form_slice(past_ms + 1); n <= form_slice(engine->counts.watermark.ms); n++) {
        int64_t from_ms = n * SLICE_HOURS_OF_FORM * (int64_t)HOUR_MS;
        unsigned i = 0;
        while (i < DUPLICATE_SLICES && duplicates->slice_from_ms[i] != from_ms)
            i++;
        if (i == DUPLICATE_SLICES || duplicates->slice[i].count == 0)
            continue;
        const struct digest_table *table = &duplicates->slice[i];
        dump_u8(dump, 1);
        dump_signed(dump, n);
        dump_varint(dump, table->count);
        order_walk_init(&walk, (struct order_table){table, table->places, digest_entry});
        while (order_walk_next(&walk, &entry))
            dump_u64(dump, entry.key);
        dump_u64(dump, 0);
    }
    dump_u8(dump, 0);
    const struct digest_table *named = &duplicates->named;
    uint64_t named_count = 0;
    for (uint64_t i = 0; i < named->places; i++)
        named_count += named->digest[i] != 0 && named->at_ms[i] > past_ms;
    dump_varint(dump, named_count);
    order_walk_init(&walk, (struct order_table){named, named->places, digest_entry});
    while (order_walk_next(&walk, &entry)) {
        if (named->at_ms[entry.place] <= past_ms)
            continue;
        dump_u64(dump, entry.key);
        dump_signed(dump, named->at_ms[entry.place]);
    }
    dump_u64(dump, 0);
}

void engine_export(const struct engine *engine, struct dump *dump)
{
    dump_u8(dump, ENGINE_FORM);
    dump_u8(dump, begun(engine));
    if (begun(engine))
        dump_signed(dump, engine->counts.watermark.ms);
    counts_export(engine, dump);
    if (!begun(engine))
        return; /* nothing was remembered yet */
    for (uint32_t p = 0; p < engine->image->set->profiles_count; p++)
        profile_export(engine, p, dump);
    dump_u8(dump, 0);
    marks_export(engine, dump);
    spellings_export(engine, dump);
    duplicates_export(engine, dump);
}
