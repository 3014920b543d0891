/* ledger_inside.h -- payments in memory, found by account and time.
 *
 *   slots of accounts        account                 pool of blocks (words of 32 bits)
 *   hash(name) ─> number ──> name  newest ──────────> older newer count room │ row row row …
 *   slots of names                                      │
 *   hash(name) ─> row                                   └─> … └─> a block of the oldest
 *   rows: when·channel·currency  position  name  amount  balance  payer payee        48 bytes
 *   ids:  of a row whose name does not print from its bits, where its letters are     4 bytes
 *
 * A payment is written once; its payer's and its payee's blocks hold the number of its row, in the
 * order of time and position.  Blocks of one account double from 4 to MONEY_BLOCK_ENTRIES_MAX
 * entries.
 *
 * One writer, any number of readers, nobody waits:
 *   1. A row does not change once it is in a block.
 *   2. `rows_count` is published when both accounts have the row.  Who reads pins it and passes
 *      over rows behind it, so that he sees exactly the payments that were there when he began.
 *   3. Entries that move (a late payment) move between an odd and an even `turn` of their account;
 *      who reads copies entries out and looks at `turn` again.
 *   4. Blocks are never freed, and an entry only ever moves towards newer places, so that a
 *      reader's place stays good.
 *
 * Not chosen:  arrays by account that grow by copying (readers would need to know when the old one
 * may go); a tree (three times the memory for the same order). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/payment.h"

#include <assert.h>
#include <stdatomic.h>

struct row {
    uint64_t when; /* milliseconds, reversal, channel, currency: see row_when() */
    uint64_t position;
    uint64_t name;
    int64_t amount;
    int64_t balance;
    uint32_t payer; /* numbers of accounts from 1; 0: nobody */
    uint32_t payee;
};
static_assert(sizeof(struct row) == 48, "what a payment costs");

struct holder { /* an account */
    uint64_t name;
    int64_t latest_ms; /* of its newest entry; the writer's */
    _Atomic uint32_t turn;
    _Atomic uint32_t newest;  /* block, 0: none */
    _Atomic uint16_t bank;    /* number from 1; 0: not told */
    _Atomic bool tells;       /* a payment of it told a balance */
    _Atomic uint32_t spelled; /* place of its letters; 0: none, or they are in the name */
};
static_assert(sizeof(struct holder) == 32, "what an account costs");

/* Words of a block: its head, then the entries. */
enum { BLOCK_OLDER, BLOCK_NEWER, BLOCK_COUNT, BLOCK_ROOM, BLOCK_HEAD };

struct reversal {
    uint64_t of; /* name of what it takes back */
    uint32_t row;
};

/* Spellings of names that do not print from their bits, one behind another: size u8, bytes.  What
 * was written does not change; 0 is no place. */
struct letters {
    unsigned char *byte;
    _Atomic uint32_t used; /* the writer's; others only count it */
    uint32_t size;
};

/* Names that many share, by number: currencies and banks. */
struct words {
    _Atomic uint32_t count;
    uint32_t count_max;
    uint64_t *word;            /* number 0 is "unknown" */
    _Atomic uint32_t *spelled; /* places of their letters */
    struct letters letters;
    _Atomic uint16_t *slot;
    uint32_t slots_count;
};

struct ledger {
    uint32_t rows_max, holders_max, pool_max;
    struct row *row; /* from 1 */
    _Atomic uint32_t rows_count;
    struct holder *holder; /* from 1 */
    _Atomic uint32_t holders_count;
    _Atomic uint32_t *pool;
    _Atomic uint32_t pool_used;
    _Atomic uint32_t *holder_slot; /* holder's number */
    _Atomic uint32_t *name_slot;   /* row's number and, in its upper bits, a mark of the name */
    uint32_t holder_slots, name_slots;
    struct reversal *reversal; /* in the order of rows */
    _Atomic uint32_t reversals_count;
    uint32_t reversals_max;
    struct words *currencies, *banks; /* the index's own */
    struct letters letters;           /* of accounts */
    struct letters ids;               /* of payments */
    uint32_t *id; /* of each row: the place of its letters; 0: none, or they are in the name */
    struct payment_key first, last; /* of all its payments; the writer's */
    uint64_t through; /* journal position below which all was taken, if whoever feeds says so */
    struct ledger_pages {
        void *at;
        size_t size;
    } pages[9];
    _Atomic uint32_t readers; /* views that hold it, and the index itself */
};

/* Room for so many payments and accounts.  Takes pages: memory is spent as it is used.
 * STATUS_FULL. */
enum status ledger_create(struct ledger **out, uint32_t payments_max, uint32_t accounts_max,
                          struct words *currencies, struct words *banks);
void ledger_destroy(struct ledger *ledger);
/* Bytes in use. */
size_t ledger_memory(const struct ledger *ledger);

/* Whether a payment of that name is in it; the writer's question. */
bool ledger_has(const struct ledger *ledger, uint64_t name);
/* `id`: how its name is spelled, if that does not print from its bits.  STATUS_FULL: no room, and
 * nothing changed. */
enum status ledger_add(struct ledger *ledger, const struct payment *payment, struct slice id);
/* How an account of it is spelled, if that was not known. */
void ledger_spell(struct ledger *ledger, ident name, struct slice spelling);
/* Asks the memory for what ledger_add() will touch: the slots, the accounts, their blocks. */
void ledger_warm_slots(const struct ledger *ledger, const struct payment *payment);
void ledger_warm_holders(const struct ledger *ledger, const struct payment *payment);
void ledger_warm_blocks(const struct ledger *ledger, const struct payment *payment);

/* ---- for readers ---- */

/* The row of a payment's name, among the rows up to `pinned`; 0: none.  Readers and the writer. */
uint32_t ledger_find_name(const struct ledger *ledger, uint64_t name, uint32_t pinned);
/* 0: no such account. */
uint32_t ledger_find_holder(const struct ledger *ledger, ident name);
/* Letters of an account's number; empty: none. */
struct slice ledger_spelling(const struct ledger *ledger, uint32_t holder);
/* Letters of a payment's name, by its row; empty: none. */
struct slice ledger_id(const struct ledger *ledger, uint32_t row);
/* Room for one more, or 0; and what stands at a place. */
uint32_t letters_add(struct letters *letters, struct slice spelling);
struct slice letters_at(const struct letters *letters, uint32_t place);
void ledger_payment(const struct ledger *ledger, uint32_t row, struct payment *out);
static inline struct payment_key row_key(const struct row *row)
{
    return (struct payment_key){(int64_t)row->when >> 12, row->position};
}

/* Where a reader is in one account's payments. */
struct ledger_walk {
    const struct ledger *ledger;
    uint32_t pinned;
    uint32_t holder; /* 0: nothing here */
    uint32_t block;  /* to go on from; 0: not begun */
    uint32_t last;   /* the row copied last, and its place in the block */
    uint32_t place;
    bool back;
    uint8_t at, count;
    uint32_t row[12];
};

/* The payments of the account behind (`back`: before) `from`, without it. */
void ledger_walk_init(struct ledger_walk *walk, const struct ledger *ledger, uint32_t pinned,
                      ident account, bool back);
/* The next row beyond `from`, or 0.  `from` never goes back. */
uint32_t ledger_walk_next(struct ledger_walk *walk, struct payment_key from);
