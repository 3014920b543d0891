/* weave.c -- rows in any order become buckets on the disk, in bounded memory.
 *
 *     rows ─> how many in each bucket ─> where each begins ─┬─> buckets 0 … 17,000   written
 *                                                           ├─> buckets 17,001 …     and again
 *                                                           └─> …
 *
 * Rows are read once to be counted, and once for each window that fits into memory: five million
 * are ten windows, a second or two.
 * Not chosen:  writing each row to its place: millions of small writes cost more than ten reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/checksum.h"
#include "standing/copy.h"

#include <stddef.h>

static const char MAGIC[8] = "cutcopy1";

void copy_mark_begin(struct copy_mark *mark)
{
    memset(mark, 0, sizeof *mark); /* its padding is summed, too */
    memcpy(mark->magic, MAGIC, sizeof MAGIC);
}

static uint64_t mark_sum(const struct copy_mark *mark)
{
    return hash_bytes((struct slice){(const char *)mark, offsetof(struct copy_mark, sum)});
}

static uint64_t rows_sum(const struct copy_row *rows, uint64_t count)
{
    return hash_bytes((struct slice){count == 0 ? "" : (const char *)rows, count * sizeof *rows});
}

void copy_mark_end(struct copy_mark *mark, const struct copy_row *rows)
{
    mark->body = rows_sum(rows, rows == NULL ? 0 : mark->rows);
    mark->sum = mark_sum(mark);
}

bool copy_mark_holds(const struct copy_mark *mark)
{
    return memcmp(mark->magic, MAGIC, sizeof MAGIC) == 0 && mark->sum == mark_sum(mark) &&
           mark->packs_count <= STANDING_PACKS_MAX && mark->buckets_bits <= COPY_BUCKETS_BITS_MAX &&
           mark->rows <= STANDING_ENTRIES_MAX && mark->head_size <= COPY_HEAD_MAX;
}

uint32_t copy_bucket_of(struct standing_key key, uint32_t bits)
{
    uint32_t word = (uint32_t)key.bytes[0] << 24 | (uint32_t)key.bytes[1] << 16 |
                    (uint32_t)key.bytes[2] << 8 | key.bytes[3];
    return bits == 0 ? 0 : word >> (32 - bits);
}

uint32_t copy_bucket_sum(const struct copy_row *rows, uint32_t first, uint32_t count)
{
    return (uint32_t)(rows_sum(rows, count) ^ hash_word((uint64_t)first << 32 | count));
}

int64_t copy_rows_at(uint32_t bits)
{
    size_t buckets = ((size_t)1 << bits) + 1; /* the last one tells where the rows end */
    return (int64_t)(sizeof(struct copy_mark) + buckets * sizeof(struct copy_bucket));
}

struct loom {
    const struct weaving *weaving;
    uint32_t bits, buckets;
    struct copy_bucket *bucket;
    uint32_t *next;                /* free place of each bucket */
    uint32_t from, to, first_row;  /* buckets of the window, and the first row in it */
    struct copy_row *window;
};

static bool over(const struct loom *loom, const struct copy_row *row)
{
    return (int64_t)row->until_s <= loom->weaving->now_s;
}

static enum status count_one(void *self, const struct copy_row *row)
{
    struct loom *loom = self;
    if (over(loom, row))
        return STATUS_OK;
    uint32_t at = copy_bucket_of(row->key, loom->bits);
    return ++loom->next[at] > COPY_BUCKET_ROWS_MAX ? STATUS_MALFORMED : STATUS_OK;
}

static enum status place_one(void *self, const struct copy_row *row)
{
    struct loom *loom = self;
    uint32_t at = copy_bucket_of(row->key, loom->bits);
    if (over(loom, row) || at < loom->from || at >= loom->to)
        return STATUS_OK;
    must(loom->next[at] < loom->bucket[at + 1].first); /* the source says the same twice */
    loom->window[loom->next[at]++ - loom->first_row] = *row;
    return STATUS_OK;
}

/* Counts become places. */
static void places(struct loom *loom)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < loom->buckets; i++) {
        uint32_t count = loom->next[i];
        loom->bucket[i].first = loom->next[i] = rows;
        rows += count;
    }
    loom->bucket[loom->buckets] = (struct copy_bucket){.first = rows};
}

static enum status window_weave(struct loom *loom, struct volume_file file)
{
    const struct weaving *weaving = loom->weaving;
    uint32_t end;
    loom->first_row = loom->bucket[loom->from].first;
    loom->to = loom->from;
    do
        end = loom->bucket[++loom->to].first;
    while (loom->to < loom->buckets &&
           loom->bucket[loom->to + 1].first - loom->first_row <= weaving->window_rows);
    TRY(weaving->source.walk(weaving->source.self, (struct copy_sink){place_one, loom}));
    for (uint32_t i = loom->from; i < loom->to; i++) {
        uint32_t first = loom->bucket[i].first, count = loom->bucket[i + 1].first - first;
        must(loom->next[i] == first + count);
        loom->bucket[i].sum =
            copy_bucket_sum(loom->window + (first - loom->first_row), first, count);
    }
    int64_t at = copy_rows_at(loom->bits);
    at += (int64_t)loom->first_row * (int64_t)sizeof *loom->window;
    loom->from = loom->to;
    return weaving->volume->write(weaving->volume->self, file, at, loom->window,
                                  (size_t)(end - loom->first_row) * sizeof *loom->window);
}

static enum status woven(struct loom *loom, struct volume_file file, struct copy_mark *mark)
{
    const struct volume *volume = loom->weaving->volume;
    size_t size = ((size_t)loom->buckets + 1) * sizeof *loom->bucket;
    TRY(volume->cut(volume->self, file, 0));
    while (loom->from < loom->buckets)
        TRY(window_weave(loom, file));
    TRY(volume->write(volume->self, file, (int64_t)sizeof *mark, loom->bucket, size));
    mark->rows = loom->bucket[loom->buckets].first;
    mark->buckets_bits = loom->bits;
    copy_mark_end(mark, NULL);
    TRY(volume->write(volume->self, file, 0, mark, sizeof *mark));
    return volume->sync(volume->self, file);
}

enum status weave(const struct weaving *weaving, struct copy_mark *mark)
{
    struct loom loom = {.weaving = weaving};
    struct volume_file file;
    const struct volume *volume = weaving->volume;
    size_t window = (size_t)weaving->window_rows + COPY_BUCKET_ROWS_MAX;
    while ((uint64_t)COPY_BUCKET_ROWS << loom.bits < weaving->source.rows_max &&
           loom.bits < COPY_BUCKETS_BITS_MAX)
        loom.bits++;
    loom.buckets = (uint32_t)1 << loom.bits;
    TRY(ARENA_NEW(weaving->arena, (size_t)loom.buckets + 1, &loom.bucket));
    TRY(ARENA_NEW(weaving->arena, (size_t)loom.buckets, &loom.next));
    TRY(arena_take(weaving->arena, window * sizeof *loom.window, (void **)&loom.window));
    TRY(weaving->source.walk(weaving->source.self, (struct copy_sink){count_one, &loom}));
    places(&loom);
    TRY(volume->open(volume->self, "copy.new", true, &file));
    enum status status = woven(&loom, file, mark);
    volume->close(volume->self, file);
    return status;
}
