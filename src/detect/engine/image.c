/* image.c -- a draft becomes an image: who is fed when, what an event holds, the programs.
 *
 *   draft    nodes, looks and reads                                          draft.c
 *   levels   who is fed record by record, and in which order the others go   levels.c
 *   layout   flags and values of an event, shared where features say the same
 *   programs cut out of the graphs                                           graph.c
 *
 * Invariant:  two features share a flag only if they count the same events. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/draft.h"
#include "detect/engine/levels.h"

#include "detect/rule/rule.h"
#include "ground/arena.h"
#include "ground/moment.h"
#include <assert.h>
#include <math.h>
#include <string.h>

struct making {
    struct image *image;
    struct draft *draft;
    struct arena *boot;
    struct lowering lowering;
};

/* ---- nodes ---- */

static const struct node *node_of(const struct draft *draft, enum record_kind kind, uint32_t node)
{
    return &draft->graph[kind].node[node];
}

/* ---- what an event holds ---- */

/* Where the value of a feature is not always known: its node; else NO_NODE. */
static uint32_t doubted(const struct draft *draft, enum record_kind kind, uint32_t value)
{
    const struct node *node = node_of(draft, kind, value);
    bool field = node->op == OP_FIELD_NAME || node->op == OP_FIELD_WHOLE;
    if (value == NO_NODE || !field)
        return value;
    const struct field_schema *schema = &kind_schema(kind)->fields[node->imm];
    /* Money may be of another currency. */
    return schema->must && schema->type != FIELD_MONEY ? NO_NODE : value;
}

static bool same_flag(const struct draft *draft, uint32_t profile, uint32_t f, uint32_t g)
{
    const struct feature *a = &draft->set->profile[profile].feature[f];
    const struct feature *b = &draft->set->profile[profile].feature[g];
    if (a->kinds != b->kinds || a->roles != b->roles)
        return false;
    const struct draft_feature *x = &draft->feature[profile][f];
    const struct draft_feature *y = &draft->feature[profile][g];
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        if (x->where[kind] != y->where[kind] ||
            doubted(draft, kind, x->value[kind]) != doubted(draft, kind, y->value[kind]))
            return false;
    return true;
}

/* A value of an event while it is laid out: per kind the node that is stored, or OTHER_PARTY. */
struct column {
    uint32_t node[RECORD_KINDS_COUNT];
};

/* Where two fields of a kind name an entity of the profile, a feature in the role of one of them
 * often asks for the other: whom the caller called, who called the callee.  Both are one value of
 * the event, the name of the other party.  An event of both roles has one name in both fields. */
static const uint32_t OTHER_PARTY = UINT32_MAX;

/* The column that holds these nodes, or can. */
static unsigned column_for(struct column *column, unsigned *count, const uint32_t *node)
{
    for (unsigned v = 0; v < *count; v++) {
        bool fits = true;
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
            fits &= node[kind] == NO_NODE || column[v].node[kind] == NO_NODE ||
                    column[v].node[kind] == node[kind];
        if (!fits)
            continue;
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
            if (node[kind] != NO_NODE)
                column[v].node[kind] = node[kind];
        return v;
    }
    must(*count < WINDOW_VALUES_MAX);
    memcpy(column[*count].node, node, sizeof column[*count].node);
    return (*count)++;
}

static const enum measure MEASURES[AGGREGATES_COUNT] = {
    [AGGREGATE_count] = MEASURE_COUNT, [AGGREGATE_sum] = MEASURE_SUM,
    [AGGREGATE_mean] = MEASURE_MEAN,   [AGGREGATE_min] = MEASURE_MIN,
    [AGGREGATE_max] = MEASURE_MAX,     [AGGREGATE_distinct] = MEASURE_DISTINCT,
    [AGGREGATE_first] = MEASURE_FIRST, [AGGREGATE_last] = MEASURE_LAST,
    [AGGREGATE_since] = MEASURE_SINCE, [AGGREGATE_top] = MEASURE_TOP,
    [AGGREGATE_fresh] = MEASURE_FRESH, [AGGREGATE_quantile] = MEASURE_QUANTILE,
};

/* A profile's layout while it is made. */
struct layout {
    struct making *making;
    uint32_t number;
    const struct profile *profile;
    struct profile_image *image;
    unsigned flags_count;
    uint32_t flag_feature[WINDOW_BITS_MAX]; /* a feature that the flag stands for */
    unsigned columns_count;
    struct column column[WINDOW_VALUES_MAX];
};

/* The two fields of the kind that name an entity, if there are just two and each names one. */
static bool parties(const struct profile *profile, enum record_kind kind, uint32_t key[2])
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < profile->keys_count; k++) {
        if (profile->key[k].kind != kind)
            continue;
        if (count == 2 || profile->key[k].through || !key_names_one(&profile->key[k]))
            return false;
        key[count++] = k;
    }
    return count == 2;
}

