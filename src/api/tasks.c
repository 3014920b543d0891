/* tasks.c -- one decision on many alerts, over HTTP: looked at first, begun, approved, and
 * followed.
 *
 * Whoever asks sees before how many it is about, some of them, and what becomes of them; what is
 * then begun is bounded by the number of the newest alert that was looked at, so that nothing
 * comes in between.  Over `alerts.alone` of them it waits for a second person, who names the
 * digest of what they saw.  A task is one's own; who may approve, and auditors, see everybody's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"
#include "task/task.h"

enum {
    TASK_BYTES = 16384, /* of one as JSON: words and filter of 1,024 bytes each, effect */
    SAMPLE_ROWS = 5,
    SAMPLE_BYTES = 1 << 20,
    FAILURES_SHOWN = 500,
    FAILURE_BYTES = 128,
    LIST_USUAL = 50,
};

static bool tasks_there(struct visit *visit)
{
    if (visit->rooms->tasks == NULL || visit->rooms->bulletin == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->tasks != NULL && visit->rooms->bulletin != NULL;
}

static bool may(const struct visit *visit, enum scope scope)
{
    return access_may(&visit->identity, scope) == ACCESS_MAY;
}

static bool auditor(const struct visit *visit)
{
    return (visit->identity.roles & ROLE_BIT(ROLE_auditor)) != 0;
}

static bool own(const struct visit *visit, const struct task *task)
{
    return slice_equal(task->owner, slice_of(visit->identity.user));
}

static bool sees_all(const struct visit *visit)
{
    return may(visit, SCOPE_alerts_approve) || auditor(visit);
}

/* ---- words ---- */

static void add_text(struct text *text, const char *name, struct slice value)
{
    text_addf(text, ",\"%s\":", name);
    text_add_json(text, value);
}

static void add_text_or_null(struct text *text, const char *name, struct slice value)
{
    if (value.size > 0)
        add_text(text, name, value);
    else
        text_addf(text, ",\"%s\":null", name);
}

static void add_moment(struct text *text, const char *name, moment at)
{
    text_addf(text, ",\"%s\":", name);
    if (at.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

/* What this visitor may do with it now. */
static void add_may(struct text *text, const struct visit *visit, const struct task *task)
{
    bool mine = own(visit, task), decides = may(visit, SCOPE_alerts_decide);
    bool approves = may(visit, SCOPE_alerts_approve), moves = decides && (mine || approves);
    bool over = task->state == TASK_done || task->state == TASK_cancelled;
    const struct {
        const char *act;
        bool may;
    } acts[] = {
        {"approve", approves && !mine && task->state == TASK_proposed},
        {"pause", moves && task->state == TASK_running},
        {"resume", moves && task->state == TASK_paused},
        {"cancel", moves && !over},
        {"undo", moves && over && task->done > 0 && !task->undone &&
                     !slice_equal(task->outcome, SLICE("open"))},
        {"retry", moves && task->state == TASK_done && task->failed > 0},
    };
    bool some = false;
    text_add_string(text, ",\"may\":[");
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (!acts[i].may)
            continue;
        text_addf(text, "%s\"%s\"", some ? "," : "", acts[i].act);
        some = true;
    }
    text_add_char(text, ']');
}

static enum status add_members(struct text *text, struct visit *visit, const struct task *task)
{
    text_addf(text, "{\"id\":\"%s\",\"number\":%llu,\"state\":\"%s\"", task->id,
              (unsigned long long)task->number, task_state_name(task->state));
    add_text(text, "outcome", task->outcome);
    add_text(text, "code", task->code);
    add_text(text, "by", task->owner);
    TRY(visit_add_name(visit, text, "name", task->owner));
    add_text_or_null(text, "approved_by", task->approver);
    if (task->approver.size > 0)
        TRY(visit_add_name(visit, text, "approver_name", task->approver));
    text_addf(text, ",\"count\":%llu,\"done\":%llu,\"failed\":%llu",
              (unsigned long long)task->count, (unsigned long long)task->done,
              (unsigned long long)task->failed);
    add_moment(text, "created", task->created);
    add_moment(text, "begun", task->begun);
    add_moment(text, "ended", task->ended);
    add_text_or_null(text, "undoes", task->undoes);
    text_addf(text, ",\"undone\":%s", task->undone ? "true" : "false");
    add_text_or_null(text, "why", task->why);
    add_text(text, "digest", slice_of(task->digest));
    text_add_string(text, ",\"effect\":");
    text_add(text, task->effect);
    text_addf(text, ",\"own\":%s", own(visit, task) ? "true" : "false");
    add_may(text, visit, task);
    if (may(visit, SCOPE_alerts_decide) || auditor(visit)) {
        add_text(text, "reason", task->words);
        add_text_or_null(text, "filter", task->filter);
    }
    return STATUS_OK;
}

struct listing {
    struct visit *visit;
    struct text *text;
    struct store *reader;
    uint64_t last;
    size_t count;
};

static enum status sample_alert(struct listing *listing, struct slice id)
{
    struct alert_row row;
    enum status status = bulletin_find(listing->reader, id, listing->visit->arena, &row);
    if (status == STATUS_ABSENT)
        return STATUS_OK; /* it is forgotten */
    TRY(status);
    if (listing->text->size_max - listing->text->size < row.masked.size + ALERT_ROW_MORE)
        return STATUS_OK; /* fewer of large ones */
    text_add_string(listing->text, listing->count++ == 0 ? "" : ",");
    text_add_alert_row(listing->text, &row);
    return STATUS_OK;
}

static enum status sample_row(void *self, const struct task_item *item)
{
    return sample_alert(self, item->alert);
}

static enum status failure_row(void *self, const struct task_item *item)
{
    struct listing *listing = self;
    text_addf(listing->text, "%s{\"at\":%llu,\"alert\":\"%.*s\",\"why\":\"%.*s\"}",
              listing->count++ == 0 ? "" : ",", (unsigned long long)item->at, (int)item->alert.size,
              item->alert.at, (int)item->fault.size, item->fault.at);
    listing->last = item->at;
    return STATUS_OK;
}

/* The task with some of its alerts, and those that failed behind `after`. */
static enum status add_whole(struct text *text, struct visit *visit, struct store *reader,
                             const struct task *task, uint64_t after)
{
    struct listing sample = {.visit = visit, .text = text, .reader = reader};
    struct listing failures = sample;
    TRY(add_members(text, visit, task));
    text_add_string(text, ",\"sample\":[");
    TRY(task_sample(reader, task, SAMPLE_ROWS, (struct task_item_sink){sample_row, &sample}));
    text_add_string(text, "],\"failures\":[");
    TRY(task_failures(reader, task, after, FAILURES_SHOWN,
                      (struct task_item_sink){failure_row, &failures}));
    if (failures.count == FAILURES_SHOWN)
        text_addf(text, "],\"next\":%llu}", (unsigned long long)failures.last);
    else
        text_add_string(text, "],\"next\":null}");
    return STATUS_OK;
}

static void answer_task(struct visit *visit, int status, struct store *reader,
                        const struct task *task, uint64_t after)
{
    struct text text =
        visit_paper(visit, TASK_BYTES + SAMPLE_BYTES + FAILURES_SHOWN * FAILURE_BYTES);
    enum status written = add_whole(&text, visit, reader, task, after);
    if (written != STATUS_OK) {
        visit_problem_of(visit, written == STATUS_MALFORMED ? STATUS_IO : written);
        return;
    }
    visit_answer_json(visit, status, &text);
    visit->object_kind = SLICE("task");
    if (slice_copy(visit->arena, slice_of(task->id), &visit->object_id) != STATUS_OK)
        visit_problem(visit, PROBLEM_broken, NULL);
}

/* ---- which alerts ---- */

/* The ids of the body as one text with commas; false: answered. */
static bool ids_wanted(struct visit *visit, struct slice *out)
{
    const json_t *ids = json_object_get(visit->json, "ids");
    size_t count = json_array_size(ids), size = 1;
    *out = SLICE("");
    for (size_t i = 0; i < count; i++)
        size += json_string_length(json_array_get(ids, i)) + 1;
    struct text text = visit_paper(visit, size);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id[0] == '\0' || strchr(id, ',') != NULL) {
            visit_problem(visit, PROBLEM_value_refused, &SAYING("ids", "ids"));
            return false;
        }
        text_addf(&text, "%s%s", i == 0 ? "" : ",", id);
    }
    if (text.full)
        visit_problem(visit, PROBLEM_broken, NULL);
    *out = text_slice(&text);
    return !text.full;
}

