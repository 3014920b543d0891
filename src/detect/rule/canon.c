/* canon.c -- an expression as canonical source text: one line, no needless parentheses or digits.
 *
 * Invariants:  1. The text means the expression: compiled again in the same place it gives the same
 *                 tree.
 *              2. Two expressions of one tree have the same text only if they are the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "canon_inside.h"

#include "number_inside.h"

/* How tightly things bind; an operand that binds less than its place asks for gets parentheses. */
enum level {
    LEVEL_ANY, /* also `if`, whose last branch takes all it can get */
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY,
    LEVEL_VALUE
};

struct page {
    struct text *text;
    const struct rule_set *set;
    const struct rule *rule;
};

static void add_at(const struct page *page, const struct expr *expr, enum level level);

void text_add_quoted(struct text *text, struct slice string)
{
    text_add_char(text, '"');
    for (size_t i = 0; i < string.size; i++) {
        if (string.at[i] == '"' || string.at[i] == '\\')
            text_add_char(text, '\\');
        text_add(text, (struct slice){string.at + i, 1});
    }
    text_add_char(text, '"');
}

void text_add_decimal(struct text *text, double number)
{
    enum { DECIMALS_MAX = 15 };
    if (number == (double)(int64_t)number) { /* literals are below 2^53 */
        text_add_whole(text, (int64_t)number);
        return;
    }
    char room[64];
    for (int decimals = 1; decimals <= DECIMALS_MAX; decimals++) {
        struct text digits = text_over(room, sizeof room);
        text_addf(&digits, "%.*f", decimals, number);
        struct written_number again;
        number_read(text_slice(&digits), &again);
        if (again.value == number)
            break;
    }
    text_add_string(text, room);
}

void text_add_amount(struct text *text, const struct rule_set *set, double minor)
{
    int64_t unit = 1;
    for (int i = 0; i < set->currency_digits; i++)
        unit *= 10;
    int64_t whole = (int64_t)minor;
    text_add_whole(text, whole / unit);
    if (whole % unit != 0)
        text_addf(text, ".%0*lld", set->currency_digits, (long long)(whole % unit));
    text_add_char(text, ' ');
    text_add(text, set->currency);
}

static void add_number(const struct page *page, const struct expr *expr)
{
    struct text *text = page->text;
    switch (expr->type.class) {
    case TYPE_TRUTH:
        text_add_string(text, expr->number != 0 ? "true" : "false");
        break;
    case TYPE_DURATION:
        text_add_span(text, (int64_t)expr->number);
        break;
    case TYPE_MONEY:
        text_add_amount(text, page->set, expr->number);
        break;
    case TYPE_CHOICE:
        text_add_string(
            text,
            kind_schema(expr->type.kind)->fields[expr->type.field].words[(size_t)expr->number]);
        break;
    default:
        text_add_decimal(text, expr->number);
    }
}

static void add_field(const struct page *page, const struct expr *expr)
{
    const struct rule *rule = page->rule;
    if (rule != NULL && rule->sequence.present) {
        text_add(page->text,
                 expr->step == 0 ? rule->sequence.second_name : rule->sequence.first_name);
        text_add_char(page->text, '.');
    }
    text_add_string(page->text, kind_schema(expr->record_kind)->fields[expr->field].name);
}

static void add_read(const struct page *page, const struct expr *expr)
{
    const struct profile *profile = &page->set->profile[expr->profile];
    text_add(page->text, profile->name);
    if (expr->key_index == KEY_BY_EXPR) {
        text_add_char(page->text, '[');
        add_at(page, expr->arg[0], LEVEL_ANY);
        text_add_char(page->text, ']');
    }
    text_add_char(page->text, '.');
    text_add(page->text, profile->feature[expr->feature].name);
}

/* `money.from_listed(payer, 24h, hops 2, list mules)` */
static void add_flow(const struct page *page, const struct expr *expr)
{
    struct text *text = page->text;
    enum flow_asks asks = flow_asks(expr->flow);
    text_addf(text, "money.%s(", flow_name(expr->flow));
    add_at(page, expr->arg[0], LEVEL_ANY);
    text_add_string(text, ", ");
    text_add_span(text, expr->span_ms);
    if (expr->hops != 0)
        text_addf(text, ", hops %u", expr->hops);
    if (asks == FLOW_LISTED)
        text_addf(text, ", list %.*s", SHOW(expr->string));
    if (asks == FLOW_MARKED)
        text_addf(text, ", %.*s", SHOW(expr->string));
    if (asks == FLOW_MET) {
        text_add_string(text, ", within ");
        text_add_span(text, expr->met_ms);
    }
    text_add_char(text, ')');
}

static void add_args(const struct page *page, const struct expr *expr, uint32_t first)
{
    text_add_char(page->text, '(');
    for (uint32_t i = first; i < expr->args_count; i++) {
        if (i != first)
            text_add_string(page->text, ", ");
        add_at(page, expr->arg[i], LEVEL_ANY);
    }
    text_add_char(page->text, ')');
}

static void add_binary(const struct page *page, const struct expr *expr, enum level left,
                       const char *sign, enum level right)
{
    add_at(page, expr->arg[0], left);
    text_addf(page->text, " %s ", sign);
    add_at(page, expr->arg[1], right);
}

