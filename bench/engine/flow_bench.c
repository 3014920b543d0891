/* flow_bench.c -- what following money costs each payment.
 *
 *   flow_bench PAYMENTS ACCOUNTS FILE.cut... + FILE.cut...
 *
 * Two engines, one with the files before the `+`, one with all of them, take the same payments, a
 * chunk at a time, in turn: what the machine does besides falls on both.  Money runs as in a city:
 * people pay each other and shops, wages are paid by few to many, chains of four accounts pass on
 * what came in within minutes, and of one chain in three the first account is reported later.
 *
 * Then the worst that one answer can be: an account that got from 512 others, each of whom got
 * from 512 others in turn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/engine.h"
#include "ground/arena.h"
#include "ground/chance.h"
#include "ground/disk.h"
#include "ground/moment.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHUNK = 1024, FILES_HERE_MAX = 64, CHAINS = 64, HOPS = 4, BUSY = 512 };

struct side {
    const char *name;
    struct engine *engine;
    struct arena *boot;
    struct arena *image;
    uint64_t findings;
    double used;
};

/* A chain on its way. */
struct chain {
    uint64_t account[HOPS];
    unsigned at;
    int64_t amount;
    int64_t report_ms; /* 0: nobody reports it */
};

struct bench {
    uint64_t accounts;
    struct chance chance;
    int64_t now_ms;
    uint64_t position;
    struct chain chain[CHAINS];
    struct record record[CHUNK];
    struct ident_list named[CHUNK];
    ident name[CHUNK];
    struct slice text[CHUNK];
    uint32_t count;
};

