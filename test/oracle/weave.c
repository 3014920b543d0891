/* weave.c -- profiles and rules drawn by lot.
 *
 * Not every text is a rule set: a condition may be refused for a reason that is not looked at here.
 * Such a draw is drawn again, and the test counts how often. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "weave_inside.h"

#include <stdio.h>

enum { TEXT_SIZE = 1 << 16 };

static const char *const SPANS[] = {"1s", "10s", "1500ms", "1m",  "10m", "1h",  "1h",  "6h",
                                    "6h", "24h", "24h",    "36h", "7d",  "30d", "90d", "90d"};

static const char *draw_span(struct weaver *weaver)
{
    return SPANS[lot(weaver, sizeof SPANS / sizeof SPANS[0])];
}

/* ---- lines ---- */

static struct program_block *add_block(struct weaver *weaver, struct slice head)
{
    struct program *program = weaver->program;
    must(program->blocks_count < PROGRAM_BLOCKS_MAX);
    struct program_block *block = &program->block[program->blocks_count++];
    *block = (struct program_block){.head = head};
    return block;
}

static enum status add_line(struct weaver *weaver, struct program_block *block,
                            const struct text *text, bool conjunct)
{
    must(block->lines_count < PROGRAM_LINES_MAX);
    struct program_line *line = &block->line[block->lines_count++];
    *line = (struct program_line){.conjunct = conjunct};
    return slice_copy(weaver->arena, text_slice(text), &line->text);
}

/* ---- profiles ---- */

struct offer {
    const char *text;
    enum field_type entity;
    enum record_kind kind;
    unsigned field;
    bool through;
};

#define OFFER(kind, field, entity)                                                    \
    {                                                                                 \
#kind "." #field, FIELD_##entity, RECORD_##kind, FIELD_OF(kind, field), false \
    }
#define THROUGH(kind, field, of, entity)                                                       \
    {                                                                                          \
#kind "." #field " through " of, FIELD_##entity, RECORD_##kind, FIELD_OF(kind, field), \
            true                                                                               \
    }

static const struct offer OFFERS[] = {
    OFFER(call, caller, PHONE),
    OFFER(call, callee, PHONE),
    OFFER(sms, sender, PHONE),
    OFFER(sms, recipient, PHONE),
    OFFER(report, phones, PHONE),
    OFFER(sim, phone, PHONE),
    OFFER(payment, payer, ACCOUNT),
    OFFER(payment, payee, ACCOUNT),
    OFFER(report, accounts, ACCOUNT),
    OFFER(account, account, ACCOUNT),
    THROUGH(call, caller, "person.phone", PERSON),
    THROUGH(call, callee, "person.phone", PERSON),
    THROUGH(payment, payer, "person.account", PERSON),
    THROUGH(payment, payee, "person.account", PERSON),
    THROUGH(report, phones, "person.phone", PERSON),
    THROUGH(sim, phone, "person.phone", PERSON),
    OFFER(report, person, PERSON),
    OFFER(sim, person, PERSON),
    OFFER(account, person, PERSON),
    OFFER(call, imei, IMEI),
    OFFER(sms, imei, IMEI),
    OFFER(call, imsi, IMSI),
    OFFER(call, cell, CELL),
    THROUGH(sms, cell, "cell.cell", CELL),
    OFFER(sim, region, REGION),
    OFFER(account, region, REGION),
    OFFER(payment, device, DEVICE),
    OFFER(payment, payer_bank, BANK),
    OFFER(payment, payee_bank, BANK),
    OFFER(account, bank, BANK),
    OFFER(payment, ip, IP),
    OFFER(sms, url, DOMAIN),
    OFFER(report, scam, SCAM),
    OFFER(call, trunk, TRUNK),
    OFFER(sim, outlet, OUTLET),
};

