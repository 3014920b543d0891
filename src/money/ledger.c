/* ledger.c -- the writer's side of a ledger: a payment gets its row, its places and its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/words_inside.h"

#include "ground/checksum.h"

enum {
    BLOCK_ROOM_FIRST = 4,
    /* What one payment may need of the pool: a new block for either side. */
    POOL_SPARE = 2 * (BLOCK_HEAD + MONEY_BLOCK_ENTRIES_MAX),
    ROW_BITS = 27,
    ROW_MASK = (1 << ROW_BITS) - 1,
    LETTERS_USUAL = 24, /* of an account: 19 digits of a card, or an IBAN */
    /* What one payment may need of the letters. */
    LETTERS_SPARE = 2 * (1 + IDENT_BYTES_MAX),
    /* Of a payment: banks number theirs with 28 to 32 digits.  One that finds no room is not
     * spelled, and nothing else of it is lost. */
    ID_USUAL = 1 + 32,
};
static_assert(MONEY_PAYMENTS_MAX <= ROW_MASK + 1, "a row's number beside the mark of its name");

static uint32_t word_at(const struct ledger *ledger, uint32_t at)
{
    return atomic_load_explicit(&ledger->pool[at], memory_order_relaxed);
}

static void set_word(struct ledger *ledger, uint32_t at, uint32_t word)
{
    atomic_store_explicit(&ledger->pool[at], word, memory_order_release);
}

/* ---- life ---- */

static enum status take_pages(struct ledger *ledger, unsigned nth, size_t size, void **out)
{
    TRY(pages_take(size, out));
    pages_unshare(*out, size); /* a snapshot of the process's memory is not of us */
    ledger->pages[nth].at = *out;
    ledger->pages[nth].size = size;
    return STATUS_OK;
}

/* A power of two of which `count` fill at most three quarters. */
static uint32_t slots_for(uint32_t count)
{
    uint64_t slots = 16;
    while (slots * 3 < (uint64_t)count * 4)
        slots *= 2;
    return (uint32_t)slots;
}

static enum status take_all(struct ledger *ledger)
{
    size_t rows = ledger->rows_max + 1u;
    size_t holders = ledger->holders_max + 1u;
    /* Two entries a payment, in blocks of which the last is at least half full; and their heads. */
    uint64_t pool = POOL_SPARE + (uint64_t)ledger->rows_max * 5 +
                    (uint64_t)ledger->holders_max * (BLOCK_HEAD + BLOCK_ROOM_FIRST);
    ledger->pool_max = pool > UINT32_MAX ? UINT32_MAX : (uint32_t)pool;
    ledger->pool_used = BLOCK_HEAD; /* 0 is no block */
    ledger->holder_slots = slots_for(ledger->holders_max);
    ledger->name_slots = slots_for(ledger->rows_max);
    ledger->reversals_max =
        ledger->rows_max < MONEY_REVERSALS_MAX ? ledger->rows_max : MONEY_REVERSALS_MAX;
    uint64_t letters = 1 + LETTERS_SPARE + (uint64_t)ledger->holders_max * LETTERS_USUAL;
    ledger->letters.size = letters > UINT32_MAX ? UINT32_MAX : (uint32_t)letters;
    uint64_t ids = 1 + (uint64_t)ledger->rows_max * ID_USUAL;
    ledger->ids.size = ids > UINT32_MAX ? UINT32_MAX : (uint32_t)ids;
    ledger->letters.used = ledger->ids.used = 1; /* 0 is no place */
    TRY(take_pages(ledger, 7, ledger->ids.size, (void **)&ledger->ids.byte));
    TRY(take_pages(ledger, 8, rows * sizeof *ledger->id, (void **)&ledger->id));
    TRY(take_pages(ledger, 6, ledger->letters.size, (void **)&ledger->letters.byte));
    TRY(take_pages(ledger, 0, rows * sizeof *ledger->row, (void **)&ledger->row));
    TRY(take_pages(ledger, 1, holders * sizeof *ledger->holder, (void **)&ledger->holder));
    TRY(take_pages(ledger, 2, ledger->pool_max * sizeof *ledger->pool, (void **)&ledger->pool));
    TRY(take_pages(ledger, 3, ledger->holder_slots * sizeof *ledger->holder_slot,
                   (void **)&ledger->holder_slot));
    TRY(take_pages(ledger, 4, ledger->name_slots * sizeof *ledger->name_slot,
                   (void **)&ledger->name_slot));
    return take_pages(ledger, 5, ledger->reversals_max * sizeof *ledger->reversal,
                      (void **)&ledger->reversal);
}

