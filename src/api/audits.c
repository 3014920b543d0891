/* audits.c -- the audit log for those who may look: searched, proved, exported, signed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

enum {
    AUDIT_PAGE_BYTES = 4 << 20,     /* of an export */
    AUDIT_ENTRY_BYTES = 512 * 1024, /* more than the largest entry as JSON */
    AUDIT_ROW_BYTES_USUAL = 1024,
};

/* Objects with commas between them, as many as there is room for. */
struct collector {
    struct text *text;
    uint64_t count;
    bool lines; /* as they come: whole lines */
};

static enum status collect(void *self, struct slice line)
{
    struct collector *collector = self;
    if (collector->text->size_max - collector->text->size < line.size + 64)
        return STATUS_FULL;
    if (!collector->lines && collector->count > 0)
        text_add_char(collector->text, ',');
    text_add(collector->text, line);
    collector->count++;
    return STATUS_OK;
}

/* The log as this worker's reader sees it; NULL: answered. */
static struct audit *log_of(struct visit *visit)
{
    struct audit *audit = NULL;
    char room[256];
    struct text why = text_over(room, sizeof room);
    enum status status = audit_open(&audit, visit->reader, visit->rooms->audit_origin,
                                    &visit->rooms->seal->key, visit->arena, &why);
    if (status == STATUS_OK)
        return audit;
    visit_problem(visit, PROBLEM_broken, NULL);
    return NULL;
}

void handle_audit_search(struct visit *visit)
{
    struct audit *audit = log_of(visit);
    if (audit == NULL)
        return;
    size_t count = (size_t)visit_query_whole(visit, "limit", 100);
    struct text text = visit_paper(visit, AUDIT_ENTRY_BYTES + count * AUDIT_ROW_BYTES_USUAL);
    struct collector collector = {.text = &text};
    const struct audit_filter filter = {.before =
                                            (uint64_t)visit_query_whole(visit, "before", INT64_MAX),
                                        .count_max = count,
                                        .actor = visit_query_text(visit, "actor"),
                                        .action = visit_query_text(visit, "action"),
                                        .object_id = visit_query_text(visit, "object")};
    text_add_string(&text, "{\"entries\":[");
    enum status status =
        audit_search(audit, &filter, (struct audit_sink){collect, &collector}, visit->arena);
    if (status != STATUS_OK && status != STATUS_FULL) { /* FULL: the page ends sooner */
        visit_problem_of(visit, status);
        return;
    }
    text_add_string(&text, "]}");
    visit_answer_json(visit, 200, &text);
}

void handle_audit_checkpoint(struct visit *visit)
{
    struct note note;
    char room[NOTE_READ_MAX];
    struct text signed_note = text_over(room, sizeof room);
    struct audit *audit = log_of(visit);
    if (audit == NULL)
        return;
    enum status status = audit_newest(audit, &note, &signed_note);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, 8192), key = visit_paper(visit, NOTE_KEY_BYTES_MAX);
    note_key_write(&key, visit->rooms->audit_origin, &visit->rooms->seal->key);
    text_addf(&text, "{\"size\":%llu,\"note\":", (unsigned long long)note.size);
    text_add_json(&text, text_slice(&signed_note));
    text_add_string(&text, ",\"key\":");
    text_add_json(&text, text_slice(&key));
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

/* `size` of the query, or that of the newest checkpoint; false: answered. */
static bool size_wanted(struct visit *visit, struct audit *audit, uint64_t *out)
{
    struct note note;
    char room[NOTE_READ_MAX];
    struct text text = text_over(room, sizeof room);
    int64_t asked = visit_query_whole(visit, "size", -1);
    if (asked >= 0) {
        *out = (uint64_t)asked;
        return true;
    }
    enum status status = audit_newest(audit, &note, &text);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    *out = note.size;
    return status == STATUS_OK;
}

void handle_audit_proof(struct visit *visit)
{
    struct slice proof = {0};
    uint64_t size = 0;
    int64_t entry = visit_query_whole(visit, "entry", -1),
            old = visit_query_whole(visit, "old", -1);
    struct audit *audit = NULL;
    if ((entry < 0) == (old < 0)) {
        visit_problem(visit, PROBLEM_query_malformed, &SAYING("entry | old", "entry | old"));
        return;
    }
    audit = log_of(visit);
    if (audit == NULL || !size_wanted(visit, audit, &size))
        return;
    enum status status = entry >= 0
                             ? audit_prove_entry(audit, (uint64_t)entry, size, visit->arena, &proof)
                             : audit_prove_growth(audit, (uint64_t)old, size, visit->arena, &proof);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
        return;
    }
    visit->answer = (struct http_answer){.status = 200, .type = "application/json", .body = proof};
}

void handle_audit_export(struct visit *visit)
{
    struct audit *audit = log_of(visit);
    uint64_t size = 0;
    if (audit == NULL)
        return;
    enum status status = audit_size(audit, &size);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    uint64_t from = (uint64_t)visit_query_whole(visit, "from", 0);
    uint64_t to = (uint64_t)visit_query_whole(visit, "to", (int64_t)size);
    struct text text = visit_paper(visit, AUDIT_PAGE_BYTES);
    struct collector collector = {.text = &text, .lines = true};
    status = audit_export(audit, from, to, (struct audit_sink){collect, &collector}, visit->arena);
    if (status != STATUS_OK && status != STATUS_FULL) {
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
        return;
    }
    struct text detail = visit_paper(visit, 128), next = visit_paper(visit, 24);
    text_addf(&detail, "{\"from\":%llu,\"to\":%llu}", (unsigned long long)from,
              (unsigned long long)(from + collector.count));
    visit->detail = text_slice(&detail);
    visit_answer_text(visit, 200, "application/jsonl", &text);
    text_addf(&next, "%llu", (unsigned long long)(from + collector.count));
    visit_header(visit, "Cutline-Next", text_slice(&next)); /* the `from` of the next page */
}
