/* oracle.c -- the steps of docs/money.md, one after another, over rows of coins.
 *
 * The history is first written down in the direction of the trace: who gives, who gets, how much,
 * and what is known of either side just before.  Backward that is all that changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

enum { UNKNOWN_TOTAL = -1 };

struct event {
    int from, to, payment; /* payment: its number in the world */
    int64_t amount;
    int64_t from_total, to_total; /* just before, if a balance told so; else UNKNOWN_TOTAL */
    bool inside;                  /* of the time asked for */
};

struct bag { /* coins of one account: front first in */
    bool coin[COINS_MAX];
    int count;
};

struct oracle {
    const struct world *world;
    const struct trace_request *asked;
    struct answer *out;
    struct event event[WORLD_PAYMENTS];
    int events_count;
    struct bag bag[WORLD_ACCOUNTS + 1];
    int followed[WORLD_ACCOUNTS + 1]; /* payments out that were followed */
    int64_t back_amount[WORLD_PAYMENTS], back_traced[WORLD_PAYMENTS];
    enum trace_end edge_end[WORLD_PAYMENTS];
    int edges, start;
    bool starts_own;
    int full_at; /* the event that had no room in the answer; -1: all had */
};

static int64_t told(int64_t total)
{
    return total < 0 ? 0 : total;
}

static void write_history(struct oracle *oracle)
{
    const struct world *world = oracle->world;
    const struct trace_request *asked = oracle->asked;
    for (int i = 0; i < world->payments_count; i++) {
        int number = asked->backward ? world->payments_count - 1 - i : i;
        const struct world_payment *p = &world->payment[number];
        struct event *event = &oracle->event[oracle->events_count++];
        bool known = p->balance != MONEY_UNKNOWN && p->payer != p->payee;
        *event = (struct event){.from = asked->backward ? p->payee : p->payer,
                                .to = asked->backward ? p->payer : p->payee,
                                .payment = number,
                                .amount = p->amount,
                                .from_total = UNKNOWN_TOTAL,
                                .to_total = UNKNOWN_TOTAL,
                                .inside = true};
        if (known && asked->backward)
            event->to_total = told(p->balance);
        if (known && !asked->backward)
            event->from_total = told(p->balance + p->amount);
        if (asked->backward && asked->since.ms != MOMENT_NONE.ms)
            event->inside = p->ms >= asked->since.ms;
        if (!asked->backward && asked->until.ms != MOMENT_NONE.ms)
            event->inside = p->ms <= asked->until.ms;
    }
}

static bool is_of(const struct oracle *oracle, const struct event *event, int currency)
{
    return oracle->world->payment[event->payment].currency == currency;
}

/* ---- coins ---- */

static void put_coins(struct bag *bag, int64_t count, bool traced)
{
    must(bag->count + count <= COINS_MAX);
    while (count-- > 0)
        bag->coin[bag->count++] = traced;
}

static bool take_coin_at(struct bag *bag, int at)
{
    bool coin = bag->coin[at];
    memmove(bag->coin + at, bag->coin + at + 1, (size_t)(bag->count - at - 1));
    bag->count--;
    return coin;
}

static int64_t count_traced(const struct bag *bag)
{
    int64_t count = 0;
    for (int i = 0; i < bag->count; i++)
        count += bag->coin[i];
    return count;
}

static void arrive(struct oracle *oracle, int account, int64_t traced, int64_t other)
{
    struct bag *bag = &oracle->bag[account];
    if (oracle->asked->method == METHOD_POISON) {
        oracle->out->touched += other;
        put_coins(bag, traced + other, true);
    } else if (oracle->asked->method == METHOD_LIFO) {
        put_coins(bag, other, false);
        put_coins(bag, traced, true);
    } else {
        put_coins(bag, traced, true);
        put_coins(bag, other, false);
    }
}

/* Where the next coin of a kind leaves: from the front, but from the back of a stack. */
static int find_coin(const struct oracle *oracle, const struct bag *bag, bool traced)
{
    if (oracle->asked->method == METHOD_LIFO) {
        for (int i = bag->count - 1; i >= 0; i--)
            if (bag->coin[i] == traced)
                return i;
        return -1;
    }
    for (int i = 0; i < bag->count; i++)
        if (bag->coin[i] == traced)
            return i;
    return -1;
}

static void take_kind(struct oracle *oracle, int account, bool traced, int64_t count)
{
    while (count-- > 0)
        (void)take_coin_at(&oracle->bag[account], find_coin(oracle, &oracle->bag[account], traced));
}

/* Of `traced` coins among `all`, those that go with `amount`: two fractions with the denominator
 * `all`, their whole parts, and the cent left over to the larger rest; to what goes on a tie. */
