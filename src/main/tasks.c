/* tasks.c -- alerts become work: what a rule proposes is put before the desk.
 *
 *     bulletin's rows behind a number ─> question to the registry (who, which line, where)
 *         ─> one transaction of at most BATCH_MAX: item of work each, and the number
 *
 * Invariants:  1. Each alert that is not shadow becomes one item or joins one, whatever is killed:
 *                 the number is in the transaction, and an alert's id makes an item once.
 *              2. `watch` becomes nothing; nothing here restricts anybody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "casework/dissuasion/dissuasion.h"
#include "presence/presence.h"
#include "reading.h"
#include "works.h"

#include <pthread.h>

enum { BATCH_MAX = 32, SCRATCH_BYTES = 32 << 20, ORGANISATIONS_MAX = 512, SUBJECT_BYTES_MAX = 256 };

const struct store_migration TASKS_MIGRATIONS[TASKS_MIGRATIONS_COUNT] = {
    {"alerts that became work",
     "CREATE TABLE task_reached (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);"
     "INSERT INTO task_reached (id, number) VALUES (1, 0);"},
};

struct tasks {
    struct service *service;
    struct lead *lead;
    struct store *reader;
    struct arena *scratch;
    char home[ACCESS_ID_SIZE]; /* empty: nobody has enrolled yet */
    uint64_t number;           /* rows up to here have become work */
    struct alert_row *row;     /* a batch, in scratch */
    size_t rows_count;
    struct dissuasion_cause *cause;
    char (*names)[4][ACCESS_SECRET_SIZE]; /* of the causes: phone, area */
};

/* ---- who is meant ---- */

/* Asked between two batches of detection, for all rows of a batch at once. */
struct who {
    struct question question;
    struct tasks *tasks;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
};

static struct slice spell(const struct registry *registry, ident name, char *bytes, size_t size)
{
    struct text text = text_over(bytes, size);
    struct slice spelled = registry_spelled(registry, name);
    if (ident_known(name) && spelled.size > 0)
        text_add(&text, spelled);
    else if (ident_known(name) && ident_is_packed(name))
        text_add_ident(&text, name);
    return text.full ? SLICE("") : text_slice(&text);
}

/* The line and the area of a person, or the line itself. */
static void find_one(const struct registry *registry, const struct alert_row *row,
                     struct dissuasion_cause *cause, char names[4][ACCESS_SECRET_SIZE])
{
    bool phone = slice_equal(row->subject_kind, SLICE("phone"));
    ident person =
        registry_person(registry, ident_of(row->subject), phone ? FIELD_PHONE : FIELD_PERSON);
    const struct record *known = registry_find(registry, RECORD_person, person);
    if (phone)
        cause->phone = row->subject;
    if (known == NULL)
        return;
    unsigned line = FIELD_OF(person, phone), area = FIELD_OF(person, region);
    if (!phone && record_knows(known, line))
        cause->phone = spell(registry, known->field[line].name, names[0], ACCESS_SECRET_SIZE);
    if (record_knows(known, area))
        cause->area = spell(registry, known->field[area].name, names[1], ACCESS_SECRET_SIZE);
}

static void answer(struct question *question, struct pipeline *pipeline)
{
    struct who *who = (struct who *)(void *)question; /* its first member */
    struct tasks *tasks = who->tasks;
    for (size_t i = 0; i < tasks->rows_count; i++)
        find_one(pipeline->registry, &tasks->row[i], &tasks->cause[i], tasks->names[i]);
    (void)pthread_mutex_lock(&who->lock);
    who->done = true;
    (void)pthread_cond_signal(&who->answered);
    (void)pthread_mutex_unlock(&who->lock);
}

static enum status find_all(struct tasks *tasks)
{
    struct who who = {.question = {.ask = answer},
                      .tasks = tasks,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .answered = PTHREAD_COND_INITIALIZER};
    TRY(live_ask(tasks->service->live, &who.question));
    (void)pthread_mutex_lock(&who.lock);
    while (!who.done)
        (void)pthread_cond_wait(&who.answered, &who.lock);
    (void)pthread_mutex_unlock(&who.lock);
    return STATUS_OK;
}