static void draw_keys(struct weaver *weaver, struct woven_profile *profile, struct text *head)
{
    static const enum field_type ENTITIES[] = {FIELD_PHONE,   FIELD_PHONE,   FIELD_PHONE,
                                               FIELD_ACCOUNT, FIELD_ACCOUNT, FIELD_PERSON,
                                               FIELD_PERSON,  FIELD_IMEI};
    uint64_t offers = sizeof OFFERS / sizeof OFFERS[0];
    enum field_type entity = ENTITIES[lot(weaver, sizeof ENTITIES / sizeof ENTITIES[0])];
    if (lot(weaver, 8) == 0)
        entity = OFFERS[lot(weaver, offers)].entity;
    else if (lot(weaver, 3) == 0)
        entity = weaver->marked;
    profile->entity = entity;
    uint64_t often = 1 + lot(weaver, 4);
    while (profile->keys_count == 0) {
        for (uint64_t i = 0; i < offers; i++) {
            const struct offer *offer = &OFFERS[i];
            if (offer->entity != entity || lot(weaver, 4) >= often)
                continue;
            bool twice = false;
            for (uint32_t k = 0; k < profile->keys_count; k++)
                twice |=
                    profile->key[k].kind == offer->kind && profile->key[k].field == offer->field;
            if (twice || profile->keys_count == PROFILE_KEYS_MAX)
                continue;
            text_addf(head, "%s %s", profile->keys_count == 0 ? " by" : ",", offer->text);
            profile->key[profile->keys_count++] =
                (struct woven_key){offer->kind, offer->field, offer->through};
            profile->kinds |= 1u << offer->kind;
        }
    }
}

static struct type draw_type(struct scope *scope, bool ordered)
{
    static const enum type_class AMOUNTS[] = {TYPE_NUMBER, TYPE_DURATION, TYPE_MONEY};
    if (!ordered && lot(scope->weaver, 3) != 0)
        return weave_type(scope);
    return plain(AMOUNTS[lot(scope->weaver, 3)]);
}

static struct type add_value(struct scope *scope, struct text *text, struct type type,
                             enum aggregate aggregate, bool *good)
{
    unsigned depth = (unsigned)lot(scope->weaver, 4);
    size_t start = text->size;
    /* A literal could be taken for the span; nobody asks for the mean of five. */
    if (aggregate == AGGREGATE_sum)
        *good = weave_whole(scope, text, type);
    else
        *good = (lot(scope->weaver, 3) != 0 && weave_atom(scope, text, type)) ||
                weave_expr(scope, text, type, depth < 2 ? depth : 1, false);
    *good = *good && (text->at[start] < '0' || text->at[start] > '9');
    return type;
}

/* The value of the aggregate, and what type the feature is then of. */
static struct type draw_aggregate(struct scope *scope, struct text *text, bool *good)
{
    struct type number = plain(TYPE_NUMBER);
    enum aggregate aggregate = (enum aggregate)lot(scope->weaver, AGGREGATES_COUNT);
    if (lot(scope->weaver, 6) == 0)
        aggregate = AGGREGATE_count; /* it is what rules ask for most */
    bool instant = lot(scope->weaver, 6) == 0;
    *good = true;
    text_add_string(text, aggregate_name(aggregate));
    if (aggregate == AGGREGATE_quantile)
        text_add_string(text, ONE_OF(scope->weaver, " 0.5", " 0", " 1", " 0.9", " 0.25", " 0.1"));
    text_add_char(text, ' ');
    switch (aggregate) {
    case AGGREGATE_count:
        return number;
    case AGGREGATE_since:
        return plain(TYPE_DURATION);
    case AGGREGATE_sum:
    case AGGREGATE_mean:
        return add_value(scope, text, draw_type(scope, true), aggregate, good);
    case AGGREGATE_min:
    case AGGREGATE_max:
    case AGGREGATE_quantile:
        if (instant)
            return add_value(scope, text, plain(TYPE_MOMENT), aggregate, good);
        return add_value(scope, text, draw_type(scope, true), aggregate, good);
    case AGGREGATE_fresh:
        (void)add_value(scope, text, draw_type(scope, false), aggregate, good);
        return plain(TYPE_TRUTH);
    case AGGREGATE_first:
    case AGGREGATE_last:
        return add_value(scope, text, draw_type(scope, false), aggregate, good);
    default: /* distinct, top */
        (void)add_value(scope, text, draw_type(scope, false), aggregate, good);
        return number;
    }
}