enum status ledger_create(struct ledger **out, uint32_t payments_max, uint32_t accounts_max,
                          struct words *currencies, struct words *banks)
{
    void *at;
    must(payments_max > 0 && payments_max < MONEY_PAYMENTS_MAX);
    must(accounts_max > 1 && accounts_max <= MONEY_ACCOUNTS_MAX);
    TRY(pages_take(sizeof(struct ledger), &at));
    struct ledger *ledger = at;
    *ledger = (struct ledger){.rows_max = payments_max,
                              .holders_max = accounts_max,
                              .currencies = currencies,
                              .banks = banks,
                              .first = PAYMENT_KEY_LAST,
                              .last = PAYMENT_KEY_FIRST,
                              .readers = 1};
    enum status status = take_all(ledger);
    if (status != STATUS_OK) {
        ledger_destroy(ledger);
        return status;
    }
    *out = ledger;
    return STATUS_OK;
}

void ledger_destroy(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (size_t i = 0; i < sizeof ledger->pages / sizeof ledger->pages[0]; i++)
        pages_give_back(ledger->pages[i].at, ledger->pages[i].size);
    pages_give_back(ledger, sizeof *ledger);
}

size_t ledger_memory(const struct ledger *ledger)
{
    size_t rows = atomic_load_explicit(&ledger->rows_count, memory_order_relaxed);
    return rows * sizeof *ledger->row + ledger->holders_count * sizeof *ledger->holder +
           ledger->pool_used * sizeof *ledger->pool +
           (size_t)ledger->holder_slots * sizeof *ledger->holder_slot +
           (size_t)ledger->name_slots * sizeof *ledger->name_slot + ledger->letters.used +
           ledger->ids.used + (ledger->ids.used > 1 ? rows * sizeof *ledger->id : 0);
}

/* ---- spellings ---- */

void ledger_spell(struct ledger *ledger, ident name, struct slice spelling)
{
    uint32_t number = ledger_find_holder(ledger, name);
    struct holder *holder = &ledger->holder[number];
    if (number == 0 || atomic_load_explicit(&holder->spelled, memory_order_relaxed) != 0)
        return;
    atomic_store_explicit(&holder->spelled, letters_add(&ledger->letters, spelling),
                          memory_order_release);
}

struct slice ledger_spelling(const struct ledger *ledger, uint32_t holder)
{
    return letters_at(&ledger->letters,
                      atomic_load_explicit(&ledger->holder[holder].spelled, memory_order_acquire));
}

struct slice ledger_id(const struct ledger *ledger, uint32_t row)
{
    return letters_at(&ledger->ids, ledger->id[row]);
}

/* ---- by name ---- */

static uint32_t mark_of(uint64_t hash)
{
    return (uint32_t)(hash >> 59) << ROW_BITS;
}

uint32_t ledger_find_name(const struct ledger *ledger, uint64_t name, uint32_t pinned)
{
    uint64_t hash = hash_word(name);
    uint32_t mask = ledger->name_slots - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t word = atomic_load_explicit(&ledger->name_slot[i], memory_order_acquire);
        if (word == 0)
            return 0;
        uint32_t row = word & ROW_MASK;
        bool maybe = (word & ~(uint32_t)ROW_MASK) == mark_of(hash) && row <= pinned;
        if (maybe && ledger->row[row].name == name)
            return row;
    }
}

