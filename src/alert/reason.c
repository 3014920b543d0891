/* reason.c -- why, in one sentence.
 *
 *      GOIP gateway: IMEI ***0001, SIM cards in 24h 7 (≥ 5), cells in 24h 1 (≤ 2); against:
 *      long conversations (4m)
 *      GOIP 网关：IMEI ***0001，24 小时内 SIM 卡数 7（≥
 *      5）；反证：通话时间长（4m）
 *
 * Title, counter-evidence and labels are the rule author's words; the numbers are the finding's.
 * What was not a comparison is said in words where they are few (wording.c), else only counted:
 * it stands in the evidence.  An equality is said once.
 *
 * Not chosen:  a template per rule.  It would have to be kept true by hand beside the conditions.
 *              */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"
#include "detect/rule/explain.h"

#include <math.h>
#include <stdlib.h>

static const struct saying KIND_WORDS[RECORD_KINDS_COUNT] = {
    [RECORD_call] = {{"call", "通话"}},
    [RECORD_sms] = {{"message", "短信"}},
    [RECORD_sim] = {{"SIM change", "SIM 变更"}},
    [RECORD_account] = {{"account change", "账户变更"}},
    [RECORD_payment] = {{"payment", "转账"}},
    [RECORD_report] = {{"report", "报案"}},
};

static const struct saying SUBJECT_WORDS[FIELD_TYPES_COUNT] = {
    [FIELD_IMEI] = {{"IMEI", "IMEI"}},
    [FIELD_PHONE] = {{"phone", "号码"}},
    [FIELD_ACCOUNT] = {{"account", "账户"}},
    [FIELD_PERSON] = {{"person", "人员"}},
};

void text_add_subject(struct text *text, const struct alert *alert, const struct alert_view *view,
                      enum tongue tongue)
{
    const struct finding *finding = alert->finding;
    enum field_type type = label_subject(finding->rule->label);
    const char *word = SUBJECT_WORDS[type].in[tongue];
    must(word != NULL); /* labels.inc names no other types */
    text_addf(text, "%s ", word);
    text_add_shown(text, finding->subject_text, (struct type){.class = TYPE_NAME, .name = type},
                   view);
}

/* A side of a comparison as it stands in the rule. */
static void add_source_of(struct text *text, const struct alert *alert, const struct expr *expr,
                          const struct alert_view *view)
{
    char source[SHOWN_BYTES_MAX];
    struct text written = text_over(source, sizeof source);
    text_add_expr(&written, alert->finding->set, alert->finding->rule, expr);
    text_end(&written);
    text_add_shown_source(text, text_slice(&written), expr, view);
}

void text_add_evidence_label(struct text *text, const struct alert *alert,
                             const struct evidence *evidence, const struct alert_view *view,
                             enum tongue tongue)
{
    const struct expr *read = evidence->read;
    must(evidence->compared);
    const struct expr *left = evidence->expr->arg[0];
    const char *word =
        left->kind == EXPR_FIELD ? field_word(left->record_kind, left->field, tongue) : NULL;
    if (read != NULL)
        text_add_feature_label(text, alert->finding->set, read->profile, read->feature, tongue);
    else if (left->kind == EXPR_FLOW)
        text_add_flow_label(text, left, tongue);
    else if (word != NULL)
        text_add_string(text, word);
    else
        add_source_of(text, alert, left, view);
}

/* "42697ms" as "42.7s": in the largest unit that gives at least one, with at most one decimal.  The
 * exact value stands in the evidence. */
static void add_duration(struct text *text, struct slice value)
{
    static const struct {
        double ms;
        const char *name;
    } UNITS[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "m"}, {SECOND_MS, "s"}, {1, "ms"}};
    enum { UNITS_COUNT = sizeof UNITS / sizeof UNITS[0] };
    char bytes[32] = "";
    if (value.size < sizeof bytes)
        memcpy(bytes, value.at, value.size);
    char *end;
    double ms = strtod(bytes, &end);
    size_t unit = 0;
    while (unit < UNITS_COUNT && strcmp(end, UNITS[unit].name) != 0)
        unit++;
    if (end == bytes || unit == UNITS_COUNT) {
        text_add(text, value);
        return;
    }
    ms *= UNITS[unit].ms;
    unit = 0;
    while (unit < UNITS_COUNT - 1 && fabs(ms) < UNITS[unit].ms)
        unit++;
    double tenths = round(ms / UNITS[unit].ms * 10);
    bool whole = fmod(tenths, 10) == 0;
    text_addf(text, "%.*f%s", whole ? 0 : 1, tenths / 10, UNITS[unit].name);
}

static void add_value(struct text *text, const struct alert *alert, struct slice value,
                      struct type type, const struct alert_view *view)
{
    if (type.class == TYPE_DURATION)
        add_duration(text, value);
    else
        text_add_shown(text, value, type, view);
    if (type.class == TYPE_MONEY) {
        text_add_char(text, ' ');
        text_add(text, alert->finding->set->currency);
    }
}

