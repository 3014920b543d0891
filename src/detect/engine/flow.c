/* flow.c -- walks back from an account to where its money may have come from.
 *
 *   account                          payers                        their payers
 *     receipts in (t - span, t]  <-    those before what they paid  <-  …
 *
 * Nothing is added up while payments come: a report that arrives tomorrow taints what moved today
 * because today's payments are looked at tomorrow, as they then are.  So there is no state that a
 * late payment, a reversal or a report would have to mend, and the price is paid only where a rule
 * has nothing else left to ask (conditions about money are the last ones tried).
 *
 * A payer's list is walked once for each account that it paid, and gives what it had received of
 * the money asked for before each of its payments to that account.  A payment carries at most its
 * amount, and all payments of one payer to one account together at most what the payer had.
 *
 * Invariants:  1. What is seen does not depend on how records were batched (past.h).
 *              2. One answer looks at no more than FLOW_ACCOUNTS_MAX accounts, each at most once
 *                 for each that it paid, with FLOW_EVENTS_MAX payments; FLOW_DEPTH_MAX in a row.
 *              3. Sums are made from the first payment to the last, in whole minor units.
 * Not chosen:  amounts carried along with each balance.  A report would have to walk forward
 *              through all that moved since, and two rules with other spans would need two of
 *              each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/flow.h"

#include "detect/engine/past.h"
#include "ground/arena.h"
#include "ground/moment.h"
#include <math.h>

enum {
    MET_SLOTS = 2 * FLOW_EVENTS_MAX,
    PARTS_MAX = 2 * FLOW_EVENTS_MAX,
    VISITED_BITS = 32 * RECORD_BATCH_MAX /* for twice as many visits: one in sixteen is set */
};

/* Money that went out, and how long it had been there. */
struct stay {
    double ms;
    double amount;
};

/* One account's payments, the oldest first. */
struct ledger {
    uint32_t count;
    struct flow_entry *entry; /* the last `count` of `room` */
    struct flow_entry room[FLOW_EVENTS_MAX];
};

struct flow_room {
    struct ledger ledger[FLOW_DEPTH_MAX];
    struct stay stay[PARTS_MAX];
    uint64_t met[MET_SLOTS];
    uint64_t visited[VISITED_BITS / 64]; /* by hash: accounts that the batch pays from or to */
    bool visited_known;
    uint32_t accounts_count; /* looked at for this answer */
    bool bounded;
};

/* One question. */
struct following {
    const struct engine *engine;
    struct flow_room *room;
    const struct flow_image *flow;
    unsigned row;
    int64_t at_ms;
};

enum status flow_room_create(struct engine *engine, struct arena *boot)
{
    if (engine->image->flows_count == 0)
        return STATUS_OK;
    return ARENA_NEW(boot, 1, &engine->flow_room);
}

const struct flow_entry *flow_entries(const struct engine *engine, uint32_t *count)
{
    *count = engine->flow_room->ledger[0].count;
    return engine->flow_room->ledger[0].entry;
}

bool flow_bounded(const struct engine *engine)
{
    return engine->flow_room->bounded;
}

/* ---- who is paid in this batch ---- */

void flow_batch_begin(struct engine *engine)
{
    if (engine->flow_room != NULL)
        engine->flow_room->visited_known = false;
}

static uint64_t visited_bit(uint64_t hash)
{
    return hash % VISITED_BITS;
}

/* An account that no record of the batch touches is as it is; of the others, later events must be
 * passed by, which takes a look at all visits of the batch. */
static bool is_visited(const struct following *following, unsigned profile, uint64_t account)
{
    struct flow_room *room = following->room;
    const struct tending *tending = &following->engine->batch.tending[profile];
    if (!room->visited_known) {
        memset(room->visited, 0, sizeof room->visited);
        for (uint32_t i = 0; i < tending->visits_count; i++) {
            uint64_t bit = visited_bit(tending->visit[i].to.hash);
            room->visited[bit / 64] |= (uint64_t)1 << bit % 64;
        }
        room->visited_known = true;
    }
    uint64_t bit = visited_bit(window_hash(account));
    return (room->visited[bit / 64] >> bit % 64 & 1u) != 0;
}

/* ---- the payments of one account ---- */