bool ledger_has(const struct ledger *ledger, uint64_t name)
{
    return ledger_find_name(ledger, name, UINT32_MAX) != 0;
}

static void enter_name(struct ledger *ledger, uint64_t name, uint32_t row)
{
    uint64_t hash = hash_word(name);
    uint32_t mask = ledger->name_slots - 1;
    uint32_t i = (uint32_t)hash & mask;
    while (atomic_load_explicit(&ledger->name_slot[i], memory_order_relaxed) != 0)
        i = (i + 1) & mask;
    atomic_store_explicit(&ledger->name_slot[i], row | mark_of(hash), memory_order_release);
}

/* ---- accounts ---- */

uint32_t ledger_find_holder(const struct ledger *ledger, ident name)
{
    uint32_t mask = ledger->holder_slots - 1;
    for (uint32_t i = (uint32_t)hash_word(name.bits) & mask;; i = (i + 1) & mask) {
        uint32_t number = atomic_load_explicit(&ledger->holder_slot[i], memory_order_acquire);
        if (number == 0 || ledger->holder[number].name == name.bits)
            return number;
    }
}

/* The number of an account, which may be new; 0 for nobody. */
static uint32_t holder_of(struct ledger *ledger, ident name, uint16_t bank)
{
    if (!ident_known(name))
        return 0;
    uint32_t number = ledger_find_holder(ledger, name);
    if (number == 0) {
        uint32_t mask = ledger->holder_slots - 1;
        uint32_t i = (uint32_t)hash_word(name.bits) & mask;
        while (atomic_load_explicit(&ledger->holder_slot[i], memory_order_relaxed) != 0)
            i = (i + 1) & mask;
        number = ++ledger->holders_count;
        ledger->holder[number].name = name.bits;
        ledger->holder[number].latest_ms = INT64_MIN;
        atomic_store_explicit(&ledger->holder_slot[i], number, memory_order_release);
    }
    if (bank != 0)
        atomic_store_explicit(&ledger->holder[number].bank, bank, memory_order_relaxed);
    return number;
}

/* ---- places ---- */

static struct payment_key entry_key(const struct ledger *ledger, uint32_t block, uint32_t nth)
{
    return row_key(&ledger->row[word_at(ledger, block + BLOCK_HEAD + nth)]);
}

static uint32_t block_new(struct ledger *ledger, uint32_t room)
{
    uint32_t block = ledger->pool_used;
    ledger->pool_used += BLOCK_HEAD + room;
    must(ledger->pool_used <= ledger->pool_max);
    set_word(ledger, block + BLOCK_ROOM, room);
    return block;
}

/* At the end of an account's payments, where nearly all go. */
static void append(struct ledger *ledger, struct holder *holder, uint32_t row)
{
    uint32_t block = atomic_load_explicit(&holder->newest, memory_order_relaxed);
    uint32_t count = block == 0 ? 0 : word_at(ledger, block + BLOCK_COUNT);
    if (block != 0 && count < word_at(ledger, block + BLOCK_ROOM)) {
        set_word(ledger, block + BLOCK_HEAD + count, row);
        set_word(ledger, block + BLOCK_COUNT, count + 1);
        return;
    }
    uint32_t room = block == 0 ? BLOCK_ROOM_FIRST : 2 * word_at(ledger, block + BLOCK_ROOM);
    uint32_t next =
        block_new(ledger, room > MONEY_BLOCK_ENTRIES_MAX ? MONEY_BLOCK_ENTRIES_MAX : room);
    set_word(ledger, next + BLOCK_OLDER, block);
    set_word(ledger, next + BLOCK_HEAD, row);
    set_word(ledger, next + BLOCK_COUNT, 1);
    if (block != 0)
        set_word(ledger, block + BLOCK_NEWER, next);
    atomic_store_explicit(&holder->newest, next, memory_order_release);
}