static const char *comparison_sign(enum expr_kind kind)
{
    switch (kind) {
    case EXPR_UNEQUAL:
        return "≠";
    case EXPR_LESS:
        return "<";
    case EXPR_LESS_EQUAL:
        return "≤";
    case EXPR_GREATER:
        return ">";
    case EXPR_GREATER_EQUAL:
        return "≥";
    default:
        return "=";
    }
}

/* "SIM cards in 24h 7 (≥ 5)" */
static void add_comparison(struct text *text, const struct alert *alert,
                           const struct evidence *evidence, const struct alert_view *view,
                           enum tongue tongue)
{
    text_add_evidence_label(text, alert, evidence, view, tongue);
    text_add_char(text, ' ');
    add_value(text, alert, evidence->value_text, evidence->type, view);
    if (evidence->comparison == EXPR_EQUAL)
        return;
    bool chinese = tongue == TONGUE_ZH;
    text_addf(text, "%s%s ", chinese ? "（" : " (", comparison_sign(evidence->comparison));
    add_value(text, alert, evidence->threshold_text, evidence->type, view);
    text_add_string(text, chinese ? "）" : ")");
}

static void add_sequence(struct text *text, const struct sequence *sequence, enum record_kind then,
                         enum tongue tongue)
{
    char span[32];
    struct text within = text_over(span, sizeof span);
    text_add_span(&within, sequence->within_ms);
    const char *first = KIND_WORDS[sequence->first_kind].in[tongue];
    const char *second = KIND_WORDS[then].in[tongue];
    must(first != NULL && second != NULL); /* registers do not trigger */
    if (tongue == TONGUE_ZH)
        text_addf(text, "%s之后 %s 内%s", first, span, second);
    else
        text_addf(text, "a %s, then a %s within %s", first, second, span);
}

static void add_against(struct text *text, const struct alert *alert, const struct alert_view *view,
                        enum tongue tongue)
{
    const struct finding *finding = alert->finding;
    bool chinese = tongue == TONGUE_ZH;
    for (uint32_t i = 0; i < finding->against_count; i++) {
        const struct counter_evidence *counter = &finding->against[i];
        const struct expr *when = counter->against->when;
        if (i == 0)
            text_add_string(text, chinese ? "；反证：" : "; against: ");
        else
            text_add_string(text, chinese ? "、" : ", ");
        text_add(text, counter->against->text[tongue]);
        if (counter->value_text.size == 0 || when->args_count == 0)
            continue;
        text_add_string(text, chinese ? "（" : " (");
        add_value(text, alert, counter->value_text, when->arg[0]->type, view);
        text_add_string(text, chinese ? "）" : ")");
    }
}

/* "and 2 more conditions", which the evidence shows. */
static void add_untold(struct text *text, uint32_t count, bool some, enum tongue tongue)
{
    if (count == 0)
        return;
    if (tongue == TONGUE_ZH)
        text_addf(text, "%s另外 %u 项条件成立", some ? "，" : "", count);
    else
        text_addf(text, "%s%u more condition%s met", some ? ", and " : "", count,
                  count == 1 ? "" : "s");
}

void text_add_facts(struct text *text, const struct alert *alert, const struct alert_view *view,
                    enum tongue tongue)
{
    const struct finding *finding = alert->finding;
    const char *comma = tongue == TONGUE_ZH ? "、" : ", ";
    bool some = finding->rule->sequence.present;
    uint32_t untold = 0;
    if (some)
        add_sequence(text, &finding->rule->sequence, finding->rule->on, tongue);
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        char bytes[SHOWN_BYTES_MAX];
        struct text words = text_over(bytes, sizeof bytes);
        if (!evidence->compared && !text_add_wording(&words, alert, evidence->expr, view, tongue)) {
            untold++;
            continue;
        }
        if (some)
            text_add_string(text, comma);
        if (evidence->compared)
            add_comparison(text, alert, evidence, view, tongue);
        else
            text_add(text, text_slice(&words));
        some = true;
    }
    add_untold(text, untold, some, tongue);
    add_against(text, alert, view, tongue);
}

void text_add_reason(struct text *text, const struct alert *alert, const struct alert_view *view,
                     enum tongue tongue)
{
    const struct finding *finding = alert->finding;
    bool chinese = tongue == TONGUE_ZH;
    char bytes[REASON_BYTES_MAX];
    struct text reason = text_over(bytes, sizeof bytes);
    text_add(&reason, finding->rule->title[tongue]);
    text_add_string(&reason, chinese ? "：" : ": ");
    text_add_subject(&reason, alert, view, tongue);
    if (finding->evidence_count != 0 || finding->rule->sequence.present)
        text_add_string(&reason, chinese ? "，" : ", ");
    text_add_facts(&reason, alert, view, tongue);
    text_end(&reason);
    text_add(text, text_slice(&reason));
}