/* The node of a feature's value as it is stored. */
static uint32_t stored_node(const struct layout *layout, uint32_t f, enum record_kind kind)
{
    const struct draft *draft = layout->making->draft;
    const struct profile *profile = layout->profile;
    uint32_t value = draft->feature[layout->number][f].value[kind];
    const struct node *node = node_of(draft, kind, value);
    uint32_t key[2];
    if (node->op != OP_FIELD_NAME || !parties(profile, kind, key))
        return value;
    for (unsigned i = 0; i < 2; i++) {
        uint32_t own = 1u << key[i];
        uint32_t both = 1u << key[0] | 1u << key[1];
        if ((profile->feature[f].roles & both) == own && node->imm == profile->key[key[!i]].field)
            return OTHER_PARTY;
    }
    return value;
}

/* The column of a feature's value; whatever, if it has none.  Also of one that nobody asks for: the
 * rules of tomorrow may, and go on from what is remembered today. */
static unsigned layout_value(struct layout *layout, uint32_t f)
{
    uint32_t node[RECORD_KINDS_COUNT];
    if (layout->profile->feature[f].value == NULL)
        return 0;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        node[kind] = stored_node(layout, f, kind);
    return column_for(layout->column, &layout->columns_count, node);
}

static bool layout_unread(const struct layout *layout, uint32_t f)
{
    const struct draft *draft = layout->making->draft;
    for (uint32_t i = 0; i < draft->reads_count; i++)
        if (draft->look[draft->read[i].look].profile == layout->number &&
            draft->read[i].feature == f)
            return false;
    return true;
}

static enum status layout_features(struct layout *layout)
{
    const struct draft *draft = layout->making->draft;
    const struct profile *profile = layout->profile;
    struct window_feature *features;
    TRY(ARENA_NEW(layout->making->boot, profile->features_count, &features));
    for (uint32_t f = 0; f < profile->features_count; f++) {
        const struct feature *feature = &profile->feature[f];
        unsigned flag = 0;
        while (flag < layout->flags_count &&
               !same_flag(draft, layout->number, f, layout->flag_feature[flag]))
            flag++;
        if (flag == layout->flags_count)
            layout->flag_feature[layout->flags_count++] = f;
        features[f] = (struct window_feature){
            .measure = MEASURES[feature->aggregate],
            .unread = layout_unread(layout, f),
            .name = feature->value != NULL && class_of(feature->value->type) == CLASS_NAME,
            .bit = (uint8_t)flag,
            .value = (uint8_t)layout_value(layout, f),
            .quantile = feature->quantile,
            .span_ms = feature->span_ms,
        };
        if (feature->span_ms > layout->image->window.span_ms_max)
            layout->image->window.span_ms_max = feature->span_ms;
        for (uint32_t k = 0; k < profile->keys_count; k++)
            if ((feature->roles >> k & 1u) != 0)
                layout->image->by_role[k] |= (uint64_t)1 << flag;
    }
    layout->image->window.feature = features;
    layout->image->window.features_count = profile->features_count;
    return STATUS_OK;
}

/* The fields that a name can come from. */
static void spell(struct making *making, enum record_kind kind, uint32_t value)
{
    const struct node *node = node_of(making->draft, kind, value);
    if (node->op == OP_FIELD_NAME)
        making->image->kind[kind].spelt |= 1u << node->imm;
    if (node->op == OP_KNOWN_OR_NAME)
        spell(making, kind, node->a);
    if (node->op == OP_KNOWN_OR_NAME || node->op == OP_IF_NAME)
        spell(making, kind, node->b);
    if (node->op == OP_IF_NAME)
        spell(making, kind, node->c);
}

/* A name that an event gave may be asked for later, by FIRST or LAST: it wants its spelling. */
static void layout_spellings(const struct layout *layout)
{
    const struct draft *draft = layout->making->draft;
    for (uint32_t f = 0; f < layout->profile->features_count; f++) {
        enum measure measure = layout->image->window.feature[f].measure;
        if (measure != MEASURE_FIRST && measure != MEASURE_LAST)
            continue;
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            uint32_t value = draft->feature[layout->number][f].value[kind];
            if (value != NO_NODE)
                spell(layout->making, kind, value);
        }
    }
}

/* Fields of first steps that this profile must remember, and the flags that say which kind it
 * was. */
static enum status layout_sequences(struct layout *layout)
{
    struct draft *draft = layout->making->draft;
    struct profile_image *image = layout->image;
    memset(image->kind_bit, 0xFF, sizeof image->kind_bit);
    memset(image->field_value, 0xFF, sizeof image->field_value);
    for (uint32_t r = 0; r < draft->set->rules_count; r++) {
        const struct sequence *sequence = &draft->set->rule[r].sequence;
        if (!sequence->present || sequence->profile != layout->number)
            continue;
        if (image->kind_bit[sequence->first_kind] == 0xFF)
            image->kind_bit[sequence->first_kind] = (uint8_t)layout->flags_count++;
        if (sequence->within_ms > image->window.span_ms_max)
            image->window.span_ms_max = sequence->within_ms;
    }
    for (unsigned on = 0; on < RECORD_KINDS_COUNT; on++) {
        for (uint32_t i = 1; i < draft->graph[on].count; i++) {
            const struct node *node = &draft->graph[on].node[i];
            if (node->op != OP_EARLIER_NUMBER && node->op != OP_EARLIER_NAME)
                continue;
            if (node->imm >> 16 != layout->number)
                continue;
            unsigned kind = node->imm >> 8 & 0xFF;
            unsigned field = node->imm & 0xFF;
            struct node plain = {.imm = field};
            enum field_held held = field_held(kind_schema(kind)->fields[field].type);
            plain.op = held == HELD_NAME   ? OP_FIELD_NAME
                       : held == HELD_REAL ? OP_FIELD_REAL
                                           : OP_FIELD_WHOLE;
            uint32_t stored[RECORD_KINDS_COUNT] = {0};
            TRY(graph_add(&draft->graph[kind], plain, &stored[kind]));
            unsigned column = column_for(layout->column, &layout->columns_count, stored);
            image->field_value[kind][field] = (uint8_t)column;
            if (held == HELD_NAME)
                layout->making->image->kind[kind].spelt |= 1u << field;
        }
    }
    must(layout->flags_count <= WINDOW_BITS_MAX);
    return STATUS_OK;
}

