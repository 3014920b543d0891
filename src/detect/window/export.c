/* export.c -- events out as they are seen, events in as they once came.
 *
 * Invariants:  1. Two windows that answer alike from `newest_ms` on are the same bytes, however
 *                 many shards they have, and whatever was swept already.
 *              2. What comes in goes through window_add, so that it lies as if it had just
 *                 happened; running answers begin anew over the same events, and are exact.
 *              3. Nothing that is read from a dump is believed: a key out of order, a time that
 *                 cannot be, a flag or a number that no event has, end the reading.
 * Not chosen:  copying blocks.  A dump would be good for one version of one program with one number
 *              of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/export.h"

#include "detect/window/window_inside.h"
#include "ground/order.h"
#include "record/ident.h"

static const bool TAKES_VALUE[MEASURES_COUNT] = {
#define MEASURE(word, takes_value, needs) [MEASURE_##word] = (takes_value),
#include "detect/window/measures.inc"
#undef MEASURE
};

enum { TIME_BITS_MAX = 48 }; /* moments of 9,000 years */

/* ---- the form of an event ---- */

struct window_form window_form_of(const struct window_plan *plan)
{
    struct window_form form = {.bits_count = (uint8_t)plan->bits_count,
                               .values_count = (uint8_t)plan->values_count};
    for (unsigned f = 0; f < plan->features_count; f++) {
        const struct window_feature *feature = &plan->feature[f];
        if (TAKES_VALUE[feature->measure])
            window_form_add(&form, feature->bit, feature->value, feature->name);
    }
    return form;
}

bool window_form_equal(const struct window_form *a, const struct window_form *b)
{
    if (a->bits_count != b->bits_count || a->values_count != b->values_count)
        return false;
    for (unsigned bit = 0; bit < a->bits_count; bit++)
        for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++)
            if (a->values[bit].word[w] != b->values[bit].word[w])
                return false;
    return true;
}

void window_form_export(const struct window_form *form, struct dump *dump)
{
    dump_u8(dump, form->bits_count);
    dump_u8(dump, form->values_count);
    for (unsigned bit = 0; bit < form->bits_count; bit++)
        for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++)
            dump_u64(dump, form->values[bit].word[w]);
}

static uint64_t low_bits(unsigned count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

enum status window_form_import(struct window_form *out, struct undump *undump)
{
    struct window_form form = {0};
    TRY(undump_u8(undump, &form.bits_count));
    TRY(undump_u8(undump, &form.values_count));
    if (form.bits_count > WINDOW_BITS_MAX || form.values_count > WINDOW_VALUES_MAX)
        return STATUS_MALFORMED;
    for (unsigned bit = 0; bit < form.bits_count; bit++) {
        for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++) {
            uint64_t *word = &form.values[bit].word[w];
            unsigned left = form.values_count > w * 64 ? form.values_count - w * 64u : 0;
            TRY(undump_u64(undump, word));
            if ((*word & ~low_bits(left)) != 0)
                return STATUS_MALFORMED;
        }
    }
    *out = form;
    return STATUS_OK;
}

/* Which values an event with these flags has; the next one's flags are likely the same. */
struct meaning {
    const struct window_form *form;
    uint64_t flags;
    struct window_values values;
};

static void meaning_of(struct meaning *meaning, uint64_t flags)
{
    if (meaning->flags == flags)
        return;
    meaning->flags = flags;
    meaning->values = (struct window_values){{0}};
    for (uint64_t left = flags; left != 0; left &= left - 1)
        for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++)
            meaning->values.word[w] |= meaning->form->values[__builtin_ctzll(left)].word[w];
}

/* ---- out ---- */

static bool slot_entry(const void *table, uint64_t place, struct order_entry *out)
{
    const struct window_slot *slot = &((const struct window *)table)->slot[place];
    if (slot->key == 0)
        return false;
    *out = (struct order_entry){.hash = window_hash(slot->key), .key = slot->key};
    return true;
}

/* From when on somebody may still look. */
static int64_t past_of(const struct window *window, int64_t newest_ms)
{
    return newest_ms - window->plan.late_ms_max - window->plan.span_ms_max;
}

static void event_export(const struct window *window, const uint64_t *event,
                         struct meaning *meaning, struct dump *dump)
{
    uint64_t flags = event[window->flags_at];
    if (window->flags_at == 0)
        flags &= low_bits(FLAG_BITS);
    meaning_of(meaning, flags);
    dump_varint(dump, flags);
    const uint64_t *value = event + window->values_at;
    for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++, value += 64)
        for (uint64_t left = meaning->values.word[w]; left != 0; left &= left - 1)
            dump_u64(dump, value[__builtin_ctzll(left)]);
}

