/* core_simulated.c -- a core system that is none: slow, moody, and exact about what it did.
 *
 *   op, the first time ─> fate and moment drawn, kept ─> not yet … ─> done at that moment
 *                                                    └─ sometimes: what it said is lost
 *
 * Chance comes from the seed and the op's id, so the same op has the same fate in every run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "teller/corebank.h"

#include "ground/chance.h"
#include "ground/checksum.h"
#include "store/store.h"

enum { THOUSAND = 1000 };
enum fate { FATE_DONE, FATE_REFUSED };

struct core_simulated {
    struct core_simulation how;
    struct store *store;
    struct chance moods; /* of what is lost; not of fates */
};

static const struct store_migration TABLES[] = {
    {"simulated core",
     "CREATE TABLE op (id TEXT PRIMARY KEY, account TEXT NOT NULL, lifts TEXT NOT "
     "NULL, lift INTEGER NOT NULL, ready INTEGER NOT NULL, until INTEGER NOT "
     "NULL, fate INTEGER NOT NULL, freed INTEGER) WITHOUT ROWID;"
     "CREATE INDEX op_account ON op (account);"},
    {"simulated core: freezes and payments",
     "ALTER TABLE op ADD COLUMN act INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE op ADD COLUMN amount INTEGER NOT NULL DEFAULT 0;"
     "CREATE TABLE payment (op TEXT NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL);"
     "CREATE INDEX payment_account ON payment (account);"},
};

enum status core_simulated_open(struct core_simulated **out, const struct core_simulation *how,
                                struct arena *boot, struct text *why)
{
    struct core_simulated *simulated;
    TRY(ARENA_NEW(boot, 1, &simulated));
    simulated->how = *how;
    simulated->moods = chance_seeded(how->seed);
    TRY(store_open(&simulated->store, how->path, TABLES, sizeof TABLES / sizeof TABLES[0], boot,
                   why));
    *out = simulated;
    return STATUS_OK;
}

void core_simulated_close(struct core_simulated *simulated)
{
    if (simulated != NULL)
        store_close(simulated->store);
}

static int64_t now_of(const struct core_simulated *simulated)
{
    return simulated->how.clock.now(simulated->how.clock.self).ms;
}

static int64_t balance_of(const struct core_simulated *simulated, struct slice account)
{
    const struct core_simulation *how = &simulated->how;
    return how->balance == NULL ? 0 : how->balance(how->self, account);
}

