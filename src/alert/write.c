/* write.c -- an alert as JSON for programs, as CSV for spreadsheets, as a line for people.
 *
 * JSON is the whole of it, as alert.schema.json says.  CSV and the line are extracts for eyes, and
 * eyes are easily led: a cell that begins like a formula would be run by a spreadsheet, a control
 * character would steer a terminal, a bidirectional one would turn a number round.  So both lose
 * control characters, and CSV guards formulas.
 *
 * Not chosen:  numbers instead of texts for `value` and `threshold`.  A duration or an amount is
 *              read with its unit, and a name has no number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"

static void add_member(struct text *text, const char *name, struct slice value)
{
    text_addf(text, "\"%s\":", name);
    text_add_json(text, value);
}

static void add_member_or_null(struct text *text, const char *name, struct slice value)
{
    text_addf(text, "\"%s\":", name);
    if (value.size == 0)
        text_add_string(text, "null");
    else
        text_add_json(text, value);
}

static void add_flag(struct text *text, const char *name, bool value)
{
    text_addf(text, ",\"%s\":%s", name, value ? "true" : "false");
}

static const char *comparison_word(enum expr_kind kind)
{
    switch (kind) {
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
    default:
        return ">=";
    }
}

static void add_shown_member(struct text *text, const char *name, struct slice value,
                             struct type type, const struct alert_view *view)
{
    char bytes[SHOWN_BYTES_MAX];
    struct text shown = text_over(bytes, sizeof bytes);
    text_add_shown(&shown, value, type, view);
    text_end(&shown);
    add_member_or_null(text, name, text_slice(&shown));
}

static void add_comparison_members(struct text *text, const struct alert *alert,
                                   const struct evidence *evidence, const struct alert_view *view)
{
    add_shown_member(text, "value", evidence->value_text, evidence->type, view);
    text_add_char(text, ',');
    add_shown_member(text, "threshold", evidence->threshold_text, evidence->type, view);
    text_addf(text, ",\"comparison\":\"%s\",\"label\":{", comparison_word(evidence->comparison));
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char bytes[SHOWN_BYTES_MAX];
        struct text label = text_over(bytes, sizeof bytes);
        text_add_evidence_label(&label, alert, evidence, view, tongue);
        text_end(&label);
        add_member(text, tongue == TONGUE_EN ? "en" : "zh", text_slice(&label));
        text_add_string(text, tongue == TONGUE_EN ? "," : "}}");
    }
}

static void add_evidence(struct text *text, const struct alert *alert,
                         const struct alert_view *view)
{
    const struct finding *finding = alert->finding;
    text_add_string(text, ",\"evidence\":[");
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        char bytes[SHOWN_BYTES_MAX];
        struct text condition = text_over(bytes, sizeof bytes);
        text_add_shown_source(&condition, evidence->condition, evidence->expr, view);
        text_end(&condition);
        text_add_string(text, i == 0 ? "{" : ",{");
        add_member(text, "condition", text_slice(&condition));
        text_add_char(text, ',');
        if (evidence->compared)
            add_comparison_members(text, alert, evidence, view);
        else
            text_add_string(
                text, "\"value\":null,\"threshold\":null,\"comparison\":null,\"label\":null}");
    }
    text_add_char(text, ']');
}

static void add_against(struct text *text, const struct finding *finding,
                        const struct alert_view *view)
{
    text_add_string(text, ",\"against\":[");
    for (uint32_t i = 0; i < finding->against_count; i++) {
        const struct counter_evidence *counter = &finding->against[i];
        const struct expr *when = counter->against->when;
        text_add_string(text, i == 0 ? "{" : ",{");
        add_member(text, "en", counter->against->text[TONGUE_EN]);
        text_add_char(text, ',');
        add_member(text, "zh", counter->against->text[TONGUE_ZH]);
        text_add_char(text, ',');
        struct type type = when->args_count == 0 ? (struct type){0} : when->arg[0]->type;
        add_shown_member(text, "value", counter->value_text, type, view);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static void add_position(struct text *text, uint64_t position, const struct alert_view *view)
{
    uint32_t file = position_file(position);
    text_add_string(text, "{\"file\":");
    if (view->path_of == NULL)
        text_add_whole(text, file);
    else
        text_add_json(text, view->path_of(view->path_self, file));
    text_addf(text, ",\"line\":%llu}", (unsigned long long)position_line(position));
}

static void add_in_both(struct text *text, const char *name, struct slice en, struct slice zh)
{
    text_addf(text, ",\"%s\":{", name);
    add_member(text, "en", en);
    text_add_char(text, ',');
    add_member(text, "zh", zh);
    text_add_char(text, '}');
}

static void add_reason_members(struct text *text, const struct alert *alert,
                               const struct alert_view *view)
{
    char bytes[TONGUES_COUNT][REASON_BYTES_MAX];
    struct slice reason[TONGUES_COUNT];
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text written = text_over(bytes[tongue], sizeof bytes[tongue]);
        text_add_reason(&written, alert, view, tongue);
        reason[tongue] = text_slice(&written);
    }
    add_in_both(text, "reason", reason[TONGUE_EN], reason[TONGUE_ZH]);
}

static void add_score(struct text *text, double score)
{
    text_addf(text, "%.4f", score);
    while (!text->full && text->at[text->size - 1] == '0' && text->at[text->size - 2] != '.')
        text->at[--text->size] = '\0';
}

/* ---- what a score is made of ---- */