static int64_t go_in_proportion(struct oracle *oracle, int64_t traced, int64_t all, int64_t amount)
{
    int64_t goes = traced * amount, stays = traced * (all - amount);
    int64_t goes_whole = goes / all, stays_whole = stays / all;
    if (goes_whole + stays_whole == traced)
        return goes_whole;
    oracle->out->shares++;
    return goes % all >= stays % all ? goes_whole + 1 : goes_whole;
}

static int64_t leave(struct oracle *oracle, int account, int64_t amount)
{
    struct bag *bag = &oracle->bag[account];
    int64_t traced = 0;
    enum trace_method method = oracle->asked->method;
    int64_t here = amount < bag->count ? amount : bag->count;
    if (method == METHOD_PRO_RATA && here > 0) {
        traced = go_in_proportion(oracle, count_traced(bag), bag->count, here);
        take_kind(oracle, account, true, traced);
        take_kind(oracle, account, false, here - traced);
        return traced;
    }
    for (int64_t i = 0; i < here; i++) {
        int at = method == METHOD_LIFO ? bag->count - 1 : 0;
        if (method == METHOD_TIMESTAMP && find_coin(oracle, bag, true) >= 0)
            at = find_coin(oracle, bag, true);
        traced += take_coin_at(bag, at);
    }
    if (method == METHOD_POISON) {
        oracle->out->touched += amount - here;
        traced += amount - here;
    }
    return traced;
}

static int64_t leave_back(struct oracle *oracle, int account, int64_t amount, int64_t wanted)
{
    struct bag *bag = &oracle->bag[account];
    if (oracle->asked->method == METHOD_POISON)
        return leave(oracle, account, amount);
    int64_t traced = count_traced(bag), other = bag->count - traced, goes = 0;
    for (int64_t i = 0; i < amount; i++) {
        bool as_traced = goes < wanted && traced > 0;
        if (!as_traced && other == 0 && traced == 0)
            break;
        /* What is wanted goes first, then other money, and traced money again when that is out. */
        if (as_traced || other == 0) {
            take_kind(oracle, account, true, 1);
            goes++;
            traced--;
        } else {
            take_kind(oracle, account, false, 1);
            other--;
        }
    }
    return goes;
}

/* ---- what is known ---- */

static bool is_own(const struct oracle *oracle, int a, int b)
{
    return a != 0 && b != 0 && oracle->world->holder[a] == oracle->world->holder[b];
}

static int64_t change(const struct event *event, int account)
{
    return (event->to == account ? event->amount : 0) -
           (event->from == account ? event->amount : 0);
}

/* What is known to be in the account just before event `at`, if that event tells. */
static int64_t told_total(const struct event *event, int account)
{
    const int64_t none = UNKNOWN_TOTAL;
    int64_t total = event->from == account ? event->from_total : none;
    return total == none && event->to == account ? event->to_total : total;
}

/* An anchor as it was told, not cut off at zero: the sum of an overdraft must come out right. */
static int64_t raw_total(const struct oracle *oracle, const struct event *event)
{
    const struct world_payment *p = &oracle->world->payment[event->payment];
    return oracle->asked->backward ? p->balance : p->balance + p->amount;
}

static bool opening_of(const struct oracle *oracle, int account, int at, int64_t *out)
{
    int currency = oracle->world->payment[oracle->event[at].payment].currency;
    int64_t sum = 0;
    for (int i = at; i >= 0; i--) {
        const struct event *event = &oracle->event[i];
        if (!is_of(oracle, event, currency))
            continue;
        if (i < at)
            sum += change(event, account);
        if (told_total(event, account) != UNKNOWN_TOTAL) {
            *out = raw_total(oracle, event) + sum;
            return *out >= 0;
        }
    }
    sum = 0;
    for (int i = at; i < oracle->events_count; i++) {
        const struct event *event = &oracle->event[i];
        if (!is_of(oracle, event, currency))
            continue;
        if (told_total(event, account) != UNKNOWN_TOTAL) {
            *out = raw_total(oracle, event) - sum;
            return *out >= 0;
        }
        sum += change(event, account);
    }
    return false;
}

static void settle(struct oracle *oracle, int account, int64_t total)
{
    struct bag *bag = &oracle->bag[account];
    if (total == UNKNOWN_TOTAL)
        return;
    if (total > bag->count)
        arrive(oracle, account, 0, total - bag->count);
    else if (total < bag->count)
        oracle->out->ended[END_UNSEEN] += leave(oracle, account, bag->count - total);
}

/* ---- taking back ---- */

static int64_t nearest(int64_t a, int64_t b, int64_t c)
{
    int64_t whole = a * b / c;
    return a * b - whole * c >= whole * c + c - a * b ? whole + 1 : whole;
}

static bool mirrors(const struct world_payment *a, const struct world_payment *b)
{
    return a->payer == b->payee && a->payee == b->payer;
}

