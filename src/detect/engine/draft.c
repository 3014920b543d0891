/* draft.c -- the checked tree becomes nodes.
 *
 * What takes many operands is a chain of pairs: `min(a, b, c)` is min(min(a, b), c), `x in (a,
 * b)` is x = a or x = b, which has the same truth also where something is unknown.  A let is what
 * it stands for.
 *
 * Invariant:  a node is made for the kind of record on which it will be asked, so that one graph
 *             per kind holds all that can be shared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/draft.h"

#include "ground/arena.h"
#include <math.h>
#include <string.h>

/* Where an expression stands. */
struct place {
    struct draft *draft;
    struct graph *graph;
    enum record_kind kind;
    const struct rule *rule; /* NULL: in a profile */
    uint32_t *let;           /* nodes of the rule's lets, as far as they are made */
};

static enum status compile(const struct place *place, const struct expr *expr, uint32_t *out);

static uint64_t number_bits(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* ---- numbering ---- */

static enum status slices_number(struct slices *slices, struct arena *arena, struct slice name,
                                 uint32_t *out)
{
    for (uint32_t i = 0; i < slices->count; i++) {
        if (slice_equal(slices->at[i], name)) {
            *out = i;
            return STATUS_OK;
        }
    }
    if (slices->count == slices->count_max) {
        struct slice *more;
        uint32_t many = slices->count_max == 0 ? 16 : slices->count_max * 2;
        TRY(ARENA_NEW(arena, many, &more));
        if (slices->count > 0)
            memcpy(more, slices->at, slices->count * sizeof *more);
        slices->at = more;
        slices->count_max = many;
    }
    slices->at[slices->count] = name;
    *out = slices->count++;
    return STATUS_OK;
}

enum status slices_keep(const struct slices *slices, struct arena *boot, struct slice **out,
                               uint32_t *count)
{
    struct slice *kept;
    TRY(ARENA_NEW(boot, slices->count, &kept));
    if (slices->count > 0)
        memcpy(kept, slices->at, slices->count * sizeof *kept);
    *out = kept;
    *count = slices->count;
    return STATUS_OK;
}

static enum status look_number(struct draft *draft, struct draft_look look, uint32_t *out)
{
    for (uint32_t i = 0; i < draft->looks_count; i++) {
        const struct draft_look *old = &draft->look[i];
        if (old->profile == look.profile && old->kind == look.kind && old->key == look.key &&
            old->node == look.node) {
            *out = i;
            return STATUS_OK;
        }
    }
    if (draft->looks_count == draft->looks_max) {
        struct draft_look *more;
        uint32_t many = draft->looks_max == 0 ? 32 : draft->looks_max * 2;
        TRY(ARENA_NEW(draft->scratch, many, &more));
        if (draft->looks_count > 0)
            memcpy(more, draft->look, draft->looks_count * sizeof *more);
        draft->look = more;
        draft->looks_max = many;
    }
    draft->look[draft->looks_count] = look;
    *out = draft->looks_count++;
    return STATUS_OK;
}

static enum status read_number(struct draft *draft, uint32_t look, unsigned feature, uint32_t *out)
{
    for (uint32_t i = 0; i < draft->reads_count; i++) {
        if (draft->read[i].look == look && draft->read[i].feature == feature) {
            *out = i;
            return STATUS_OK;
        }
    }
    if (draft->reads_count == draft->reads_max) {
        struct draft_read *more;
        uint32_t many = draft->reads_max == 0 ? 64 : draft->reads_max * 2;
        TRY(ARENA_NEW(draft->scratch, many, &more));
        if (draft->reads_count > 0)
            memcpy(more, draft->read, draft->reads_count * sizeof *more);
        draft->read = more;
        draft->reads_max = many;
    }
    draft->read[draft->reads_count] = (struct draft_read){look, feature};
    *out = draft->reads_count++;
    return STATUS_OK;
}

/* ---- leaves ---- */

static enum status compile_const(const struct place *place, const struct expr *expr, uint32_t *out)
{
    struct node node = {.op = OP_CONST_NUMBER};
    enum class class = class_of(expr->type);
    bool unknown = expr->kind == EXPR_UNKNOWN;
    if (class == CLASS_TRUTH) {
        node.op = OP_CONST_TRUTH;
        node.imm = unknown ? UNKNOWN_ : expr->number != 0 ? TRUE_ : FALSE_;
    } else if (class == CLASS_NAME) {
        struct draft *draft = place->draft;
        uint32_t number;
        node.op = OP_CONST_NAME;
        node.imm = unknown ? 0 : expr->name.bits;
        if (!unknown && !ident_is_packed(expr->name))
            TRY(slices_number(&draft->literals, draft->scratch, expr->string, &number));
    } else {
        node.imm = number_bits(unknown ? (double)NAN : expr->number);
    }
    return graph_add(place->graph, node, out);
}

static enum status compile_field(const struct place *place, const struct expr *expr, uint32_t *out)
{
    enum field_type type = kind_schema(expr->record_kind)->fields[expr->field].type;
    enum field_held held = field_held(type);
    struct node node = {.imm = expr->field};
    if (expr->step == 1) {
        node.op = held == HELD_NAME ? OP_EARLIER_NAME : OP_EARLIER_NUMBER;
        node.imm = earlier_pack(place->rule->sequence.profile, expr->record_kind, expr->field);
        node.flags = NODE_EARLIER;
    } else if (held == HELD_NAME) {
        node.op = OP_FIELD_NAME;
    } else {
        node.op = held == HELD_REAL ? OP_FIELD_REAL : OP_FIELD_WHOLE;
    }
    must(held != HELD_NAMES); /* a list of names is a key, never an operand */
    return graph_add(place->graph, node, out);
}

bool key_names_one(const struct profile_key *key)
{
    return field_held(kind_schema(key->kind)->fields[key->field].type) != HELD_NAMES;
}

/* A key of the profile that is plainly this field of the record; NO_KEY: none. */
static uint8_t key_of_field(const struct profile *profile, const struct expr *expr)
{
    if (expr->kind != EXPR_FIELD || expr->step != 0)
        return NO_KEY;
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        const struct profile_key *key = &profile->key[i];
        if (!key->through && key->kind == expr->record_kind && key->field == expr->field)
            return (uint8_t)i;
    }
    return NO_KEY;
}