static double number_of_bits(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* A payment that takes another one back. */
struct reversal {
    uint64_t of;
    double amount;
    bool in;
};

struct gathering {
    const struct following *following;
    const struct window_feature *feature;
    struct ledger *ledger;
    const struct flow_entry *until; /* the last to be gathered, as its payee holds it; NULL: all */
    bool met;                       /* it was seen */
    int64_t after_ms;
    uint32_t reversals_count;
    struct reversal reversal[FLOW_REVERSALS_MAX];
};

static bool has(const struct gathering *gathering, const struct window_seen *seen,
                enum flow_feature feature)
{
    return (seen->flags >> gathering->feature[feature].bit & 1u) != 0;
}

static uint64_t value_of(const struct gathering *gathering, const struct window_seen *seen,
                         enum flow_feature feature)
{
    return seen->value[gathering->feature[feature].value];
}

/* What is left of a payment when those that take it back, which stand behind it, are held against
 * it. */
static double amount_left(const struct gathering *gathering, const struct window_seen *seen,
                          bool in)
{
    double amount = number_of_bits(value_of(gathering, seen, FLOW_RECEIVED));
    if (!has(gathering, seen, FLOW_ID))
        return amount;
    uint64_t id = value_of(gathering, seen, FLOW_ID);
    for (uint32_t i = 0; i < gathering->reversals_count; i++) {
        const struct reversal *reversal = &gathering->reversal[i];
        if (reversal->of == id && reversal->in != in)
            amount = amount > reversal->amount ? amount - reversal->amount : 0;
    }
    return amount;
}

static void gather_one(struct gathering *gathering, const struct window_seen *seen)
{
    bool in = has(gathering, seen, FLOW_RECEIVED);
    bool out = has(gathering, seen, FLOW_PAID);
    if (in && out)
        return; /* from an account to itself */
    if (has(gathering, seen, FLOW_REVERSES)) {
        if (gathering->reversals_count < FLOW_REVERSALS_MAX)
            gathering->reversal[gathering->reversals_count++] =
                (struct reversal){value_of(gathering, seen, FLOW_REVERSES),
                                  number_of_bits(value_of(gathering, seen, FLOW_RECEIVED)), in};
        return;
    }
    const struct flow_entry *until = gathering->until;
    if (until != NULL && !gathering->met)
        gathering->met = seen->at_ms == until->at_ms && seen->position == until->position;
    if (until != NULL && !gathering->met)
        return;
    double amount = amount_left(gathering, seen, in);
    if (!(amount > 0))
        return;
    struct ledger *ledger = gathering->ledger;
    must(ledger->count < FLOW_EVENTS_MAX);
    ledger->count++;
    ledger->entry--;
    *ledger->entry = (struct flow_entry){.at_ms = seen->at_ms,
                                         .position = seen->position,
                                         .amount = amount,
                                         .in = in};
    enum flow_feature other = in ? FLOW_FROM : FLOW_TO;
    if (has(gathering, seen, other))
        ledger->entry->other = value_of(gathering, seen, other);
}

/* All payments of the account later than `after_ms`, up to and with `until`. */
static struct ledger *gather(const struct following *following, unsigned level, uint64_t account,
                             const struct flow_entry *until, int64_t after_ms)
{
    const struct engine *engine = following->engine;
    unsigned profile = engine->image->set->money.payments;
    struct ledger *ledger = &following->room->ledger[level];
    struct gathering gathering = {
        .following = following,
        .feature = engine->image->profile[profile].window.feature,
        .ledger = ledger,
        .until = until,
        .after_ms = after_ms,
    };
    struct past past;
    struct window_seen seen;
    ledger->count = 0;
    ledger->entry = ledger->room + FLOW_EVENTS_MAX;
    if (is_visited(following, profile, account))
        past_init(&past, engine, profile, following->row, account);
    else
        past_init_still(&past, engine, profile, account);
    following->room->bounded |= past.fallen_ms > after_ms;
    while (past_back(&past, &seen) && seen.at_ms > after_ms)
        if (seen.at_ms <= following->at_ms)
            gather_one(&gathering, &seen);
    return ledger;
}

/* ---- whose money it is ---- */

static ident holder_of(const struct following *following, uint64_t account)
{
    return registry_person(following->engine->registry, (ident){account}, FIELD_ACCOUNT);
}

static bool same_holder(const struct following *following, ident holder, uint64_t other)
{
    return ident_known(holder) && other != 0 &&
           ident_equal(holder, holder_of(following, other));
}

/* Whether a report named it, at the time of the record or before. */
static bool is_reported(const struct following *following, unsigned profile, uint64_t key)
{
    const struct engine *engine = following->engine;
    uint64_t hash = window_hash(key);
    if (window_find(window_of(engine, profile, hash), key, hash) == NULL)
        return false;
    int64_t after_ms = following->at_ms - (int64_t)SPAN_DAYS_MAX * DAY_MS;
    struct past past;
    struct window_seen seen;
    past_init(&past, engine, profile, following->row, key);
    while (past_back(&past, &seen) && seen.at_ms > after_ms)
        if (seen.at_ms <= following->at_ms)
            return true;
    return false;
}

/* Whether money of this account is what was asked for. */
static bool is_source(const struct following *following, uint64_t account)
{
    const struct engine *engine = following->engine;
    const struct money_memory *money = &engine->image->set->money;
    const struct flow_image *flow = following->flow;
    moment at = {following->at_ms};
    ident holder;
    switch (flow_asks(flow->flow)) {
    case FLOW_REPORTED:
        if (is_reported(following, money->reports, account))
            return true;
        holder = holder_of(following, account);
        return ident_known(holder) && is_reported(following, money->holders, holder.bits);
    case FLOW_LISTED:
        if (engine->list[flow->list] == UINT32_MAX)
            return false;
        if (registry_lists_number(engine->registry, engine->list[flow->list], (ident){account},
                                  FIELD_ACCOUNT, at))
            return true;
        holder = holder_of(following, account);
        return ident_known(holder) &&
               registry_lists_number(engine->registry, engine->list[flow->list], holder,
                                     FIELD_PERSON, at);
    case FLOW_MARKED:
        return marks_find(&engine->marks, (ident){account}, flow->tag, at.ms) != NULL;
    default:
        return false;
    }
}

/* `from` paid `to`, whose payments are one level above: how much of each of them may be of what
 * `from` had received. */
static void carry(const struct ledger *from, uint64_t payer, const struct ledger *to,
                  uint64_t payee)
{
    double had = 0;
    double carried = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct flow_entry *entry = &from->entry[i];
        if (entry->in) {
            had += entry->part;
            continue;
        }
        uint32_t at = next;
        while (entry->other == payee && at < to->count &&
               (!to->entry[at].in || to->entry[at].other != payer ||
                to->entry[at].position != entry->position || to->entry[at].at_ms != entry->at_ms))
            at++;
        if (entry->other != payee || at == to->count)
            continue;
        double most = carried + to->entry[at].amount;
        most = most < had ? most : had;
        to->entry[at].part = most - carried;
        carried = most;
        next = at + 1;
    }
}