static void entity_export(const struct window *window, const struct window_slot *slot,
                          struct meaning *meaning, int64_t newest_ms, struct dump *dump)
{
    if (slot->block == 0)
        return;
    struct block *block = block_at(window, slot->block);
    uint32_t stride = window->stride;
    int64_t past_ms = past_of(window, newest_ms);
    uint64_t word = word_after(block->base_ms, past_ms);
    const uint64_t *event = events_at(window, block) + (size_t)block->start * stride;
    const uint64_t *end = events_at(window, block) + (size_t)block->end * stride;
    while (event < end && event[0] < word)
        event += stride;
    if (event == end)
        return;
    int64_t fallen_ms = INT64_MIN;
    if (window->geometry[block->class].busy)
        fallen_ms = busy_at(block)->fallen_ms;
    dump_u64(dump, slot->key);
    dump_varint(dump, (uint64_t)(end - event) / stride);
    dump_varint(dump, fallen_ms > past_ms ? (uint64_t)(newest_ms - fallen_ms) + 1 : 0);
    int64_t before_ms = newest_ms;
    uint64_t position = 0;
    for (bool first = true; event < end; event += stride, first = false) {
        int64_t at_ms = event_ms(block, event);
        dump_varint(dump, (uint64_t)(first ? newest_ms - at_ms : at_ms - before_ms));
        dump_signed(dump, (int64_t)(event[window->flags_at + 1] - position));
        event_export(window, event, meaning, dump);
        before_ms = at_ms;
        position = event[window->flags_at + 1];
    }
}

void window_export(const struct window *const *shard, unsigned shards_count,
                   const struct window_form *form, int64_t newest_ms, struct dump *dump)
{
    struct order_walk walk[THREADS_MAX];
    struct order_entry next[THREADS_MAX];
    bool more[THREADS_MAX];
    struct meaning meaning = {.form = form};
    for (unsigned s = 0; s < shards_count; s++) {
        order_walk_init(&walk[s],
                        (struct order_table){shard[s], shard[s]->slots_count, slot_entry});
        more[s] = order_walk_next(&walk[s], &next[s]);
    }
    for (;;) {
        unsigned least = shards_count;
        for (unsigned s = 0; s < shards_count; s++)
            if (more[s] && (least == shards_count || order_before(&next[s], &next[least])))
                least = s;
        if (least == shards_count)
            break;
        const struct window_slot *slot = &shard[least]->slot[next[least].place];
        more[least] = order_walk_next(&walk[least], &next[least]);
        entity_export(shard[least], slot, &meaning, newest_ms, dump);
    }
    dump_u64(dump, 0);
}

/* ---- in ---- */

void window_intake_init(struct window_intake *intake, const struct window_form *form,
                        int64_t newest_ms)
{
    *intake = (struct window_intake){.form = form, .newest_ms = newest_ms};
    for (unsigned v = 0; v < WINDOW_VALUES_MAX; v++)
        intake->column[v] = &intake->value[v];
}

enum status window_intake_next(struct window_intake *intake, struct undump *undump)
{
    uint64_t before = intake->key;
    TRY(undump_u64(undump, &intake->key));
    if (intake->key == 0)
        return STATUS_OK;
    intake->hash = window_hash(intake->key);
    bool ordered = intake->hash != intake->hash_before ? intake->hash > intake->hash_before
                                                       : intake->key > before;
    if (before != 0 && !ordered)
        return STATUS_MALFORMED;
    intake->hash_before = intake->hash;
    return STATUS_OK;
}

/* An entity while its events come. */
struct coming {
    struct window *window; /* NULL: they are read past */
    struct window_slot *slot;
    struct window_event event;
    struct meaning meaning;
    struct window_values numbers; /* with these flags: what a feature reads as a number */
    struct window_values names;   /* … and what is a name, or unknown */
};

static void classes_find(struct coming *coming, uint64_t flags)
{
    coming->numbers = coming->names = (struct window_values){{0}};
    const struct window_values *names = coming->meaning.form->names;
    for (uint64_t left = flags; left != 0; left &= left - 1)
        for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++)
            coming->names.word[w] |= names[__builtin_ctzll(left)].word[w];
    const struct window_plan *plan = &coming->window->plan;
    for (unsigned f = 0; f < plan->features_count; f++) {
        const struct window_feature *feature = &plan->feature[f];
        bool number = !feature->name && TAKES_VALUE[feature->measure];
        if (number && (flags >> feature->bit & 1u) != 0)
            coming->numbers.word[feature->value / 64] |= (uint64_t)1 << feature->value % 64;
    }
}

static bool values_hold(const struct coming *coming, const uint64_t *value)
{
    for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++, value += 64) {
        for (uint64_t left = coming->numbers.word[w]; left != 0; left &= left - 1)
            if (isnan(number_of(value[__builtin_ctzll(left)])))
                return false;
        for (uint64_t left = coming->names.word[w]; left != 0; left &= left - 1) {
            ident name = {value[__builtin_ctzll(left)]};
            if (ident_known(name) && !ident_valid(name))
                return false;
        }
    }
    return true;
}

