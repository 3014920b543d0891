/* sums.c -- what the stops come to in money, kept with each order as it moves.
 *
 * An order's values lie sealed, and nobody adds up what is sealed; amounts name nobody, so a row of
 * three numbers stands beside each order, written in the transaction of its step.  An order of
 * before there were such rows gets its own with its next step, and one that was handed to another
 * organisation counts as that one's from its next step on.
 *
 * Invariant:   A row says what its order says: amount, whether nobody has answered, and of a stop
 *              when it was and what the bank told.
 *
 * Not chosen:  a sum that is raised and lowered.  It cannot be checked, and a day ends at
 *              midnight. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/stop_payment/stop_inside.h"

/* Canonical: digits, at most 18. */
static bool amount_of(struct slice text, int64_t *out)
{
    int64_t amount = 0;
    if (text.size == 0 || text.size > 18)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        amount = amount * 10 + (text.at[i] - '0');
    }
    *out = amount;
    return true;
}

enum status sum_note(const struct stop_desk *desk, const struct work_item *item, bool at_risk)
{
    static const char NOTE[] =
        "INSERT INTO stop_money (item, owner, amount, risk, stopped, held) VALUES (?1, ?2, ?3, ?4, "
        "?5, ?6) ON CONFLICT (item) DO UPDATE SET owner = excluded.owner, amount = "
        "excluded.amount, risk = excluded.risk, stopped = excluded.stopped, held = excluded.held";
    int64_t amount = 0, balance = 0;
    moment stopped = {0};
    bool paid = amount_of(work_value_of(item, "amount"), &amount);
    bool told = amount_of(work_value_of(item, "balance"), &balance);
    if (moment_parse(work_value_of(item, "stopped_at"), &stopped) != STATUS_OK)
        stopped = (moment){0};
    if (told && paid && balance > amount)
        balance = amount;
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(item->id)),
                                         STORE_OF_TEXT(slice_of(item->owner)),
                                         STORE_OF_WHOLE(amount),
                                         STORE_OF_WHOLE(at_risk),
                                         STORE_OF_WHOLE(stopped.ms),
                                         told ? STORE_OF_WHOLE(balance) : STORE_OF_NULL};
    return store_run(desk->store, NOTE, values, 6);
}

static enum status sum_read(struct store *reader, const char *sql, const struct store_value *values,
                            size_t count, int64_t out[3])
{
    struct store_rows *rows = NULL;
    struct store_value at[3];
    TRY(store_query(reader, sql, values, count, &rows));
    enum status status = store_next(rows, at, 3);
    for (unsigned i = 0; status == STATUS_OK && i < 3; i++)
        out[i] = at[i].type == STORE_WHOLE ? at[i].whole : 0;
    store_end(rows);
    return status;
}

enum status stop_money(struct store *reader, struct slice owner, moment since, struct stop_sum *out)
{
    static const char RISK[] = "SELECT COUNT(*), SUM(amount), 0 FROM stop_money WHERE owner = ?1 "
                               "AND risk = 1";
    static const char STOPPED[] = "SELECT COUNT(*), SUM(held), COUNT(held) FROM stop_money WHERE "
                                  "owner = ?1 AND stopped > 0 AND stopped >= ?2";
    const struct store_value values[] = {STORE_OF_TEXT(owner), STORE_OF_WHOLE(since.ms)};
    int64_t risk[3] = {0}, stopped[3] = {0};
    TRY(sum_read(reader, RISK, values, 1, risk));
    TRY(sum_read(reader, STOPPED, values, 2, stopped));
    *out = (struct stop_sum){.risk_orders = (uint64_t)risk[0],
                             .risk = risk[1],
                             .stopped_orders = (uint64_t)stopped[0],
                             .stopped = stopped[1],
                             .untold_orders = (uint64_t)(stopped[0] - stopped[2])};
    return STATUS_OK;
}
