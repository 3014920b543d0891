/* amlgentex.c -- from one payment of each labelled alert: how much of the alert does a trace find?
 *
 * usage: money_amlgentex FOLDER        exit 77: the data is not there
 *
 * FOLDER holds AMLGentex's transactions.csv and labels_tx.csv (70 alerts of seven shapes).  Forward
 * starts from the earliest payment of an alert, backward from its latest; depth 5, 30 days.
 * Nothing else of the alert is told.  Printed per shape and method, means over its ten alerts:
 *
 *   accounts   accounts of the alert that the trace reached, of all its accounts (with the start)
 *   money      traced money in the alert's own payments, of all money in them
 *   pure       accounts of the alert, of all accounts that the trace reached
 *   possible   accounts that can be reached from that payment along the alert's own payments, in
 *              order of time: what `accounts` can be for whoever follows money and guesses nothing
 *
 * Order within a day is the file's; openings are not told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/trace.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 200000, ALERTS_MAX = 128, ALERT_PAYMENTS_MAX = 256, DEPTH = 5, DAYS = 30 };
enum { NAMES_MAX = 2 * ALERT_PAYMENTS_MAX };

static const int64_t START_MS = 1767225600000; /* any Monday will do */

struct alert {
    long number;
    char shape[32];
    uint32_t count;
    struct payment payment[ALERT_PAYMENTS_MAX]; /* in order */
};

static struct payment rows[ROWS_MAX];
static uint32_t rows_count;
static struct alert alerts[ALERTS_MAX];
static uint32_t alerts_count;

static ident account_name(long number)
{
    char bytes[24];
    if (number < 0)
        return IDENT_UNKNOWN; /* the world outside */
    (void)snprintf(bytes, sizeof bytes, "%ld", number);
    return ident_of(slice_of(bytes));
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[4096];
    char head[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file != NULL && fgets(head, sizeof head, file) == NULL)
        must(false);
    return file;
}

static bool read_rows(const char *folder)
{
    char line[512];
    FILE *file = open_in(folder, "transactions.csv");
    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL) {
        long id, step, payer, payee;
        double amount;
        must(sscanf(line, "%ld,%ld,%*[^,],%lf,%ld,%ld", &id, &step, &amount, &payer, &payee) == 5);
        if (amount < 0.005)
            continue; /* moves nothing */
        must(rows_count < ROWS_MAX);
        rows[rows_count] = (struct payment){
            .key = {START_MS + step * DAY_MS, rows_count + 1},
            .name = (uint64_t)id + 1,
            .payer = account_name(payer),
            .payee = account_name(payee),
            .amount = (int64_t)(amount * 100 + 0.5),
            .balance = MONEY_UNKNOWN,
            .channel = CHANNEL_UNKNOWN,
        };
        rows_count++;
    }
    (void)fclose(file);
    return true;
}

static struct alert *alert_of(long number, const char *shape)
{
    for (uint32_t i = 0; i < alerts_count; i++)
        if (alerts[i].number == number)
            return &alerts[i];
    must(alerts_count < ALERTS_MAX);
    alerts[alerts_count].number = number;
    (void)snprintf(alerts[alerts_count].shape, sizeof alerts[0].shape, "%s", shape);
    return &alerts[alerts_count++];
}

static int by_key(const void *a, const void *b)
{
    return payment_key_compare(((const struct payment *)a)->key, ((const struct payment *)b)->key);
}

static void read_alerts(const char *folder)
{
    char line[512], shape[32];
    long id, number;
    FILE *file = open_in(folder, "labels_tx.csv");
    must(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        must(sscanf(line, "%ld,%ld,%31[a-z_]", &id, &number, shape) == 3);
        struct alert *alert = alert_of(number, shape);
        for (uint32_t i = 0; i < rows_count; i++) {
            if (rows[i].name != (uint64_t)id + 1)
                continue;
            must(alert->count < ALERT_PAYMENTS_MAX);
            alert->payment[alert->count++] = rows[i];
        }
    }
    (void)fclose(file);
    for (uint32_t i = 0; i < alerts_count; i++)
        qsort(alerts[i].payment, alerts[i].count, sizeof alerts[i].payment[0], by_key);
}

/* ---- sets of accounts ---- */

struct names {
    uint32_t count;
    ident at[NAMES_MAX];
};

static bool has(const struct names *names, ident name)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (ident_equal(names->at[i], name))
            return true;
    return false;
}

static void put(struct names *names, ident name)
{
    if (ident_known(name) && !has(names, name))
        names->at[names->count++] = name;
}

static ident giver_of(const struct payment *payment, bool backward)
{
    return backward ? payment->payee : payment->payer;
}

static ident getter_of(const struct payment *payment, bool backward)
{
    return backward ? payment->payer : payment->payee;
}

