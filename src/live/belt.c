/* belt.c -- a ring of bytes with one thread at either end.
 *
 * Invariants:  1. tail <= eye <= head, and head - tail <= size.
 *              2. A piece never goes around the corner; what is left before it is passed over.
 *              3. What is between tail and head is not written to.
 * At most one corner lies between tail and head, so `bytes_max` + one piece is always enough.
 *
 * Not chosen:  reading from the journal what no longer fits in memory.  A detection that lags by
 *              more than the belt would warn too late: better that the sender is told to wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/belt.h"

enum { PIECE_HEADER = 16, ENTRY_HEADER = 4 };

static size_t round_up(size_t size)
{
    return (size + PIECE_HEADER - 1) / PIECE_HEADER * PIECE_HEADER;
}

size_t belt_bytes(const struct slice *entry, size_t count)
{
    size_t size = PIECE_HEADER;
    for (size_t i = 0; i < count; i++)
        size += ENTRY_HEADER + entry[i].size;
    return round_up(size);
}

enum status belt_init(struct belt *belt, size_t bytes_max, size_t piece_max)
{
    void *at;
    must(piece_max <= bytes_max);
    size_t size = round_up(bytes_max) + round_up(piece_max);
    TRY(pages_take(size, &at));
    *belt = (struct belt){.at = at, .size = size};
    return STATUS_OK;
}

void belt_release(struct belt *belt)
{
    if (belt->at != NULL)
        pages_give_back(belt->at, belt->size);
    *belt = (struct belt){.at = NULL};
}

static void put(unsigned char *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

void belt_lay(struct belt *belt, const struct slice *entry, size_t count, uint64_t first)
{
    must(count > 0);
    size_t size = belt_bytes(entry, count);
    uint64_t head = atomic_load_explicit(&belt->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&belt->tail, memory_order_acquire);
    size_t corner = belt->size - head % belt->size;
    size_t passed = size > corner ? corner : 0;
    must(head + passed + size - tail <= belt->size);
    if (passed > 0) /* sizes are multiples of a header, so there is room for one */
        memset(belt->at + head % belt->size, 0, PIECE_HEADER);
    head += passed;
    unsigned char *at = belt->at + head % belt->size;
    put(at, first, 8);
    put(at + 8, size, 4);
    put(at + 12, count, 4);
    at += PIECE_HEADER;
    for (size_t i = 0; i < count; i++) {
        put(at, entry[i].size, ENTRY_HEADER);
        if (entry[i].size > 0)
            memcpy(at + ENTRY_HEADER, entry[i].at, entry[i].size);
        at += ENTRY_HEADER + entry[i].size;
    }
    atomic_store_explicit(&belt->head, head + size, memory_order_release);
}

/* Takes the next piece in hand. */
static bool piece_take(struct belt *belt)
{
    uint64_t head = atomic_load_explicit(&belt->head, memory_order_acquire);
    if (belt->eye == head)
        return false;
    const unsigned char *at = belt->at + belt->eye % belt->size;
    if (get(at + 8, 4) == 0) { /* the corner */
        belt->eye += belt->size - belt->eye % belt->size;
        at = belt->at;
    }
    belt->next = get(at, 8);
    belt->left = (uint32_t)get(at + 12, 4);
    belt->entry = belt->eye + PIECE_HEADER;
    belt->piece_end = belt->eye + get(at + 8, 4);
    return true;
}

bool belt_peek(struct belt *belt, uint64_t *sequence, struct slice *entry)
{
    if (belt->left == 0 && !piece_take(belt))
        return false;
    const unsigned char *at = belt->at + belt->entry % belt->size;
    *entry = (struct slice){(const char *)at + ENTRY_HEADER, get(at, ENTRY_HEADER)};
    *sequence = belt->next;
    return true;
}

void belt_step(struct belt *belt)
{
    must(belt->left > 0);
    const unsigned char *at = belt->at + belt->entry % belt->size;
    belt->entry += ENTRY_HEADER + get(at, ENTRY_HEADER);
    belt->next++;
    if (--belt->left == 0) {
        belt->read += belt->piece_end - belt->eye;
        belt->eye = belt->piece_end;
    }
}

bool belt_is_empty(const struct belt *belt)
{
    return belt->left == 0 && belt->eye == atomic_load_explicit(&belt->head, memory_order_acquire);
}

size_t belt_give_back(struct belt *belt)
{
    size_t read = belt->read;
    belt->read = 0;
    atomic_store_explicit(&belt->tail, belt->eye, memory_order_release);
    return read;
}