/* What a payment should carry back, and of it what lies at an end. */
static bool carries_back(struct oracle *oracle, const struct event *event, int64_t *wanted,
                         int64_t *ended)
{
    const struct world_payment *all = oracle->world->payment;
    const struct world_payment *this = &all[event->payment];
    bool found = false;
    for (int i = 0; i < oracle->world->payments_count; i++) {
        bool pair =
            oracle->asked->backward ? all[i].reverses == event->payment : this->reverses == i;
        if (!pair || !oracle->out->has_edge[i] || !mirrors(&all[i], this))
            continue;
        int giver = oracle->asked->backward ? all[i].payee : all[i].payer;
        if (giver == 0 && oracle->edge_end[i] != ENDS_COUNT)
            continue; /* who came with cash has no account that waits for it */
        int64_t part = oracle->out->traced[i];
        if (oracle->asked->backward) {
            part = part < this->amount - *wanted ? part : this->amount - *wanted;
        } else {
            oracle->back_amount[i] += this->amount;
            if (oracle->back_amount[i] > all[i].amount)
                oracle->back_amount[i] = all[i].amount;
            part = nearest(part, oracle->back_amount[i], all[i].amount) - oracle->back_traced[i];
        }
        oracle->back_traced[i] += part;
        *wanted += part;
        if (oracle->edge_end[i] != ENDS_COUNT) {
            *ended += part;
            oracle->out->ended[oracle->edge_end[i]] -= part;
        }
        found = true;
    }
    return found;
}

/* ---- one event ---- */

static bool knows_more(const struct oracle *oracle, int account, int at)
{
    for (int i = at + 1; i < oracle->events_count; i++)
        if (oracle->event[i].from == account || oracle->event[i].to == account)
            return true;
    return false;
}

static enum trace_end end_of(const struct oracle *oracle, int at, bool origin)
{
    const struct event *event = &oracle->event[at];
    int to = event->to;
    if (to == 0)
        return END_CASH;
    if (to == oracle->start ||
        (!origin && !oracle->starts_own && is_own(oracle, to, oracle->start)))
        return END_RETURNED;
    if (oracle->out->contacted[to])
        return ENDS_COUNT;
    if (oracle->world->end[to] != ENDS_COUNT)
        return oracle->world->end[to];
    bool other_told = event->from != 0 && oracle->world->bank_told[event->from];
    if (!oracle->world->bank_told[to] && other_told && !knows_more(oracle, to, at))
        return END_UNKNOWN_BANK;
    return ENDS_COUNT;
}

static enum trace_cut cut_of(const struct oracle *oracle, const struct event *event, int giver,
                             enum trace_end end, int64_t traced)
{
    if (oracle->edges == (int)oracle->asked->edges_max)
        return CUT_EDGES;
    if (traced < oracle->asked->amount_min)
        return CUT_SMALL;
    if (giver == 0)
        return CUTS_COUNT;
    int level = oracle->out->level[giver] + !is_own(oracle, event->from, event->to);
    bool new = event->to != 0 && !oracle->out->contacted[event->to];
    if (new &&end == ENDS_COUNT && level > (int)oracle->asked->depth_max)
        return CUT_DEPTH;
    if (oracle->followed[giver] >= (int)oracle->asked->fan_max)
        return CUT_FAN;
    return CUTS_COUNT;
}

static void get(struct oracle *oracle, int at, int64_t traced)
{
    const struct event *event = &oracle->event[at];
    if (event->to == 0 || !oracle->out->contacted[event->to])
        return;
    settle(oracle, event->to, event->to_total);
    arrive(oracle, event->to, traced, event->amount - traced);
}

static void follow(struct oracle *oracle, int at, int giver, int64_t traced)
{
    struct answer *out = oracle->out;
    const struct event *event = &oracle->event[at];
    int to = event->to;
    int level = (giver == 0 ? 0 : out->level[giver]) + !is_own(oracle, event->from, event->to);
    if (out->contacted[to]) {
        out->level[to] = level < out->level[to] ? level : out->level[to];
        get(oracle, at, traced);
        return;
    }
    out->contacted[to] = true;
    out->contact[to] = event->payment;
    out->level[to] = level;
    out->opening_known[to] = opening_of(oracle, to, at, &out->opening[to]);
    if (!out->opening_known[to])
        out->opening[to] = 0;
    arrive(oracle, to, 0, out->opening[to]);
    arrive(oracle, to, traced, event->amount - traced);
}

