/* works.c -- items of work, as a visitor may see and move them.
 *
 * The room casework/work decides everything; here a request becomes one of its calls, and its
 * refusal a problem.  An item's ETag is its version: whoever changes one names in If-Match the
 * version that was read.  Values that name people come in bodies, never in a path or query, so that
 * no log of addresses holds them; therefore a search is a POST. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "casework/work/work.h"

enum {
    ITEM_BYTES = 256 << 10, /* of one item as JSON: at most 64 fields, lists among them */
    ROW_BYTES_USUAL = 4096, /* of one in a page */
    PAGE_BYTES_MAX = 4 << 20,
    LOG_BYTES = 1 << 20,
    KIND_BYTES = 128 << 10,
    WORK_PAGE_USUAL = 50,
};

static bool work_there(struct visit *visit)
{
    if (visit->rooms->work == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->work != NULL;
}

/* ---- refusals ---- */

static enum problem problem_of(enum work_fault fault)
{
    switch (fault) {
    case WORK_FAULT_VERSION:
    case WORK_FAULT_CONTENT:
        return PROBLEM_version_changed;
    case WORK_FAULT_HAND:
        return PROBLEM_forbidden;
    case WORK_FAULT_RANK:
    case WORK_FAULT_INVOLVED:
        return PROBLEM_forbidden;
    case WORK_FAULT_OWN_WORD:
        return PROBLEM_own_word;
    case WORK_FAULT_STEP:
    case WORK_FAULT_MISSING:
    case WORK_FAULT_UNKNOWN:
    case WORK_FAULT_VALUE:
    case WORK_FAULT_LINK_IN_TEXT:
    case WORK_FAULT_EARLY:
    case WORK_FAULT_BELOW:
    case WORK_FAULT_MINOR:
    case WORK_FAULT_RELATIVE:
        return PROBLEM_value_refused;
    default:
        return PROBLEM_conflict;
    }
}

/* "installation_address: A field's value has not its form.", and what the kind says of it. */
static void say_refusal(struct visit *visit, const struct work_kind *kind,
                        const struct work_refusal *refusal,
                        const struct slice explained[TONGUES_COUNT])
{
    struct text text[TONGUES_COUNT];
    const struct saying *says = work_fault_says(refusal->fault);
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        text[tongue] = visit_paper(visit, 256 + WORK_EXPLAINED_MAX);
        if (refusal->field >= 0 && kind != NULL)
            text_addf(&text[tongue], "%s: ", kind->field[refusal->field].name);
        text_add_string(&text[tongue], says->in[tongue]);
        text_add_string(&text[tongue], explained[tongue].size > 0 ? " " : "");
        text_add(&text[tongue], explained[tongue]);
    }
    struct saying detail = SAYING(text[TONGUE_EN].at, text[TONGUE_ZH].at);
    visit_problem(visit, problem_of(refusal->fault), &detail);
}

/* A refusal ends the transaction; one for reaching too far is written down like any other. */
static void refuse(struct visit *visit, const struct work_kind *kind, enum status status,
                   const struct work_refusal *refusal)
{
    struct slice said[TONGUES_COUNT] = {{"", 0}, {"", 0}};
    if (visit->begun) {
        work_explained(visit->rooms->work, said);
        for (int tongue = 0; tongue < TONGUES_COUNT; tongue++)
            if (slice_copy(visit->arena, said[tongue], &said[tongue]) != STATUS_OK)
                said[tongue] = SLICE(""); /* the words of the list stay */
        store_rollback(visit->rooms->store);
        visit->begun = false;
    }
    if (status == STATUS_FULL && refusal->fault == WORK_FAULT_LIMIT)
        visit_problem_wait(visit, PROBLEM_reveal_limit, 600);
    else if (status == STATUS_ABSENT || status == STATUS_IO || status == STATUS_FULL ||
             refusal->fault == WORK_FAULT_NONE)
        visit_problem_of(visit, status);
    else
        say_refusal(visit, kind, refusal, said);
    if (refusal->fault == WORK_FAULT_HAND || refusal->fault == WORK_FAULT_OWN_WORD ||
        refusal->fault == WORK_FAULT_RANK || refusal->fault == WORK_FAULT_INVOLVED)
        visit_denied(visit);
}

