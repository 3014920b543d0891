/* examples_test.c -- the worked examples in examples/, read as they stand and reproduced to the
 * cent: by the engine, and by the oracle.
 *
 * A file is one example, worked out by hand.  Lines, apart from `#` and blank ones:
 *
 *   account A [opening=50.00] [holder=B] [end=merchant] [bank=none]
 *       opening: what A had before anything happened, as its bank tells; holder: who is B, too
 *   P1 09:10:00 A -> B 60.00 [balance=90.00] [reverses=P0] [currency=USD]
 *       payments in the order of the journal; `-` is nobody, that is cash
 *   trace P0[,P1] [backward] [depth=1] [fan=1] [min=5.00] [edges=2] [until=09:10:00] [since=…]
 *   fifo: A=40.00 B=60.00 | P1=60.00 | cash=1.00 cut.depth=2.00 touched=3.00
 *       where the money is, how much of it is in which payment, and what is at ends, behind cuts
 *       or touched.  What is not named is nothing; `-` for an empty part.
 *
 * usage: examples_test FOLDER */
/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include "ground/disk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_ = 8, EXAMPLES_MAX = 256 };

struct example {
    const char *path;
    int line;
    struct world world;
    char account[WORLD_ACCOUNTS + 1][NAME_MAX_];
    char payment[WORLD_PAYMENTS][NAME_MAX_];
    struct trace_request asked;
    int origins[WORLD_PAYMENTS], origins_count;
    struct played played;
    int checked, twice;
    bool failed;
};

static void complain(const struct example *example, const char *what, struct slice word)
{
    (void)fprintf(stderr, "%s:%d: %s: %.*s\n", example->path, example->line, what, (int)word.size,
                  word.at);
    exit(1);
}

/* The next word of a line; empty at its end. */
static struct slice next_word(struct slice *line)
{
    while (line->size != 0 && *line->at == ' ') {
        line->at++;
        line->size--;
    }
    struct slice word = {line->at, 0};
    while (line->size != 0 && *line->at != ' ') {
        line->at++;
        line->size--;
        word.size++;
    }
    return word;
}

/* Splits "key=value". */
static bool pair_of(struct slice word, struct slice *key, struct slice *value)
{
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] != '=')
            continue;
        *key = (struct slice){word.at, i};
        *value = (struct slice){word.at + i + 1, word.size - i - 1};
        return true;
    }
    return false;
}

static int64_t cents_of(const struct example *example, struct slice word)
{
    char bytes[32];
    long long whole;
    unsigned part;
    struct text text = text_over(bytes, sizeof bytes);
    text_add(&text, word);
    if (sscanf(bytes, "%lld.%2u", &whole, &part) != 2)
        complain(example, "not an amount", word);
    return whole * 100 + (bytes[0] == '-' ? -(int64_t)part : (int64_t)part);
}

static int64_t ms_of(const struct example *example, struct slice word)
{
    char bytes[32];
    unsigned hour, minute, second;
    struct text text = text_over(bytes, sizeof bytes);
    text_add(&text, word);
    if (sscanf(bytes, "%u:%u:%u", &hour, &minute, &second) != 3)
        complain(example, "not a time", word);
    return (int64_t)(hour * 3600 + minute * 60 + second) * 1000;
}

static int account_of(struct example *example, struct slice word)
{
    if (slice_equal(word, SLICE("-")))
        return 0;
    for (int i = 1; i <= example->world.accounts_count; i++)
        if (slice_equal(word, slice_of(example->account[i])))
            return i;
    if (example->world.accounts_count == WORLD_ACCOUNTS || word.size >= NAME_MAX_)
        complain(example, "an account too many", word);
    int number = ++example->world.accounts_count;
    memcpy(example->account[number], word.at, word.size);
    example->world.holder[number] = 100 + number;
    example->world.end[number] = ENDS_COUNT;
    example->world.bank_told[number] = true;
    return number;
}

static int payment_of(const struct example *example, struct slice word)
{
    for (int i = 0; i < example->world.payments_count; i++)
        if (slice_equal(word, slice_of(example->payment[i])))
            return i;
    complain(example, "no such payment", word);
    return 0;
}

static enum trace_end end_named(const struct example *example, struct slice word)
{
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        if (slice_equal(word, slice_of(trace_end_word(i))))
            return i;
    complain(example, "no such end", word);
    return ENDS_COUNT;
}

static struct world_payment *add_payment(struct example *example, struct slice name)
{
    struct world *world = &example->world;
    if (world->payments_count == WORLD_PAYMENTS || name.size >= NAME_MAX_)
        complain(example, "a payment too many", name);
    memcpy(example->payment[world->payments_count], name.at, name.size);
    struct world_payment *p = &world->payment[world->payments_count++];
    *p = (struct world_payment){.balance = MONEY_UNKNOWN, .reverses = -1};
    return p;
}