static double seconds_used(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static ident account_of(uint64_t number)
{
    char form[32];
    int size = snprintf(form, sizeof form, "62220%011llu", (unsigned long long)number);
    return ident_of((struct slice){form, (size_t)size});
}

static struct record *record_next(struct bench *bench, enum record_kind kind)
{
    struct record *record = &bench->record[bench->count];
    *record = (struct record){.kind = kind, .at = {bench->now_ms}};
    record->field[0].whole = bench->now_ms;
    record->known = 1;
    record->position = position_of(0, ++bench->position);
    record->digest = bench->position * 0x9E3779B97F4A7C15u;
    bench->count++;
    return record;
}

static void pay(struct bench *bench, uint64_t payer, uint64_t payee, int64_t amount)
{
    struct record *record = record_next(bench, RECORD_payment);
    record->field[FIELD_OF(payment, payer)].name = account_of(payer);
    record->field[FIELD_OF(payment, payee)].name = account_of(payee);
    record->field[FIELD_OF(payment, amount)].whole = amount;
    record->field[FIELD_OF(payment, channel)].whole = 0;
    record->known |= 1u << FIELD_OF(payment, payer) | 1u << FIELD_OF(payment, payee) |
                     1u << FIELD_OF(payment, amount) | 1u << FIELD_OF(payment, channel);
}

static void report(struct bench *bench, uint64_t account)
{
    uint32_t i = bench->count;
    struct record *record = record_next(bench, RECORD_report);
    bench->name[i] = account_of(account);
    bench->text[i] = (struct slice){"", 0};
    bench->named[i] = (struct ident_list){.count = 1, .at = &bench->name[i], .text = bench->text};
    record->field[FIELD_OF(report, accounts)].names = &bench->named[i];
    record->known |= 1u << FIELD_OF(report, accounts);
}

/* The next step of a chain: a victim pays, then account after account. */
static void chain_step(struct bench *bench, struct chain *chain)
{
    struct chance *chance = &bench->chance;
    if (chain->report_ms != 0 && bench->now_ms >= chain->report_ms) {
        report(bench, chain->account[0]);
        chain->report_ms = 0;
    }
    if (chain->at == HOPS) {
        for (unsigned i = 0; i < HOPS; i++)
            chain->account[i] = chance_below(chance, bench->accounts);
        chain->at = 0;
        chain->amount = 100000 + (int64_t)chance_below(chance, 5000000);
        if (chance_below(chance, 3) == 0)
            chain->report_ms = bench->now_ms + HOUR_MS;
        pay(bench, chance_below(chance, bench->accounts), chain->account[0], chain->amount);
        return;
    }
    uint64_t next = chain->at + 1 < HOPS ? chain->account[chain->at + 1] : bench->accounts + 1;
    chain->amount -= chain->amount / 50;
    pay(bench, chain->account[chain->at], next, chain->amount);
    chain->at++;
}

static void chunk_make(struct bench *bench, int64_t step_ms)
{
    struct chance *chance = &bench->chance;
    uint64_t n = bench->accounts;
    bench->count = 0;
    while (bench->count + 2 < CHUNK) {
        uint64_t dice = chance_below(chance, 100);
        double u = chance_unit(chance);
        bench->now_ms += step_ms;
        if (dice < 2)
            chain_step(bench, &bench->chain[chance_below(chance, CHAINS)]);
        else if (dice < 40) /* a shop, some much busier than others */
            pay(bench, chance_below(chance, n), n + 10 + (uint64_t)((double)(n / 50) * u * u),
                100 + (int64_t)chance_below(chance, 30000));
        else if (dice < 45) /* wages */
            pay(bench, n + 10 + chance_below(chance, n / 100), chance_below(chance, n),
                500000 + (int64_t)chance_below(chance, 500000));
        else
            pay(bench, (uint64_t)((double)n * u * u), chance_below(chance, n),
                1000 + (int64_t)chance_below(chance, 100000));
    }
}

/* ---- engines ---- */

static enum status count_finding(void *self, const struct finding *finding)
{
    struct side *side = self;
    (void)finding;
    side->findings++;
    return STATUS_OK;
}

static void side_open(struct side *side, const struct rule_file *files, uint32_t count)
{
    static struct diags diags;
    const struct rule_set *set;
    struct registry *registry;
    diags = (struct diags){0};
    must(arena_create(&side->boot, (size_t)1 << 30) == STATUS_OK);
    must(arena_create(&side->image, (size_t)1 << 28) == STATUS_OK);
    must(rules_check(files, count, side->image, &diags, &set) == STATUS_OK);
    must(registry_create(&registry, (size_t)1 << 28, side->boot) == STATUS_OK);
    struct engine_options options = {.set = set,
                                     .registry = registry,
                                     .threads = 1,
                                     .memory_max = (size_t)6 << 30,
                                     .zone_minutes = 480,
                                     .findings = {.take = count_finding, .self = side}};
    must(engine_create(&side->engine, &options, side->boot) == STATUS_OK);
}

static void side_take(struct side *side, const struct bench *bench)
{
    double before = seconds_used();
    must(engine_take(side->engine, bench->record, bench->count) == STATUS_OK);
    side->used += seconds_used() - before;
}

static void side_tell(const struct side *side, uint64_t records)
{
    struct engine_counts counts;
    engine_count(side->engine, &counts);
    printf("%-8s %7.0f ns a payment, %.0f bytes a payment, %llu findings\n", side->name,
           side->used * 1e9 / (double)records, (double)counts.bytes / (double)records,
           (unsigned long long)side->findings);
}

/* ---- the worst answer ---- */

static void worst(struct bench *bench)
{
    static const char RULES[] =
        "rule r on payment { title \"r\" \"r\" when money.from_reported(payer, 24h, hops 4) >= 0 "
        "CNY and amount = 66.66 CNY subject payer typology mule }";
    struct side side = {.name = "worst"};
    struct rule_file file = {SLICE("worst.cut"), {RULES, sizeof RULES - 1}};
    side_open(&side, &file, 1);
    bench->now_ms = 1772380800000;
    uint64_t made = 0;
    while (made < (uint64_t)BUSY * BUSY + BUSY) {
        bench->count = 0;
        for (; bench->count < CHUNK && made < (uint64_t)BUSY * BUSY + BUSY; made++) {
            bool last = made >= (uint64_t)BUSY * BUSY;
            uint64_t middle = 1000 + made % BUSY;
            bench->now_ms += 100;
            pay(bench, last ? middle : 2000 + made / BUSY, last ? 1 : middle, 100);
        }
        must(engine_take(side.engine, bench->record, bench->count) == STATUS_OK);
    }
    side.findings = 0;
    side.used = 0;
    enum { ASKED = 200 };
    for (unsigned i = 0; i < ASKED; i++) {
        bench->count = 0;
        bench->now_ms += 1000;
        pay(bench, 1, 7, 6666);
        side_take(&side, bench);
    }
    printf("the worst answer, asked three times for a finding: %.3f ms a payment, %llu findings\n",
           side.used * 1e3 / ASKED, (unsigned long long)side.findings);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    static struct rule_file files[FILES_HERE_MAX];
    struct side without = {.name = "without"}, with = {.name = "with"};
    struct arena *sources;
    uint32_t count = 0, before = 0;
    if (argc < 5)
        return 2;
    uint64_t payments = strtoull(argv[1], NULL, 10);
    bench.accounts = strtoull(argv[2], NULL, 10);
    must(arena_create(&sources, (size_t)1 << 26) == STATUS_OK);
    for (int i = 3; i < argc && count < FILES_HERE_MAX; i++) {
        enum disk_fault fault;
        if (argv[i][0] == '+') {
            before = count;
            continue;
        }
        files[count].path = slice_of(argv[i]);
        must(disk_read_all(argv[i], (size_t)1 << 22, sources, &files[count].source, &fault) ==
             STATUS_OK);
        count++;
    }
    side_open(&without, files, before);
    side_open(&with, files, count);
    bench.chance = chance_seeded(11);
    bench.now_ms = 1772380800000;
    for (unsigned i = 0; i < CHAINS; i++)
        bench.chain[i].at = HOPS;
    int64_t step_ms = (int64_t)DAY_MS / (int64_t)payments + 1;
    uint64_t done = 0;
    for (unsigned turn = 0; done < payments; turn++) {
        chunk_make(&bench, step_ms);
        side_take(turn % 2 == 0 ? &without : &with, &bench);
        side_take(turn % 2 == 0 ? &with : &without, &bench);
        done += bench.count;
    }
    side_tell(&without, done);
    side_tell(&with, done);
    printf("following money: %+.1f %% of the time\n", 100 * (with.used / without.used - 1));
    worst(&bench);
    return 0;
}
