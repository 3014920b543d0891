/* calendar.c -- what will arrive, by the minute.
 *
 * Life is made person by person, but records arrive by time.  Sorting a day of a million people at
 * its end would want the day twice; here everything made is thrown into the minute in which it will
 * arrive, and a minute is sorted alone, when all that can fall into it has been made.
 *
 *     minute 0     minute 1     minute 2 …               one row for each kind
 *     [chunk]      [chunk]      [chunk]                   newest chunk first; 15 happenings in each
 *        |            |
 *     [chunk]      [chunk]                                a closed minute gives its chunks back
 *
 * Invariants:  1. Within a minute and kind, order is by offset, then by the order of adding.
 *              2. Nothing is added to a closed minute.
 *              3. A chunk is in one list: of a minute, or of the free ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

enum {
    CHUNK_ROOM = 15,
    BLOCK_SIZE = 4 << 20,
    MINUTE_HAPPENINGS_MAX = 1 << 22, /* 5 million people do not make more in a minute */
};

struct chunk {
    struct chunk *older;
    uint64_t count;
    uint64_t spare[6];
    struct happening at[CHUNK_ROOM];
};
static_assert(sizeof(struct chunk) == 1024);

struct block {
    struct block *older;
};

struct slot {
    struct chunk *newest;
    uint32_t count;
};

struct calendar {
    struct slot *slots[HAPPENING_KINDS_COUNT];
    uint32_t minutes;
    uint32_t closed;
    struct block *blocks;
    struct chunk *free;
    unsigned char *fresh; /* of the newest block, from here on unused */
    size_t fresh_size;
    uint64_t *keys, *keys_other; /* offset << 32 | number, to be sorted */
    const struct happening **found;
    uint32_t keys_max;
    bool full;
};

enum status calendar_create(struct calendar **out, uint32_t minutes, struct arena *boot)
{
    struct calendar *calendar = NULL;
    TRY(ARENA_NEW(boot, 1, &calendar));
    for (int kind = 0; kind < HAPPENING_KINDS_COUNT; kind++)
        TRY(ARENA_NEW(boot, minutes, &calendar->slots[kind]));
    calendar->minutes = minutes;
    *out = calendar;
    return STATUS_OK;
}

static void keys_give_back(struct calendar *calendar)
{
    pages_give_back(calendar->keys, calendar->keys_max * sizeof *calendar->keys);
    pages_give_back(calendar->keys_other, calendar->keys_max * sizeof *calendar->keys_other);
    pages_give_back(calendar->found, calendar->keys_max * sizeof *calendar->found);
    calendar->keys = calendar->keys_other = NULL;
    calendar->found = NULL;
    calendar->keys_max = 0;
}

void calendar_destroy(struct calendar *calendar)
{
    if (calendar == NULL)
        return;
    for (struct block *block = calendar->blocks; block != NULL;) {
        struct block *older = block->older;
        pages_give_back(block, BLOCK_SIZE);
        block = older;
    }
    keys_give_back(calendar);
}

bool calendar_full(const struct calendar *calendar)
{
    return calendar->full;
}

static struct chunk *chunk_take(struct calendar *calendar)
{
    if (calendar->free != NULL) {
        struct chunk *chunk = calendar->free;
        calendar->free = chunk->older;
        return chunk;
    }
    if (calendar->fresh_size < sizeof(struct chunk)) {
        void *pages = NULL;
        if (pages_take(BLOCK_SIZE, &pages) != STATUS_OK) {
            calendar->full = true;
            return NULL;
        }
        struct block *block = pages;
        block->older = calendar->blocks;
        calendar->blocks = block;
        calendar->fresh =
            (unsigned char *)pages + sizeof(struct chunk); /* the first holds the list */
        calendar->fresh_size = BLOCK_SIZE - sizeof(struct chunk);
    }
    struct chunk *chunk = (struct chunk *)(void *)calendar->fresh;
    calendar->fresh += sizeof *chunk;
    calendar->fresh_size -= sizeof *chunk;
    return chunk;
}

struct happening *calendar_add(struct calendar *calendar, enum happening_kind kind, uint32_t minute)
{
    must(minute < calendar->minutes);
    must(minute >= calendar->closed);
    struct slot *slot = &calendar->slots[kind][minute];
    struct chunk *chunk = slot->newest;
    if (chunk == NULL || chunk->count == CHUNK_ROOM) {
        if (slot->count >= MINUTE_HAPPENINGS_MAX) {
            calendar->full = true;
            return NULL;
        }
        chunk = chunk_take(calendar);
        if (chunk == NULL)
            return NULL;
        chunk->older = slot->newest;
        chunk->count = 0;
        slot->newest = chunk;
    }
    slot->count++;
    return &chunk->at[chunk->count++];
}

static enum status keys_room(struct calendar *calendar, uint32_t count)
{
    if (count <= calendar->keys_max)
        return STATUS_OK;
    keys_give_back(calendar);
    uint32_t room = 4096;
    while (room < count)
        room *= 2;
    void *keys = NULL, *other = NULL, *found = NULL;
    enum status status = pages_take(room * sizeof *calendar->keys, &keys);
    if (status == STATUS_OK)
        status = pages_take(room * sizeof *calendar->keys, &other);
    if (status == STATUS_OK)
        status = pages_take(room * sizeof *calendar->found, &found);
    calendar->keys = keys;
    calendar->keys_other = other;
    calendar->found = found;
    calendar->keys_max = room;
    return status;
}

/* One pass of a stable radix sort by eight bits. */
static void sort_pass(const uint64_t *from, uint64_t *to, uint32_t count, unsigned shift)
{
    uint32_t starts[257] = {0};
    for (uint32_t i = 0; i < count; i++)
        starts[(from[i] >> shift & 255) + 1]++;
    for (uint32_t i = 0; i < 256; i++)
        starts[i + 1] += starts[i];
    for (uint32_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & 255]++] = from[i];
}

static enum status slot_hand_over(struct calendar *calendar, enum happening_kind kind,
                                  uint32_t minute, struct happening_sink sink)
{
    struct slot *slot = &calendar->slots[kind][minute];
    uint32_t count = slot->count;
    if (count == 0)
        return STATUS_OK;
    TRY(keys_room(calendar, count));
    uint32_t number = count;
    for (struct chunk *chunk = slot->newest; chunk != NULL; chunk = chunk->older) {
        for (uint64_t i = chunk->count; i > 0; i--) {
            number--;
            calendar->found[number] = &chunk->at[i - 1];
            calendar->keys[number] = (uint64_t)chunk->at[i - 1].offset_ms << 32 | number;
        }
    }
    must(number == 0);
    sort_pass(calendar->keys, calendar->keys_other, count, 32);
    sort_pass(calendar->keys_other, calendar->keys, count, 40);
    for (uint32_t i = 0; i < count; i++)
        TRY(sink.take(sink.self, kind, calendar->found[calendar->keys[i] & UINT32_MAX]));
    for (struct chunk *chunk = slot->newest; chunk != NULL;) {
        struct chunk *older = chunk->older;
        chunk->older = calendar->free;
        calendar->free = chunk;
        chunk = older;
    }
    *slot = (struct slot){0};
    return STATUS_OK;
}

enum status calendar_close_minute(struct calendar *calendar, uint32_t minute,
                                  struct happening_sink sink)
{
    must(minute == calendar->closed);
    calendar->closed++;
    for (int kind = 0; kind < HAPPENING_KINDS_COUNT; kind++)
        TRY(slot_hand_over(calendar, (enum happening_kind)kind, minute, sink));
    return STATUS_OK;
}