/* ---- programs ---- */

/* Roots gathered for one program; the same root again is the same result. */
struct roots {
    uint32_t *node;
    uint32_t count;
};

static uint16_t root_add(struct roots *roots, uint32_t node)
{
    if (node == NO_NODE)
        return NO_COLUMN;
    for (uint32_t i = 0; i < roots->count; i++)
        if (roots->node[i] == node)
            return (uint16_t)i;
    roots->node[roots->count] = node;
    return (uint16_t)roots->count++;
}

static enum status program_make(struct making *making, enum record_kind kind,
                                const struct roots *roots, struct program *out)
{
    TRY(graph_program(&making->draft->graph[kind], &making->lowering, roots->node, roots->count,
                      making->boot, out));
    if (out->registers_count > making->image->registers_max)
        making->image->registers_max = out->registers_count;
    return STATUS_OK;
}

/* The other party in the role of the first key, and in that of the second alone. */
static enum status layout_parties(struct layout *layout, enum record_kind kind, unsigned value,
                                  uint32_t *first, uint32_t *turned)
{
    struct graph *graph = &layout->making->draft->graph[kind];
    uint32_t key[2];
    must(parties(layout->profile, kind, key));
    struct node node = {.op = OP_FIELD_NAME, .imm = layout->profile->key[key[1]].field};
    TRY(graph_add(graph, node, first));
    node.imm = layout->profile->key[key[0]].field;
    TRY(graph_add(graph, node, turned));
    layout->image->feeding[kind].turning = (uint8_t)key[0];
    layout->image->turns[value] = true;
    return STATUS_OK;
}

static enum status feeding_make(struct layout *layout, enum record_kind kind)
{
    struct making *making = layout->making;
    const struct draft *draft = making->draft;
    struct feeding *feeding = &layout->image->feeding[kind];
    if (feeding->keys_count == 0)
        return STATUS_OK;
    struct roots roots = {0};
    TRY(ARENA_NEW(draft->scratch, WINDOW_BITS_MAX * 2 + WINDOW_VALUES_MAX, &roots.node));
    TRY(ARENA_NEW(making->boot, layout->flags_count, &feeding->flag));
    TRY(ARENA_NEW(making->boot, layout->columns_count, &feeding->stored));
    for (unsigned flag = 0; flag < layout->flags_count; flag++) {
        feeding->flag[flag] = (struct flag_image){NO_COLUMN, NO_COLUMN, CLASS_NONE};
        if (layout->image->kind_bit[kind] == flag)
            feeding->always |= (uint64_t)1 << flag;
        uint32_t f = layout->flag_feature[flag];
        if (f == UINT32_MAX || (layout->profile->feature[f].kinds >> kind & 1u) == 0)
            continue;
        const struct draft_feature *feature = &draft->feature[layout->number][f];
        uint32_t value = doubted(draft, kind, feature->value[kind]);
        feeding->flags |= (uint64_t)1 << flag;
        feeding->flag[flag] =
            (struct flag_image){root_add(&roots, feature->where[kind]), root_add(&roots, value),
                                (enum class)node_of(draft, kind, value)->class};
    }
    feeding->turning = UINT8_MAX;
    for (unsigned v = 0; v < layout->columns_count; v++) {
        uint32_t node = layout->column[v].node[kind];
        uint32_t turned = node;
        if (node == OTHER_PARTY)
            TRY(layout_parties(layout, kind, v, &node, &turned));
        feeding->stored[v] = (struct stored_image){root_add(&roots, node), root_add(&roots, turned),
                                                   (enum class)node_of(draft, kind, node)->class};
    }
    return program_make(making, kind, &roots, &feeding->program);
}

static void keys_lay(struct layout *layout, enum record_kind kind)
{
    struct feeding *feeding = &layout->image->feeding[kind];
    for (uint32_t k = 0; k < layout->profile->keys_count; k++) {
        const struct profile_key *key = &layout->profile->key[k];
        if (key->kind != kind)
            continue;
        bool list = !key_names_one(key);
        feeding->key[feeding->keys_count++] =
            (struct key_image){(uint8_t)k, (uint8_t)key->field, list};
        feeding->names_max += list ? RECORD_NAMED_MAX : 1;
        feeding->lists |= list;
    }
    if (feeding->names_max > layout->image->keys_max)
        layout->image->keys_max = feeding->names_max;
}

