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
 * A payment whose name is in one of the two ledgers is a duplicate, and counted.  One that comes
 * again when its first copy is already in a run (days later) is not recognised here: duplicates so
 * far apart are the engine's to refuse. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/volume.h"
#include "money/payment.h"

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
/* The writer's: removes runs whose payments are all before `from`, for whoever decides on
 * retention. */
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
