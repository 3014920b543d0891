/* papers.c -- documents of an item of work, as HTML or PDF.
 *
 *     begin ─> write ─> SHA-256 ─> audit entry ─> commit ─> print ─> answer
 *
 * The entry stands before anything leaves, and names the document's SHA-256; the paper names the
 * entry.  Printing comes after the commit: while letters are placed on pages, others may write.  It
 * is a file to be saved, never a page of ours: its own policy forbids it scripts, and here it is an
 * attachment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "casework/work/work.h"
#include "document/document.h"

enum { ENTRY_BYTES = 512, WHY_BYTES = 512, NAME_BYTES = 128 };

struct asked {
    struct slice form, tongue, reason;
    bool pdf;
};

/* The form and the tongue that are asked for; false: answered. */
static bool asked_holds(struct visit *visit, struct asked *asked)
{
    bool html = asked->form.size == 0 || slice_equal(asked->form, SLICE("html"));
    asked->pdf = slice_equal(asked->form, SLICE("pdf"));
    if (asked->tongue.size != 0) {
        bool zh = slice_equal(asked->tongue, SLICE("zh"));
        if (!zh && !slice_equal(asked->tongue, SLICE("en"))) {
            visit_problem(visit, PROBLEM_query_malformed,
                          &SAYING("tongue: zh, en", "tongue：zh、en"));
            return false;
        }
        visit->tongue = zh ? TONGUE_ZH : TONGUE_EN;
    }
    if (html || asked->pdf)
        return true;
    visit_problem(visit, PROBLEM_query_malformed, &SAYING("form: html, pdf", "form：html、pdf"));
    return false;
}

/* The entry of this look, with what was looked at; its number to the document. */
static enum status entry_write(struct visit *visit, const struct asked *asked,
                               struct document *document)
{
    char hex[DIGEST_HEX_SIZE];
    uint64_t sequence = 0;
    struct text detail = visit_paper(visit, ENTRY_BYTES), number = visit_paper(visit, 24);
    TRY(document_digest(document, visit->arena, hex));
    struct audit_entry entry =
        access_entry(visit->rooms->access, &visit->identity, "work.document", "done");
    text_add_string(&detail, "{\"name\":");
    text_add_json(&detail, visit->parameter[1]);
    text_addf(&detail, ",\"form\":\"%s\",\"tongue\":\"%s\",\"unmasked\":%s,\"sha256\":\"%s\"}",
              asked->pdf ? "pdf" : "html", visit->tongue == TONGUE_ZH ? "zh" : "en",
              asked->reason.size > 0 ? "true" : "false", hex);
    entry.object_kind = SLICE("work");
    entry.object_id = visit->parameter[0];
    entry.reason = asked->reason;
    entry.detail = text_slice(&detail);
    TRY(audit_append(visit->rooms->audit, &entry, &sequence));
    atomic_fetch_add(&visit->api->entries, 1);
    text_addf(&number, "%llu", (unsigned long long)sequence);
    document->audit = text_slice(&number);
    return detail.full || number.full ? STATUS_FULL : STATUS_OK;
}

static enum status commit(struct visit *visit)
{
    visit->begun = false;
    enum status status = store_commit(visit->rooms->store);
    access_changed(visit->rooms->access);
    return status;
}

static void refuse(struct visit *visit, const struct asked *asked, enum status status)
{
    if (visit->begun) {
        store_rollback(visit->rooms->store);
        visit->begun = false;
    }
    if (status == STATUS_LATE)
        visit_problem(visit, PROBLEM_conflict, NULL);
    else if (status == STATUS_FULL && asked->reason.size > 0)
        visit_problem_wait(visit, PROBLEM_reveal_limit, 600);
    else
        visit_problem_of(visit, status);
}

static void print(struct visit *visit, const struct asked *asked, const struct document *document)
{
    struct text why[TONGUES_COUNT] = {visit_paper(visit, WHY_BYTES), visit_paper(visit, WHY_BYTES)};
    struct text name = visit_paper(visit, NAME_BYTES);
    struct slice bytes = SLICE("");
    enum status status = asked->pdf ? document_pdf(document, visit->arena, &bytes, why)
                                    : document_html(document, visit->arena, &bytes);
    if (status != STATUS_OK) {
        struct saying detail = SAYING(why[TONGUE_EN].at, why[TONGUE_ZH].at);
        if (status == STATUS_FULL)
            visit_problem_wait(visit, PROBLEM_too_much, 1);
        else
            visit_problem(visit, status == STATUS_REFUSED ? PROBLEM_conflict : PROBLEM_unavailable,
                          &detail);
        return;
    }
    text_addf(&name, "attachment; filename=\"%.*s.%s\"", (int)visit->parameter[1].size,
              visit->parameter[1].at, asked->pdf ? "pdf" : "html");
    visit->answer =
        (struct http_answer){.status = 200,
                             .type = asked->pdf ? "application/pdf" : "text/html; charset=utf-8",
                             .body = bytes};
    visit_header(visit, "Content-Disposition", text_slice(&name));
}

static void answer(struct visit *visit, struct asked *asked)
{
    struct document document;
    struct text id = visit_paper(visit, WORK_ID_SIZE);
    const struct api_papers *papers = &visit->rooms->papers;
    if (papers->write == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    text_add(&id, visit->parameter[0]);
    if (!asked_holds(visit, asked) || !visit_begin(visit))
        return;
    const struct api_paper_wish wish = {.id = id.full ? "" : id.at,
                                        .name = visit->parameter[1],
                                        .tongue = visit->tongue,
                                        .reason = asked->reason,
                                        .by = &visit->identity};
    enum status status = papers->write(papers->self, &wish, visit->arena, &document);
    if (status == STATUS_OK)
        status = entry_write(visit, asked, &document);
    if (status == STATUS_OK)
        status = commit(visit);
    if (status == STATUS_OK)
        print(visit, asked, &document);
    else
        refuse(visit, asked, status);
}

void handle_work_document(struct visit *visit)
{
    struct asked asked = {.form = visit_query_text(visit, "form"),
                          .tongue = visit_query_text(visit, "tongue")};
    answer(visit, &asked);
}

void handle_work_document_open(struct visit *visit)
{
    if (!visit_body(visit))
        return;
    struct asked asked = {.form = visit_text(visit, "form"),
                          .tongue = visit_text(visit, "tongue"),
                          .reason = visit_text(visit, "reason")};
    if (asked.reason.size == 0)
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
    else
        answer(visit, &asked);
}