/* The only key of the kind, if it names one entity: then a sequence is tried on no other. */
static uint8_t key_of_kind(const struct profile *profile, enum record_kind kind)
{
    uint8_t found = SEQUENCE_KEY;
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        if (profile->key[i].kind != kind)
            continue;
        if (found != SEQUENCE_KEY || !key_names_one(&profile->key[i]))
            return SEQUENCE_KEY;
        found = (uint8_t)i;
    }
    return found;
}

static enum status compile_read(const struct place *place, const struct expr *expr, uint32_t *out)
{
    const struct profile *profile = &place->draft->set->profile[expr->profile];
    struct draft_look look = {
        .profile = expr->profile, .kind = place->kind, .key = expr->key_index};
    struct node node = {.profiles = (uint64_t)1 << expr->profile};
    if (expr->key_index == KEY_OF_SEQUENCE) {
        look.key = key_of_kind(profile, place->kind);
        if (look.key == SEQUENCE_KEY)
            node.flags = NODE_TRIED;
    } else if (expr->args_count > 0) {
        look.key = key_of_field(profile, expr->arg[0]);
        if (look.key == NO_KEY)
            TRY(compile(place, expr->arg[0], &look.node));
    }
    uint32_t look_at;
    uint32_t read;
    TRY(look_number(place->draft, look, &look_at));
    TRY(read_number(place->draft, look_at, expr->feature, &read));
    enum class class = class_of(expr->type);
    node.op = class == CLASS_TRUTH  ? OP_READ_TRUTH
              : class == CLASS_NAME ? OP_READ_NAME
                                    : OP_READ_NUMBER;
    node.a = look.node;
    node.imm = read;
    return graph_add(place->graph, node, out);
}

/* ---- names looked up ---- */

