/* task.c -- tasks in the store: a row each, its words sealed beside its id, a row for each alert.
 *
 *      sealed   "id\n17\n…17 bytes of words…filter"
 *
 * Invariants:  1. count = done + failed + those that wait, in every committed state.
 *              2. An alert stands once in a task. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "task/task_inside.h"

#include <stdlib.h>

#define COLUMNS                                                                                 \
    "number, id, state, owner, organisation, outcome, code, sealed, effect, undoes, approver, " \
    "why, count, done, failed, undone, created, begun, ended, digest"
enum { COLUMNS_COUNT = 20, ID_BYTES = 8, SEALED_HEAD = 64 };

const struct store_migration TASK_MIGRATIONS[TASK_MIGRATIONS_COUNT] = {
    {"one decision on many alerts",
     "CREATE TABLE task (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, "
     "owner TEXT NOT NULL, organisation TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL, "
     "sealed BLOB NOT NULL, effect TEXT NOT NULL, undoes TEXT NOT NULL, approver TEXT NOT NULL, "
     "why "
     "TEXT NOT NULL, count INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL, "
     "undone "
     "INTEGER NOT NULL, created INTEGER NOT NULL, begun INTEGER NOT NULL, ended INTEGER NOT NULL, "
     "digest TEXT NOT NULL, stepped INTEGER NOT NULL);"
     "CREATE INDEX task_state ON task (state, stepped, number);"
     "CREATE INDEX task_owner ON task (owner, number);"
     "CREATE TABLE task_item (task INTEGER NOT NULL, at INTEGER NOT NULL, alert TEXT NOT NULL, "
     "state TEXT NOT NULL, fault TEXT NOT NULL, decided INTEGER NOT NULL, PRIMARY KEY (task, at));"
     "CREATE INDEX task_item_state ON task_item (task, state, at);"},
};

static const char *const STATES[TASK_STATES_COUNT] = {
#define TASK_STATE(name, en, zh) #name,
#include "task/states.inc"
#undef TASK_STATE
};

const char *task_state_name(enum task_state state)
{
    return STATES[state];
}

moment task_now(const struct task_desk *desk)
{
    return desk->options.clock.now(desk->options.clock.self);
}

uint64_t task_alone_max(const struct task_desk *desk)
{
    return desk->options.alone_max;
}

/* ---- sealed ---- */

