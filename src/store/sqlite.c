/* sqlite.c -- the store over SQLite: the only file that knows it.
 *
 * A sync costs more than a transaction, so transactions that come together share one.  Each has
 * the database to itself, in turn; the first begins SQLite's transaction, those behind it are
 * savepoints in it.  Whoever ends and sees nobody waiting, or a full group, commits for all:
 *
 *     A  begin · writes · end ─ waits ──────────────────────────┐
 *     B     waits ·  savepoint · writes · release ─ waits ──────┤
 *     C        waits ·          savepoint · writes · release · COMMIT, synced ──> all are told
 *
 * Invariants:  1. The writer runs with journal_mode=WAL, synchronous=FULL, foreign_keys=ON; a
 *                 commit that said OK survives power loss, in a group or alone.
 *              2. A statement text is prepared once and found again by its address, so texts must
 *                 be constants.
 *              3. After a failed statement in a transaction, only a rollback leaves it
 *                 (`poisoned`).  It takes back that transaction alone; if SQLite has taken back
 *                 all of them, all members of the group fail.
 *              4. Turns are taken in the order in which they were asked for, and everybody is in a
 *                 group at most once: it ends when its last waiter has had a turn, or sooner.
 *              5. Whoever is alone makes exactly one BEGIN and one COMMIT, and waits for nobody.
 *              6. Nobody is told how a transaction ended before what it could read is durable: one
 *                 that is rolled back waits for those before it, too.
 * What was written stands in SQLite's log first, and is copied into the database by a thread with a
 * connection of its own, while others write.  Copying it in a COMMIT, which is SQLite's own way,
 * makes everybody wait who has come in the meantime; it is left for a log that grew too long, of
 * which the thread has copied nearly all by then.
 *
 * Not chosen:  waiting a moment for others to come.  They come while a group is synced, and then
 *              go together.
 *              A bound of time on a group: it needs a clock, and members and statements bound the
 *              same work.
 *              Temporary files: pages that a savepoint could want back lie in memory, because a
 *              file under /tmp would hold what is nobody else's to read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/checksum.h"
#include "ground/limits.h"
#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

struct prepared {
    const char *sql;
    sqlite3_stmt *statement;
};

struct store_rows {
    struct store *store;
    sqlite3_stmt *statement;
    bool own; /* the cached one was in use: this one is finalised at the end */
};

/* A thread that waits: for its turn, and later for the end of its group. */
struct seat {
    pthread_t who;
    pthread_cond_t called; /* its turn has come */
    struct seat *next;
    bool done; /* what it waits for has happened */
    enum status status;
};

/* What one COMMIT makes durable.  Belongs to whoever has the turn. */
struct group {
    bool open;         /* SQLite has a transaction */
    bool lost;         /* SQLite has taken it back by itself */
    uint32_t members;  /* that have ended, and are told when it is committed */
    uint32_t runs;     /* statements */
    enum status fault; /* why it is lost */
    struct seat *ended;
    uint64_t number;
};

enum { SCRUB_TRIES_MAX = 500, SCRUB_PAUSE_MS = 10 };

/* The thread that copies the log into the database. */
struct copier {
    sqlite3 *database;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the next two */
    bool called, over;
    pthread_cond_t calls;
    _Atomic int copied; /* pages of the log that its last round left copied */
};

struct store {
    sqlite3 *database;
    pthread_mutex_t lock; /* guards the next three */
    bool held;            /* somebody has the turn, from store_begin to the end */
    pthread_t holder;
    struct seat *first, *last; /* who waits for the turn, in order */
    pthread_mutex_t settling;  /* guards `status` and `done` of those who wait for a COMMIT */
    pthread_cond_t settled[2]; /* a group of an even, of an odd number has ended */
    struct group group;        /* this and what follows belongs to whoever has the turn */
    bool open;                 /* a transaction of the holder */
    bool poisoned;
    bool reader;
    int log_told;          /* pages of the log when the copier was called last */
    struct copier *copier; /* of the writer */
    uint32_t prepared_count;
    struct prepared prepared[STORE_STATEMENTS_MAX];
    struct store_rows rows[STORE_QUERIES_MAX];
};

static enum status status_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return STATUS_OK;
    case SQLITE_CONSTRAINT:
        return STATUS_REFUSED;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
        return STATUS_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STATUS_MALFORMED;
    default:
        return STATUS_IO;
    }
}

static enum status plain(struct store *store, const char *sql)
{
    return status_of(sqlite3_exec(store->database, sql, NULL, NULL, NULL));
}

