/* work.c -- the tables of the machine, its opening, and what it counts.
 *
 *      work_item    one row each, everything that is asked for together (row.c)
 *      work_queue   open items in the order of their urgency, by track (track.c)
 *      work_shelf   items by track in the order of their making
 *      work_due     the wheel: what falls due next (keep.c)
 *      work_log     what happened (log.c)          work_event   the same, numbered for each seat
 *      work_asking  second persons (asking.c)      work_source  what was handed in once
 *      work_link, work_note, work_attachment
 *
 * Invariant:   A store with items of a kind that this program does not know is not opened: their
 *              clocks would be nobody's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

static const char TABLES[] =
    "CREATE TABLE work_item (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT "
    "NULL, state TEXT NOT NULL, version INTEGER NOT NULL, content INTEGER NOT NULL, owner TEXT NOT "
    "NULL, holder TEXT NOT NULL, holder_organisation TEXT NOT NULL, lease INTEGER NOT NULL, "
    "priority INTEGER NOT NULL, detected INTEGER NOT NULL, created INTEGER NOT NULL, changed "
    "INTEGER NOT NULL, closed INTEGER NOT NULL, place TEXT NOT NULL, joined TEXT NOT NULL, "
    "item_key BLOB, asking INTEGER NOT NULL, clocks TEXT NOT NULL, seats TEXT NOT NULL, sealed "
    "BLOB NOT NULL);"
    "CREATE INDEX work_item_key ON work_item (item_key, number) WHERE item_key IS NOT NULL AND "
    "closed = 0;"
    "CREATE TABLE work_kind (name TEXT PRIMARY KEY, open INTEGER NOT NULL);"
    "CREATE TABLE work_queue (track INTEGER NOT NULL, rank INTEGER NOT NULL, due INTEGER NOT NULL, "
    "item INTEGER NOT NULL, PRIMARY KEY (track, rank, due, item)) WITHOUT ROWID;"
    "CREATE TABLE work_shelf (track INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (track, "
    "item)) WITHOUT ROWID;"
    "CREATE TABLE work_due (at INTEGER NOT NULL, item INTEGER NOT NULL, what INTEGER NOT NULL, "
    "which INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (at, item, what, which)) WITHOUT "
    "ROWID;"
    "CREATE TABLE work_log (number INTEGER PRIMARY KEY, item INTEGER NOT NULL, version INTEGER NOT "
    "NULL, time INTEGER NOT NULL, what TEXT NOT NULL, step TEXT NOT NULL, from_state TEXT NOT "
    "NULL, to_state TEXT NOT NULL, actor TEXT NOT NULL, asker TEXT NOT NULL, organisation TEXT NOT "
    "NULL, mark INTEGER NOT NULL, clocks TEXT NOT NULL, fields TEXT NOT NULL, other TEXT NOT NULL, "
    "late INTEGER NOT NULL, reason BLOB, audit INTEGER NOT NULL);"
    "CREATE INDEX work_log_item ON work_log (item, number);"
    "CREATE TABLE work_event (track INTEGER NOT NULL, number INTEGER NOT NULL, log INTEGER NOT "
    "NULL, PRIMARY KEY (track, number)) WITHOUT ROWID;"
    "CREATE TABLE work_source (source BLOB PRIMARY KEY, item INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE work_asking (number INTEGER PRIMARY KEY, item INTEGER NOT NULL, content INTEGER "
    "NOT NULL, asked INTEGER NOT NULL, expires INTEGER NOT NULL, step TEXT NOT NULL, done INTEGER "
    "NOT NULL, digest TEXT NOT NULL, by_user TEXT NOT NULL, organisation TEXT NOT NULL, people "
    "TEXT NOT NULL, sealed BLOB NOT NULL, state TEXT NOT NULL, decider TEXT, decided INTEGER);"
    "CREATE TABLE work_link (item INTEGER NOT NULL, relation TEXT NOT NULL, other INTEGER NOT "
    "NULL, forward INTEGER NOT NULL, PRIMARY KEY (item, relation, other, forward)) WITHOUT ROWID;"
    "CREATE TABLE work_note (number INTEGER PRIMARY KEY, item INTEGER NOT NULL, time INTEGER NOT "
    "NULL, actor TEXT NOT NULL, organisation TEXT NOT NULL, sealed BLOB NOT NULL);"
    "CREATE INDEX work_note_item ON work_note (item, number);"
    "CREATE TABLE work_attachment (number INTEGER PRIMARY KEY, item INTEGER NOT NULL, time INTEGER "
    "NOT NULL, actor TEXT NOT NULL, organisation TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER "
    "NOT NULL, type TEXT NOT NULL, name BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE (item, "
    "sha256));"
    "CREATE TABLE work_reveal (number INTEGER PRIMARY KEY, user_id TEXT NOT NULL, time INTEGER NOT "
    "NULL);"
    "CREATE INDEX work_reveal_user ON work_reveal (user_id, time);";

const struct store_migration WORK_MIGRATIONS[WORK_MIGRATIONS_COUNT] = {
    {"casework: work", TABLES},
    /* What had ended before anything was forgotten is looked at little by little: a hundred items
     * a second, so that no clock waits for them. */
    {"casework: what has ended may be forgotten",
     "INSERT INTO work_due (at, item, what, which, tries) SELECT (SELECT MAX(changed) FROM "
     "work_item) + 10 * number, number, 114, 0, 0 FROM work_item WHERE closed > 0;"
     "CREATE INDEX work_asking_item ON work_asking (item);"},
    /* Open items of before, as above: whether a clock of theirs ran out. */
    {"casework: open items whose clock ran out are known",
     "INSERT INTO work_due (at, item, what, which, tries) SELECT (SELECT MAX(changed) FROM "
     "work_item) + 10 * number, number, 111, 0, 0 FROM work_item WHERE closed = 0;"},
};