static enum status values_import(struct window_intake *intake, struct undump *undump,
                                 struct coming *coming)
{
    uint64_t flags = coming->event.flags;
    if (flags != coming->meaning.flags) {
        memset(intake->value, 0, intake->form->values_count * sizeof intake->value[0]);
        meaning_of(&coming->meaning, flags);
        if (coming->window != NULL)
            classes_find(coming, flags);
    }
    uint64_t *value = intake->value;
    for (unsigned w = 0; w < WINDOW_VALUES_MAX / 64; w++, value += 64)
        for (uint64_t left = coming->meaning.values.word[w]; left != 0; left &= left - 1)
            TRY(undump_u64(undump, &value[__builtin_ctzll(left)]));
    return values_hold(coming, intake->value) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status event_import(struct window_intake *intake, struct undump *undump,
                                struct coming *coming, bool first)
{
    uint64_t step_ms;
    int64_t position;
    struct window_event *event = &coming->event;
    TRY(undump_below(undump, low_bits(TIME_BITS_MAX), &step_ms));
    TRY(undump_signed(undump, &position));
    TRY(undump_below(undump, low_bits(intake->form->bits_count), &event->flags));
    if (event->flags == 0)
        return STATUS_MALFORMED;
    event->at_ms = first ? intake->newest_ms - (int64_t)step_ms : event->at_ms + (int64_t)step_ms;
    event->position += (uint64_t)position;
    if (event->at_ms > intake->newest_ms)
        return STATUS_MALFORMED;
    TRY(values_import(intake, undump, coming));
    if (coming->window == NULL)
        return STATUS_OK;
    if (event->at_ms <= past_of(coming->window, intake->newest_ms))
        return STATUS_MALFORMED;
    bool kept;
    TRY(window_add(coming->window, coming->slot, event, intake->newest_ms, &kept));
    must(kept);
    return STATUS_OK;
}

/* That events fell off, of an entity that has as many as it can have. */
static enum status fallen_import(const struct window_intake *intake, struct window *window,
                                 const struct window_slot *slot, uint64_t fallen)
{
    struct block *block = block_at(window, slot->block);
    if (fallen == 0)
        return STATUS_OK;
    int64_t fallen_ms = intake->newest_ms - (int64_t)(fallen - 1);
    const uint64_t *oldest = events_at(window, block) + (size_t)block->start * window->stride;
    if ((uint32_t)(block->end - block->start) != window->plan.events_max ||
        fallen_ms > event_ms(block, oldest) || fallen_ms <= past_of(window, intake->newest_ms))
        return STATUS_MALFORMED;
    must(window->geometry[block->class].busy); /* only a busy entity can lose events */
    busy_at(block)->fallen_ms = fallen_ms;
    window->lost = true;
    return STATUS_OK;
}

/* Entities come in the order of their hashes, so a table that grew as they come would always be
 * crowded at its front.  How far the hashes have come tells how many there will be. */
static enum status room_reserve(const struct window_intake *intake, struct window *window)
{
    enum { ENOUGH_TO_TELL = 64 };
    double part = (double)intake->hash / 0x1p64;
    double left = part > 0 ? (double)window->entities_count / part * (1 - part) * 1.1 : 0;
    if (window->entities_count >= ENOUGH_TO_TELL && left < (double)UINT32_MAX / 2 &&
        window_reserve(window, 1 + (uint32_t)left) == STATUS_OK)
        return STATUS_OK;
    return window_reserve(window, 1);
}

enum status window_intake_take(struct window_intake *intake, struct undump *undump,
                               struct window *window)
{
    uint64_t count, fallen;
    uint64_t count_max = window == NULL ? UINT32_MAX : window->plan.events_max;
    TRY(undump_below(undump, count_max, &count));
    TRY(undump_below(undump, low_bits(TIME_BITS_MAX), &fallen));
    if (count == 0)
        return STATUS_MALFORMED;
    struct coming coming = {.window = window, .meaning = {.form = intake->form}};
    coming.event.column = intake->column;
    if (window != NULL) {
        TRY(room_reserve(intake, window));
        coming.slot = window_entity(window, intake->key, intake->hash);
        must(coming.slot->block == 0);
    }
    memset(intake->value, 0, sizeof intake->value);
    for (uint64_t i = 0; i < count; i++)
        TRY(event_import(intake, undump, &coming, i == 0));
    return window == NULL ? STATUS_OK : fallen_import(intake, window, coming.slot, fallen);
}

void window_empty(struct window *window)
{
    for (uint64_t i = 0; i < window->slots_count; i++) {
        if (window->slot[i].key != 0)
            log_release(window, &window->slot[i]);
        window->slot[i] = (struct window_slot){.key = 0};
    }
    window->entities_count = 0;
    window->created = 0;
    window->swept = 0;
    window->first = UINT32_MAX;
    window->first_next = UINT32_MAX;
}
