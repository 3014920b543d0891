/* alerts.c -- alerts for those who may see them: pages, and one unmasked with a reason.  As a
 * stream: herald.c; one, with what people made of it: decisions.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"

enum {
    PAGE_HEAD_BYTES = 16384, /* of a page without rows, and room for one that is a little larger */
    ROW_BYTES_USUAL = 6144,  /* of an alert with a dozen conditions */
    ROWS_USUAL = 100,        /* of a page, if nothing is said */
};

bool bulletin_there(struct visit *visit)
{
    if (visit->rooms->bulletin == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->bulletin != NULL;
}

bool filter_wanted(struct visit *visit, struct slice text, struct arena *arena, struct filter **out)
{
    struct filter_complaint complaint;
    *out = NULL;
    if (text.size == 0)
        return true;
    enum status status =
        filter_read(text, bulletin_zone(visit->rooms->bulletin), arena, out, &complaint);
    if (status == STATUS_OK)
        return true;
    if (status != STATUS_MALFORMED) {
        visit_problem_of(visit, status);
        return false;
    }
    struct text en = visit_paper(visit, 512), zh = visit_paper(visit, 512);
    text_addf(&en, "column %u: %s", complaint.column,
              filter_fault_says(complaint.fault, TONGUE_EN));
    text_addf(&zh, "第 %u 列：%s", complaint.column, filter_fault_says(complaint.fault, TONGUE_ZH));
    struct saying detail = SAYING(en.at, zh.at);
    visit_problem(visit, PROBLEM_filter_malformed, &detail);
    return false;
}

bool filter_in_address(struct visit *visit, struct arena *arena, struct filter **out)
{
    if (!filter_wanted(visit, visit_query_text(visit, "q"), arena, out))
        return false;
    if (*out == NULL || !filter_may_name(*out))
        return true;
    visit_problem(visit, PROBLEM_filter_in_address, NULL);
    return false;
}

/* ---- pages ---- */

struct page {
    struct text *text;
    uint64_t count, last;
    bool cut; /* more were there than fitted */
};

static enum status page_row(void *self, const struct alert_row *row)
{
    struct page *page = self;
    if (page->text->size_max - page->text->size < row->masked.size + ALERT_ROW_MORE) {
        page->cut = true;
        return STATUS_FULL;
    }
    text_add_string(page->text, page->count == 0 ? "" : ",");
    text_add_alert_row(page->text, row);
    page->count++;
    page->last = row->number;
    return STATUS_OK;
}

/* A page of at most `size_max` bytes. */
static enum status page_write(struct visit *visit, const struct bulletin_query *query,
                              size_t size_max, struct text *text, struct page *page)
{
    *text = visit_paper(visit, size_max);
    *page = (struct page){.text = text};
    text_add_string(text, "{\"alerts\":[");
    TRY(bulletin_look(visit->reader, query, visit->arena, (struct bulletin_sink){page_row, page}));
    text_add_string(text, "],\"next\":");
    if (page->count > 0 && (page->cut || page->count == query->count_max))
        text_addf(text, "%llu", (unsigned long long)page->last);
    else
        text_add_string(text, "null");
    text_add_char(text, '}');
    return STATUS_OK;
}

/* `after` or `before` below 0: unsaid. */
static void answer_page(struct visit *visit, const struct filter *filter, int64_t after,
                        int64_t before, int64_t limit)
{
    if (after >= 0 && before >= 0) {
        visit_problem(visit, PROBLEM_query_malformed, &SAYING("after | before", "after | before"));
        return;
    }
    struct text text;
    struct page page;
    const struct bulletin_query query = {.filter = filter,
                                         .after = after >= 0 ? (uint64_t)after : 0,
                                         .before = after >= 0    ? 0
                                                   : before >= 0 ? (uint64_t)before
                                                                 : INT64_MAX,
                                         .count_max = before == 0 ? 0 : (size_t)limit};
    size_t usual = PAGE_HEAD_BYTES + query.count_max * ROW_BYTES_USUAL;
    enum status status = page_write(visit, &query, usual, &text, &page);
    if (status == STATUS_OK && page.cut && page.count == 0) /* one that is larger than usual */
        status = page_write(visit, &query, BULLETIN_PAGE_BYTES_MAX, &text, &page);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    visit_answer_json(visit, 200, &text);
}

void handle_alerts_list(struct visit *visit)
{
    struct filter *filter = NULL;
    if (bulletin_there(visit) && filter_in_address(visit, visit->arena, &filter))
        answer_page(visit, filter, visit_query_whole(visit, "after", -1),
                    visit_query_whole(visit, "before", -1),
                    visit_query_whole(visit, "limit", ROWS_USUAL));
}

void handle_alerts_search(struct visit *visit)
{
    struct filter *filter = NULL;
    if (bulletin_there(visit) && visit_body(visit) &&
        filter_wanted(visit, visit_text(visit, "q"), visit->arena, &filter))
        answer_page(visit, filter, visit_whole(visit, "after", -1),
                    visit_whole(visit, "before", -1), visit_whole(visit, "limit", ROWS_USUAL));
}

/* ---- one ---- */

bool alert_found(struct visit *visit, struct alert_row *row)
{
    enum status status = bulletin_find(visit->reader, visit->parameter[0], visit->arena, row);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

void handle_alerts_reveal(struct visit *visit)
{
    struct alert_row row;
    if (!visit_body(visit) || !bulletin_there(visit) || !alert_found(visit, &row))
        return;
    if (visit_text(visit, "reason").size == 0) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
        return;
    }
    struct slice unmasked;
    enum status status = bulletin_unseal(visit->rooms->bulletin, &row, visit->arena, &unmasked);
    if (status != STATUS_OK) {
        visit_problem(visit, PROBLEM_broken, NULL);
        return;
    }
    if (!visit_begin(visit))
        return;
    status = bulletin_reveal(visit->rooms->bulletin, slice_of(visit->identity.user));
    if (status == STATUS_FULL)
        visit_problem_wait(visit, PROBLEM_reveal_limit, 600);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else {
        visit->answer =
            (struct http_answer){.status = 200, .type = "application/json", .body = unmasked};
        visit->object_kind = SLICE("alert");
        visit->object_id = row.id;
        visit->reason = visit_text(visit, "reason");
    }
}

/* ---- receivers ---- */

/* Of an address what stands in front of its path: a path may hold a secret. */
static struct slice address_shown(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    const char *at = host == NULL ? NULL : strchr(host + 3, '@');
    struct slice shown = path == NULL ? slice_of(url) : (struct slice){url, (size_t)(path - url)};
    return at != NULL && (path == NULL || at < path) ? SLICE("***") : shown;
}

void handle_webhooks_list(struct visit *visit)
{
    struct bulletin_receiver receiver[WEBHOOKS_MAX + 1];
    struct bulletin_counts counts;
    if (!bulletin_there(visit))
        return;
    unsigned count = bulletin_receivers(visit->rooms->bulletin, receiver);
    bulletin_count(visit->rooms->bulletin, &counts);
    struct text text = visit_paper(visit, (count + 1) * 4096);
    text_addf(&text, "{\"newest\":%llu,\"receivers\":[", (unsigned long long)counts.newest);
    for (unsigned i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "{\"to\":" : ",{\"to\":");
        text_add_json(&text,
                      receiver[i].url == NULL ? SLICE("file") : address_shown(receiver[i].url));
        text_addf(&text, ",\"number\":%llu,\"failures\":%u}",
                  (unsigned long long)receiver[i].number, receiver[i].failures);
    }
    text_add_string(&text, "]}");
    visit_answer_json(visit, 200, &text);
}