/* `giver` is 0 where the money comes from the start, or from an end. */
static void deliver(struct oracle *oracle, int at, int giver, int64_t traced, bool origin)
{
    struct answer *out = oracle->out;
    const struct event *event = &oracle->event[at];
    enum trace_end end = end_of(oracle, at, origin);
    enum trace_cut cut = cut_of(oracle, event, giver, end, traced);
    if (cut != CUTS_COUNT) {
        out->cut[cut] += traced;
        if (cut == CUT_EDGES)
            oracle->full_at = at;
        get(oracle, at, 0);
        return;
    }
    out->has_edge[event->payment] = true;
    out->traced[event->payment] = traced;
    oracle->edge_end[event->payment] = end;
    oracle->edges++;
    oracle->followed[giver]++;
    if (end != ENDS_COUNT)
        out->ended[end] += traced;
    else
        follow(oracle, at, giver, traced);
}

static void play(struct oracle *oracle, int at, bool origin)
{
    struct answer *out = oracle->out;
    const struct event *event = &oracle->event[at];
    int64_t traced = 0, wanted = 0, ended = 0;
    int giver = 0;
    if (origin) {
        traced = event->amount;
    } else {
        bool back = carries_back(oracle, event, &wanted, &ended);
        back = back || oracle->world->payment[event->payment].reverses >= 0;
        if (event->from != 0 && out->contacted[event->from]) {
            giver = event->from;
            struct bag *bag = &oracle->bag[giver];
            settle(oracle, giver, event->from_total);
            int64_t has = count_traced(bag);
            if (has == 0 && oracle->asked->method != METHOD_POISON)
                giver = 0; /* it gives as the start does: nothing that is followed */
            else if (has > 0 && has < bag->count)
                out->mixed[giver] = true;
            int64_t amount = event->amount - (giver == 0 ? 0 : ended);
            traced = back ? leave_back(oracle, event->from, amount, wanted - ended)
                          : leave(oracle, event->from, amount);
        }
        traced += ended;
    }
    if (traced > 0)
        deliver(oracle, at, giver, traced, origin);
    else
        get(oracle, at, 0);
}

/* Whether the account gives again when the time asked for is over. */
static bool gives_beyond(const struct oracle *oracle, int account, int currency)
{
    for (int i = 0; i < oracle->events_count; i++) {
        const struct event *event = &oracle->event[i];
        if (!event->inside && event->from == account && event->to != account &&
            is_of(oracle, event, currency))
            return true;
    }
    return false;
}

/* Behind the event that had no room nothing is looked at, and an origin is cut unread. */
static void play_all(struct oracle *oracle, const int *origins, int origins_count, int currency)
{
    for (int i = 0; i < oracle->events_count; i++) {
        const struct event *event = &oracle->event[i];
        bool origin = false;
        for (int j = 0; j < origins_count; j++)
            origin = origin || origins[j] == event->payment;
        if ((!origin && !event->inside) || !is_of(oracle, event, currency))
            continue;
        if (oracle->full_at < 0)
            play(oracle, i, origin);
        else if (origin)
            oracle->out->cut[CUT_EDGES] += event->amount;
    }
}

/* Whether the account has payments behind the one that had no room. */
static bool goes_on(const struct oracle *oracle, int account, int currency)
{
    for (int i = oracle->full_at + 1; oracle->full_at >= 0 && i < oracle->events_count; i++) {
        const struct event *event = &oracle->event[i];
        if (event->inside && is_of(oracle, event, currency) &&
            (event->from == account || event->to == account))
            return true;
    }
    return false;
}

void oracle_trace(const struct world *world, const struct trace_request *asked, const int *origins,
                  int origins_count, struct answer *out)
{
    static struct oracle oracle; /* coins are many */
    oracle = (struct oracle){.world = world, .asked = asked, .out = out, .full_at = -1};
    *out = (struct answer){.started = 0};
    write_history(&oracle);
    const struct world_payment *first = &world->payment[origins[0]];
    oracle.start = asked->backward ? first->payee : first->payer;
    int currency = first->currency;
    int first_ms = asked->backward ? -1 : WORLD_PAYMENTS;
    for (int i = 0; i < origins_count; i++) {
        out->started += world->payment[origins[i]].amount;
        bool sooner = asked->backward ? origins[i] > first_ms : origins[i] < first_ms;
        first_ms = sooner ? origins[i] : first_ms;
    }
    first = &world->payment[first_ms];
    oracle.starts_own = is_own(&oracle, first->payer, first->payee);
    play_all(&oracle, origins, origins_count, currency);
    for (int i = 1; i <= world->accounts_count; i++) {
        int64_t held = count_traced(&oracle.bag[i]);
        out->other[i] = oracle.bag[i].count - held;
        bool unread = out->contacted[i] && held > 0 && goes_on(&oracle, i, currency);
        bool beyond = out->contacted[i] && held > 0 && gives_beyond(&oracle, i, currency);
        out->held[i] = unread || beyond ? 0 : held;
        out->cut[CUT_EDGES] += unread ? held : 0;
        out->cut[CUT_TIME] += beyond && !unread ? held : 0;
    }
}
