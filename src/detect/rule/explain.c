/* explain.c -- a rule set in words: for the analyst who must answer for an alert, and for the
 * engineer who must pay for it.
 *
 * Conditions are shown as their canonical source, since that is what the alert quotes; the words
 * beside them are those of the features that they read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rule/explain.h"

#include "canon_inside.h"
#include "cost_inside.h"
#include "names_inside.h"

#include <stdio.h>

enum phrase_name {
#define PHRASE(name, en, zh) PHRASE_##name,
#include "phrases.inc"
#undef PHRASE
};

static const struct saying PHRASES[] = {
#define PHRASE(name, en, zh) {{en, zh}},
#include "phrases.inc"
#undef PHRASE
};

enum { WORDS_MAX = 2048 };

struct page {
    struct text *text;
    const struct rule_set *set;
    const struct rule *rule;
    enum tongue tongue;
};

/* A piece of text in the making; cut where it is longer than anybody reads. */
struct words {
    struct text text;
    char room[WORDS_MAX];
};

static void words_begin(struct words *words)
{
    words->text = text_over(words->room, sizeof words->room);
}

static const char *say(const struct page *page, enum phrase_name phrase)
{
    return PHRASES[phrase].in[page->tongue];
}

/* Words with up to four pieces: `%s` is the next one, `%3$s` the third. */
static void add_pieces(struct text *text, const char *words, const char *const piece[4])
{
    unsigned next = 0;
    for (const char *at = words; *at != '\0'; at++) {
        bool numbered = at[0] == '%' && at[1] >= '1' && at[1] <= '4' && at[2] == '$';
        if (at[0] != '%') {
            text_add_char(text, *at);
            continue;
        }
        unsigned index = numbered ? (unsigned)(at[1] - '1') : next++;
        text_add_string(text, piece[index]);
        at += numbered ? 3 : 1;
    }
}

static void add_phrase(struct text *text, const struct page *page, enum phrase_name phrase,
                       const char *const piece[4])
{
    add_pieces(text, say(page, phrase), piece);
}

static void add_line(const struct page *page, enum phrase_name phrase, const char *const piece[4])
{
    text_add_string(page->text, "  ");
    add_phrase(page->text, page, phrase, piece);
    text_add_char(page->text, '\n');
}

/* "24h"; "24 小时". */
static void add_span(struct text *text, int64_t ms, enum tongue tongue)
{
    static const struct {
        int64_t ms;
        const char *zh;
    } UNITS[] = {
        {DAY_MS, "天"}, {HOUR_MS, "小时"}, {MINUTE_MS, "分钟"}, {SECOND_MS, "秒"}, {1, "毫秒"}};
    if (tongue == TONGUE_EN) {
        text_add_span(text, ms);
        return;
    }
    size_t i = 0;
    while (ms % UNITS[i].ms != 0)
        i++;
    text_add_whole(text, ms / UNITS[i].ms);
    text_addf(text, " %s", UNITS[i].zh);
}

static void words_expr(struct words *words, const struct page *page, const struct expr *expr)
{
    words_begin(words);
    text_add_expr(&words->text, page->set, page->rule, expr);
}

/* ---- features ---- */

/* Whether another kind has all fields that the expression names. */
static bool fields_exist(const struct expr *expr, enum record_kind kind)
{
    if (expr == NULL)
        return true;
    if (expr->kind == EXPR_FIELD) {
        unsigned ignored;
        const char *name = kind_schema(expr->record_kind)->fields[expr->field].name;
        return field_find(kind, slice_of(name), &ignored);
    }
    for (uint32_t i = 0; i < expr->args_count; i++)
        if (!fields_exist(expr->arg[i], kind))
            return false;
    return true;
}

/* "call.imei": the roles that count, where not all do that could. */
static void add_roles(const struct page *page, const struct profile *profile,
                      const struct feature *feature)
{
    struct words roles;
    bool all = true;
    words_begin(&roles);
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        const struct profile_key *key = &profile->key[i];
        bool counts = (feature->roles >> i & 1) != 0;
        if (!counts && fields_exist(feature->value, key->kind) &&
            fields_exist(feature->where, key->kind))
            all = false;
        if (counts)
            text_addf(&roles.text, "%s%s.%s", roles.text.size == 0 ? "" : ", ",
                      kind_schema(key->kind)->name,
                      kind_schema(key->kind)->fields[key->field].name);
    }
    if (!all)
        add_phrase(page->text, page, PHRASE_AS_ROLES, (const char *[4]){roles.room});
}

