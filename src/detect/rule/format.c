/* format.c -- the one layout of a rule file: `cutline rules fmt`.
 *
 *   profile purse by payment.payer, payment.payee {
 *     received = sum amount over 6h as payee  "received"  "转入金额"   -- what stands behind stays
 *     came     = since over 6h as payee
 *   }
 *
 *   rule straight_through on payment {
 *     title   "money goes straight through" "资金快进快出"
 *     when    purse[payer].received >= 5000 CNY
 *         and purse[payer].came < 30m
 *   }
 *
 * The words stay as they are written; only what is between them changes.  Where lines begin comes
 * from the parser; comments stand before the thing that follows them, or behind the line that they
 * ended.  Blank lines between features and clauses are kept, one at most.
 *
 * Invariants:  1. The words of the result are the words of the source, in their order.
 *              2. Formatting the result changes nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "parser_inside.h"

#include <stdlib.h>

enum {
    INDENT = 2,
    CLAUSE_COLUMNS = 8,    /* the longest word of a clause and a blank */
    BODY_COLUMNS_MAX = 60, /* of a feature, to be followed by its label on the same line */
    LABEL_COLUMNS_MAX = 44,
    LINE_COLUMNS_MAX = 100
};

enum begin { BEGIN_NONE, BEGIN_TOP, BEGIN_FEATURE, BEGIN_CLAUSE, BEGIN_CONDITION };

struct begin_at {
    uint32_t offset; /* of the token in the source */
    enum begin begin;
    bool labelled; /* the feature ends with two strings */
};

struct layout {
    struct compile *compile;
    struct slice source;
    struct tokens tokens;
    struct begin_at *begins;
    uint32_t begins_count;
    uint32_t begins_max;
    struct text *out;
    size_t name_columns, body_columns, label_columns; /* of the profile at hand */
};

/* ---- where lines begin ---- */

static void add_begin(struct layout *layout, uint32_t offset, enum begin begin, bool labelled)
{
    if (layout->begins != NULL) {
        must(layout->begins_count < layout->begins_max);
        layout->begins[layout->begins_count] = (struct begin_at){offset, begin, labelled};
    }
    layout->begins_count++;
}

static void add_clause(struct layout *layout, struct span span)
{
    if (span.end != 0)
        add_begin(layout, span.start, BEGIN_CLAUSE, false);
}

/* The `and`s between the conditions of a `when`. */
static void add_conditions(struct layout *layout, const struct phrase *phrase)
{
    while (phrase != NULL && phrase->kind == PHRASE_AND && !phrase->in_parentheses) {
        add_begin(layout, phrase->sign.start, BEGIN_CONDITION, false);
        phrase = phrase->arg[0];
    }
}

