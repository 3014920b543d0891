/* shelf.c -- a file in no order, put in order.
 *
 *   parcel:  | next | at | position | size | the record as record/wire.h writes it |
 *   index:   | at, parcel | at, parcel | …      16 bytes each, sorted when all are there
 *
 * A record as it is worked on has 430 bytes, most of them empty; a call takes some 130 here, its
 * place in the index included.
 *
 * Invariants:  1. What is taken down is what was put, field for field, text for text.
 *              2. Records come in the order of their time; of equal times, in that of the file.
 *              3. A record without time (a register's row among events) comes before all others.
 * Not chosen:  sorting on disk.  It would want a folder for names of persons, and somebody to
 * remove it after a crash; a history too large for the memory can be sorted by its owner, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"

#include "record/wire.h"

#include <stdlib.h>

enum { ROOM_SIZE = 16384 }; /* more than the longest record: 16 texts of 512 bytes, two lists */

struct parcel {
    struct parcel *next; /* in the order of putting */
    moment at;
    uint64_t position;
    uint32_t size;
    unsigned char bytes[];
};

struct place {
    moment at;
    const struct parcel *parcel;
};

struct shelf {
    struct arena *space;
    struct parcel *first, **last;
    uint64_t count, taken;
    bool ordered; /* so far, as they were put */
    moment newest;
    struct place *index;
    unsigned char room[ROOM_SIZE]; /* where a record is written, until its size is known */
};

enum status shelf_create(struct shelf **out, struct arena *space)
{
    struct shelf *shelf;
    TRY(ARENA_NEW(space, 1, &shelf));
    shelf->space = space;
    shelf->last = &shelf->first;
    shelf->ordered = true;
    shelf->newest = MOMENT_NONE;
    *out = shelf;
    return STATUS_OK;
}

enum status shelf_put(struct shelf *shelf, const struct record *record)
{
    struct parcel *parcel;
    must(shelf->index == NULL);
    must(wire_room(record) <= sizeof shelf->room);
    size_t size = wire_encode(record, shelf->room);
    TRY(arena_take(shelf->space, sizeof *parcel + size, (void **)&parcel));
    parcel->at = record->at;
    parcel->position = record->position;
    parcel->size = (uint32_t)size;
    memcpy(parcel->bytes, shelf->room, size);
    shelf->ordered = shelf->ordered && shelf->newest.ms <= record->at.ms;
    shelf->newest = record->at;
    *shelf->last = parcel;
    shelf->last = &parcel->next;
    shelf->count++;
    return STATUS_OK;
}

/* The position of a record is that of its line, so no two are equal. */
static int compare_places(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    if (x->at.ms != y->at.ms)
        return x->at.ms < y->at.ms ? -1 : 1;
    return x->parcel->position < y->parcel->position ? -1 : 1;
}

enum status shelf_close(struct shelf *shelf)
{
    must(shelf->index == NULL);
    TRY(ARENA_NEW(shelf->space, shelf->count + 1, &shelf->index));
    uint64_t at = 0;
    for (const struct parcel *parcel = shelf->first; parcel != NULL; parcel = parcel->next)
        shelf->index[at++] = (struct place){parcel->at, parcel};
    if (!shelf->ordered)
        qsort(shelf->index, shelf->count, sizeof *shelf->index, compare_places);
    return STATUS_OK;
}

moment shelf_next_at(const struct shelf *shelf)
{
    bool more = shelf->index != NULL && shelf->taken < shelf->count;
    return more ? shelf->index[shelf->taken].at : MOMENT_NONE;
}

enum status shelf_take(struct shelf *shelf, struct record *out)
{
    if (shelf->index == NULL || shelf->taken == shelf->count)
        return STATUS_END;
    const struct parcel *parcel = shelf->index[shelf->taken].parcel;
    struct slice bytes = {(const char *)parcel->bytes, parcel->size};
    TRY(wire_decode(bytes, shelf->space, out));
    out->position = parcel->position;
    shelf->taken++;
    return STATUS_OK;
}

uint64_t shelf_count(const struct shelf *shelf)
{
    return shelf->count;
}

uint64_t shelf_taken(const struct shelf *shelf)
{
    return shelf->taken;
}