/* A field's own spelling is at hand; of other names it must be found. */
static uint64_t spelling_of(const struct expr *expr)
{
    return expr->kind == EXPR_FIELD && expr->step == 0 ? expr->field + 1 : 0;
}

static enum status compile_name(const struct place *place, const struct expr *expr, uint32_t *out)
{
    struct node node = {0};
    struct draft *draft = place->draft;
    const struct expr *name = expr->arg[0];
    uint32_t number = 0;
    TRY(compile(place, name, &node.a));
    if (expr->kind == EXPR_IN_LIST) {
        node.op = OP_IN_LIST;
        TRY(slices_number(&draft->lists, draft->scratch, expr->string, &number));
        node.imm = (uint64_t)number << 8 | name->type.name;
    } else if (expr->kind == EXPR_REGISTER) {
        enum field_type held = kind_schema(expr->record_kind)->fields[expr->field].type;
        node.op = field_held(held) == HELD_NAME ? OP_REGISTER_NAME : OP_REGISTER_NUMBER;
        node.imm = look_up_pack((struct look_up){expr->record_kind, expr->field, name->type.name,
                                                 field_held(held) == HELD_REAL});
        draft->ties_matter |= expr->record_kind == RECORD_person;
    } else {
        node.op = expr->kind == EXPR_MARK ? OP_MARK : OP_MARKED;
        node.flags = NODE_MARKS;
        TRY(slices_number(&draft->labels, draft->scratch, expr->string, &number));
        node.imm = tag_of(number, name->type.name);
    }
    return graph_add(place->graph, node, out);
}

static bool same_flow(const struct flow_image *a, const struct flow_image *b)
{
    return a->flow == b->flow && a->hops == b->hops && a->span_ms == b->span_ms &&
           a->met_ms == b->met_ms && a->list == b->list && a->tag == b->tag;
}

static enum status flow_number(struct draft *draft, struct flow_image flow, uint64_t *out)
{
    for (*out = 0; *out < draft->flows_count; ++*out)
        if (same_flow(&draft->flow[*out], &flow))
            return STATUS_OK;
    if (draft->flows_count == draft->flows_max) {
        struct flow_image *more;
        uint32_t many = draft->flows_max * 2 + 8;
        TRY(ARENA_NEW(draft->scratch, many, &more));
        if (draft->flows_count > 0)
            memcpy(more, draft->flow, draft->flows_count * sizeof *more);
        draft->flow = more;
        draft->flows_max = many;
    }
    draft->flow[draft->flows_count++] = flow;
    return STATUS_OK;
}

/* It looks at what all records before this one left behind, so it is asked record by record, as
 * marks are; and it costs more than anything else, so it is asked last. */
static enum status compile_flow(const struct place *place, const struct expr *expr, uint32_t *out)
{
    struct draft *draft = place->draft;
    const struct money_memory *money = &draft->set->money;
    struct node node = {.op = OP_FLOW, .flags = NODE_MARKS | NODE_LATE | NODE_FLOW};
    struct flow_image flow = {.flow = expr->flow,
                              .hops = expr->hops,
                              .span_ms = expr->span_ms,
                              .met_ms = expr->met_ms};
    uint32_t label = 0;
    must(money->present);
    TRY(compile(place, expr->arg[0], &node.a));
    if (flow_asks(expr->flow) == FLOW_LISTED)
        TRY(slices_number(&draft->lists, draft->scratch, expr->string, &flow.list));
    if (flow_asks(expr->flow) == FLOW_MARKED) {
        TRY(slices_number(&draft->labels, draft->scratch, expr->string, &label));
        flow.tag = tag_of(label, FIELD_ACCOUNT);
    }
    TRY(flow_number(draft, flow, &node.imm));
    node.profiles = (uint64_t)1 << money->payments | (uint64_t)1 << money->reports |
                    (uint64_t)1 << money->holders;
    draft->ties_matter = true; /* who holds an account */
    return graph_add(place->graph, node, out);
}