/* `x in list l`, `x in (a, b)`, `x is known`, `x marked m`, and each of them denied. */
static void add_question(const struct page *page, const struct expr *expr, bool denied)
{
    struct text *text = page->text;
    add_at(page, expr->arg[0], LEVEL_SUM);
    switch (expr->kind) {
    case EXPR_IN_LIST:
        text_add_string(text, denied ? " not in list " : " in list ");
        text_add(text, expr->string);
        break;
    case EXPR_IN:
        text_add_string(text, denied ? " not in " : " in ");
        add_args(page, expr, 1);
        break;
    case EXPR_MARKED:
        text_add_string(text, denied ? " not marked " : " marked ");
        text_add(text, expr->string);
        break;
    default:
        text_add_string(text, denied ? " is unknown" : " is known");
    }
}

static bool is_question(const struct expr *expr)
{
    return expr->kind == EXPR_IN_LIST || expr->kind == EXPR_IN || expr->kind == EXPR_MARKED ||
           expr->kind == EXPR_IS_KNOWN;
}

static enum level level_of(const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_IF:
        return LEVEL_ANY;
    case EXPR_OR:
        return LEVEL_OR;
    case EXPR_AND:
        return LEVEL_AND;
    case EXPR_NOT:
        return is_question(expr->arg[0]) ? LEVEL_COMPARE : LEVEL_NOT;
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_GREATER:
    case EXPR_GREATER_EQUAL:
        return LEVEL_COMPARE;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
        return LEVEL_SUM;
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return LEVEL_PRODUCT;
    case EXPR_NEGATE:
        return LEVEL_UNARY;
    default:
        return is_question(expr) ? LEVEL_COMPARE : LEVEL_VALUE;
    }
}

static const char *sign_of(enum expr_kind kind)
{
    switch (kind) {
    case EXPR_OR:
        return "or";
    case EXPR_AND:
        return "and";
    case EXPR_EQUAL:
        return "=";
    case EXPR_UNEQUAL:
        return "!=";
    case EXPR_LESS:
        return "<";
    case EXPR_LESS_EQUAL:
        return "<=";
    case EXPR_GREATER:
        return ">";
    case EXPR_GREATER_EQUAL:
        return ">=";
    case EXPR_ADD:
        return "+";
    case EXPR_SUBTRACT:
        return "-";
    case EXPR_MULTIPLY:
        return "*";
    default:
        return "/";
    }
}

static void add_operator(const struct page *page, const struct expr *expr)
{
    enum level level = level_of(expr);
    const char *sign = sign_of(expr->kind);
    if (level == LEVEL_COMPARE)
        add_binary(page, expr, LEVEL_SUM, sign, LEVEL_SUM);
    else
        add_binary(page, expr, level, sign, level + 1);
}

static void add_plain(const struct page *page, const struct expr *expr)
{
    struct text *text = page->text;
    switch (expr->kind) {
    case EXPR_NUMBER:
        add_number(page, expr);
        break;
    case EXPR_NAME:
        text_add_quoted(text, expr->string);
        break;
    case EXPR_UNKNOWN:
        text_add_string(text, "unknown");
        break;
    case EXPR_FIELD:
        add_field(page, expr);
        break;
    case EXPR_LET:
        text_add(text, page->rule->let[expr->let].name);
        break;
    case EXPR_READ:
        add_read(page, expr);
        break;
    case EXPR_REGISTER: {
        const struct kind_schema *schema = kind_schema(expr->record_kind);
        text_add_string(text, schema->name);
        add_args(page, expr, 0);
        if (expr->field != 0) /* the key itself need not be named */
            text_addf(text, ".%s", schema->fields[expr->field].name);
        break;
    }
    case EXPR_MARK:
        text_add_string(text, "mark(");
        add_at(page, expr->arg[0], LEVEL_ANY);
        text_addf(text, ", %.*s)", SHOW(expr->string));
        break;
    case EXPR_FLOW:
        add_flow(page, expr);
        break;
    case EXPR_CALL:
        text_add_string(text, function_name(expr->function));
        add_args(page, expr, 0);
        break;
    case EXPR_IF:
        text_add_string(text, "if ");
        add_at(page, expr->arg[0], LEVEL_ANY);
        text_add_string(text, " then ");
        add_at(page, expr->arg[1], LEVEL_ANY);
        text_add_string(text, " else ");
        add_at(page, expr->arg[2], LEVEL_ANY);
        break;
    case EXPR_NOT:
        if (is_question(expr->arg[0])) {
            add_question(page, expr->arg[0], true);
            break;
        }
        text_add_string(text, "not ");
        add_at(page, expr->arg[0], LEVEL_NOT);
        break;
    case EXPR_NEGATE:
        text_add_char(text, '-');
        add_at(page, expr->arg[0], LEVEL_VALUE); /* two signs would begin a comment */
        break;
    default:
        if (is_question(expr))
            add_question(page, expr, false);
        else
            add_operator(page, expr);
    }
}

static void add_at(const struct page *page, const struct expr *expr, enum level level)
{
    bool open = level_of(expr) < level;
    if (open)
        text_add_char(page->text, '(');
    add_plain(page, expr);
    if (open)
        text_add_char(page->text, ')');
}

void text_add_expr(struct text *text, const struct rule_set *set, const struct rule *rule,
                   const struct expr *expr)
{
    struct page page = {.text = text, .set = set, .rule = rule};
    add_at(&page, expr, LEVEL_ANY);
}
