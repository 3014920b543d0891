/* phrase.c -- expressions by recursive descent, one function for each level of binding.
 *
 *   or  <  and  <  not  <  = != < <= > >= in is marked  <  + -  <  * /  <  -  <  values
 *
 * Invariants:  1. An expression that is not understood is complained about once and becomes NULL.
 *              2. No phrase is deeper than EXPR_DEPTH_MAX, and no recursion here is much deeper. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "phrase_inside.h"

#include "names_inside.h"

static struct phrase *parse_or(struct reader *reader);

static struct phrase *too_deep(struct reader *reader, struct span where)
{
    complain(reader->compile, MESSAGE_TOO_DEEP,
             (struct complaint){.where = where,
                                .arg = {compile_text(reader->compile, "%d", EXPR_DEPTH_MAX)}});
    return NULL;
}

static struct phrase *new_phrase(struct reader *reader, enum phrase_kind kind, struct span span,
                                 uint32_t args_count, struct phrase *const *args)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < args_count; i++)
        depth = args[i]->depth > depth ? args[i]->depth : depth;
    if (depth >= EXPR_DEPTH_MAX)
        return too_deep(reader, span);
    struct phrase *phrase = compile_take(reader->compile, sizeof *phrase);
    struct phrase **arg = compile_take(reader->compile, args_count * sizeof(struct phrase *));
    if (phrase == NULL || arg == NULL)
        return NULL;
    for (uint32_t i = 0; i < args_count; i++)
        arg[i] = args[i];
    *phrase = (struct phrase){
        .kind = kind, .depth = depth + 1, .span = span, .args_count = args_count, .arg = arg};
    return phrase;
}

static struct phrase *new_binary(struct reader *reader, enum phrase_kind kind, struct span sign,
                                 struct phrase *left, struct phrase *right)
{
    if (right == NULL)
        return NULL;
    struct phrase *phrase = new_phrase(reader, kind, span_join(left->span, right->span), 2,
                                       (struct phrase *[]){left, right});
    if (phrase != NULL)
        phrase->sign = sign;
    return phrase;
}

static struct phrase *new_negation(struct reader *reader, struct span sign, struct phrase *of)
{
    if (of == NULL)
        return NULL;
    struct phrase *phrase =
        new_phrase(reader, PHRASE_NOT, span_join(sign, of->span), 1, (struct phrase *[]){of});
    if (phrase != NULL)
        phrase->sign = sign;
    return phrase;
}

/* ---- values ---- */

static struct phrase *parse_literal(struct reader *reader, enum phrase_kind kind)
{
    const struct token *token = reader_take(reader);
    struct phrase *phrase = new_phrase(reader, kind, token->span, 0, NULL);
    if (phrase == NULL)
        return NULL;
    phrase->number = token->keyword == KEYWORD_true ? 1 : token->number;
    phrase->string = token->string;
    return phrase;
}

/* All money of a set is of one currency: that of the first amount. */
static struct phrase *parse_money(struct reader *reader)
{
    struct phrase *phrase = parse_literal(reader, PHRASE_MONEY);
    if (phrase == NULL)
        return NULL;
    struct word *currency = &reader->set->currency;
    if (currency->text.size == 0)
        *currency = (struct word){phrase->string, phrase->span};
    if (!slice_equal(currency->text, phrase->string))
        complain(reader->compile, MESSAGE_CURRENCIES,
                 (struct complaint){.where = phrase->span,
                                    .arg = {phrase->string, currency->text},
                                    .related = currency->span});
    return phrase;
}

static bool expect_close(struct reader *reader, enum token_kind kind, const char *sign,
                         struct span open)
{
    if (reader_accept(reader, kind))
        return true;
    complain(reader->compile, MESSAGE_NOT_CLOSED,
             (struct complaint){.where = reader_where(reader),
                                .arg = {slice_of(sign), reader_found(reader)},
                                .related = open});
    return false;
}

