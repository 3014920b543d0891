/* wording.c -- conditions that are no comparison, in words where words are short.
 *
 *   payee not in list merchant  the payee is not on the list merchant  收款账户不在名单 merchant 中
 *   trunk is known              the trunk is known                     中继已知
 *   payer marked hot            the payer is marked hot                付款账户有标记 hot
 *   channel in (mobile, web)    the channel is one of mobile, web      渠道属于 mobile、web
 *
 * Anything else, an `or` most of all, would be a page in words; it stands in the evidence, as it is
 * written in the rule, and the reason only counts it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"
#include "detect/rule/explain.h"

static const struct {
    const char *name;
    struct saying says;
} FIELD_WORDS[] = {
#define FIELD_WORD(name, en, zh) {#name, {{en, zh}}},
#include "field_words.inc"
#undef FIELD_WORD
};

const char *field_word(enum record_kind kind, unsigned field, enum tongue tongue)
{
    const char *name = kind_schema(kind)->fields[field].name;
    for (size_t i = 0; i < sizeof FIELD_WORDS / sizeof FIELD_WORDS[0]; i++)
        if (strcmp(FIELD_WORDS[i].name, name) == 0)
            return FIELD_WORDS[i].says.in[tongue];
    return NULL;
}

/* What a `let` stands for; lets name earlier lets only, so this ends. */
static const struct expr *behind_lets(const struct alert *alert, const struct expr *expr)
{
    while (expr->kind == EXPR_LET)
        expr = alert->finding->rule->let[expr->let].value;
    return expr;
}

/* A field, or a feature by its label.  False: it has no short name. */
static bool add_thing(struct text *text, const struct alert *alert, const struct expr *expr,
                      enum tongue tongue)
{
    expr = behind_lets(alert, expr);
    if (expr->kind == EXPR_READ) {
        text_add_feature_label(text, alert->finding->set, expr->profile, expr->feature, tongue);
        return true;
    }
    if (expr->kind != EXPR_FIELD)
        return false;
    const char *word = field_word(expr->record_kind, expr->field, tongue);
    if (word == NULL)
        return false;
    text_add_string(text, tongue == TONGUE_EN ? "the " : "");
    text_add_string(text, word);
    return true;
}

static void add_members(struct text *text, const struct alert *alert, const struct expr *expr,
                        const struct alert_view *view, enum tongue tongue)
{
    for (uint32_t i = 1; i < expr->args_count; i++) {
        char source[SHOWN_BYTES_MAX];
        struct text written = text_over(source, sizeof source);
        text_add_expr(&written, alert->finding->set, alert->finding->rule, expr->arg[i]);
        text_end(&written);
        if (i != 1)
            text_add_string(text, tongue == TONGUE_ZH ? "、" : ", ");
        text_add_shown_source(text, text_slice(&written), expr->arg[i], view);
    }
}

/* The words around a thing, for a condition of this kind and for its contrary. */
static const struct saying *words_of(enum expr_kind kind, bool not )
{
    static const struct saying KNOWN[] = {{{" is known", "已知"}}, {{" is unknown", "未知"}}};
    static const struct saying LISTED[] = {{{" is on the list %.*s", "在名单 %.*s 中"}},
                                           {{" is not on the list %.*s", "不在名单 %.*s 中"}}};
    static const struct saying MARKED[] = {{{" is marked %.*s", "有标记 %.*s"}},
                                           {{" is not marked %.*s", "无标记 %.*s"}}};
    static const struct saying AMONG[] = {{{" is one of ", "属于 "}},
                                          {{" is none of ", "不属于 "}}};
    switch (kind) {
    case EXPR_IS_KNOWN:
        return &KNOWN[not ];
    case EXPR_IN_LIST:
        return &LISTED[not ];
    case EXPR_MARKED:
        return &MARKED[not ];
    case EXPR_IN:
        return &AMONG[not ];
    default:
        return NULL;
    }
}

bool text_add_wording(struct text *text, const struct alert *alert, const struct expr *expr,
                      const struct alert_view *view, enum tongue tongue)
{
    bool not = expr->kind == EXPR_NOT;
    const struct expr *of = behind_lets(alert, not ? expr->arg[0] : expr);
    const struct saying *words = words_of(of->kind, not );
    char bytes[SHOWN_BYTES_MAX];
    struct text said = text_over(bytes, sizeof bytes);
    if (words == NULL || !add_thing(&said, alert, of->arg[0], tongue))
        return false;
    if (of->kind == EXPR_IN_LIST || of->kind == EXPR_MARKED)
        text_addf(&said, words->in[tongue], (int)of->string.size, of->string.at);
    else
        text_add_string(&said, words->in[tongue]);
    if (of->kind == EXPR_IN)
        add_members(&said, alert, of, view, tongue);
    text_end(&said);
    text_add(text, text_slice(&said));
    return true;
}
