/* rulebook.c -- the tables of the rule book.
 *
 * Invariants:  1. Nobody's own word lets their version in: author and decider differ.
 *              2. An approval names the image that was read, and the row is changed only if it
 *                 still has that image and a state in which it may be approved: one statement
 *                 decides.
 *              3. At most one version is live, at most one is a shadow.
 *              4. Nothing is deleted, and a version's files never change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rulebook/rulebook.h"

#include "ground/arena.h"
#include "ground/limits.h"
#include "ground/tongue.h"

static const char TABLES[] =
    "CREATE TABLE rulebook_version (number INTEGER PRIMARY KEY, state TEXT NOT NULL, role TEXT NOT "
    "NULL, image TEXT NOT NULL, author TEXT NOT NULL, decider TEXT NOT NULL, note TEXT NOT NULL, "
    "submitted INTEGER NOT NULL, decided INTEGER NOT NULL, effective INTEGER NOT NULL, position "
    "INTEGER NOT NULL, CHECK (decider <> author OR state = 'withdrawn'));"
    "CREATE INDEX rulebook_version_state ON rulebook_version (state, number);"
    "CREATE INDEX rulebook_version_image ON rulebook_version (image, number);"
    "CREATE UNIQUE INDEX rulebook_one_live ON rulebook_version (state) WHERE state = 'live';"
    "CREATE UNIQUE INDEX rulebook_one_shadow ON rulebook_version (state) WHERE state = 'shadow';"
    "CREATE TABLE rulebook_file (version INTEGER NOT NULL, path TEXT NOT NULL, source TEXT NOT "
    "NULL, PRIMARY KEY (version, path));";

const struct store_migration RULEBOOK_MIGRATIONS[RULEBOOK_MIGRATIONS_COUNT] = {
    {"rulebook 1: versions and their files", TABLES},
};

static const char *const STATES[] = {
#define STATE(name, en, zh) #name,
#include "rulebook/states.inc"
#undef STATE
};

static const struct saying STATES_SAY[] = {
#define STATE(name, en, zh) {{en, zh}},
#include "rulebook/states.inc"
#undef STATE
};

static const char *const ROLES[] = {"live", "shadow"};

const char *rulebook_state_name(enum rulebook_state state)
{
    return STATES[state];
}

const struct saying *rulebook_state_says(enum rulebook_state state)
{
    return &STATES_SAY[state];
}

const char *rulebook_role_name(enum rulebook_role role)
{
    return ROLES[role];
}

bool rulebook_role_find(struct slice name, enum rulebook_role *out)
{
    for (unsigned i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if (slice_equal(name, slice_of(ROLES[i]))) {
            *out = (enum rulebook_role)i;
            return true;
        }
    }
    return false;
}

static enum rulebook_state state_of(struct slice name)
{
    for (unsigned i = 0; i < RULEBOOK_STATES_COUNT; i++)
        if (slice_equal(name, slice_of(STATES[i])))
            return (enum rulebook_state)i;
    return RULEBOOK_failed; /* a word that we do not know is not in force */
}

/* ---- handing in ---- */

static bool is_path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
}

bool rulebook_path_holds(struct slice path)
{
    static const char ENDING[] = ".cut";
    size_t ending = sizeof ENDING - 1;
    if (path.size <= ending || path.size > RULEBOOK_PATH_MAX || path.at[0] == '/' ||
        memcmp(path.at + path.size - ending, ENDING, ending) != 0)
        return false;
    for (size_t i = 0; i < path.size; i++) {
        bool begins = i == 0 || path.at[i - 1] == '/';
        if (!is_path_char(path.at[i]) || (begins && (path.at[i] == '.' || path.at[i] == '/')))
            return false;
    }
    return true;
}

static enum status whole_of(struct store *store, const char *sql, const struct store_value *values,
                            size_t count, int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, sql, values, count, &rows));
    enum status status = store_next(rows, row, 1);
    if (status == STATUS_OK)
        *out = row[0].whole;
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