static enum status profile_layout(struct making *making, uint32_t number)
{
    struct layout *layout;
    TRY(ARENA_NEW(making->draft->scratch, 1, &layout));
    layout->making = making;
    layout->number = number;
    layout->profile = &making->draft->set->profile[number];
    layout->image = &making->image->profile[number];
    layout->image->profile = layout->profile;
    memset(layout->flag_feature, 0xFF, sizeof layout->flag_feature);
    TRY(layout_features(layout));
    layout_spellings(layout);
    TRY(layout_sequences(layout));
    struct window_plan *plan = &layout->image->window;
    plan->bits_count = layout->flags_count;
    plan->values_count = layout->columns_count;
    plan->late_ms_max = (int64_t)LATE_HOURS_MAX * HOUR_MS;
    plan->events_max = layout->profile->events_max == 0 ? ENTITY_EVENTS_MAX : FLOW_EVENTS_MAX;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        keys_lay(layout, kind);
    /* Programs of feedings read answers of other profiles, so they are made when all reads are. */
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        TRY(feeding_make(layout, kind));
    return STATUS_OK;
}

/* ---- looks ---- */

static void wants_sort(const struct making *making, struct look_image *look)
{
    const struct image *image = making->image;
    for (uint32_t i = 1; i < look->wants_count; i++) {
        uint16_t want = look->want[i];
        uint32_t at = i;
        int64_t span_ms =
            image->profile[look->profile].window.feature[image->read[want].feature].span_ms;
        for (; at > 0; at--) {
            const struct read_image *before = &image->read[look->want[at - 1]];
            if (image->profile[look->profile].window.feature[before->feature].span_ms <= span_ms)
                break;
            look->want[at] = look->want[at - 1];
        }
        look->want[at] = want;
    }
}

static enum status looks_number(struct making *making)
{
    const struct draft *draft = making->draft;
    struct image *image = making->image;
    must(draft->reads_count < NO_COLUMN);
    TRY(ARENA_NEW(making->boot, draft->looks_count, &image->look));
    TRY(ARENA_NEW(making->boot, draft->reads_count, &image->read));
    image->looks_count = draft->looks_count;
    image->reads_count = draft->reads_count;
    for (uint32_t i = 0; i < draft->reads_count; i++) {
        const struct draft_look *look = &draft->look[draft->read[i].look];
        const struct feature *feature =
            &draft->set->profile[look->profile].feature[draft->read[i].feature];
        image->read[i] = (struct read_image){
            .profile = (uint16_t)look->profile,
            .feature = (uint16_t)draft->read[i].feature,
            .look = (uint16_t)draft->read[i].look,
            .class = class_of(feature->type),
            .now = look->late || image->profile[look->profile].level == LEVEL_SERIAL,
        };
        image->look[draft->read[i].look].wants_count++;
    }
    making->lowering.read = image->read;
    return STATUS_OK;
}

static enum status looks_make(struct making *making)
{
    const struct draft *draft = making->draft;
    struct image *image = making->image;
    for (uint32_t i = 0; i < image->looks_count; i++) {
        struct look_image *look = &image->look[i];
        look->profile = (uint16_t)draft->look[i].profile;
        look->kind = draft->look[i].kind;
        look->key = draft->look[i].key;
        look->late = draft->look[i].late;
        TRY(ARENA_NEW(making->boot, look->wants_count, &look->want));
        look->wants_count = 0;
        struct roots roots = {.node = &making->draft->look[i].node, .count = 1};
        if (look->key == NO_KEY)
            TRY(program_make(making, look->kind, &roots, &look->key_program));
    }
    for (uint32_t i = 0; i < image->reads_count; i++) {
        struct look_image *look = &image->look[image->read[i].look];
        look->want[look->wants_count++] = (uint16_t)i;
    }
    for (uint32_t i = 0; i < image->looks_count; i++) {
        struct look_image *look = &image->look[i];
        wants_sort(making, look);
        struct profile_image *profile = &image->profile[look->profile];
        if (profile->level != LEVEL_SERIAL && !look->late)
            profile->feeding[look->kind].looks_count++;
    }
    return STATUS_OK;
}

/* By key first, so that the names of the record are known when other looks are made. */
static enum status looks_share_out(struct making *making)
{
    struct image *image = making->image;
    for (uint32_t p = 0; p < making->draft->set->profiles_count; p++) {
        struct profile_image *profile = &image->profile[p];
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            struct feeding *feeding = &profile->feeding[kind];
            uint32_t by_name = 0;
            TRY(ARENA_NEW(making->boot, feeding->looks_count, &feeding->look));
            feeding->looks_count = 0;
            for (unsigned pass = 0; pass < 2 && profile->level != LEVEL_SERIAL; pass++) {
                for (uint32_t i = 0; i < image->looks_count; i++) {
                    const struct look_image *look = &image->look[i];
                    if (look->profile != p || look->kind != kind || look->late ||
                        (look->key == NO_KEY) != (pass == 1))
                        continue;
                    feeding->look[feeding->looks_count++] = (uint16_t)i;
                    feeding->looks_by_key += pass == 0;
                    by_name += pass;
                }
            }
            if (by_name > profile->looks_max)
                profile->looks_max = by_name;
        }
    }
    return STATUS_OK;
}