/* Whether the person is on a call now, and with whom. */
static void find_call(struct tasks *tasks, struct dissuasion_cause *cause,
                      char involved[ACCESS_SECRET_SIZE])
{
    const struct service *service = tasks->service;
    struct presence_call call;
    struct text text = text_over(involved, ACCESS_SECRET_SIZE);
    cause->on_call = presence_find(service->presence, ident_of(cause->phone),
                                   service->clock.now(service->clock.self), &call);
    if (!cause->on_call || !ident_is_packed(call.other))
        return;
    text_add_ident(&text, call.other);
    cause->involved = text_slice(&text);
}

/* ---- a batch ---- */

static bool becomes_work(const struct alert_row *row)
{
    bool victim = slice_equal(row->typology, SLICE("victim"));
    bool line =
        slice_equal(row->subject_kind, SLICE("phone")) && slice_equal(row->respond, SLICE("lead"));
    return !row->shadow && (line || (victim && !slice_equal(row->respond, SLICE("watch"))));
}

/* The subject as it is spelled; the row's own column holds a keyed name. */
static enum status subject_of(struct tasks *tasks, const struct alert_row *row, struct slice *out)
{
    char *bytes = NULL;
    struct slice unmasked;
    TRY(bulletin_unseal(tasks->service->bulletin, row, tasks->scratch, &unmasked));
    TRY(arena_take(tasks->scratch, SUBJECT_BYTES_MAX, (void **)&bytes));
    struct text text = text_over(bytes, SUBJECT_BYTES_MAX);
    text_add_json_value(&text, answered_member(unmasked, "subject"));
    *out = text_slice(&text);
    return text.full ? STATUS_FULL : STATUS_OK;
}

static enum status keep_row(void *self, const struct alert_row *row)
{
    struct tasks *tasks = self;
    tasks->number = row->number;
    if (!becomes_work(row))
        return STATUS_OK;
    struct alert_row *kept = &tasks->row[tasks->rows_count];
    struct dissuasion_cause *cause = &tasks->cause[tasks->rows_count];
    *kept = *row;
    TRY(slice_copy(tasks->scratch, row->id, &kept->id));
    TRY(subject_of(tasks, row, &kept->subject));
    TRY(slice_copy(tasks->scratch, row->subject_kind, &kept->subject_kind));
    TRY(slice_copy(tasks->scratch, row->typology, &kept->typology));
    TRY(slice_copy(tasks->scratch, row->respond, &kept->respond));
    bool stop = slice_equal(row->respond, SLICE("stop_payment"));
    *cause = (struct dissuasion_cause){
        .alert = kept->id,
        .document = slice_equal(kept->subject_kind, SLICE("person")) ? kept->subject : SLICE(""),
        .score = stop ? 1 : row->score, /* money is on its way */
        .at_risk = -1,
        .detected = row->time,
    };
    tasks->rows_count++;
    return STATUS_OK;
}

/* The rows behind the number, at most BATCH_MAX that become work. */
static enum status read_batch(struct tasks *tasks)
{
    const struct bulletin_query query = {.after = tasks->number, .count_max = BATCH_MAX};
    arena_reset(tasks->scratch);
    tasks->rows_count = 0;
    TRY(ARENA_NEW(tasks->scratch, BATCH_MAX, &tasks->row));
    TRY(ARENA_NEW(tasks->scratch, BATCH_MAX, &tasks->cause));
    TRY(ARENA_NEW(tasks->scratch, BATCH_MAX, &tasks->names));
    return bulletin_look(tasks->reader, &query, tasks->scratch,
                         (struct bulletin_sink){keep_row, tasks});
}

