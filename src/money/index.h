/* index.h -- the index of payments: by account and time, by name; fed live, read at the same time.
 *
 *   records ──> newest ledger ── full ──> earlier ledger ── sealed ──> run, run, run … on a volume
 *                      \________ in memory ________/                    oldest days, immutable
 *   view ── one payment after another of an account, over all of them in one order
 *
 * Invariants:  1. A view shows exactly the payments that were in the index when it was opened,
 *                 whatever is added, turned over or sealed meanwhile.
 *              2. The order in which payments were added never shows: late ones stand where they
 *                 belong.
 *              3. Whoever reads never makes the writer wait (but for the copy of a pointer), and
 *                 the writer makes nobody wait but who reads the very account that gets a late
 *                 payment.
 *              4. Full is a status; nothing that was taken is lost.
 *
 * A payment whose name was there before is a duplicate, and counted.  In a run it is looked for
 * only where the run has payments of its time, so that nothing is read for what is new.
 *
 * The runs stay few: neighbours of about one size become one (money_merge), and what is older than
 * is kept falls out on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/volume.h"
#include "money/payment.h"

#include <stdatomic.h>

struct money;

struct money_options {
    uint32_t payments_max, accounts_max; /* of one ledger; two are in memory at most */
    struct volume *runs;                 /* lent; NULL: memory only, and full is the end */
};

struct money_counts {
    uint64_t added, duplicates, ignored; /* ignored: moves nothing, or nobody named */
    uint64_t payments, accounts;         /* in the ledgers */
    uint64_t memory;                     /* bytes of the ledgers in use */
    uint64_t runs, run_payments;
    uint64_t damaged; /* files set aside at the start: torn or damaged, see money_create() */
    uint64_t merges;  /* runs that were made of others */
};

/* Opens what runs there are.  One that is torn or damaged, and those behind it, are renamed
 * NUMBER.aside and counted: money_resume() then says from where to feed again.  STATUS_FULL,
 * STATUS_IO. */
enum status money_create(struct money **out, const struct money_options *options,
                         struct arena *boot);
void money_destroy(struct money *money);

/* The journal position up to which runs hold everything: feed what is behind it.  0: nothing. */
uint64_t money_resume(const struct money *money);

/* The writer's: takes the payments among the records, passes over others.  STATUS_FULL: the records
 * from `*taken` on were not looked at; money_turn() makes room where there is a volume. */
enum status money_take(struct money *money, const struct record *records, size_t count,
                       size_t *taken);
enum status money_add(struct money *money, const struct payment *payment);

/* The writer's: everything up to that journal position was taken, also what is no payment.  Without
 * it money_resume() knows of payments alone. */
void money_reached(struct money *money, uint64_t position);

/* What main/ hands to a stage that hands records on. */
struct money_sink {
    enum status (*take)(void *self, const struct record *records, size_t count);
    void *self;
};
/* Takes, and turns over when the newest ledger is full.  STATUS_FULL: the earlier one was not
 * sealed yet; nothing of the rest was taken. */
struct money_sink money_sink_of(struct money *money);

/* The writer's: the newest ledger becomes the earlier one.  STATUS_FULL: the one before it was not
 * sealed yet, or there is no volume.  */
enum status money_turn(struct money *money);
/* Anybody's, one at a time, while the writer goes on: writes the earlier ledger as a run, synced
 * under its name.  STATUS_END: there is nothing to seal.  STATUS_IO, STATUS_FULL. */
enum status money_seal(struct money *money, struct arena *scratch);
/* What is kept. */
struct money_kept {
    moment from;              /* payments before it may go; MOMENT_NONE: none */
    int64_t span_ms;          /* … which is so long ago; 0: for ever */
    const _Atomic bool *stop; /* NULL: it is not asked to */
};
/* Anybody's, as money_seal and not beside it: makes one run of neighbours, without payments that
 * may go.  The writer's next money_settle() puts it in their place.
 * STATUS_END: nothing to do, or the last one was not put there yet.  STATUS_STOPPED: `*stop` was
 * set.  STATUS_IO, STATUS_FULL. */
enum status money_merge(struct money *money, const struct money_kept *kept, struct arena *scratch);
/* The writer's: takes over what money_merge() made, and removes the files that it was made of. */
enum status money_settle(struct money *money);
/* The writer's: removes runs whose payments are all before `from`, for whoever decides on
 * retention; the newest stays, since it says what was taken. */
enum status money_forget(struct money *money, moment from, uint64_t *removed);

void money_count(struct money *money, struct money_counts *out);

/* ---- reading ---- */

struct money_view;

/* Takes memory from `request`.  STATUS_FULL. */
enum status money_view_open(struct money_view **out, struct money *money, struct arena *request);
void money_view_close(struct money_view *view);
/* The `request` that it lives in. */
struct arena *money_view_arena(struct money_view *view);
/* STATUS_ABSENT; STATUS_IO, STATUS_MALFORMED: of a run. */
enum status money_find(struct money_view *view, uint64_t name, struct payment *out);
/* The journal position of the last payment in it: it shows all that came up to there. */
uint64_t money_view_position(const struct money_view *view);
/* How an account, a bank or a currency is written.  STATUS_ABSENT: it was not told; STATUS_IO,
 * STATUS_MALFORMED: of a run. */
enum status money_spelling(struct money_view *view, ident name, struct text *out);
/* How a payment's id is written.  STATUS_ABSENT: it has none; and as above. */
enum status money_id(struct money_view *view, const struct payment *payment, struct text *out);
/* Whether a payment of the account may have told its balance. */
enum status money_tells(struct money_view *view, ident account, bool *out);
/* Whether the account has a payment at all. */
enum status money_knows(struct money_view *view, ident account, bool *out);

/* Whether any payment in it takes another one back. */
bool money_reverses(const struct money_view *view);

struct money_walk;

/* The account's payments behind `from` in order, or before it in reverse order (`back`), `from`
 * itself left out.  For the life of the view. */
enum status money_walk_open(struct money_walk **out, struct money_view *view, ident account,
                            struct payment_key from, bool back);
/* Lent until the next call.  STATUS_END: no more.  STATUS_IO, STATUS_MALFORMED: of a run. */
enum status money_walk_next(struct money_walk *walk, const struct payment **out);