/* ---- rules ---- */

enum part { PART_PLAIN, PART_COSTLY, PART_LATE, PART_TRIED, PARTS_COUNT };

static enum part part_of(const struct node *node)
{
    if ((node->flags & (NODE_EARLIER | NODE_TRIED)) != 0)
        return PART_TRIED;
    if ((node->flags & (NODE_MARKS | NODE_LATE)) != 0)
        return PART_LATE;
    return (node->flags & NODE_COSTLY) != 0 ? PART_COSTLY : PART_PLAIN;
}

static enum status rule_condition(struct making *making, const struct rule *rule,
                                  const struct expr *expr, struct slice *out)
{
    char source[RECORD_TEXT_MAX * 4];
    struct text text = text_over(source, sizeof source);
    text_add_expr(&text, making->draft->set, rule, expr);
    return slice_copy(making->boot, text_slice(&text), out);
}

static const struct expr *meant(const struct rule *rule, const struct expr *expr)
{
    while (expr->kind == EXPR_LET)
        expr = rule->let[expr->let].value;
    return expr;
}

/* What is shown of a comparison besides its values. */
static void sides_show(const struct rule *rule, const struct expr *expr,
                       struct condition_image *condition)
{
    if (condition->left == NO_COLUMN)
        return;
    const struct expr *left = meant(rule, expr->arg[0]);
    const struct expr *right = meant(rule, expr->arg[1]);
    condition->class = class_of(left->type);
    condition->type = left->type;
    condition->read = left->kind == EXPR_READ ? left : NULL;
    if (left->kind == EXPR_NAME)
        condition->left_literal = left->string;
    if (right->kind == EXPR_NAME)
        condition->right_literal = right->string;
}

static enum status rule_finding(struct making *making, uint32_t number)
{
    const struct rule *rule = &making->draft->set->rule[number];
    const struct draft_rule *draft = &making->draft->rule[number];
    struct rule_image *image = &making->image->rule[number];
    uint32_t node[2 + sizeof image->grading / sizeof image->grading[0]];
    struct roots roots = {.node = node};
    image->score = root_add(&roots, draft->score);
    image->subject = root_add(&roots, draft->subject);
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        image->grading[i] = root_add(&roots, draft->grading[i]);
    return program_make(making, rule->on, &roots, &image->finding);
}

static enum status rule_telling(struct making *making, uint32_t number)
{
    const struct rule *rule = &making->draft->set->rule[number];
    const struct draft_rule *draft = &making->draft->rule[number];
    struct rule_image *image = &making->image->rule[number];
    struct roots roots = {0};
    TRY(ARENA_NEW(making->draft->scratch, CONDITIONS_MAX * 2 + AGAINST_MAX * 2, &roots.node));
    TRY(ARENA_NEW(making->boot, rule->conditions_count, &image->condition));
    TRY(ARENA_NEW(making->boot, rule->against_count, &image->against_left));
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        struct condition_image *condition = &image->condition[i];
        TRY(rule_condition(making, rule, rule->condition[i], &condition->text));
        condition->left = root_add(&roots, draft->left[i]);
        condition->right = root_add(&roots, draft->right[i]);
        sides_show(rule, rule->condition[i], condition);
    }
    for (uint32_t i = 0; i < rule->against_count; i++) {
        image->against[i] = root_add(&roots, draft->against[i]);
        image->against_left[i].left = root_add(&roots, draft->against_left[i]);
        sides_show(rule, rule->against[i].when, &image->against_left[i]);
    }
    return program_make(making, rule->on, &roots, &image->telling);
}

static enum status rule_marks(struct making *making, uint32_t number)
{
    const struct rule *rule = &making->draft->set->rule[number];
    const struct draft_rule *draft = &making->draft->rule[number];
    struct rule_image *image = &making->image->rule[number];
    uint32_t node[MARKS_PER_RULE_MAX * 2];
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        node[2 * i] = draft->mark_subject[i];
        node[2 * i + 1] = draft->mark_when[i];
        unsigned label = 0;
        while (!slice_equal(making->draft->labels.at[label], rule->mark[i].label))
            label++;
        image->mark_tag[i] = tag_of(label, rule->mark[i].subject->type.name);
    }
    struct roots roots = {.node = node, .count = rule->marks_count * 2};
    return program_make(making, rule->on, &roots, &image->marks);
}

/* What a rule's conditions ask of money that moved; `seen` are their nodes. */
static enum status rule_flows(struct making *making, uint32_t number, const bool *seen,
                              uint32_t top)
{
    enum record_kind kind = making->draft->set->rule[number].on;
    struct rule_image *image = &making->image->rule[number];
    const struct graph *graph = &making->draft->graph[kind];
    uint32_t count = 0;
    for (uint32_t i = 1; i <= top; i++)
        count += seen[i] && graph->node[i].op == OP_FLOW;
    TRY(ARENA_NEW(making->boot, count, &image->flow));
    for (uint32_t i = 1; i <= top; i++) {
        if (!seen[i] || graph->node[i].op != OP_FLOW)
            continue;
        struct flow_use *use = &image->flow[image->flows_count++];
        uint32_t account = graph->node[i].a;
        struct roots roots = {.node = &account, .count = 1};
        use->flow = (uint16_t)graph->node[i].imm;
        TRY(program_make(making, kind, &roots, &use->account));
    }
    return STATUS_OK;
}

