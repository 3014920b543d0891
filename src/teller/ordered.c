/* ordered.c -- an ordered stop as a row of the bank's store, its account and result sealed; and the
 * tables of all that is ordered here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/teller_inside.h"

#include "ground/checksum.h"

const struct store_migration TELLER_MIGRATIONS[TELLER_MIGRATIONS_COUNT] = {
    {"teller: stops that were ordered",
     "CREATE TABLE teller_order (key TEXT PRIMARY KEY, asker TEXT NOT NULL, work TEXT NOT NULL, "
     "round INTEGER NOT NULL, state INTEGER NOT NULL, letter TEXT NOT NULL, lift_letter TEXT NOT "
     "NULL, named BLOB NOT NULL, account BLOB NOT NULL, amount INTEGER NOT NULL, paid_at INTEGER "
     "NOT NULL, expires INTEGER NOT NULL, lift_expires INTEGER NOT NULL, term_ms INTEGER NOT NULL, "
     "stopped_at INTEGER NOT NULL, lift_at INTEGER NOT NULL, wants_lift INTEGER NOT NULL, tries "
     "INTEGER NOT NULL, next INTEGER NOT NULL, result BLOB NOT NULL) WITHOUT ROWID;"
     "CREATE INDEX teller_order_named ON teller_order (named);"
     "CREATE INDEX teller_order_due ON teller_order (next) WHERE state < 3;"},
    {"teller: freezes",
     "CREATE TABLE teller_freeze (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL "
     "UNIQUE, asker TEXT NOT NULL, work TEXT NOT NULL, state INTEGER NOT NULL, named BLOB NOT "
     "NULL, account BLOB NOT NULL, asset INTEGER NOT NULL, method INTEGER NOT NULL, amount INTEGER "
     "NOT NULL, months INTEGER NOT NULL, frozen INTEGER NOT NULL, paid INTEGER NOT NULL, frozen_at "
     "INTEGER NOT NULL, until INTEGER NOT NULL, turned INTEGER NOT NULL, wants_lift INTEGER NOT "
     "NULL, letter TEXT NOT NULL, expires INTEGER NOT NULL, lift_letter TEXT NOT NULL, "
     "lift_expires INTEGER NOT NULL, renew_letter TEXT NOT NULL, renew_expires INTEGER NOT NULL, "
     "renew_document TEXT NOT NULL, renew_months INTEGER NOT NULL, renew_until INTEGER NOT NULL, "
     "renews INTEGER NOT NULL, tries INTEGER NOT NULL, next INTEGER NOT NULL, result BLOB NOT "
     "NULL);"
     "CREATE INDEX teller_freeze_named ON teller_freeze (named, number);"
     "CREATE INDEX teller_freeze_due ON teller_freeze (next) WHERE state IN (0, 2, 3, 4);"},
    {"teller: payments",
     "CREATE TABLE teller_payment (key TEXT PRIMARY KEY, asker TEXT NOT NULL, work TEXT NOT NULL, "
     "state INTEGER NOT NULL, freeze TEXT NOT NULL, letter TEXT NOT NULL, expires INTEGER NOT "
     "NULL, amount INTEGER NOT NULL, body BLOB NOT NULL, result BLOB NOT NULL, tries INTEGER NOT "
     "NULL, next INTEGER NOT NULL) WITHOUT ROWID;"
     "CREATE INDEX teller_payment_work ON teller_payment (work);"
     "CREATE INDEX teller_payment_due ON teller_payment (next) WHERE state = 0;"},
};

enum { ROW_VALUES = 20 };

#define ROW_COLUMNS                                                                            \
    "key, asker, work, round, state, letter, lift_letter, account, amount, paid_at, expires, " \
    "lift_expires, term_ms, stopped_at, lift_at, wants_lift, tries, next, result"
enum { ROW_READ = 19 };

void ordered_name(char key[ROW_KEY_SIZE], struct slice asker, struct slice work, int64_t round)
{
    char bytes[24], hex[DIGEST_HEX_SIZE];
    struct text number = text_over(bytes, sizeof bytes);
    text_add_whole(&number, round);
    const struct slice parts[] = {asker, SLICE("\n"), work, SLICE("\n"), text_slice(&number)};
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    digest_hex(&digest, hex);
    memcpy(key, hex, ROW_KEY_SIZE - 1);
    key[ROW_KEY_SIZE - 1] = '\0';
}

/* ---- sealed ---- */