static double possible(const struct alert *alert, const struct names *all, bool backward)
{
    struct names reached = {0}, carries = {0};
    for (uint32_t n = 0; n < alert->count; n++) {
        const struct payment *payment = &alert->payment[backward ? alert->count - 1 - n : n];
        if (n == 0)
            put(&reached, giver_of(payment, backward));
        if (n != 0 && !has(&carries, giver_of(payment, backward)))
            continue;
        put(&carries, getter_of(payment, backward));
        put(&reached, getter_of(payment, backward));
    }
    return (double)reached.count / all->count;
}

/* ---- measuring ---- */

struct figures {
    double accounts, money, pure, possible;
};

static struct figures measure(struct money_view *view, const struct alert *alert,
                              enum trace_method method, bool backward)
{
    struct trace_request asked = trace_request_usual();
    asked.steps_max = TRACE_STEPS_MAX;
    const struct payment *origin = &alert->payment[backward ? alert->count - 1 : 0];
    struct trace *trace;
    struct names all = {0};
    int64_t amount = 0, traced = 0;
    uint32_t found = 1; /* the start */
    asked.method = method;
    asked.depth_max = DEPTH;
    asked.backward = backward;
    if (backward)
        asked.since.ms = origin->key.ms - (int64_t)DAYS * DAY_MS;
    else
        asked.until.ms = origin->key.ms + (int64_t)DAYS * DAY_MS;
    must(trace_payments(&trace, view, &asked, origin, 1) == STATUS_OK);
    for (uint32_t i = 0; i < alert->count; i++) {
        put(&all, alert->payment[i].payer);
        put(&all, alert->payment[i].payee);
        amount += alert->payment[i].amount;
        for (uint32_t j = 0; j < trace->edges_count; j++)
            if (trace->edge[j].payment.name == alert->payment[i].name)
                traced += trace->edge[j].traced;
    }
    for (uint32_t i = 0; i < trace->accounts_count; i++)
        found += has(&all, trace->account[i].name);
    return (struct figures){(double)found / all.count, (double)traced / (double)amount,
                            (double)found / (trace->accounts_count + 1),
                            possible(alert, &all, backward)};
}

static void show_shape(struct money *money, const char *shape, bool backward, struct arena *request)
{
    (void)printf("| %s |", shape);
    for (unsigned method = 0; method < METHODS_COUNT; method++) {
        struct figures sum = {0};
        uint32_t count = 0;
        for (uint32_t i = 0; i < alerts_count; i++) {
            struct money_view *view;
            if (strcmp(alerts[i].shape, shape) != 0)
                continue;
            must(money_view_open(&view, money, request) == STATUS_OK);
            struct figures figures = measure(view, &alerts[i], method, backward);
            sum.accounts += figures.accounts;
            sum.money += figures.money;
            sum.pure += figures.pure;
            sum.possible += figures.possible;
            count++;
            money_view_close(view);
            arena_reset(request);
        }
        if (method == 0)
            (void)printf(" %.0f |", sum.possible / count * 100);
        (void)printf(" %.0f / %.0f / %.0f |", sum.accounts / count * 100, sum.money / count * 100,
                     sum.pure / count * 100);
    }
    (void)printf("\n");
}

int main(int count, char **words)
{
    static const char *const SHAPES[] = {"fan_out", "fan_in",         "cycle",         "bipartite",
                                         "stack",   "scatter_gather", "gather_scatter"};
    struct arena *boot, *request;
    struct money *money;
    struct money_options options = {.payments_max = ROWS_MAX, .accounts_max = ROWS_MAX};
    if (count != 2 || !read_rows(words[1])) {
        (void)printf("SKIP: no AMLGentex data there\n");
        return 77;
    }
    read_alerts(words[1]);
    must(arena_create(&boot, 64 << 20) == STATUS_OK);
    must(arena_create(&request, (size_t)1 << 30) == STATUS_OK);
    must(money_create(&money, &options, boot) == STATUS_OK);
    for (uint32_t i = 0; i < rows_count; i++)
        must(money_add(money, &rows[i]) == STATUS_OK);
    (void)printf("%u payments, %u alerts; depth %d, %d days; per cent: accounts / money / pure\n",
                 rows_count, alerts_count, DEPTH, DAYS);
    for (int backward = 0; backward < 2; backward++) {
        (void)printf("| %s | possible |", backward ? "backward" : "forward");
        for (unsigned method = 0; method < METHODS_COUNT; method++)
            (void)printf(" %s |", trace_method_word(method));
        (void)printf("\n");
        for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++)
            show_shape(money, SHAPES[i], backward, request);
    }
    money_destroy(money);
    arena_destroy(request);
    arena_destroy(boot);
    return 0;
}