/* The reads that a rule's conditions make, those for naming an entity included. */
static enum status rule_reads(struct making *making, uint32_t number)
{
    const struct rule *rule = &making->draft->set->rule[number];
    struct rule_image *image = &making->image->rule[number];
    const struct graph *graph = &making->draft->graph[rule->on];
    uint32_t top = 0;
    bool *seen;
    TRY(ARENA_NEW(making->draft->scratch, graph->count, &seen));
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        uint32_t node = making->draft->rule[number].condition[i];
        seen[node] = true;
        top = node > top ? node : top;
    }
    for (uint32_t i = top; i >= 1; i--) {
        const struct node *node = &graph->node[i];
        if (!seen[i])
            continue;
        seen[node->a] = seen[node->b] = seen[node->c] = true;
        image->reads_count += node_reads(node);
    }
    TRY(ARENA_NEW(making->boot, image->reads_count, &image->read));
    image->reads_count = 0;
    for (uint32_t i = 1; i <= top; i++) {
        const struct node *node = &graph->node[i];
        if (seen[i] && node_reads(node))
            image->read[image->reads_count++] = (uint16_t)node->imm;
    }
    return rule_flows(making, number, seen, top);
}

/* Steps that a condition takes alone, as far as they are no more than a few. */
static uint32_t steps_of(const struct graph *graph, uint32_t number)
{
    enum { FEW = 4 };
    const struct node *node = &graph->node[number];
    if (number == NO_NODE)
        return 0;
    uint32_t steps = 1;
    if (!node_reads(node)) /* its name was worked out before */
        for (unsigned i = 0; i < 3 && steps <= FEW; i++)
            steps += steps_of(graph, i == 0 ? node->a : i == 1 ? node->b : node->c);
    return steps > FEW ? UINT8_MAX : steps;
}

/* What must hold where a late condition does, and can be asked of all records at once: a mark is
 * only on a name that is known.  NO_NODE: nothing. */
static enum status gate_of_late(struct graph *graph, uint32_t condition, uint32_t *out)
{
    const struct node *node = &graph->node[condition];
    const struct node *marked = node;
    if (node->op == OP_LESS || node->op == OP_LESS_EQUAL)
        marked = &graph->node[node->b];
    *out = NO_NODE;
    if (marked->op != OP_MARKED && marked->op != OP_MARK)
        return STATUS_OK;
    if (graph->node[marked->a].flags != 0)
        return STATUS_OK;
    return graph_add(graph, (struct node){.op = OP_KNOWN_NAME, .a = marked->a}, out);
}

/* The conditions of a rule while they are sorted. */
struct sorting {
    uint32_t gate, rest; /* of the plain ones */
    uint32_t count[PARTS_COUNT];
    uint32_t node[PARTS_COUNT][CONDITIONS_MAX + 1];
};

static enum status condition_sort(struct graph *graph, uint32_t condition, struct sorting *sorting)
{
    enum part part = part_of(&graph->node[condition]);
    uint32_t gate = NO_NODE;
    if (part == PART_PLAIN && steps_of(graph, condition) == UINT8_MAX)
        return graph_and(graph, sorting->rest, condition, &sorting->rest);
    if (part == PART_PLAIN)
        gate = condition;
    else
        sorting->node[part][sorting->count[part]++] = condition;
    if (part == PART_LATE)
        TRY(gate_of_late(graph, condition, &gate));
    return graph_and(graph, sorting->gate, gate, &sorting->gate);
}

static enum status conditions_sort(struct graph *graph, const struct draft_rule *draft,
                                   uint32_t count, struct sorting *sorting)
{
    for (uint32_t i = 0; i < count; i++)
        TRY(condition_sort(graph, draft->condition[i], sorting));
    if (sorting->gate == NO_NODE) { /* then all of them may share what they have in common */
        sorting->gate = sorting->rest;
        sorting->rest = NO_NODE;
    }
    /* To the front: what is plain, and of the late ones what is about marks alone. */
    uint32_t *costly = sorting->node[PART_COSTLY];
    if (sorting->rest != NO_NODE) {
        memmove(costly + 1, costly, sorting->count[PART_COSTLY]++ * sizeof *costly);
        costly[0] = sorting->rest;
    }
    uint32_t *late = sorting->node[PART_LATE];
    uint32_t marks = 0;
    for (uint32_t i = 0; i < sorting->count[PART_LATE]; i++) {
        uint32_t condition = late[i];
        if ((graph->node[condition].flags & NODE_LATE) != 0)
            continue;
        memmove(late + marks + 1, late + marks, (i - marks) * sizeof *late);
        late[marks++] = condition;
    }
    graph_flows_last(graph, late, sorting->count[PART_LATE]);
    graph_flows_last(graph, sorting->node[PART_TRIED], sorting->count[PART_TRIED]);
    return STATUS_OK;
}

