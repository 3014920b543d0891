/* chain.c -- a made-up chain of five levels, a desk, and banks that answer in 1 to 60 seconds: how
 * much of a victim's money is stopped, by what is ordered first.
 *
 *   victim ─> level 1 ─> … ─> level 5 ─> cash          each account sends on what it got, in one to
 *               │                                      four parts, after its own while
 *   report, so many minutes later ─> desk: one order after another, each takes it HANDLING_MS
 *               └─> bank: the stop, 1 to 60 s later; what is there stays, what comes stays too
 *
 *   ranked      the desk follows the payments (money/trace.h) and stops what money/proposal.h puts
 *               first
 *   arrival     the same knowledge; the account that the money reached first goes first
 *   by level    no payments at hand: level 1, and then what each bank answers it sent the money to
 *   by hand     the same, and each order is typed: TYPING_MS
 *
 * Everything here is made up, from a seed; the assumptions are the constants below, and
 * docs/money.md lists them.  In every world, to the cent: stopped + cashed + left = the victim's
 * money.
 *
 * usage: money_chain [WORLDS [csv]] */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "money/proposal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LEVELS = 5,
    WORLDS_MAX = 5000,
    BANKS = 8,
    PARTS_MAX = 4,
    NODES_MAX = 4096,
    HANDLING_MS = 20000, /* two persons look at an order that is filled in already */
    TYPING_MS = 120000,  /* the same, and name, number, amount and time are typed */
    LOOK_MS = 5000,      /* nothing to order: the desk looks again */
    ANSWER_MIN_MS = 1000,
    ANSWER_MAX_MS = 60000,
    DELAYS = 5,
    MEDIAN_MIN = 2, /* minutes that money stays, on the median of a chain */
    MEDIAN_MAX = 20,
    HISTORY_MAX = 5, /* earlier money through an account, for its habits */
    MEMORY = 256 << 20,
};
#define HORIZON_MS  (24LL * 3600 * 1000)
#define EARLY_PARTS 100 /* of a thousand: cashed at once instead of sent on */
#define SLOW_PARTS  150 /* of a thousand: left lying, ten times as long */

enum way { RANKED, ARRIVAL, BY_LEVEL, BY_HAND, WAYS };
static const char *const WAY_NAMES[WAYS] = {"ranked", "arrival", "by level", "by hand"};
static const int64_t DELAY_MINUTES[DELAYS] = {1, 5, 15, 30, 60};

/* An account, once money has reached it.  What it will do is drawn from its number alone, so that
 * it does the same whoever watches. */
struct node {
    ident name;
    unsigned level, bank;
    int64_t came_ms, leaves_ms; /* leaves_ms: when it sends on what came */
    int64_t amount;             /* there now */
    int64_t stop_ms;            /* INT64_MAX: not ordered */
    bool ordered, told;         /* told: by_level knows of it */
    bool gone, cashes;
    uint64_t seed;
    unsigned parent;
};

struct chain {
    uint64_t seed;
    struct arena *arena, *request;
    struct money *money;
    unsigned count;
    struct node node[NODES_MAX];
    int64_t answer_ms[BANKS]; /* what each takes on the average */
    double median_ms;         /* of the chain's residence */
    int64_t victim, cashed;
    uint64_t payments;
    struct payment first;
};

static void ok(enum status status, const char *what)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, status_name(status));
    exit(1);
}

static ident name_of(uint64_t number)
{
    char bytes[32];
    int size = snprintf(bytes, sizeof bytes, "62220000%09llu", (unsigned long long)number);
    return ident_of((struct slice){bytes, (size_t)size});
}

static ident bank_name(unsigned bank)
{
    char bytes[8] = {'b', 'a', 'n', 'k', (char)('0' + bank), 0};
    return ident_of(slice_of(bytes));
}

static unsigned node_of(const struct chain *chain, ident name)
{
    for (unsigned i = 0; i < chain->count; i++)
        if (ident_equal(chain->node[i].name, name))
            return i;
    return NODES_MAX;
}

