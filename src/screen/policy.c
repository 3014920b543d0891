/* policy.c -- a policy read strictly: whoever mistypes a key wants to know it now, not while it
 * rings.
 *
 * Invariants:  1. A line that was read can be answered without looking at the file again.
 *              2. Whatever blocks on a machine's word alone is read, and warned about: an
 *                 organisation may have its reasons, but not unseen.
 * Not chosen:  expressions of the rule language.  A policy is read by people who answer for it, not
 *              for what a rule means. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/policy.h"

#include "ground/moment.h"
#include "ground/outline.h"
#include <stdlib.h>

enum complaint {
#define COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "screen/complaints.inc"
#undef COMPLAINT
    COMPLAINTS_COUNT
};

static const struct saying COMPLAINTS[] = {
#define COMPLAINT(name, en, zh) {{(en), (zh)}},
#include "screen/complaints.inc"
#undef COMPLAINT
};

static const char *const WORDS[] = {
#define SCREEN_WORD(name, en, zh) #name,
#include "screen/words.inc"
#undef SCREEN_WORD
};

static const char *const KINDS[] = {
#define SCREEN_KIND(name, en, zh) #name,
#include "screen/words.inc"
#undef SCREEN_KIND
};

const char *screen_word_name(enum screen_word word)
{
    return WORDS[word];
}

const char *screen_kind_name(enum screen_kind kind)
{
    return KINDS[kind];
}

enum key {
    KEY_answer,
    KEY_minutes,
    KEY_reason,
    KEY_en,
    KEY_zh,
    KEY_score,
    KEY_typology,
    KEY_grade,
    KEY_list,
    KEY_mark,
    KEY_weight,
    KEY_standing,
    KEY_days,
    KEY_of,
    KEYS_COUNT
};

static const struct slice KEYS[KEYS_COUNT] = {
    {"answer", 6}, {"minutes", 7},  {"reason", 6}, {"en", 2},   {"zh", 2},
    {"score", 5},  {"typology", 8}, {"grade", 5},  {"list", 4}, {"mark", 4},
    {"weight", 6}, {"standing", 8}, {"days", 4},   {"of", 2},
};

struct reading {
    struct outline *outline;
    struct arena *arena;
    struct policies *policies;
    enum screen_kind kind;
};

/* The values of one line; -1: not there. */
struct line_nodes {
    outline_node item;
    outline_node at[KEYS_COUNT];
};

static const outline_node NOWHERE = -1;

static enum status complain(const struct reading *reading, outline_node node,
                            enum complaint complaint)
{
    return outline_complain(reading->outline, node, COMPLAINTS[complaint]);
}

static bool has(const struct line_nodes *nodes, enum key key)
{
    return nodes->at[key] != NOWHERE;
}

static struct slice text_of(const struct reading *reading, outline_node node)
{
    return outline_text(reading->outline, node);
}

static enum status text_copy(const struct reading *reading, outline_node node, size_t size_max,
                             enum complaint complaint, struct slice *out)
{
    struct slice text = text_of(reading, node);
    if (text.size == 0 || text.size > size_max)
        return complain(reading, node, complaint);
    return slice_copy(reading->arena, text, out);
}

static enum status number_read(const struct reading *reading, outline_node node, double least,
                               double most, enum complaint complaint, double *out)
{
    char form[32] = {0};
    char *end;
    struct slice text = text_of(reading, node);
    if (text.size == 0 || text.size >= sizeof form)
        return complain(reading, node, complaint);
    memcpy(form, text.at, text.size);
    for (size_t i = 0; i < text.size; i++)
        if ((form[i] < '0' || form[i] > '9') && form[i] != '.')
            return complain(reading, node, complaint);
    double number = strtod(form, &end);
    if (*end != '\0' || !(number >= least && number <= most))
        return complain(reading, node, complaint);
    *out = number;
    return STATUS_OK;
}

static enum status whole_read(const struct reading *reading, outline_node node, double most,
                              enum complaint complaint, int64_t unit_ms, int64_t *out)
{
    double number = 0;
    TRY(number_read(reading, node, 1, most, complaint, &number));
    if (number != (double)(int64_t)number)
        return complain(reading, node, complaint);
    *out = (int64_t)number * unit_ms;
    return STATUS_OK;
}

/* One of some words, by its number. */
static enum status word_read(const struct reading *reading, outline_node node,
                             const char *(*name_of)(unsigned), unsigned count, unsigned *out)
{
    struct slice known[64];
    must(count <= sizeof known / sizeof known[0]);
    for (unsigned i = 0; i < count; i++) {
        known[i] = slice_of(name_of(i));
        if (known[i].size > 0 && slice_equal(known[i], text_of(reading, node))) {
            *out = i;
            return STATUS_OK;
        }
    }
    return outline_unknown(reading->outline, node, SAYING("there is no `%`", "没有 `%`"), known,
                           count);
}

