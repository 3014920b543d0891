/* arena.h -- memory by lifetime.
 *
 * Nobody frees single things in this house.  A lifetime is an arena: `boot` (the process), `image`
 * (one compiled rule set), `scratch` (one batch of records), `request` (one request).  The
 * parameter's name says which.  An arena grows by chunks up to its maximum and is reset or
 * destroyed whole.  This is the only place of the house that calls malloc. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* An arena of at most `size_max` bytes.  STATUS_FULL: the system has no memory. */
enum status arena_create(struct arena **out, size_t size_max);
void arena_destroy(struct arena *arena);
/* Empty again; the chunks are kept for the next use.  Everything taken from it is gone. */
void arena_reset(struct arena *arena);
/* Zeroed bytes, aligned for any type, for the life of the arena.  STATUS_FULL: size_max reached. */
enum status arena_take(struct arena *arena, size_t size, void **out);
/* Bytes given out since the last reset. */
size_t arena_used(const struct arena *arena);
/* Whether a take failed, since this was last asked or the arena was reset, because the system has
 * no memory and not because the arena has its size: the same may be asked again later. */
bool arena_was_starved(struct arena *arena);
/* Test seam: the `n`-th take from now fails with STATUS_FULL, once; 0 turns it off. */
void arena_fail_at(struct arena *arena, uint64_t n);

/* Test seam: asked before every take, every creation of an arena, every pages_take and heap_take,
 * on whatever thread; true: it fails with STATUS_FULL.  NULL turns it off. */
void arena_seam(bool (*fails)(void));

/* Takes `count` zeroed objects of the type that `*out` points to. */
#define ARENA_NEW(arena, count, out) \
    arena_take((arena), (size_t)(count) * sizeof **(out), (void **)(out))

/* For a library that takes memory by itself: as malloc and free, but counted by the seam.
 * heap_was_starved: whether a take failed on this thread since it was last asked; a library's own
 * complaint may then be about anything. */
void *heap_take(size_t size);
void heap_give_back(void *at);
bool heap_was_starved(void);

/* Large tables that live as long as the process and want huge pages: zeroed, page-aligned memory
 * outside any arena.  pages_take gives; pages_give_back takes.  STATUS_FULL: the system has no
 * memory. */
enum status pages_take(size_t size, void **out);
void pages_give_back(void *at, size_t size);
/* A forked child is not to have them: a fork copies no tables for them.  A wish. */
void pages_unshare(void *at, size_t size);