static void pay(struct chain *chain, int64_t ms, ident payer, ident payee, int64_t amount)
{
    unsigned to = node_of(chain, payee);
    struct payment payment = {.key = {ms, ++chain->payments},
                              .name = chain->payments,
                              .payer = payer,
                              .payee = payee,
                              .amount = amount,
                              .balance = MONEY_UNKNOWN,
                              .channel = CHANNEL_UNKNOWN};
    if (to != NODES_MAX)
        payment.payee_bank = bank_name(chain->node[to].bank);
    ok(money_add(chain->money, &payment), "payment");
    if (chain->payments == 1)
        chain->first = payment;
}

/* ---- what accounts do ---- */

static double lognormal(struct chance *chance, double median, double sigma)
{
    return median * exp(sigma * chance_normal(chance));
}

/* Earlier money went through the account: in, and out again after about its usual while. */
static void history(struct chain *chain, struct chance *chance, ident name, double usual_ms)
{
    unsigned times = (unsigned)chance_below(chance, HISTORY_MAX + 1);
    int64_t at = -3LL * 24 * 3600 * 1000;
    for (unsigned i = 0; i < times; i++) {
        int64_t amount = 100000 + (int64_t)chance_below(chance, 5000000);
        int64_t stays = (int64_t)lognormal(chance, usual_ms, 0.5);
        ident other = name_of(500000000 + chance_below(chance, 1000000));
        pay(chain, at, other, name, amount);
        pay(chain, at + stays, name, other, amount);
        at += stays + 3600 * 1000;
    }
}

static unsigned node_add(struct chain *chain, unsigned level, unsigned parent, uint64_t seed)
{
    if (chain->count == NODES_MAX)
        ok(STATUS_FULL, "accounts");
    struct node *node = &chain->node[chain->count];
    struct chance chance = chance_seeded(seed);
    *node = (struct node){.name = name_of(chain->count + 1),
                          .level = level,
                          .bank = (unsigned)chance_below(&chance, BANKS),
                          .stop_ms = INT64_MAX,
                          .seed = seed,
                          .parent = parent};
    return chain->count++;
}

/* Money reaches it: it decides when it will send it on. */
static void arrive(struct chain *chain, unsigned index, int64_t ms, ident payer, int64_t amount)
{
    struct node *node = &chain->node[index];
    struct chance chance = chance_branch(chance_seeded(node->seed), 1);
    double usual_ms = lognormal(&chance, chain->median_ms, 0.7);
    double stays_ms = lognormal(&chance, usual_ms, 0.5);
    if (node->level > 1)
        history(chain, &chance, node->name, usual_ms);
    if (chance_below(&chance, 1000) < SLOW_PARTS)
        stays_ms *= 10;
    node->cashes = node->level == LEVELS || chance_below(&chance, 1000) < EARLY_PARTS;
    node->came_ms = ms;
    node->leaves_ms = ms + 1000 + (int64_t)stays_ms;
    node->amount = amount;
    pay(chain, ms, payer, node->name, amount);
}

static void leave(struct chain *chain, unsigned index)
{
    struct node *node = &chain->node[index];
    struct chance chance = chance_branch(chance_seeded(node->seed), 2);
    int64_t left = node->amount, at = node->leaves_ms;
    unsigned parts = 1 + (unsigned)chance_below(&chance, PARTS_MAX);
    node->gone = true;
    node->amount = 0;
    if (node->cashes) {
        pay(chain, at, node->name, (ident){0}, left);
        chain->cashed += left;
        return;
    }
    for (unsigned i = 0; i < parts && left > 0; i++) {
        int64_t part = i + 1 == parts ? left : left / (int64_t)(parts - i);
        if (i + 1 < parts && part > 10)
            part = part / 2 + (int64_t)chance_below(&chance, (uint64_t)part);
        unsigned child = node_add(chain, node->level + 1, index, chance_bits(&chance));
        arrive(chain, child, at + (int64_t)i * 2000, chain->node[index].name, part);
        left -= part;
    }
}

/* Everything that happens until then, in the order of time; what a stop holds does not. */
static void play(struct chain *chain, int64_t until)
{
    for (;;) {
        unsigned next = NODES_MAX;
        for (unsigned i = 0; i < chain->count; i++) {
            const struct node *node = &chain->node[i];
            bool held = node->stop_ms <= node->leaves_ms;
            if (!node->gone && !held && node->leaves_ms <= until &&
                (next == NODES_MAX || node->leaves_ms < chain->node[next].leaves_ms))
                next = i;
        }
        if (next == NODES_MAX)
            return;
        leave(chain, next);
    }
}