enum { SCORE_TERMS_MAX = 8 };

/* The sum that a rule's formula is: its numbers together, and the terms that depend on what was
 * seen. */
struct score_sum {
    double fixed;
    bool has_fixed, full;
    uint32_t terms_count;
    const struct expr *term[SCORE_TERMS_MAX];
};

/* Sums lean left; the depth is bounded by EXPR_DEPTH_MAX. */
static void sum_take(struct score_sum *sum, const struct expr *expr)
{
    if (expr->kind == EXPR_ADD) {
        sum_take(sum, expr->arg[0]);
        sum_take(sum, expr->arg[1]);
    } else if (expr->kind == EXPR_NUMBER) {
        sum->fixed += expr->number;
        sum->has_fixed = true;
    } else if (sum->terms_count < SCORE_TERMS_MAX)
        sum->term[sum->terms_count++] = expr;
    else
        sum->full = true;
}

static void add_score_part(struct text *text, const char *kind, struct slice source, double value)
{
    text_addf(text, "{\"kind\":\"%s\",", kind);
    add_member_or_null(text, "source", source);
    text_add_string(text, ",\"value\":");
    add_score(text, value);
    text_add_char(text, '}');
}

/* What depends on what was seen is one part: of a sum the whole is known, and what the numbers in
 * it leave. */
static void add_formula_part(struct text *text, const struct alert *alert,
                             const struct alert_view *view, const struct score_sum *sum)
{
    const struct finding *finding = alert->finding;
    char bytes[SHOWN_BYTES_MAX], shown[SHOWN_BYTES_MAX];
    struct text written = text_over(shown, sizeof shown);
    for (uint32_t i = 0; i < sum->terms_count; i++) {
        struct text source = text_over(bytes, sizeof bytes);
        text_add_expr(&source, finding->set, finding->rule, sum->term[i]);
        text_end(&source);
        text_add_string(&written, i == 0 ? "" : " + ");
        text_add_shown_source(&written, text_slice(&source), sum->term[i], view);
    }
    text_end(&written);
    add_score_part(text, "formula", text_slice(&written), finding->score - sum->fixed);
}

static void add_score_parts(struct text *text, const struct alert *alert,
                            const struct alert_view *view)
{
    const struct finding *finding = alert->finding;
    const struct expr *formula = finding->rule->score;
    struct score_sum sum = {.fixed = 0};
    text_add_string(text, ",\"score_parts\":[");
    if (formula == NULL || !finding->scored) {
        add_score_part(text, "usual", SLICE(""), finding->score);
        text_add_char(text, ']');
        return;
    }
    sum_take(&sum, formula);
    if (sum.full || sum.terms_count == 0)
        sum = (struct score_sum){.terms_count = sum.full,
                                 .term = {formula},
                                 .has_fixed = !sum.full,
                                 .fixed = sum.full ? 0 : finding->score};
    if (sum.has_fixed)
        add_score_part(text, "fixed", SLICE(""), sum.fixed);
    if (sum.terms_count > 0) {
        text_add_string(text, sum.has_fixed ? "," : "");
        add_formula_part(text, alert, view, &sum);
    }
    text_add_char(text, ']');
}