static struct phrase *parse_parentheses(struct reader *reader)
{
    struct span open = reader_take(reader)->span;
    struct phrase *inner = parse_or(reader);
    if (inner == NULL || !expect_close(reader, TOKEN_CLOSE_PAREN, ")", open))
        return NULL;
    inner->in_parentheses = true;
    inner->span = span_join(open, (struct span){open.file, open.end, reader_behind(reader).end});
    return inner;
}

static struct phrase *parse_if(struct reader *reader)
{
    struct span start = reader_take(reader)->span;
    struct phrase *condition = parse_or(reader);
    if (condition == NULL || !reader_expect_word(reader, KEYWORD_then))
        return NULL;
    struct phrase *yes = parse_or(reader);
    if (yes == NULL)
        return NULL;
    if (!reader_is_word(reader, KEYWORD_else)) {
        complain(reader->compile, MESSAGE_ELSE_MISSING,
                 (struct complaint){.where = reader_behind(reader), .related = start});
        return NULL;
    }
    (void)reader_take(reader);
    struct phrase *no = parse_or(reader);
    if (no == NULL)
        return NULL;
    return new_phrase(reader, PHRASE_IF, span_join(start, no->span), 3,
                      (struct phrase *[]){condition, yes, no});
}

static struct phrase *parse_mark(struct reader *reader)
{
    struct span start = reader_take(reader)->span;
    struct span open = reader_take(reader)->span;
    struct phrase *subject = parse_or(reader);
    struct word label;
    if (subject == NULL || !reader_expect(reader, TOKEN_COMMA, "`,`") ||
        !reader_expect_name(reader, "mark", KEYWORD_NONE, &label) ||
        !expect_close(reader, TOKEN_CLOSE_PAREN, ")", open))
        return NULL;
    struct phrase *phrase = new_phrase(reader, PHRASE_MARK, span_join(start, reader_behind(reader)),
                                       1, (struct phrase *[]){subject});
    if (phrase != NULL)
        phrase->name = label;
    return phrase;
}

/* The arguments after an open parenthesis, up to and with the closing one. */
static bool parse_args(struct reader *reader, struct span open, struct phrase **args,
                       uint32_t *count)
{
    *count = 0;
    if (reader_accept(reader, TOKEN_CLOSE_PAREN))
        return true;
    do {
        struct phrase *arg = parse_or(reader);
        if (arg == NULL)
            return false;
        if (*count == MEMBERS_MAX) {
            complain(reader->compile, MESSAGE_TOO_MANY,
                     (struct complaint){.where = arg->span,
                                        .arg = {SLICE("members"),
                                                compile_text(reader->compile, "%d", MEMBERS_MAX)}});
            return false;
        }
        args[(*count)++] = arg;
    } while (reader_accept(reader, TOKEN_COMMA));
    return expect_close(reader, TOKEN_CLOSE_PAREN, ")", open);
}

/* `.name` behind something; false where there must be one and is none. */
static bool parse_part(struct reader *reader, const char *term, struct word *part)
{
    if (!reader_expect(reader, TOKEN_DOT, "`.`"))
        return false;
    const struct token *token = reader_look(reader, 0);
    if (token->kind == TOKEN_NAME) { /* a keyword is none of ours: the checker knows the names */
        *part = (struct word){token->string, token->span};
        (void)reader_take(reader);
        return true;
    }
    reader_complain(reader, MESSAGE_EXPECTED, term);
    return false;
}

static struct phrase *parse_call(struct reader *reader, struct word name)
{
    struct phrase *args[MEMBERS_MAX];
    uint32_t count;
    struct span open = reader_take(reader)->span;
    if (!parse_args(reader, open, args, &count))
        return NULL;
    struct word part = {0};
    if (reader_is(reader, TOKEN_DOT) && !parse_part(reader, "field", &part))
        return NULL;
    struct span span = span_join(name.span, reader_behind(reader));
    struct phrase *phrase = new_phrase(reader, PHRASE_CALL, span, count, args);
    if (phrase == NULL)
        return NULL;
    phrase->name = name;
    phrase->part = part;
    return phrase;
}

