/* identity.c -- the digest of a profile.
 *
 *   name, keys, currency, the zone of its clock
 *   of each feature: what it counts, over which span, in which roles, of what, where
 *   the form of an event: flags, values, what sequences ask of it
 *   the digests of the profiles that its expressions read
 *   of the whole rule set, where an expression asks for marks: any rule may set them
 *
 * Labels for people are no part of it, nor is what rules do with its answers.
 *
 * Invariant:   two profiles of equal digest, fed the same records, hold the same events.
 * Not chosen:  comparing texts at the moment of a change.  The old rule set is gone by then after a
 *              restart; its digests are in the dump. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/identity.h"

#include "detect/rule/rule.h"

enum { MEANING_SIZE = 1 << 16 };

/* A digest that grows by a text at a time. */
struct growing {
    const struct engine *engine;
    struct digest digest;
    bool marks;
    bool too_long; /* an expression did not fit: then the whole set stands for it */
    char *room;
};

static void grow(struct growing *growing, const struct text *text)
{
    const struct slice parts[] = {
        {(const char *)growing->digest.bytes, sizeof growing->digest.bytes},
        text_slice(text),
    };
    growing->too_long |= text->full;
    growing->digest = digest_of(parts, 2);
}

static void grow_by_digest(struct growing *growing, const struct digest *digest)
{
    const struct slice parts[] = {
        {(const char *)growing->digest.bytes, sizeof growing->digest.bytes},
        {(const char *)digest->bytes, sizeof digest->bytes},
    };
    growing->digest = digest_of(parts, 2);
}

/* Whose answers and marks an expression asks for. */
static void expr_needs(struct growing *growing, const struct expr *expr)
{
    if (expr == NULL)
        return;
    growing->marks |= expr->kind == EXPR_MARK || expr->kind == EXPR_MARKED;
    if (expr->kind == EXPR_READ)
        grow_by_digest(growing, &growing->engine->identity[expr->profile]);
    if (expr->kind == EXPR_FLOW) {
        const struct money_memory *money = &growing->engine->image->set->money;
        growing->marks |= flow_asks(expr->flow) == FLOW_MARKED;
        grow_by_digest(growing, &growing->engine->identity[money->payments]);
        grow_by_digest(growing, &growing->engine->identity[money->reports]);
        grow_by_digest(growing, &growing->engine->identity[money->holders]);
    }
    for (uint32_t i = 0; i < expr->args_count; i++)
        expr_needs(growing, expr->arg[i]);
}

static void expr_add(struct growing *growing, const char *word, const struct expr *expr)
{
    struct text text = text_over(growing->room, MEANING_SIZE);
    text_add_string(&text, word);
    if (expr != NULL)
        text_add_expr(&text, growing->engine->image->set, NULL, expr);
    grow(growing, &text);
    expr_needs(growing, expr);
}

static void keys_add(struct growing *growing, const struct profile *profile)
{
    struct text text = text_over(growing->room, MEANING_SIZE);
    struct slice currency = growing->engine->image->set->currency;
    text_add_string(&text, "memory of a profile, meaning 1\n");
    text_add(&text, profile->name);
    text_add_string(&text, " in ");
    text_add(&text, currency);
    text_addf(&text, " at %+d min", growing->engine->zone_minutes);
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        const struct profile_key *key = &profile->key[i];
        const struct kind_schema *schema = kind_schema(key->kind);
        text_addf(&text, "\n%s.%s", schema->name, schema->fields[key->field].name);
        if (!key->through)
            continue;
        schema = kind_schema(key->register_kind);
        text_addf(&text, " through %s.%s", schema->name, schema->fields[key->register_field].name);
    }
    grow(growing, &text);
}

static void feature_add(struct growing *growing, const struct feature *feature,
                        const struct window_feature *form)
{
    struct text text = text_over(growing->room, MEANING_SIZE);
    text_addf(&text, "%s %a over %lld roles %x kinds %x flag %u value %u name %d",
              aggregate_name(feature->aggregate), feature->quantile, (long long)feature->span_ms,
              feature->roles, feature->kinds, form->bit, form->value, form->name);
    grow(growing, &text);
    expr_add(growing, "of ", feature->value);
    expr_add(growing, "where ", feature->where);
}

static void form_add(struct growing *growing, const struct profile_image *image)
{
    const struct window_plan *plan = &image->window;
    struct text text = text_over(growing->room, MEANING_SIZE);
    text_addf(&text, "flags %u values %u span %lld late %lld events %u", plan->bits_count,
              plan->values_count, (long long)plan->span_ms_max, (long long)plan->late_ms_max,
              plan->events_max);
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        text_addf(&text, "\n%s %x", kind_schema((enum record_kind)kind)->name,
                  image->kind_bit[kind]);
        for (unsigned field = 0; field < RECORD_FIELDS_MAX; field++)
            text_addf(&text, " %x", image->field_value[kind][field]);
    }
    grow(growing, &text);
}

enum status identities_make(struct engine *engine, struct arena *boot)
{
    const struct rule_set *set = engine->image->set;
    struct arena *scratch;
    struct growing growing = {.engine = engine};
    TRY(ARENA_NEW(boot, set->profiles_count, &engine->identity));
    TRY(arena_create(&scratch, 2 * MEANING_SIZE));
    enum status status = arena_take(scratch, MEANING_SIZE, (void **)&growing.room);
    for (uint32_t i = 0; status == STATUS_OK && i < set->profiles_count; i++) {
        uint32_t p = set->order[i]; /* those that it reads are done */
        const struct profile *profile = &set->profile[p];
        growing.digest = (struct digest){{0}};
        growing.marks = false;
        growing.too_long = false;
        keys_add(&growing, profile);
        for (uint32_t f = 0; f < profile->features_count; f++)
            feature_add(&growing, &profile->feature[f],
                        &engine->image->profile[p].window.feature[f]);
        form_add(&growing, &engine->image->profile[p]);
        if (growing.marks || growing.too_long)
            grow_by_digest(&growing, &set->digest);
        engine->identity[p] = growing.digest;
    }
    arena_destroy(scratch);
    return status;
}

const struct digest *engine_profile_digest(const struct engine *engine, uint32_t profile)
{
    must(profile < engine->image->set->profiles_count);
    return &engine->identity[profile];
}
