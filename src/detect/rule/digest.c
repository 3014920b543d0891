/* digest.c -- the canonical meaning of a set as bytes, and their BLAKE2b.
 *
 * Profiles, features and rules come in the order of their names, everything that goes without
 * saying is said; so the digest is the same wherever the files stood and however they were laid
 * out.  The strings for people count: an alert shows them, and must be had again from the same
 * rules.
 *
 * Invariant:   what the engine or the alert room read of the tree is in the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

#include "canon_inside.h"

#include <stdlib.h>

struct page {
    struct text text;
    const struct rule_set *set;
    const struct rule *rule;
};

static void add_expr(struct page *page, const char *word, const struct expr *expr)
{
    if (expr == NULL)
        return;
    text_addf(&page->text, " %s ", word);
    text_add_expr(&page->text, page->set, page->rule, expr);
}

static void add_sayings(struct page *page, const char *word, const struct slice *said)
{
    text_addf(&page->text, " %s", word);
    for (unsigned i = 0; i < TONGUES_COUNT; i++) {
        text_add_char(&page->text, ' ');
        text_add_quoted(&page->text, said[i]);
    }
}

static void add_span(struct page *page, const char *word, int64_t ms)
{
    text_addf(&page->text, " %s ", word);
    text_add_span(&page->text, ms);
}

static void add_key(struct page *page, const struct profile_key *key)
{
    const struct kind_schema *schema = kind_schema(key->kind);
    text_addf(&page->text, "%s.%s", schema->name, schema->fields[key->field].name);
    if (!key->through)
        return;
    schema = kind_schema(key->register_kind);
    text_addf(&page->text, " through %s.%s", schema->name,
              schema->fields[key->register_field].name);
}

static void add_feature(struct page *page, const struct feature *feature)
{
    text_addf(&page->text, "\n  %.*s = %s", SHOW(feature->name),
              aggregate_name(feature->aggregate));
    if (feature->aggregate == AGGREGATE_quantile) {
        text_add_char(&page->text, ' ');
        text_add_decimal(&page->text, feature->quantile);
    }
    if (feature->value != NULL)
        add_expr(page, "of", feature->value);
    add_span(page, "over", feature->span_ms);
    text_addf(&page->text, " roles %x kinds %x", feature->roles, feature->kinds);
    add_expr(page, "where", feature->where);
    add_sayings(page, "label", feature->label);
}

static int compare_features(const void *a, const void *b)
{
    const struct feature *const *one = a;
    const struct feature *const *two = b;
    return slice_compare((*one)->name, (*two)->name);
}

static int compare_profiles(const void *a, const void *b)
{
    const struct profile *const *one = a;
    const struct profile *const *two = b;
    return slice_compare((*one)->name, (*two)->name);
}

static void add_profile(struct page *page, const struct profile *profile)
{
    const struct feature *features[PROFILE_FEATURES_MAX];
    text_addf(&page->text, "\nprofile %.*s by ", SHOW(profile->name));
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        text_add_string(&page->text, i == 0 ? "" : ", ");
        add_key(page, &profile->key[i]);
    }
    for (uint32_t i = 0; i < profile->features_count; i++)
        features[i] = &profile->feature[i];
    if (profile->features_count != 0)
        qsort(features, profile->features_count, sizeof features[0], compare_features);
    for (uint32_t i = 0; i < profile->features_count; i++)
        add_feature(page, features[i]);
}

static void add_trigger(struct page *page, const struct rule *rule)
{
    const struct sequence *sequence = &rule->sequence;
    text_addf(&page->text, "\nrule %.*s on %s", SHOW(rule->name), kind_schema(rule->on)->name);
    if (!sequence->present)
        return;
    struct slice profile = page->set->profile[sequence->profile].name;
    text_addf(&page->text, " of %.*s: %s(%.*s) then (%.*s)", SHOW(profile),
              kind_schema(sequence->first_kind)->name, SHOW(sequence->first_name),
              SHOW(sequence->second_name));
    add_span(page, "within", sequence->within_ms);
}

static void add_rule(struct page *page, const struct rule *rule)
{
    page->rule = rule;
    add_trigger(page, rule);
    add_sayings(page, "title", rule->title);
    for (uint32_t i = 0; i < rule->lets_count; i++) {
        text_addf(&page->text, "\n  let %.*s", SHOW(rule->let[i].name));
        add_expr(page, "=", rule->let[i].value);
    }
    for (uint32_t i = 0; i < rule->conditions_count; i++)
        add_expr(page, "\n  when", rule->condition[i]);
    add_expr(page, "\n  score", rule->score);
    if (rule->subject != NULL) {
        add_expr(page, "\n  subject", rule->subject);
        text_addf(&page->text, " typology %s", label_name(rule->label));
    }
    for (uint32_t i = 0; i < rule->gradings_count; i++) {
        text_addf(&page->text, "\n  grade %s", grade_name(rule->grading[i].grade));
        add_expr(page, "when", rule->grading[i].when);
    }
    for (uint32_t i = 0; i < rule->against_count; i++) {
        add_expr(page, "\n  against", rule->against[i].when);
        add_sayings(page, "say", rule->against[i].text);
    }
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        const struct marking *mark = &rule->mark[i];
        add_expr(page, "\n  mark", mark->subject);
        text_addf(&page->text, " %.*s ", SHOW(mark->label));
        text_add_decimal(&page->text, mark->weight);
        add_span(page, "for", mark->span_ms);
        add_expr(page, "when", mark->when);
    }
    add_span(page, "\n  quiet", rule->quiet_ms);
    text_addf(&page->text, " respond %s", response_name(rule->respond));
    page->rule = NULL;
}

static void add_set(struct page *page)
{
    const struct rule_set *set = page->set;
    const struct profile *profiles[PROFILES_MAX];
    text_addf(&page->text, "cutline rules, meaning 1\ncurrency %.*s", SHOW(set->currency));
    for (uint32_t i = 0; i < set->profiles_count; i++)
        profiles[i] = &set->profile[i];
    if (set->profiles_count != 0)
        qsort(profiles, set->profiles_count, sizeof profiles[0], compare_profiles);
    for (uint32_t i = 0; i < set->profiles_count; i++)
        add_profile(page, profiles[i]);
    for (uint32_t i = 0; i < set->rules_count; i++)
        add_rule(page, &set->rule[i]);
}

enum { MEANING_SIZE_FIRST = 64 << 10, MEANING_SIZE_MAX = 256 << 20 };

/* The text is as long as the rules are; it is tried in a room, and then in one twice as large. */
void digest_set(struct compile *compile, struct rule_set *set)
{
    compile->status = STATUS_FULL;
    for (size_t size = MEANING_SIZE_FIRST; size <= MEANING_SIZE_MAX; size *= 2) {
        struct arena *room;
        char *bytes;
        if (arena_create(&room, size) != STATUS_OK)
            return;
        if (arena_take(room, size, (void **)&bytes) != STATUS_OK) {
            arena_destroy(room);
            return;
        }
        struct page page = {.text = text_over(bytes, size), .set = set};
        add_set(&page);
        struct slice meaning = text_slice(&page.text);
        bool whole = !page.text.full;
        if (whole)
            set->digest = digest_of(&meaning, 1);
        arena_destroy(room);
        if (whole) {
            compile->status = STATUS_OK;
            return;
        }
    }
}
