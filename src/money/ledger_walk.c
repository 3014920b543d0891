/* ledger_walk.c -- the readers' side of a ledger: one account's payments, in order, while others
 * are added.
 *
 * Row numbers are copied out a handful at a time.  A place is kept as the block and the key of the
 * last payment given: where a late payment pushed entries on, they are found again by the key. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/words_inside.h"

enum { WALK_ROWS = sizeof(((struct ledger_walk *)0)->row) / sizeof(uint32_t) };

static uint32_t load(const struct ledger *ledger, uint32_t at)
{
    return atomic_load_explicit(&ledger->pool[at], memory_order_acquire);
}

static struct payment_key first_key(const struct ledger *ledger, uint32_t block)
{
    return row_key(&ledger->row[load(ledger, block + BLOCK_HEAD)]);
}

static ident holder_name(const struct ledger *ledger, uint32_t number)
{
    return number == 0 ? IDENT_UNKNOWN : (ident){ledger->holder[number].name};
}

static ident holder_bank(const struct ledger *ledger, uint32_t number)
{
    if (number == 0)
        return IDENT_UNKNOWN;
    return words_name(ledger->banks,
                      atomic_load_explicit(&ledger->holder[number].bank, memory_order_relaxed));
}

static uint64_t reversed_by(const struct ledger *ledger, uint32_t row)
{
    uint32_t low = 0;
    uint32_t high = atomic_load_explicit(&ledger->reversals_count, memory_order_acquire);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ledger->reversal[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return ledger->reversal[low].of;
}

void ledger_payment(const struct ledger *ledger, uint32_t number, struct payment *out)
{
    const struct row *row = &ledger->row[number];
    *out = (struct payment){
        .key = row_key(row),
        .name = row->name,
        .reverses = (row->when >> 7 & 1) != 0 ? reversed_by(ledger, number) : 0,
        .payer = holder_name(ledger, row->payer),
        .payee = holder_name(ledger, row->payee),
        .amount = row->amount,
        .balance = row->balance,
        .currency = words_name(ledger->currencies, (uint16_t)(row->when & 0x7F)),
        .payer_bank = holder_bank(ledger, row->payer),
        .payee_bank = holder_bank(ledger, row->payee),
        .channel = (uint8_t)(row->when >> 8 & 0xF),
    };
}

void ledger_walk_init(struct ledger_walk *walk, const struct ledger *ledger, uint32_t pinned,
                      ident account, bool back)
{
    walk->ledger = ledger;
    walk->pinned = pinned;
    walk->holder = ledger_find_holder(ledger, account);
    walk->block = walk->last = walk->place = 0;
    walk->back = back;
    walk->at = 0;
    walk->count = 0;
}

/* The block in which a walk goes on. */
static uint32_t block_for(const struct ledger_walk *walk, struct payment_key from)
{
    const struct ledger *ledger = walk->ledger;
    const struct holder *holder = &ledger->holder[walk->holder];
    uint32_t block = walk->block;
    uint32_t next;
    if (block == 0)
        block = atomic_load_explicit(&holder->newest, memory_order_acquire);
    if (block == 0)
        return 0;
    while (walk->back && (next = load(ledger, block + BLOCK_NEWER)) != 0 &&
           payment_key_compare(first_key(ledger, next), from) < 0)
        block = next;
    while (payment_key_compare(first_key(ledger, block), from) >= 0 &&
           (next = load(ledger, block + BLOCK_OLDER)) != 0)
        block = next;
    return block;
}

static bool take_row(struct ledger_walk *walk, uint32_t at, struct payment_key from)
{
    uint32_t row = load(walk->ledger, at);
    if (row == 0 || row > walk->pinned)
        return false;
    int order = payment_key_compare(row_key(&walk->ledger->row[row]), from);
    if (walk->back ? order >= 0 : order <= 0)
        return false;
    __builtin_prefetch(&walk->ledger->row[row]);
    walk->row[walk->count++] = row;
    walk->last = row;
    walk->place = at;
    return true;
}

/* How many entries of a block stand before `from`, or at it if `with`; the entries are in order. */
static uint32_t count_before(const struct ledger *ledger, uint32_t block, struct payment_key from,
                             bool with)
{
    uint32_t low = 0;
    uint32_t high = load(ledger, block + BLOCK_COUNT);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t row = load(ledger, block + BLOCK_HEAD + middle);
        if (payment_key_compare(row_key(&ledger->row[row]), from) < (with ? 1 : 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the row copied last still stands where it stood: then the next one is beside it, and
 * nothing has to be looked for.  `*next`: how many entries stand before that. */
static bool stands(const struct ledger_walk *walk, uint32_t *next)
{
    uint32_t first = walk->block + BLOCK_HEAD;
    if (walk->last == 0 || walk->place < first ||
        walk->place >= first + load(walk->ledger, walk->block + BLOCK_COUNT) ||
        load(walk->ledger, walk->place) != walk->last)
        return false;
    *next = walk->place - first + (walk->back ? 0 : 1);
    return true;
}

static void copy_rows(struct ledger_walk *walk, struct payment_key from)
{
    const struct ledger *ledger = walk->ledger;
    uint32_t before = 0;
    bool known = stands(walk, &before);
    uint32_t block = known ? walk->block : block_for(walk, from);
    walk->count = 0;
    walk->at = 0;
    while (block != 0) {
        walk->block = block;
        uint32_t count = load(ledger, block + BLOCK_COUNT);
        if (!known)
            before = count_before(ledger, block, from, !walk->back);
        known = false;
        if (walk->back)
            for (uint32_t i = before; i > 0 && walk->count < WALK_ROWS; i--)
                (void)take_row(walk, block + BLOCK_HEAD + i - 1, from);
        else
            for (uint32_t i = before; i < count && walk->count < WALK_ROWS; i++)
                (void)take_row(walk, block + BLOCK_HEAD + i, from);
        if (walk->count == WALK_ROWS)
            return;
        block = load(ledger, block + (walk->back ? BLOCK_OLDER : BLOCK_NEWER));
    }
}

/* The accounts of the row that comes next are on their way when it is asked for. */
static void warm_next(const struct ledger_walk *walk)
{
    if (walk->at + 1 >= walk->count)
        return;
    const struct row *row = &walk->ledger->row[walk->row[walk->at + 1]];
    __builtin_prefetch(&walk->ledger->holder[row->payer]);
    __builtin_prefetch(&walk->ledger->holder[row->payee]);
}

uint32_t ledger_walk_next(struct ledger_walk *walk, struct payment_key from)
{
    if (walk->holder == 0)
        return 0;
    const struct holder *holder = &walk->ledger->holder[walk->holder];
    while (walk->at < walk->count) {
        uint32_t row = walk->row[walk->at];
        int order = payment_key_compare(row_key(&walk->ledger->row[row]), from);
        if (walk->back ? order < 0 : order > 0) {
            warm_next(walk);
            return row; /* stays until `from` has reached it */
        }
        walk->at++;
    }
    const struct ledger_walk place = *walk; /* what was copied in vain is forgotten */
    uint32_t before, after;
    do {
        walk->block = place.block;
        walk->last = place.last;
        walk->place = place.place;
        before = atomic_load_explicit(&holder->turn, memory_order_acquire);
        copy_rows(walk, from);
        after = atomic_load_explicit(&holder->turn, memory_order_relaxed);
    } while (before != after || (before & 1) != 0);
    return walk->count == 0 ? 0 : walk->row[0];
}
