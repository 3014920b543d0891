/* check.c -- the kind lead_check: what its steps do besides moving. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/lead_inside.h"

static int64_t lead_span_request(void *self, const struct work_item *item)
{
    (void)item;
    return ((const struct lead *)self)->options.request_ms;
}

static int64_t lead_span_answer(void *self, const struct work_item *item)
{
    (void)item;
    return ((const struct lead *)self)->options.answer_ms;
}

static int64_t lead_span_late(void *self, const struct work_item *item)
{
    (void)item;
    return ((const struct lead *)self)->options.late_ms;
}

#define WORK_TABLE "casework/lead/check.inc"
#include "casework/work/table.inc"

enum { LEASE_MS = 10 * MINUTE_MS, MERGE_DAYS = 7, ESCALATED = 1000 };

/* Of a line that was suspected wrongly the answers are kept shorter. */
static int64_t kept(void *self, const struct work_item *item)
{
    const struct lead *lead = self;
    int64_t ms =
        item->state == STATE_cleared ? lead->options.kept_cleared_ms : lead->options.kept_other_ms;
    return ms == 0 ? -1 : ms;
}

/* Who was asked, and by what it was put together with others. */
static enum status forgotten(void *self, const struct work_item *item, struct arena *request)
{
    static const char *const TABLES[] = {"DELETE FROM lead_asked WHERE lead = ?1",
                                         "DELETE FROM lead_sign WHERE lead = ?1",
                                         "DELETE FROM lead_at_site WHERE lead = ?1"};
    const struct lead *lead = self;
    const struct store_value id = STORE_OF_TEXT(slice_of(item->id));
    (void)request;
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++)
        TRY(store_run(lead->options.store, TABLES[i], &id, 1));
    return STATUS_OK;
}

const struct work_kind LEAD_CHECK = {
    .name = "lead_check",
    .says = SAYING("check of a line", "涉诈电话线索核查"),
    WORK_KIND_ARRAYS,
    .first_must = F(number) | F(origin),
    .first_may = F(seen_from) | F(seen_to) | F(purpose) | F(basis) | F(document) | F(grade) |
                 F(typology) | F(reporter) | F(story) | F(alert) | F(sender) | F(sender_id),
    .creators = DESK,
    .lease_ms = LEASE_MS,
    .merge_ms = (int64_t)MERGE_DAYS * DAY_MS,
    .key_fields = F(number),
    .kept_ms = kept,
    .forgotten = forgotten,
};

/* ---- what must hold ---- */

static bool is_step(int step, enum step which)
{
    return step == (int)which;
}

/* Whether a letter can go to this partner. */
static bool reaches(const struct lead *lead, struct slice partner)
{
    const struct lead_post *post = &lead->options.post;
    return partner.size != 0 && post->post != NULL &&
           (post->known == NULL || post->known(post->self, partner));
}

enum work_fault check_holds(void *self, const struct work_item *item, int step,
                            const struct work_value *brought, unsigned count, int *field)
{
    (void)brought;
    (void)count;
    if (!is_step(step, STEP_send) && !is_step(step, STEP_send_now))
        return WORK_FAULT_NONE;
    if (work_value_of(item, "organisation").size == 0 &&
        !reaches(self, work_value_of(item, "partner"))) {
        *field = FIELD_organisation; /* `route` says why */
        return WORK_FAULT_MISSING;
    }
    if (is_step(step, STEP_send_now) &&
        !slice_equal(work_value_of(item, "grade"), SLICE("extreme"))) {
        *field = FIELD_grade;
        return WORK_FAULT_LEGAL;
    }
    return WORK_FAULT_NONE;
}

/* ---- to the carrier ---- */

static enum status moment_of(const struct work_item *item, const char *field, moment *out)
{
    struct slice value = work_value_of(item, field);
    *out = MOMENT_NONE;
    return value.size == 0 ? STATUS_OK : moment_parse(value, out);
}

