/* run.c -- tasks that run, a step at a time.
 *
 *     a step = one transaction:  the running task that waits longest
 *                 ── whoever asked may still decide? ── no ──> paused, and why
 *                 ── its next alerts, each: decided and its entry, or why not
 *                 ── none is left ──> done, and the entry of its end
 *
 * Invariants:  1. An alert's decision, its audit entry and its row in the task are one transaction:
 *                 killed anywhere, each is decided once, or not yet.
 *              2. Several tasks share the thread in turns; a step is short, so that whoever else
 *                 writes waits for milliseconds.
 *              3. What a person could not decide now, a task of theirs does not.
 * Not chosen:  a thread for each task.  There is one writer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "task/task_inside.h"

#include <time.h>

enum { SCRATCH_BYTES = 32 << 20, DETAIL_BYTES = 256, EVERY_MS = 200, AFTER_FAILURE_MS = 2000 };

/* One of its alerts. */
struct item {
    int64_t at;
    moment decided; /* of an undo: what it takes back */
    struct slice alert;
};

static enum status next_find(struct task_desk *desk, struct store *store, struct slice *id)
{
    static const char NEXT[] =
        "SELECT id FROM task WHERE state = 'running' ORDER BY stepped, number LIMIT 1";
    struct store_value at[1];
    enum status status = store_one(store, NEXT, NULL, 0, at, 1, desk->scratch);
    if (status == STATUS_OK)
        *id = at[0].bytes;
    return status == STATUS_ABSENT ? STATUS_END : status;
}

/* Whoever asked, as they are now; `*may`: whether they could decide. */
static enum status owner_look(struct task_desk *desk, const struct task *task, struct identity *out,
                              bool *may)
{
    struct access_user user;
    enum status status = access_user_find(desk->options.store, task->owner, desk->scratch, &user);
    *may = status == STATUS_OK && slice_equal(user.state, SLICE("active")) &&
           (scopes_of_roles(user.roles) & SCOPE_BIT(SCOPE_alerts_decide)) != 0;
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    *out = (struct identity){.by = BY_SESSION, .home = true};
    struct text id = text_over(out->id, sizeof out->id);
    struct text organisation = text_over(out->organisation, sizeof out->organisation);
    text_add(&id, task->owner);
    text_add(&organisation, task->organisation);
    return STATUS_OK;
}

static enum status entry_add(struct task_desk *desk, const struct identity *owner,
                             const char *action, const struct audit_entry *more)
{
    struct audit_entry entry = access_entry(desk->options.access, owner, action, "done");
    entry.object_kind = more->object_kind;
    entry.object_id = more->object_id;
    entry.reason = more->reason;
    entry.detail = more->detail;
    return audit_append(desk->options.audit, &entry, NULL);
}

/* ---- one alert ---- */

static enum status item_note(struct task_desk *desk, const struct task *task,
                             const struct item *item, const char *fault, moment decided)
{
    static const char NOTE[] = "UPDATE task_item SET state = ?3, fault = ?4, decided = ?5 WHERE "
                               "task = ?1 AND at = ?2";
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)task->number), STORE_OF_WHOLE(item->at),
        STORE_OF_TEXT(slice_of(fault == NULL ? "done" : "failed")),
        STORE_OF_TEXT(slice_of(fault == NULL ? "" : fault)), STORE_OF_WHOLE(decided.ms)};
    return store_run(desk->options.store, NOTE, values, 5);
}

/* Why bulletin_decide left it as it was; NULL: that is no matter of the alert. */
static const char *fault_of(const struct task *task, enum status status)
{
    bool opens = slice_equal(task->outcome, SLICE("open"));
    switch (status) {
    case STATUS_ABSENT:
        return "absent";
    case STATUS_LATE:
        return "held";
    case STATUS_REFUSED:
        return task->undoes.size > 0 ? "changed" : opens ? "open" : "decided";
    default:
        return NULL;
    }
}