static void add_made_label(const struct page *page, const struct profile *profile,
                           const struct feature *feature)
{
    struct words piece;
    const char *words = aggregate_saying(feature->aggregate).in[page->tongue];
    if (feature->aggregate == AGGREGATE_quantile) {
        words_begin(&piece);
        text_add_decimal(&piece.text, feature->quantile);
        add_phrase(page->text, page, PHRASE_OF_QUANTILE, (const char *[4]){piece.room});
    } else {
        text_add_string(page->text, words);
    }
    if (feature->value != NULL) {
        struct slice said = text_slice(page->text);
        if (said.size < 3 || memcmp(said.at + said.size - 3, "：", 3) != 0)
            text_add_char(page->text, ' ');
        text_add_expr(page->text, page->set, NULL, feature->value);
    }
    words_begin(&piece);
    add_span(&piece.text, feature->span_ms, page->tongue);
    add_phrase(page->text, page, PHRASE_IN_SPAN, (const char *[4]){piece.room});
    add_roles(page, profile, feature);
    if (feature->where == NULL)
        return;
    words_begin(&piece);
    text_add_expr(&piece.text, page->set, NULL, feature->where);
    add_phrase(page->text, page, PHRASE_ONLY_WHERE, (const char *[4]){piece.room});
}

void text_add_feature_label(struct text *text, const struct rule_set *set, unsigned profile,
                            unsigned feature, enum tongue tongue)
{
    const struct feature *of = &set->profile[profile].feature[feature];
    struct page page = {.text = text, .set = set, .tongue = tongue};
    if (of->label[tongue].size != 0)
        text_add(text, of->label[tongue]);
    else
        add_made_label(&page, &set->profile[profile], of);
}

/* The words of flows.inc, with what was asked put in. */
void text_add_flow_label(struct text *text, const struct expr *flow, enum tongue tongue)
{
    struct words piece[3];
    for (unsigned i = 0; i < 3; i++)
        words_begin(&piece[i]);
    add_span(&piece[0].text, flow->span_ms, tongue);
    text_addf(&piece[1].text, "%u", flow->hops);
    if (flow->met_ms != 0)
        add_span(&piece[2].text, flow->met_ms, tongue);
    else
        text_add(&piece[2].text, flow->string);
    add_pieces(text, flow_saying(flow->flow).in[tongue],
               (const char *[4]){piece[0].room, piece[1].room, piece[2].room});
}

/* ---- a rule ---- */

static void add_trigger(const struct page *page)
{
    const struct rule *rule = page->rule;
    const struct sequence *sequence = &rule->sequence;
    const char *kind = kind_schema(rule->on)->name;
    if (!sequence->present) {
        add_line(page, PHRASE_WATCHES, (const char *[4]){kind});
        return;
    }
    struct words within;
    struct words first;
    struct words second;
    struct words profile;
    words_begin(&within);
    words_begin(&first);
    words_begin(&second);
    words_begin(&profile);
    add_span(&within.text, sequence->within_ms, page->tongue);
    text_addf(&first.text, "%s (%.*s)", kind_schema(sequence->first_kind)->name,
              SHOW(sequence->first_name));
    text_addf(&second.text, "%s (%.*s)", kind, SHOW(sequence->second_name));
    text_add(&profile.text, page->set->profile[sequence->profile].name);
    add_line(page, PHRASE_WATCHES_SEQUENCE,
             (const char *[4]){first.room, second.room, within.room, profile.room});
}

static void add_conditions(const struct page *page)
{
    const struct rule *rule = page->rule;
    add_line(page, rule->conditions_count == 0 ? PHRASE_FIRES_ALWAYS : PHRASE_FIRES,
             (const char *[4]){0});
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        text_add_string(page->text, "            ");
        text_add_expr(page->text, page->set, rule, rule->condition[i]);
        text_add_char(page->text, '\n');
    }
    for (uint32_t i = 0; i < rule->lets_count; i++) {
        struct words let;
        words_begin(&let);
        text_addf(&let.text, "%.*s = ", SHOW(rule->let[i].name));
        text_add_expr(&let.text, page->set, rule, rule->let[i].value);
        add_line(page, PHRASE_WHERE, (const char *[4]){let.room});
    }
}