static enum status trial_make(struct making *making, enum record_kind kind,
                              const struct sorting *sorting, enum part part, struct trial *out)
{
    TRY(ARENA_NEW(making->boot, sorting->count[part], &out->program));
    for (; out->count < sorting->count[part]; out->count++) {
        uint32_t node = sorting->node[part][out->count];
        struct roots roots = {.node = &node, .count = 1};
        TRY(program_make(making, kind, &roots, &out->program[out->count]));
    }
    return STATUS_OK;
}

static enum status rule_make(struct making *making, uint32_t number, uint32_t *gate)
{
    const struct rule *rule = &making->draft->set->rule[number];
    struct rule_image *image = &making->image->rule[number];
    struct sorting sorting = {.gate = NO_NODE};
    image->rule = rule;
    TRY(conditions_sort(&making->draft->graph[rule->on], &making->draft->rule[number],
                        rule->conditions_count, &sorting));
    *gate = sorting.gate;
    TRY(trial_make(making, rule->on, &sorting, PART_COSTLY, &image->after));
    TRY(trial_make(making, rule->on, &sorting, PART_LATE, &image->late));
    TRY(trial_make(making, rule->on, &sorting, PART_TRIED, &image->tried));
    TRY(rule_reads(making, number));
    TRY(rule_marks(making, number));
    TRY(rule_finding(making, number));
    return rule_telling(making, number);
}

static enum status rules_make(struct making *making)
{
    const struct rule_set *set = making->draft->set;
    struct image *image = making->image;
    struct roots roots[RECORD_KINDS_COUNT] = {0};
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        TRY(ARENA_NEW(making->draft->scratch, set->rules_count, &roots[kind].node));
        TRY(ARENA_NEW(making->boot, set->rules_count, &image->kind[kind].rule));
    }
    for (uint32_t r = 0; r < set->rules_count; r++) {
        enum record_kind on = set->rule[r].on;
        uint32_t gate = NO_NODE;
        TRY(rule_make(making, r, &gate));
        image->rule[r].fires = root_add(&roots[on], gate);
        image->kind[on].rule[image->kind[on].rules_count++] = (uint16_t)r;
    }
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        TRY(program_make(making, kind, &roots[kind], &image->kind[kind].rules));
        uint32_t marks = 0;
        for (uint32_t i = 0; i < image->kind[kind].rules_count; i++)
            marks += set->rule[image->kind[kind].rule[i]].marks_count;
        if (marks > image->marks_per_record_max)
            image->marks_per_record_max = marks;
        image->kind[kind].spelt_count = (uint32_t)__builtin_popcount(image->kind[kind].spelt);
    }
    return STATUS_OK;
}

/* ---- what nobody asks ----
 *
 * Most entities have few events, and a rule that says `box.cards >= 5` cannot fire on one with
 * three. Then its other reads of the entity need not be answered: the number of events is bound
 * enough to make that condition false.  A read is needed from the number of events on from which
 * some rule that uses it can fire; at once if anything but a rule uses it. */

/* How many events the entity of a look has at least where this condition holds; 0: it says
 * nothing.  `look` is set where it does. */
static uint32_t guard_of(const struct making *making, enum record_kind kind, uint32_t condition,
                         uint32_t *look)
{
    const struct node *node = node_of(making->draft, kind, condition);
    if (node->op != OP_LESS && node->op != OP_LESS_EQUAL && node->op != OP_EQUAL_NUMBER)
        return 0;
    const struct node *least = node_of(making->draft, kind, node->a);
    const struct node *read = node_of(making->draft, kind, node->b);
    if (node->op == OP_EQUAL_NUMBER && least->op == OP_READ_NUMBER) {
        const struct node *turned = least;
        least = read;
        read = turned;
    }
    if (least->op != OP_CONST_NUMBER || read->op != OP_READ_NUMBER)
        return 0;
    const struct read_image *image = &making->image->read[read->imm];
    const struct window_feature *feature =
        &making->image->profile[image->profile].window.feature[image->feature];
    if (feature->measure != MEASURE_COUNT && feature->measure != MEASURE_DISTINCT)
        return 0;
    double number;
    memcpy(&number, &least->imm, sizeof number);
    if (!(number > 0.0) || number > (double)ENTITY_EVENTS_MAX)
        return 0;
    *look = image->look;
    return (uint32_t)(node->op == OP_LESS ? floor(number) + 1.0 : ceil(number));
}

static void needs_of_nodes(struct making *making, const struct graph *graph, const uint32_t *needed,
                           const bool *used)
{
    for (uint32_t i = 1; i < graph->count; i++) {
        const struct node *node = &graph->node[i];
        if (!used[i] || !node_reads(node))
            continue;
        struct read_image *read = &making->image->read[node->imm];
        uint32_t least = needed == NULL ? 0 : needed[read->look];
        if (least < read->needed)
            read->needed = least;
    }
}

static void use(bool *used, uint32_t node)
{
    used[node] = true;
}

/* Marks all that the marked nodes are made of.  What names an entity is not the rule's alone: it is
 * needed whatever the rule does, so it is left out here. */