static enum status files_add(struct store *store, const struct rulebook_draft *draft,
                             int64_t number)
{
    static const char ADD[] =
        "INSERT INTO rulebook_file (version, path, source) VALUES (?1, ?2, ?3)";
    for (uint32_t i = 0; i < draft->files_count; i++) {
        const struct store_value values[] = {STORE_OF_WHOLE(number),
                                             STORE_OF_TEXT(draft->file[i].path),
                                             STORE_OF_TEXT(draft->file[i].source)};
        enum status status = store_run(store, ADD, values, 3);
        if (status == STATUS_REFUSED)
            return STATUS_MALFORMED; /* the same path twice */
        TRY(status);
    }
    return STATUS_OK;
}

enum status rulebook_submit(struct store *store, const struct rulebook_draft *draft,
                            int64_t *number)
{
    static const char NEXT[] = "SELECT COALESCE(MAX(number), 0) + 1 FROM rulebook_version";
    static const char WAITING[] = "SELECT COUNT(*) FROM rulebook_version WHERE state = 'submitted'";
    static const char ADD[] =
        "INSERT INTO rulebook_version (number, state, role, image, author, decider, note, "
        "submitted, decided, effective, position) VALUES (?1, 'submitted', '', ?2, ?3, '', ?4, ?5, "
        "0, 0, 0)";
    int64_t next = 0;
    int64_t waiting = 0;
    for (uint32_t i = 0; i < draft->files_count; i++)
        if (!rulebook_path_holds(draft->file[i].path))
            return STATUS_MALFORMED;
    TRY(whole_of(store, WAITING, NULL, 0, &waiting));
    if (waiting >= RULEBOOK_WAITING_MAX)
        return STATUS_FULL;
    TRY(whole_of(store, NEXT, NULL, 0, &next));
    const struct store_value values[] = {STORE_OF_WHOLE(next), STORE_OF_TEXT(draft->image),
                                         STORE_OF_TEXT(draft->author), STORE_OF_TEXT(draft->note),
                                         STORE_OF_WHOLE(draft->now.ms)};
    TRY(store_run(store, ADD, values, 5));
    TRY(files_add(store, draft, next));
    *number = next;
    return STATUS_OK;
}

/* ---- somebody's word ---- */

/* What a word cannot do, told apart; OK: it may be spoken as far as this goes. */
static enum status word_judge(struct store *store, const struct rulebook_word *word, bool own)
{
    static const char FIND[] = "SELECT (author = ?2) * 2 + (image = ?3) FROM rulebook_version "
                               "WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE(word->number), STORE_OF_TEXT(word->actor),
                                         STORE_OF_TEXT(word->image)};
    int64_t found = 0;
    TRY(whole_of(store, FIND, values, 3, &found));
    if (found >= 2 && !own)
        return STATUS_REFUSED;
    return found % 2 == 0 ? STATUS_MALFORMED : STATUS_OK;
}

static enum status changed_one(struct store *store)
{
    return store_changed(store) > 0 ? STATUS_OK : STATUS_LATE;
}

enum status rulebook_approve(struct store *store, const struct rulebook_word *word,
                             enum rulebook_role role)
{
    static const char SET[] =
        "UPDATE rulebook_version SET state = 'approved', role = ?1, decider = ?2, decided = ?3 "
        "WHERE number = ?4 AND image = ?5 AND author <> ?2 AND ((state = 'submitted' AND submitted "
        "> ?6) OR (state = 'shadow' AND ?1 = 'live'))";
    TRY(word_judge(store, word, false));
    const struct store_value values[] = {
        STORE_OF_TEXT(slice_of(ROLES[role])),
        STORE_OF_TEXT(word->actor),
        STORE_OF_WHOLE(word->now.ms),
        STORE_OF_WHOLE(word->number),
        STORE_OF_TEXT(word->image),
        STORE_OF_WHOLE(word->now.ms - (int64_t)RULEBOOK_DAYS_MAX * DAY_MS)};
    TRY(store_run(store, SET, values, 6));
    return changed_one(store);
}