/* The first token that does not begin before an offset. */
static const struct token *token_from(const struct layout *layout, uint32_t offset)
{
    uint32_t low = 0;
    uint32_t high = layout->tokens.count - 1; /* the end of the file is behind everything */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (layout->tokens.at[middle].span.start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return &layout->tokens.at[low];
}

/* The `and` between a sequence and the conditions is the next word behind the sequence. */
static void add_sequence_end(struct layout *layout, const struct written_rule *rule)
{
    if (!rule->sequence.present || rule->when == NULL)
        return;
    const struct token *token = token_from(layout, rule->sequence.span.end);
    while (token->kind == TOKEN_COMMENT)
        token++;
    add_begin(layout, token->span.start, BEGIN_CONDITION, false);
}

static void add_rule(struct layout *layout, const struct written_rule *rule)
{
    add_clause(layout, rule->title_span);
    add_clause(layout, rule->when_span);
    add_clause(layout, rule->score_span);
    add_clause(layout, rule->subject_span);
    add_clause(layout, rule->grade_span);
    add_clause(layout, rule->quiet_span);
    add_clause(layout, rule->respond_span);
    for (const struct written_let *let = rule->let; let != NULL; let = let->next)
        add_clause(layout, let->span);
    for (const struct written_against *a = rule->against; a != NULL; a = a->next)
        add_clause(layout, a->span);
    for (const struct written_marking *mark = rule->mark; mark != NULL; mark = mark->next)
        add_clause(layout, mark->span);
    add_sequence_end(layout, rule);
    add_conditions(layout, rule->when);
}

static void find_begins(struct layout *layout, const struct written_set *set)
{
    layout->begins_count = 0;
    for (uint32_t i = 0; i < layout->tokens.count; i++) {
        const struct token *token = &layout->tokens.at[i];
        if (token->keyword == KEYWORD_profile || token->keyword == KEYWORD_rule)
            add_begin(layout, token->span.start, BEGIN_TOP, false);
    }
    for (const struct written_profile *p = set->profile; p != NULL; p = p->next)
        for (const struct written_feature *f = p->feature; f != NULL; f = f->next)
            add_begin(layout, f->name.span.start, BEGIN_FEATURE, f->label[TONGUE_ZH].at != NULL);
    for (const struct written_rule *rule = set->rule; rule != NULL; rule = rule->next)
        add_rule(layout, rule);
}

static int compare_begins(const void *a, const void *b)
{
    const struct begin_at *one = a;
    const struct begin_at *two = b;
    return (one->offset > two->offset) - (one->offset < two->offset);
}

static const struct begin_at *begin_of(const struct layout *layout, uint32_t token)
{
    struct begin_at wanted = {.offset = layout->tokens.at[token].span.start};
    if (layout->tokens.at[token].kind == TOKEN_COMMENT || layout->begins_count == 0)
        return NULL;
    return bsearch(&wanted, layout->begins, layout->begins_count, sizeof wanted, compare_begins);
}

static enum begin begins(const struct layout *layout, uint32_t token)
{
    const struct begin_at *at = begin_of(layout, token);
    return at == NULL ? BEGIN_NONE : at->begin;
}

/* ---- words and what is between them ---- */

static const struct token *token_at(const struct layout *layout, uint32_t index)
{
    return &layout->tokens.at[index];
}

/* Whether a minus at this place is a sign and not an operator: no value stands before it. */
static bool is_unary(const struct layout *layout, uint32_t index)
{
    if (token_at(layout, index)->kind != TOKEN_MINUS)
        return false;
    do {
        if (index == 0)
            return true;
        index--;
    } while (token_at(layout, index)->kind == TOKEN_COMMENT);
    const struct token *before = token_at(layout, index);
    switch (before->kind) {
    case TOKEN_NUMBER:
    case TOKEN_DURATION:
    case TOKEN_MONEY:
    case TOKEN_STRING:
    case TOKEN_CLOSE_PAREN:
    case TOKEN_CLOSE_BRACKET:
        return false;
    case TOKEN_NAME:
        return before->keyword != KEYWORD_NONE && before->keyword != KEYWORD_true &&
               before->keyword != KEYWORD_false && before->keyword != KEYWORD_unknown &&
               before->keyword != KEYWORD_known;
    default:
        return true;
    }
}

static bool has_blank(const struct layout *layout, uint32_t before, uint32_t index)
{
    const struct token *left = token_at(layout, before);
    const struct token *right = token_at(layout, index);
    if (is_unary(layout, before))
        return right->kind == TOKEN_MINUS; /* two of them would begin a comment */
    switch (left->kind) {
    case TOKEN_OPEN_PAREN:
    case TOKEN_OPEN_BRACKET:
    case TOKEN_DOT:
        return false;
    default:
        break;
    }
    switch (right->kind) {
    case TOKEN_CLOSE_PAREN:
    case TOKEN_CLOSE_BRACKET:
    case TOKEN_OPEN_BRACKET:
    case TOKEN_COMMA:
    case TOKEN_DOT:
        return false;
    case TOKEN_OPEN_PAREN:
        return left->kind != TOKEN_NAME ||
               (left->keyword != KEYWORD_NONE && left->keyword != KEYWORD_mark);
    default:
        return true;
    }
}

static void add_word(const struct layout *layout, struct text *text, uint32_t index)
{
    const struct token *token = token_at(layout, index);
    struct slice source = compile_source(layout->compile, token->span);
    if (token->kind != TOKEN_MONEY) {
        text_add(text, source);
        return;
    }
    size_t digits = source.size - token->string.size;
    while (digits > 0 && source.at[digits - 1] == ' ')
        digits--;
    text_add(text, (struct slice){source.at, digits});
    text_add_char(text, ' ');
    text_add(text, token->string);
}

static void add_blanks(struct text *text, size_t count)
{
    while (count-- > 0)
        text_add_char(text, ' ');
}

static void add_line_end(struct text *text, size_t indent)
{
    text_add_char(text, '\n');
    add_blanks(text, indent);
}

/* The words first .. last; a comment among them ends its line. */
static void add_words(const struct layout *layout, struct text *text, uint32_t first, uint32_t last,
                      size_t indent)
{
    for (uint32_t i = first; i <= last; i++) {
        const struct token *token = token_at(layout, i);
        if (token->kind == TOKEN_COMMENT) {
            if (i == first || token_at(layout, i - 1)->kind != TOKEN_COMMENT)
                text_add_string(text, i == first ? "" : "  ");
            text_add(text, token->string);
            add_line_end(text, indent);
        } else {
            bool fresh = i == first || token_at(layout, i - 1)->kind == TOKEN_COMMENT;
            if (!fresh && has_blank(layout, i - 1, i))
                text_add_char(text, ' ');
            add_word(layout, text, i);
        }
    }
}

static bool has_comment(const struct layout *layout, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if (token_at(layout, i)->kind == TOKEN_COMMENT)
            return true;
    return false;
}

static size_t words_columns(const struct layout *layout, uint32_t first, uint32_t last)
{
    size_t columns = 0;
    for (uint32_t i = first; i <= last; i++) {
        const struct token *token = token_at(layout, i);
        columns += i != first && has_blank(layout, i - 1, i);
        columns += utf8_columns(compile_source(layout->compile, token->span));
    }
    return columns;
}

/* ---- features ---- */

struct feature_words {
    uint32_t name, body, body_end, last;
    bool labelled;
    bool plain; /* no comment inside: it can be aligned */
};

static struct feature_words feature_words(const struct layout *layout, uint32_t first,
                                          uint32_t last)
{
    const struct begin_at *at = begin_of(layout, first);
    struct feature_words words = {.name = first,
                                  .body = first + 2,
                                  .body_end = last,
                                  .last = last,
                                  .labelled = at->labelled,
                                  .plain = !has_comment(layout, first, last)};
    if (words.labelled && words.plain)
        words.body_end = last - 2;
    return words;
}

static void grow(size_t *columns, size_t to, size_t most)
{
    if (to > *columns && to <= most)
        *columns = to;
}

static void measure_feature(struct layout *layout, uint32_t first, uint32_t last)
{
    struct feature_words words = feature_words(layout, first, last);
    grow(&layout->name_columns, words_columns(layout, first, first), IDENT_BYTES_MAX);
    if (!words.plain || !words.labelled)
        return;
    grow(&layout->body_columns, words_columns(layout, words.body, words.body_end),
         BODY_COLUMNS_MAX);
    grow(&layout->label_columns, words_columns(layout, last - 1, last - 1), LABEL_COLUMNS_MAX);
}

static void add_feature(const struct layout *layout, uint32_t first, uint32_t last)
{
    struct feature_words words = feature_words(layout, first, last);
    struct text *text = layout->out;
    size_t body_indent = INDENT + layout->name_columns + 3;
    add_blanks(text, INDENT);
    if (!words.plain) {
        add_words(layout, text, first, last, body_indent);
        return;
    }
    add_word(layout, text, first);
    add_blanks(text, layout->name_columns - words_columns(layout, first, first));
    text_add_string(text, " = ");
    add_words(layout, text, words.body, words.body_end, 0);
    if (!words.labelled)
        return;
    size_t body = words_columns(layout, words.body, words.body_end);
    size_t label = words_columns(layout, last - 1, last - 1);
    if (body > layout->body_columns) /* too long to be followed: the label gets its own line */
        add_line_end(text, body_indent + layout->body_columns + 2);
    else
        add_blanks(text, layout->body_columns - body + 2);
    add_word(layout, text, last - 1);
    add_blanks(text, label < layout->label_columns ? layout->label_columns - label + 2 : 2);
    add_word(layout, text, last);
}

/* ---- clauses ---- */

/* The last word before the next `and` that begins a line, from `first` on. */
static uint32_t condition_end(const struct layout *layout, uint32_t first, uint32_t last)
{
    uint32_t end = first;
    while (end < last && begins(layout, end + 1) != BEGIN_CONDITION)
        end++;
    return end;
}

static void add_when(const struct layout *layout, uint32_t first, uint32_t last)
{
    size_t indent = INDENT + CLAUSE_COLUMNS;
    while (first <= last) {
        bool condition = begins(layout, first) == BEGIN_CONDITION;
        uint32_t word = first + condition;
        if (condition) {
            add_blanks(layout->out, indent - 4);
            text_add_string(layout->out, "and ");
        }
        uint32_t end = word > last ? last : condition_end(layout, word, last);
        uint32_t shown = end;
        while (shown > word && token_at(layout, shown)->kind == TOKEN_COMMENT)
            shown--;
        add_words(layout, layout->out, word, shown, indent);
        for (uint32_t i = shown + 1; i <= end; i++) {
            if (i == shown + 1 && !token_at(layout, i)->first_on_line)
                text_add_string(layout->out, "  ");
            else
                add_line_end(layout->out, indent);
            text_add(layout->out, token_at(layout, i)->string);
        }
        first = end + 1;
        if (first <= last)
            text_add_char(layout->out, '\n');
    }
}

static void add_grade(const struct layout *layout, uint32_t first, uint32_t last)
{
    size_t indent = INDENT + CLAUSE_COLUMNS;
    bool breaks = has_comment(layout, first, last) ||
                  indent + words_columns(layout, first, last) > LINE_COLUMNS_MAX;
    unsigned open = 0;
    uint32_t start = first;
    for (uint32_t i = first; i <= last && breaks; i++) {
        enum token_kind kind = token_at(layout, i)->kind;
        if (kind == TOKEN_OPEN_PAREN || kind == TOKEN_OPEN_BRACKET)
            open++;
        if (kind == TOKEN_CLOSE_PAREN || kind == TOKEN_CLOSE_BRACKET)
            open--;
        if (kind != TOKEN_COMMA || open != 0 || token_at(layout, i + 1)->kind == TOKEN_COMMENT)
            continue;
        add_words(layout, layout->out, start, i, indent);
        add_line_end(layout->out, indent);
        start = i + 1;
    }
    add_words(layout, layout->out, start, last, indent);
}

static void add_clause_line(const struct layout *layout, uint32_t first, uint32_t last)
{
    struct text *text = layout->out;
    enum keyword word = token_at(layout, first)->keyword;
    add_blanks(text, INDENT);
    add_word(layout, text, first);
    add_blanks(text, CLAUSE_COLUMNS - strlen(keyword_word(word)));
    if (word == KEYWORD_when)
        add_when(layout, first + 1, last);
    else if (word == KEYWORD_grade)
        add_grade(layout, first + 1, last);
    else
        add_words(layout, text, first + 1, last, INDENT + CLAUSE_COLUMNS);
}

/* ---- the file ---- */

/* Comments on lines of their own; gives back the token behind them. */
static uint32_t add_comments(const struct layout *layout, uint32_t index, size_t indent, bool first)
{
    for (; token_at(layout, index)->kind == TOKEN_COMMENT; index++) {
        if (!first && token_at(layout, index)->lines_before > 1)
            text_add_char(layout->out, '\n');
        add_blanks(layout->out, indent);
        text_add(layout->out, token_at(layout, index)->string);
        text_add_char(layout->out, '\n');
        first = false;
    }
    return index;
}

/* Ends a line, with the comment that stands behind it; gives back the next token. */
static uint32_t end_line(const struct layout *layout, uint32_t index)
{
    const struct token *token = token_at(layout, index);
    bool behind = token->kind == TOKEN_COMMENT && !token->first_on_line;
    if (behind) {
        text_add_string(layout->out, "  ");
        text_add(layout->out, token->string);
        index++;
    }
    text_add_char(layout->out, '\n');
    return index;
}

/* The last word of what begins at `first`: before the next beginning, or the closing brace. */
static uint32_t element_end(const struct layout *layout, uint32_t first)
{
    uint32_t last = first;
    for (uint32_t i = first + 1; i < layout->tokens.count; i++) {
        enum begin begin = begins(layout, i);
        if ((begin != BEGIN_NONE && begin != BEGIN_CONDITION) ||
            token_at(layout, i)->kind == TOKEN_CLOSE_BRACE)
            break;
        if (token_at(layout, i)->kind != TOKEN_COMMENT)
            last = i;
    }
    return last;
}

static void measure_body(struct layout *layout, uint32_t first)
{
    layout->name_columns = layout->body_columns = layout->label_columns = 0;
    for (uint32_t i = first; token_at(layout, i)->kind != TOKEN_CLOSE_BRACE; i++)
        if (begins(layout, i) == BEGIN_FEATURE)
            measure_feature(layout, i, element_end(layout, i));
}

/* What stands between braces; gives back the token behind the closing one. */
static uint32_t add_body(struct layout *layout, uint32_t index)
{
    measure_body(layout, index);
    bool first = true;
    while (token_at(layout, index)->kind != TOKEN_CLOSE_BRACE) {
        bool blank = token_at(layout, index)->lines_before > 1 && !first;
        uint32_t behind = index;
        if (token_at(layout, index)->kind == TOKEN_COMMENT) {
            behind = add_comments(layout, index, INDENT, first);
            first = false;
            index = behind;
            continue;
        }
        if (blank)
            text_add_char(layout->out, '\n');
        uint32_t last = element_end(layout, index);
        if (begins(layout, index) == BEGIN_FEATURE)
            add_feature(layout, index, last);
        else
            add_clause_line(layout, index, last);
        index = end_line(layout, last + 1);
        first = false;
    }
    text_add_char(layout->out, '}');
    return index + 1;
}

/* The heading, up to and with `{`; gives back the token behind it. */
static uint32_t add_heading(const struct layout *layout, uint32_t index)
{
    uint32_t open = index;
    while (token_at(layout, open)->kind != TOKEN_OPEN_BRACE)
        open++;
    add_words(layout, layout->out, index, open, 2 * INDENT);
    return end_line(layout, open + 1);
}

static void add_file(struct layout *layout)
{
    uint32_t index = 0;
    bool first = true;
    while (token_at(layout, index)->kind != TOKEN_END) {
        if (!first)
            text_add_char(layout->out, '\n');
        first = false;
        uint32_t next = add_comments(layout, index, 0, true);
        if (token_at(layout, next)->kind == TOKEN_END)
            return;
        if (next != index && token_at(layout, next)->lines_before > 1)
            text_add_char(layout->out, '\n');
        index = end_line(layout, add_body(layout, add_heading(layout, next)));
    }
}

/* Every word may get a line end and an indent, every feature its columns. */
static size_t room_for(const struct layout *layout)
{
    size_t columns = IDENT_BYTES_MAX + BODY_COLUMNS_MAX + LABEL_COLUMNS_MAX + 16;
    size_t indent = 2 * INDENT + CLAUSE_COLUMNS + IDENT_BYTES_MAX + 8;
    return 64 + layout->source.size + layout->tokens.count * indent +
           layout->begins_count * columns * 2;
}

static enum status format_parsed(struct layout *layout, const struct written_set *set,
                                 struct slice *out)
{
    struct compile *compile = layout->compile;
    if (!lex_file(compile, 0, true, &layout->tokens))
        return STATUS_FULL;
    find_begins(layout, set); /* once to count them */
    layout->begins_max = layout->begins_count;
    layout->begins = compile_take(compile, layout->begins_max * sizeof *layout->begins);
    if (layout->begins == NULL)
        return STATUS_FULL;
    find_begins(layout, set);
    if (layout->begins_count != 0)
        qsort(layout->begins, layout->begins_count, sizeof *layout->begins, compare_begins);
    size_t size = room_for(layout);
    char *room = compile_take(compile, size);
    if (room == NULL)
        return STATUS_FULL;
    struct text text = text_over(room, size);
    layout->out = &text;
    add_file(layout);
    must(!text.full);
    *out = text_slice(&text);
    return STATUS_OK;
}

enum status rules_format(struct slice source, struct slice path, struct arena *scratch,
                         struct diags *diags, struct slice *out)
{
    struct rule_file file = {.path = path, .source = source};
    struct written_set set = {0};
    struct compile compile = {.arena = scratch,
                              .diags = diags,
                              .files = &file,
                              .files_count = 1,
                              .errors_before = diags->errors_count};
    parse_file(&compile, 0, &set);
    TRY(compile.status);
    if (diags->errors_count != compile.errors_before)
        return STATUS_MALFORMED;
    struct layout layout = {.compile = &compile, .source = source};
    return format_parsed(&layout, &set, out);
}