/* A statement of the text that nobody is stepping through; `*own` if it is not the cached one. */
static enum status statement_find(struct store *store, const char *sql, sqlite3_stmt **out,
                                  bool *own)
{
    *own = false;
    for (uint32_t i = 0; i < store->prepared_count; i++) {
        if (store->prepared[i].sql != sql)
            continue;
        *out = store->prepared[i].statement;
        if (!sqlite3_stmt_busy(*out))
            return STATUS_OK;
        *own = true;
        return status_of(sqlite3_prepare_v2(store->database, sql, -1, out, NULL));
    }
    must(store->prepared_count < STORE_STATEMENTS_MAX);
    int code = sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    TRY(status_of(code));
    store->prepared[store->prepared_count++] = (struct prepared){sql, *out};
    return STATUS_OK;
}

static int value_bind(sqlite3_stmt *statement, int at, const struct store_value *value)
{
    const char *bytes = value->bytes.at == NULL ? "" : value->bytes.at;
    switch (value->type) {
    case STORE_NULL:
        return sqlite3_bind_null(statement, at);
    case STORE_WHOLE:
        return sqlite3_bind_int64(statement, at, value->whole);
    case STORE_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case STORE_TEXT:
        return sqlite3_bind_text64(statement, at, bytes, value->bytes.size, SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    case STORE_BYTES:
        return sqlite3_bind_blob64(statement, at, bytes, value->bytes.size, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

static enum status values_bind(sqlite3_stmt *statement, const struct store_value *values,
                               size_t count)
{
    must((size_t)sqlite3_bind_parameter_count(statement) == count);
    for (size_t i = 0; i < count; i++)
        TRY(status_of(value_bind(statement, (int)i + 1, &values[i])));
    return STATUS_OK;
}

static void statement_rest(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement); /* its code was seen at the step */
    (void)sqlite3_clear_bindings(statement);
}

/* ---- turns ---- */

/* The turn goes to whoever has waited longest.  If nobody waits it stays, or ends if `ends`; false
 * then. */
static bool turn_pass(struct store *store, bool ends)
{
    (void)pthread_mutex_lock(&store->lock);
    struct seat *seat = store->first;
    if (seat != NULL) {
        store->first = seat->next;
        if (store->first == NULL)
            store->last = NULL;
        store->holder = seat->who;
        seat->done = true;
        (void)pthread_cond_signal(&seat->called);
    } else if (ends) {
        store->held = false;
    }
    (void)pthread_mutex_unlock(&store->lock);
    return seat != NULL;
}

static void turn_end(struct store *store)
{
    (void)turn_pass(store, true);
}

static void turn_take(struct store *store)
{
    struct seat seat = {.who = pthread_self()};
    (void)pthread_mutex_lock(&store->lock);
    must(!store->held || !pthread_equal(store->holder, seat.who)); /* it has one open already */
    if (store->held) {
        (void)pthread_cond_init(&seat.called, NULL);
        if (store->last == NULL)
            store->first = &seat;
        else
            store->last->next = &seat;
        store->last = &seat;
        while (!seat.done)
            (void)pthread_cond_wait(&seat.called, &store->lock);
        (void)pthread_cond_destroy(&seat.called);
    }
    store->held = true;
    store->holder = seat.who;
    (void)pthread_mutex_unlock(&store->lock);
}

/* ---- groups ---- */

/* SQLite's own words of a transaction. */
static enum status say(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    bool own = false;
    TRY(statement_find(store, sql, &statement, &own));
    must(!own);
    int code = sqlite3_step(statement);
    statement_rest(statement);
    return status_of(code);
}

/* The group can no longer be committed, because of this. */
static void group_lose(struct store *store, enum status fault)
{
    if (!store->group.lost)
        store->group.fault = fault;
    store->group.lost = true;
}

/* Some failures, also of a read, end SQLite's whole transaction. */
static void group_look(struct store *store, enum status fault)
{
    if (sqlite3_get_autocommit(store->database) != 0)
        group_lose(store, fault);
}

enum status store_run(struct store *store, const char *sql, const struct store_value *values,
                      size_t count)
{
    sqlite3_stmt *statement = NULL;
    bool own = false;
    must(store->open && !store->reader);
    group_look(store, STATUS_IO);
    if (store->poisoned || store->group.lost)
        return STATUS_IO;
    enum status status = statement_find(store, sql, &statement, &own);
    if (status == STATUS_OK)
        status = values_bind(statement, values, count);
    if (status == STATUS_OK)
        status = status_of(sqlite3_step(statement));
    if (statement != NULL)
        statement_rest(statement);
    if (own)
        (void)sqlite3_finalize(statement);
    store->poisoned = status != STATUS_OK;
    store->group.runs++;
    group_look(store, status);
    return status;
}

int64_t store_changed(const struct store *store)
{
    return sqlite3_changes64(store->database);
}

/* The group becomes durable, or none of it happened. */
static enum status group_commit(struct store *store)
{
    enum status status = store->group.lost ? store->group.fault : say(store, "COMMIT");
    if (status != STATUS_OK && sqlite3_get_autocommit(store->database) == 0)
        (void)!(say(store, "ROLLBACK") == STATUS_OK); /* SQLite may have rolled back already */
    store->group = (struct group){.number = store->group.number + 1};
    return status;
}

/* Commits, gives the turn away unless `keep`, and tells all who have ended. */
static enum status group_end(struct store *store, bool keep)
{
    pthread_cond_t *settled = &store->settled[store->group.number % 2];
    struct seat *ended = store->group.ended;
    enum status status = group_commit(store);
    if (!keep)
        turn_end(store);
    (void)pthread_mutex_lock(&store->settling);
    for (struct seat *seat = ended; seat != NULL; seat = seat->next) {
        seat->status = status;
        seat->done = true;
    }
    (void)pthread_cond_broadcast(settled);
    (void)pthread_mutex_unlock(&store->settling);
    return status;
}

/* The holder's transaction has ended as a part of the group: it ends the group or waits for it. */
static enum status group_leave(struct store *store)
{
    struct group *group = &store->group;
    struct seat seat = {.next = group->ended};
    pthread_cond_t *settled = &store->settled[group->number % 2];
    store->open = false;
    group->members++;
    group->ended = &seat;
    group_look(store, STATUS_IO);
    bool full = group->members >= STORE_GROUP_MEMBERS_MAX || group->runs >= STORE_GROUP_RUNS_MAX;
    if (full || group->lost || !turn_pass(store, false))
        return group_end(store, false);
    (void)pthread_mutex_lock(&store->settling);
    while (!seat.done)
        (void)pthread_cond_wait(settled, &store->settling);
    (void)pthread_mutex_unlock(&store->settling);
    return seat.status;
}

/* The first of a group has nobody before it, and needs no savepoint. */
static enum status member_begin(struct store *store)
{
    if (store->group.open)
        return say(store, "SAVEPOINT member");
    TRY(say(store, "BEGIN IMMEDIATE"));
    store->group.open = true;
    return STATUS_OK;
}

enum status store_begin(struct store *store)
{
    must(!store->reader);
    turn_take(store);
    must(!store->open);
    enum status status = member_begin(store);
    if (status == STATUS_OK) {
        store->open = true;
        store->poisoned = false;
    } else if (store->group.open) {
        group_lose(store, status); /* no savepoint: nothing is known of those before it */
        (void)!(group_end(store, false) == STATUS_OK);
    } else {
        turn_end(store);
    }
    return status;
}

/* Takes back what the holder did, and nothing of those before it. */
static void member_undo(struct store *store)
{
    must(store->open);
    if (store->group.members == 0) {
        store->open = false;
        group_lose(store, STATUS_IO); /* nobody is told */
        (void)!(group_end(store, false) == STATUS_OK);
        return;
    }
    enum status status = STATUS_OK;
    group_look(store, STATUS_IO);
    if (!store->group.lost)
        status = say(store, "ROLLBACK TO member");
    if (!store->group.lost && status == STATUS_OK)
        status = say(store, "RELEASE member");
    if (status != STATUS_OK)
        group_lose(store, status);
    (void)!(group_leave(store) == STATUS_OK);
}

enum status store_commit(struct store *store)
{
    must(store->open);
    enum status status = store->poisoned ? STATUS_IO : STATUS_OK;
    if (status == STATUS_OK && store->group.members > 0)
        status = say(store, "RELEASE member");
    if (status == STATUS_OK)
        return group_leave(store);
    member_undo(store);
    return status;
}

void store_rollback(struct store *store)
{
    member_undo(store);
}

/* The writer's connection to itself, between two groups, for what is no transaction. */
static void alone_begin(struct store *store)
{
    if (store->reader)
        return;
    turn_take(store);
    must(!store->open);
    if (store->group.open)
        (void)!(group_end(store, true) == STATUS_OK); /* its members were told */
}

static void alone_end(struct store *store)
{
    if (!store->reader)
        turn_end(store);
}

/* ---- rows ---- */

/* `composed`: the text is not of the program's constants, so its statement is not kept. */
static enum status query(struct store *store, const char *sql, bool composed,
                         const struct store_value *values, size_t count, struct store_rows **out)
{
    struct store_rows *rows = store->rows;
    while (rows < store->rows + STORE_QUERIES_MAX && rows->statement != NULL)
        rows++;
    if (rows == store->rows + STORE_QUERIES_MAX)
        return STATUS_FULL;
    sqlite3_stmt *statement = NULL;
    bool own = composed;
    if (composed)
        TRY(status_of(sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL)));
    else
        TRY(statement_find(store, sql, &statement, &own));
    enum status status = values_bind(statement, values, count);
    if (status != STATUS_OK) {
        statement_rest(statement);
        if (own)
            (void)sqlite3_finalize(statement);
        return status;
    }
    *rows = (struct store_rows){store, statement, own};
    *out = rows;
    return STATUS_OK;
}

enum status store_query(struct store *store, const char *sql, const struct store_value *values,
                        size_t count, struct store_rows **out)
{
    return query(store, sql, false, values, count, out);
}

enum status store_query_composed(struct store *store, const char *sql,
                                 const struct store_value *values, size_t count,
                                 struct store_rows **out)
{
    return query(store, sql, true, values, count, out);
}

static struct store_value column_value(sqlite3_stmt *statement, int at)
{
    struct store_value value = STORE_OF_NULL;
    switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
        return STORE_OF_WHOLE(sqlite3_column_int64(statement, at));
    case SQLITE_FLOAT:
        return STORE_OF_REAL(sqlite3_column_double(statement, at));
    case SQLITE_TEXT:
        value.type = STORE_TEXT;
        value.bytes.at = (const char *)sqlite3_column_text(statement, at);
        break;
    case SQLITE_BLOB:
        value.type = STORE_BYTES;
        value.bytes.at = sqlite3_column_blob(statement, at);
        break;
    default:
        return value;
    }
    value.bytes.size = (size_t)sqlite3_column_bytes(statement, at);
    return value;
}

enum status store_next(struct store_rows *rows, struct store_value *out, size_t columns_count)
{
    must((size_t)sqlite3_column_count(rows->statement) == columns_count);
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_DONE)
        return STATUS_END;
    TRY(status_of(code));
    for (size_t i = 0; i < columns_count; i++)
        out[i] = column_value(rows->statement, (int)i);
    return STATUS_OK;
}

