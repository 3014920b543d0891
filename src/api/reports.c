/* reports.c -- figures of the service, as JSON for a page and as papers, and the rows of each.
 *
 * Whoever asks is written down with what was asked.  The room behind it counts; here a query
 * becomes its words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum { WHY_BYTES = 1024, DETAIL_BYTES = 1024, ROWS_USUAL = 100 };

static void words_read(struct visit *visit, struct api_report_wish *wish)
{
    static const char *const NAMES[] = {"from",    "to",   "edition", "by",
                                        "figures", "form", "view",    "source"};
    for (unsigned i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        wish->word[i].name = NAMES[i];
        wish->word[i].value = visit_query_text(visit, NAMES[i]);
    }
    wish->words_count = sizeof NAMES / sizeof NAMES[0];
    wish->tongue = visit->tongue;
    wish->by = &visit->identity;
    wish->reader = visit->reader;
}

/* What was asked, for the audit log. */
static void detail_write(struct visit *visit, const struct api_report_wish *wish)
{
    struct text text = visit_paper(visit, DETAIL_BYTES);
    bool first = true;
    text_add_char(&text, '{');
    for (unsigned i = 0; i < wish->words_count; i++) {
        if (wish->word[i].value.size == 0)
            continue;
        text_addf(&text, "%s\"%s\":", first ? "" : ",", wish->word[i].name);
        text_add_json(&text, wish->word[i].value);
        first = false;
    }
    text_add_char(&text, '}');
    if (visit->parameter[0].size > 0) {
        visit->object_kind = SLICE("figure");
        visit->object_id = visit->parameter[0];
    }
    visit->detail = text.full ? SLICE("{}") : text_slice(&text);
}

static void refuse(struct visit *visit, enum status status, const struct text why[TONGUES_COUNT])
{
    struct saying detail = SAYING(why[TONGUE_EN].at, why[TONGUE_ZH].at);
    if (status == STATUS_ABSENT)
        visit_problem(visit, PROBLEM_not_found, NULL);
    else if (status == STATUS_FULL)
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("more than is answered at once: choose figures=, or a coarser by=",
                              "超出一次应答的上限：请用 figures= 选取，或用更粗的 by="));
    else if (status == STATUS_MALFORMED || status == STATUS_REFUSED)
        visit_problem(visit, PROBLEM_value_refused, why[TONGUE_EN].size > 0 ? &detail : NULL);
    else
        visit_problem_of(visit, status);
}

static void answer(struct visit *visit, struct api_report_wish *wish, bool rows)
{
    const struct api_reports *reports = &visit->rooms->reports;
    struct text why[TONGUES_COUNT] = {visit_paper(visit, WHY_BYTES), visit_paper(visit, WHY_BYTES)};
    struct text name = visit_paper(visit, 64);
    struct api_report report = {.type = ""};
    if (reports->make == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    enum status status =
        (rows ? reports->rows : reports->make)(reports->self, wish, visit->arena, &report, why);
    if (status != STATUS_OK) {
        refuse(visit, status, why);
        return;
    }
    detail_write(visit, wish);
    visit->answer = (struct http_answer){.status = 200, .type = report.type, .body = report.bytes};
    text_addf(&name, "attachment; filename=\"report.%s\"", report.ending);
    if (!report.page)
        visit_header(visit, "Content-Disposition", text_slice(&name));
}

void handle_reports(struct visit *visit)
{
    struct api_report_wish wish = {.count_max = 0};
    struct slice tongue = visit_query_text(visit, "tongue");
    if (tongue.size > 0) {
        bool zh = slice_equal(tongue, SLICE("zh"));
        if (!zh && !slice_equal(tongue, SLICE("en"))) {
            visit_problem(visit, PROBLEM_query_malformed,
                          &SAYING("tongue: zh, en", "tongue：zh、en"));
            return;
        }
        visit->tongue = zh ? TONGUE_ZH : TONGUE_EN;
    }
    words_read(visit, &wish);
    answer(visit, &wish, false);
}

void handle_report_rows(struct visit *visit)
{
    struct api_report_wish wish = {.region = visit_query_text(visit, "region"),
                                   .type = visit_query_text(visit, "type"),
                                   .after = visit_query_text(visit, "after"),
                                   .count_max =
                                       (size_t)visit_query_whole(visit, "limit", ROWS_USUAL)};
    words_read(visit, &wish);
    for (unsigned i = 0; i < wish.words_count; i++)
        if (strcmp(wish.word[i].name, "figures") == 0)
            wish.word[i].value = visit->parameter[0];
    answer(visit, &wish, true);
}