static enum status words_seal(const struct task_desk *desk, const struct task *task,
                              struct arena *arena, struct slice *out)
{
    char *bytes = NULL;
    unsigned char *sealed = NULL;
    size_t size_max = SEALED_HEAD + task->words.size + task->filter.size;
    TRY(arena_take(arena, size_max, (void **)&bytes));
    struct text plain = text_over(bytes, size_max);
    text_addf(&plain, "%s\n%zu\n", task->id, task->words.size);
    text_add(&plain, task->words);
    text_add(&plain, task->filter);
    must(!plain.full);
    TRY(arena_take(arena, plain.size + SECRET_OVERHEAD, (void **)&sealed));
    TRY(secret_seal(&desk->options.key, desk->options.chance, text_slice(&plain), sealed));
    *out = (struct slice){(const char *)sealed, plain.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

static enum status words_open(const struct task_desk *desk, struct slice sealed,
                              struct arena *arena, struct task *task)
{
    unsigned char *plain = NULL;
    char *end = NULL;
    if (sealed.size < SECRET_OVERHEAD)
        return STATUS_MALFORMED;
    size_t size = sealed.size - SECRET_OVERHEAD, id = strlen(task->id);
    TRY(arena_take(arena, size + 1, (void **)&plain));
    if (secret_open(&desk->options.key, sealed, plain) != STATUS_OK)
        return STATUS_MALFORMED;
    plain[size] = '\0';
    const char *at = (const char *)plain;
    if (!slice_starts((struct slice){at, size}, slice_of(task->id)) || at[id] != '\n')
        return STATUS_MALFORMED;
    size_t words = strtoull(at + id + 1, &end, 10), head = (size_t)(end - at) + 1;
    if (*end != '\n' || head + words > size)
        return STATUS_MALFORMED;
    task->words = (struct slice){at + head, words};
    task->filter = (struct slice){at + head + words, size - head - words};
    return STATUS_OK;
}

/* ---- which alerts ---- */

static enum status rule_count(struct task_pick *pick, struct slice rule, struct arena *arena)
{
    for (size_t i = 0; i < pick->rules_count; i++)
        if (slice_equal(pick->rule[i].name, rule)) {
            pick->rule[i].count++;
            return STATUS_OK;
        }
    if (pick->rules_count == TASK_RULES_MAX)
        return STATUS_OK; /* the count of all is still right */
    struct task_rule *next = &pick->rule[pick->rules_count++];
    next->count = 1;
    return slice_copy(arena, rule, &next->name);
}

struct picking {
    struct task_pick *pick;
    struct arena *arena;
    struct slice by; /* who asks */
    moment now;
};

static enum status pick_take(void *self, const struct bulletin_picked *picked)
{
    struct picking *picking = self;
    struct task_pick *pick = picking->pick;
    if (pick->count == TASK_ITEMS_MAX)
        return STATUS_FULL;
    TRY(slice_copy(picking->arena, picked->id, &pick->id[pick->count]));
    pick->count++;
    pick->held += picked->lease.ms > picking->now.ms && !slice_equal(picked->holder, picking->by);
    pick->grades[picked->grade < 0 || picked->grade > 4 ? 0 : picked->grade]++;
    return rule_count(pick, picked->rule, picking->arena);
}

static int slices_order(const void *a, const void *b)
{
    const struct slice *one = a, *other = b;
    size_t size = one->size < other->size ? one->size : other->size;
    int order = memcmp(one->at, other->at, size);
    return order != 0 ? order : (one->size > other->size) - (one->size < other->size);
}

/* The words of a text with commas, each once, in the order of their bytes. */
static enum status ids_split(struct slice ids, struct arena *arena, struct slice **out,
                             size_t *count)
{
    size_t words = 1, kept = 0;
    for (size_t i = 0; i < ids.size; i++)
        words += ids.at[i] == ',';
    if (words > TASK_ITEMS_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(arena, words, out));
    for (size_t i = 0; i < words; i++) {
        const char *comma = memchr(ids.at, ',', ids.size);
        size_t size = comma == NULL ? ids.size : (size_t)(comma - ids.at);
        (*out)[i] = (struct slice){ids.at, size};
        size += comma != NULL;
        ids = (struct slice){ids.at + size, ids.size - size};
    }
    qsort(*out, words, sizeof **out, slices_order);
    for (size_t i = 0; i < words; i++)
        if (kept == 0 || !slice_equal((*out)[kept - 1], (*out)[i]))
            (*out)[kept++] = (*out)[i];
    *count = kept;
    return STATUS_OK;
}

/* Those that are named: also those that are decided already, or not there; the step says so of
 * each. */
static enum status pick_ids(struct store *reader, const struct task_wish *wish,
                            struct picking *picking)
{
    struct slice *id = NULL;
    size_t count = 0;
    TRY(ids_split(wish->ids, picking->arena, &id, &count));
    for (size_t i = 0; i < count; i++) {
        struct bulletin_picked picked = {.id = id[i]};
        enum status status = bulletin_pick_one(reader, id[i], picking->arena, &picked);
        if (status != STATUS_OK && status != STATUS_ABSENT)
            return status;
        TRY(pick_take(picking, &picked));
    }
    return STATUS_OK;
}

enum status task_pick(struct task_desk *desk, struct store *reader, const struct task_wish *wish,
                      struct arena *arena, struct task_pick *out)
{
    struct picking picking = {
        .pick = out, .arena = arena, .by = slice_of(wish->by->user), .now = task_now(desk)};
    *out = (struct task_pick){.upto = wish->upto};
    TRY(ARENA_NEW(arena, TASK_ITEMS_MAX, &out->id));
    if (wish->ids.size > 0)
        return pick_ids(reader, wish, &picking);
    if (out->upto == 0)
        TRY(bulletin_newest(reader, &out->upto));
    const struct bulletin_query query = {.filter = wish->filter, .before = out->upto + 1};
    bool opens = slice_equal(wish->decision.outcome, SLICE("open"));
    return bulletin_pick(reader, &query, !opens, arena,
                         (struct bulletin_pick_sink){pick_take, &picking});
}

static int rules_order(const void *a, const void *b)
{
    const struct task_rule *one = a, *other = b;
    int order = (one->count < other->count) - (one->count > other->count);
    return order != 0 ? order : slices_order(&one->name, &other->name);
}

void text_add_effect(struct text *text, const struct task_pick *pick)
{
    static const char *const GRADES[] = {"none", "low", "medium", "high", "extreme"};
    struct task_rule rule[TASK_RULES_MAX];
    bool some = false;
    text_add_string(text, "{\"grades\":{");
    for (unsigned i = 5; i-- > 0;) {
        if (pick->grades[i] == 0)
            continue;
        text_addf(text, "%s\"%s\":%zu", some ? "," : "", GRADES[i], pick->grades[i]);
        some = true;
    }
    text_add_string(text, "},\"rules\":[");
    memcpy(rule, pick->rule, sizeof rule);
    qsort(rule, pick->rules_count, sizeof rule[0], rules_order);
    for (size_t i = 0; i < pick->rules_count && i < TASK_RULES_SHOWN; i++) {
        text_add_string(text, i == 0 ? "{\"rule\":" : ",{\"rule\":");
        text_add_json(text, rule[i].name);
        text_addf(text, ",\"alerts\":%zu}", rule[i].count);
    }
    text_addf(text, "],\"held\":%zu}", pick->held);
}

/* ---- making ---- */

static enum status id_draw(const struct task_desk *desk, char out[TASK_ID_SIZE])
{
    struct secret random;
    struct text text = text_over(out, TASK_ID_SIZE);
    TRY(secret_draw(desk->options.chance, &random));
    text_add_string(&text, "t_");
    text_add_hex(&text, (struct slice){(const char *)random.bytes, ID_BYTES});
    return STATUS_OK;
}

static enum status room_look(struct store *store, struct slice owner)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM task WHERE owner = ?1 AND state IN "
                                "('proposed', 'running', 'paused')";
    const struct store_value value = STORE_OF_TEXT(owner);
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(store, COUNT, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    bool room = status == STATUS_OK && at[0].whole < TASKS_OPEN_MAX;
    store_end(rows);
    TRY(status);
    return room ? STATUS_OK : STATUS_FULL;
}

static void digest_make(struct task *task, const struct task_pick *pick)
{
    const struct slice head[] = {task->outcome, SLICE("\n"), task->code,
                                 SLICE("\n"),   task->words, SLICE("\n")};
    struct digest digest = sha256_of(head, 6);
    for (size_t i = 0; i < pick->count; i++) {
        const struct slice next[] = {{(const char *)digest.bytes, DIGEST_SIZE}, pick->id[i]};
        digest = sha256_of(next, 2);
    }
    digest_hex(&digest, task->digest);
}

static enum status row_add(struct task_desk *desk, const struct task *task, struct arena *arena)
{
    static const char ADD[] =
        "INSERT INTO task (id, state, owner, organisation, outcome, code, sealed, effect, undoes, "
        "approver, why, count, done, failed, undone, created, begun, ended, digest, stepped) "
        "VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', '', ?10, 0, 0, 0, ?11, ?12, ?13, ?14, 0)";
    struct slice sealed;
    TRY(words_seal(desk, task, arena, &sealed));
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(task->id)),
                                         STORE_OF_TEXT(slice_of(STATES[task->state])),
                                         STORE_OF_TEXT(task->owner),
                                         STORE_OF_TEXT(task->organisation),
                                         STORE_OF_TEXT(task->outcome),
                                         STORE_OF_TEXT(task->code),
                                         STORE_OF_BYTES(sealed),
                                         STORE_OF_TEXT(task->effect),
                                         STORE_OF_TEXT(task->undoes),
                                         STORE_OF_WHOLE((int64_t)task->count),
                                         STORE_OF_WHOLE(task->created.ms),
                                         STORE_OF_WHOLE(task->begun.ms),
                                         STORE_OF_WHOLE(task->ended.ms),
                                         STORE_OF_TEXT(slice_of(task->digest))};
    return store_run(desk->options.store, ADD, values, 14);
}