static const char *grade_words(const struct page *page, enum grade grade)
{
    static const enum phrase_name NAMES[] = {PHRASE_GRADE_low, PHRASE_GRADE_low,
                                             PHRASE_GRADE_medium, PHRASE_GRADE_high,
                                             PHRASE_GRADE_extreme};
    return say(page, NAMES[grade]);
}

static const char *response_words(const struct page *page, enum response response)
{
    static const enum phrase_name NAMES[] = {PHRASE_RESPOND_lead, PHRASE_RESPOND_dissuasion,
                                             PHRASE_RESPOND_stop_payment, PHRASE_RESPOND_watch};
    return say(page, NAMES[response]);
}

static void add_grades(const struct page *page)
{
    for (uint32_t i = 0; i < page->rule->gradings_count; i++) {
        const struct grading *grading = &page->rule->grading[i];
        struct words line;
        words_begin(&line);
        text_add_string(&line.text, grade_words(page, grading->grade));
        if (grading->when != NULL) {
            struct words when;
            words_expr(&when, page, grading->when);
            add_phrase(&line.text, page, PHRASE_WHEN, (const char *[4]){when.room});
        }
        add_line(page, PHRASE_GRADE, (const char *[4]){line.room});
    }
}

static void add_marks(const struct page *page)
{
    for (uint32_t i = 0; i < page->rule->marks_count; i++) {
        const struct marking *mark = &page->rule->mark[i];
        struct words subject;
        struct words label;
        struct words weight;
        struct words span;
        words_expr(&subject, page, mark->subject);
        words_begin(&label);
        text_add(&label.text, mark->label);
        words_begin(&weight);
        text_add_decimal(&weight.text, mark->weight);
        words_begin(&span);
        add_span(&span.text, mark->span_ms, page->tongue);
        if (mark->when != NULL) {
            struct words when;
            words_expr(&when, page, mark->when);
            add_phrase(&span.text, page, PHRASE_WHEN, (const char *[4]){when.room});
        }
        add_line(page, PHRASE_MARKS,
                 (const char *[4]){subject.room, label.room, weight.room, span.room});
    }
}

static void add_outcome(const struct page *page)
{
    const struct rule *rule = page->rule;
    struct words first;
    struct words second;
    if (rule->subject == NULL) {
        add_line(page, PHRASE_SILENT, (const char *[4]){0});
        add_marks(page);
        return;
    }
    words_expr(&first, page, rule->subject);
    add_line(page, PHRASE_ACCUSES,
             (const char *[4]){first.room, label_name(rule->label),
                               label_saying(rule->label).in[page->tongue]});
    words_begin(&first);
    if (rule->score == NULL)
        text_add_string(&first.text, "0.5");
    else
        words_expr(&first, page, rule->score);
    add_line(page, PHRASE_SCORE, (const char *[4]){first.room});
    add_grades(page);
    for (uint32_t i = 0; i < rule->against_count; i++) {
        words_expr(&first, page, rule->against[i].when);
        words_begin(&second);
        text_add(&second.text, rule->against[i].text[page->tongue]);
        add_line(page, PHRASE_AGAINST, (const char *[4]){first.room, second.room});
    }
    add_marks(page);
    words_begin(&first);
    add_span(&first.text, rule->quiet_ms, page->tongue);
    add_line(page, PHRASE_QUIET,
             (const char *[4]){first.room, response_words(page, rule->respond)});
}

/* ---- what it reads ---- */

enum { FLOWS_SHOWN_MAX = 32 };

struct reads {
    uint64_t feature[PROFILES_MAX]; /* a bit for each feature */
    uint32_t flows_count;
    const struct expr *flow[FLOWS_SHOWN_MAX];
};

