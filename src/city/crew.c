/* crew.c -- mules: from the victim's money to cash.
 *
 *     victim ──> L1 ──> L2 ──> L3 ──> exit: cash machine, counter, false shop, gold, coins
 *                 └── after a rest, in parts, with a little kept ──┘
 *
 * A crew draws its shape (one to three levels, one to twelve accounts wide), its speed (half a
 * minute to half a day), how much stays behind, whether money waits at a level for more, and who
 * operates: one device for all accounts, or each its own.  Accounts are opened for it, bought
 * asleep, or belong to somebody who lives on with it as before; the last kind goes on buying rice.
 *
 * Invariants:  1. Money leaves an account after it came in.
 *              2. A crew does not pay out more than it took in (its baits apart).
 *              3. Every account that money of a victim touches is touched in the truth at once.
 *              4. A sum below `splits_from` goes on whole or stays: nobody splits small change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

static struct mule mule_find(struct city *city, struct chance *c, int64_t start_ms, uint32_t outlet)
{
    double u = chance_unit(c);
    uint32_t person = dice_yes(c, 0.55) ? person_adult(city, c) : person_elsewhere(city, c);
    const struct person *self = &city->people[person];
    if (u < 0.3) { /* opened for it */
        uint32_t account = account_mint(city, person, 0);
        (void)tell_account(city, start_ms - dice_log_whole(c, 10.0 * MINUTE_MS, 20.0 * DAY_MS),
                           account, ACCOUNT_OPENED, outlet);
        return (struct mule){.account = account};
    }
    if (u < 0.6) /* bought asleep: the records have never seen it */
        return (struct mule){.account = account_mint(city, person, dice_whole(c, 0, 60 * YUAN))};
    return (struct mule){.account = self->account_second != NONE && dice_yes(c, 0.4)
                                        ? self->account_second
                                        : self->account};
}

static void exits_find(struct city *city, struct chance *c, struct crew *crew, int64_t start_ms)
{
    static const uint16_t KINDS[EXITS_COUNT] = {38, 14, 20, 10, 18};
    crew->exits_count = (uint32_t)dice_log_whole(c, 1, 5);
    for (uint32_t i = 0; i < crew->exits_count; i++) {
        crew->exit_kinds[i] = (enum crew_exit)dice_weighted(c, KINDS, EXITS_COUNT);
        crew->exits[i] = mule_find(city, c, start_ms, NONE);
        if (crew->exit_kinds[i] ==
            EXIT_COINS) /* a dealer in coins, far away, with a life of his own */
            crew->exits[i].account = city->people[person_elsewhere(city, c)].account;
    }
}

enum status crew_make(struct city *city, struct chance *c, struct crew **out, uint32_t campaign,
                      bool evasive, int64_t start_ms)
{
    struct crew *crew = NULL;
    TRY(ARENA_NEW(city->boot, 1, &crew));
    crew->campaign = campaign;
    crew->levels_count = (uint32_t)dice_whole(c, 1, CREW_LEVELS_MAX);
    crew->runners = dice_yes(c, 0.3);
    uint32_t outlet =
        dice_yes(c, 0.5) ? (uint32_t)dice_whole(c, 100, 160) : NONE; /* all at one counter */
    for (uint32_t level = 0; level < crew->levels_count; level++) {
        double most = level == 0 && !crew->runners ? 10 : level == 0 ? 5 : 6;
        crew->counts[level] = (uint32_t)dice_log_whole(c, 1, most);
        for (uint32_t i = 0; i < crew->counts[level]; i++)
            crew->mules[level][i] = mule_find(
                city, c, start_ms, outlet != NONE ? outlet : (uint32_t)dice_whole(c, 100, 160));
    }
    exits_find(city, c, crew, start_ms);
    crew->rest_ms_low = dice_log_uniform(c, 25.0 * SECOND_MS, (evasive ? 90.0 : 10.0) * MINUTE_MS);
    crew->rest_ms_high = crew->rest_ms_low * dice_log_uniform(c, 1.5, evasive ? 20 : 8);
    crew->kept = dice_yes(c, 0.5) ? 0.01 * chance_unit(c) : (evasive ? 0.3 : 0.06) * chance_unit(c);
    crew->pools = dice_yes(c, 0.5) ? 0 : 0.6 * chance_unit(c);
    crew->parts_mean = dice_log_uniform(c, 0.2, 3);
    crew->splits_from = (int64_t)(dice_log_uniform(c, 200, 3000) * YUAN);
    crew->tests = dice_yes(c, 0.4);
    crew->device = crew->ip = NONE;
    if (dice_yes(c, 0.6)) {
        crew->device = city->everyone_count + campaign; /* nobody's own */
        crew->ip = dice_yes(c, 0.6) ? UINT32_C(10) << 24 | (uint32_t)(chance_bits(c) & 0xffffff)
                                    : (UINT32_C(198) << 24 | UINT32_C(18) << 16) +
                                          (uint32_t)chance_below(c, 0x1000);
    }
    *out = crew;
    return STATUS_OK;
}