/* Sets `part` of the account's receipts.  `hops` payments between different holders may still be
 * followed, at least one. */
static void weigh(const struct following *following, unsigned level, uint64_t account,
                  const struct flow_entry *until, unsigned hops)
{
    struct flow_room *room = following->room;
    struct ledger *ledger =
        gather(following, level, account, until, following->at_ms - following->flow->span_ms);
    ident holder = holder_of(following, account);
    room->accounts_count++;
    for (uint32_t i = ledger->count; i-- > 0;) {
        const struct flow_entry *last = &ledger->entry[i];
        uint64_t payer = last->other;
        if (!last->in || last->done || payer == 0)
            continue;
        bool source = is_source(following, payer);
        for (struct flow_entry *entry = ledger->entry; entry <= last; entry++) {
            if (!entry->in || entry->other != payer)
                continue;
            entry->done = true;
            entry->part = source ? entry->amount : 0;
        }
        unsigned left = hops - (same_holder(following, holder, payer) ? 0 : 1);
        if (source || left == 0)
            continue;
        if (level + 1 == FLOW_DEPTH_MAX ||
            room->accounts_count >= following->engine->image->flow_accounts_max) {
            room->bounded = true;
            continue;
        }
        weigh(following, level + 1, payer, last, left);
        carry(&room->ledger[level + 1], payer, ledger, account);
    }
}

static double from_source(const struct following *following, uint64_t account, bool count)
{
    weigh(following, 0, account, NULL, following->flow->hops);
    const struct ledger *ledger = &following->room->ledger[0];
    double sum = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct flow_entry *entry = &ledger->entry[i];
        entry->counted = entry->part > 0;
        if (entry->counted)
            sum += count ? 1 : entry->part;
    }
    return sum;
}

/* ---- how long it stays, how much of it goes ---- */

/* The account's payments in the window, but those from and to accounts of the same holder, which
 * have no part: they are taken out. */
static struct ledger *others(const struct following *following, uint64_t account, int64_t after_ms)
{
    struct ledger *ledger = gather(following, 0, account, NULL, after_ms);
    ident holder = holder_of(following, account);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ledger->count; i++)
        if (!same_holder(following, holder, ledger->entry[i].other))
            ledger->entry[kept++] = ledger->entry[i];
    ledger->count = kept;
    return ledger;
}

