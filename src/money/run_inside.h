/* run_inside.h -- payments of days gone by, in a file that never changes.
 *
 *   head      1 page of RUN_PAGE bytes: what is in the file; written last
 *   entries   by account, then time and position: each payment stands with its payer and its payee
 *   accounts  account · first entry · number of entries · bank, by account
 *   names     name of a payment · account · time · position, by name
 *   fences    the first account of each page of accounts, the first name of each page of names
 *
 *   page      checksum u64 of number and bytes | bytes; records do not cross pages; little-endian
 *
 * A file is written under a temporary name, synced, and renamed; its head is written when all the
 * rest is synced, so that a torn file has none.  Fences are in memory: a question reads one page of
 * accounts and then pages of entries.  No byte is believed before its page was proved. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/volume.h"
#include "money/ledger_inside.h"

enum {
    RUN_PAGE = 16384,
    RUN_PAYLOAD = RUN_PAGE - 8,
    RUN_ENTRY = 80,
    RUN_ACCOUNT = 32,
    RUN_NAME = 32,
    RUN_FENCE = 8,
    RUN_CACHE = 64 /* pages of one run in memory */
};

enum run_section { SECTION_ENTRIES, SECTION_ACCOUNTS, SECTION_NAMES, SECTION_FENCES, SECTIONS };

struct run_head {
    uint64_t count[SECTIONS]; /* records of each section */
    uint64_t payments, reversals;
    uint64_t through; /* journal position up to which this and earlier runs hold everything */
    struct payment_key first, last;
};

struct run;

/* Opens a file and reads its head and fences.  STATUS_MALFORMED: torn or damaged.  STATUS_FULL,
 * STATUS_IO. */
enum status run_open(struct run **out, const struct volume *volume, const char *name);
void run_close(struct run *run);
const struct run_head *run_about(const struct run *run);
const char *run_name(const struct run *run);
/* How many generations hold it; under the index's lock. */
uint32_t *run_readers(struct run *run);

/* Writes a ledger that nobody adds to any more.  `through` as in run_head. */
enum status run_write(const struct volume *volume, const char *name, const struct ledger *ledger,
                      uint64_t through);

/* Where a reader is in one account's entries. */
struct run_walk {
    struct run *run;
    uint64_t first, count; /* entries of the account */
    uint64_t next;         /* of those; while `back`, one more than the next */
    uint64_t account, bank;
    bool back, ready;
    struct payment payment; /* the one ahead */
};

/* STATUS_ABSENT: the account is not in it. */
enum status run_walk_init(struct run_walk *walk, struct run *run, ident account,
                          struct payment_key from, bool back);
/* The payment ahead; STATUS_END. */
enum status run_walk_peek(struct run_walk *walk);
/* STATUS_ABSENT. */
enum status run_find_name(struct run *run, uint64_t name, struct payment *out);