static void find_reads(struct reads *reads, const struct expr *expr)
{
    if (expr == NULL)
        return;
    if (expr->kind == EXPR_READ)
        reads->feature[expr->profile] |= 1ull << expr->feature;
    if (expr->kind == EXPR_FLOW && reads->flows_count < FLOWS_SHOWN_MAX)
        reads->flow[reads->flows_count++] = expr;
    for (uint32_t i = 0; i < expr->args_count; i++)
        find_reads(reads, expr->arg[i]);
}

static void find_rule_reads(struct reads *reads, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->conditions_count; i++)
        find_reads(reads, rule->condition[i]);
    for (uint32_t i = 0; i < rule->lets_count; i++)
        find_reads(reads, rule->let[i].value);
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        find_reads(reads, rule->grading[i].when);
    for (uint32_t i = 0; i < rule->against_count; i++)
        find_reads(reads, rule->against[i].when);
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        find_reads(reads, rule->mark[i].subject);
        find_reads(reads, rule->mark[i].when);
    }
    find_reads(reads, rule->score);
    find_reads(reads, rule->subject);
}

static void add_feature_cost(const struct page *page, unsigned profile, unsigned feature)
{
    const struct profile *of = &page->set->profile[profile];
    if (of->feature[feature].value == NULL)
        text_add_string(page->text, say(page, PHRASE_FEATURE_FREE));
    else if (feature_shares_value(page->set, of, feature))
        text_add_string(page->text, say(page, PHRASE_FEATURE_SHARED));
    else
        add_phrase(page->text, page, PHRASE_FEATURE_BYTES, (const char *[4]){"8"});
}

/* What is asked of money that moved; the same question once. */
static void add_flows(const struct page *page, const struct reads *reads)
{
    struct words asked[FLOWS_SHOWN_MAX];
    if (reads->flows_count != 0)
        add_line(page, PHRASE_FOLLOWS, (const char *[4]){0});
    for (uint32_t i = 0; i < reads->flows_count; i++) {
        words_expr(&asked[i], page, reads->flow[i]);
        bool told = false;
        for (uint32_t k = 0; k < i; k++)
            told |= slice_equal(text_slice(&asked[i].text), text_slice(&asked[k].text));
        if (told)
            continue;
        text_addf(page->text, "            %s: ", asked[i].room);
        text_add_flow_label(page->text, reads->flow[i], page->tongue);
        text_add_char(page->text, '\n');
    }
}

static void add_reads(const struct page *page)
{
    struct reads reads = {0};
    bool first = true;
    find_rule_reads(&reads, page->rule);
    add_flows(page, &reads);
    for (unsigned p = 0; p < page->set->profiles_count; p++) {
        const struct profile *profile = &page->set->profile[p];
        for (unsigned f = 0; f < profile->features_count; f++) {
            if ((reads.feature[p] >> f & 1) == 0)
                continue;
            if (first)
                add_line(page, PHRASE_READS, (const char *[4]){0});
            first = false;
            text_addf(page->text, "            %.*s.%.*s: ", SHOW(profile->name),
                      SHOW(profile->feature[f].name));
            text_add_feature_label(page->text, page->set, p, f, page->tongue);
            text_add_string(page->text, "; ");
            add_feature_cost(page, p, f);
            text_add_char(page->text, '\n');
        }
    }
}

static void add_rule(const struct page *page)
{
    const struct rule *rule = page->rule;
    text_add(page->text, rule->name);
    if (rule->title[page->tongue].size != 0)
        text_addf(page->text, ": %.*s", SHOW(rule->title[page->tongue]));
    text_add_char(page->text, '\n');
    add_trigger(page);
    add_conditions(page);
    add_outcome(page);
    add_reads(page);
}

void text_add_explanation(struct text *text, const struct rule_set *set, const struct rule *rule,
                          enum tongue tongue)
{
    for (uint32_t i = 0; i < set->rules_count; i++) {
        struct page page = {text, set, &set->rule[i], tongue};
        if (rule != NULL && rule != &set->rule[i])
            continue;
        if (rule == NULL && i != 0)
            text_add_char(text, '\n');
        add_rule(&page);
    }
}

/* ---- costs ---- */

enum { CELLS_MAX = 6, COLUMN_GAP = 2 };

struct table {
    const struct page *page;
    unsigned columns;
    size_t width[CELLS_MAX];
    bool measuring; /* the first of two passes */
};