static const char *word_name(unsigned i)
{
    return WORDS[i];
}

static const char *typology_name(unsigned i)
{
    return label_name((enum label)i);
}

static const char *grade_word(unsigned i)
{
    return grade_name((enum grade)i);
}

/* ---- one line ---- */

static enum status line_answer(const struct reading *reading, const struct line_nodes *nodes,
                               struct policy_line *line)
{
    unsigned word = 0;
    if (!has(nodes, KEY_answer))
        return complain(reading, nodes->item, COMPLAINT_no_answer);
    TRY(word_read(reading, nodes->at[KEY_answer], word_name, SCREEN_WORDS_COUNT, &word));
    line->word = (enum screen_word)word;
    if (line->word == SCREEN_allow)
        return complain(reading, nodes->at[KEY_answer], COMPLAINT_answer_allow);
    if (line->word == SCREEN_hold && !has(nodes, KEY_minutes))
        return complain(reading, nodes->item, COMPLAINT_minutes_missing);
    if (line->word != SCREEN_hold && has(nodes, KEY_minutes))
        return complain(reading, nodes->at[KEY_minutes], COMPLAINT_minutes_alone);
    if (has(nodes, KEY_minutes))
        TRY(whole_read(reading, nodes->at[KEY_minutes], 43200, COMPLAINT_minutes_form, MINUTE_MS,
                       &line->hold_ms));
    return STATUS_OK;
}

static enum status line_reason(const struct reading *reading, const struct line_nodes *nodes,
                               struct policy_line *line)
{
    if (!has(nodes, KEY_reason))
        return complain(reading, nodes->item, COMPLAINT_no_reason);
    TRY(text_copy(reading, nodes->at[KEY_reason], 32, COMPLAINT_reason_form, &line->reason));
    for (size_t i = 0; i < line->reason.size; i++) {
        char c = line->reason.at[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!fine && c != '_')
            return complain(reading, nodes->at[KEY_reason], COMPLAINT_reason_form);
    }
    if (!has(nodes, KEY_en) || !has(nodes, KEY_zh))
        return complain(reading, nodes->item, COMPLAINT_no_say);
    TRY(text_copy(reading, nodes->at[KEY_en], 500, COMPLAINT_say_long, &line->say[TONGUE_EN]));
    return text_copy(reading, nodes->at[KEY_zh], 500, COMPLAINT_say_long, &line->say[TONGUE_ZH]);
}

/* What the rules would find. */
static enum status line_finding(const struct reading *reading, const struct line_nodes *nodes,
                                struct policy_line *line)
{
    unsigned word = 0;
    if (has(nodes, KEY_score))
        TRY(number_read(reading, nodes->at[KEY_score], 0, 1, COMPLAINT_score_form, &line->score));
    if (has(nodes, KEY_typology)) {
        TRY(word_read(reading, nodes->at[KEY_typology], typology_name, LABELS_COUNT, &word));
        line->has_typology = true;
        line->typology = (enum label)word;
    }
    if (has(nodes, KEY_grade)) {
        TRY(word_read(reading, nodes->at[KEY_grade], grade_word, GRADE_EXTREME + 1, &word));
        line->grade = (enum grade)word;
    }
    line->asks_finding = has(nodes, KEY_score) || has(nodes, KEY_grade) ||
                         (has(nodes, KEY_typology) && !has(nodes, KEY_standing));
    return STATUS_OK;
}

/* What is known of a name already. */
static enum status line_known(const struct reading *reading, const struct line_nodes *nodes,
                              struct policy_line *line)
{
    unsigned word = 0;
    if (has(nodes, KEY_list))
        TRY(text_copy(reading, nodes->at[KEY_list], IDENT_BYTES_MAX, COMPLAINT_say_long,
                      &line->list));
    if (has(nodes, KEY_mark))
        TRY(text_copy(reading, nodes->at[KEY_mark], IDENT_BYTES_MAX, COMPLAINT_say_long,
                      &line->mark));
    if (has(nodes, KEY_weight) && !has(nodes, KEY_mark))
        return complain(reading, nodes->at[KEY_weight], COMPLAINT_weight_alone);
    if (has(nodes, KEY_weight))
        TRY(number_read(reading, nodes->at[KEY_weight], 0, 1, COMPLAINT_score_form, &line->weight));
    line->standing_ms = INT64_MAX;
    if (has(nodes, KEY_days) && !has(nodes, KEY_standing))
        return complain(reading, nodes->at[KEY_days], COMPLAINT_days_alone);
    if (has(nodes, KEY_days))
        TRY(whole_read(reading, nodes->at[KEY_days], 3650, COMPLAINT_days_form, DAY_MS,
                       &line->standing_ms));
    if (!has(nodes, KEY_standing))
        return STATUS_OK;
    if (!has(nodes, KEY_typology))
        return complain(reading, nodes->at[KEY_standing], COMPLAINT_standing_typology);
    TRY(word_read(reading, nodes->at[KEY_standing], grade_word, GRADE_EXTREME + 1, &word));
    line->standing = (enum grade)word;
    return STATUS_OK;
}