static void add_roles(struct weaver *weaver, const struct woven_profile *profile,
                      const struct scope *scope, struct text *text)
{
    bool first = true;
    uint32_t one = (uint32_t)lot(weaver, profile->keys_count);
    while (profile->key[one].kind != scope->kind) /* else nothing could be counted */
        one = (one + 1) % profile->keys_count;
    for (uint32_t k = 0; k < profile->keys_count; k++) {
        const struct woven_key *key = &profile->key[k];
        const struct kind_schema *schema = kind_schema(key->kind);
        if (k != one && lot(weaver, 3) != 0)
            continue;
        text_addf(text, first ? " as " : ", ");
        if (lot(weaver, 2) == 0)
            text_addf(text, "%s.", schema->name);
        text_add_string(text, schema->fields[key->field].name);
        first = false;
    }
}

static enum status add_feature(struct weaver *weaver, struct woven_profile *profile,
                               struct program_block *block, struct text *text)
{
    struct woven_feature *feature = &profile->feature[profile->features_count];
    struct scope scope = {.weaver = weaver,
                          .kind = profile->key[lot(weaver, profile->keys_count)].kind,
                          .kinds = profile->kinds,
                          .readable = weaver->profiles_count - 1,
                          .sequence = -1};
    bool good;
    *text = text_over(text->at, TEXT_SIZE);
    (void)snprintf(feature->name, sizeof feature->name, "f%u", profile->features_count);
    text_addf(text, "%s = ", feature->name);
    feature->type = draw_aggregate(&scope, text, &good);
    text_addf(text, " over %s", draw_span(weaver));
    if (profile->keys_count > 1 && lot(weaver, 2) == 0)
        add_roles(weaver, profile, &scope, text);
    if (lot(weaver, 2) == 0) {
        text_add_string(text, " where ");
        good &= lot(weaver, 2) == 0
                    ? weave_simple(&scope, text)
                    : weave_expr(&scope, text, plain(TYPE_TRUTH), (unsigned)lot(weaver, 3), false);
    }
    if (!good || text->full)
        return STATUS_OK;
    profile->features_count++;
    return add_line(weaver, block, text, false);
}

static enum status add_profile(struct weaver *weaver, struct text *text)
{
    struct woven_profile *profile = &weaver->profile[weaver->profiles_count];
    *profile = (struct woven_profile){0};
    (void)snprintf(profile->name, sizeof profile->name, "p%u", weaver->profiles_count);
    *text = text_over(text->at, TEXT_SIZE);
    text_addf(text, "profile %s", profile->name);
    draw_keys(weaver, profile, text);
    struct slice head;
    TRY(slice_copy(weaver->arena, text_slice(text), &head));
    struct program_block *block = add_block(weaver, head);
    weaver->profiles_count++;
    uint64_t features = 1 + lot(weaver, WOVEN_FEATURES_MAX);
    for (uint64_t i = 0; i < features || profile->features_count == 0; i++)
        TRY(add_feature(weaver, profile, block, text));
    return STATUS_OK;
}

/* ---- rules ---- */

/* A clause: words, an expression, words.  Nothing is added if there is no such expression. */
static enum status add_clause(struct scope *scope, struct program_block *block, struct text *text,
                              const char *before, struct type type, const char *after)
{
    *text = text_over(text->at, TEXT_SIZE);
    text_add_string(text, before);
    bool literal = type.class != TYPE_STRING;
    if (!weave_expr(scope, text, type, (unsigned)lot(scope->weaver, 3), literal))
        return STATUS_OK;
    text_add_string(text, after);
    return text->full ? STATUS_OK : add_line(scope->weaver, block, text, false);
}

static enum status add_conditions(struct scope *scope, struct program_block *block,
                                  struct text *text, const char *sequence)
{
    struct weaver *weaver = scope->weaver;
    uint64_t count = lot(weaver, 2) * lot(weaver, 3) + (sequence == NULL);
    if (sequence != NULL) {
        *text = text_over(text->at, TEXT_SIZE);
        text_add_string(text, sequence);
        TRY(add_line(weaver, block, text, true));
    }
    for (uint64_t i = 0; i < count; i++) {
        *text = text_over(text->at, TEXT_SIZE);
        bool good = lot(weaver, 4) != 0 ? weave_simple(scope, text)
                                        : weave_expr(scope, text, plain(TYPE_TRUTH), 3, false);
        if (!good && i + 1 == count)
            text_add_string(text, "time is known");
        if ((good || i + 1 == count) && !text->full)
            TRY(add_line(weaver, block, text, true));
    }
    return STATUS_OK;
}