static void add_cells(struct table *table, const char *const *cells)
{
    struct text *text = table->page->text;
    for (unsigned i = 0; i < table->columns; i++) {
        size_t width = utf8_columns(slice_of(cells[i]));
        if (table->measuring && width > table->width[i])
            table->width[i] = width;
        if (table->measuring)
            continue;
        size_t blanks = table->width[i] - width;
        for (size_t k = 0; k < blanks && i != 0; k++) /* numbers stand on the right */
            text_add_char(text, ' ');
        text_add_string(text, cells[i]);
        for (size_t k = 0; k < blanks && i == 0; k++)
            text_add_char(text, ' ');
        text_add_string(text, i + 1 == table->columns ? "\n" : "  ");
    }
}

static void add_profile_cells(struct table *table, const struct profile *profile,
                              const struct memory_cost *cost)
{
    char cell[CELLS_MAX][80];
    int64_t longest = 0;
    for (uint32_t i = 0; i < profile->features_count; i++)
        if (profile->feature[i].span_ms > longest)
            longest = profile->feature[i].span_ms;
    struct text span = text_over(cell[5], sizeof cell[5]);
    if (longest == 0)
        text_add_char(&span, '-');
    else
        add_span(&span, longest, table->page->tongue);
    uint64_t sizes[] = {profile->features_count, cost->event_size, cost->quiet_size,
                        cost->busiest_size};
    struct text name = text_over(cell[0], sizeof cell[0]);
    text_add(&name, profile->name);
    const char *cells[CELLS_MAX] = {cell[0]};
    for (unsigned i = 0; i < 4; i++) {
        struct text number = text_over(cell[i + 1], sizeof cell[0]);
        text_addf(&number, "%llu", (unsigned long long)sizes[i]);
        cells[i + 1] = cell[i + 1];
    }
    cells[5] = cell[5];
    add_cells(table, cells);
}

static void add_profile_costs(struct table *table, const struct memory_cost *of_profile)
{
    const struct page *page = table->page;
    const char *const heads[] = {say(page, PHRASE_COST_PROFILE), say(page, PHRASE_COST_FEATURES),
                                 say(page, PHRASE_COST_EVENT),   say(page, PHRASE_COST_QUIET),
                                 say(page, PHRASE_COST_BUSY),    say(page, PHRASE_COST_SPAN)};
    add_cells(table, heads);
    for (uint32_t i = 0; i < page->set->profiles_count; i++)
        add_profile_cells(table, &page->set->profile[i], &of_profile[i]);
}

static void add_rule_costs(struct table *table)
{
    const struct page *page = table->page;
    const char *const heads[] = {say(page, PHRASE_COST_RULE), say(page, PHRASE_COST_ON),
                                 say(page, PHRASE_COST_STEPS),
                                 say(page, PHRASE_COST_ACCOUNTS)};
    add_cells(table, heads);
    for (uint32_t i = 0; i < page->set->rules_count; i++) {
        const struct rule *rule = &page->set->rule[i];
        char name[80];
        char steps[32];
        char accounts[32];
        struct text name_text = text_over(name, sizeof name);
        struct text steps_text = text_over(steps, sizeof steps);
        text_add(&name_text, rule->name);
        text_addf(&steps_text, "%llu", (unsigned long long)rule_steps(rule));
        struct text accounts_text = text_over(accounts, sizeof accounts);
        text_addf(&accounts_text, "%llu", (unsigned long long)rule_accounts(rule));
        add_cells(table, (const char *const[]){name, kind_schema(rule->on)->name, steps, accounts});
    }
}

void text_add_costs(struct text *text, const struct rule_set *set,
                    const struct memory_cost *of_profile, enum tongue tongue)
{
    struct page page = {.text = text, .set = set, .tongue = tongue};
    struct table profiles = {.page = &page, .columns = 6, .measuring = true};
    struct table rules = {
        .page = &page, .columns = set->money.present ? 4 : 3, .measuring = true};
    add_profile_costs(&profiles, of_profile);
    profiles.measuring = false;
    add_profile_costs(&profiles, of_profile);
    if (set->rules_count == 0)
        return;
    text_add_char(text, '\n');
    add_rule_costs(&rules);
    rules.measuring = false;
    add_rule_costs(&rules);
}