static void read_account(struct example *example, struct slice line)
{
    struct slice word, key, value;
    int account = account_of(example, next_word(&line));
    while ((word = next_word(&line)).size != 0) {
        if (!pair_of(word, &key, &value))
            complain(example, "not a pair", word);
        if (slice_equal(key, SLICE("holder"))) {
            int other = account_of(example, value);
            example->world.holder[account] = example->world.holder[other];
        } else if (slice_equal(key, SLICE("end"))) {
            example->world.end[account] = end_named(example, value);
        } else if (slice_equal(key, SLICE("bank"))) {
            example->world.bank_told[account] = false;
        } else if (slice_equal(key, SLICE("opening"))) {
            /* A cent to somebody, after which the bank tells the balance. */
            struct world_payment *p = add_payment(example, SLICE("open"));
            p->payer = account;
            p->payee = account_of(example, SLICE("~"));
            p->amount = 1;
            p->balance = cents_of(example, value);
        } else {
            complain(example, "what is this?", word);
        }
    }
}

static void read_payment(struct example *example, struct slice name, struct slice line)
{
    struct slice word, key, value;
    struct world_payment *p = add_payment(example, name);
    p->ms = ms_of(example, next_word(&line));
    p->payer = account_of(example, next_word(&line));
    if (!slice_equal(next_word(&line), SLICE("->")))
        complain(example, "no arrow", name);
    p->payee = account_of(example, next_word(&line));
    p->amount = cents_of(example, next_word(&line));
    while ((word = next_word(&line)).size != 0) {
        if (!pair_of(word, &key, &value))
            complain(example, "not a pair", word);
        if (slice_equal(key, SLICE("balance")))
            p->balance = cents_of(example, value);
        else if (slice_equal(key, SLICE("reverses")))
            p->reverses = payment_of(example, value);
        else if (slice_equal(key, SLICE("currency")))
            p->currency = 1;
        else
            complain(example, "what is this?", word);
    }
}

static void read_limit(struct example *example, struct slice word)
{
    struct slice key, value;
    struct trace_request *asked = &example->asked;
    if (slice_equal(word, SLICE("backward"))) {
        asked->backward = true;
        return;
    }
    if (!pair_of(word, &key, &value))
        complain(example, "not a pair", word);
    if (slice_equal(key, SLICE("depth")))
        asked->depth_max = (uint32_t)(value.at[0] - '0');
    else if (slice_equal(key, SLICE("fan")))
        asked->fan_max = (uint32_t)(value.at[0] - '0');
    else if (slice_equal(key, SLICE("edges")))
        asked->edges_max = (uint32_t)(value.at[0] - '0');
    else if (slice_equal(key, SLICE("min")))
        asked->amount_min = cents_of(example, value);
    else if (slice_equal(key, SLICE("until")))
        asked->until.ms = ms_of(example, value);
    else if (slice_equal(key, SLICE("since")))
        asked->since.ms = ms_of(example, value);
    else
        complain(example, "what is this?", word);
}

static void read_trace(struct example *example, struct slice line)
{
    struct slice word = next_word(&line);
    example->asked = trace_request_usual();
    example->origins_count = 0;
    while (word.size != 0) {
        struct slice one = {word.at, 0};
        while (one.size < word.size && one.at[one.size] != ',')
            one.size++;
        example->origins[example->origins_count++] = payment_of(example, one);
        size_t used = one.size < word.size ? one.size + 1 : one.size;
        word = (struct slice){word.at + used, word.size - used};
    }
    while ((word = next_word(&line)).size != 0)
        read_limit(example, word);
}

/* ---- what should come out ---- */

static void read_figure(struct example *example, int part, struct slice word, struct answer *wish)
{
    struct slice key, value;
    if (!pair_of(word, &key, &value))
        complain(example, "not a pair", word);
    int64_t cents = cents_of(example, value);
    if (part == 0) {
        wish->held[account_of(example, key)] = cents;
    } else if (part == 1) {
        wish->traced[payment_of(example, key)] = cents;
    } else if (slice_equal(key, SLICE("touched"))) {
        wish->touched = cents;
    } else if (slice_starts(key, SLICE("cut."))) {
        struct slice name = {key.at + 4, key.size - 4};
        for (unsigned i = 0; i < CUTS_COUNT; i++)
            if (slice_equal(name, slice_of(trace_cut_word(i))))
                wish->cut[i] = cents;
    } else {
        wish->ended[end_named(example, key)] = cents;
    }
}

static void differ(struct example *example, const char *who, const char *what, int64_t wish,
                   int64_t found)
{
    if (wish == found)
        return;
    (void)fprintf(stderr, "%s:%d: %s: %s is %lld.%02lld by hand, %lld.%02lld here\n", example->path,
                  example->line, who, what, (long long)(wish / 100), (long long)(wish % 100),
                  (long long)(found / 100), (long long)(found % 100));
    example->failed = true;
}

