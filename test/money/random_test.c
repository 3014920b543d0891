/* random_test.c -- random worlds, traced by the engine and by the oracle: every cent must agree.
 *
 * usage: random_test [WORLDS [SEED [FIRST]]]      1,000 worlds from seed 1, if unsaid; FIRST
 * begins later, at the world that differed */
/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include "ground/chance.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t compared, rounded, exact_compared, exact_given_up;

static int below(struct chance *chance, int count)
{
    return (int)chance_below(chance, (uint64_t)count);
}

static bool happens(struct chance *chance, int percent)
{
    return below(chance, 100) < percent;
}

/* What a bank would tell as the balance: mostly true to the payments, sometimes not. */
static void tell_balances(struct chance *chance, struct world *world, int percent)
{
    int64_t balance[WORLD_ACCOUNTS + 1];
    for (int i = 0; i <= WORLD_ACCOUNTS; i++)
        balance[i] = below(chance, 120);
    for (int i = 0; i < world->payments_count; i++) {
        struct world_payment *p = &world->payment[i];
        balance[p->payer] -= p->amount;
        balance[p->payee] += p->amount;
        if (p->payer != 0 && happens(chance, percent))
            p->balance = balance[p->payer] + (happens(chance, 15) ? below(chance, 60) - 30 : 0);
    }
}

static void reverse_some(struct chance *chance, struct world *world)
{
    for (int i = 1; i < world->payments_count; i++) {
        int of = below(chance, i);
        struct world_payment *p = &world->payment[i];
        const struct world_payment *q = &world->payment[of];
        if (!happens(chance, 12) || q->payee == 0)
            continue;
        p->reverses = of;
        p->currency = q->currency;
        if (happens(chance, 90)) {
            p->payer = q->payee;
            p->payee = q->payer;
        }
        if (happens(chance, 80) || p->payer + p->payee == 0)
            p->amount = happens(chance, 50) ? q->amount : 1 + below(chance, (int)q->amount);
    }
}

static struct world make_world(struct chance *chance, bool plain)
{
    struct world world = {.accounts_count = 3 + below(chance, WORLD_ACCOUNTS - 2)};
    world.payments_count = plain ? 6 + below(chance, 8) : 4 + below(chance, 37);
    int spread = happens(chance, 30) ? 4 : 60; /* few moments: many at the same one */
    int64_t ms = 1000000;
    for (int i = 1; i <= WORLD_ACCOUNTS; i++) {
        world.holder[i] = !plain && happens(chance, 20) ? 1 + below(chance, i) : 100 + i;
        world.end[i] = ENDS_COUNT;
        if (!plain && happens(chance, 10))
            world.end[i] = END_MERCHANT + below(chance, 4);
        world.bank_told[i] = happens(chance, 85);
    }
    for (int i = 0; i < world.payments_count; i++) {
        struct world_payment *p = &world.payment[i];
        ms += happens(chance, 50) ? below(chance, spread) : 0;
        do {
            p->payer = happens(chance, plain ? 0 : 8) ? 0 : 1 + below(chance, world.accounts_count);
            p->payee = happens(chance, plain ? 0 : 8) ? 0 : 1 + below(chance, world.accounts_count);
        } while (p->payer == p->payee && (p->payer == 0 || plain || !happens(chance, 30)));
        p->ms = ms;
        p->amount = 1 + below(chance, happens(chance, 30) ? 9 : 90);
        p->balance = MONEY_UNKNOWN;
        p->reverses = -1;
        p->currency = !plain && happens(chance, 5);
    }
    if (!plain && happens(chance, 60))
        tell_balances(chance, &world, happens(chance, 50) ? 15 : 70);
    if (!plain && happens(chance, 60))
        reverse_some(chance, &world);
    return world;
}

static struct trace_request make_request(struct chance *chance, const struct world *world)
{
    struct trace_request asked = trace_request_usual();
    asked.backward = happens(chance, 50);
    if (happens(chance, 30))
        asked.depth_max = 1 + (uint32_t)below(chance, 3);
    if (happens(chance, 15))
        asked.fan_max = 1 + (uint32_t)below(chance, 2);
    if (happens(chance, 15))
        asked.amount_min = 1 + below(chance, 20);
    if (happens(chance, 10))
        asked.edges_max = 1 + (uint32_t)below(chance, 6);
    moment bound = {world->payment[below(chance, world->payments_count)].ms};
    if (happens(chance, 25))
        asked.until = bound;
    else if (happens(chance, 25))
        asked.since = bound;
    return asked;
}