/* ---- answers ---- */

static moment now_of(const struct visit *visit)
{
    return visit->api->clock.now(visit->api->clock.self);
}

static int32_t zone_of(const struct visit *visit)
{
    return visit->rooms->zone_minutes;
}

static void answer_item(struct visit *visit, int status, const struct work_item *item)
{
    struct text text = visit_paper(visit, ITEM_BYTES), tag = visit_paper(visit, 32);
    text_add_work_item(&text, item, zone_of(visit), now_of(visit));
    visit_answer_json(visit, status, &text);
    text_addf(&tag, "\"%lld\"", (long long)item->version);
    if (!tag.full && visit->answer.status == status)
        visit_header(visit, "ETag", text_slice(&tag));
}

/* What a change came to. */
static void answer_change(struct visit *visit, enum status status,
                          const struct work_refusal *refusal, const struct work_kind *kind,
                          const struct work_item *item)
{
    if (status == STATUS_OK)
        answer_item(visit, 200, item);
    else
        refuse(visit, kind, status, refusal);
}

/* ---- what a request says ---- */

/* The item's id of the path, NUL-terminated. */
static const char *id_of(struct visit *visit)
{
    struct text text = visit_paper(visit, WORK_ID_SIZE);
    text_add(&text, visit->parameter[0]);
    return text.full ? "" : text.at;
}

/* The version in If-Match; false: answered. */
static bool version_wanted(struct visit *visit, int64_t *out)
{
    struct slice tag = http_header(visit->request, "If-Match");
    int64_t version = 0;
    if (tag.size == 0) {
        visit_problem(visit, PROBLEM_version_needed, NULL);
        return false;
    }
    bool holds = tag.size >= 3 && tag.size <= 18 && tag.at[0] == '"' && tag.at[tag.size - 1] == '"';
    for (size_t i = 1; holds && i + 1 < tag.size; i++) {
        holds = tag.at[i] >= '0' && tag.at[i] <= '9';
        version = version * 10 + (tag.at[i] - '0');
    }
    if (!holds) {
        visit_problem(visit, PROBLEM_version_changed, &SAYING("If-Match", "If-Match"));
        return false;
    }
    *out = version;
    return true;
}

/* The kind that the request names; false: answered. */
static bool kind_wanted(struct visit *visit, struct slice name, const struct work_kind **out)
{
    *out = name.size == 0 ? NULL : work_kind_find(visit->rooms->work, name);
    if (name.size == 0 || *out != NULL)
        return true;
    visit_problem(visit, PROBLEM_value_refused, &SAYING("kind", "kind"));
    return false;
}

/* A JSON value as the text that the room reads.  STATUS_MALFORMED: a value of no field. */
static enum status value_text(struct visit *visit, const json_t *json, struct slice *out)
{
    if (json_is_string(json)) {
        *out = (struct slice){json_string_value(json), json_string_length(json)};
        return STATUS_OK;
    }
    if (json_is_boolean(json)) {
        *out = json_is_true(json) ? SLICE("true") : SLICE("false");
        return STATUS_OK;
    }
    if (json_is_integer(json)) {
        struct text text = visit_paper(visit, 24);
        text_add_whole(&text, json_integer_value(json));
        *out = text_slice(&text);
        return text.full ? STATUS_FULL : STATUS_OK;
    }
    if (!json_is_array(json))
        return STATUS_MALFORMED;
    size_t size = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *bytes = NULL;
    TRY(arena_take(visit->arena, size + 1, (void **)&bytes));
    if (json_dumpb(json, bytes, size, JSON_COMPACT) != size)
        return STATUS_MALFORMED;
    *out = (struct slice){bytes, size};
    return STATUS_OK;
}

