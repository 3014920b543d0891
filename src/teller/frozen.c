/* frozen.c -- rows of freezes: account and result sealed, the rest in the clear. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/frozen.h"

#define COLUMNS                                                                               \
    "number, key, asker, work, state, account, asset, method, amount, months, frozen, paid, " \
    "frozen_at, until, turned, wants_lift, letter, expires, lift_letter, lift_expires, "      \
    "renew_letter, renew_expires, renew_document, renew_months, renew_until, renews, tries, " \
    "next, "                                                                                  \
    "result"

enum { COLUMNS_COUNT = 29, ALIVE_BELOW = FROZEN_LIFTED };

void frozen_name(char key[ROW_KEY_SIZE], struct slice asker, struct slice work)
{
    char hex[DIGEST_HEX_SIZE];
    const struct slice parts[] = {SLICE("freeze\n"), asker, SLICE("\n"), work};
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    digest_hex(&digest, hex);
    memcpy(key, hex, ROW_KEY_SIZE - 1);
    key[ROW_KEY_SIZE - 1] = '\0';
}

static void numbers_of(const struct store_value *at, struct frozen *row)
{
    *row = (struct frozen){
        .number = at[0].whole,
        .state = (enum frozen_state)at[4].whole,
        .asset = (enum freeze_asset)at[6].whole,
        .method = (enum freeze_method)at[7].whole,
        .amount = at[8].whole,
        .months = at[9].whole,
        .frozen = at[10].whole,
        .paid = at[11].whole,
        .frozen_at = {at[12].whole},
        .until = {at[13].whole},
        .turned = at[14].whole != 0,
        .wants_lift = at[15].whole != 0,
        .expires = {at[17].whole},
        .lift_expires = {at[19].whole},
        .renew_expires = {at[21].whole},
        .renew_months = at[23].whole,
        .renew_until = {at[24].whole},
        .renews = at[25].whole,
        .tries = at[26].whole,
        .next = {at[27].whole},
    };
}

static enum status row_of(struct teller *teller, const struct store_value *at,
                          struct arena *request, struct frozen *out)
{
    struct frozen row;
    numbers_of(at, &row);
    if (at[1].bytes.size != ROW_KEY_SIZE - 1)
        return STATUS_IO;
    memcpy(row.key, at[1].bytes.at, ROW_KEY_SIZE - 1);
    row.key[ROW_KEY_SIZE - 1] = '\0';
    TRY(slice_copy(request, at[2].bytes, &row.asker));
    TRY(slice_copy(request, at[3].bytes, &row.work));
    TRY(slice_copy(request, at[16].bytes, &row.letter));
    TRY(slice_copy(request, at[18].bytes, &row.lift_letter));
    TRY(slice_copy(request, at[20].bytes, &row.renew_letter));
    TRY(slice_copy(request, at[22].bytes, &row.renew_document));
    TRY(row_unseal(teller, at[5].bytes, request, &row.account));
    TRY(row_unseal(teller, at[28].bytes, request, &row.result));
    *out = row;
    return STATUS_OK;
}

static enum status row_read(struct teller *teller, const char *sql, const struct store_value *value,
                            size_t count, struct arena *request, struct frozen *out)
{
    struct store_value at[COLUMNS_COUNT];
    struct store_rows *rows;
    TRY(store_query(teller->options.store, sql, value, count, &rows));
    enum status status = store_next(rows, at, COLUMNS_COUNT);
    if (status == STATUS_OK)
        status = row_of(teller, at, request, out);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

enum status frozen_find(struct teller *teller, const char *key, struct arena *request,
                        struct frozen *out)
{
    const struct store_value value = STORE_OF_TEXT(slice_of(key));
    return row_read(teller, "SELECT " COLUMNS " FROM teller_freeze WHERE key = ?1", &value, 1,
                    request, out);
}

enum status frozen_due(struct teller *teller, moment now, struct arena *request, struct frozen *out)
{
    const struct store_value value = STORE_OF_WHOLE(now.ms);
    return row_read(teller,
                    "SELECT " COLUMNS " FROM teller_freeze WHERE state IN (0, 2, 3, 4) AND next <= "
                    "?1 ORDER BY next LIMIT 1",
                    &value, 1, request, out);
}

enum status frozen_first(struct teller *teller, struct slice account, int64_t before,
                         struct arena *request, struct frozen *out)
{
    struct digest digest;
    const struct store_value value[] = {STORE_OF_BYTES(row_named(teller, account, &digest)),
                                        STORE_OF_WHOLE(ALIVE_BELOW), STORE_OF_WHOLE(before)};
    return row_read(teller,
                    "SELECT " COLUMNS " FROM teller_freeze WHERE named = ?1 AND state < ?2 AND "
                    "number < ?3 ORDER BY number LIMIT 1",
                    value, 3, request, out);
}

enum status frozen_put(struct teller *teller, const struct frozen *row, struct arena *request)
{
    static const char PUT[] =
        "INSERT INTO teller_freeze (key, asker, work, state, named, account, asset, method, "
        "amount, months, frozen, paid, frozen_at, until, turned, wants_lift, letter, expires, "
        "lift_letter, lift_expires, renew_letter, renew_expires, renew_document, renew_months, "
        "renew_until, renews, tries, next, result) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, "
        "?28, ?29) ON CONFLICT (key) DO UPDATE SET state = ?4, named = ?5, account = ?6, asset = "
        "?7, method = ?8, amount = ?9, months = ?10, frozen = ?11, paid = ?12, frozen_at = ?13, "
        "until = ?14, turned = ?15, wants_lift = ?16, letter = ?17, expires = ?18, lift_letter = "
        "?19, lift_expires = ?20, renew_letter = ?21, renew_expires = ?22, renew_document = ?23, "
        "renew_months = ?24, renew_until = ?25, renews = ?26, tries = ?27, next = ?28, result = "
        "?29";
    struct slice account, result;
    struct digest digest;
    TRY(row_seal(teller, row->account, request, &account));
    TRY(row_seal(teller, row->result, request, &result));
    const struct store_value value[] = {
        STORE_OF_TEXT(slice_of(row->key)),
        STORE_OF_TEXT(row->asker),
        STORE_OF_TEXT(row->work),
        STORE_OF_WHOLE(row->state),
        STORE_OF_BYTES(row_named(teller, row->account, &digest)),
        STORE_OF_BYTES(account),
        STORE_OF_WHOLE(row->asset),
        STORE_OF_WHOLE(row->method),
        STORE_OF_WHOLE(row->amount),
        STORE_OF_WHOLE(row->months),
        STORE_OF_WHOLE(row->frozen),
        STORE_OF_WHOLE(row->paid),
        STORE_OF_WHOLE(row->frozen_at.ms),
        STORE_OF_WHOLE(row->until.ms),
        STORE_OF_WHOLE(row->turned),
        STORE_OF_WHOLE(row->wants_lift),
        STORE_OF_TEXT(row->letter),
        STORE_OF_WHOLE(row->expires.ms),
        STORE_OF_TEXT(row->lift_letter),
        STORE_OF_WHOLE(row->lift_expires.ms),
        STORE_OF_TEXT(row->renew_letter),
        STORE_OF_WHOLE(row->renew_expires.ms),
        STORE_OF_TEXT(row->renew_document),
        STORE_OF_WHOLE(row->renew_months),
        STORE_OF_WHOLE(row->renew_until.ms),
        STORE_OF_WHOLE(row->renews),
        STORE_OF_WHOLE(row->tries),
        STORE_OF_WHOLE(row->next.ms),
        STORE_OF_BYTES(result),
    };
    return store_run(teller->options.store, PUT, value, sizeof value / sizeof value[0]);
}
