/* money_bench.c -- the money index at size: memory, insertion, traces of five levels.
 *
 * usage: money_bench run PAYMENTS ACCOUNTS TRACES [READS]
 *                                                       all of it, printed as lines; READS: how
 *                                                       many payments a trace may read
 *        money_bench csv PAYMENTS ACCOUNTS              the same payments as CSV, for others
 *        money_bench ask PAYMENTS ACCOUNTS QUESTIONS    one JSON line: which payments were asked
 *                                                       about, how many accounts each reached,
 *                                                       and how long it took
 *
 * The payments are made up as they go in, from a seed, and never stored elsewhere: one in five by
 * or to one account in a hundred (shops, employers), one in three from an account that was paid
 * just before (money that goes straight on), the rest between anybody.  Insertion is timed around
 * money_take() alone, one thread, records in batches of 256 as intake gives them; traces in CPU
 * time of their thread, and beside it as a clock on the wall has it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "money/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { RECENT = 4096, SPAN_DAYS = 30, DEPTH = 5, TRACES_MAX = 100000 };

static const int64_t START_MS = 1772380800000; /* 2026-03-02 in Beijing */

struct generator {
    struct chance chance;
    uint64_t payments, accounts, made;
    uint64_t recent[RECENT];
};

static double seconds_of(clockid_t clock)
{
    struct timespec at;
    must(clock_gettime(clock, &at) == 0);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static ident account_name(uint64_t number)
{
    char bytes[24];
    (void)snprintf(bytes, sizeof bytes, "622202%011llu", (unsigned long long)number);
    return ident_of(slice_of(bytes));
}

static uint64_t anybody(struct generator *generator)
{
    struct chance *chance = &generator->chance;
    if (chance_below(chance, 5) == 0)
        return chance_below(chance, generator->accounts / 100 + 1);
    return chance_below(chance, generator->accounts);
}

struct made {
    int64_t ms, amount;
    uint64_t payer, payee;
};

static struct made make_one(struct generator *generator)
{
    struct chance *chance = &generator->chance;
    struct made made = {
        .ms = START_MS +
              (int64_t)((double)generator->made / (double)generator->payments * SPAN_DAYS * DAY_MS),
        .amount = 100 + (int64_t)chance_below(chance, 500000),
        .payer = anybody(generator),
        .payee = anybody(generator),
    };
    if (generator->made > RECENT && chance_below(chance, 3) == 0)
        made.payer = generator->recent[chance_below(chance, RECENT)];
    if (made.payer == made.payee)
        made.payee = (made.payee + 1) % generator->accounts;
    generator->recent[generator->made % RECENT] = made.payee;
    generator->made++;
    return made;
}

static struct generator generator_of(uint64_t payments, uint64_t accounts)
{
    return (struct generator){
        .chance = chance_seeded(7), .payments = payments, .accounts = accounts};
}

static void make_record(struct generator *generator, struct record *record, ident currency)
{
    struct made made = make_one(generator);
    record->kind = RECORD_payment;
    record->known = 1u << FIELD_OF(payment, time) | 1u << FIELD_OF(payment, payer) |
                    1u << FIELD_OF(payment, payee) | 1u << FIELD_OF(payment, amount) |
                    1u << FIELD_OF(payment, currency);
    record->position = generator->made;
    record->digest = generator->made << 2;
    record->at.ms = made.ms;
    record->field[FIELD_OF(payment, time)].whole = made.ms;
    record->field[FIELD_OF(payment, payer)].name = account_name(made.payer);
    record->field[FIELD_OF(payment, payee)].name = account_name(made.payee);
    record->field[FIELD_OF(payment, amount)].whole = made.amount;
    record->field[FIELD_OF(payment, currency)].name = currency;
}

static double fill(struct money *money, uint64_t payments, uint64_t accounts)
{
    static struct record batch[RECORD_BATCH_MAX];
    struct generator generator = generator_of(payments, accounts);
    ident currency = ident_of(SLICE("CNY"));
    double spent = 0;
    while (generator.made < payments) {
        size_t count = 0, taken;
        for (; count < RECORD_BATCH_MAX && generator.made < payments; count++)
            make_record(&generator, &batch[count], currency);
        double began = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        must(money_take(money, batch, count, &taken) == STATUS_OK);
        spent += seconds_of(CLOCK_THREAD_CPUTIME_ID) - began;
    }
    return spent;
}

static size_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    must(file != NULL);
    must(fscanf(file, "%*u %lu", &pages) == 1);
    (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int compare_times(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

struct asked {
    uint64_t position;
    uint32_t accounts, edges;
    uint64_t steps;
    bool stopped;
    double seconds, wall;
};

/* `days` 0: to the end of all payments. */
static struct asked ask(struct money *money, const struct trace_request *wish_of, int days,
                        uint64_t position, struct arena *request)
{
    struct asked asked = {.position = position};
    struct trace_request wish = *wish_of;
    struct money_view *view;
    struct payment origin;
    struct trace *trace;
    double hung = seconds_of(CLOCK_MONOTONIC), began = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    must(money_view_open(&view, money, request) == STATUS_OK);
    must(money_find(view, asked.position, &origin) == STATUS_OK);
    if (days != 0)
        wish.until.ms = origin.key.ms + (int64_t)days * DAY_MS;
    must(trace_payments(&trace, view, &wish, &origin, 1) == STATUS_OK);
    asked.seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID) - began;
    asked.wall = seconds_of(CLOCK_MONOTONIC) - hung;
    asked.accounts = trace->accounts_count;
    asked.edges = trace->edges_count;
    asked.steps = trace->steps;
    asked.stopped = trace->stopped;
    money_view_close(view);
    arena_reset(request);
    return asked;
}

static struct money *create(uint64_t payments, uint64_t accounts, struct arena *boot)
{
    struct money *money;
    struct money_options options = {.payments_max = (uint32_t)payments,
                                    .accounts_max = (uint32_t)accounts + 2};
    must(money_create(&money, &options, boot) == STATUS_OK);
    return money;
}

static struct trace_request wish_for(enum trace_method method)
{
    struct trace_request wish = trace_request_usual();
    wish.method = method;
    wish.depth_max = DEPTH;
    return wish;
}

struct traces_wish {
    enum trace_method method;
    int days;
    uint32_t traces, reads;
};

static void print_times(const char *what, double *times, uint32_t count)
{
    qsort(times, count, sizeof *times, compare_times);
    (void)printf(" %s p50 %.3f ms, p99 %.3f ms, most %.3f ms;", what, times[count / 2] * 1e3,
                 times[count - 1 - count / 100] * 1e3, times[count - 1] * 1e3);
}

static void run_traces(struct money *money, const struct traces_wish *asked_for,
                       struct arena *request)
{
    static double times[TRACES_MAX], walls[TRACES_MAX];
    uint32_t traces = asked_for->traces;
    struct chance chance = chance_seeded(11);
    struct trace_request wish = wish_for(asked_for->method);
    wish.steps_max = asked_for->reads;
    struct money_counts counts;
    uint64_t edges = 0, steps = 0, stopped = 0;
    uint32_t edges_most = 0;
    money_count(money, &counts);
    for (uint32_t i = 0; i < traces; i++) {
        uint64_t position = 1 + chance_below(&chance, counts.payments);
        struct asked asked = ask(money, &wish, asked_for->days, position, request);
        times[i] = asked.seconds;
        walls[i] = asked.wall;
        edges += asked.edges;
        steps += asked.steps;
        stopped += asked.stopped;
        edges_most = asked.edges > edges_most ? asked.edges : edges_most;
    }
    (void)printf("trace of %d levels, %s, %-9s:", DEPTH,
                 asked_for->days == 0 ? "30 days" : "one day", trace_method_word(wish.method));
    print_times("CPU", times, traces);
    print_times("wall", walls, traces);
    (void)printf(" payments with traced money: mean %.1f, most %u; read: mean %.1f; at a limit of "
                 "the answer: %llu of %u\n",
                 (double)edges / traces, edges_most, (double)steps / traces,
                 (unsigned long long)stopped, traces);
}

static void run(uint64_t payments, uint64_t accounts, struct traces_wish wish, struct arena *boot,
                struct arena *request)
{
    size_t before = resident_bytes();
    struct money *money = create(payments, accounts, boot);
    double wall = seconds_of(CLOCK_MONOTONIC);
    double spent = fill(money, payments, accounts);
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    struct money_counts counts;
    money_count(money, &counts);
    double resident = (double)(resident_bytes() - before);
    (void)printf("%llu payments, %llu accounts: %.2f GB resident, %.1f bytes a payment, %.1f bytes "
                 "for each of its two directions\n",
                 (unsigned long long)counts.payments, (unsigned long long)counts.accounts,
                 resident / 1e9, resident / (double)payments, resident / 2 / (double)payments);
    (void)printf("insertion: %.0f payments per CPU-second, one thread (%.1f s of %.1f s with the "
                 "making up)\n",
                 (double)payments / spent, spent, wall);
    for (wish.days = 1; wish.days >= 0; wish.days--)
        for (wish.method = 0; wish.method < METHODS_COUNT; wish.method++)
            run_traces(money, &wish, request);
    money_destroy(money);
}

static void write_csv(uint64_t payments, uint64_t accounts)
{
    struct generator generator = generator_of(payments, accounts);
    (void)printf("ord,payer,payee,amount\n");
    for (uint64_t i = 0; i < payments; i++) {
        struct made made = make_one(&generator);
        (void)printf("%llu,%llu,%llu,%lld\n", (unsigned long long)generator.made,
                     (unsigned long long)made.payer, (unsigned long long)made.payee,
                     (long long)made.amount);
    }
}

static void answer(uint64_t payments, uint64_t accounts, uint32_t questions, struct arena *boot,
                   struct arena *request)
{
    static double times[TRACES_MAX];
    struct money *money = create(payments, accounts, boot);
    struct chance chance = chance_seeded(11);
    struct trace_request wish = wish_for(METHOD_POISON);
    wish.steps_max = TRACE_STEPS_MAX; /* others know no bound */
    (void)fill(money, payments, accounts);
    (void)printf("{\"asked\":[");
    for (uint32_t i = 0; i < questions; i++) {
        uint64_t position = 1 + chance_below(&chance, payments);
        struct asked asked = ask(money, &wish, 0, position, request);
        times[i] = asked.seconds;
        (void)printf("%s[%llu,%u]", i == 0 ? "" : ",", (unsigned long long)asked.position,
                     asked.stopped ? 0 : asked.accounts);
    }
    qsort(times, questions, sizeof *times, compare_times);
    (void)printf("],\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n", times[questions / 2] * 1e3,
                 times[questions - 1 - questions / 100] * 1e3);
    money_destroy(money);
}

int main(int count, char **words)
{
    struct arena *boot, *request;
    uint64_t payments = count > 2 ? strtoull(words[2], NULL, 10) : 1000000;
    uint64_t accounts = count > 3 ? strtoull(words[3], NULL, 10) : payments / 5;
    uint32_t traces = count > 4 ? (uint32_t)strtoul(words[4], NULL, 10) : 1000;
    uint32_t reads = count > 5 ? (uint32_t)strtoul(words[5], NULL, 10) : TRACE_STEPS_USUAL;
    if (count < 2 || payments < 1 || payments >= MONEY_PAYMENTS_MAX || accounts < 2 || traces < 1 ||
        traces > TRACES_MAX || reads < 1 || reads > TRACE_STEPS_MAX)
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* a large run says what it has as it goes */
    must(arena_create(&boot, 64 << 20) == STATUS_OK);
    must(arena_create(&request, (size_t)1 << 30) == STATUS_OK);
    if (strcmp(words[1], "csv") == 0)
        write_csv(payments, accounts);
    else if (strcmp(words[1], "ask") == 0)
        answer(payments, accounts, traces, boot, request);
    else
        run(payments, accounts, (struct traces_wish){.traces = traces, .reads = reads}, boot,
            request);
    arena_destroy(request);
    arena_destroy(boot);
    return 0;
}