static enum status number_of(struct store *store, struct slice id, struct arena *arena,
                             int64_t *out)
{
    static const char FIND[] = "SELECT number FROM task WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[1];
    TRY(store_one(store, FIND, &value, 1, at, 1, arena));
    *out = at[0].whole;
    return STATUS_OK;
}

static enum status items_add(struct store *store, int64_t number, const struct task_pick *pick)
{
    static const char ADD[] = "INSERT INTO task_item (task, at, alert, state, fault, decided) "
                              "VALUES (?1, ?2, ?3, 'waiting', '', 0)";
    for (size_t i = 0; i < pick->count; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(number), STORE_OF_WHOLE((int64_t)i + 1),
                                             STORE_OF_TEXT(pick->id[i])};
        TRY(store_run(store, ADD, values, 3));
    }
    return STATUS_OK;
}

enum status task_add(struct task_desk *desk, const struct task_wish *wish,
                     const struct task_pick *pick, struct arena *arena, struct task *out)
{
    struct store *store = desk->options.store;
    char *bytes = NULL;
    int64_t number = 0;
    bool alone = pick->count <= desk->options.alone_max;
    moment now = task_now(desk);
    TRY(room_look(store, slice_of(wish->by->user)));
    TRY(arena_take(arena, TASK_EFFECT_BYTES_MAX, (void **)&bytes));
    struct text effect = text_over(bytes, TASK_EFFECT_BYTES_MAX);
    text_add_effect(&effect, pick);
    must(!effect.full);
    struct task task = {.state = alone ? TASK_running : TASK_proposed,
                        .owner = slice_of(wish->by->user),
                        .organisation = slice_of(wish->by->organisation),
                        .outcome = wish->decision.outcome,
                        .code = wish->decision.code,
                        .words = wish->decision.words,
                        .filter = wish->filter_text,
                        .effect = text_slice(&effect),
                        .undoes = SLICE(""),
                        .count = pick->count,
                        .created = now,
                        .begun = alone ? now : MOMENT_NONE,
                        .ended = MOMENT_NONE};
    TRY(id_draw(desk, task.id));
    digest_make(&task, pick);
    TRY(row_add(desk, &task, arena));
    TRY(number_of(store, slice_of(task.id), arena, &number));
    TRY(items_add(store, number, pick));
    return task_find(desk, store, slice_of(task.id), arena, out);
}