/* From an account of the crew; without a device of the crew's, from its holder's phone. */
static struct payment payment_of_mule(struct city *city, struct chance *c, const struct crew *crew,
                                      uint32_t account)
{
    uint32_t holder = city->accounts[account].person;
    struct payment payment = {
        .payer = account, .payee = NONE, .channel = CHANNEL_WEB, .device = NONE};
    if (holder != NONE)
        payment = payment_of_person(city, c, holder);
    payment.payer = account;
    if (crew->device != NONE) {
        payment.device = crew->device;
        payment.ip = crew->ip;
    }
    return payment;
}

static void takes(struct city *city, const struct crew *crew, enum city_label label,
                  const struct payment *payment, int64_t at_ms)
{
    truth_touch(
        city, label,
        (struct touch){payment->payee, at_ms, crew->campaign, TRACE_TAKEN, payment->amount});
}

static void gives(struct city *city, const struct crew *crew, enum city_label label,
                  const struct payment *payment, int64_t at_ms)
{
    truth_touch(city, label, (struct touch){payment->payer, at_ms, crew->campaign, TRACE_PAID, 0});
}

static void exit_cash(struct city *city, struct chance *c, const struct crew *crew,
                      struct mule *mule, enum crew_exit kind)
{
    int64_t left = mule->pot / (100 * YUAN) * (100 * YUAN), at_ms = mule->pot_ms;
    mule->pot -= left;
    int64_t most = kind == EXIT_COUNTER ? 200000 * YUAN : dice_whole(c, 20, 200) * 100 * YUAN;
    for (int times = 0; left > 0 && times < 40; times++) {
        struct payment payment = payment_of_mule(city, c, crew, mule->account);
        payment.channel = kind == EXIT_COUNTER ? CHANNEL_COUNTER : CHANNEL_ATM;
        payment.device = NONE;
        payment.ip = 0;
        payment.amount = left < most ? left : most;
        left -= payment.amount;
        at_ms += dice_whole(c, 25 * SECOND_MS, 4 * MINUTE_MS);
        if (tell_payment(city, at_ms, &payment)) {
            gives(city, crew, CITY_LABEL_mule, &payment, at_ms);
            gives(city, crew, CITY_LABEL_cash_out, &payment, at_ms);
        }
    }
}

static void exit_gold(struct city *city, struct chance *c, const struct crew *crew,
                      struct mule *mule)
{
    if (mule->pot < 500 * YUAN)
        return; /* less than a gram: it waits for more */
    uint32_t shop = 0;
    while (!city->firms[shop].gold)
        shop++;
    struct payment payment = payment_of_mule(city, c, crew, mule->account);
    payment.payee = city->firms[shop + crew->campaign % 2].account;
    payment.channel = dice_yes(c, 0.5) ? CHANNEL_POS : CHANNEL_QR;
    payment.amount = mule->pot;
    mule->pot = 0;
    if (tell_payment(city, mule->pot_ms, &payment)) {
        gives(city, crew, CITY_LABEL_mule, &payment, mule->pot_ms);
        gives(city, crew, CITY_LABEL_cash_out, &payment, mule->pot_ms);
    }
}

/* The false shop and the dealer in coins settle where no record is: the money's way ends with
 * what they take.  The others are mules until they take cash or buy gold. */