/* Moves the upper half of a full block into a new one behind it. */
static void split(struct ledger *ledger, struct holder *holder, uint32_t block)
{
    uint32_t room = word_at(ledger, block + BLOCK_ROOM);
    uint32_t stays = room / 2;
    uint32_t behind = word_at(ledger, block + BLOCK_NEWER);
    uint32_t next = block_new(ledger, room);
    for (uint32_t i = stays; i < room; i++)
        set_word(ledger, next + BLOCK_HEAD + i - stays, word_at(ledger, block + BLOCK_HEAD + i));
    set_word(ledger, next + BLOCK_COUNT, room - stays);
    set_word(ledger, next + BLOCK_OLDER, block);
    set_word(ledger, next + BLOCK_NEWER, behind);
    set_word(ledger, block + BLOCK_NEWER, next);
    set_word(ledger, block + BLOCK_COUNT, stays);
    if (behind == 0)
        atomic_store_explicit(&holder->newest, next, memory_order_release);
    else
        set_word(ledger, behind + BLOCK_OLDER, next);
}

/* Between payments that are already there. */
static void insert(struct ledger *ledger, struct holder *holder, uint32_t row)
{
    struct payment_key key = row_key(&ledger->row[row]);
    uint32_t block = atomic_load_explicit(&holder->newest, memory_order_relaxed);
    uint32_t older;
    while (payment_key_compare(key, entry_key(ledger, block, 0)) < 0 &&
           (older = word_at(ledger, block + BLOCK_OLDER)) != 0)
        block = older;
    uint32_t turn = atomic_load_explicit(&holder->turn, memory_order_relaxed);
    atomic_store_explicit(&holder->turn, turn + 1, memory_order_relaxed);
    if (word_at(ledger, block + BLOCK_COUNT) == word_at(ledger, block + BLOCK_ROOM)) {
        split(ledger, holder, block);
        uint32_t next = word_at(ledger, block + BLOCK_NEWER);
        if (payment_key_compare(key, entry_key(ledger, next, 0)) > 0)
            block = next;
    }
    uint32_t count = word_at(ledger, block + BLOCK_COUNT);
    uint32_t place = count;
    for (; place > 0 && payment_key_compare(key, entry_key(ledger, block, place - 1)) < 0; place--)
        set_word(ledger, block + BLOCK_HEAD + place,
                 word_at(ledger, block + BLOCK_HEAD + place - 1));
    set_word(ledger, block + BLOCK_HEAD + place, row);
    set_word(ledger, block + BLOCK_COUNT, count + 1);
    atomic_store_explicit(&holder->turn, turn + 2, memory_order_release);
}

static void enter(struct ledger *ledger, uint32_t number, uint32_t row)
{
    struct holder *holder = &ledger->holder[number];
    struct payment_key key = row_key(&ledger->row[row]);
    bool late = holder->latest_ms > key.ms;
    if (holder->latest_ms == key.ms) {
        uint32_t block = atomic_load_explicit(&holder->newest, memory_order_relaxed);
        uint32_t count = word_at(ledger, block + BLOCK_COUNT);
        late = payment_key_compare(key, entry_key(ledger, block, count - 1)) < 0;
    }
    if (late) {
        insert(ledger, holder, row);
        return;
    }
    append(ledger, holder, row);
    holder->latest_ms = key.ms;
}

/* ---- a payment ---- */

static bool has_room(const struct ledger *ledger)
{
    return atomic_load_explicit(&ledger->rows_count, memory_order_relaxed) < ledger->rows_max &&
           ledger->holders_count + 2 <= ledger->holders_max &&
           ledger->letters.size - ledger->letters.used >= LETTERS_SPARE &&
           (uint64_t)ledger->pool_used + POOL_SPARE <= ledger->pool_max;
}