/* What the body asks for, the decision apart; false: answered. */
static bool wish_wanted(struct visit *visit, struct task_wish *out)
{
    struct filter *filter = NULL;
    struct slice q = visit_text(visit, "q");
    *out = (struct task_wish){
        .by = &visit->identity, .filter_text = q, .upto = (uint64_t)visit_whole(visit, "upto", 0)};
    out->decision.outcome = visit_text(visit, "outcome");
    if (!ids_wanted(visit, &out->ids) || !filter_wanted(visit, q, visit->arena, &filter))
        return false;
    out->filter = filter;
    bool named = json_object_get(visit->json, "ids") != NULL;
    if (named == (json_object_get(visit->json, "q") != NULL)) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("ids | q", "ids | q"));
        return false;
    }
    return true;
}

/* false: answered. */
static bool picked(struct visit *visit, const struct task_wish *wish, struct store *reader,
                   struct task_pick *out)
{
    enum status status = task_pick(visit->rooms->tasks, reader, wish, visit->arena, out);
    if (status == STATUS_FULL && out->count == TASK_ITEMS_MAX)
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("more than 20,000 alerts: narrow the filter",
                              "超过 20,000 条预警：请缩小过滤范围"));
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

void handle_alerts_preview(struct visit *visit)
{
    struct task_wish wish;
    struct task_pick pick;
    if (!visit_body(visit) || !tasks_there(visit) || !wish_wanted(visit, &wish) ||
        !picked(visit, &wish, visit->reader, &pick))
        return;
    uint64_t alone = task_alone_max(visit->rooms->tasks);
    struct text text = visit_paper(visit, TASK_BYTES + SAMPLE_BYTES);
    struct listing sample = {.visit = visit, .text = &text, .reader = visit->reader};
    text_addf(&text, "{\"count\":%zu,\"upto\":%llu,\"alone\":%llu,\"second_person\":%s,\"effect\":",
              pick.count, (unsigned long long)pick.upto, (unsigned long long)alone,
              pick.count > alone ? "true" : "false");
    text_add_effect(&text, &pick);
    text_add_string(&text, ",\"sample\":[");
    size_t every = pick.count <= SAMPLE_ROWS ? 1 : pick.count / SAMPLE_ROWS;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < pick.count && sample.count < SAMPLE_ROWS && status == STATUS_OK;
         i += every)
        status = sample_alert(&sample, pick.id[i]);
    text_add_string(&text, "]}");
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}

