/* rounds.c -- how often an account was stopped, counted so that a lost answer cannot hide a stop.
 *
 * A round is one stop of one order.  From the order on it counts, because the bank may have done it
 * and its word been lost; only the bank's word that it did not do it takes it out again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/stop_payment/stop_inside.h"

const struct law_pack *stop_pack(const struct stop_desk *desk)
{
    return law_find(desk->law, LAW_SUBJECT_stop,
                    law_date_of_moment(steady_now(desk->steady), desk->zone_minutes));
}

int64_t stop_term_ms(const struct stop_desk *desk)
{
    const struct law_pack *pack = stop_pack(desk);
    int64_t ms = 0;
    return pack != NULL && law_span_ms(pack, "term", &ms, NULL) == STATUS_OK ? ms : -1;
}

static struct store_value account_key(const struct stop_desk *desk, const struct work_item *item,
                                      struct digest *digest)
{
    *digest = secret_digest(&desk->key, "stopped account", work_value_of(item, "payee"));
    return STORE_OF_BYTES(((struct slice){(const char *)digest->bytes, STOP_KEY_BYTES}));
}

static enum status whole_of(const struct stop_desk *desk, const char *sql,
                            const struct store_value *values, size_t count, int64_t otherwise,
                            int64_t *out)
{
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(desk->store, sql, values, count, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK ? at[0].whole : otherwise;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status rounds_count(const struct stop_desk *desk, const struct work_item *item, int64_t *out)
{
    struct digest digest;
    const struct store_value key = account_key(desk, item, &digest);
    int64_t done = 0, open = 0;
    TRY(whole_of(desk, "SELECT stops FROM stop_account WHERE account = ?1", &key, 1, 0, &done));
    TRY(whole_of(desk, "SELECT COUNT(*) FROM stop_round WHERE account = ?1 AND state = 0", &key, 1,
                 0, &open));
    *out = done + open;
    return STATUS_OK;
}

enum status rounds_open(const struct stop_desk *desk, const struct work_item *item, int64_t round)
{
    struct digest digest;
    const struct store_value row[] = {STORE_OF_TEXT(slice_of(item->id)), STORE_OF_WHOLE(round),
                                      account_key(desk, item, &digest)};
    return store_run(desk->store,
                     "INSERT INTO stop_round (item, round, account, state) VALUES (?1, ?2, ?3, 0) "
                     "ON CONFLICT (item, round) DO UPDATE SET state = 0",
                     row, 3);
}

enum status rounds_say(const struct stop_desk *desk, const struct work_item *item, int64_t round,
                       enum round_state state, enum round_state *before)
{
    static const char ADD[] = "INSERT INTO stop_account (account, stops) VALUES (?1, 1) ON "
                              "CONFLICT (account) DO UPDATE SET stops = stops + 1";
    struct digest digest;
    const struct store_value key = account_key(desk, item, &digest);
    const struct store_value row[] = {STORE_OF_TEXT(slice_of(item->id)), STORE_OF_WHOLE(round), key,
                                      STORE_OF_WHOLE(state)};
    int64_t known;
    TRY(whole_of(desk, "SELECT state FROM stop_round WHERE item = ?1 AND round = ?2", row, 2,
                 ROUND_NONE, &known));
    if (before != NULL)
        *before = (enum round_state)known;
    if (known == ROUND_STOPPED) /* done is done */
        return STATUS_OK;
    TRY(store_run(desk->store,
                  "INSERT INTO stop_round (item, round, account, state) VALUES (?1, ?2, ?3, ?4) "
                  "ON CONFLICT (item, round) DO UPDATE SET state = ?4",
                  row, 4));
    return state == ROUND_STOPPED ? store_run(desk->store, ADD, &key, 1) : STATUS_OK;
}
