/* purse.c -- the methods, as what they do to one account's money.
 *
 * A payment splits the traced money of an account into what goes and what stays.  For PRO_RATA both
 * are fractions of a cent: the cent left over goes to the larger remainder, and on a tie to the
 * payment, because it is earlier than whatever leaves later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/purse_inside.h"

__extension__ typedef __int128 wide;

enum status money_sum(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return STATUS_FULL;
    *out = sum;
    return STATUS_OK;
}

int64_t money_share(int64_t a, int64_t b, int64_t c)
{
    must(c > 0);
    must(a >= 0 && b >= 0 && (a <= c || b <= c));
    wide product = (wide)a * b;
    int64_t whole = (int64_t)(product / c);
    wide rest = product % c;
    return whole + (rest * 2 >= c);
}

void purse_init(struct purse *purse, enum trace_method method)
{
    *purse = (struct purse){.method = method};
}

static bool has_lots(const struct purse *purse)
{
    return purse->method == METHOD_FIFO || purse->method == METHOD_LIFO;
}

/* ---- lots ---- */

static struct lot *lot_at(const struct purse *purse, uint32_t nth)
{
    return &purse->lot[(purse->first + nth) & (purse->room - 1)];
}

static enum status grow(struct purse *purse, struct arena *request)
{
    struct lot *lots;
    uint32_t room = purse->room == 0 ? 4 : purse->room * 2;
    TRY(ARENA_NEW(request, room, &lots));
    for (uint32_t i = 0; i < purse->count; i++)
        lots[i] = *lot_at(purse, i);
    purse->lot = lots;
    purse->room = room;
    purse->first = 0;
    return STATUS_OK;
}

static enum status push(struct purse *purse, int64_t amount, bool traced, struct arena *request)
{
    if (amount == 0)
        return STATUS_OK;
    if (purse->count != 0 && lot_at(purse, purse->count - 1)->traced == traced) {
        lot_at(purse, purse->count - 1)->amount += amount;
        return STATUS_OK;
    }
    if (purse->count == purse->room)
        TRY(grow(purse, request));
    *lot_at(purse, purse->count++) = (struct lot){amount, traced};
    return STATUS_OK;
}

static void pop(struct purse *purse)
{
    if (purse->method == METHOD_FIFO)
        purse->first = (purse->first + 1) & (purse->room - 1);
    purse->count--;
}

/* Takes up to `amount` from the end where lots leave. */
static int64_t take_lots(struct purse *purse, int64_t amount)
{
    int64_t traced = 0;
    while (amount > 0 && purse->count != 0) {
        struct lot *lot = lot_at(purse, purse->method == METHOD_FIFO ? 0 : purse->count - 1);
        int64_t part = lot->amount < amount ? lot->amount : amount;
        traced += lot->traced ? part : 0;
        lot->amount -= part;
        amount -= part;
        if (lot->amount == 0)
            pop(purse);
    }
    return traced;
}

/* Takes so much of one kind, wherever it stands, in the order of leaving; closes the gaps. */
static void take_kind(struct purse *purse, int64_t amount, bool traced)
{
    bool queue = purse->method == METHOD_FIFO;
    for (uint32_t i = 0; i < purse->count && amount > 0; i++) {
        struct lot *lot = lot_at(purse, queue ? i : purse->count - 1 - i);
        if (lot->traced != traced)
            continue;
        int64_t part = lot->amount < amount ? lot->amount : amount;
        lot->amount -= part;
        amount -= part;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < purse->count; i++) {
        struct lot lot = *lot_at(purse, i);
        if (lot.amount == 0)
            continue;
        if (kept != 0 && lot_at(purse, kept - 1)->traced == lot.traced)
            lot_at(purse, kept - 1)->amount += lot.amount;
        else
            *lot_at(purse, kept++) = lot;
    }
    purse->count = kept;
}

/* ---- in and out ---- */

enum status purse_add(struct purse *purse, int64_t traced, int64_t other, struct arena *request)
{
    int64_t all;
    if (purse->method == METHOD_POISON) {
        TRY(money_sum(purse->touched, other, &purse->touched));
        TRY(money_sum(traced, other, &traced));
        other = 0;
    }
    TRY(money_sum(purse->traced, traced, &purse->traced));
    TRY(money_sum(purse->other, other, &purse->other));
    TRY(money_sum(purse->traced, purse->other, &all));
    if (!has_lots(purse))
        return STATUS_OK;
    bool queue = purse->method == METHOD_FIFO;
    TRY(push(purse, queue ? traced : other, queue, request));
    return push(purse, queue ? other : traced, !queue, request);
}

/* What leaves beyond what is there is money that was not told: other money, and under POISON
 * money that went through a touched account. */
static enum status take_uncovered(struct purse *purse, int64_t beyond, int64_t *traced)
{
    TRY(money_sum(purse->uncovered, beyond, &purse->uncovered));
    if (purse->method != METHOD_POISON)
        return STATUS_OK;
    *traced += beyond;
    return money_sum(purse->touched, beyond, &purse->touched);
}

enum status purse_take(struct purse *purse, int64_t amount, int64_t *traced)
{
    int64_t all = purse->traced + purse->other;
    int64_t covered = amount < all ? amount : all;
    int64_t part = 0;
    switch (purse->method) {
    case METHOD_TIMESTAMP:
    case METHOD_POISON:
        part = covered < purse->traced ? covered : purse->traced;
        break;
    case METHOD_PRO_RATA:
        part = all == 0 ? 0 : money_share(purse->traced, covered, all);
        break;
    case METHOD_FIFO:
    case METHOD_LIFO:
        part = take_lots(purse, covered);
        break;
    case METHODS_COUNT:
        must(false);
    }
    purse->traced -= part;
    purse->other -= covered - part;
    *traced = part;
    return covered < amount ? take_uncovered(purse, amount - covered, traced) : STATUS_OK;
}

enum status purse_take_back(struct purse *purse, int64_t amount, int64_t wanted, int64_t *traced)
{
    if (purse->method == METHOD_POISON)
        return purse_take(purse, amount, traced);
    int64_t part = wanted < purse->traced ? wanted : purse->traced;
    if (amount - part > purse->other) { /* other money does not suffice: traced money fills up */
        int64_t least = amount > purse->other ? amount - purse->other : 0;
        part = least < purse->traced ? least : purse->traced;
    }
    int64_t other = amount - part < purse->other ? amount - part : purse->other;
    if (has_lots(purse)) {
        take_kind(purse, part, true);
        take_kind(purse, other, false);
    }
    purse->traced -= part;
    purse->other -= other;
    *traced = part;
    int64_t beyond = amount - part - other;
    return beyond > 0 ? take_uncovered(purse, beyond, traced) : STATUS_OK;
}