static void compare(struct example *example, const char *who, const struct answer *wish,
                    const struct answer *found)
{
    const struct world *world = &example->world;
    for (int i = 1; i <= world->accounts_count; i++)
        differ(example, who, example->account[i], wish->held[i], found->held[i]);
    for (int i = 0; i < world->payments_count; i++)
        differ(example, who, example->payment[i], wish->traced[i], found->traced[i]);
    for (unsigned i = 0; i < ENDS_COUNT; i++)
        differ(example, who, trace_end_word(i), wish->ended[i], found->ended[i]);
    for (unsigned i = 0; i < CUTS_COUNT; i++)
        differ(example, who, trace_cut_word(i), wish->cut[i], found->cut[i]);
    differ(example, who, "touched", wish->touched, found->touched);
}

static void answer_of(const struct trace *trace, struct answer *out)
{
    *out = (struct answer){.touched = trace->touched};
    for (uint32_t i = 0; i < trace->accounts_count; i++)
        out->held[played_account(trace->account[i].name)] = trace->account[i].held;
    for (uint32_t i = 0; i < trace->edges_count; i++)
        out->traced[played_number(&trace->edge[i].payment)] = trace->edge[i].traced;
    memcpy(out->ended, trace->ended, sizeof out->ended);
    memcpy(out->cut, trace->cut, sizeof out->cut);
}

/* No more coins than this are ever in one account. */
static int64_t coins_of(const struct world *world)
{
    int64_t coins = 0;
    for (int i = 0; i < world->payments_count; i++) {
        const struct world_payment *p = &world->payment[i];
        coins += p->amount + (p->balance == MONEY_UNKNOWN ? 0 : p->balance);
    }
    return coins;
}

static void check_method(struct example *example, enum trace_method method, struct slice line)
{
    struct slice word;
    struct answer wish = {.touched = 0}, engine, oracle;
    struct trace *trace;
    int part = 0;
    for (int i = 0; i < example->origins_count; i++)
        wish.traced[example->origins[i]] = example->world.payment[example->origins[i]].amount;
    while ((word = next_word(&line)).size != 0) {
        if (slice_equal(word, SLICE("|")))
            part++;
        else if (!slice_equal(word, SLICE("-")))
            read_figure(example, part, word, &wish);
    }
    example->asked.method = method;
    must(played_trace(&example->played, &example->asked, example->origins, example->origins_count,
                      &trace) == STATUS_OK);
    answer_of(trace, &engine);
    compare(example, "engine", &wish, &engine);
    if (coins_of(&example->world) <= COINS_MAX) {
        oracle_trace(&example->world, &example->asked, example->origins, example->origins_count,
                     &oracle);
        compare(example, "oracle", &wish, &oracle);
        example->twice++;
    }
    example->checked++;
}

static void read_line(struct example *example, struct slice line, struct arena *arena)
{
    enum trace_method method;
    struct slice word = next_word(&line);
    if (word.size == 0 || word.at[0] == '#')
        return;
    struct slice name = {word.at, word.size - 1};
    if (slice_equal(word, SLICE("account"))) {
        read_account(example, line);
    } else if (slice_equal(word, SLICE("trace"))) {
        read_trace(example, line);
        if (example->played.money == NULL)
            played_open(&example->played, &example->world, NULL, arena);
    } else if (word.at[word.size - 1] == ':' && trace_method_find(name, &method)) {
        check_method(example, method, line);
    } else {
        if (example->played.money != NULL)
            complain(example, "a payment behind the first trace", word);
        read_payment(example, word, line);
    }
}

static int check_file(const char *path, struct arena *arena, int *twice)
{
    static struct example example;
    struct slice rest;
    enum disk_fault fault;
    example = (struct example){.path = path};
    must(disk_read_all(path, 1 << 16, arena, &rest, &fault) == STATUS_OK);
    while (rest.size != 0) {
        struct slice line = {rest.at, 0};
        while (line.size < rest.size && line.at[line.size] != '\n')
            line.size++;
        size_t used = line.size < rest.size ? line.size + 1 : line.size;
        rest = (struct slice){rest.at + used, rest.size - used};
        example.line++;
        read_line(&example, line, arena);
    }
    if (example.checked == 0)
        complain(&example, "says nothing", slice_of(path));
    played_close(&example.played);
    *twice += example.twice;
    return example.failed ? -1 : example.checked;
}

int main(int count, char **words)
{
    struct arena *arena;
    struct dirent **names;
    int failed = 0, checked = 0, twice = 0;
    if (count != 2)
        return 2;
    int found = scandir(words[1], &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char path[1024];
        if (strstr(names[i]->d_name, ".txt") != NULL) {
            (void)snprintf(path, sizeof path, "%s/%s", words[1], names[i]->d_name);
            must(arena_create(&arena, 256 << 20) == STATUS_OK);
            int here = check_file(path, arena, &twice);
            arena_destroy(arena);
            failed += here < 0;
            checked += here < 0 ? 0 : here;
        }
        free(names[i]);
    }
    free(names);
    (void)printf("%d answers worked out by hand, %d of them also by the oracle; %d files differ\n",
                 checked, twice, failed);
    return failed != 0 || checked == 0;
}