/* ---- what the desk does ---- */

static int64_t bank_answer(void *self, ident bank)
{
    const struct chain *chain = self;
    for (unsigned i = 0; i < BANKS; i++)
        if (ident_equal(bank, bank_name(i)))
            return chain->answer_ms[i];
    return (ANSWER_MIN_MS + ANSWER_MAX_MS) / 2;
}

static unsigned pick_ranked(struct chain *chain, const struct trace *trace, struct money_view *view,
                            int64_t now)
{
    struct stop_proposals all;
    const struct proposal_request asked = {
        .trace = trace, .now = {now}, .answer_ms = bank_answer, .self = chain};
    ok(stop_propose(&all, view, &asked), "proposal");
    for (uint32_t i = 0; i < all.count; i++) {
        unsigned node = node_of(chain, trace->account[all.at[i].account].name);
        if (node != NODES_MAX && !chain->node[node].ordered)
            return node;
    }
    return NODES_MAX;
}

static unsigned pick_arrival(const struct chain *chain, const struct trace *trace)
{
    for (uint32_t i = 0; i < trace->accounts_count; i++) { /* they are in the order of contact */
        unsigned node = node_of(chain, trace->account[i].name);
        if (trace->account[i].held > 0 && node != NODES_MAX && !chain->node[node].ordered)
            return node;
    }
    return NODES_MAX;
}

static unsigned pick_told(const struct chain *chain, int64_t now)
{
    unsigned best = NODES_MAX;
    for (unsigned i = 0; i < chain->count; i++) {
        const struct node *node = &chain->node[i];
        /* level 1 is in the report; others are told when their payer's bank has answered */
        bool told = node->level == 1 ||
                    (chain->node[node->parent].ordered && chain->node[node->parent].stop_ms <= now);
        if (told && !node->ordered &&
            (best == NODES_MAX || node->came_ms < chain->node[best].came_ms))
            best = i;
    }
    return best;
}

static unsigned pick(struct chain *chain, enum way way, int64_t now)
{
    struct money_view *view;
    struct trace *trace;
    struct trace_request asked = trace_request_usual();
    if (way >= BY_LEVEL)
        return pick_told(chain, now);
    arena_reset(chain->request);
    ok(money_view_open(&view, chain->money, chain->request), "view");
    ok(trace_payments(&trace, view, &asked, &chain->first, 1), "trace");
    unsigned node =
        way == RANKED ? pick_ranked(chain, trace, view, now) : pick_arrival(chain, trace);
    money_view_close(view);
    return node;
}

/* One order after another, from the report on. */
static void desk(struct chain *chain, enum way way, int64_t reported_ms)
{
    struct chance chance = chance_branch(chance_seeded(chain->seed), 77);
    int64_t handling_ms = way == BY_HAND ? TYPING_MS : HANDLING_MS;
    for (int64_t now = reported_ms; now < HORIZON_MS;) {
        play(chain, now);
        unsigned index = pick(chain, way, now);
        if (index == NODES_MAX) {
            now += LOOK_MS + now / 100; /* later, more and more seldom */
            continue;
        }
        struct node *node = &chain->node[index];
        double mean = (double)chain->answer_ms[node->bank];
        int64_t answer = (int64_t)(mean * chance_between(&chance, 0.5, 1.5));
        answer = answer < ANSWER_MIN_MS ? ANSWER_MIN_MS : answer;
        answer = answer > ANSWER_MAX_MS ? ANSWER_MAX_MS : answer;
        now += handling_ms;
        node->ordered = true;
        node->stop_ms = now + answer;
    }
    play(chain, HORIZON_MS);
}

