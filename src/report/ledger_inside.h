/* ledger_inside.h -- a part as it lies on the disk: little-endian, block after block.
 *
 *   "CUTLEDG1" | head, columns | head, columns … | head of series 0xffff, tail
 *   columns: day u16 · region u32 · type u8 · marks u8 · count u32 if one is not 1 · amount i64 if
 *            one is not 0 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "report/ledger.h"

#include <assert.h>

#define PART_MAGIC "CUTLEDG1"

enum {
    PART_TAIL = 0xffff,
    PART_COUNTS = 1,
    PART_AMOUNTS = 2,
    PART_MAGIC_SIZE = 8,
    PATH_BYTES = 4096
};

struct part_head {
    uint16_t series, has;
    uint32_t rows;
    int32_t first, last;
    uint64_t checksum; /* XXH3 of the columns, in the light of the members above */
};

/* Bytes of the largest block's columns. */
enum { PART_COLUMNS_MAX = LEDGER_BLOCK_ROWS * (2 + 4 + 1 + 1 + 4 + 8) };

static inline uint64_t part_checksum(const struct part_head *head, struct slice columns)
{
    struct part_head bare = *head;
    bare.checksum = 0;
    struct slice words = {(const char *)&bare, sizeof bare};
    return hash_word(hash_bytes(words) + hash_bytes(columns));
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a part is little-endian");
static_assert(sizeof(struct part_head) == 24, "no gap in it");
/* The tail is a struct ledger_part; its size says so. */
static_assert(sizeof(struct ledger_part) <= PART_COLUMNS_MAX, "a tail is read like a block");
static_assert(sizeof(struct ledger_part) % 8 == 0, "the tail's form is that of this version");