static bool kind_serves(enum screen_kind screening, enum record_kind kind)
{
    switch (screening) {
    case SCREEN_OF_call:
        return kind == RECORD_call;
    case SCREEN_OF_payment:
        return kind == RECORD_payment;
    case SCREEN_OF_onboarding:
        return kind == RECORD_sim || kind == RECORD_account;
    case SCREEN_KINDS_COUNT:
        break;
    }
    return false;
}

static enum status line_of(const struct reading *reading, const struct line_nodes *nodes,
                           struct policy_line *line)
{
    struct slice known[2 * RECORD_FIELDS_MAX];
    unsigned known_count = 0;
    bool found = false;
    bool asks = has(nodes, KEY_list) || has(nodes, KEY_mark) || has(nodes, KEY_standing);
    memset(line->field_of, POLICY_NO_FIELD, sizeof line->field_of);
    if (asks != has(nodes, KEY_of))
        return asks ? complain(reading, nodes->item, COMPLAINT_of_missing)
                    : complain(reading, nodes->at[KEY_of], COMPLAINT_of_alone);
    for (unsigned kind = 0; asks && kind < RECORD_KINDS_COUNT; kind++) {
        const struct kind_schema *schema = kind_schema((enum record_kind)kind);
        for (unsigned f = 0; f < schema->fields_count; f++) {
            if (!kind_serves(reading->kind, (enum record_kind)kind))
                continue;
            known[known_count++] = slice_of(schema->fields[f].name);
            if (!slice_equal(known[known_count - 1], text_of(reading, nodes->at[KEY_of])))
                continue;
            if (field_held(schema->fields[f].type) != HELD_NAME)
                return complain(reading, nodes->at[KEY_of], COMPLAINT_of_type);
            line->field_of[kind] = (uint8_t)f;
            found = true;
        }
    }
    if (asks && !found)
        return outline_unknown(reading->outline, nodes->at[KEY_of],
                               SAYING("there is no field `%`", "没有字段 `%`"), known, known_count);
    return STATUS_OK;
}

/* A warning is written as a complaint is, on a line of its own. */
static void warn_of_machine(const struct reading *reading, const struct line_nodes *nodes)
{
    (void)!complain(reading, nodes->at[KEY_answer], COMPLAINT_block_on_machine);
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        text_add_char(&reading->outline->why[t], '\n');
    reading->policies->warnings++;
}

static enum status line_read(const struct reading *reading, outline_node item,
                             struct policy_line *line)
{
    const struct outline *outline = reading->outline;
    struct line_nodes nodes = {.item = item};
    TRY(outline_keys(outline, item, KEYS, KEYS_COUNT, nodes.at));
    for (unsigned k = 0; k < KEYS_COUNT; k++)
        if (nodes.at[k] != NOWHERE)
            TRY(outline_want(outline, nodes.at[k], OUTLINE_TEXT));
    unsigned column;
    outline_place(outline, item, &line->at_line, &column);
    TRY(line_answer(reading, &nodes, line));
    TRY(line_reason(reading, &nodes, line));
    TRY(line_finding(reading, &nodes, line));
    TRY(line_known(reading, &nodes, line));
    TRY(line_of(reading, &nodes, line));
    if (!line->asks_finding && line->list.size == 0 && line->mark.size == 0 &&
        line->standing == GRADE_NONE)
        return complain(reading, item, COMPLAINT_no_condition);
    if (line->word == SCREEN_block && line->list.size == 0)
        warn_of_machine(reading, &nodes);
    return STATUS_OK;
}

/* ---- the file ---- */

