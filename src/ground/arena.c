/* arena.c -- a list of chunks, filled from the front.
 *
 * Invariants:  1. Every address given out is a multiple of 16 and its bytes are zero.
 *              2. used <= size_max, always; a take that would pass it changes nothing.
 *              3. After a reset the arena takes as much as before without asking the system again.
 * Not chosen:  freeing single objects.  A lifetime that needs it is the wrong lifetime. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct chunk {
    struct chunk *next;
    size_t size;
    size_t used;
    _Alignas(16) unsigned char bytes[];
};

struct arena {
    struct chunk *first;
    struct chunk *current;
    size_t size_max;
    size_t used;
    uint64_t fail_at;
    bool starved;
};

enum { CHUNK_SIZE_MIN = 64 * 1024 };

static bool (*_Atomic seam)(void);

static bool seam_fails(void)
{
    bool (*fails)(void) = atomic_load_explicit(&seam, memory_order_relaxed);
    return fails != NULL && fails();
}

void arena_seam(bool (*fails)(void))
{
    atomic_store(&seam, fails);
}

enum status arena_create(struct arena **out, size_t size_max)
{
    struct arena *arena = seam_fails() ? NULL : calloc(1, sizeof *arena);
    if (arena == NULL)
        return STATUS_FULL;
    arena->size_max = size_max;
    *out = arena;
    return STATUS_OK;
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct chunk *chunk = arena->first; chunk != NULL;) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    for (struct chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next)
        chunk->used = 0;
    arena->current = arena->first;
    arena->used = 0;
    arena->starved = false;
}

/* The next chunk with room for `size` bytes: a kept one if it is large enough, else a new one. */
static struct chunk *chunk_with_room(struct arena *arena, size_t size)
{
    struct chunk *last = arena->current;
    for (struct chunk *chunk = last; chunk != NULL; chunk = chunk->next) {
        if (chunk->size - chunk->used >= size)
            return chunk;
        last = chunk;
    }
    size_t bytes = size > CHUNK_SIZE_MIN ? size : CHUNK_SIZE_MIN;
    struct chunk *fresh = malloc(sizeof *fresh + bytes);
    if (fresh == NULL)
        return NULL;
    fresh->next = NULL;
    fresh->size = bytes;
    fresh->used = 0;
    if (last == NULL)
        arena->first = fresh;
    else
        last->next = fresh;
    return fresh;
}

enum status arena_take(struct arena *arena, size_t size, void **out)
{
    if (seam_fails() || (arena->fail_at != 0 && --arena->fail_at == 0)) {
        arena->starved = true;
        return STATUS_FULL;
    }
    if (size > SIZE_MAX - 15)
        return STATUS_FULL;
    size = (size + 15) & ~(size_t)15;
    if (size > arena->size_max - arena->used)
        return STATUS_FULL;
    struct chunk *chunk = chunk_with_room(arena, size);
    if (chunk == NULL) {
        arena->starved = true;
        return STATUS_FULL;
    }
    arena->current = chunk;
    *out = chunk->bytes + chunk->used;
    memset(*out, 0, size);
    chunk->used += size;
    arena->used += size;
    return STATUS_OK;
}

bool arena_was_starved(struct arena *arena)
{
    bool starved = arena->starved;
    arena->starved = false;
    return starved;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void arena_fail_at(struct arena *arena, uint64_t n)
{
    arena->fail_at = n;
}

static _Thread_local bool heap_starved;

void *heap_take(size_t size)
{
    void *at = seam_fails() ? NULL : malloc(size);
    heap_starved = heap_starved || at == NULL;
    return at;
}

void heap_give_back(void *at)
{
    free(at);
}

bool heap_was_starved(void)
{
    bool starved = heap_starved;
    heap_starved = false;
    return starved;
}

enum status pages_take(size_t size, void **out)
{
    if (seam_fails())
        return STATUS_FULL;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return STATUS_FULL;
    (void)madvise(at, size, MADV_HUGEPAGE); /* a wish: without it the table is only slower */
    *out = at;
    return STATUS_OK;
}

void pages_unshare(void *at, size_t size)
{
    (void)madvise(at, size, MADV_DONTFORK);
}

void pages_give_back(void *at, size_t size)
{
    if (at != NULL)
        must(munmap(at, size) == 0);
}