struct values {
    struct work_value *value;
    unsigned count;
};

/* The member `fields`, by the kind's names; false: answered. */
static bool values_wanted(struct visit *visit, const struct work_kind *kind, struct values *out)
{
    json_t *fields = json_object_get(visit->json, "fields"), *value = NULL;
    const char *name = NULL;
    enum status status = ARENA_NEW(visit->arena, WORK_FIELDS_MAX, &out->value);
    out->count = 0;
    json_object_foreach(fields, name, value)
    {
        int field = work_field_find(kind, slice_of(name));
        if (status == STATUS_OK && (field < 0 || out->count == WORK_FIELDS_MAX))
            status = STATUS_MALFORMED;
        if (status != STATUS_OK)
            break;
        out->value[out->count].field = field;
        status = value_text(visit, value, &out->value[out->count].value);
        out->count++;
    }
    if (status == STATUS_OK)
        return true;
    if (status == STATUS_MALFORMED)
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("fields: one that this kind does not know, or of another type",
                              "fields：含该类工作未定义的字段，或类型不符"));
    else
        visit_problem_of(visit, status);
    return false;
}

/* The member `fields` as an array of names; false: answered. */
static bool mask_wanted(struct visit *visit, const struct work_kind *kind, uint64_t *out)
{
    const json_t *fields = json_object_get(visit->json, "fields");
    *out = 0;
    for (size_t i = 0; i < json_array_size(fields); i++) {
        int field = work_field_find(kind, slice_of(json_string_value(json_array_get(fields, i))));
        if (field < 0) {
            visit_problem(visit, PROBLEM_value_refused, &SAYING("fields", "fields"));
            return false;
        }
        *out |= WORK_BIT(field);
    }
    return true;
}

