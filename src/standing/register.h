/* register.h -- what a register is made of, for the files of the room that answer from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/book.h"

#include <stdatomic.h>

struct standing {
    struct standing_options options;
    struct standing_index *index;
    struct store *reader; /* of whoever follows */
    struct book *book;
    /* Every pack that was ever in force here: an entry names its place, so none ever moves. */
    const struct law_pack *_Atomic pack[STANDING_LAWS_MAX];
    _Atomic unsigned packs_count;
    /* Version and chain, read without a lock: odd while they are written. */
    _Atomic uint64_t turn, version, chain[DIGEST_SIZE / 8];
};

/* One row of standing_delta. */
struct standing_delta {
    uint64_t version;
    bool enters;
    struct standing_entry entry;
    struct slice pack;
    struct digest chain;
};
/* The newest version; 0 and no chain before the first change. */
struct standing_last {
    uint64_t version;
    struct digest chain;
};
enum status standing_last_of(struct store *store, struct standing_last *out);
/* The next row.  STATUS_END. */
enum status standing_delta_next(struct store_rows *rows, struct standing_delta *out);
/* The ring, its numbers behind those that were sealed. */
enum status standing_book_open(struct standing *standing, struct arena *boot);
#define STANDING_DELTA_COLUMNS                                                                  \
    "version, enters, number, key, card, from_s, until_s, dropped, pack, criminal, suspended, " \
    "chain"
