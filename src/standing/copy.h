/* copy.h -- how a copy lies in its files, for offline.c and weave.c.
 *
 *     copy    mark · buckets · rows of bucket 0, 1, 2 …  |  mark · rows  |  mark · rows …
 *             woven whole, then renamed into place          a frame for each delta behind it
 *     coming  mark · rows | mark · rows | …                 a frame for the head, one for each part
 *
 * A mark says what is so once its frame is there, and holds sums of itself and of its rows; a frame
 * that does not fit its sums was being written when somebody died, and is written again.  Files are
 * of this machine: numbers stand in its own order. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/offline.h"
#include "standing/sheet.h"

#include "ground/limits.h"

enum {
    COPY_HEAD_MAX = 2048,
    COPY_BLOCK_ROWS = 16384,
    COPY_BUCKET_ROWS = 64,       /* that a bucket has, about */
    COPY_BUCKET_ROWS_MAX = 4096, /* more are no hashes */
    COPY_BUCKETS_BITS_MAX = 18,
    COPY_FRAMES_ROWS_MAX = 65536, /* of deltas, before the copy is woven anew */
    COPY_FRAMES_MAX = 256,
};
static_assert((int)STANDING_DELTA_CHANGES_MAX <= (int)COPY_FRAMES_ROWS_MAX, "a delta fits");
static_assert((int)STANDING_ENTRIES_MAX / COPY_BUCKET_ROWS <= 1 << COPY_BUCKETS_BITS_MAX,
              "buckets are small");

struct copy_row {
    struct standing_key key;
    uint64_t card;
    uint32_t from_s, until_s, number, dropped;
    uint8_t pack, criminal, suspended, gone; /* gone: of a delta, the number alone */
    uint32_t spare;
};
static_assert(sizeof(struct copy_row) == 48, "no byte without a name");

struct copy_mark {
    char magic[8];
    struct standing_key under;
    char executor[STANDING_ITEM_SIZE];
    struct digest chain;
    uint64_t version, rows;                 /* behind this mark */
    int64_t made_ms, woven_ms;
    uint64_t parts, numbers, entries, part; /* of `coming` */
    uint32_t buckets_bits, packs_count;     /* bits: of `copy` */
    char pack[STANDING_PACKS_MAX][LAW_STAMP_MAX + 7];
    char head[COPY_HEAD_MAX]; /* of `coming`: as it was signed */
    uint64_t head_size;
    uint64_t body, sum; /* of the rows, of the mark up to here */
};

struct copy_bucket {
    uint32_t first, sum; /* its first row; of its rows */
};

/* Rows, one after the other. */
struct copy_sink {
    enum status (*take)(void *self, const struct copy_row *row);
    void *self;
};
struct copy_source {
    enum status (*walk)(void *self, struct copy_sink sink);
    void *self;
    uint64_t rows_max;
};

void copy_mark_begin(struct copy_mark *mark);
void copy_mark_end(struct copy_mark *mark, const struct copy_row *rows);
bool copy_mark_holds(const struct copy_mark *mark);
uint32_t copy_bucket_of(struct standing_key key, uint32_t bits);
uint32_t copy_bucket_sum(const struct copy_row *rows, uint32_t first, uint32_t count);
int64_t copy_rows_at(uint32_t bits); /* where the rows of a copy begin */

struct weaving {
    const struct volume *volume;
    uint32_t window_rows;
    int64_t now_s;
    struct copy_source source;
    struct arena *arena; /* keeps nothing of it */
};
/* The rows that are not over as a file `copy.new`, synced; `mark` says all but rows and buckets. */
enum status weave(const struct weaving *weaving, struct copy_mark *mark);