static enum status add_lets(struct scope *scope, struct program_block *block, struct text *text)
{
    uint64_t count = lot(scope->weaver, 3);
    for (uint64_t i = 0; i < count; i++) {
        struct woven_let *let = &scope->let[scope->lets_count];
        let->type = lot(scope->weaver, 4) == 0 ? plain(TYPE_TRUTH) : weave_type(scope);
        char before[32];
        (void)snprintf(let->name, sizeof let->name, "l%u", scope->lets_count);
        (void)snprintf(before, sizeof before, "let %s = ", let->name);
        *text = text_over(text->at, TEXT_SIZE);
        text_add_string(text, before);
        if (!weave_expr(scope, text, let->type, 2, false) || text->full)
            continue;
        TRY(add_line(scope->weaver, block, text, false));
        scope->lets_count++;
    }
    return STATUS_OK;
}

/* Whom the rule accuses; false: nobody fits. */
static bool add_subject(struct scope *scope, struct program_block *block, struct text *text,
                        enum status *status)
{
    unsigned first = (unsigned)lot(scope->weaver, LABELS_COUNT);
    for (unsigned i = 0; i < LABELS_COUNT; i++) {
        enum label label = (enum label)((first + i) % LABELS_COUNT);
        struct type type = named(label_subject(label));
        *text = text_over(text->at, TEXT_SIZE);
        text_add_string(text, "subject ");
        bool plainly = lot(scope->weaver, 3) != 0 || i < LABELS_COUNT / 2;
        if (plainly ? !weave_atom(scope, text, type) : !weave_expr(scope, text, type, 2, true))
            continue;
        text_addf(text, " typology %s", label_name(label));
        *status = add_line(scope->weaver, block, text, false);
        return true;
    }
    return false;
}

static enum status add_marks(struct scope *scope, struct program_block *block, struct text *text,
                             uint64_t count)
{
    struct weaver *weaver = scope->weaver;
    for (uint64_t i = 0; i < count; i++) {
        struct type type = named(weaver->marked);
        for (unsigned k = 0; k < 8 && lot(weaver, 4) == 0; k++)
            type = weave_type(scope);
        *text = text_over(text->at, TEXT_SIZE);
        text_add_string(text, "mark ");
        if (type.class != TYPE_NAME || !weave_atom(scope, text, type))
            continue;
        text_addf(text, " %s %s for %s", ONE_OF(weaver, "suspect", "hot", "hot"),
                  ONE_OF(weaver, "0.8", "0.5", "1", "0"),
                  ONE_OF(weaver, "1s", "1m", "1h", "6h", "1d", "1d", "7d", "30d"));
        if (lot(weaver, 3) == 0) {
            text_add_string(text, " when ");
            if (!weave_expr(scope, text, plain(TYPE_TRUTH), 1, false))
                continue;
        }
        TRY(add_line(weaver, block, text, false));
    }
    return STATUS_OK;
}

static enum status add_grades(struct scope *scope, struct program_block *block, struct text *text)
{
    static const char *const GRADES[] = {"extreme", "high", "medium", "low"};
    uint64_t first = lot(scope->weaver, 4);
    *text = text_over(text->at, TEXT_SIZE);
    text_add_string(text, "grade ");
    for (uint64_t i = first; i < 4; i++) {
        bool last = i == 3 || lot(scope->weaver, 2) == 0;
        text_addf(text, "%s", GRADES[i]);
        if (last && lot(scope->weaver, 2) == 0)
            break;
        text_add_string(text, " when ");
        if (!weave_expr(scope, text, plain(TYPE_TRUTH), 2, false))
            return STATUS_OK;
        if (last)
            break;
        text_add_string(text, ", ");
    }
    return text->full ? STATUS_OK : add_line(scope->weaver, block, text, false);
}

static enum status add_finding(struct scope *scope, struct program_block *block, struct text *text,
                               bool *silent)
{
    struct weaver *weaver = scope->weaver;
    enum status status = STATUS_OK;
    *silent = lot(weaver, 6) == 0 || !add_subject(scope, block, text, &status);
    TRY(status);
    if (*silent)
        return STATUS_OK;
    *text = text_over(text->at, TEXT_SIZE);
    text_add_string(text, "title \"a thing\" \"一件事\"");
    TRY(add_line(weaver, block, text, false));
    if (lot(weaver, 4) != 0)
        TRY(add_clause(scope, block, text, "score ", plain(TYPE_NUMBER), ""));
    if (lot(weaver, 3) == 0)
        TRY(add_grades(scope, block, text));
    for (uint64_t i = lot(weaver, 3); i > 0; i--)
        TRY(add_clause(scope, block, text, "against ", plain(TYPE_TRUTH), " \"but\" \"但\""));
    return STATUS_OK;
}