static enum status compile_spelling(const struct place *place, const struct expr *expr,
                                    uint32_t *out)
{
    struct node node = {.imm = spelling_of(expr->arg[0])};
    TRY(compile(place, expr->arg[0], &node.a));
    node.op = expr->function == FUNCTION_tac ? OP_TAC : OP_DIGITS;
    if (expr->function == FUNCTION_starts) {
        uint32_t number = 0;
        node.op = OP_STARTS;
        TRY(slices_number(&place->draft->strings, place->draft->scratch, expr->arg[1]->string,
                          &number));
        node.imm |= (uint64_t)number << 8;
    }
    return graph_add(place->graph, node, out);
}

/* ---- operations ---- */

static enum status compile_pair(const struct place *place, enum op op, const struct expr *expr,
                                uint32_t *out)
{
    struct node node = {.op = (uint16_t)op};
    bool turned = expr->kind == EXPR_GREATER || expr->kind == EXPR_GREATER_EQUAL;
    TRY(compile(place, expr->arg[turned], &node.a));
    TRY(compile(place, expr->arg[!turned], &node.b));
    return graph_add(place->graph, node, out);
}

static enum status compile_single(const struct place *place, enum op op, const struct expr *expr,
                                  uint32_t *out)
{
    struct node node = {.op = (uint16_t)op};
    TRY(compile(place, expr->arg[0], &node.a));
    return graph_add(place->graph, node, out);
}

static enum op by_class(enum op number, struct type type)
{
    enum class class = class_of(type); /* the three stand in this order in ops.inc */
    return number + (class == CLASS_NAME ? 1u : class == CLASS_TRUTH ? 2u : 0u);
}

static enum status compile_equal(const struct place *place, const struct expr *expr, uint32_t *out)
{
    TRY(compile_pair(place, by_class(OP_EQUAL_NUMBER, expr->arg[0]->type), expr, out));
    if (expr->kind == EXPR_UNEQUAL)
        return graph_add(place->graph, (struct node){.op = OP_NOT, .a = *out}, out);
    return STATUS_OK;
}

static enum status compile_in(const struct place *place, const struct expr *expr, uint32_t *out)
{
    uint32_t any = NO_NODE;
    struct node equal = {.op = (uint16_t)by_class(OP_EQUAL_NUMBER, expr->arg[0]->type)};
    TRY(compile(place, expr->arg[0], &equal.a));
    for (uint32_t i = 1; i < expr->args_count; i++) {
        uint32_t one;
        TRY(compile(place, expr->arg[i], &equal.b));
        TRY(graph_add(place->graph, equal, &one));
        if (any == NO_NODE)
            any = one;
        else
            TRY(graph_add(place->graph, (struct node){.op = OP_OR, .a = any, .b = one}, &any));
    }
    *out = any;
    return STATUS_OK;
}

static enum status compile_chain(const struct place *place, enum op op, const struct expr *expr,
                                 uint32_t *out)
{
    uint32_t all;
    TRY(compile(place, expr->arg[0], &all));
    for (uint32_t i = 1; i < expr->args_count; i++) {
        uint32_t one;
        TRY(compile(place, expr->arg[i], &one));
        TRY(graph_add(place->graph, (struct node){.op = (uint16_t)op, .a = all, .b = one}, &all));
    }
    *out = all;
    return STATUS_OK;
}

static enum status compile_holds(const struct place *place, const struct expr *expr, uint32_t *out)
{
    uint32_t all;
    TRY(graph_add(place->graph, (struct node){.op = OP_CONST_NUMBER, .imm = number_bits(0)}, &all));
    for (uint32_t i = 0; i < expr->args_count; i++) {
        uint32_t one;
        TRY(compile(place, expr->arg[i], &one));
        TRY(graph_add(place->graph, (struct node){.op = OP_HOLDS, .a = all, .b = one}, &all));
    }
    *out = all;
    return STATUS_OK;
}