static void use_operands(const struct graph *graph, bool *used)
{
    for (uint32_t i = graph->count; i-- > 1;) {
        const struct node *node = &graph->node[i];
        if (used[i] && !node_reads(node))
            used[node->a] = used[node->b] = used[node->c] = true;
    }
}

static enum status rule_needs(struct making *making, uint32_t number)
{
    const struct rule *rule = &making->draft->set->rule[number];
    const struct draft_rule *draft = &making->draft->rule[number];
    const struct graph *graph = &making->draft->graph[rule->on];
    uint32_t *needed;
    bool *used;
    TRY(ARENA_NEW(making->draft->scratch, making->image->looks_count, &needed));
    TRY(ARENA_NEW(making->draft->scratch, graph->count, &used));
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        uint32_t look = 0;
        uint32_t least = guard_of(making, rule->on, draft->condition[i], &look);
        if (least > 0 && least > needed[look])
            needed[look] = least;
        use(used, draft->condition[i]);
        use(used, draft->left[i]);
        use(used, draft->right[i]);
    }
    use(used, draft->score);
    use(used, draft->subject);
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        use(used, draft->grading[i]);
    for (uint32_t i = 0; i < rule->against_count; i++) {
        use(used, draft->against[i]);
        use(used, draft->against_left[i]);
    }
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        use(used, draft->mark_subject[i]);
        use(used, draft->mark_when[i]);
    }
    use_operands(graph, used);
    needs_of_nodes(making, graph, needed, used);
    return STATUS_OK;
}

/* What features are made of, and what names entities, is always needed. */
static enum status other_needs(struct making *making)
{
    const struct draft *draft = making->draft;
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        const struct graph *graph = &draft->graph[kind];
        bool *used;
        TRY(ARENA_NEW(draft->scratch, graph->count, &used));
        for (uint32_t p = 0; p < draft->set->profiles_count; p++) {
            for (uint32_t f = 0; f < draft->set->profile[p].features_count; f++) {
                use(used, draft->feature[p][f].value[kind]);
                use(used, draft->feature[p][f].where[kind]);
            }
        }
        for (uint32_t i = 0; i < draft->looks_count; i++)
            if (draft->look[i].kind == kind)
                use(used, draft->look[i].node);
        use_operands(graph, used);
        needs_of_nodes(making, graph, NULL, used);
    }
    return STATUS_OK;
}

static enum status needs_find(struct making *making)
{
    for (uint32_t i = 0; i < making->image->reads_count; i++)
        making->image->read[i].needed = UINT32_MAX;
    for (uint32_t r = 0; r < making->draft->set->rules_count; r++)
        TRY(rule_needs(making, r));
    return other_needs(making);
}

/* ---- all of it ---- */

static void profiles_note(struct image *image)
{
    static_assert(PROFILES_MAX <= 64, "a bit for each");
    for (uint32_t p = 0; p < image->set->profiles_count; p++)
        for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
            const struct feeding *feeding = &image->profile[p].feeding[kind];
            if (feeding->keys_count > 0 || feeding->looks_count > 0)
                image->kind[kind].profiles |= (uint64_t)1 << p;
        }
}

static enum status image_make(struct making *making, const struct rule_set *set,
                              struct arena *scratch)
{
    struct image *image = making->image;
    struct draft *draft = making->draft;
    TRY(draft_fill(draft, set, scratch));
    image->set = set;
    image->currency = ident_of(set->currency);
    image->ties_matter = draft->ties_matter;
    TRY(ARENA_NEW(making->boot, set->profiles_count, &image->profile));
    TRY(ARENA_NEW(making->boot, set->rules_count, &image->rule));
    making->lowering.profile = image->profile;
    TRY(levels_find(draft, image));
    TRY(looks_number(making));
    for (uint32_t p = 0; p < set->profiles_count; p++)
        TRY(profile_layout(making, p));
    TRY(looks_make(making));
    TRY(looks_share_out(making));
    profiles_note(image);
    TRY(rules_make(making));
    TRY(needs_find(making));
    TRY(slices_keep(&draft->strings, making->boot, &image->string, &image->strings_count));
    TRY(slices_keep(&draft->literals, making->boot, &image->literal, &image->literals_count));
    TRY(slices_keep(&draft->lists, making->boot, &image->list, &image->lists_count));
    TRY(ARENA_NEW(making->boot, draft->flows_count, &image->flow));
    image->flows_count = draft->flows_count;
    for (uint32_t i = 0; i < draft->flows_count; i++)
        image->flow[i] = draft->flow[i];
    image->flow_accounts_max = FLOW_ACCOUNTS_MAX;
    return slices_keep(&draft->labels, making->boot, &image->label, &image->labels_count);
}

enum status image_create(const struct image **out, const struct rule_set *set, struct arena *boot)
{
    struct arena *scratch;
    struct draft draft;
    struct making making = {.draft = &draft, .boot = boot};
    TRY(ARENA_NEW(boot, 1, &making.image));
    TRY(arena_create(&scratch, (size_t)1 << 30));
    enum status status = image_make(&making, set, scratch);
    arena_destroy(scratch);
    TRY(status);
    *out = making.image;
    return STATUS_OK;
}
