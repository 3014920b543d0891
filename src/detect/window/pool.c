/* pool.c -- chunks cut into blocks of size classes; a block given back waits in its class's list.
 *
 * Classes go 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 … : four to a doubling, so
 * that growing by one or two classes wastes little.  A block of half a chunk or more has a chunk
 * of its own size, which goes back to the system when the block does.
 *
 *   reference  [ chunk number : 15 | unit of 16 bytes in the chunk : 17 ]      0 is never given out
 *
 * Invariants:  1. Blocks in use do not overlap; each begins at a multiple of 16.
 *              2. used of the budget is the sum of all pages held, of this pool and its brothers.
 *              3. What is left of a chunk that is too short for a request is cut into free
 *                 blocks, not lost.
 * Not chosen:  giving half-empty chunks back.  Populations of entities shift slowly; the lists
 *              reuse it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/pool.h"

#include "ground/arena.h"
#include <string.h>

enum {
    CLASS_SIZE_MIN = 32,
    BIG_SIZE = POOL_CHUNK_SIZE / 2,
    REGION_CHUNKS = 16, /* at most so many are taken from the system at once … */
    REGION_PART = 16    /* … and no more than this part of those held: unused pages are counted */
};

enum status budget_pages_take(struct budget *budget, size_t size, void **out)
{
    size_t before = atomic_fetch_add(&budget->used, size);
    if (before > budget->size_max || size > budget->size_max - before ||
        pages_take(size, out) != STATUS_OK) {
        atomic_fetch_sub(&budget->used, size);
        return STATUS_FULL;
    }
    return STATUS_OK;
}

void budget_pages_give_back(struct budget *budget, void *at, size_t size)
{
    if (at == NULL || size == 0)
        return;
    pages_give_back(at, size);
    atomic_fetch_sub(&budget->used, size);
}

size_t budget_left(const struct budget *budget)
{
    size_t used = atomic_load(&budget->used);
    return used < budget->size_max ? budget->size_max - used : 0;
}

size_t pool_class_size(unsigned class)
{
    if (class < 2)
        return CLASS_SIZE_MIN + class * POOL_UNIT;
    unsigned octave = (class - 2) / 4;
    unsigned step = (class - 2) % 4;
    return ((size_t)64 << octave) + step * ((size_t)16 << octave);
}

unsigned pool_class(size_t size)
{
    if (size <= CLASS_SIZE_MIN)
        return 0;
    if (size <= CLASS_SIZE_MIN + POOL_UNIT)
        return 1;
    if (size <= 64)
        return 2;
    unsigned octave = 63u - (unsigned)__builtin_clzll((unsigned long long)(size - 1)) - 6u;
    size_t base = (size_t)64 << octave;
    size_t grain = (size_t)16 << octave;
    unsigned step = (unsigned)((size - base + grain - 1) / grain);
    unsigned class = 2 + octave * 4 + step;
    return class < POOL_CLASSES_COUNT ? class : POOL_CLASSES_COUNT;
}

static size_t directory_size(void)
{
    return (size_t)POOL_CHUNKS_MAX * (sizeof(unsigned char *) + sizeof(size_t));
}

/* The directory is not counted: the system gives its pages only as numbers come into use. */
enum status pool_init(struct pool *pool, struct budget *budget)
{
    void *directory;
    TRY(pages_take(directory_size(), &directory));
    *pool = (struct pool){.budget = budget, .chunk_free = UINT32_MAX};
    pool->chunk = directory;
    pool->chunk_size =
        (size_t *)((unsigned char *)directory + (size_t)POOL_CHUNKS_MAX * sizeof(unsigned char *));
    return STATUS_OK;
}

void pool_release(struct pool *pool)
{
    if (pool->chunk == NULL)
        return;
    for (uint32_t i = 0; i < pool->chunks_count; i++)
        if (pool->chunk_size[i] != 0)
            budget_pages_give_back(pool->budget, pool->chunk[i], pool->chunk_size[i]);
    budget_pages_give_back(pool->budget, pool->fresh, pool->fresh_size);
    pages_give_back(pool->chunk, directory_size());
    *pool = (struct pool){.chunk = NULL};
}