/* The share of the victim's money that was stopped. */
static double world(uint64_t seed, enum way way, int64_t delay_minutes, struct arena *arena,
                    struct arena *request)
{
    struct chain *chain = NULL;
    struct chance chance = chance_seeded(seed);
    arena_reset(arena);
    ok(ARENA_NEW(arena, 1, &chain), "memory");
    chain->seed = seed;
    chain->request = request;
    const struct money_options options = {.payments_max = 65536, .accounts_max = 65536};
    ok(money_create(&chain->money, &options, arena), "index");
    chain->median_ms = 60000 * exp(chance_between(&chance, log(MEDIAN_MIN), log(MEDIAN_MAX)));
    for (unsigned i = 0; i < BANKS; i++)
        chain->answer_ms[i] =
            ANSWER_MIN_MS + (int64_t)chance_below(&chance, ANSWER_MAX_MS - ANSWER_MIN_MS);
    chain->victim = 5000000 + (int64_t)chance_below(&chance, 95000000);
    unsigned first = node_add(chain, 1, 0, chance_bits(&chance));
    arrive(chain, first, 0, name_of(999999999), chain->victim);
    desk(chain, way, delay_minutes * 60000);
    int64_t stopped = 0, left = 0;
    for (unsigned i = 0; i < chain->count; i++) {
        const struct node *node = &chain->node[i];
        *(node->stop_ms <= node->leaves_ms && !node->gone ? &stopped : &left) += node->amount;
    }
    must(stopped + chain->cashed + left == chain->victim);
    money_destroy(chain->money);
    return (double)stopped / (double)chain->victim;
}

/* ---- what it comes to ---- */

static double share[WAYS][DELAYS][WORLDS_MAX];

struct mean {
    double mean, half; /* of the 95 % interval */
};

static struct mean mean_of(const double *of, const double *less, unsigned count)
{
    double sum = 0, squares = 0, n = count;
    for (unsigned i = 0; i < count; i++) {
        double one = of[i] - (less == NULL ? 0 : less[i]);
        sum += one;
        squares += one * one;
    }
    return (struct mean){sum / n, 1.96 * sqrt((squares / n - sum / n * (sum / n)) / (n - 1))};
}

static void say_row(const char *name, unsigned way, unsigned less, unsigned worlds)
{
    (void)printf("\n%-22s", name);
    for (unsigned d = 0; d < DELAYS; d++) {
        struct mean mean = mean_of(share[way][d], less == WAYS ? NULL : share[less][d], worlds);
        (void)printf("  %5.1f (%5.1f..%5.1f)", 100 * mean.mean, 100 * (mean.mean - mean.half),
                     100 * (mean.mean + mean.half));
    }
}

static void say_table(unsigned worlds)
{
    (void)printf("share of the victim's money that is stopped, in per cent (95 %% interval of the "
                 "mean), %u worlds\n%-22s",
                 worlds, "reported after minutes");
    for (unsigned d = 0; d < DELAYS; d++)
        (void)printf("%13lld       ", (long long)DELAY_MINUTES[d]);
    for (unsigned way = 0; way < WAYS; way++)
        say_row(WAY_NAMES[way], way, WAYS, worlds);
    (void)printf("\nin the same world, the difference:");
    say_row("ranked - arrival", RANKED, ARRIVAL, worlds);
    say_row("ranked - by level", RANKED, BY_LEVEL, worlds);
    say_row("ranked - by hand", RANKED, BY_HAND, worlds);
    (void)printf("\n");
}

static void say_csv(unsigned worlds)
{
    (void)printf("way,delay_minutes,share,low,high,worlds\n");
    for (unsigned way = 0; way < WAYS; way++)
        for (unsigned d = 0; d < DELAYS; d++) {
            struct mean mean = mean_of(share[way][d], NULL, worlds);
            (void)printf("%s,%lld,%.4f,%.4f,%.4f,%u\n", WAY_NAMES[way], (long long)DELAY_MINUTES[d],
                         mean.mean, mean.mean - mean.half, mean.mean + mean.half, worlds);
        }
}

int main(int count, char **words)
{
    unsigned worlds = count > 1 ? (unsigned)strtoul(words[1], NULL, 10) : 500;
    struct arena *arena, *request;
    worlds = worlds < 2 ? 2 : worlds > WORLDS_MAX ? WORLDS_MAX : worlds;
    ok(arena_create(&arena, MEMORY), "memory");
    ok(arena_create(&request, MEMORY), "memory");
    for (unsigned way = 0; way < WAYS; way++)
        for (unsigned d = 0; d < DELAYS; d++)
            for (unsigned i = 0; i < worlds; i++)
                share[way][d][i] = world(i + 1, (enum way)way, DELAY_MINUTES[d], arena, request);
    if (count > 2)
        say_csv(worlds);
    else
        say_table(worlds);
    arena_destroy(request);
    arena_destroy(arena);
    return 0;
}
