/* turn.c -- the freezes of an account, in the order in which they were ordered.
 *
 *      account ── 3 in force · 5 waits · 6 waits for another organ's · 9 ordered, not answered yet
 *
 * No property is frozen twice (art. 242): of one account one freeze is in force, the others wait.
 * An account is named by a keyed digest, whatever organisation its freezes belong to; the row is
 * gone when the freeze is over.
 *
 * Invariants:  1. At most one freeze of an account is in force.
 *              2. None is in force while one that was ordered before it waits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/freeze_inside.h"
#include "ground/limits.h"

enum { KEY_BYTES = 16 };
enum standing { ORDERED, WAITING, WAITING_FOR_ANOTHER, IN_FORCE };

const struct store_migration FREEZE_MIGRATIONS[FREEZE_MIGRATIONS_COUNT] = {
    {"casework: freezes of each account",
     "CREATE TABLE freeze_turn (number INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, "
     "item TEXT NOT NULL UNIQUE, standing INTEGER NOT NULL, of_case TEXT NOT NULL);"
     "CREATE INDEX freeze_turn_account ON freeze_turn (account, number);"
     "CREATE INDEX freeze_turn_case ON freeze_turn (of_case, standing);"},
};

struct key {
    struct digest digest;
    struct store_value value[3]; /* account, item, a number */
};

static void key_of(const struct freeze_desk *desk, const struct work_item *item, int64_t number,
                   struct key *out)
{
    out->digest = secret_digest(&desk->key, "frozen account", work_value_of(item, "account"));
    out->value[0] = STORE_OF_BYTES(((struct slice){(const char *)out->digest.bytes, KEY_BYTES}));
    out->value[1] = STORE_OF_TEXT(slice_of(item->id));
    out->value[2] = STORE_OF_WHOLE(number);
}