/* What came first leaves first; what leaves beyond it is older money and not counted. */
static uint32_t stays_find(struct ledger *ledger, struct stay *stay)
{
    uint32_t count = 0;
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct flow_entry *out = &ledger->entry[i];
        out->counted = true;
        out->part = out->amount; /* of a receipt: what is still there */
        while (!out->in && out->part > 0 && oldest < i) {
            struct flow_entry *in = &ledger->entry[oldest];
            if (!in->in || in->part == 0) {
                oldest++;
                continue;
            }
            double amount = in->part < out->part ? in->part : out->part;
            must(count < PARTS_MAX); /* each uses up a receipt or a payment */
            stay[count++] = (struct stay){(double)(out->at_ms - in->at_ms), amount};
            in->part -= amount;
            out->part -= amount;
        }
    }
    return count;
}

/* By how long; of equal ones it does not matter which is first. */
static void stays_sort(struct stay *stay, uint32_t count)
{
    uint32_t gap = 1;
    while (gap < count / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3) {
        for (uint32_t i = gap; i < count; i++) {
            struct stay moved = stay[i];
            uint32_t at = i;
            for (; at >= gap && stay[at - gap].ms > moved.ms; at -= gap)
                stay[at] = stay[at - gap];
            stay[at] = moved;
        }
    }
}

static double residence(const struct following *following, uint64_t account, bool mean)
{
    struct stay *stay = following->room->stay;
    struct ledger *ledger =
        others(following, account, following->at_ms - following->flow->span_ms);
    uint32_t count = stays_find(ledger, stay);
    double amount = 0;
    double product = 0;
    for (uint32_t i = 0; i < count; i++) {
        amount += stay[i].amount;
        product += stay[i].amount * stay[i].ms;
    }
    if (count == 0)
        return (double)NAN;
    if (mean)
        return product / amount;
    stays_sort(stay, count);
    double gone = 0;
    uint32_t at = 0;
    for (; at + 1 < count; at++) {
        gone += stay[at].amount;
        if (2 * gone >= amount)
            break;
    }
    return stay[at].ms;
}

static double in_out(const struct following *following, uint64_t account)
{
    struct ledger *ledger =
        others(following, account, following->at_ms - following->flow->span_ms);
    double in = 0;
    double out = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        ledger->entry[i].counted = true;
        *(ledger->entry[i].in ? &in : &out) += ledger->entry[i].amount;
    }
    return in == 0 ? (double)NAN : out / in;
}

/* ---- strangers ---- */

/* Whether it is there already; else it is put there. */
static bool met_before(uint64_t met[MET_SLOTS], uint64_t other)
{
    uint64_t at = window_hash(other) % MET_SLOTS;
    while (met[at] != 0 && met[at] != other)
        at = at + 1 == MET_SLOTS ? 0 : at + 1;
    bool there = met[at] == other;
    met[at] = other;
    return there;
}

static double strangers(const struct following *following, uint64_t account, bool in)
{
    struct flow_room *room = following->room;
    struct ledger *ledger =
        others(following, account, following->at_ms - following->flow->met_ms);
    int64_t after_ms = following->at_ms - following->flow->span_ms;
    double count = 0;
    memset(room->met, 0, sizeof room->met);
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct flow_entry *entry = &ledger->entry[i];
        bool within = entry->at_ms > after_ms;
        if (entry->other == 0 || (within && entry->in != in))
            continue;
        entry->counted = !met_before(room->met, entry->other) && within;
        count += entry->counted;
    }
    return count;
}

/* ---- */

double flow_read(const struct frame *frame, unsigned flow, uint32_t lane, uint64_t account)
{
    const struct engine *engine = frame->engine;
    struct flow_room *room = engine->flow_room;
    unsigned row = frame->row[lane];
    struct following following = {.engine = engine,
                                  .room = room,
                                  .flow = &engine->image->flow[flow],
                                  .row = row,
                                  .at_ms = engine->batch.record[row]->at.ms};
    room->accounts_count = 0;
    room->bounded = false;
    room->ledger[0].count = 0;
    if (account == 0)
        return (double)NAN;
    switch (following.flow->flow) {
    case FLOW_from_reported:
    case FLOW_from_listed:
    case FLOW_from_marked:
        return from_source(&following, account, false);
    case FLOW_receipts_reported:
    case FLOW_receipts_listed:
    case FLOW_receipts_marked:
        return from_source(&following, account, true);
    case FLOW_residence:
    case FLOW_residence_mean:
        return residence(&following, account, following.flow->flow == FLOW_residence_mean);
    case FLOW_in_out:
        return in_out(&following, account);
    case FLOW_strangers_in:
    case FLOW_strangers_out:
        return strangers(&following, account, following.flow->flow == FLOW_strangers_in);
    case FLOWS_COUNT:
        break;
    }
    must(!"a flow of flows.inc");
    return (double)NAN;
}