enum status ledger_add(struct ledger *ledger, const struct payment *payment, struct slice id)
{
    uint16_t currency, payer_bank, payee_bank;
    if (!has_room(ledger) || !words_number(ledger->currencies, payment->currency, &currency))
        return STATUS_FULL;
    /* A bank too many is a bank that was not told: nothing but its name is lost. */
    (void)words_number(ledger->banks, payment->payer_bank, &payer_bank);
    (void)words_number(ledger->banks, payment->payee_bank, &payee_bank);
    uint32_t number = atomic_load_explicit(&ledger->rows_count, memory_order_relaxed) + 1;
    uint32_t reversals = atomic_load_explicit(&ledger->reversals_count, memory_order_relaxed);
    bool reverses = payment->reverses != 0 && reversals < ledger->reversals_max;
    if (reverses) {
        ledger->reversal[reversals] = (struct reversal){payment->reverses, number};
        atomic_store_explicit(&ledger->reversals_count, reversals + 1, memory_order_release);
    }
    struct row *row = &ledger->row[number];
    row->when = (uint64_t)payment->key.ms << 12 | (uint64_t)payment->channel << 8 |
                (uint64_t)reverses << 7 | currency;
    row->position = payment->key.position;
    row->name = payment->name;
    if (id.size != 0)
        ledger->id[number] = letters_add(&ledger->ids, id);
    row->amount = payment->amount;
    row->balance = payment->balance;
    row->payer = holder_of(ledger, payment->payer, payer_bank);
    row->payee = holder_of(ledger, payment->payee, payee_bank);
    if (row->payer != 0 && payment->balance != MONEY_UNKNOWN)
        atomic_store_explicit(&ledger->holder[row->payer].tells, true, memory_order_relaxed);
    if (row->payer != 0)
        enter(ledger, row->payer, number);
    if (row->payee != 0 && row->payee != row->payer)
        enter(ledger, row->payee, number);
    enter_name(ledger, row->name, number);
    if (payment_key_compare(payment->key, ledger->first) < 0)
        ledger->first = payment->key;
    if (payment_key_compare(payment->key, ledger->last) > 0)
        ledger->last = payment->key;
    atomic_store_explicit(&ledger->rows_count, number, memory_order_release);
    return STATUS_OK;
}

/* ---- warming ---- */

void ledger_warm_slots(const struct ledger *ledger, const struct payment *payment)
{
    uint32_t mask = ledger->holder_slots - 1;
    __builtin_prefetch(&ledger->holder_slot[(uint32_t)hash_word(payment->payer.bits) & mask]);
    __builtin_prefetch(&ledger->holder_slot[(uint32_t)hash_word(payment->payee.bits) & mask]);
    mask = ledger->name_slots - 1;
    __builtin_prefetch(&ledger->name_slot[(uint32_t)hash_word(payment->name) & mask]);
}

/* The account in the first slot, which nearly always is the one. */
static const struct holder *holder_guess(const struct ledger *ledger, ident name)
{
    uint32_t slot = (uint32_t)hash_word(name.bits) & (ledger->holder_slots - 1);
    return &ledger->holder[atomic_load_explicit(&ledger->holder_slot[slot], memory_order_relaxed)];
}

void ledger_warm_holders(const struct ledger *ledger, const struct payment *payment)
{
    __builtin_prefetch(holder_guess(ledger, payment->payer));
    __builtin_prefetch(holder_guess(ledger, payment->payee));
}

void ledger_warm_blocks(const struct ledger *ledger, const struct payment *payment)
{
    uint32_t block =
        atomic_load_explicit(&holder_guess(ledger, payment->payer)->newest, memory_order_relaxed);
    __builtin_prefetch((const void *)&ledger->pool[block]);
    block =
        atomic_load_explicit(&holder_guess(ledger, payment->payee)->newest, memory_order_relaxed);
    __builtin_prefetch((const void *)&ledger->pool[block]);
}