/* A line is checked with its carrier, a victim is warned. */
static enum status add_one(struct tasks *tasks, size_t i)
{
    const struct alert_row *row = &tasks->row[i];
    struct work_item item;
    bool joined = false;
    if (slice_equal(row->respond, SLICE("lead"))) {
        const struct lead_alert alert = {row->id, row->subject, row->typology, row->grade,
                                         row->time};
        return lead_from_alert(tasks->lead, &alert, tasks->scratch, &item, &joined);
    }
    find_call(tasks, &tasks->cause[i], tasks->names[i][2]);
    return dissuasion_from_alert(tasks->service->work, slice_of(tasks->home), &tasks->cause[i],
                                 tasks->scratch, &item, &joined);
}

static enum status add_all(struct tasks *tasks)
{
    static const char REACHED[] = "UPDATE task_reached SET number = ?1 WHERE id = 1";
    const struct store_value number = STORE_OF_WHOLE((int64_t)tasks->number);
    for (size_t i = 0; i < tasks->rows_count; i++) {
        enum status status = add_one(tasks, i);
        if (status == STATUS_MALFORMED) { /* a name of another form than the desk's: said, passed */
            LOG(&tasks->service->log, task_passed, LOG_WHOLE(position, tasks->row[i].number));
            continue;
        }
        TRY(status);
    }
    return store_run(tasks->service->store, REACHED, &number, 1);
}

static enum status write_batch(struct tasks *tasks)
{
    struct store *store = tasks->service->store;
    TRY(store_begin(store));
    enum status status = add_all(tasks);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* The organisation that runs this installation; false: there is none yet. */
static bool home_known(struct tasks *tasks)
{
    struct access_organisation *all = NULL;
    size_t count = ORGANISATIONS_MAX;
    if (tasks->home[0] != '\0')
        return true;
    arena_reset(tasks->scratch);
    if (ARENA_NEW(tasks->scratch, count, &all) != STATUS_OK ||
        access_organisations(tasks->reader, SLICE(""), SLICE(""), tasks->scratch, all, &count) !=
            STATUS_OK)
        return false;
    for (size_t i = 0; i < count; i++)
        if (all[i].home)
            memcpy(tasks->home, all[i].id, sizeof tasks->home);
    return tasks->home[0] != '\0';
}

bool tasks_turn(struct tasks *tasks)
{
    struct bulletin_counts counts;
    uint64_t before = tasks->number;
    bulletin_count(tasks->service->bulletin, &counts);
    if (!home_known(tasks) || counts.newest <= tasks->number)
        return false;
    enum status status = read_batch(tasks);
    if (status == STATUS_OK && tasks->rows_count > 0)
        status = find_all(tasks);
    if (status == STATUS_OK && tasks->number != before)
        status = write_batch(tasks);
    if (status == STATUS_OK)
        return tasks->number != before;
    tasks->number = before; /* tried again */
    LOG(&tasks->service->log, failed, LOG_TEXT(what, SLICE("alerts do not become work")),
        LOG_TEXT(status, slice_of(status_name(status))));
    return false;
}

enum status tasks_open(struct tasks **out, struct service *service, struct lead *lead,
                       struct text *why)
{
    static const char WHERE[] = "SELECT number FROM task_reached WHERE id = 1";
    struct tasks *tasks = NULL;
    struct store_value number;
    TRY(ARENA_NEW(service->boot, 1, &tasks));
    TRY(arena_create(&tasks->scratch, SCRATCH_BYTES));
    tasks->service = service;
    tasks->lead = lead;
    *out = tasks; /* tasks_close gives back what there is */
    TRY(store_open_reader(&tasks->reader, service->store_path, service->boot, why));
    TRY(store_one(tasks->reader, WHERE, NULL, 0, &number, 1, tasks->scratch));
    tasks->number = (uint64_t)number.whole;
    return STATUS_OK;
}

void tasks_close(struct tasks *tasks)
{
    if (tasks == NULL)
        return;
    if (tasks->reader != NULL)
        store_close(tasks->reader);
    arena_destroy(tasks->scratch);
}