static struct phrase *parse_index(struct reader *reader, struct word name)
{
    struct span open = reader_take(reader)->span;
    struct phrase *key = parse_or(reader);
    struct word part;
    if (key == NULL || !expect_close(reader, TOKEN_CLOSE_BRACKET, "]", open) ||
        !parse_part(reader, "feature", &part))
        return NULL;
    struct phrase *phrase = new_phrase(reader, PHRASE_INDEX, span_join(name.span, part.span), 1,
                                       (struct phrase *[]){key});
    if (phrase == NULL)
        return NULL;
    phrase->name = name;
    phrase->part = part;
    return phrase;
}

/* One of the things behind the span: `hops 2`, `list mules`, `within 30d`, or a mark's name. */
static bool parse_flow_item(struct reader *reader, struct written_flow *flow)
{
    const struct token *token = reader_look(reader, 0);
    struct span start = token->span;
    bool hops = slice_equal(token->string, SLICE("hops")) &&
                reader_look(reader, 1)->kind == TOKEN_NUMBER;
    bool again = (hops && flow->hops_span.end != 0) ||
                 (token->keyword == KEYWORD_within && flow->within_span.end != 0) ||
                 (token->keyword == KEYWORD_list && flow->list.span.end != 0) ||
                 (token->keyword == KEYWORD_NONE && !hops && flow->mark.span.end != 0);
    if (token->kind != TOKEN_NAME || again) {
        reader_complain(reader, MESSAGE_EXPECTED, "`)`");
        return false;
    }
    if (reader_accept_word(reader, KEYWORD_within)) {
        bool good = reader_expect_duration(reader, &flow->within);
        flow->within_span = span_join(start, reader_behind(reader));
        return good;
    }
    if (reader_accept_word(reader, KEYWORD_list))
        return reader_expect_name(reader, "list name", KEYWORD_NONE, &flow->list);
    if (!hops)
        return reader_expect_name(reader, "mark", KEYWORD_NONE, &flow->mark);
    (void)reader_take(reader);
    const struct token *number = reader_take(reader);
    flow->hops = number->number;
    flow->hops_span = span_join(start, number->span);
    return true;
}

/* `money.from_reported(account, 24h, hops 2)`; the finger is on the parenthesis. */
static struct phrase *parse_flow(struct reader *reader, struct word name, struct word part)
{
    struct written_flow *flow = compile_take(reader->compile, sizeof *flow);
    struct span open = reader_take(reader)->span;
    struct phrase *account = parse_or(reader);
    if (flow == NULL || account == NULL)
        return NULL;
    *flow = (struct written_flow){0};
    if (!reader_expect(reader, TOKEN_COMMA, "`,`") || !reader_expect_duration(reader, &flow->over))
        return NULL;
    while (reader_accept(reader, TOKEN_COMMA))
        if (!parse_flow_item(reader, flow))
            return NULL;
    if (!expect_close(reader, TOKEN_CLOSE_PAREN, ")", open))
        return NULL;
    struct phrase *phrase =
        new_phrase(reader, PHRASE_FLOW, span_join(name.span, reader_behind(reader)), 1,
                   (struct phrase *[]){account});
    if (phrase == NULL)
        return NULL;
    phrase->name = name;
    phrase->part = part;
    phrase->flow = flow;
    return phrase;
}

static struct phrase *parse_name(struct reader *reader)
{
    const struct token *token = reader_take(reader);
    struct word name = {token->string, token->span};
    if (reader_is(reader, TOKEN_OPEN_PAREN))
        return parse_call(reader, name);
    if (reader_is(reader, TOKEN_OPEN_BRACKET))
        return parse_index(reader, name);
    struct word part = {0};
    bool dotted = reader_is(reader, TOKEN_DOT);
    if (dotted && !parse_part(reader, "name", &part))
        return NULL;
    if (dotted && reader_is(reader, TOKEN_OPEN_PAREN) && slice_equal(name.text, SLICE("money")))
        return parse_flow(reader, name, part);
    struct phrase *phrase =
        new_phrase(reader, dotted ? PHRASE_DOT : PHRASE_NAME,
                   dotted ? span_join(name.span, part.span) : name.span, 0, NULL);
    if (phrase == NULL)
        return NULL;
    phrase->name = name;
    phrase->part = part;
    return phrase;
}