static enum status count(const struct freeze_desk *desk, const char *sql, const struct key *key,
                         int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, sql, key->value, 3, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

static enum status stand(const struct freeze_desk *desk, const struct work_item *item,
                         enum standing standing)
{
    static const char SET[] =
        "UPDATE freeze_turn SET standing = ?3 WHERE account = ?1 AND item = ?2";
    struct key key;
    key_of(desk, item, standing, &key);
    return store_run(desk->store, SET, key.value, 3);
}

enum status turn_enter(const struct freeze_desk *desk, const struct work_item *item)
{
    static const char ADD[] =
        "INSERT INTO freeze_turn (account, item, standing, of_case) VALUES (?1, ?2, ?3, ?4)";
    struct key key;
    key_of(desk, item, ORDERED, &key);
    const struct store_value values[] = {key.value[0], key.value[1], key.value[2],
                                         STORE_OF_TEXT(work_value_of(item, "case_id"))};
    return store_run(desk->store, ADD, values, 4);
}

/* Others in force, and those before this one that wait. */
static const char BEFORE[] =
    "SELECT COUNT(*) FROM freeze_turn WHERE account = ?1 AND item <> ?2 AND (standing = ?3 OR "
    "(standing <> 0 AND number < (SELECT number FROM freeze_turn WHERE item = ?2)))";

enum status turn_is_free(const struct freeze_desk *desk, const struct work_item *item)
{
    struct key key;
    int64_t others = 0;
    key_of(desk, item, IN_FORCE, &key);
    TRY(count(desk, BEFORE, &key, &others));
    return others == 0 ? STATUS_OK : STATUS_REFUSED;
}

enum status turn_take(const struct freeze_desk *desk, const struct work_item *item)
{
    TRY(turn_is_free(desk, item));
    return stand(desk, item, IN_FORCE);
}

enum status turn_wait_behind(const struct freeze_desk *desk, const struct work_item *item)
{
    static const char OURS[] =
        "SELECT COUNT(*) FROM freeze_turn WHERE account = ?1 AND item <> ?2 AND (standing <> ?3 "
        "OR number < (SELECT number FROM freeze_turn WHERE item = ?2))";
    struct key key;
    int64_t ours = 0;
    key_of(desk, item, ORDERED, &key);
    TRY(count(desk, OURS, &key, &ours));
    return stand(desk, item, ours > 0 ? WAITING : WAITING_FOR_ANOTHER);
}

enum status turn_wait(const struct freeze_desk *desk, const struct work_item *item, bool another)
{
    static const char OURS[] = "SELECT COUNT(*) FROM freeze_turn WHERE account = ?1 AND item <> "
                               "?2 AND standing <> 0 AND ?3 = ?3";
    struct key key;
    int64_t ours = 0;
    key_of(desk, item, 0, &key);
    TRY(count(desk, OURS, &key, &ours));
    if (ours == 0 && !another)
        return STATUS_REFUSED;
    if (ours >= FREEZES_WAITING_MAX)
        return STATUS_FULL;
    return stand(desk, item, ours > 0 ? WAITING : WAITING_FOR_ANOTHER);
}

enum status turn_leave(const struct freeze_desk *desk, const struct work_item *item)
{
    static const char REMOVE[] =
        "DELETE FROM freeze_turn WHERE account = ?1 AND item = ?2 AND ?3 = ?3";
    struct key key;
    key_of(desk, item, 0, &key);
    return store_run(desk->store, REMOVE, key.value, 3);
}

enum status turn_next(const struct freeze_desk *desk, const struct work_item *item,
                      char out[WORK_ID_SIZE])
{
    static const char NEXT[] =
        "SELECT standing, item FROM freeze_turn WHERE account = ?1 AND item "
        "<> ?2 AND standing <> ?3 ORDER BY standing = 3 DESC, number LIMIT 1";
    struct key key;
    struct store_rows *rows = NULL;
    struct store_value at[2];
    key_of(desk, item, ORDERED, &key);
    TRY(store_query(desk->store, NEXT, key.value, 3, &rows));
    enum status status = store_next(rows, at, 2);
    if (status == STATUS_OK && at[0].whole != WAITING)
        status = STATUS_END; /* in force, or the bank tells */
    if (status == STATUS_OK)
        (void)snprintf(out, WORK_ID_SIZE, "%.*s", (int)at[1].bytes.size, at[1].bytes.at);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

bool freeze_by_machine(const struct freeze_desk *desk, const struct work_item *item)
{
    const struct order_post *post = &desk->post;
    return post->post != NULL && post->known(post->self, work_value_of(item, "executor"));
}

/* Freezes of the case that a machine may put in force without asking again. */
static enum status machine_may(const struct freeze_desk *desk, const struct work_item *of_case)
{
    static const char NEXT[] = "SELECT item FROM freeze_turn WHERE of_case = ?1 AND standing <> ?2 "
                               "AND item > ?3 ORDER BY item LIMIT 1";
    char id[WORK_ID_SIZE] = "";
    struct work_item item;
    for (;;) {
        const struct store_value values[] = {STORE_OF_TEXT(slice_of(of_case->id)),
                                             STORE_OF_WHOLE(IN_FORCE), STORE_OF_TEXT(slice_of(id))};
        struct store_value row[1];
        arena_reset(desk->scratch);
        enum status status = store_one(desk->store, NEXT, values, 3, row, 1, desk->scratch);
        if (status == STATUS_ABSENT)
            return STATUS_OK;
        TRY(status);
        (void)snprintf(id, sizeof id, "%.*s", (int)row[0].bytes.size, row[0].bytes.at);
        TRY(work_find(desk->work, desk->store, id, NULL, desk->scratch, &item));
        if (freeze_by_machine(desk, &item))
            return STATUS_REFUSED;
    }
}

enum status freeze_lets_end(void *self, const struct work_item *item)
{
    static const char FROZEN[] =
        "SELECT COUNT(*) FROM freeze_turn WHERE of_case = ?1 AND standing = ?2";
    const struct freeze_desk *desk = self;
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(item->id)),
                                         STORE_OF_WHOLE(IN_FORCE)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, FROZEN, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    bool none = status == STATUS_OK && at[0].whole == 0;
    store_end(rows);
    TRY(status);
    return none ? machine_may(desk, item) : STATUS_REFUSED;
}
