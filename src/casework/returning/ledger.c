/* ledger.c -- what each freeze has given back, and is about to: one row for each return that has
 * bound its claims, kept when it is done.  Two returns from one freeze see each other here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/returning/returning_inside.h"

const struct store_migration RETURN_MIGRATIONS[RETURN_MIGRATIONS_COUNT] = {
    {"casework: what each freeze gives back",
     "CREATE TABLE fund_return (item TEXT PRIMARY KEY, freeze TEXT NOT NULL, cents INTEGER NOT "
     "NULL) WITHOUT ROWID; CREATE INDEX fund_return_freeze ON fund_return (freeze);"},
};

enum status ledger_taken(const struct return_desk *desk, const struct work_item *refund,
                         int64_t *out)
{
    static const char SUM[] =
        "SELECT COALESCE(SUM(cents), 0) FROM fund_return WHERE freeze = ?1 AND item <> ?2";
    const struct store_value values[] = {STORE_OF_TEXT(work_value_of(refund, "freeze")),
                                         STORE_OF_TEXT(slice_of(refund->id))};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, SUM, values, 2, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status ledger_put(const struct return_desk *desk, const struct work_item *refund,
                       int64_t cents)
{
    static const char PUT[] = "INSERT INTO fund_return (item, freeze, cents) VALUES (?1, ?2, ?3)";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(refund->id)),
                                         STORE_OF_TEXT(work_value_of(refund, "freeze")),
                                         STORE_OF_WHOLE(cents)};
    return store_run(desk->store, PUT, values, 3);
}

enum status ledger_remove(const struct return_desk *desk, const struct work_item *refund, bool *was)
{
    static const char FIND[] = "SELECT 1 FROM fund_return WHERE item = ?1";
    static const char REMOVE[] = "DELETE FROM fund_return WHERE item = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(refund->id));
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, FIND, &value, 1, &rows));
    enum status status = store_next(rows, at, 1);
    store_end(rows);
    *was = status == STATUS_OK;
    if (status == STATUS_END)
        return STATUS_OK;
    return status == STATUS_OK ? store_run(desk->store, REMOVE, &value, 1) : status;
}