static struct phrase *no_value(struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    enum message message = MESSAGE_VALUE_EXPECTED;
    if (token->keyword == KEYWORD_not)
        message = MESSAGE_NOT_INSIDE;
    complain(reader->compile, message,
             (struct complaint){.where = reader_where(reader),
                                .arg = {SLICE("value"), reader_found(reader)}});
    return NULL;
}

static struct phrase *parse_value(struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    switch (token->kind) {
    case TOKEN_NUMBER:
        return parse_literal(reader, PHRASE_NUMBER);
    case TOKEN_DURATION:
        return parse_literal(reader, PHRASE_DURATION);
    case TOKEN_MONEY:
        return parse_money(reader);
    case TOKEN_STRING:
        return parse_literal(reader, PHRASE_STRING);
    case TOKEN_OPEN_PAREN:
        return parse_parentheses(reader);
    case TOKEN_NAME:
        break;
    default:
        return no_value(reader);
    }
    switch (token->keyword) {
    case KEYWORD_NONE:
        return parse_name(reader);
    case KEYWORD_true:
    case KEYWORD_false:
        return parse_literal(reader, PHRASE_TRUTH);
    case KEYWORD_unknown:
        return parse_literal(reader, PHRASE_UNKNOWN);
    case KEYWORD_if:
        return parse_if(reader);
    case KEYWORD_mark:
        if (reader_look(reader, 1)->kind == TOKEN_OPEN_PAREN)
            return parse_mark(reader);
        return no_value(reader);
    default:
        return no_value(reader);
    }
}

/* ---- operators ---- */

static struct phrase *parse_unary(struct reader *reader)
{
    if (!reader_is(reader, TOKEN_MINUS))
        return parse_value(reader);
    struct span sign = reader_take(reader)->span;
    if (reader->nesting >= EXPR_DEPTH_MAX)
        return too_deep(reader, sign);
    reader->nesting++;
    struct phrase *of = parse_unary(reader);
    reader->nesting--;
    if (of == NULL)
        return NULL;
    struct phrase *phrase =
        new_phrase(reader, PHRASE_NEGATE, span_join(sign, of->span), 1, (struct phrase *[]){of});
    if (phrase != NULL)
        phrase->sign = sign;
    return phrase;
}

static struct phrase *parse_product(struct reader *reader)
{
    struct phrase *left = parse_unary(reader);
    while (left != NULL && (reader_is(reader, TOKEN_STAR) || reader_is(reader, TOKEN_SLASH))) {
        const struct token *sign = reader_take(reader);
        left = new_binary(reader, sign->kind == TOKEN_STAR ? PHRASE_MULTIPLY : PHRASE_DIVIDE,
                          sign->span, left, parse_unary(reader));
    }
    return left;
}

static struct phrase *parse_sum(struct reader *reader)
{
    struct phrase *left = parse_product(reader);
    while (left != NULL && (reader_is(reader, TOKEN_PLUS) || reader_is(reader, TOKEN_MINUS))) {
        const struct token *sign = reader_take(reader);
        left = new_binary(reader, sign->kind == TOKEN_PLUS ? PHRASE_ADD : PHRASE_SUBTRACT,
                          sign->span, left, parse_product(reader));
    }
    return left;
}