/* ---- comparing ---- */

static const char *doing = "";
static const struct world *looked_at;

/* The world as somebody can work it out by hand. */
static void tell_world(void)
{
    for (int i = 0; i < looked_at->payments_count; i++) {
        const struct world_payment *p = &looked_at->payment[i];
        (void)fprintf(stderr, "  %2d  at %lld  %d -> %d  %lld  currency %d", i, (long long)p->ms,
                      p->payer, p->payee, (long long)p->amount, p->currency);
        if (p->balance != MONEY_UNKNOWN)
            (void)fprintf(stderr, "  balance %lld", (long long)p->balance);
        if (p->reverses >= 0)
            (void)fprintf(stderr, "  reverses %d", p->reverses);
        (void)fprintf(stderr, "\n");
    }
    for (int i = 1; i <= looked_at->accounts_count; i++)
        (void)fprintf(stderr, "  account %d: holder %d, end %d, bank %s\n", i, looked_at->holder[i],
                      (int)looked_at->end[i], looked_at->bank_told[i] ? "told" : "not told");
}

static void same(const char *what, int number, int64_t engine, int64_t oracle)
{
    compared++;
    if (engine == oracle)
        return;
    (void)fprintf(stderr, "%s: %s %d: engine %lld, oracle %lld\n", doing, what, number,
                  (long long)engine, (long long)oracle);
    tell_world();
    exit(1);
}

static void compare(const struct world *world, const struct trace *trace,
                    const struct answer *answer)
{
    int64_t held[WORLD_ACCOUNTS + 1] = {0}, traced[WORLD_PAYMENTS] = {0};
    bool seen[WORLD_ACCOUNTS + 1] = {false};
    int64_t sum = 0;
    for (uint32_t i = 0; i < trace->accounts_count; i++) {
        const struct trace_account *account = &trace->account[i];
        int number = played_account(account->name);
        held[number] = account->held;
        seen[number] = true;
        same("opening of", number, account->opening, answer->opening[number]);
        same("opening known of", number, account->opening_known, answer->opening_known[number]);
        same("level of", number, account->level, answer->level[number]);
        same("mixed", number, account->mixed, answer->mixed[number]);
        if (account->held > 0)
            same("other money of", number, account->other, answer->other[number]);
    }
    for (uint32_t i = 0; i < trace->edges_count; i++)
        traced[played_number(&trace->edge[i].payment)] = trace->edge[i].traced;
    for (int i = 1; i <= world->accounts_count; i++) {
        same("contact of", i, seen[i], answer->contacted[i]);
        same("held by", i, held[i], answer->held[i]);
        sum += answer->held[i];
    }
    for (int i = 0; i < world->payments_count; i++)
        same("traced in payment", i, traced[i], answer->traced[i]);
    for (int i = 0; i < ENDS_COUNT; i++)
        same("end", i, trace->ended[i], answer->ended[i]);
    for (int i = 0; i < CUTS_COUNT; i++)
        same("cut", i, trace->cut[i], answer->cut[i]);
    for (int i = 0; i < ENDS_COUNT; i++)
        sum += answer->ended[i];
    for (int i = 0; i < CUTS_COUNT; i++)
        sum += answer->cut[i];
    same("touched", 0, trace->touched, answer->touched);
    same("the law", 0, sum, answer->started + answer->touched);
    rounded += (uint64_t)answer->shares;
}

static int choose_origins(struct chance *chance, const struct world *world, bool backward,
                          int origins[WORLD_PAYMENTS])
{
    int count = 1;
    origins[0] = below(chance, world->payments_count);
    const struct world_payment *first = &world->payment[origins[0]];
    for (int i = 0; i < world->payments_count && happens(chance, 30); i++) {
        const struct world_payment *p = &world->payment[i];
        bool alike = backward ? p->payee == first->payee : p->payer == first->payer;
        if (i != origins[0] && alike && p->currency == first->currency)
            origins[count++] = i;
    }
    return count;
}