enum status rulebook_reject(struct store *store, const struct rulebook_word *word)
{
    static const char SET[] =
        "UPDATE rulebook_version SET state = CASE WHEN author = ?1 THEN 'withdrawn' ELSE "
        "'rejected' END, decider = ?1, decided = ?2 WHERE number = ?3 AND state = 'submitted'";
    TRY(word_judge(store, word, true));
    const struct store_value values[] = {STORE_OF_TEXT(word->actor), STORE_OF_WHOLE(word->now.ms),
                                         STORE_OF_WHOLE(word->number)};
    TRY(store_run(store, SET, values, 3));
    return changed_one(store);
}

enum status rulebook_retire(struct store *store, const struct rulebook_word *word)
{
    static const char SET[] =
        "UPDATE rulebook_version SET state = 'retired' WHERE number = ?1 AND state = 'shadow'";
    TRY(word_judge(store, word, true));
    const struct store_value values[] = {STORE_OF_WHOLE(word->number)};
    TRY(store_run(store, SET, values, 1));
    return changed_one(store);
}

/* ---- what became of it ---- */

enum status rulebook_took_effect(struct store *store, int64_t number, uint64_t position, moment now)
{
    static const char RETIRE[] =
        "UPDATE rulebook_version SET state = 'retired' WHERE state = (SELECT role FROM "
        "rulebook_version WHERE number = ?1 AND state = 'approved')";
    static const char SET[] = "UPDATE rulebook_version SET state = role, effective = ?2, position "
                              "= ?3 WHERE number = ?1 AND state = 'approved'";
    const struct store_value values[] = {STORE_OF_WHOLE(number), STORE_OF_WHOLE(now.ms),
                                         STORE_OF_WHOLE((int64_t)position)};
    TRY(store_run(store, RETIRE, values, 1));
    TRY(store_run(store, SET, values, 3));
    return changed_one(store);
}

enum status rulebook_failed(struct store *store, int64_t number, moment now)
{
    static const char SET[] = "UPDATE rulebook_version SET state = 'failed', effective = ?2 WHERE "
                              "number = ?1 AND state = 'approved'";
    const struct store_value values[] = {STORE_OF_WHOLE(number), STORE_OF_WHOLE(now.ms)};
    TRY(store_run(store, SET, values, 2));
    return changed_one(store);
}

enum status rulebook_expire(struct store *store, moment now, int64_t *expired)
{
    static const char SET[] = "UPDATE rulebook_version SET state = 'expired', decided = ?1 WHERE "
                              "state = 'submitted' AND submitted <= ?2";
    const struct store_value values[] = {
        STORE_OF_WHOLE(now.ms), STORE_OF_WHOLE(now.ms - (int64_t)RULEBOOK_DAYS_MAX * DAY_MS)};
    TRY(store_run(store, SET, values, 2));
    *expired = store_changed(store);
    return STATUS_OK;
}

/* ---- looking ---- */

#define COLUMNS                                                                                 \
    "SELECT number, state, role, image, author, decider, note, submitted, decided, effective, " \
    "position, (SELECT COUNT(*) FROM rulebook_file WHERE version = number) FROM rulebook_version "

enum { COLUMNS_COUNT = 12 };

static moment moment_or_none(int64_t ms)
{
    return ms == 0 ? MOMENT_NONE : (moment){ms};
}

static enum status row_read(const struct store_value *row, struct arena *arena,
                            struct rulebook_version *out)
{
    struct rulebook_version version = {
        .number = row[0].whole,
        .state = state_of(row[1].bytes),
        .submitted = moment_or_none(row[7].whole),
        .decided = moment_or_none(row[8].whole),
        .effective = moment_or_none(row[9].whole),
        .position = row[10].whole,
        .files_count = row[11].whole,
    };
    (void)rulebook_role_find(row[2].bytes, &version.role);
    struct slice *const texts[] = {&version.image, &version.author, &version.decider,
                                   &version.note};
    for (unsigned i = 0; i < 4; i++)
        TRY(slice_copy(arena, row[3 + i].bytes, texts[i]));
    *out = version;
    return STATUS_OK;
}