/* The item of the path as the visitor sees it; false: answered. */
static bool item_found(struct visit *visit, struct work_item *out)
{
    enum status status = work_find(visit->rooms->work, visit->reader, id_of(visit),
                                   &visit->identity, visit->arena, out);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

/* ---- kinds, lists, one ---- */

void handle_work_kinds(struct visit *visit)
{
    if (!work_there(visit))
        return;
    unsigned count = work_kinds_count(visit->rooms->work);
    struct text text = visit_paper(visit, (count + 1) * KIND_BYTES);
    text_add_string(&text, "{\"kinds\":[");
    for (unsigned i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        text_add_work_kind(&text, work_kind_at(visit->rooms->work, i));
    }
    text_add_string(&text, "]}");
    visit_answer_json(visit, 200, &text);
}

struct page {
    struct visit *visit;
    struct text *text;
    size_t count, count_max;
    struct slice last;
    bool cut;
};

static enum status page_item(void *self, const struct work_item *item, struct slice cursor)
{
    struct page *page = self;
    size_t before = page->text->size;
    text_add_string(page->text, page->count == 0 ? "" : ",");
    text_add_work_item(page->text, item, zone_of(page->visit), now_of(page->visit));
    if (page->text->full || page->text->size_max - page->text->size < 256) {
        page->text->size = before;
        page->text->full = false;
        page->text->at[before] = '\0';
        page->cut = true;
        return STATUS_FULL;
    }
    page->count++;
    return slice_copy(page->visit->arena, cursor, &page->last);
}

static void answer_page(struct visit *visit, const struct work_query *query)
{
    size_t size = 4096 + query->count_max * ROW_BYTES_USUAL;
    struct text text = visit_paper(visit, size < ITEM_BYTES ? ITEM_BYTES : size);
    struct page page = {.visit = visit, .text = &text, .count_max = query->count_max};
    text_add_string(&text, "{\"work\":[");
    enum status status = work_list(visit->rooms->work, visit->reader, query, &visit->identity,
                                   visit->arena, (struct work_sink){page_item, &page});
    if (status != STATUS_OK && !(status == STATUS_FULL && page.cut)) {
        visit_problem_of(visit, status);
        return;
    }
    text_add_string(&text, "],\"next\":");
    if (page.count > 0 && (page.cut || page.count == query->count_max))
        text_add_json(&text, page.last);
    else
        text_add_string(&text, "null");
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

/* The state of that name, -1 for none said; false: answered. */
static bool state_wanted(struct visit *visit, const struct work_kind *kind, struct slice name,
                         int *out)
{
    *out = name.size == 0 || kind == NULL ? -1 : work_state_find(kind, name);
    if (name.size == 0 || *out >= 0)
        return true;
    visit_problem(visit, PROBLEM_value_refused, &SAYING("state", "state"));
    return false;
}

void handle_work_list(struct visit *visit)
{
    struct work_query query = {.open = visit_query_whole(visit, "all", 0) == 0,
                               .mine = visit_query_whole(visit, "mine", 0) != 0,
                               .place = visit_query_text(visit, "place"),
                               .after = visit_query_text(visit, "after"),
                               .count_max =
                                   (size_t)visit_query_whole(visit, "limit", WORK_PAGE_USUAL)};
    if (!work_there(visit) || !kind_wanted(visit, visit_query_text(visit, "kind"), &query.kind) ||
        !state_wanted(visit, query.kind, visit_query_text(visit, "state"), &query.state))
        return;
    answer_page(visit, &query);
}

void handle_work_search(struct visit *visit)
{
    struct work_query query = {.state = -1};
    if (!visit_body(visit) || !work_there(visit) ||
        !kind_wanted(visit, visit_text(visit, "kind"), &query.kind))
        return;
    query.identifier = visit_text(visit, "identifier");
    query.after = visit_text(visit, "after");
    query.count_max = (size_t)visit_whole(visit, "limit", WORK_PAGE_USUAL);
    visit->reason = visit_text(visit, "reason");
    if (query.identifier.size == 0 || visit->reason.size == 0) {
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("identifier, reason", "identifier、reason"));
        return;
    }
    answer_page(visit, &query);
}

void handle_work_show(struct visit *visit)
{
    struct work_item item;
    if (work_there(visit) && item_found(visit, &item))
        answer_item(visit, 200, &item);
}

void handle_work_log(struct visit *visit)
{
    if (!work_there(visit))
        return;
    struct text text = visit_paper(visit, LOG_BYTES);
    enum status status = work_log(visit->rooms->work, visit->reader, id_of(visit), &visit->identity,
                                  &text, visit->arena);
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}

void handle_work_events(struct visit *visit)
{
    uint64_t last = 0;
    size_t count = (size_t)visit_query_whole(visit, "limit", WORK_PAGE_USUAL);
    if (!work_there(visit))
        return;
    if (slice_starts(http_header(visit->request, "Accept"), SLICE("text/event-stream"))) {
        work_stream(visit);
        return;
    }
    struct text text = visit_paper(visit, LOG_BYTES);
    text_add_string(&text, "{\"events\":");
    enum status status = work_events(visit->rooms->work, visit->reader,
                                     (uint64_t)visit_query_whole(visit, "after", 0),
                                     &visit->identity, &text, count, &last, visit->arena);
    text_addf(&text, ",\"last\":%llu}", (unsigned long long)last);
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}

/* A moment of the query; false: answered. */
static bool moment_wanted(struct visit *visit, const char *name, moment otherwise, moment *out)
{
    struct slice text = visit_query_text(visit, name);
    *out = otherwise;
    if (text.size == 0 || moment_parse(text, out) == STATUS_OK)
        return true;
    struct saying detail = SAYING(name, name);
    visit_problem(visit, PROBLEM_query_malformed, &detail);
    return false;
}

void handle_work_measures(struct visit *visit)
{
    const struct work_kind *kind = NULL;
    moment now = now_of(visit), from, to;
    if (!work_there(visit) || !kind_wanted(visit, visit_query_text(visit, "kind"), &kind) ||
        !moment_wanted(visit, "from", (moment){now.ms - DAY_MS}, &from) ||
        !moment_wanted(visit, "to", now, &to))
        return;
    if (kind == NULL) {
        visit_problem(visit, PROBLEM_query_malformed, &SAYING("kind", "kind"));
        return;
    }
    struct text text = visit_paper(visit, 16384);
    enum status status = work_measures(visit->rooms->work, visit->reader, kind, from, to,
                                       &visit->identity, &text, visit->arena);
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}

/* Person-times and persons: two figures, and no sum. */
void handle_work_tally(struct visit *visit)
{
    const struct work_kind *kind = NULL;
    struct work_tally tally = {0};
    moment now = now_of(visit), from, to;
    if (!work_there(visit) || !kind_wanted(visit, visit_query_text(visit, "kind"), &kind) ||
        !moment_wanted(visit, "from", (moment){now.ms - DAY_MS}, &from) ||
        !moment_wanted(visit, "to", now, &to))
        return;
    int step = kind == NULL ? -1 : work_step_find(kind, visit_query_text(visit, "step"));
    if (step < 0) {
        visit_problem(visit, PROBLEM_query_malformed, &SAYING("kind, step", "kind、step"));
        return;
    }
    enum status status = work_tally(visit->rooms->work, visit->reader, kind, step, from, to,
                                    &visit->identity, &tally);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, 256);
    text_addf(&text, "{\"kind\":\"%s\",\"step\":\"%s\",\"times\":%llu,\"subjects\":%llu}",
              kind->name, kind->step[step].name, (unsigned long long)tally.times,
              (unsigned long long)tally.keys);
    visit_answer_json(visit, 200, &text);
}

