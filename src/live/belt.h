/* belt.h -- entries that are durable and not yet thought about, on their way from the thread that
 * writes to the one that thinks.
 *
 *        free          laid by the writer, to be read         free
 *   ├──────────────┤├──────────────────────────────────┤├────────────┤      and round again
 *                   ^ tail          ^ eye               ^ head
 *
 * One piece for each offer, in one stretch of bytes, so that a record's texts can be lent from
 * where they lie until the reader gives the bytes back.
 *
 *   piece   0  number of its first entry u64    8  bytes of the piece u32    12  entries u32
 *           16 entries as size u32 + bytes, then nothing up to a multiple of 16
 *
 * One thread lays, one reads; they share two positions and no lock.  Whoever lays has made sure of
 * room: not more than `bytes_max` may lie on the belt (live_offer counts them). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"
#include <stdatomic.h>

struct belt {
    unsigned char *at;
    size_t size;
    _Atomic uint64_t head, tail; /* bytes since the beginning of time; the place is modulo `size` */
    uint64_t eye;                /* the reader's: everything before it was read */
    uint64_t next;               /* … number of the next entry of the piece in hand */
    uint32_t left;               /* … entries left in it */
    uint64_t entry;              /* … where the next of them stands */
    uint64_t piece_end;
    size_t read; /* … bytes of pieces that were read to their end and not given back */
};

/* The bytes that these entries take on a belt. */
size_t belt_bytes(const struct slice *entry, size_t count);
/* Room for `bytes_max` bytes of pieces, none of them larger than `piece_max`.  STATUS_FULL. */
enum status belt_init(struct belt *belt, size_t bytes_max, size_t piece_max);
void belt_release(struct belt *belt);

/* The writer's. */
void belt_lay(struct belt *belt, const struct slice *entry, size_t count, uint64_t first);
/* The reader's: the next entry, lent until belt_give_back; false: nothing there. */
bool belt_peek(struct belt *belt, uint64_t *sequence, struct slice *entry);
/* Goes on to the entry behind the one that was peeked at. */
void belt_step(struct belt *belt);
/* The reader's, whether something is there to be read. */
bool belt_is_empty(const struct belt *belt);
/* Gives back the pieces that were read to their end; returns their bytes. */
size_t belt_give_back(struct belt *belt);