void text_add_alert_json(struct text *text, const struct alert *alert,
                         const struct alert_view *view)
{
    const struct finding *finding = alert->finding;
    const struct rule *rule = finding->rule;
    enum field_type type = label_subject(rule->label);
    char image[DIGEST_HEX_SIZE];
    digest_hex(&view->image, image);
    text_addf(text, "{\"version\":1,\"id\":\"%s\",\"time\":\"", alert->id);
    text_add_moment(text, finding->at, view->zone_minutes);
    text_add_string(text, "\",");
    add_member(text, "rule", rule->name);
    text_addf(text, ",\"image\":\"%s\",\"typology\":\"%s\",\"subject_kind\":\"%s\",", image,
              label_name(rule->label), field_type_name(type));
    add_shown_member(text, "subject", finding->subject_text,
                     (struct type){.class = TYPE_NAME, .name = type}, view);
    add_flag(text, "masked", !view->unmask);
    text_add_string(text, ",\"score\":");
    add_score(text, finding->score);
    add_score_parts(text, alert, view);
    text_add_char(text, ',');
    add_member_or_null(text, "grade", slice_of(grade_name(finding->grade)));
    text_addf(text, ",\"respond\":\"%s\"", response_name(rule->respond));
    add_in_both(text, "title", rule->title[TONGUE_EN], rule->title[TONGUE_ZH]);
    add_reason_members(text, alert, view);
    add_evidence(text, alert, view);
    add_against(text, finding, view);
    text_add_string(text, ",\"records\":[");
    for (uint32_t i = 0; i < finding->positions_count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        add_position(text, finding->position[i], view);
    }
    text_add_char(text, ']');
    add_flag(text, "first", alert->first);
    add_flag(text, "repeat", !alert->first);
    text_addf(text, ",\"merged\":%llu", (unsigned long long)alert->merged_before);
    add_flag(text, "bounded", finding->bounded);
    text_add_char(text, '}');
}

/* Characters that steer a terminal or turn the text round. */
static bool point_steers(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || point == 0x200E ||
           point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

/* The next code point of `*rest` as it may be shown: U+FFFD for one that steers, or is none. */
static struct slice shown_next(struct slice *rest)
{
    struct slice piece = *rest;
    uint32_t point = utf8_next(rest);
    piece.size -= rest->size;
    if (point == 0xFFFD || point_steers(point))
        return SLICE("\xEF\xBF\xBD");
    return piece;
}

static bool starts_formula(struct slice value)
{
    static const char *const STARTS[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                         "\n", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < sizeof STARTS / sizeof STARTS[0]; i++)
        if (slice_starts(value, slice_of(STARTS[i])))
            return true;
    return false;
}

void text_add_cell(struct text *text, struct slice value)
{
    text_add_char(text, '"');
    if (starts_formula(value))
        text_add_char(text, '\'');
    while (value.size != 0) {
        struct slice piece = shown_next(&value);
        text_add(text, piece);
        if (slice_equal(piece, SLICE("\"")))
            text_add_char(text, '"');
    }
    text_add_char(text, '"');
}

static void add_cell(struct text *text, struct slice value, const char *end)
{
    text_add_cell(text, value);
    text_add_string(text, end);
}

void text_add_alert_csv_header(struct text *text)
{
    text_add_string(text,
                    "id,time,rule,typology,subject_kind,subject,masked,score,grade,respond,"
                    "title_en,title_zh,reason_en,reason_zh,first,merged,bounded,file,line\r\n");
}

/* The trigger's place: the last two cells. */
static void add_place_cells(struct text *text, const struct finding *finding,
                            const struct alert_view *view)
{
    if (finding->positions_count == 0) {
        text_add_string(text, ",\r\n");
        return;
    }
    uint64_t position = finding->position[0];
    uint32_t file = position_file(position);
    if (view->path_of == NULL)
        text_addf(text, "%u,", file);
    else
        add_cell(text, view->path_of(view->path_self, file), ",");
    text_addf(text, "%llu\r\n", (unsigned long long)position_line(position));
}

void text_add_alert_csv(struct text *text, const struct alert *alert, const struct alert_view *view)
{
    const struct finding *finding = alert->finding;
    const struct rule *rule = finding->rule;
    enum field_type type = label_subject(rule->label);
    char bytes[REASON_BYTES_MAX];
    struct text value = text_over(bytes, sizeof bytes);
    text_addf(text, "%s,", alert->id);
    text_add_moment(text, finding->at, view->zone_minutes);
    text_add_char(text, ',');
    add_cell(text, rule->name, ",");
    text_addf(text, "%s,%s,", label_name(rule->label), field_type_name(type));
    text_add_shown(&value, finding->subject_text, (struct type){.class = TYPE_NAME, .name = type},
                   view);
    add_cell(text, text_slice(&value), view->unmask ? ",false," : ",true,");
    add_score(text, finding->score);
    text_addf(text, ",%s,%s,", grade_name(finding->grade), response_name(rule->respond));
    add_cell(text, rule->title[TONGUE_EN], ",");
    add_cell(text, rule->title[TONGUE_ZH], ",");
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        value = text_over(bytes, sizeof bytes);
        text_add_reason(&value, alert, view, tongue);
        add_cell(text, text_slice(&value), ",");
    }
    text_addf(text, "%s,%llu,%s,", alert->first ? "true" : "false",
              (unsigned long long)alert->merged_before, finding->bounded ? "true" : "false");
    add_place_cells(text, finding, view);
}

