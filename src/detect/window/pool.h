/* pool.h -- blocks of a few dozen bytes to a few megabytes, taken and given back all day long.
 *
 * One pool per shard holds the events of all its entities.  A block is named by a 32-bit
 * reference, so that a table slot stays small.  All pools of an engine draw on one budget. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/status.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Bytes that all memory of one engine may take together. */
struct budget {
    size_t size_max;
    _Atomic size_t used;
};

/* Pages counted against the budget.  STATUS_FULL: the budget, or the system. */
enum status budget_pages_take(struct budget *budget, size_t size, void **out);
void budget_pages_give_back(struct budget *budget, void *at, size_t size);
size_t budget_left(const struct budget *budget);

enum {
    POOL_CHUNK_SIZE = 2 * 1024 * 1024, /* what small blocks are cut from: one huge page */
    POOL_UNIT = 16,                    /* alignment and grain of a reference */
    POOL_CHUNK_BITS = 17,              /* units in a chunk */
    POOL_CHUNKS_MAX = 1 << (32 - POOL_CHUNK_BITS),
    POOL_CLASSES_COUNT = 80
};

struct pool {
    struct budget *budget;
    unsigned char **chunk; /* by the upper bits of a reference; grows in pages of its own */
    size_t *chunk_size;    /* 0: the number is free */
    uint32_t chunks_count; /* numbers ever used */
    uint32_t chunk_free;   /* a number given back, or UINT32_MAX */
    unsigned char *fresh;  /* chunks not yet numbered: whole ones from here … */
    size_t fresh_size;     /* … this many bytes */
    uint32_t bump;         /* reference of the next uncut unit */
    uint32_t bump_left;    /* units behind it in its chunk */
    uint32_t free[POOL_CLASSES_COUNT]; /* first free block of a class; 0: none */
};

/* Takes its directory from the budget.  STATUS_FULL. */
enum status pool_init(struct pool *pool, struct budget *budget);
void pool_release(struct pool *pool);

/* The smallest class that holds `size` bytes; POOL_CLASSES_COUNT: there is none. */
unsigned pool_class(size_t size);
size_t pool_class_size(unsigned class);
/* Bytes of the class are not zeroed.  A reference is never 0.  STATUS_FULL. */
enum status pool_take(struct pool *pool, unsigned class, uint32_t *out);
void pool_give_back(struct pool *pool, unsigned class, uint32_t block);

static inline void *pool_at(const struct pool *pool, uint32_t block)
{
    return pool->chunk[block >> POOL_CHUNK_BITS] +
           (size_t)(block & ((1u << POOL_CHUNK_BITS) - 1)) * POOL_UNIT;
}