/* `*done`: it was decided, or not, and why stands in its row. */
static enum status item_do(struct task_desk *desk, const struct task *task,
                           const struct identity *owner, const struct item *item, bool *done)
{
    char bytes[DETAIL_BYTES];
    struct text detail = text_over(bytes, sizeof bytes);
    moment at = MOMENT_NONE;
    const struct bulletin_decision decision = {.id = item->alert,
                                               .outcome = task->outcome,
                                               .code = task->code,
                                               .words = task->words,
                                               .actor = task->owner,
                                               .seen = task->undoes.size > 0 ? item->decided
                                                                             : MOMENT_NONE};
    enum status status = bulletin_decide(desk->options.bulletin, &decision, desk->scratch, &at);
    *done = status == STATUS_OK;
    if (status != STATUS_OK) {
        const char *fault = fault_of(task, status);
        return fault == NULL ? status : item_note(desk, task, item, fault, item->decided);
    }
    text_add_decision_detail(&detail, &decision, task->id);
    const struct audit_entry entry = {.object_kind = SLICE("alert"),
                                      .object_id = item->alert,
                                      .reason = task->words,
                                      .detail = text_slice(&detail)};
    TRY(entry_add(desk, owner, "alert.decide", &entry));
    return item_note(desk, task, item, NULL, at);
}

/* ---- one step ---- */

static enum status items_next(struct task_desk *desk, const struct task *task,
                              struct item item[TASK_STEP_ITEMS], size_t *count)
{
    static const char NEXT[] = "SELECT at, decided, alert FROM task_item WHERE task = ?1 AND state "
                               "= 'waiting' ORDER BY at LIMIT ?2";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)task->number),
                                         STORE_OF_WHOLE(TASK_STEP_ITEMS)};
    struct store_rows *rows = NULL;
    struct store_value at[3];
    *count = 0;
    TRY(store_query(desk->options.store, NEXT, values, 2, &rows));
    enum status status = store_next(rows, at, 3);
    while (status == STATUS_OK && *count < TASK_STEP_ITEMS) {
        struct item *next = &item[(*count)++];
        *next = (struct item){.at = at[0].whole, .decided = {at[1].whole}};
        status = slice_copy(desk->scratch, at[2].bytes, &next->alert);
        if (status == STATUS_OK)
            status = store_next(rows, at, 3);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status task_write(struct task_desk *desk, const struct task *task)
{
    static const char WRITE[] =
        "UPDATE task SET state = ?2, why = ?3, done = ?4, failed = ?5, ended = ?6, stepped = "
        "(SELECT MAX(stepped) + 1 FROM task) WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)task->number),
                                         STORE_OF_TEXT(slice_of(task_state_name(task->state))),
                                         STORE_OF_TEXT(task->why),
                                         STORE_OF_WHOLE((int64_t)task->done),
                                         STORE_OF_WHOLE((int64_t)task->failed),
                                         STORE_OF_WHOLE(task->ended.ms)};
    return store_run(desk->options.store, WRITE, values, 6);
}

static enum status task_finish(struct task_desk *desk, struct task *task,
                               const struct identity *owner)
{
    char bytes[DETAIL_BYTES];
    struct text detail = text_over(bytes, sizeof bytes);
    task->state = TASK_done;
    task->ended = task_now(desk);
    text_addf(&detail, "{\"count\":%llu,\"done\":%llu,\"failed\":%llu}",
              (unsigned long long)task->count, (unsigned long long)task->done,
              (unsigned long long)task->failed);
    const struct audit_entry entry = {.object_kind = SLICE("task"),
                                      .object_id = slice_of(task->id),
                                      .detail = text_slice(&detail)};
    TRY(task_write(desk, task));
    return entry_add(desk, owner, "task.end", &entry);
}

static enum status step(struct task_desk *desk)
{
    struct item item[TASK_STEP_ITEMS];
    struct identity owner;
    struct task task;
    struct slice id;
    size_t count = 0;
    bool may = false;
    TRY(next_find(desk, desk->options.store, &id));
    TRY(task_find(desk, desk->options.store, id, desk->scratch, &task));
    TRY(owner_look(desk, &task, &owner, &may));
    if (!may) {
        task.state = TASK_paused;
        task.why = SLICE("owner");
        return task_write(desk, &task);
    }
    TRY(items_next(desk, &task, item, &count));
    for (size_t i = 0; i < count; i++) {
        bool done = false;
        TRY(item_do(desk, &task, &owner, &item[i], &done));
        task.done += done;
        task.failed += !done;
    }
    if (task.done + task.failed >= task.count)
        return task_finish(desk, &task, &owner);
    return task_write(desk, &task);
}