static void shuffle(struct chance *chance, int *order, int count)
{
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int j = below(chance, i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* The whole cents of the unrounded answer are no further off than all roundings together. */
static void compare_exact(struct chance chance, uint64_t number, struct arena *arena)
{
    struct world world = make_world(&chance, true);
    looked_at = &world;
    struct played played;
    struct trace *trace;
    struct answer answer;
    int64_t held[WORLD_ACCOUNTS + 1], found[WORLD_ACCOUNTS + 1] = {0};
    struct trace_request asked = trace_request_usual();
    int origin = 0;
    (void)number;
    asked.method = METHOD_PRO_RATA;
    for (int i = 1; i <= WORLD_ACCOUNTS; i++)
        world.bank_told[i] = true;
    oracle_trace(&world, &asked, &origin, 1, &answer);
    if (!oracle_exact(&world, origin, &answer, held)) {
        exact_given_up++;
        return;
    }
    played_open(&played, &world, NULL, arena);
    must(played_trace(&played, &asked, &origin, 1, &trace) == STATUS_OK);
    for (uint32_t i = 0; i < trace->accounts_count; i++)
        found[played_account(trace->account[i].name)] = trace->account[i].held;
    for (int i = 1; i <= world.accounts_count; i++) {
        int64_t off = found[i] > held[i] ? found[i] - held[i] : held[i] - found[i];
        if (off > answer.shares + 1)
            same("off the exact share", i, found[i], held[i]);
        exact_compared++;
    }
    played_close(&played);
}

static void play_world(uint64_t seed, uint64_t number, struct arena *arena)
{
    struct chance chance = chance_branch(chance_seeded(seed), number);
    struct world world = make_world(&chance, false);
    struct trace_request asked = make_request(&chance, &world);
    int origins[WORLD_PAYMENTS], order[WORLD_PAYMENTS];
    int count = choose_origins(&chance, &world, asked.backward, origins);
    char name[160];
    struct played played;
    for (int i = 0; i < count; i++) { /* what is asked for lies in the time asked for */
        int64_t ms = world.payment[origins[i]].ms;
        if (asked.until.ms != MOMENT_NONE.ms && asked.until.ms < ms)
            asked.until.ms = ms;
        if (asked.since.ms != MOMENT_NONE.ms && asked.since.ms > ms)
            asked.since.ms = ms;
    }
    looked_at = &world;
    shuffle(&chance, order, world.payments_count);
    played_open(&played, &world, order, arena);
    for (unsigned method = 0; method < METHODS_COUNT; method++) {
        struct trace *trace;
        struct answer answer;
        asked.method = method;
        (void)snprintf(name, sizeof name,
                       "seed %llu, world %llu, %s, %s, %d from %d, since %lld until %lld, depth %u",
                       (unsigned long long)seed, (unsigned long long)number,
                       trace_method_word(method), asked.backward ? "backward" : "forward", count,
                       origins[0], (long long)asked.since.ms, (long long)asked.until.ms,
                       asked.depth_max);
        doing = name;
        must(played_trace(&played, &asked, origins, count, &trace) == STATUS_OK);
        oracle_trace(&world, &asked, origins, count, &answer);
        compare(&world, trace, &answer);
    }
    played_close(&played);
    arena_reset(arena);
    compare_exact(chance, number, arena);
}

int main(int count, char **words)
{
    uint64_t worlds = count > 1 ? strtoull(words[1], NULL, 10) : 1000;
    uint64_t seed = count > 2 ? strtoull(words[2], NULL, 10) : 1;
    uint64_t first = count > 3 ? strtoull(words[3], NULL, 10) : 0;
    struct arena *arena;
    must(arena_create(&arena, (size_t)512 << 20) == STATUS_OK);
    for (uint64_t i = first; i < first + worlds; i++) {
        arena_reset(arena);
        play_world(seed, i, arena);
    }
    arena_destroy(arena);
    (void)printf("%llu worlds, five methods: %llu figures alike, %llu cents rounded; beside exact "
                 "fractions %llu balances, %llu given up\n",
                 (unsigned long long)worlds, (unsigned long long)compared,
                 (unsigned long long)rounded, (unsigned long long)exact_compared,
                 (unsigned long long)exact_given_up);
    return 0;
}