/* The comparison that a sign stands for; false: it is none. */
static bool comparison_of(enum token_kind sign, enum phrase_kind *out)
{
    switch (sign) {
    case TOKEN_EQUAL:
        *out = PHRASE_EQUAL;
        return true;
    case TOKEN_UNEQUAL:
        *out = PHRASE_UNEQUAL;
        return true;
    case TOKEN_LESS:
        *out = PHRASE_LESS;
        return true;
    case TOKEN_LESS_EQUAL:
        *out = PHRASE_LESS_EQUAL;
        return true;
    case TOKEN_GREATER:
        *out = PHRASE_GREATER;
        return true;
    case TOKEN_GREATER_EQUAL:
        *out = PHRASE_GREATER_EQUAL;
        return true;
    default:
        return false;
    }
}

static struct phrase *with_name(struct reader *reader, enum phrase_kind kind, struct span sign,
                                struct phrase *of, struct word name)
{
    struct phrase *phrase =
        new_phrase(reader, kind, span_join(of->span, name.span), 1, (struct phrase *[]){of});
    if (phrase == NULL)
        return NULL;
    phrase->sign = sign;
    phrase->name = name;
    return phrase;
}

/* `in list couriers`, `in ("a", "b")`. */
static struct phrase *parse_in(struct reader *reader, struct phrase *left)
{
    struct span sign = reader_take(reader)->span;
    struct word name;
    if (reader_accept_word(reader, KEYWORD_list)) {
        if (!reader_expect_name(reader, "list name", KEYWORD_NONE, &name))
            return NULL;
        return with_name(reader, PHRASE_IN_LIST, sign, left, name);
    }
    const struct token *token = reader_look(reader, 0);
    if (token->kind != TOKEN_OPEN_PAREN) {
        bool list = token->kind == TOKEN_NAME && token->keyword == KEYWORD_NONE;
        complain(reader->compile, MESSAGE_IN_WHAT,
                 (struct complaint){.where = reader_where(reader),
                                    .arg = {reader_found(reader)},
                                    .suggestion = list ? compile_text(reader->compile, "list %.*s",
                                                                      SHOW(token->string))
                                                       : (struct slice){0}});
        return NULL;
    }
    struct phrase *args[MEMBERS_MAX + 1] = {left};
    uint32_t count;
    struct span open = reader_take(reader)->span;
    if (!parse_args(reader, open, args + 1, &count))
        return NULL;
    if (count == 0) {
        complain(reader->compile, MESSAGE_IN_WHAT,
                 (struct complaint){.where = span_join(open, reader_behind(reader)),
                                    .arg = {SLICE("`()`")}});
        return NULL;
    }
    struct phrase *phrase = new_phrase(
        reader, PHRASE_IN, span_join(left->span, reader_behind(reader)), count + 1, args);
    if (phrase != NULL)
        phrase->sign = sign;
    return phrase;
}

/* `is known`, `is not unknown`. */
static struct phrase *parse_is(struct reader *reader, struct phrase *left)
{
    struct span sign = reader_take(reader)->span;
    bool negated = reader_accept_word(reader, KEYWORD_not);
    const struct token *token = reader_look(reader, 0);
    bool known = token->keyword == KEYWORD_known;
    if (!known && token->keyword != KEYWORD_unknown) {
        struct guess guess = guess_start(token->string);
        guess_try(&guess, SLICE("known"));
        guess_try(&guess, SLICE("unknown"));
        guess_try(&guess, SLICE("null"));
        guess_try(&guess, SLICE("empty"));
        guess_try(&guess, SLICE("none"));
        bool nothing = guess.best.size != 0 && !slice_equal(guess.best, SLICE("known"));
        complain(reader->compile, MESSAGE_IS_WHAT,
                 (struct complaint){.where = reader_where(reader),
                                    .arg = {reader_found(reader)},
                                    .suggestion = nothing ? SLICE("unknown") : guess.best});
        return NULL;
    }
    struct span end = reader_take(reader)->span;
    struct phrase *phrase = new_phrase(reader, PHRASE_IS_KNOWN, span_join(left->span, end), 1,
                                       (struct phrase *[]){left});
    if (phrase == NULL)
        return NULL;
    phrase->sign = span_join(sign, end);
    return negated == known ? new_negation(reader, phrase->sign, phrase) : phrase;
}