enum status row_seal(struct teller *teller, struct slice open, struct arena *request,
                     struct slice *out)
{
    unsigned char *bytes;
    *out = SLICE("");
    if (open.size == 0)
        return STATUS_OK;
    TRY(ARENA_NEW(request, open.size + SECRET_OVERHEAD, &bytes));
    TRY(secret_seal(&teller->options.key, teller->options.chance, open, bytes));
    *out = (struct slice){(const char *)bytes, open.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

enum status row_unseal(struct teller *teller, struct slice sealed, struct arena *request,
                       struct slice *out)
{
    unsigned char *bytes;
    *out = SLICE("");
    if (sealed.size == 0)
        return STATUS_OK;
    if (sealed.size <= SECRET_OVERHEAD)
        return STATUS_IO;
    TRY(ARENA_NEW(request, sealed.size - SECRET_OVERHEAD + 1, &bytes));
    if (secret_open(&teller->options.key, sealed, bytes) != STATUS_OK)
        return STATUS_IO;
    *out = (struct slice){(const char *)bytes, sealed.size - SECRET_OVERHEAD};
    return STATUS_OK;
}

struct slice row_named(const struct teller *teller, struct slice account, struct digest *digest)
{
    *digest = secret_digest(&teller->options.key, "ordered account", account);
    return (struct slice){(const char *)digest->bytes, NAMED_BYTES};
}

/* ---- rows ---- */

static enum status row_of(struct teller *teller, const struct store_value *at,
                          struct arena *request, struct ordered *out)
{
    struct ordered row = {
        .round = at[3].whole,
        .state = (enum ordered_state)at[4].whole,
        .amount = at[8].whole,
        .paid_at = {at[9].whole},
        .expires = {at[10].whole},
        .lift_expires = {at[11].whole},
        .term_ms = at[12].whole,
        .stopped_at = {at[13].whole},
        .lift_at = {at[14].whole},
        .wants_lift = at[15].whole != 0,
        .tries = at[16].whole,
        .next = {at[17].whole},
    };
    if (at[0].bytes.size != ROW_KEY_SIZE - 1)
        return STATUS_IO;
    memcpy(row.key, at[0].bytes.at, ROW_KEY_SIZE - 1);
    TRY(slice_copy(request, at[1].bytes, &row.asker));
    TRY(slice_copy(request, at[2].bytes, &row.work));
    TRY(slice_copy(request, at[5].bytes, &row.letter));
    TRY(slice_copy(request, at[6].bytes, &row.lift_letter));
    TRY(row_unseal(teller, at[7].bytes, request, &row.account));
    TRY(row_unseal(teller, at[18].bytes, request, &row.result));
    *out = row;
    return STATUS_OK;
}

static enum status row_read(struct teller *teller, const char *sql, struct store_value value,
                            struct arena *request, struct ordered *out)
{
    struct store_value at[ROW_READ];
    struct store_rows *rows;
    TRY(store_query(teller->options.store, sql, &value, 1, &rows));
    enum status status = store_next(rows, at, ROW_READ);
    if (status == STATUS_OK)
        status = row_of(teller, at, request, out);
    store_end(rows);
    return status == STATUS_END ? STATUS_ABSENT : status;
}

enum status ordered_find(struct teller *teller, const char *key, struct arena *request,
                         struct ordered *out)
{
    return row_read(teller, "SELECT " ROW_COLUMNS " FROM teller_order WHERE key = ?1",
                    STORE_OF_TEXT(slice_of(key)), request, out);
}

enum status ordered_due(struct teller *teller, moment now, struct arena *request,
                        struct ordered *out)
{
    return row_read(teller,
                    "SELECT " ROW_COLUMNS " FROM teller_order WHERE state < 3 AND next <= ?1 "
                    "ORDER BY next LIMIT 1",
                    STORE_OF_WHOLE(now.ms), request, out);
}

enum status ordered_put(struct teller *teller, const struct ordered *row, struct arena *request)
{
    struct slice account, result;
    struct digest digest;
    TRY(row_seal(teller, row->account, request, &account));
    TRY(row_seal(teller, row->result, request, &result));
    const struct store_value value[ROW_VALUES] = {
        STORE_OF_TEXT(slice_of(row->key)),
        STORE_OF_TEXT(row->asker),
        STORE_OF_TEXT(row->work),
        STORE_OF_WHOLE(row->round),
        STORE_OF_WHOLE(row->state),
        STORE_OF_TEXT(row->letter),
        STORE_OF_TEXT(row->lift_letter),
        STORE_OF_BYTES(row_named(teller, row->account, &digest)),
        STORE_OF_BYTES(account),
        STORE_OF_WHOLE(row->amount),
        STORE_OF_WHOLE(row->paid_at.ms),
        STORE_OF_WHOLE(row->expires.ms),
        STORE_OF_WHOLE(row->lift_expires.ms),
        STORE_OF_WHOLE(row->term_ms),
        STORE_OF_WHOLE(row->stopped_at.ms),
        STORE_OF_WHOLE(row->lift_at.ms),
        STORE_OF_WHOLE(row->wants_lift),
        STORE_OF_WHOLE(row->tries),
        STORE_OF_WHOLE(row->next.ms),
        STORE_OF_BYTES(result),
    };
    return store_run(
        teller->options.store,
        "INSERT OR REPLACE INTO teller_order (key, asker, work, round, state, letter, "
        "lift_letter, named, account, amount, paid_at, expires, lift_expires, term_ms, "
        "stopped_at, lift_at, wants_lift, tries, next, result) VALUES (?1, ?2, ?3, "
        "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
        "?20)",
        value, ROW_VALUES);
}

static enum status whole_of(struct store *store, const char *sql, const struct store_value *value,
                            size_t count, int64_t *out)
{
    struct store_rows *rows;
    struct store_value at[1];
    TRY(store_query(store, sql, value, count, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status ordered_alive(struct teller *teller, struct slice asker, struct slice work,
                          int64_t *out)
{
    const struct store_value value[] = {STORE_OF_TEXT(asker), STORE_OF_TEXT(work)};
    return whole_of(
        teller->options.store,
        "SELECT COUNT(*) FROM teller_order WHERE asker = ?1 AND work = ?2 AND state < 3", value, 2,
        out);
}

enum status ordered_stops(struct teller *teller, struct slice account, int64_t *out)
{
    struct digest digest;
    const struct store_value value = STORE_OF_BYTES(row_named(teller, account, &digest));
    return whole_of(teller->options.store,
                    "SELECT COUNT(*) FROM teller_order WHERE named = ?1 AND state < 4", &value, 1,
                    out);
}

enum status teller_count(struct teller *teller, struct store *reader, struct teller_counts *out)
{
    static const char STATE[] = "SELECT COUNT(*) FROM teller_order WHERE state = ?1";
    int64_t *const count[] = {&out->asked, &out->stopped, &out->lifting, &out->lifted,
                              &out->not_stopped};
    int64_t oldest = 0;
    *out = (struct teller_counts){0};
    for (int i = 0; i < 5; i++) {
        const struct store_value value = STORE_OF_WHOLE(i);
        TRY(whole_of(reader, STATE, &value, 1, count[i]));
    }
    const struct store_value now = STORE_OF_WHOLE(teller_now(teller).ms);
    TRY(whole_of(reader,
                 "SELECT COALESCE(MAX(?1 - lift_at), 0) FROM teller_order WHERE state IN (1, 2) "
                 "AND lift_at <= ?1",
                 &now, 1, &oldest));
    out->overdue_ms = oldest;
    TRY(whole_of(reader, "SELECT COUNT(*) FROM teller_freeze WHERE state IN (2, 3)", NULL, 0,
                 &out->frozen));
    TRY(whole_of(reader,
                 "SELECT COALESCE(MAX(?1 - until), 0) FROM teller_freeze WHERE state IN (2, 3, 4) "
                 "AND until <= ?1",
                 &now, 1, &oldest));
    out->overdue_ms = oldest > out->overdue_ms ? oldest : out->overdue_ms;
    return STATUS_OK;
}