static enum status number_of(struct core_simulated *simulated, const char *sql,
                             const struct store_value *value, size_t count, int64_t *out)
{
    struct store_rows *rows;
    struct store_value at[1];
    TRY(store_query(simulated->store, sql, value, count, &rows));
    enum status status = store_next(rows, at, 1);
    *out = status == STATUS_OK ? at[0].whole : 0;
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

/* What a renewal or a payment rests on is in force then, and holds as much. */
static enum status rests(struct core_simulated *simulated, const struct core_op *op, int64_t ready,
                         bool *out)
{
    static const char HOLDS[] =
        "SELECT COUNT(*) FROM op WHERE id = ?1 AND act = 2 AND fate = 0 AND ready <= ?2 AND until "
        "> ?2 AND (freed IS NULL OR freed > ?2) AND amount >= ?3";
    const bool pays = op->act == CORE_PAY;
    const struct store_value value[] = {STORE_OF_TEXT(op->about), STORE_OF_WHOLE(ready),
                                        STORE_OF_WHOLE(pays ? op->amount : 0)};
    int64_t found = 0;
    *out = true;
    if (op->act != CORE_RENEW && op->act != CORE_PAY)
        return STATUS_OK;
    TRY(number_of(simulated, HOLDS, value, 3, &found));
    *out = found == 1;
    return STATUS_OK;
}

static enum status payments_put(struct core_simulated *simulated, const struct core_op *op)
{
    const struct store_value less[] = {STORE_OF_TEXT(op->about), STORE_OF_WHOLE(op->amount)};
    for (unsigned i = 0; i < op->payments_count; i++) {
        const struct store_value row[] = {STORE_OF_TEXT(op->id),
                                          STORE_OF_TEXT(op->payment[i].account),
                                          STORE_OF_WHOLE(op->payment[i].amount)};
        TRY(store_run(simulated->store,
                      "INSERT INTO payment (op, account, amount) VALUES (?1, ?2, ?3)", row, 3));
    }
    return store_run(simulated->store, "UPDATE op SET amount = amount - ?2 WHERE id = ?1", less, 2);
}

/* What the op changes besides itself. */
static enum status op_does(struct core_simulated *simulated, const struct core_op *op,
                           int64_t ready)
{
    const struct store_value freed[] = {STORE_OF_TEXT(op->about), STORE_OF_WHOLE(ready)};
    const struct store_value longer[] = {STORE_OF_TEXT(op->about), STORE_OF_WHOLE(op->until.ms)};
    switch (op->act) {
    case CORE_LIFT:
    case CORE_UNFREEZE:
        return store_run(simulated->store,
                         "UPDATE op SET freed = ?2 WHERE id = ?1 AND (freed IS NULL OR freed > ?2)",
                         freed, 2);
    case CORE_RENEW:
        return store_run(simulated->store, "UPDATE op SET until = MAX(until, ?2) WHERE id = ?1",
                         longer, 2);
    case CORE_PAY:
        return payments_put(simulated, op);
    default:
        return STATUS_OK;
    }
}

static int64_t until_of(const struct core_op *op, int64_t ready)
{
    if (op->act == CORE_STOP)
        return ready + op->term_ms;
    return op->act == CORE_FREEZE || op->act == CORE_RENEW ? op->until.ms : 0;
}

static int64_t amount_of(const struct core_simulated *simulated, const struct core_op *op)
{
    int64_t balance = balance_of(simulated, op->account);
    if (op->act != CORE_FREEZE)
        return op->amount;
    return op->limited && op->amount < balance ? op->amount : balance;
}

static enum status op_put(struct core_simulated *simulated, const struct core_op *op)
{
    const struct core_simulation *how = &simulated->how;
    const struct store_value id = STORE_OF_TEXT(op->id);
    struct chance chance = chance_branch(chance_seeded(how->seed), hash_bytes(op->id));
    uint64_t span = (uint64_t)(how->delay_max_ms - how->delay_min_ms + 1);
    int64_t ready = now_of(simulated) + how->delay_min_ms + (int64_t)chance_below(&chance, span);
    bool frees = op->act == CORE_LIFT || op->act == CORE_UNFREEZE, rests_on = true;
    bool refused = !frees && chance_below(&chance, THOUSAND) < how->refuses;
    int64_t known = 0;
    TRY(number_of(simulated, "SELECT COUNT(*) FROM op WHERE id = ?1", &id, 1, &known));
    if (known != 0)
        return STATUS_OK; /* the same op does nothing more */
    TRY(rests(simulated, op, ready, &rests_on));
    refused |= !rests_on;
    const struct store_value row[] = {
        id,
        STORE_OF_TEXT(op->account),
        STORE_OF_TEXT(op->about.size == 0 ? SLICE("") : op->about),
        STORE_OF_WHOLE(frees),
        STORE_OF_WHOLE(ready),
        STORE_OF_WHOLE(until_of(op, ready)),
        STORE_OF_WHOLE(refused ? FATE_REFUSED : FATE_DONE),
        STORE_OF_WHOLE(op->act),
        STORE_OF_WHOLE(amount_of(simulated, op)),
    };
    TRY(store_run(simulated->store,
                  "INSERT INTO op (id, account, lifts, lift, ready, until, fate, act, amount) "
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                  row, 9));
    return refused ? STATUS_OK : op_does(simulated, op, ready);
}

static enum status said_of(struct core_simulated *simulated, const struct core_op *op,
                           struct arena *request, struct core_said *out)
{
    const struct store_value id = STORE_OF_TEXT(op->id);
    struct store_value row[3];
    TRY(store_one(simulated->store, "SELECT ready, fate, amount FROM op WHERE id = ?1", &id, 1, row,
                  3, request));
    if (row[0].whole > now_of(simulated))
        return STATUS_LATE;
    if (chance_below(&simulated->moods, THOUSAND) < simulated->how.loses)
        return STATUS_IO; /* done, and nobody hears of it */
    *out = (struct core_said){.done = row[1].whole == FATE_DONE,
                              .at = {row[0].whole},
                              .balance = balance_of(simulated, op->account),
                              .frozen = op->act == CORE_FREEZE ? row[2].whole : -1,
                              .serial = op->act == CORE_PAY ? op->id : SLICE(""),
                              .why = SLICE("the simulated core is in no mood")};
    return STATUS_OK;
}

static enum status simulated_ask(void *self, const struct core_op *op, struct arena *request,
                                 struct core_said *out)
{
    struct core_simulated *simulated = self;
    TRY(store_begin(simulated->store));
    enum status status = op_put(simulated, op);
    if (status == STATUS_OK)
        status = store_commit(simulated->store);
    else
        store_rollback(simulated->store);
    return status == STATUS_OK ? said_of(simulated, op, request, out) : STATUS_IO;
}

struct core core_of_simulated(struct core_simulated *simulated)
{
    return (struct core){.ask = simulated_ask, .self = simulated};
}

static enum status whole_of(struct core_simulated *simulated, const char *sql, struct slice account,
                            int64_t *out)
{
    const struct store_value value[] = {STORE_OF_TEXT(account), STORE_OF_WHOLE(now_of(simulated))};
    struct store_rows *rows;
    struct store_value at[1];
    TRY(store_query(simulated->store, sql, value, 2, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

enum status core_simulated_stops(struct core_simulated *simulated, struct slice account,
                                 int64_t *out)
{
    return whole_of(simulated,
                    "SELECT COUNT(*) FROM op WHERE account = ?1 AND act = 0 AND fate = 0 AND "
                    "ready <= ?2 AND until > ?2 AND (freed IS NULL OR freed > ?2)",
                    account, out);
}

enum status core_simulated_stopped(struct core_simulated *simulated, struct slice account,
                                   int64_t *out)
{
    return whole_of(simulated,
                    "SELECT COUNT(*) FROM op WHERE account = ?1 AND act = 0 AND fate = 0 AND "
                    "ready <= ?2",
                    account, out);
}

enum status core_simulated_last(struct core_simulated *simulated, struct slice account, moment *out)
{
    int64_t last = 0;
    TRY(whole_of(simulated,
                 "SELECT COALESCE(MAX(ready), 0) FROM op WHERE account = ?1 AND act = 0 AND fate "
                 "= 0 AND ready <= ?2",
                 account, &last));
    *out = (moment){last};
    return last == 0 ? STATUS_ABSENT : STATUS_OK;
}

enum status core_simulated_freezes(struct core_simulated *simulated, struct core_frozen *out,
                                   unsigned most, struct arena *request, unsigned *count)
{
    static const char FREEZES[] =
        "SELECT id, account, ready, until, freed, amount, (SELECT MAX(ready) FROM op AS renewal "
        "WHERE renewal.lifts = op.id AND renewal.act = 3 AND renewal.fate = 0) FROM op WHERE act = "
        "2 AND fate = 0 ORDER BY id";
    struct store_rows *rows;
    struct store_value at[7];
    enum status status;
    *count = 0;
    TRY(store_query(simulated->store, FREEZES, NULL, 0, &rows));
    while ((status = store_next(rows, at, 7)) == STATUS_OK && *count < most) {
        struct core_frozen *row = &out[*count];
        *row = (struct core_frozen){.at = {at[2].whole},
                                    .until = {at[3].whole},
                                    .freed = MOMENT_NONE,
                                    .amount = at[5].whole};
        if (at[4].type == STORE_WHOLE)
            row->freed = (moment){at[4].whole};
        row->renewed = at[6].type == STORE_WHOLE ? (moment){at[6].whole} : MOMENT_NONE;
        status = slice_copy(request, at[0].bytes, &row->id);
        if (status == STATUS_OK)
            status = slice_copy(request, at[1].bytes, &row->account);
        if (status != STATUS_OK)
            break;
        ++*count;
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status core_simulated_paid(struct core_simulated *simulated, struct slice account,
                                int64_t *out)
{
    const struct store_value value = STORE_OF_TEXT(account);
    return number_of(simulated,
                     "SELECT COALESCE(SUM(payment.amount), 0) FROM payment WHERE account = ?1",
                     &value, 1, out);
}
