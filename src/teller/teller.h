/* teller.h -- a bank's side of orders: what it was ordered, what it did, until when it lasts.
 *
 *     stop.order ─> terms, rate ─> the four fields against the books ─┬─ mismatch, refused: at once
 *                                                                    ├─ a person's: held
 *                                                                    └─ asked ── core ──> stopped
 *     stop.lift ──────────────────────────────────────────────> lifting ── core ──> lifted
 *     the term is over ───────────────────────────────────────────^
 *
 *     freeze.order ─> terms, name, account ─┬─ refused, held: at once
 *                           ├─ another freeze is before it: waiting ──┐ turn
 *                           └─ asked ── core ──> frozen <────────────┘
 *     freeze.renew ──> renewing ── core ──> frozen, until the new end
 *     freeze.lift, the end of its term ──> lifting ── core ──> lifted, and whose turn it is
 *
 * Invariants:  1. A row, its audit entry and the answer are one transaction.
 *              2. An account is stopped at most as often as the law allows, over all orders of all
 *                 who may order, counted here: a stop that was begun counts.
 *              3. No stop without a match of all four fields in the books at hand.
 *              4. A stop is lifted when its term is over, whether or not anybody who ordered it is
 *                 still there; the term is the shorter one of the order's and our law pack's.
 *              5. An order is one stop, however often it comes; a lift that comes before its order
 *                 makes the order nothing.
 *              6. Account numbers lie sealed in the store; the log has keyed names.
 *              7. Of one account one freeze is with the core; the others wait in their order.  A
 *                 freeze ends at the shorter of the letter's term and our law pack's, counted from
 *                 when the core was first asked, at 24:00 of its last day.
 *              8. What is paid out of a freeze is at most what it froze; a return is paid once.
 *              9. A freeze that names no filed case is none: its letter is not read. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"
#include "ground/clock.h"
#include "ground/secret.h"
#include "order/freezing.h"
#include "store/store.h"
#include "teller/books.h"
#include "teller/corebank.h"
#include "teller/policy.h"

struct teller;

enum { TELLER_MIGRATIONS_COUNT = 3, TELLER_LETTER_SIZE = 33 };
extern const struct store_migration TELLER_MIGRATIONS[TELLER_MIGRATIONS_COUNT];

/* An answer to a letter; kept by whoever takes it, inside the transaction of the call. */
struct teller_answer {
    const char *kind;    /* "stop.result", "freeze.result" … */
    struct slice asker;  /* who wrote the letter, or ordered what is spoken of */
    struct slice letter; /* its id; empty: unasked, what happened to an earlier order */
    struct slice body;   /* canonical JSON */
    moment expires;      /* of the letter: after it nobody waits */
};

/* The term of a freeze or of its renewal, as the letter asks for it. */
struct teller_term {
    enum freeze_asset asset;
    int64_t months;
    bool renewal;
};

struct teller_options {
    struct store *store; /* the writer */
    struct audit *audit;
    const struct stop_policy *policy;
    struct books *books;
    struct core core;
    struct secret key; /* seals and names accounts */
    struct seal_chance chance;
    struct clock clock;
    int64_t term_ms, stops_max; /* of our own law pack; stops_max 0: no pack, nothing is stopped */
    /* When a freeze that begins at `from` ends, by our own law pack, and no later than asked for.
     * STATUS_ABSENT: no pack allows it.  NULL: nothing is frozen here. */
    enum status (*freeze_ends)(void *self, const struct teller_term *term, moment from,
                               moment *end);
    enum status (*answer)(void *self, const struct teller_answer *answer, struct arena *request);
    void *self;
};

enum status teller_open(struct teller **out, const struct teller_options *options,
                        struct arena *boot);

struct teller_letter {
    struct slice asker, id, body;
    moment expires;
};
/* Inside the caller's open transaction.  STATUS_MALFORMED: the body. */
enum status teller_order(struct teller *teller, const struct teller_letter *letter,
                         struct arena *request);
enum status teller_lift(struct teller *teller, const struct teller_letter *letter,
                        struct arena *request);

enum status teller_freeze(struct teller *teller, const struct teller_letter *letter,
                          struct arena *request);
enum status teller_renew(struct teller *teller, const struct teller_letter *letter,
                         struct arena *request);
/* Of one that waits: whoever ordered it says that its turn has come. */
enum status teller_turn_of(struct teller *teller, const struct teller_letter *letter,
                           struct arena *request);
enum status teller_unfreeze(struct teller *teller, const struct teller_letter *letter,
                            struct arena *request);

/* Pays what is frozen out to its victims, once. */
enum status teller_pay(struct teller *teller, const struct teller_letter *letter,
                       struct arena *request);

/* A letter of any of these kinds ("stop.order" … "return.order"); any other is refused. */
enum status teller_take(struct teller *teller, struct slice kind,
                        const struct teller_letter *letter, struct arena *request);

/* One round: asks the core about what is due, in transactions of its own; `*more`: there is more
 * due now.  Called often by one thread. */
enum status teller_turn(struct teller *teller, struct arena *scratch, bool *more);

struct teller_counts {
    int64_t asked, stopped, lifting, lifted, not_stopped; /* rows */
    int64_t frozen;                                       /* freezes in force */
    int64_t overdue_ms; /* of what should have been lifted longest ago; 0: none */
};
enum status teller_count(struct teller *teller, struct store *reader, struct teller_counts *out);