static enum status chunk_number(struct pool *pool, uint32_t *out)
{
    if (pool->chunk_free != UINT32_MAX) {
        *out = pool->chunk_free;
        pool->chunk_free = (uint32_t)(uintptr_t)pool->chunk[*out];
        return STATUS_OK;
    }
    if (pool->chunks_count == POOL_CHUNKS_MAX)
        return STATUS_FULL;
    *out = pool->chunks_count++;
    return STATUS_OK;
}

static void chunk_forget(struct pool *pool, uint32_t number)
{
    pool->chunk_size[number] = 0;
    pool->chunk[number] = (unsigned char *)(uintptr_t)pool->chunk_free;
    pool->chunk_free = number;
}

static enum status big_take(struct pool *pool, size_t size, uint32_t *out)
{
    uint32_t number;
    TRY(chunk_number(pool, &number));
    void *at;
    if (budget_pages_take(pool->budget, size, &at) != STATUS_OK) {
        chunk_forget(pool, number);
        return STATUS_FULL;
    }
    pool->chunk[number] = at;
    pool->chunk_size[number] = size;
    /* Number 0 begins with the unit that is never given out, so a big block must not have it. */
    must(number != 0);
    *out = number << POOL_CHUNK_BITS;
    return STATUS_OK;
}

/* Cuts the rest of the current chunk into free blocks, the largest classes first. */
static void bump_retire(struct pool *pool)
{
    while (pool->bump_left >= CLASS_SIZE_MIN / POOL_UNIT) {
        size_t size = (size_t)pool->bump_left * POOL_UNIT;
        unsigned class = pool_class(size);
        if (pool_class_size(class) > size)
            class --;
        uint32_t units = (uint32_t)(pool_class_size(class) / POOL_UNIT);
        uint32_t block = pool->bump;
        pool->bump += units;
        pool->bump_left -= units;
        pool_give_back(pool, class, block);
    }
    pool->bump_left = 0;
}

static enum status bump_refill(struct pool *pool)
{
    uint32_t number;
    TRY(chunk_number(pool, &number));
    if (pool->fresh_size == 0) {
        uint32_t chunks = pool->chunks_count / REGION_PART;
        size_t size = (size_t)POOL_CHUNK_SIZE * (chunks < REGION_CHUNKS ? chunks : REGION_CHUNKS);
        void *at;
        if (size == 0 || size > budget_left(pool->budget) / 4)
            size = POOL_CHUNK_SIZE;
        if (budget_pages_take(pool->budget, size, &at) != STATUS_OK) {
            chunk_forget(pool, number);
            return STATUS_FULL;
        }
        pool->fresh = at;
        pool->fresh_size = size;
    }
    bump_retire(pool);
    pool->chunk[number] = pool->fresh;
    pool->chunk_size[number] = POOL_CHUNK_SIZE;
    pool->fresh += POOL_CHUNK_SIZE;
    pool->fresh_size -= POOL_CHUNK_SIZE;
    pool->bump = number << POOL_CHUNK_BITS;
    pool->bump_left = POOL_CHUNK_SIZE / POOL_UNIT;
    if (number == 0) { /* reference 0 means "no block" */
        pool->bump++;
        pool->bump_left--;
    }
    return STATUS_OK;
}

enum status pool_take(struct pool *pool, unsigned class, uint32_t *out)
{
    must(class < POOL_CLASSES_COUNT);
    uint32_t block = pool->free[class];
    if (block != 0) {
        memcpy(&pool->free[class], pool_at(pool, block), sizeof(uint32_t));
        *out = block;
        return STATUS_OK;
    }
    size_t size = pool_class_size(class);
    if (pool->bump_left == 0)
        TRY(bump_refill(pool));
    if (size >= BIG_SIZE)
        return big_take(pool, size, out);
    uint32_t units = (uint32_t)(size / POOL_UNIT);
    if (pool->bump_left < units)
        TRY(bump_refill(pool));
    *out = pool->bump;
    pool->bump += units;
    pool->bump_left -= units;
    return STATUS_OK;
}

void pool_give_back(struct pool *pool, unsigned class, uint32_t block)
{
    must(block != 0);
    size_t size = pool_class_size(class);
    if (size >= BIG_SIZE) {
        uint32_t number = block >> POOL_CHUNK_BITS;
        must(pool->chunk_size[number] == size);
        budget_pages_give_back(pool->budget, pool->chunk[number], size);
        chunk_forget(pool, number);
        return;
    }
    memcpy(pool_at(pool, block), &pool->free[class], sizeof(uint32_t));
    pool->free[class] = block;
}