static bool exit_is_settled_outside(enum crew_exit kind)
{
    return kind == EXIT_FALSE_SHOP || kind == EXIT_COINS;
}

/* The money has come to the last account that the records see. */
static void exit_leave(struct city *city, struct chance *c, struct crew *crew, uint32_t which)
{
    struct mule *mule = &crew->exits[which];
    enum crew_exit kind = crew->exit_kinds[which];
    if (exit_is_settled_outside(kind))
        return;
    mule->pot_ms += (int64_t)dice_log_uniform(c, crew->rest_ms_low, crew->rest_ms_high);
    if (kind == EXIT_GOLD)
        exit_gold(city, c, crew, mule);
    else
        exit_cash(city, c, crew, mule, kind);
}

struct hop { /* money on its way */
    uint32_t from, level;
    int64_t amount, at_ms;
};

/* One part reaches the next level, or an exit.  Says where, or NULL if it lay outside the run. */
static struct mule *hop_go(struct city *city, struct chance *c, struct crew *crew,
                           const struct hop *hop, uint32_t *which)
{
    bool leaves = hop->level == crew->levels_count;
    uint32_t count = leaves ? crew->exits_count : crew->counts[hop->level];
    *which = (uint32_t)chance_below(c, count);
    struct mule *to = leaves ? &crew->exits[*which] : &crew->mules[hop->level][*which];
    struct payment payment = payment_of_mule(city, c, crew, hop->from);
    payment.payee = to->account;
    payment.amount = hop->amount;
    if (leaves && crew->exit_kinds[*which] == EXIT_FALSE_SHOP)
        payment.channel = CHANNEL_QR;
    if (!tell_payment(city, hop->at_ms, &payment))
        return NULL;
    bool ends = leaves && exit_is_settled_outside(crew->exit_kinds[*which]);
    gives(city, crew, CITY_LABEL_mule, &payment, hop->at_ms);
    takes(city, crew, ends ? CITY_LABEL_cash_out : CITY_LABEL_mule, &payment, hop->at_ms);
    to->pot += hop->amount;
    to->pot_ms = hop->at_ms > to->pot_ms ? hop->at_ms : to->pot_ms;
    return to;
}

/* Its bank notices, after a while, or never. */
static void watch(struct city *city, struct chance *c, struct mule *mule)
{
    if (mule->watched)
        return;
    mule->watched = true;
    mule->limited_ms = INT64_MAX;
    if (!dice_yes(c, 0.12))
        return;
    mule->limited_ms = mule->pot_ms + dice_log_whole(c, 5.0 * MINUTE_MS, 40.0 * HOUR_MS);
    (void)tell_account(city, mule->limited_ms, mule->account, ACCOUNT_LIMITED, NONE);
}

/* What the next part is, of that share of what is left: nothing so small that nobody would make a
 * payment of it, and nothing so large that such a rest would remain. */
static int64_t part_of(struct chance *c, const struct crew *crew, int64_t left, double share)
{
    int64_t amount = (int64_t)((double)left * share), least = crew->splits_from / 4;
    if (dice_yes(c, 0.5) && amount > 1000 * YUAN)
        amount = amount / (100 * YUAN) * (100 * YUAN);
    if (amount < least)
        amount = least;
    return left - amount < least ? left : amount;
}

/* Passes on what an account of a level holds; at most three levels deep. */
static void pass_on(struct city *city, struct chance *c, struct crew *crew, struct mule *mule,
                    uint32_t level)
{
    watch(city, c, mule);
    bool small = mule->pot < crew->splits_from;
    if (dice_yes(c, small ? 0.35 : crew->pools) || mule->pot_ms >= mule->limited_ms)
        return; /* it waits for more, or is stuck */
    int64_t at_ms =
        mule->pot_ms + (int64_t)dice_log_uniform(c, crew->rest_ms_low, crew->rest_ms_high);
    int64_t left = (int64_t)((double)mule->pot * (1 - crew->kept * chance_unit(c)));
    uint32_t parts = small ? 1 : 1 + dice_count(c, crew->parts_mean);
    bool even = dice_yes(c, 0.4);
    mule->pot = 0;
    for (uint32_t i = 0; i < parts && i < 8 && left > YUAN; i++) {
        bool last = i + 1 == parts || i == 7;
        double share = even ? 1.0 / (parts - i) : chance_unit(c);
        int64_t amount = last ? left : part_of(c, crew, left, share);
        uint32_t which = 0;
        struct hop hop = {
            .from = mule->account, .level = level + 1, .amount = amount, .at_ms = at_ms};
        struct mule *to = hop_go(city, c, crew, &hop, &which);
        left -= amount;
        at_ms += dice_log_whole(c, 4.0 * SECOND_MS, 6.0 * MINUTE_MS);
        if (to == NULL)
            continue;
        if (level + 1 == crew->levels_count)
            exit_leave(city, c, crew, which);
        else
            pass_on(city, c, crew, to, level + 1);
    }
}