/* ---- undoing ---- */

static enum status items_undo(struct store *store, int64_t number, const struct task *task)
{
    static const char COPY[] =
        "INSERT INTO task_item (task, at, alert, state, fault, decided) SELECT ?1, at, alert, "
        "'waiting', '', decided FROM task_item WHERE task = ?2 AND state = 'done'";
    static const char NOTE[] = "UPDATE task SET undone = 1 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(number),
                                         STORE_OF_WHOLE((int64_t)task->number)};
    TRY(store_run(store, COPY, values, 2));
    return store_run(store, NOTE, &values[1], 1);
}

enum status task_undo(struct task_desk *desk, const struct task *task, const struct identity *by,
                      struct slice words, struct arena *arena, struct task *out)
{
    struct store *store = desk->options.store;
    int64_t number = 0;
    moment now = task_now(desk);
    bool still = task->state == TASK_done || task->state == TASK_cancelled;
    if (!still || task->undone || task->done == 0 || slice_equal(task->outcome, SLICE("open")))
        return STATUS_REFUSED;
    struct task undo = {.state = TASK_running,
                        .owner = slice_of(by->user),
                        .organisation = slice_of(by->organisation),
                        .outcome = SLICE("open"),
                        .code = SLICE("taken_back"),
                        .words = words,
                        .filter = SLICE(""),
                        .effect = task->effect,
                        .undoes = slice_of(task->id),
                        .count = task->done,
                        .created = now,
                        .begun = now,
                        .ended = MOMENT_NONE};
    TRY(id_draw(desk, undo.id));
    memcpy(undo.digest, task->digest, sizeof undo.digest);
    TRY(row_add(desk, &undo, arena));
    TRY(number_of(store, slice_of(undo.id), arena, &number));
    TRY(items_undo(store, number, task));
    return task_find(desk, store, slice_of(undo.id), arena, out);
}

/* ---- looking ---- */