enum status task_step(struct task_desk *desk)
{
    struct store *store = desk->options.store;
    arena_reset(desk->scratch);
    TRY(store_begin(store));
    enum status status = step(desk);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* ---- what is long over ---- */

/* One task that ended so long ago that nobody asks for it any more, with its rows. */
static enum status old_forget(struct task_desk *desk)
{
    static const char OLD[] = "SELECT number FROM task WHERE state IN ('done', 'cancelled') AND "
                              "ended < ?1 ORDER BY number LIMIT 1";
    static const char ITEMS[] = "DELETE FROM task_item WHERE task = ?1";
    static const char TASK[] = "DELETE FROM task WHERE number = ?1";
    struct store *store = desk->options.store;
    const struct store_value edge =
        STORE_OF_WHOLE(task_now(desk).ms - TASK_KEPT_DAYS * (int64_t)DAY_MS);
    struct store_value at[1];
    TRY(store_one(store, OLD, &edge, 1, at, 1, desk->scratch));
    const struct store_value number = STORE_OF_WHOLE(at[0].whole);
    TRY(store_run(store, ITEMS, &number, 1));
    return store_run(store, TASK, &number, 1);
}

static void some_forget(struct task_desk *desk)
{
    struct store *store = desk->options.store;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(desk->scratch);
        if (store_begin(store) != STATUS_OK)
            return;
        status = old_forget(desk);
        if (status == STATUS_OK)
            status = store_commit(store);
        else
            store_rollback(store);
    }
}

/* ---- the thread ---- */

/* Waits so long, or until it is to end; whether it goes on. */
static bool waited(struct task_desk *desk, int64_t ms)
{
    struct timespec until;
    (void)pthread_mutex_lock(&desk->lock);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    if (!desk->closing && ms > 0)
        (void)pthread_cond_timedwait(&desk->some, &desk->lock, &until);
    bool goes_on = !desk->closing;
    (void)pthread_mutex_unlock(&desk->lock);
    return goes_on;
}

/* Asked through the reader, so that a service without tasks takes no turn of the writer. */
static bool some_runs(struct task_desk *desk)
{
    struct slice id;
    arena_reset(desk->scratch);
    return next_find(desk, desk->reader, &id) == STATUS_OK;
}

static void *desk_run(void *self)
{
    struct task_desk *desk = self;
    int64_t wait_ms = 0, forgotten_ms = INT64_MIN;
    while (waited(desk, wait_ms)) {
        int64_t now = task_now(desk).ms;
        if (forgotten_ms == INT64_MIN || now - forgotten_ms > HOUR_MS) {
            some_forget(desk);
            forgotten_ms = now;
        }
        if (!some_runs(desk)) {
            wait_ms = EVERY_MS;
            continue;
        }
        enum status status = task_step(desk);
        wait_ms = status == STATUS_OK ? 0 : status == STATUS_END ? EVERY_MS : AFTER_FAILURE_MS;
    }
    return NULL;
}

enum status task_desk_open(struct task_desk **out, const struct task_options *options,
                           struct arena *boot, struct text *why)
{
    struct task_desk *desk = NULL;
    pthread_condattr_t steady;
    TRY(ARENA_NEW(boot, 1, &desk));
    desk->options = *options;
    TRY(arena_create(&desk->scratch, SCRATCH_BYTES));
    (void)pthread_mutex_init(&desk->lock, NULL);
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&desk->some, &steady);
    (void)pthread_condattr_destroy(&steady);
    enum status status = STATUS_OK;
    if (!options->by_hand) {
        status = store_open_reader(&desk->reader, options->store_path, boot, why);
        if (status == STATUS_OK && pthread_create(&desk->thread, NULL, desk_run, desk) != 0)
            status = STATUS_FULL;
        desk->runs = status == STATUS_OK;
    }
    *out = desk;
    if (status != STATUS_OK) {
        task_desk_close(desk);
        *out = NULL;
    }
    return status;
}

void task_desk_close(struct task_desk *desk)
{
    if (desk == NULL)
        return;
    (void)pthread_mutex_lock(&desk->lock);
    desk->closing = true;
    (void)pthread_cond_broadcast(&desk->some);
    (void)pthread_mutex_unlock(&desk->lock);
    if (desk->runs)
        (void)pthread_join(desk->thread, NULL);
    if (desk->reader != NULL)
        store_close(desk->reader);
    arena_destroy(desk->scratch);
    secret_wipe(&desk->options.key, sizeof desk->options.key);
}
