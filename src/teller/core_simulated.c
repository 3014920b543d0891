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

static enum status op_put(struct core_simulated *simulated, const struct core_op *op)
{
    const struct core_simulation *how = &simulated->how;
    struct chance chance = chance_branch(chance_seeded(how->seed), hash_bytes(op->id));
    uint64_t span = (uint64_t)(how->delay_max_ms - how->delay_min_ms + 1);
    int64_t ready = now_of(simulated) + how->delay_min_ms + (int64_t)chance_below(&chance, span);
    bool refused = !op->lift && chance_below(&chance, THOUSAND) < how->refuses;
    const struct store_value row[] = {
        STORE_OF_TEXT(op->id),
        STORE_OF_TEXT(op->account),
        STORE_OF_TEXT(op->lift ? op->lifts : SLICE("")),
        STORE_OF_WHOLE(op->lift),
        STORE_OF_WHOLE(ready),
        STORE_OF_WHOLE(op->lift ? 0 : ready + op->term_ms),
        STORE_OF_WHOLE(refused ? FATE_REFUSED : FATE_DONE),
    };
    TRY(store_run(simulated->store,
                  "INSERT INTO op (id, account, lifts, lift, ready, until, fate) VALUES (?1, ?2, "
                  "?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                  row, 7));
    if (!op->lift)
        return STATUS_OK;
    const struct store_value freed[] = {STORE_OF_TEXT(op->lifts), STORE_OF_WHOLE(ready)};
    return store_run(simulated->store,
                     "UPDATE op SET freed = ?2 WHERE id = ?1 AND (freed IS NULL OR freed > ?2)",
                     freed, 2);
}

static enum status said_of(struct core_simulated *simulated, const struct core_op *op,
                           struct arena *request, struct core_said *out)
{
    const struct store_value id = STORE_OF_TEXT(op->id);
    struct store_value row[2];
    TRY(store_one(simulated->store, "SELECT ready, fate FROM op WHERE id = ?1", &id, 1, row, 2,
                  request));
    if (row[0].whole > now_of(simulated))
        return STATUS_LATE;
    if (chance_below(&simulated->moods, THOUSAND) < simulated->how.loses)
        return STATUS_IO; /* done, and nobody hears of it */
    *out = (struct core_said){.done = row[1].whole == FATE_DONE,
                              .at = {row[0].whole},
                              .balance = 0,
                              .why = SLICE("the simulated core is in no mood")};
    if (simulated->how.balance != NULL)
        out->balance = simulated->how.balance(simulated->how.self, op->account);
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
                    "SELECT COUNT(*) FROM op WHERE account = ?1 AND lift = 0 AND fate = 0 AND "
                    "ready <= ?2 AND until > ?2 AND (freed IS NULL OR freed > ?2)",
                    account, out);
}

enum status core_simulated_stopped(struct core_simulated *simulated, struct slice account,
                                   int64_t *out)
{
    return whole_of(simulated,
                    "SELECT COUNT(*) FROM op WHERE account = ?1 AND lift = 0 AND fate = 0 AND "
                    "ready <= ?2",
                    account, out);
}

enum status core_simulated_last(struct core_simulated *simulated, struct slice account, moment *out)
{
    int64_t last = 0;
    TRY(whole_of(simulated,
                 "SELECT COALESCE(MAX(ready), 0) FROM op WHERE account = ?1 AND lift = 0 AND fate "
                 "= 0 AND ready <= ?2",
                 account, &last));
    *out = (moment){last};
    return last == 0 ? STATUS_ABSENT : STATUS_OK;
}