static enum status row_of(const struct task_desk *desk, const struct store_value *at,
                          struct arena *arena, struct task *out)
{
    struct task task = {.number = (uint64_t)at[0].whole,
                        .owner = at[3].bytes,
                        .organisation = at[4].bytes,
                        .outcome = at[5].bytes,
                        .code = at[6].bytes,
                        .effect = at[8].bytes,
                        .undoes = at[9].bytes,
                        .approver = at[10].bytes,
                        .why = at[11].bytes,
                        .count = (uint64_t)at[12].whole,
                        .done = (uint64_t)at[13].whole,
                        .failed = (uint64_t)at[14].whole,
                        .undone = at[15].whole != 0,
                        .created = {at[16].whole},
                        .begun = {at[17].whole},
                        .ended = {at[18].whole}};
    struct text id = text_over(task.id, sizeof task.id);
    struct text digest = text_over(task.digest, sizeof task.digest);
    text_add(&id, at[1].bytes);
    text_add(&digest, at[19].bytes);
    while (task.state < TASK_STATES_COUNT &&
           !slice_equal(at[2].bytes, slice_of(STATES[task.state])))
        task.state++;
    if (task.state == TASK_STATES_COUNT || id.full || digest.full)
        return STATUS_MALFORMED;
    TRY(words_open(desk, at[7].bytes, arena, &task));
    *out = task;
    return STATUS_OK;
}

enum status task_find(struct task_desk *desk, struct store *reader, struct slice id,
                      struct arena *arena, struct task *out)
{
    static const char FIND[] = "SELECT " COLUMNS " FROM task WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[COLUMNS_COUNT];
    TRY(store_one(reader, FIND, &value, 1, at, COLUMNS_COUNT, arena));
    return row_of(desk, at, arena, out);
}

enum status task_list(struct task_desk *desk, struct store *reader, const struct task_query *query,
                      struct arena *arena, struct task_sink sink)
{
    static const char LIST[] =
        "SELECT " COLUMNS " FROM task WHERE number < ?1 AND (?2 = '' OR owner = ?2) AND (?3 = 0 OR "
        "state = 'proposed') ORDER BY number DESC LIMIT ?4";
    uint64_t before = query->before == 0 ? INT64_MAX : query->before;
    const struct store_value values[] = {
        STORE_OF_WHOLE((int64_t)before), STORE_OF_TEXT(query->owner),
        STORE_OF_WHOLE(query->proposed), STORE_OF_WHOLE((int64_t)query->count_max)};
    struct store_rows *rows = NULL;
    struct store_value at[COLUMNS_COUNT];
    TRY(store_query(reader, LIST, values, 4, &rows));
    enum status status = store_next(rows, at, COLUMNS_COUNT);
    while (status == STATUS_OK) {
        struct task task;
        status = row_of(desk, at, arena, &task);
        if (status == STATUS_OK)
            status = sink.take(sink.self, &task);
        if (status == STATUS_OK)
            status = store_next(rows, at, COLUMNS_COUNT);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status items_tell(struct store *reader, const char *sql,
                              const struct store_value *values, size_t count,
                              struct task_item_sink sink)
{
    struct store_rows *rows = NULL;
    struct store_value at[3];
    TRY(store_query(reader, sql, values, count, &rows));
    enum status status = store_next(rows, at, 3);
    while (status == STATUS_OK) {
        const struct task_item item = {
            .at = (uint64_t)at[0].whole, .alert = at[1].bytes, .fault = at[2].bytes};
        status = sink.take(sink.self, &item);
        if (status == STATUS_OK)
            status = store_next(rows, at, 3);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status task_failures(struct store *reader, const struct task *task, uint64_t after,
                          size_t count_max, struct task_item_sink sink)
{
    static const char FIND[] = "SELECT at, alert, fault FROM task_item WHERE task = ?1 AND state = "
                               "'failed' AND at > ?2 ORDER BY at LIMIT ?3";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)task->number),
                                         STORE_OF_WHOLE((int64_t)after),
                                         STORE_OF_WHOLE((int64_t)count_max)};
    return items_tell(reader, FIND, values, 3, sink);
}

enum status task_sample(struct store *reader, const struct task *task, size_t count_max,
                        struct task_item_sink sink)
{
    static const char FIND[] = "SELECT at, alert, fault FROM task_item WHERE task = ?1 AND (at - "
                               "1) % ?2 = 0 ORDER BY at LIMIT ?3";
    int64_t every = (int64_t)(task->count / count_max);
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)task->number),
                                         STORE_OF_WHOLE(every < 1 ? 1 : every),
                                         STORE_OF_WHOLE((int64_t)count_max)};
    return items_tell(reader, FIND, values, 3, sink);
}