uint32_t crew_take(struct city *city, struct chance *c, struct crew *crew, struct payment payment,
                   int64_t at_ms, uint32_t which)
{
    struct mule *first = &crew->mules[0][which % crew->counts[0]];
    payment.payee = first->account;
    if (crew->runners && payment.channel == CHANNEL_MOBILE)
        payment.channel = CHANNEL_QR;
    if (!tell_payment(city, at_ms, &payment))
        return NONE;
    takes(city, crew, CITY_LABEL_mule, &payment, at_ms);
    if (crew->runners)
        takes(city, crew, CITY_LABEL_runner, &payment, at_ms);
    first->taken = true;
    first->pot += payment.amount;
    first->pot_ms = at_ms > first->pot_ms ? at_ms : first->pot_ms;
    pass_on(city, c, crew, first, 0);
    return first->account;
}

bool crew_give(struct city *city, struct chance *c, struct crew *crew, struct gift gift)
{
    uint32_t count = crew->counts[0], own = gift.which % count;
    uint32_t other = (uint32_t)chance_below(c, count);
    if (dice_yes(c, 0.5) || (!crew->mules[0][other].taken && dice_yes(c, 0.8)))
        other = own;
    struct payment payment = payment_of_mule(city, c, crew, crew->mules[0][other].account);
    payment.payee = city->people[gift.person].account;
    payment.amount = gift.amount;
    if (!tell_payment(city, gift.at_ms, &payment))
        return false;
    truth_touch(city, CITY_LABEL_mule,
                (struct touch){payment.payer, gift.at_ms, crew->campaign, TRACE_BAIT, 0});
    return true;
}

void crew_run(struct city *city, struct chance *c, struct crew *crew, int64_t from_ms,
              int64_t to_ms)
{
    static const int64_t SUMS[] = {50,  100,  100,  200,  200,  300, 500,
                                   500, 1000, 1000, 2000, 3000, 5000};
    if (!crew->runners)
        return;
    for (uint32_t i = 0; i < crew->counts[0]; i++) {
        struct mule *runner = &crew->mules[0][i];
        uint32_t count = (uint32_t)dice_log_whole(c, 3, 70);
        int64_t at_ms = from_ms + (int64_t)(chance_unit(c) * 0.5 * (double)(to_ms - from_ms));
        double gap_ms = dice_log_uniform(c, 40.0 * SECOND_MS, 25.0 * MINUTE_MS);
        for (uint32_t k = 0; k < count && at_ms < to_ms; k++) {
            uint32_t gambler = dice_yes(c, 0.3) ? person_adult(city, c) : person_elsewhere(city, c);
            struct payment payment = payment_of_person(city, c, gambler);
            payment.channel = CHANNEL_QR;
            payment.payee = runner->account;
            payment.amount = SUMS[chance_below(c, sizeof SUMS / sizeof SUMS[0])] * YUAN;
            if (dice_yes(c, 0.15))
                payment.amount -=
                    dice_whole(c, 1, 99); /* a few fen off, to tell the orders apart */
            at_ms += (int64_t)chance_wait(c, gap_ms);
            if (!tell_payment(city, at_ms, &payment))
                continue;
            takes(city, crew, CITY_LABEL_runner, &payment, at_ms);
            runner->taken = true;
            runner->pot += payment.amount;
            runner->pot_ms = at_ms;
            if (dice_yes(c, 0.35))
                pass_on(city, c, crew, runner, 0);
        }
    }
}