static enum status lines_read(struct reading *reading, outline_node list, enum screen_kind kind,
                              struct policy_lines *lines)
{
    reading->kind = kind;
    if (outline_type(reading->outline, list) == OUTLINE_NOTHING)
        return STATUS_OK;
    TRY(outline_want(reading->outline, list, OUTLINE_LIST));
    lines->count = outline_count(reading->outline, list);
    if (lines->count > SCREEN_REASONS_MAX)
        return complain(reading, list, COMPLAINT_many_lines);
    TRY(ARENA_NEW(reading->arena, lines->count, &lines->at));
    for (uint32_t i = 0; i < lines->count; i++)
        TRY(line_read(reading, outline_item(reading->outline, list, i), &lines->at[i]));
    return STATUS_OK;
}

static enum status organisation_read(struct reading *reading, outline_node node,
                                     struct policy *policy)
{
    TRY(outline_want(reading->outline, node, OUTLINE_TEXT));
    TRY(text_copy(reading, node, IDENT_BYTES_MAX, COMPLAINT_no_organisation,
                  &policy->organisation));
    for (const struct policy *other = reading->policies->at; other < policy; other++)
        if (slice_equal(other->organisation, policy->organisation))
            return complain(reading, node, COMPLAINT_organisation_twice);
    return STATUS_OK;
}

static enum status policy_read(struct reading *reading, outline_node item, struct policy *policy)
{
    const struct outline *outline = reading->outline;
    struct slice known[1 + SCREEN_KINDS_COUNT] = {SLICE("organisation")};
    for (unsigned kind = 0; kind < SCREEN_KINDS_COUNT; kind++)
        known[1 + kind] = slice_of(KINDS[kind]);
    TRY(outline_want(outline, item, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, item); i++) {
        outline_node key = outline_key(outline, item, i);
        outline_node value = outline_value(outline, item, i);
        unsigned k = 0;
        while (k <= SCREEN_KINDS_COUNT && !slice_equal(outline_text(outline, key), known[k]))
            k++;
        if (k > SCREEN_KINDS_COUNT)
            return outline_unknown(outline, key, SAYING("there is no key `%`", "没有键 `%`"), known,
                                   1 + SCREEN_KINDS_COUNT);
        if (k == 0)
            TRY(organisation_read(reading, value, policy));
        else
            TRY(lines_read(reading, value, (enum screen_kind)(k - 1), &policy->of[k - 1]));
    }
    return policy->organisation.size == 0 ? complain(reading, item, COMPLAINT_no_organisation)
                                          : STATUS_OK;
}

static enum status file_read(struct reading *reading)
{
    static const struct slice KNOWN[] = {{"screening", 9}, {"policies", 8}};
    const struct outline *outline = reading->outline;
    outline_node root = outline_root(outline);
    outline_node list = NOWHERE;
    bool version = false;
    TRY(outline_want(outline, root, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, root); i++) {
        outline_node key = outline_key(outline, root, i);
        outline_node value = outline_value(outline, root, i);
        if (slice_equal(outline_text(outline, key), KNOWN[0])) {
            TRY(outline_want(outline, value, OUTLINE_TEXT));
            version = slice_equal(outline_text(outline, value), SLICE("1"));
        } else if (slice_equal(outline_text(outline, key), KNOWN[1])) {
            TRY(outline_want(outline, value, OUTLINE_LIST));
            list = value;
        } else {
            return outline_unknown(outline, key, SAYING("there is no key `%`", "没有键 `%`"), KNOWN,
                                   2);
        }
    }
    if (!version)
        return complain(reading, root, COMPLAINT_version);
    if (list == NOWHERE || outline_count(outline, list) == 0)
        return complain(reading, root, COMPLAINT_no_policies);
    struct policies *policies = reading->policies;
    if (outline_count(outline, list) > SCREEN_POLICIES_MAX)
        return complain(reading, list, COMPLAINT_many_policies);
    TRY(ARENA_NEW(reading->arena, outline_count(outline, list), &policies->at));
    for (; policies->count < outline_count(outline, list); policies->count++)
        TRY(policy_read(reading, outline_item(outline, list, policies->count),
                        &policies->at[policies->count]));
    return STATUS_OK;
}

enum status policies_read(struct policies *out, const char *path, struct slice text,
                          struct arena *arena, struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct policies policies = {0};
    TRY(outline_open(&outline, path, text, arena, why));
    struct reading reading = {.outline = &outline, .arena = arena, .policies = &policies};
    enum status status = file_read(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = policies;
    return status;
}

const struct policy *policies_find(const struct policies *policies, struct slice organisation)
{
    const struct policy *others = NULL;
    for (uint32_t i = 0; i < policies->count; i++) {
        const struct policy *policy = &policies->at[i];
        if (slice_equal(policy->organisation, organisation))
            return policy;
        if (slice_equal(policy->organisation, SLICE("*")))
            others = policy;
    }
    return others;
}