static struct phrase *parse_marked(struct reader *reader, struct phrase *left)
{
    struct span sign = reader_take(reader)->span;
    struct word name;
    if (!reader_expect_name(reader, "mark", KEYWORD_NONE, &name))
        return NULL;
    return with_name(reader, PHRASE_MARKED, sign, left, name);
}

static struct phrase *parse_comparison(struct reader *reader, struct phrase *left,
                                       enum phrase_kind kind)
{
    struct span sign = reader_take(reader)->span;
    struct phrase *phrase = new_binary(reader, kind, sign, left, parse_sum(reader));
    enum phrase_kind again;
    if (phrase == NULL || !comparison_of(reader_look(reader, 0)->kind, &again))
        return phrase;
    reader_complain(reader, MESSAGE_COMPARISON_CHAIN, "");
    return NULL;
}

static struct phrase *parse_compare(struct reader *reader)
{
    struct phrase *left = parse_sum(reader);
    if (left == NULL)
        return NULL;
    const struct token *token = reader_look(reader, 0);
    enum phrase_kind kind;
    if (comparison_of(token->kind, &kind))
        return parse_comparison(reader, left, kind);
    enum keyword next = reader_look(reader, 1)->keyword;
    bool negated = token->keyword == KEYWORD_not && (next == KEYWORD_in || next == KEYWORD_marked);
    struct span sign = token->span;
    if (negated)
        (void)reader_take(reader);
    struct phrase *phrase = left;
    if (reader_is_word(reader, KEYWORD_in))
        phrase = parse_in(reader, left);
    else if (reader_is_word(reader, KEYWORD_marked))
        phrase = parse_marked(reader, left);
    else if (reader_is_word(reader, KEYWORD_is))
        return parse_is(reader, left);
    return negated ? new_negation(reader, sign, phrase) : phrase;
}

static struct phrase *parse_not(struct reader *reader)
{
    if (!reader_is_word(reader, KEYWORD_not))
        return parse_compare(reader);
    struct span sign = reader_take(reader)->span;
    if (reader->nesting >= EXPR_DEPTH_MAX)
        return too_deep(reader, sign);
    reader->nesting++;
    struct phrase *of = parse_not(reader);
    reader->nesting--;
    return new_negation(reader, sign, of);
}

/* `and`, `or`; in capitals they are complained about and taken. */
static bool at_joint(struct reader *reader, enum keyword word)
{
    const struct token *token = reader_look(reader, 0);
    if (token->keyword == word)
        return true;
    if (token->kind != TOKEN_NAME || token->keyword != KEYWORD_NONE ||
        keyword_find_any_case(token->string) != word)
        return false;
    complain(reader->compile, MESSAGE_KEYWORD_CASE,
             (struct complaint){.where = token->span,
                                .arg = {token->string},
                                .suggestion = slice_of(keyword_word(word))});
    return true;
}

static struct phrase *parse_and(struct reader *reader)
{
    struct phrase *left = parse_not(reader);
    while (left != NULL && at_joint(reader, KEYWORD_and)) {
        struct span sign = reader_take(reader)->span;
        left = new_binary(reader, PHRASE_AND, sign, left, parse_not(reader));
    }
    return left;
}

static struct phrase *parse_or(struct reader *reader)
{
    if (reader->nesting >= EXPR_DEPTH_MAX)
        return too_deep(reader, reader_look(reader, 0)->span);
    reader->nesting++;
    struct phrase *left = parse_and(reader);
    while (left != NULL && at_joint(reader, KEYWORD_or)) {
        struct span sign = reader_take(reader)->span;
        left = new_binary(reader, PHRASE_OR, sign, left, parse_and(reader));
    }
    reader->nesting--;
    return left;
}

struct phrase *parse_phrase(struct reader *reader)
{
    reader->nesting = 0;
    return parse_or(reader);
}