static enum status rows_read(struct store *store, const char *sql, const struct store_value *values,
                             size_t values_count, struct arena *arena, struct rulebook_version *out,
                             size_t *count)
{
    struct store_rows *rows = NULL;
    struct store_value row[COLUMNS_COUNT];
    size_t read = 0;
    TRY(store_query(store, sql, values, values_count, &rows));
    enum status status = STATUS_OK;
    while (read < *count && (status = store_next(rows, row, COLUMNS_COUNT)) == STATUS_OK) {
        status = row_read(row, arena, &out[read]);
        if (status != STATUS_OK)
            break;
        read++;
    }
    store_end(rows);
    if (status != STATUS_END)
        TRY(status);
    *count = read;
    return STATUS_OK;
}

static enum status one_read(struct store *store, const char *sql, struct store_value value,
                            struct arena *arena, struct rulebook_version *out)
{
    size_t count = 1;
    TRY(rows_read(store, sql, &value, 1, arena, out, &count));
    return count == 0 ? STATUS_ABSENT : STATUS_OK;
}

enum status rulebook_find(struct store *store, int64_t number, struct arena *arena,
                          struct rulebook_version *out)
{
    return one_read(store, COLUMNS "WHERE number = ?1", STORE_OF_WHOLE(number), arena, out);
}

enum status rulebook_find_state(struct store *store, enum rulebook_state state, struct arena *arena,
                                struct rulebook_version *out)
{
    return one_read(store, COLUMNS "WHERE state = ?1 ORDER BY number DESC LIMIT 1",
                    STORE_OF_TEXT(slice_of(STATES[state])), arena, out);
}

enum status rulebook_find_image(struct store *store, struct slice image, struct arena *arena,
                                struct rulebook_version *out)
{
    return one_read(store, COLUMNS "WHERE image = ?1 ORDER BY number DESC LIMIT 1",
                    STORE_OF_TEXT(image), arena, out);
}

enum status rulebook_list(struct store *store, int64_t before, struct arena *arena,
                          struct rulebook_version *out, size_t *count)
{
    const struct store_value values[] = {STORE_OF_WHOLE(before == 0 ? INT64_MAX : before),
                                         STORE_OF_WHOLE((int64_t)*count)};
    return rows_read(store, COLUMNS "WHERE number < ?1 ORDER BY number DESC LIMIT ?2", values, 2,
                     arena, out, count);
}

enum status rulebook_files(struct store *store, int64_t number, struct arena *arena,
                           struct rule_file **out, uint32_t *count)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM rulebook_file WHERE version = ?1";
    static const char FILES[] =
        "SELECT path, source FROM rulebook_file WHERE version = ?1 ORDER BY path";
    const struct store_value value = STORE_OF_WHOLE(number);
    struct store_value row[2];
    struct store_rows *rows = NULL;
    struct rule_file *files = NULL;
    int64_t all = 0;
    uint32_t read = 0;
    TRY(whole_of(store, COUNT, &value, 1, &all));
    if (all > FILES_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(arena, all + 1, &files));
    TRY(store_query(store, FILES, &value, 1, &rows));
    enum status status = STATUS_OK;
    while (read < (uint32_t)all && (status = store_next(rows, row, 2)) == STATUS_OK) {
        status = slice_copy(arena, row[0].bytes, &files[read].path);
        if (status == STATUS_OK)
            status = slice_copy(arena, row[1].bytes, &files[read].source);
        if (status != STATUS_OK)
            break;
        read++;
    }
    store_end(rows);
    if (status != STATUS_END)
        TRY(status);
    *out = files;
    *count = read;
    return STATUS_OK;
}