/* Adds as much of the value as fits in `columns`, ends it in an ellipsis if that is not all, and
 * gives the columns used. */
static size_t add_columns(struct text *text, struct slice value, size_t columns)
{
    size_t used = 0;
    size_t before_last = text->size; /* where the ellipsis still fits */
    bool cut = false;
    while (value.size != 0 && !cut) {
        struct slice piece = shown_next(&value);
        size_t width = utf8_columns(piece);
        if (used + width + (value.size != 0) <= columns)
            before_last = text->size + piece.size;
        cut = used + width > columns;
        if (!cut) {
            text_add(text, piece);
            used += width;
        }
    }
    if (!cut)
        return used;
    if (text->size > before_last) {
        text->size = before_last;
        text->at[before_last] = '\0';
    }
    text_add_string(text, "…");
    return columns;
}

static void add_blanks(struct text *text, size_t count)
{
    while (count-- != 0)
        text_add_char(text, ' ');
}

static const char *grade_paint(enum grade grade)
{
    switch (grade) {
    case GRADE_EXTREME:
        return "\x1b[1;31m";
    case GRADE_HIGH:
        return "\x1b[31m";
    case GRADE_MEDIUM:
        return "\x1b[33m";
    default:
        return "\x1b[36m";
    }
}

static void add_grade(struct text *text, const struct finding *finding, bool colour)
{
    char bytes[16];
    struct text grade = text_over(bytes, sizeof bytes);
    if (finding->grade == GRADE_NONE)
        text_addf(&grade, "%.2f", finding->score);
    else
        text_add_string(&grade, grade_name(finding->grade));
    text_addf(text, "%s%-7s%s  ", colour ? grade_paint(finding->grade) : "", bytes,
              colour ? "\x1b[0m" : "");
}

enum { TIME_COLUMNS = 19, LINE_HEAD_COLUMNS = TIME_COLUMNS + 2 + 7 + 2, SUBJECT_COLUMNS = 22 };

void text_add_alert_line(struct text *text, const struct alert *alert,
                         const struct alert_view *view, size_t columns, bool colour)
{
    if (columns == 0)
        columns = SIZE_MAX / 2;
    const struct finding *finding = alert->finding;
    struct civil at = civil_of_moment(finding->at, view->zone_minutes);
    text_addf(text, "%04d-%02d-%02d %02d:%02d:%02d  ", at.year, at.month, at.day, at.hour,
              at.minute, at.second);
    add_grade(text, finding, colour);
    char bytes[REASON_BYTES_MAX];
    struct text rest = text_over(bytes, sizeof bytes);
    text_add_subject(&rest, alert, view, view->tongue);
    size_t wide = utf8_columns(text_slice(&rest));
    add_blanks(&rest, wide < SUBJECT_COLUMNS ? SUBJECT_COLUMNS - wide : 0);
    text_add_string(&rest, alert->first ? "  " : " *");
    text_add_string(&rest, " ");
    text_add(&rest, finding->rule->title[view->tongue]);
    text_add_string(&rest, view->tongue == TONGUE_ZH ? "：" : ": ");
    text_add_facts(&rest, alert, view, view->tongue);
    text_end(&rest);
    size_t room = columns > LINE_HEAD_COLUMNS ? columns - LINE_HEAD_COLUMNS : 1;
    (void)add_columns(text, text_slice(&rest), room);
}