static enum status ask_by_letter(struct lead *lead, const struct work_item *item, moment now,
                                 struct arena *request)
{
    char *bytes;
    struct check_question question = {
        .id = slice_of(item->id),
        .number = work_value_of(item, "number"),
        .document = work_value_of(item, "document"),
    };
    TRY(moment_of(item, "seen_from", &question.from));
    TRY(moment_of(item, "seen_to", &question.to));
    question.purpose = (enum check_purpose)check_word_find(CHECK_PURPOSES, CHECK_PURPOSES_COUNT - 1,
                                                           work_value_of(item, "purpose"));
    question.basis = (enum check_basis)check_word_find(CHECK_BASES, CHECK_BASES_COUNT - 1,
                                                       work_value_of(item, "basis"));
    TRY(arena_take(request, CHECK_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, CHECK_BYTES_MAX);
    text_add_check(&body, &question);
    if (body.full)
        return STATUS_FULL;
    const struct lead_letter letter = {
        .kind = "lead.ask",
        .partner = work_value_of(item, "partner"),
        .work = slice_of(item->id),
        .round = item->version,
        .body = text_slice(&body),
        .deadline = {now.ms + DAY_MS},
        .answer_wanted = true,
    };
    return lead->options.post.post(lead->options.post.self, &letter, request);
}

static enum status asked_put(struct lead *lead, const struct work_item *item)
{
    const struct store_value row[] = {
        STORE_OF_TEXT(slice_of(item->id)),
        STORE_OF_TEXT(work_value_of(item, "partner")),
        STORE_OF_TEXT(work_value_of(item, "organisation")),
    };
    return store_run(lead->options.store,
                     "INSERT INTO lead_asked (lead, partner, organisation) VALUES (?1, ?2, ?3) "
                     "ON CONFLICT DO NOTHING",
                     row, 3);
}

static enum status send_to_carrier(struct lead *lead, const struct work_item *item, moment now,
                                   struct arena *request)
{
    static const uint64_t TOLD =
        F(number) | F(seen_from) | F(seen_to) | F(purpose) | F(basis) | F(document);
    struct slice organisation = work_value_of(item, "organisation");
    struct slice partner = work_value_of(item, "partner");
    TRY(asked_put(lead, item));
    atomic_fetch_add(&lead->asked, 1);
    if (organisation.size != 0)
        TRY(work_send(lead->work, item->id, organisation, TOLD, request));
    if (reaches(lead, partner))
        return ask_by_letter(lead, item, now, request);
    return STATUS_OK;
}

/* ---- one word back ---- */

static enum status notice_post(struct lead *lead, const struct work_item *item,
                               struct slice partner, struct slice id, enum notice_what what,
                               struct arena *request)
{
    char *bytes;
    struct notice notice = {
        .id = id,
        .number = work_value_of(item, "number"),
        .what = what,
        .document = work_value_of(item, "document"),
    };
    if (!reaches(lead, partner))
        return STATUS_OK;
    TRY(arena_take(request, CHECK_BYTES_MAX, (void **)&bytes));
    struct text body = text_over(bytes, CHECK_BYTES_MAX);
    text_add_notice(&body, &notice);
    const struct lead_letter letter = {
        .kind = "lead.notice",
        .partner = partner,
        .work = slice_of(item->id),
        .round = item->version,
        .body = text_slice(&body),
        .deadline = MOMENT_NONE,
    };
    atomic_fetch_add(&lead->notices, 1);
    return lead->options.post.post(lead->options.post.self, &letter, request);
}

enum { ASKED_MAX = 32 };

/* Who was asked about the lead. */
static enum status asked_read(struct lead *lead, const struct work_item *item,
                              struct arena *request, struct slice partner[ASKED_MAX],
                              struct slice organisation[ASKED_MAX], unsigned *count)
{
    struct store_rows *rows;
    struct store_value id = STORE_OF_TEXT(slice_of(item->id)), row[2];
    *count = 0;
    TRY(store_query(lead->options.store,
                    "SELECT partner, organisation FROM lead_asked WHERE lead = ?1", &id, 1, &rows));
    enum status status = store_next(rows, row, 2);
    while (status == STATUS_OK && *count < ASKED_MAX) {
        status = slice_copy(request, row[0].bytes, &partner[*count]);
        if (status == STATUS_OK)
            status = slice_copy(request, row[1].bytes, &organisation[*count]);
        ++*count;
        if (status == STATUS_OK)
            status = store_next(rows, row, 2);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status check_notice(struct lead *lead, const struct work_item *item, enum notice_what what,
                         struct arena *request)
{
    struct slice partner[ASKED_MAX], organisation[ASKED_MAX];
    unsigned count;
    bool outcome = work_value_of(item, "outcome").size != 0;
    TRY(asked_read(lead, item, request, partner, organisation, &count));
    for (unsigned i = 0; i < count; i++) {
        TRY(notice_post(lead, item, partner[i], slice_of(item->id), what, request));
        if (outcome && organisation[i].size != 0)
            TRY(work_send(lead->work, item->id, organisation[i], F(outcome), request));
    }
    return notice_post(lead, item, work_value_of(item, "sender"), work_value_of(item, "sender_id"),
                       what, request);
}

static enum notice_what outcome_of(const struct work_item *item)
{
    return slice_equal(work_value_of(item, "outcome"), SLICE("confirmed")) ? NOTICE_confirmed
                                                                           : NOTICE_not_confirmed;
}

/* ---- steps ---- */

static enum status escalate(struct lead *lead, const struct work_done *done, struct arena *request)
{
    struct work_value value = lead_value(&LEAD_CHECK, "escalated", SLICE(""));
    TRY(lead_moment_text(request, done->now, &value.value));
    atomic_fetch_add(&lead->overdue, 1);
    TRY(lead_step(lead, done->item->id, "escalate", &value, 1, request, NULL));
    if (done->item->priority >= ESCALATED)
        return STATUS_OK;
    return work_rank(lead->work, done->item->id, done->item->priority + ESCALATED,
                     done->item->place, request);
}

/* What was asked at once and never confirmed is taken back, and everybody asked hears of it. */
static enum status take_back(struct lead *lead, const struct work_done *done, struct arena *request)
{
    struct work_value value = lead_value(&LEAD_CHECK, "unconfirmed", SLICE(""));
    bool moved;
    TRY(lead_moment_text(request, done->now, &value.value));
    TRY(check_notice(lead, done->item, NOTICE_withdrawn, request));
    return lead_step(lead, done->item->id, "withdraw", &value, 1, request, &moved);
}

/* What the carrier said to a question that nobody may have asked is not kept: who it pointed at
 * leaves its cluster, and the values go; that they were there is in the log. */
static enum status unanswer(struct lead *lead, const struct work_item *item, struct arena *request)
{
    uint64_t fields = WORK_BIT(work_field_find(&LEAD_CHECK, SLICE("answered_by")));
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++) {
        int field = work_field_find(&LEAD_CHECK, slice_of(REPLY_FIELDS[f].name));
        fields |= field < 0 ? 0 : WORK_BIT(field);
    }
    TRY(cluster_leave(lead, item, request));
    return work_forget(lead->work, item->id, fields, false, request);
}

static enum status clear(struct lead *lead, const struct work_item *item, struct arena *request)
{
    atomic_fetch_add(&lead->cleared, 1);
    TRY(check_notice(lead, item, NOTICE_cleared, request));
    return cluster_leave(lead, item, request);
}

static enum status site_said(struct lead *lead, const struct work_item *item, struct arena *request)
{
    TRY(check_notice(lead, item, outcome_of(item), request));
    return lead_step(lead, item->id, "close_in", NULL, 0, request, NULL);
}

/* A new lead, or one that another joined: its way is looked for once. */
static enum status added(struct lead *lead, const struct work_item *item, struct arena *request)
{
    bool early = item->state == STATE_received || item->state == STATE_check_requested;
    if (!early || work_value_of(item, "route").size != 0)
        return STATUS_OK;
    return check_route(lead, item, SLICE(""), request);
}

static enum status requested(struct lead *lead, const struct work_done *done, struct arena *request)
{
    for (unsigned i = 0; i < done->brought_count; i++)
        if (done->brought[i].field == FIELD_carrier)
            return check_route(lead, done->item, done->brought[i].value, request);
    if (work_value_of(done->item, "organisation").size != 0 ||
        work_value_of(done->item, "partner").size != 0)
        return STATUS_OK;
    return check_route(lead, done->item, SLICE(""), request); /* the plan may know it by now */
}

enum status check_after(void *self, const struct work_done *done, struct arena *request)
{
    struct lead *lead = self;
    if (done->step < 0)
        return added(lead, done->item, request);
    switch ((enum step)done->step) {
    case STEP_request:
        return requested(lead, done, request);
    case STEP_send:
    case STEP_send_now:
        return send_to_carrier(lead, done->item, done->now, request);
    case STEP_answer:
        atomic_fetch_add(&lead->answered_person, 1);
        return cluster_find(lead, done->item, done->now, request);
    case STEP_answer_in:
        atomic_fetch_add(&lead->answered_machine, 1);
        return cluster_find(lead, done->item, done->now, request);
    case STEP_decline:
    case STEP_decline_in:
        atomic_fetch_add(&lead->declined, 1);
        return STATUS_OK;
    case STEP_held_in:
        atomic_fetch_add(&lead->held, 1);
        return STATUS_OK;
    case STEP_expire_request:
    case STEP_expire_answer:
    case STEP_expire_late:
        return escalate(lead, done, request);
    case STEP_expire_unconfirmed:
        return take_back(lead, done, request);
    case STEP_withdraw:
        return unanswer(lead, done->item, request);
    case STEP_visit:
        return cluster_alone(lead, done->item, request);
    case STEP_site_result:
        return site_said(lead, done->item, request);
    case STEP_close:
        TRY(check_notice(lead, done->item, outcome_of(done->item), request));
        return STATUS_OK;
    case STEP_clear:
        return clear(lead, done->item, request);
    default:
        return STATUS_OK;
    }
}