enum { PUBLISHED_LEAST = 10 }; /* so few can be recognised (docs/case.md) */

void handle_work_counts(struct visit *visit)
{
    const struct work_kind *kind = NULL;
    bool publish = visit_query_whole(visit, "publish", 0) == 1;
    if (!work_there(visit) || !kind_wanted(visit, visit_query_text(visit, "kind"), &kind))
        return;
    if (kind == NULL) {
        visit_problem(visit, PROBLEM_query_malformed, &SAYING("kind", "kind"));
        return;
    }
    struct text text = visit_paper(visit, 16384);
    text_addf(&text, "{\"kind\":\"%s\",\"published\":%s,\"counts\":", kind->name,
              publish ? "true" : "false");
    enum status status = work_counts_of(visit->rooms->work, visit->reader, kind, &visit->identity,
                                        publish ? PUBLISHED_LEAST : 0, &text);
    text_add_char(&text, '}');
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}

/* ---- making and moving ---- */

void handle_work_add(struct visit *visit)
{
    struct values values;
    struct work_refusal refusal = {.field = -1};
    struct work_item item;
    const struct work_kind *kind = NULL;
    bool joined = false;
    if (!visit_body(visit) || !work_there(visit) ||
        !kind_wanted(visit, visit_text(visit, "kind"), &kind) ||
        !values_wanted(visit, kind, &values) || !visit_begin(visit))
        return;
    const struct work_draft draft = {
        .kind = kind,
        .owner = slice_of(visit->identity.organisation),
        .place = visit_text(visit, "place"),
        .priority = (int32_t)visit_whole(visit, "priority", 0),
        .detected = MOMENT_NONE,
        .value = values.value,
        .values_count = values.count,
        .by = &visit->identity,
    };
    enum status status =
        work_add(visit->rooms->work, &draft, visit->arena, &refusal, &item, &joined);
    if (status == STATUS_OK)
        answer_item(visit, joined ? 200 : 201, &item);
    else
        refuse(visit, kind, status, &refusal);
}

