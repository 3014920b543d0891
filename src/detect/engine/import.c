/* import.c -- an engine goes on where another one was.
 *
 * Everything is remembered by the calls that remember it as it happens; only the order is another.
 *
 * Invariant:   nothing that is read is believed.  A time is one that an engine with this watermark
 *              can hold, a name is a name, a number a number; all else is STATUS_MALFORMED. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/form.h"

#include <assert.h>
#include <math.h>

/* Where a dump goes. */
struct reading {
    struct engine *engine; /* NULL: it is read past */
    struct undump *undump;
    int64_t watermark_ms;
};

static enum status time_import(struct undump *undump, int64_t *out)
{
    TRY(undump_signed(undump, out));
    return form_time(*out) ? STATUS_OK : STATUS_MALFORMED;
}

static uint32_t rule_find(const struct rule_set *set, struct slice name)
{
    uint32_t low = 0, high = set->rules_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = slice_compare(set->rule[middle].name, name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

static enum status counts_import(const struct rule_set *set, struct undump *undump,
                                 struct engine_counts *counts)
{
    TRY(undump_varint(undump, &counts->records));
    TRY(undump_varint(undump, &counts->duplicates));
    TRY(undump_varint(undump, &counts->late));
    TRY(undump_varint(undump, &counts->findings));
    TRY(undump_varint(undump, &counts->subjectless));
    TRY(undump_varint(undump, &counts->bounded));
    TRY(undump_varint(undump, &counts->other_currency));
    for (;;) {
        struct slice name;
        uint64_t times;
        TRY(undump_text(undump, &name));
        if (name.size == 0)
            return STATUS_OK;
        uint32_t r = rule_find(set, name); /* the name is lent until the next read */
        TRY(undump_varint(undump, &times));
        if (r != UINT32_MAX)
            counts->fired[r] = times;
    }
}

/* ---- profiles ---- */

/* UINT32_MAX: it is read past. */
static uint32_t profile_find(const struct engine *engine, struct slice digest)
{
    for (uint32_t p = 0; engine != NULL && p < engine->image->set->profiles_count; p++)
        if (memcmp(digest.at, engine->identity[p].bytes, DIGEST_SIZE) == 0)
            return p;
    return UINT32_MAX;
}

static enum status entities_import(const struct reading *reading, uint32_t p,
                                   const struct window_form *form)
{
    struct undump *undump = reading->undump;
    struct window_intake intake;
    window_intake_init(&intake, form, reading->watermark_ms);
    for (;;) {
        TRY(window_intake_next(&intake, undump));
        if (intake.key == 0)
            return STATUS_OK;
        if (!ident_valid((ident){intake.key}))
            return STATUS_MALFORMED;
        struct window *window = p == UINT32_MAX ? NULL : window_of(reading->engine, p, intake.hash);
        TRY(window_intake_take(&intake, undump, window));
    }
}

static enum status profiles_import(const struct reading *reading, struct engine_taken *taken)
{
    struct engine *engine = reading->engine;
    struct undump *undump = reading->undump;
    for (;;) {
        uint8_t more;
        struct slice digest;
        struct window_form form;
        TRY(undump_u8(undump, &more));
        if (more == 0)
            return STATUS_OK;
        TRY(undump_text(undump, &digest));
        if (more != 1 || digest.size != DIGEST_SIZE)
            return STATUS_MALFORMED;
        uint32_t p = profile_find(engine, digest);
        TRY(window_form_import(&form, undump));
        if (p != UINT32_MAX) {
            struct window_form ours = form_of_profile(&engine->image->profile[p]);
            if (taken->profile[p] || !window_form_equal(&form, &ours))
                return STATUS_MALFORMED;
            form = ours; /* which also knows what is a name */
            taken->profile[p] = true;
            for (unsigned s = 0; s < engine->threads; s++)
                window_empty(engine->shard[s].window[p]);
        }
        TRY(entities_import(reading, p, &form));
    }
}

/* ---- marks ---- */

struct labels {
    uint32_t count;
    uint32_t ours[RULES_MAX * MARKS_PER_RULE_MAX]; /* UINT32_MAX: no rule of ours speaks of it */
};

static enum status labels_import(const struct image *image, struct undump *undump,
                                 struct labels *labels)
{
    for (labels->count = 0;; labels->count++) {
        struct slice name;
        TRY(undump_text(undump, &name));
        if (name.size == 0)
            return STATUS_OK;
        if (labels->count == sizeof labels->ours / sizeof labels->ours[0])
            return STATUS_MALFORMED;
        uint32_t ours = 0, ours_count = image == NULL ? 0 : image->labels_count;
        while (ours < ours_count && !slice_equal(image->label[ours], name))
            ours++;
        labels->ours[labels->count] = ours < ours_count ? ours : UINT32_MAX;
    }
}

static enum status mark_import(struct undump *undump, struct mark *out)
{
    uint64_t weight;
    TRY(time_import(undump, &out->set_ms));
    TRY(time_import(undump, &out->until_ms));
    TRY(undump_u64(undump, &weight));
    memcpy(&out->weight, &weight, sizeof weight);
    return isfinite(out->weight) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status marks_fill(struct marks *marks, const struct labels *labels,
                              struct undump *undump)
{
    uint64_t names_count;
    TRY(undump_varint(undump, &names_count));
    if (marks != NULL)
        TRY(marks_reserve(marks, names_count));
    for (;;) {
        ident name;
        uint64_t label;
        uint8_t type, count;
        TRY(undump_u64(undump, &name.bits));
        if (!ident_known(name))
            return STATUS_OK;
        TRY(undump_varint(undump, &label));
        TRY(undump_u8(undump, &type));
        TRY(undump_u8(undump, &count));
        if (!ident_valid(name) || label >= labels->count || type >= FIELD_TYPES_COUNT ||
            count == 0 || count > MARKS_REMEMBERED_MAX)
            return STATUS_MALFORMED;
        uint32_t ours = labels->ours[label];
        for (unsigned i = 0; i < count; i++) {
            struct mark mark;
            TRY(mark_import(undump, &mark));
            if (ours != UINT32_MAX)
                TRY(marks_add(marks, name, tag_of(ours, (enum field_type)type), mark));
        }
    }
}

/* Marks of labels that the dump does not know stay. */
static enum status marks_keep(const struct marks *old, const struct labels *labels,
                              struct marks *kept)
{
    struct order_walk walk;
    struct order_entry entry;
    order_walk_init(&walk, marks_order(old));
    while (order_walk_next(&walk, &entry)) {
        bool known = false;
        for (uint32_t i = 0; i < labels->count; i++)
            known |= labels->ours[i] == tag_label((uint32_t)entry.tag);
        struct mark mark[MARKS_REMEMBERED_MAX];
        unsigned count = known ? 0 : marks_of_slot(old, entry.place, mark);
        for (unsigned i = 0; i < count; i++)
            TRY(marks_add(kept, (ident){entry.key}, (uint32_t)entry.tag, mark[i]));
    }
    return STATUS_OK;
}

static enum status marks_import(const struct reading *reading)
{
    static_assert(sizeof(struct labels) < 1 << 16, "it stands on the stack");
    struct engine *engine = reading->engine;
    struct labels labels;
    struct marks fresh = {0};
    TRY(labels_import(engine == NULL ? NULL : engine->image, reading->undump, &labels));
    if (engine == NULL)
        return marks_fill(NULL, &labels, reading->undump);
    enum status status = marks_init(&fresh, &engine->budget);
    if (status == STATUS_OK)
        status = marks_keep(&engine->marks, &labels, &fresh);
    if (status == STATUS_OK)
        status = marks_fill(&fresh, &labels, reading->undump);
    if (status != STATUS_OK) {
        marks_release(&fresh);
        return status;
    }
    marks_release(&engine->marks);
    engine->marks = fresh;
    return STATUS_OK;
}

/* ---- spellings, doubles ---- */

static enum status spellings_import(const struct reading *reading)
{
    struct undump *undump = reading->undump;
    uint64_t names_count;
    TRY(undump_varint(undump, &names_count));
    if (reading->engine != NULL)
        TRY(spellings_reserve(&reading->engine->spellings, names_count));
    for (;;) {
        ident name;
        uint64_t last;
        struct slice text;
        TRY(undump_u64(undump, &name.bits));
        if (!ident_known(name))
            return STATUS_OK;
        TRY(undump_below(undump, UINT32_MAX, &last));
        TRY(undump_text(undump, &text));
        if (!ident_valid(name) || ident_is_packed(name) || text.size > RECORD_TEXT_MAX)
            return STATUS_MALFORMED;
        if (reading->engine != NULL)
            TRY(spellings_keep(&reading->engine->spellings, name, text,
                               spellings_moment((uint32_t)last)));
    }
}

/* A record that has nothing but what a double is known by. */
static enum status double_import(const struct reading *reading, const struct record *record)
{
    bool duplicate;
    if (reading->engine == NULL)
        return STATUS_OK;
    TRY(duplicates_ask(&reading->engine->duplicates, record, (moment){reading->watermark_ms},
                       &duplicate));
    return duplicate ? STATUS_MALFORMED : STATUS_OK;
}

static enum status doubles_reserve(const struct reading *reading, const struct record *record)
{
    uint64_t count;
    TRY(undump_varint(reading->undump, &count));
    if (reading->engine == NULL)
        return STATUS_OK;
    return duplicates_reserve(&reading->engine->duplicates, record, count);
}

static enum status slice_import(const struct reading *reading, int64_t *before)
{
    struct record record = {.kind = RECORD_call};
    struct undump *undump = reading->undump;
    int64_t watermark_ms = reading->watermark_ms;
    int64_t n;
    TRY(undump_signed(undump, &n));
    if (n <= *before || n < form_slice(form_doubles_past(watermark_ms) + 1) ||
        n > form_slice(watermark_ms))
        return STATUS_MALFORMED;
    *before = n;
    /* At its end, because the beginning may be past. */
    record.at.ms = (n + 1) * SLICE_HOURS_OF_FORM * (int64_t)HOUR_MS - 1;
    TRY(doubles_reserve(reading, &record));
    for (;;) {
        TRY(undump_u64(undump, &record.digest));
        if (record.digest == 0)
            return STATUS_OK;
        TRY(double_import(reading, &record));
    }
}

static enum status duplicates_import(const struct reading *reading)
{
    struct engine *engine = reading->engine;
    struct undump *undump = reading->undump;
    if (engine != NULL) {
        duplicates_release(&engine->duplicates);
        TRY(duplicates_init(&engine->duplicates, &engine->budget));
    }
    int64_t before = INT64_MIN;
    uint8_t more;
    for (;;) {
        TRY(undump_u8(undump, &more));
        if (more == 0)
            break;
        if (more != 1)
            return STATUS_MALFORMED;
        TRY(slice_import(reading, &before));
    }
    struct record record = {.kind = RECORD_payment, .known = 1u << FIELD_OF(payment, id)};
    TRY(doubles_reserve(reading, &record));
    for (;;) {
        TRY(undump_u64(undump, &record.digest));
        if (record.digest == 0)
            return STATUS_OK;
        TRY(time_import(undump, &record.at.ms));
        if (record.at.ms <= form_doubles_past(reading->watermark_ms))
            return STATUS_MALFORMED;
        TRY(double_import(reading, &record));
    }
}

/* ---- all of it ---- */

static enum status memory_import(const struct reading *reading, struct engine_taken *taken)
{
    TRY(profiles_import(reading, taken));
    TRY(marks_import(reading));
    TRY(spellings_import(reading));
    return duplicates_import(reading);
}

enum status engine_import(struct engine *engine, struct undump *undump, struct engine_taken *taken)
{
    static const struct rule_set nobody = {0};
    struct engine_taken none = {{false}};
    struct engine_counts counts = {.watermark = MOMENT_NONE};
    uint8_t began;
    TRY(undump_expect(undump, ENGINE_FORM));
    TRY(undump_u8(undump, &began));
    if (began > 1)
        return STATUS_MALFORMED;
    if (began == 1)
        TRY(time_import(undump, &counts.watermark.ms));
    TRY(counts_import(engine == NULL ? &nobody : engine->image->set, undump, &counts));
    struct reading reading = {engine, undump, counts.watermark.ms};
    enum status status = began == 1 ? memory_import(&reading, &none) : STATUS_OK;
    if (engine != NULL) {
        engine->counts = counts;
        engine->broken = status;
    }
    if (status == STATUS_OK && taken != NULL)
        *taken = none;
    return status;
}