void store_end(struct store_rows *rows)
{
    if (rows->own)
        (void)sqlite3_finalize(rows->statement);
    else
        statement_rest(rows->statement);
    rows->statement = NULL;
}

enum status store_one(struct store *store, const char *sql, const struct store_value *values,
                      size_t count, struct store_value *out, size_t columns_count,
                      struct arena *arena)
{
    struct store_rows *rows = NULL;
    TRY(store_query(store, sql, values, count, &rows));
    enum status status = store_next(rows, out, columns_count);
    for (size_t i = 0; status == STATUS_OK && i < columns_count; i++) {
        if (out[i].bytes.at != NULL)
            status = slice_copy(arena, out[i].bytes, &out[i].bytes);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

/* The digest of a migration's text as the store remembers it. */
static void migration_digest(const struct store_migration *migration, char hex[DIGEST_HEX_SIZE])
{
    struct slice text = slice_of(migration->sql);
    struct digest digest = digest_of(&text, 1);
    digest_hex(&digest, hex);
}

static enum status migration_run(struct store *store, const struct store_migration *migration,
                                 int64_t number)
{
    char hex[DIGEST_HEX_SIZE];
    migration_digest(migration, hex);
    TRY(store_begin(store));
    enum status status = plain(store, migration->sql);
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    const struct store_value row[] = {STORE_OF_WHOLE(number),
                                      STORE_OF_TEXT(slice_of(migration->name)),
                                      STORE_OF_TEXT(slice_of(hex))};
    (void)!(store_run(store, "INSERT INTO migration (number, name, digest) VALUES (?1, ?2, ?3)",
                      row, 3) == STATUS_OK); /* a failure poisons the transaction */
    return store_commit(store);
}

/* Whether the migrations that the file has had are the first ones of this program; how many they
 * are. */
static enum status migrations_compare(struct store *store, const struct store_migration *migrations,
                                      size_t count, size_t *done, struct text *why)
{
    struct store_rows *rows = NULL;
    struct store_value row[2];
    TRY(store_query(store, "SELECT name, digest FROM migration ORDER BY number", NULL, 0, &rows));
    enum status status = store_next(rows, row, 2);
    for (*done = 0; status == STATUS_OK; ++*done) {
        char hex[DIGEST_HEX_SIZE] = "";
        if (*done < count)
            migration_digest(&migrations[*done], hex);
        if (*done >= count || !slice_equal(row[1].bytes, slice_of(hex))) {
            text_addf(why, "the store has had the schema step \"%.*s\", which this program %s",
                      (int)row[0].bytes.size, row[0].bytes.at,
                      *done >= count ? "does not know: it was made by a newer one"
                                     : "has with another text");
            status = STATUS_REFUSED;
            break;
        }
        status = store_next(rows, row, 2);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status schema_update(struct store *store, const struct store_migration *migrations,
                                 size_t count, struct text *why)
{
    size_t done = 0;
    TRY(plain(store, "CREATE TABLE IF NOT EXISTS migration "
                     "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)"));
    TRY(migrations_compare(store, migrations, count, &done, why));
    for (; done < count; done++)
        TRY(migration_run(store, &migrations[done], (int64_t)done + 1));
    return STATUS_OK;
}

static enum status database_open(struct store **out, const char *path, int flags,
                                 struct arena *boot, struct text *why)
{
    struct store *store = NULL;
    TRY(ARENA_NEW(boot, 1, &store));
    int code = sqlite3_open_v2(path, &store->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        text_addf(why, "the store cannot be opened: %s", sqlite3_errstr(code));
        (void)sqlite3_close(store->database);
        return status_of(code);
    }
    (void)sqlite3_busy_timeout(store->database, 5000);
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_mutex_init(&store->settling, NULL);
    (void)pthread_cond_init(&store->settled[0], NULL);
    (void)pthread_cond_init(&store->settled[1], NULL);
    *out = store;
    return STATUS_OK;
}

/* ---- the log ---- */

static void *copier_run(void *self)
{
    struct copier *copier = self;
    (void)pthread_mutex_lock(&copier->lock);
    while (!copier->over) {
        if (!copier->called) {
            (void)pthread_cond_wait(&copier->calls, &copier->lock);
            continue;
        }
        copier->called = false;
        (void)pthread_mutex_unlock(&copier->lock);
        /* what it could not copy, it copies next time */
        int copied = 0;
        if (sqlite3_wal_checkpoint_v2(copier->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                                      &copied) == SQLITE_OK)
            atomic_store(&copier->copied, copied);
        (void)pthread_mutex_lock(&copier->lock);
    }
    (void)pthread_mutex_unlock(&copier->lock);
    return NULL;
}

static void copier_call(struct copier *copier, bool over)
{
    (void)pthread_mutex_lock(&copier->lock);
    copier->called = true;
    copier->over = copier->over || over;
    (void)pthread_cond_signal(&copier->calls);
    (void)pthread_mutex_unlock(&copier->lock);
}

/* After each COMMIT, by whoever made it.  A long log begins again at its front once all of it is
 * copied and nobody writes: so the last few pages are copied here, if the copier has left but few;
 * if it lags far behind, however many they are. */
static int log_grown(void *self, sqlite3 *database, const char *name, int pages)
{
    struct store *store = self;
    int copied = atomic_load(&store->copier->copied);
    if (pages < store->log_told || pages < copied) { /* it has begun again */
        store->log_told = 0;
        atomic_store(&store->copier->copied, 0);
        copied = 0;
    }
    bool few = pages >= STORE_LOG_PAGES_MAX && pages - copied <= STORE_LOG_REST_PAGES;
    if (few || pages >= 4 * STORE_LOG_PAGES_MAX) {
        (void)sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    } else if (pages - store->log_told >= STORE_LOG_PAGES ||
               (pages >= STORE_LOG_PAGES_MAX && pages - copied > STORE_LOG_REST_PAGES)) {
        store->log_told = pages;
        copier_call(store->copier, false);
    }
    return SQLITE_OK;
}

static enum status copier_start(struct store *store, const char *path, struct arena *boot)
{
    struct copier *copier = NULL;
    const char *file = sqlite3_db_filename(store->database, "main");
    if (file == NULL || file[0] == '\0')
        return STATUS_OK; /* in memory: there is no log to copy */
    TRY(ARENA_NEW(boot, 1, &copier));
    int code =
        sqlite3_open_v2(path, &copier->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    enum status status = status_of(code);
    if (status == STATUS_OK) /* before its first look it does not know that there is a log */
        status = status_of(
            sqlite3_exec(copier->database, "SELECT COUNT(*) FROM migration", NULL, NULL, NULL));
    (void)pthread_mutex_init(&copier->lock, NULL);
    (void)pthread_cond_init(&copier->calls, NULL);
    if (status == STATUS_OK && pthread_create(&copier->thread, NULL, copier_run, copier) != 0)
        status = STATUS_FULL;
    if (status != STATUS_OK) {
        (void)sqlite3_close(copier->database);
        return status;
    }
    store->copier = copier;
    (void)sqlite3_wal_hook(store->database, log_grown, store);
    return STATUS_OK;
}

static void copier_stop(struct copier *copier)
{
    if (copier == NULL)
        return;
    copier_call(copier, true);
    (void)pthread_join(copier->thread, NULL);
    (void)sqlite3_close(copier->database);
}

/* ---- opening and closing ---- */

enum status store_open(struct store **out, const char *path,
                       const struct store_migration *migrations, size_t count, struct arena *boot,
                       struct text *why)
{
    char cache[64];
    struct store *store = NULL;
    struct text pragma = text_over(cache, sizeof cache);
    text_addf(&pragma, "PRAGMA cache_size=-%d", STORE_CACHE_KIB);
    TRY(database_open(&store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, boot, why));
    enum status status = plain(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                                      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "
                                      "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;");
    if (status == STATUS_OK)
        status = plain(store, cache);
    if (status == STATUS_OK)
        status = schema_update(store, migrations, count, why);
    if (status == STATUS_OK)
        status = copier_start(store, path, boot);
    if (status != STATUS_OK) {
        if (why->size == 0)
            text_addf(why, "the store cannot be used: %s", sqlite3_errmsg(store->database));
        store_close(store);
        return status;
    }
    *out = store;
    return STATUS_OK;
}

enum status store_open_reader(struct store **out, const char *path, struct arena *boot,
                              struct text *why)
{
    TRY(database_open(out, path, SQLITE_OPEN_READONLY, boot, why));
    (*out)->reader = true;
    return STATUS_OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    must(!store->held && !store->group.open);
    copier_stop(store->copier);
    for (uint32_t i = 0; i < store->prepared_count; i++)
        (void)sqlite3_finalize(store->prepared[i].statement);
    int code = sqlite3_close(store->database);
    must(code == SQLITE_OK); /* every store_query had its store_end */
}

static enum status backup(struct store *store, const char *path)
{
    sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    enum status status = status_of(code);
    if (status == STATUS_OK) {
        sqlite3_backup *backup = sqlite3_backup_init(copy, "main", store->database, "main");
        if (backup == NULL)
            status = STATUS_IO;
        else {
            status = status_of(sqlite3_backup_step(backup, -1));
            code = sqlite3_backup_finish(backup);
            if (status == STATUS_OK)
                status = status_of(code);
        }
    }
    (void)sqlite3_close(copy);
    return status;
}

enum status store_backup(struct store *store, const char *path)
{
    alone_begin(store);
    enum status status = backup(store, path);
    alone_end(store);
    return status;
}

/* Empties the log.  While the copier is at it, that is BUSY at once, so it is asked again. */
static enum status log_cut(struct store *store)
{
    int code = SQLITE_BUSY;
    for (int i = 0; code == SQLITE_BUSY && i < SCRUB_TRIES_MAX; i++) {
        if (i > 0)
            (void)sqlite3_sleep(SCRUB_PAUSE_MS);
        code = sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                         NULL);
    }
    return status_of(code);
}

enum status store_scrub(struct store *store)
{
    alone_begin(store);
    enum status status = plain(store, "VACUUM");
    if (status == STATUS_OK)
        status = log_cut(store);
    alone_end(store);
    return status;
}

static enum status check(struct store *store, struct text *why)
{
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, "PRAGMA integrity_check(1)", NULL, 0, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK && !slice_equal(row[0].bytes, SLICE("ok"))) {
        text_add(why, row[0].bytes);
        status = STATUS_MALFORMED;
    }
    store_end(rows);
    return status;
}

enum status store_check(struct store *store, struct text *why)
{
    alone_begin(store);
    enum status status = check(store, why);
    alone_end(store);
    return status;
}