static void bulk_add(struct visit *visit, const struct task_wish *wish,
                     const struct task_pick *pick)
{
    struct store *store = visit->rooms->store;
    struct task task;
    enum status status = task_add(visit->rooms->tasks, wish, pick, visit->arena, &task);
    if (status == STATUS_FULL)
        visit_problem(visit, PROBLEM_tasks_full, NULL);
    else if (status != STATUS_OK)
        visit_problem_of(visit, status);
    if (status != STATUS_OK)
        return;
    struct text detail = visit_paper(visit, 256);
    text_addf(&detail, "{\"outcome\":\"%.*s\",\"code\":\"%.*s\",\"count\":%llu,\"state\":\"%s\"}",
              (int)task.outcome.size, task.outcome.at, (int)task.code.size, task.code.at,
              (unsigned long long)task.count, task_state_name(task.state));
    answer_task(visit, 202, store, &task, 0);
    visit->reason = task.words;
    visit->detail = text_slice(&detail);
}

/* What is picked before the transaction is looked at again when each of them is decided: the
 * writer is not held while tens of thousands are read. */
void handle_alerts_bulk(struct visit *visit)
{
    struct task_wish wish;
    struct task_pick pick;
    if (!visit_body(visit) || !tasks_there(visit) || !wish_wanted(visit, &wish) ||
        !decision_wanted(visit, SLICE(""), &wish.decision) ||
        !picked(visit, &wish, visit->reader, &pick))
        return;
    if (pick.count == 0)
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("there is no such alert", "没有符合条件的预警"));
    else if (visit_begin(visit))
        bulk_add(visit, &wish, &pick);
}

/* ---- looking ---- */

/* The task of the path, if the visitor sees it; false: answered. */
static bool task_found(struct visit *visit, struct store *reader, struct task *out)
{
    enum status status =
        task_find(visit->rooms->tasks, reader, visit->parameter[0], visit->arena, out);
    if (status == STATUS_OK && !own(visit, out) && !sees_all(visit))
        status = STATUS_ABSENT;
    if (status != STATUS_OK)
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
    return status == STATUS_OK;
}

static enum status list_row(void *self, const struct task *task)
{
    struct listing *listing = self;
    text_add_string(listing->text, listing->count++ == 0 ? "" : ",");
    TRY(add_members(listing->text, listing->visit, task));
    text_add_char(listing->text, '}');
    listing->last = task->number;
    return STATUS_OK;
}