static enum status compile_call(const struct place *place, const struct expr *expr, uint32_t *out)
{
    switch (expr->function) {
    case FUNCTION_min:
        return compile_chain(place, OP_MIN, expr, out);
    case FUNCTION_max:
        return compile_chain(place, OP_MAX, expr, out);
    case FUNCTION_mod:
        return compile_pair(place, OP_MOD, expr, out);
    case FUNCTION_known_or:
        return compile_pair(place, by_class(OP_KNOWN_OR_NUMBER, expr->type), expr, out);
    case FUNCTION_abs:
        return compile_single(place, OP_ABS, expr, out);
    case FUNCTION_floor:
        return compile_single(place, OP_FLOOR, expr, out);
    case FUNCTION_hour:
        return compile_single(place, OP_HOUR, expr, out);
    case FUNCTION_weekday:
        return compile_single(place, OP_WEEKDAY, expr, out);
    case FUNCTION_holds:
        return compile_holds(place, expr, out);
    case FUNCTION_tac:
    case FUNCTION_starts:
    case FUNCTION_digits:
        return compile_spelling(place, expr, out);
    case FUNCTIONS_COUNT:
        break;
    }
    must(!"a function of functions.inc");
    return STATUS_REFUSED;
}

static enum status compile_if(const struct place *place, const struct expr *expr, uint32_t *out)
{
    struct node node = {.op = (uint16_t)by_class(OP_IF_NUMBER, expr->type)};
    TRY(compile(place, expr->arg[0], &node.a));
    TRY(compile(place, expr->arg[1], &node.b));
    TRY(compile(place, expr->arg[2], &node.c));
    return graph_add(place->graph, node, out);
}

static enum op operation_of(enum expr_kind kind)
{
    switch (kind) {
    case EXPR_NOT:
        return OP_NOT;
    case EXPR_NEGATE:
        return OP_NEGATE;
    case EXPR_AND:
        return OP_AND;
    case EXPR_OR:
        return OP_OR;
    case EXPR_LESS:
    case EXPR_GREATER:
        return OP_LESS;
    case EXPR_LESS_EQUAL:
    case EXPR_GREATER_EQUAL:
        return OP_LESS_EQUAL;
    case EXPR_ADD:
        return OP_ADD;
    case EXPR_SUBTRACT:
        return OP_SUBTRACT;
    case EXPR_MULTIPLY:
        return OP_MULTIPLY;
    case EXPR_DIVIDE:
        return OP_DIVIDE;
    default:
        break;
    }
    must(!"an operation");
    return OP_NOT;
}

/* Once for each let: a chain of lets that each name the one before twice would double at each
 * step. */
static enum status compile_let(const struct place *place, const struct expr *expr, uint32_t *out)
{
    if (place->let[expr->let] == NO_NODE)
        TRY(compile(place, place->rule->let[expr->let].value, &place->let[expr->let]));
    *out = place->let[expr->let];
    return STATUS_OK;
}

/* The depth is bounded by EXPR_DEPTH_MAX, lets included. */
static enum status compile(const struct place *place, const struct expr *expr, uint32_t *out)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
    case EXPR_NAME:
    case EXPR_UNKNOWN:
        return compile_const(place, expr, out);
    case EXPR_FIELD:
        return compile_field(place, expr, out);
    case EXPR_LET:
        return compile_let(place, expr, out);
    case EXPR_READ:
        return compile_read(place, expr, out);
    case EXPR_REGISTER:
    case EXPR_MARK:
    case EXPR_MARKED:
    case EXPR_IN_LIST:
        return compile_name(place, expr, out);
    case EXPR_FLOW:
        return compile_flow(place, expr, out);
    case EXPR_IN:
        return compile_in(place, expr, out);
    case EXPR_CALL:
        return compile_call(place, expr, out);
    case EXPR_IF:
        return compile_if(place, expr, out);
    case EXPR_IS_KNOWN:
        return compile_single(place, by_class(OP_KNOWN_NUMBER, expr->arg[0]->type), expr, out);
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
        return compile_equal(place, expr, out);
    case EXPR_NOT:
    case EXPR_NEGATE:
        return compile_single(place, operation_of(expr->kind), expr, out);
    default:
        return compile_pair(place, operation_of(expr->kind), expr, out);
    }
}

/* ---- the whole set ---- */

static enum status maybe(const struct place *place, const struct expr *expr, uint32_t *out)
{
    *out = NO_NODE;
    return expr == NULL ? STATUS_OK : compile(place, expr, out);
}