void handle_work_step(struct visit *visit)
{
    struct work_item item;
    struct values values;
    struct work_refusal refusal = {.field = -1};
    struct work_move move = {.by = &visit->identity};
    if (!visit_body(visit) || !work_there(visit) || !version_wanted(visit, &move.version) ||
        !item_found(visit, &item) || !values_wanted(visit, item.kind, &values))
        return;
    struct text step = visit_paper(visit, WORK_NAME_MAX);
    text_add(&step, visit_text(visit, "step"));
    move.id = item.id;
    move.step = step.full ? "" : step.at;
    move.value = values.value;
    move.values_count = values.count;
    move.reason = visit_text(visit, "reason");
    if (!visit_begin(visit))
        return;
    const struct work_kind *kind = item.kind;
    enum status status = work_step(visit->rooms->work, &move, visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, kind, &item);
}

static void second_word(struct visit *visit, bool yes)
{
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !visit_begin(visit))
        return;
    const struct work_word word = {.id = id_of(visit),
                                   .digest = visit_text(visit, "digest"),
                                   .by = &visit->identity,
                                   .reason = visit_text(visit, "reason")};
    enum status status =
        yes ? work_approve(visit->rooms->work, &word, visit->arena, &refusal, &item)
            : work_decline(visit->rooms->work, &word, visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

void handle_work_approve(struct visit *visit)
{
    second_word(visit, true);
}

void handle_work_decline(struct visit *visit)
{
    second_word(visit, false);
}

/* ---- holding ---- */

void handle_work_take_next(struct visit *visit)
{
    struct work_item item;
    struct work_wish wish = {.by = &visit->identity};
    if (!visit_body(visit) || !work_there(visit) ||
        !kind_wanted(visit, visit_text(visit, "kind"), &wish.kind))
        return;
    wish.place = visit_text(visit, "place");
    if (!visit_begin(visit))
        return;
    enum status status = work_take_next(visit->rooms->work, &wish, visit->arena, &item);
    if (status == STATUS_OK)
        answer_item(visit, 200, &item);
    else if (status == STATUS_ABSENT)
        visit->answer = (struct http_answer){.status = 204};
    else
        visit_problem_of(visit, status);
}

void handle_work_take(struct visit *visit)
{
    int64_t version = 0;
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !version_wanted(visit, &version) ||
        !visit_begin(visit))
        return;
    enum status status = work_take(visit->rooms->work, id_of(visit), version, &visit->identity,
                                   visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

void handle_work_renew(struct visit *visit)
{
    struct work_item item;
    struct work_refusal refusal = {.field = -1, .fault = WORK_FAULT_NOT_HELD};
    if (!visit_body(visit) || !work_there(visit) || !visit_begin(visit))
        return;
    enum status status =
        work_renew(visit->rooms->work, id_of(visit), &visit->identity, visit->arena, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

void handle_work_release(struct visit *visit)
{
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !visit_begin(visit))
        return;
    enum status status = work_release(visit->rooms->work, id_of(visit), &visit->identity,
                                      visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

void handle_work_hand_over(struct visit *visit)
{
    int64_t version = 0;
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !version_wanted(visit, &version))
        return;
    struct slice user = visit_text(visit, "user"), to = visit_text(visit, "organisation");
    if ((user.size == 0) == (to.size == 0)) {
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("user | organisation", "user | organisation"));
        return;
    }
    if (!visit_begin(visit))
        return;
    enum status status =
        work_hand_over(visit->rooms->work, id_of(visit), version, &visit->identity, user, to,
                       visit_text(visit, "reason"), visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

/* ---- one with another ---- */

void handle_work_merge(struct visit *visit)
{
    int64_t version = 0;
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !version_wanted(visit, &version) ||
        !visit_begin(visit))
        return;
    struct text into = visit_paper(visit, WORK_ID_SIZE);
    text_add(&into, visit_text(visit, "into"));
    enum status status =
        work_merge(visit->rooms->work, id_of(visit), into.full ? "" : into.at, version,
                   &visit->identity, visit_text(visit, "reason"), visit->arena, &refusal, &item);
    answer_change(visit, status, &refusal, NULL, &item);
}

void handle_work_split(struct visit *visit)
{
    int64_t version = 0;
    uint64_t mask = 0;
    struct work_item item;
    struct work_refusal refusal = {.field = -1};
    if (!visit_body(visit) || !work_there(visit) || !version_wanted(visit, &version) ||
        !item_found(visit, &item) || !mask_wanted(visit, item.kind, &mask) || !visit_begin(visit))
        return;
    enum status status =
        work_split(visit->rooms->work, id_of(visit), version, mask, &visit->identity,
                   visit_text(visit, "reason"), visit->arena, &refusal, &item);
    if (status == STATUS_OK)
        answer_item(visit, 201, &item);
    else
        refuse(visit, NULL, status, &refusal);
}

/* Answers 204, or what the status means. */
static void answer_empty(struct visit *visit, enum status status)
{
    if (status == STATUS_OK)
        visit->answer = (struct http_answer){.status = 204};
    else
        visit_problem_of(visit, status);
}

void handle_work_link(struct visit *visit)
{
    if (!visit_body(visit) || !work_there(visit) || !visit_begin(visit))
        return;
    struct text other = visit_paper(visit, WORK_ID_SIZE);
    struct text relation = visit_paper(visit, WORK_NAME_MAX);
    text_add(&other, visit_text(visit, "other"));
    text_add(&relation, visit_text(visit, "relation"));
    answer_empty(visit, other.full || relation.full
                            ? STATUS_MALFORMED
                            : work_link(visit->rooms->work, id_of(visit), other.at, relation.at,
                                        &visit->identity, visit_text(visit, "reason")));
}

/* ---- notes, attachments, unmasking ---- */

void handle_work_note(struct visit *visit)
{
    if (!visit_body(visit) || !work_there(visit) || !visit_begin(visit))
        return;
    answer_empty(visit, work_note(visit->rooms->work, id_of(visit), &visit->identity,
                                  visit_text(visit, "text"), visit->arena));
}

void handle_work_attach(struct visit *visit)
{
    char sha256[DIGEST_HEX_SIZE];
    if (!work_there(visit) || !visit_begin(visit))
        return;
    enum status status = work_attach(visit->rooms->work, id_of(visit), &visit->identity,
                                     visit_query_text(visit, "name"), http_body(visit->request),
                                     visit->arena, sha256);
    if (status == STATUS_MALFORMED) {
        visit_problem(visit, PROBLEM_type_unknown,
                      &SAYING("PDF, JPEG, PNG, text", "PDF、JPEG、PNG、纯文本"));
        return;
    }
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, 128);
    text_addf(&text, "{\"sha256\":\"%s\"}", sha256);
    visit_answer_json(visit, 201, &text);
}

void handle_work_attachment(struct visit *visit)
{
    struct slice name, bytes;
    if (!work_there(visit))
        return;
    enum status status =
        work_attachment(visit->rooms->work, visit->reader, id_of(visit), visit->parameter[1],
                        &visit->identity, visit->arena, &name, &bytes);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    visit->answer =
        (struct http_answer){.status = 200, .type = "application/octet-stream", .body = bytes};
    visit_header(visit, "Content-Disposition", SLICE("attachment"));
    visit->object_kind = SLICE("attachment");
    visit->object_id = visit->parameter[1];
}

void handle_work_reveal(struct visit *visit)
{
    uint64_t mask = 0;
    struct work_item item;
    struct work_refusal refusal = {.field = -1, .fault = WORK_FAULT_LIMIT};
    if (!visit_body(visit) || !work_there(visit) || !item_found(visit, &item) ||
        !mask_wanted(visit, item.kind, &mask))
        return;
    if (visit_text(visit, "reason").size == 0) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
        return;
    }
    if (!visit_begin(visit))
        return;
    enum status status = work_reveal(visit->rooms->work, id_of(visit), &visit->identity, mask,
                                     visit_text(visit, "reason"), visit->arena, &item);
    answer_change(visit, status, &refusal, item.kind, &item);
}