void handle_bulk_list(struct visit *visit)
{
    bool all = visit_query_whole(visit, "all", 0) != 0;
    if (!tasks_there(visit))
        return;
    if (all && !sees_all(visit)) {
        visit_problem(visit, PROBLEM_forbidden, NULL);
        return;
    }
    const struct task_query query = {.owner = all ? SLICE("") : slice_of(visit->identity.user),
                                     .proposed = visit_query_whole(visit, "proposed", 0) != 0,
                                     .before = (uint64_t)visit_query_whole(visit, "before", 0),
                                     .count_max =
                                         (size_t)visit_query_whole(visit, "limit", LIST_USUAL)};
    struct text text = visit_paper(visit, (query.count_max + 1) * TASK_BYTES);
    struct listing listing = {.visit = visit, .text = &text};
    text_addf(&text, "{\"alone\":%llu,\"tasks\":[",
              (unsigned long long)task_alone_max(visit->rooms->tasks));
    enum status status = task_list(visit->rooms->tasks, visit->reader, &query, visit->arena,
                                   (struct task_sink){list_row, &listing});
    if (status != STATUS_OK) {
        visit_problem_of(visit, status == STATUS_MALFORMED ? STATUS_IO : status);
        return;
    }
    if (listing.count > 0 && listing.count == query.count_max)
        text_addf(&text, "],\"next\":%llu}", (unsigned long long)listing.last);
    else
        text_add_string(&text, "],\"next\":null}");
    visit_answer_json(visit, 200, &text);
}

void handle_bulk_show(struct visit *visit)
{
    struct task task;
    if (tasks_there(visit) && task_found(visit, visit->reader, &task))
        answer_task(visit, 200, visit->reader, &task,
                    (uint64_t)visit_query_whole(visit, "after", 0));
}

/* ---- moving ---- */

static void moved(struct visit *visit, enum status status, const struct task *task)
{
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    answer_task(visit, 200, visit->rooms->store, task, 0);
    visit->reason = visit_text(visit, "reason");
}

/* Its owner, or who may approve, moves it; false: answered. */
static bool task_mine(struct visit *visit, struct task *out)
{
    if (!visit_body(visit) || !tasks_there(visit) || !visit_begin(visit) ||
        !task_found(visit, visit->rooms->store, out))
        return false;
    if (own(visit, out) || may(visit, SCOPE_alerts_approve))
        return true;
    visit_problem(visit, PROBLEM_forbidden, NULL);
    return false;
}

static void move(struct visit *visit, enum task_act act)
{
    struct task task;
    if (task_mine(visit, &task))
        moved(visit, task_move(visit->rooms->tasks, &task, act, slice_of(visit->identity.user)),
              &task);
}

void handle_bulk_pause(struct visit *visit)
{
    move(visit, TASK_PAUSE);
}

void handle_bulk_resume(struct visit *visit)
{
    move(visit, TASK_RESUME);
}

void handle_bulk_cancel(struct visit *visit)
{
    move(visit, TASK_CANCEL);
}

void handle_bulk_retry(struct visit *visit)
{
    move(visit, TASK_RETRY);
}

void handle_bulk_approve(struct visit *visit)
{
    struct task task;
    if (!visit_body(visit) || !tasks_there(visit) || !visit_begin(visit) ||
        !task_found(visit, visit->rooms->store, &task))
        return;
    if (own(visit, &task))
        visit_problem(visit, PROBLEM_own_word, NULL);
    else if (!slice_equal(visit_text(visit, "digest"), slice_of(task.digest)))
        visit_problem(visit, PROBLEM_version_changed, NULL);
    else
        moved(visit,
              task_move(visit->rooms->tasks, &task, TASK_APPROVE, slice_of(visit->identity.user)),
              &task);
}

void handle_bulk_undo(struct visit *visit)
{
    struct task task, undo;
    if (!task_mine(visit, &task))
        return;
    if (visit_text(visit, "reason").size == 0) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("reason", "reason"));
        return;
    }
    enum status status = task_undo(visit->rooms->tasks, &task, &visit->identity,
                                   visit_text(visit, "reason"), visit->arena, &undo);
    moved(visit, status, &undo);
    if (status == STATUS_OK) {
        struct text detail = visit_paper(visit, 64);
        text_addf(&detail, "{\"undoes\":\"%s\"}", task.id);
        visit->detail = text_slice(&detail);
    }
}