static enum status draft_feature(struct draft *draft, const struct feature *feature,
                                 struct draft_feature *out)
{
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++) {
        if ((feature->kinds >> kind & 1u) == 0)
            continue;
        struct place place = {draft, &draft->graph[kind], kind, NULL, NULL};
        TRY(maybe(&place, feature->value_of[kind], &out->value[kind]));
        TRY(maybe(&place, feature->where_of[kind], &out->where[kind]));
    }
    return STATUS_OK;
}

static bool compares(const struct expr *expr)
{
    return expr->kind >= EXPR_EQUAL && expr->kind <= EXPR_GREATER_EQUAL;
}

static enum status draft_sides(const struct place *place, const struct expr *expr, uint32_t *left,
                               uint32_t *right)
{
    *left = NO_NODE;
    *right = NO_NODE;
    if (!compares(expr))
        return STATUS_OK;
    TRY(compile(place, expr->arg[0], left));
    return compile(place, expr->arg[1], right);
}

static enum status draft_rule(struct draft *draft, const struct rule *rule, struct draft_rule *out)
{
    struct place place = {draft, &draft->graph[rule->on], rule->on, rule, NULL};
    TRY(ARENA_NEW(draft->scratch, rule->lets_count, &place.let));
    TRY(ARENA_NEW(draft->scratch, rule->conditions_count, &out->condition));
    TRY(ARENA_NEW(draft->scratch, rule->conditions_count, &out->left));
    TRY(ARENA_NEW(draft->scratch, rule->conditions_count, &out->right));
    for (uint32_t i = 0; i < rule->conditions_count; i++) {
        TRY(compile(&place, rule->condition[i], &out->condition[i]));
        TRY(draft_sides(&place, rule->condition[i], &out->left[i], &out->right[i]));
    }
    TRY(maybe(&place, rule->score, &out->score));
    TRY(maybe(&place, rule->subject, &out->subject));
    for (uint32_t i = 0; i < rule->gradings_count; i++)
        TRY(maybe(&place, rule->grading[i].when, &out->grading[i]));
    for (uint32_t i = 0; i < rule->against_count; i++) {
        uint32_t right;
        TRY(compile(&place, rule->against[i].when, &out->against[i]));
        TRY(draft_sides(&place, rule->against[i].when, &out->against_left[i], &right));
    }
    for (uint32_t i = 0; i < rule->marks_count; i++) {
        uint32_t number;
        TRY(compile(&place, rule->mark[i].subject, &out->mark_subject[i]));
        TRY(maybe(&place, rule->mark[i].when, &out->mark_when[i]));
        TRY(slices_number(&draft->labels, draft->scratch, rule->mark[i].label, &number));
    }
    return STATUS_OK;
}

enum status draft_fill(struct draft *draft, const struct rule_set *set, struct arena *scratch)
{
    *draft = (struct draft){.set = set, .scratch = scratch};
    TRY(ARENA_NEW(scratch, RECORD_KINDS_COUNT, &draft->graph));
    for (unsigned kind = 0; kind < RECORD_KINDS_COUNT; kind++)
        TRY(graph_init(&draft->graph[kind], scratch));
    TRY(ARENA_NEW(scratch, set->profiles_count, &draft->feature));
    for (uint32_t p = 0; p < set->profiles_count; p++) {
        const struct profile *profile = &set->profile[p];
        TRY(ARENA_NEW(scratch, profile->features_count, &draft->feature[p]));
        for (uint32_t f = 0; f < profile->features_count; f++)
            TRY(draft_feature(draft, &profile->feature[f], &draft->feature[p][f]));
        for (uint32_t k = 0; k < profile->keys_count; k++)
            draft->ties_matter |=
                profile->key[k].through && profile->key[k].register_kind == RECORD_person;
    }
    TRY(ARENA_NEW(scratch, set->rules_count, &draft->rule));
    for (uint32_t r = 0; r < set->rules_count; r++)
        TRY(draft_rule(draft, &set->rule[r], &draft->rule[r]));
    return STATUS_OK;
}