/* Two steps on a profile that both kinds feed. */
static void draw_sequence(struct scope *scope, struct text *text, struct text *sequence)
{
    struct weaver *weaver = scope->weaver;
    uint32_t number = (uint32_t)lot(weaver, weaver->profiles_count);
    const struct woven_profile *profile = &weaver->profile[number];
    scope->sequence = (int)number;
    scope->kind = profile->key[lot(weaver, profile->keys_count)].kind;
    scope->first_kind = profile->key[lot(weaver, profile->keys_count)].kind;
    scope->first = "a";
    scope->second = "b";
    text_addf(text, " on %s", profile->name);
    text_addf(sequence, "%s(a) then %s(b) within %s", kind_schema(scope->first_kind)->name,
              kind_schema(scope->kind)->name, draw_span(weaver));
}

static enum status add_rule(struct weaver *weaver, struct text *text, uint64_t number)
{
    struct scope scope = {.weaver = weaver, .readable = weaver->profiles_count, .sequence = -1};
    char words[64] = "";
    struct text sequence = text_over(words, sizeof words);
    bool in_sequence = lot(weaver, 4) == 0;
    *text = text_over(text->at, TEXT_SIZE);
    text_addf(text, "rule r%u", (unsigned)(lot(weaver, 90) * 10 + number));
    const struct woven_profile *about = &weaver->profile[lot(weaver, weaver->profiles_count)];
    scope.kind = about->key[lot(weaver, about->keys_count)].kind;
    if (in_sequence)
        draw_sequence(&scope, text, &sequence);
    else
        text_addf(text, " on %s", kind_schema(scope.kind)->name);
    struct slice head;
    weaver->program->kinds |= 1u << scope.kind | (in_sequence ? 1u << scope.first_kind : 0);
    TRY(slice_copy(weaver->arena, text_slice(text), &head));
    struct program_block *block = add_block(weaver, head);
    bool silent;
    TRY(add_lets(&scope, block, text));
    TRY(add_conditions(&scope, block, text, in_sequence ? words : NULL));
    TRY(add_finding(&scope, block, text, &silent));
    uint32_t lines = block->lines_count;
    TRY(add_marks(&scope, block, text, (silent ? 1 : 0) + lot(weaver, 3)));
    if (silent && block->lines_count == lines) { /* it would lead to nothing */
        weaver->program->blocks_count--;
        return STATUS_OK;
    }
    if (lot(weaver, 4) == 0) {
        *text = text_over(text->at, TEXT_SIZE);
        text_addf(text, "quiet %s", draw_span(weaver));
        TRY(add_line(weaver, block, text, false));
    }
    return STATUS_OK;
}

enum status weave(struct program *program, struct chance chance, struct arena *arena)
{
    struct weaver *weaver;
    char *room;
    TRY(ARENA_NEW(arena, 1, &weaver));
    TRY(ARENA_NEW(arena, TEXT_SIZE, &room));
    struct text text = text_over(room, TEXT_SIZE);
    weaver->chance = chance;
    weaver->arena = arena;
    weaver->program = program;
    program->blocks_count = 0;
    program->kinds = 0;
    static const enum field_type MARKED[] = {FIELD_PHONE, FIELD_PHONE, FIELD_ACCOUNT, FIELD_PERSON};
    weaver->marked = MARKED[lot(weaver, 4)];
    weaver->follows = lot(weaver, 4) == 0;
    if (weaver->follows) {
        weaver->marked = FIELD_ACCOUNT;
        program->kinds = 1u << RECORD_payment | 1u << RECORD_report;
    }
    uint64_t profiles = 1 + lot(weaver, 4);
    for (uint64_t i = 0; i < profiles; i++)
        TRY(add_profile(weaver, &text));
    uint64_t rules = 2 + lot(weaver, 5);
    for (uint64_t i = 0; i < rules; i++)
        TRY(add_rule(weaver, &text, i));
    return STATUS_OK;
}
