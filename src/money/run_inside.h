/* run_inside.h -- payments of days gone by, in a file that never changes.
 *
 *   head      1 page of RUN_PAGE bytes: what is in the file; written last
 *   entries   by account, then time and position: each payment stands with its payer and its payee
 *   accounts  account · first entry · number of entries · bank, by account
 *   names     name of a payment · account · time · position, by name
 *   spellings name of an account, bank or currency · its letters, by name; without those that print
 *             from their bits
 *   ids       name of a payment · its letters, by name; without those that print from their bits
 *   fences    the first name of each page of accounts, of names, of spellings, of ids
 *
 *   page      checksum u64 of number and bytes | bytes; records do not cross pages; little-endian
 *
 * A file is written under a temporary name, synced, and renamed; its head is written when all the
 * rest is synced, so that a torn file has none.  Fences are in memory: a question reads one page of
 * accounts and then pages of entries.  No byte is believed before its page was proved.
 *
 * A file of before there were ids has none, and is read like any other: their number is the last
 * word of the head, where such a file has zeros. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "ground/volume.h"
#include "money/ledger_inside.h"

enum {
    RUN_PAGE = 16384,
    RUN_PAYLOAD = RUN_PAGE - 8,
    RUN_ENTRY = 80,
    RUN_ACCOUNT = 32,
    RUN_NAME = 32,
    RUN_SPELLING = 8 + IDENT_BYTES_MAX,
    RUN_FENCE = 8,
    RUN_WORDS_MAX = 10, /* of any record */
    RUN_CACHE = 64      /* pages of one run in memory */
};

enum run_section {
    SECTION_ENTRIES,
    SECTION_ACCOUNTS,
    SECTION_NAMES,
    SECTION_SPELLINGS,
    SECTION_IDS,
    SECTION_FENCES,
    SECTIONS
};

struct run_head {
    uint64_t count[SECTIONS]; /* records of each section */
    uint64_t payments, reversals;
    uint64_t through; /* journal position up to which this and earlier runs hold everything */
    struct payment_key first, last;
};

/* What a run stands for: `NUMBER.run`, or what was made of several, `LAST-FIRST-AGAIN.run`. */
struct run_numbers {
    uint32_t first, last, again;
};
#define RUN_ENDING ".run"
void run_name_write(char out[VOLUME_NAME_MAX], struct run_numbers numbers);
/* false: it is not the name of a run. */
bool run_name_read(const char *name, struct run_numbers *out);

struct run;

/* Opens a file and reads its head and fences.  STATUS_MALFORMED: torn or damaged.  STATUS_FULL,
 * STATUS_IO. */
enum status run_open(struct run **out, const struct volume *volume, const char *name);
void run_close(struct run *run);
const struct run_head *run_about(const struct run *run);
const char *run_name(const struct run *run);
struct run_numbers run_numbers(const struct run *run);
/* Nothing can be made of it; of whoever merges. */
bool *run_spoiled(struct run *run);
/* How many generations hold it; under the index's lock. */
uint32_t *run_readers(struct run *run);

/* Writes a ledger that nobody adds to any more.  `through` as in run_head. */
enum status run_write(const struct volume *volume, const char *name, const struct ledger *ledger,
                      uint64_t through);

/* Makes one run of neighbours, the oldest first, without payments before `from`; MOMENT_NONE: of
 * all.  STATUS_STOPPED: `*stop`; STATUS_MALFORMED: one of them is damaged. */
enum status run_merge(const struct volume *volume, const char *name, struct run *const *runs,
                      uint32_t count, moment from, const _Atomic bool *stop);

/* Reads a section from its beginning, with a page of its own, so that nobody else's is pushed out
 * of memory. */
struct run_cursor {
    struct run *run;
    enum run_section section;
    uint64_t nth, page;
    bool ready;
    uint64_t word[RUN_WORDS_MAX]; /* of the record ahead, if `ready` */
    unsigned char bytes[RUN_PAGE];
};
void run_cursor_init(struct run_cursor *cursor, struct run *run, enum run_section section);
/* Makes the next one ready, if none is.  STATUS_END. */
enum status run_cursor_peek(struct run_cursor *cursor);

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
/* Whether a payment of the account may have told its balance.  STATUS_ABSENT: it is not in it. */
enum status run_tells(struct run *run, ident account, bool *out);
/* STATUS_ABSENT. */
enum status run_spelling(struct run *run, ident name, struct text *out);
/* Of a payment.  STATUS_ABSENT. */
enum status run_id(struct run *run, ident name, struct text *out);