static const struct saying FAULTS[] = {
#define WORK_FAULT(name, en, zh) {{en, zh}},
#include "casework/work/faults.inc"
#undef WORK_FAULT
};

const struct saying *work_fault_says(enum work_fault fault)
{
    return &FAULTS[fault];
}

/* ---- opening ---- */

/* Every kind that the store has items of, and how many of them are open, must be one of ours. */
static enum status kinds_read(struct work *work, struct text *why)
{
    static const char KINDS[] = "SELECT name, open FROM work_kind ORDER BY name";
    struct store_rows *rows = NULL;
    struct store_value at[2];
    uint64_t open = 0;
    TRY(store_query(work->store, KINDS, NULL, 0, &rows));
    enum status status = store_next(rows, at, 2);
    for (; status == STATUS_OK; status = store_next(rows, at, 2)) {
        if (work_kind_find(work, at[0].bytes) == NULL) {
            text_addf(why,
                      "the store holds work of the kind \"%.*s\", which this program does not "
                      "know",
                      (int)at[0].bytes.size, at[0].bytes.at);
            status = STATUS_MALFORMED;
            break;
        }
        open += (uint64_t)at[1].whole;
    }
    store_end(rows);
    atomic_store(&work->open, open);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status kinds_write(struct work *work)
{
    static const char ADD[] =
        "INSERT INTO work_kind (name, open) VALUES (?1, 0) ON CONFLICT (name) DO NOTHING";
    for (unsigned i = 0; i < work->plugs_count; i++) {
        const struct store_value value = STORE_OF_TEXT(slice_of(work->plug[i].kind->name));
        TRY(store_run(work->store, ADD, &value, 1));
    }
    return STATUS_OK;
}

static enum status opened(struct work *work, struct text *why)
{
    TRY(store_begin(work->store));
    enum status status = kinds_read(work, why);
    if (status == STATUS_OK)
        status = kinds_write(work);
    if (status != STATUS_OK) {
        store_rollback(work->store);
        return status;
    }
    return store_commit(work->store);
}

static enum status plugs_check(struct work *work, struct text *why)
{
    for (unsigned i = 0; i < work->plugs_count; i++) {
        TRY(work_kind_check(work->plug[i].kind, why));
        for (unsigned j = 0; j < i; j++)
            if (strcmp(work->plug[i].kind->name, work->plug[j].kind->name) == 0) {
                text_addf(why, "there are two kinds of work \"%s\"", work->plug[i].kind->name);
                return STATUS_MALFORMED;
            }
    }
    return STATUS_OK;
}

enum status work_open(struct work **out, const struct work_options *options, struct arena *boot,
                      struct text *why)
{
    struct work *work = NULL;
    must(options->plugs_count <= WORK_KINDS_MAX);
    TRY(ARENA_NEW(boot, 1, &work));
    work->store = options->store;
    work->audit = options->audit;
    work->access = options->access;
    work->key = options->key;
    must(options->seals_count <= WORK_SEALS_MAX);
    work->seals_count = options->seals_count == 0 ? 1 : options->seals_count;
    work->seal[0] = options->key;
    for (unsigned i = 0; i < options->seals_count; i++)
        work->seal[i] = options->seal[i];
    work->chance = options->chance;
    work->steady = options->steady;
    work->zone_minutes = options->zone_minutes;
    work->plugs_count = options->plugs_count;
    for (unsigned i = 0; i < options->plugs_count; i++)
        work->plug[i] = options->plug[i];
    copy_id(work->home, sizeof work->home, options->home);
    copy_id(work->home_country, sizeof work->home_country,
            options->home_country.size == 0 ? SLICE("86") : options->home_country);
    atomic_store(&work->next_due, INT64_MIN + 1); /* work_keep looks */
    TRY(plugs_check(work, why));
    enum status status = opened(work, why);
    if (status != STATUS_OK && why->size == 0)
        text_addf(why, "the tables of work cannot be read: %s", status_meaning(status));
    TRY(status);
    *out = work;
    return STATUS_OK;
}

void work_close(struct work *work)
{
    if (work == NULL)
        return;
    secret_wipe(&work->key, sizeof work->key);
    secret_wipe(work->seal, sizeof work->seal);
}

enum status open_count(struct work *work, const struct work_kind *kind, int64_t by)
{
    static const char SET[] = "UPDATE work_kind SET open = open + ?2 WHERE name = ?1";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(kind->name)), STORE_OF_WHOLE(by)};
    atomic_fetch_add(&work->open, (uint64_t)by);
    return store_run(work->store, SET, values, 2);
}

void work_count(const struct work *work, struct work_counts *out)
{
    *out = (struct work_counts){.open = atomic_load(&work->open),
                                .added = atomic_load(&work->added),
                                .joined = atomic_load(&work->joined),
                                .steps = atomic_load(&work->steps),
                                .refused = atomic_load(&work->refused),
                                .fired = atomic_load(&work->fired),
                                .fired_late = atomic_load(&work->fired_late),
                                .taken_back = atomic_load(&work->taken_back),
                                .reveals = atomic_load(&work->reveals),
                                .put_off = atomic_load(&work->failed),
                                .forgotten = atomic_load(&work->forgotten),
                                .late_ms_max = atomic_load(&work->late_ms_max)};
}

unsigned work_kinds_count(const struct work *work)
{
    return work->plugs_count;
}

const struct work_kind *work_kind_at(const struct work *work, unsigned index)
{
    must(index < work->plugs_count);
    return work->plug[index].kind;
}
