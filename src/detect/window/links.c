/* links.c -- chains of equal values through the events of an entity.
 *
 *   place    0 1 2 3 4 5          value   a b a - b a       (- : does not count)
 *   back     0 0 2 . 3 3          last    a: 5   b: 4
 *   ahead    2 3 3 . 0 0
 *
 * Invariants:  1. A chain holds all counted events with its value from start to end, in order.
 *              2. `last` holds the last place of each chain, found by hash of the value, with
 *                 linear probing; a gap is closed when an entry goes.
 *              3. Distances, not places: what moves together needs no change.
 * Not chosen:  a table of values with counts per span.  It is four times as large, and each event
 *              would enter and leave every one of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window/links.h"

#include "detect/window/window_inside.h"
#include "ground/status.h"

static const uint64_t *event_of(const struct links *links, uint32_t place)
{
    return links->events + (size_t)place * links->stride;
}

static bool counts(const struct links *links, uint32_t place)
{
    return (event_of(links, place)[links->flags_at] >> links->bit & 1u) != 0;
}

static uint64_t value_of(const struct links *links, uint32_t place)
{
    return event_of(links, place)[links->value_at];
}

static uint32_t home_of(const struct links *links, uint64_t value)
{
    return (uint32_t)hash_place(window_hash(value), links->slots);
}

static uint32_t step(const struct links *links, uint32_t slot)
{
    return slot + 1 == links->slots ? 0 : slot + 1;
}

/* The slot of the value's chain, or the empty one where it belongs. */
static uint32_t slot_of_value(const struct links *links, uint64_t value)
{
    uint32_t slot = home_of(links, value);
    while (links->last[slot] != 0 && value_of(links, links->last[slot] - 1u) != value)
        slot = step(links, slot);
    return slot;
}

/* The slot that says `last`, of a chain with that value. */
static uint32_t slot_of_last(const struct links *links, uint64_t value, uint32_t last)
{
    uint32_t slot = home_of(links, value);
    while (links->last[slot] != last) {
        must(links->last[slot] != 0); /* every chain has its last event here */
        slot = step(links, slot);
    }
    return slot;
}

static void slot_empty(struct links *links, uint32_t gap)
{
    uint32_t at = gap;
    links->last[gap] = 0;
    for (;;) {
        at = step(links, at);
        if (links->last[at] == 0)
            return;
        uint32_t home = home_of(links, value_of(links, links->last[at] - 1u));
        bool stays = gap < at ? home > gap && home <= at : home > gap || home <= at;
        if (stays)
            continue;
        links->last[gap] = links->last[at];
        links->last[at] = 0;
        gap = at;
    }
}

void links_wipe(struct links *links)
{
    memset(links->last, 0, links->slots * sizeof *links->last);
}

void links_append(struct links *links, uint32_t place)
{
    links->back[place] = 0;
    links->ahead[place] = 0;
    if (!counts(links, place))
        return;
    uint32_t slot = slot_of_value(links, value_of(links, place));
    if (links->last[slot] != 0) {
        uint32_t before = links->last[slot] - 1u;
        links->back[place] = links->ahead[before] = (uint16_t)(place - before);
    }
    links->last[slot] = (uint16_t)(place + 1);
}

/* What reaches over the new place reaches one farther. */
static void links_widen(struct links *links, uint32_t place, uint32_t end)
{
    size_t moved = (end - 1 - place) * sizeof *links->back;
    memmove(links->back + place + 1, links->back + place, moved);
    memmove(links->ahead + place + 1, links->ahead + place, moved);
    for (uint32_t i = end - 1; i > place; i--) { /* backward, so that no two say the same last */
        if (!counts(links, i))
            continue;
        if (links->back[i] > i - 1 - place) { /* it stands before the new place */
            links->back[i]++;
            links->ahead[i - links->back[i]]++;
        }
        if (links->ahead[i] == 0)
            links->last[slot_of_last(links, value_of(links, i), i)] = (uint16_t)(i + 1);
    }
}

void links_insert(struct links *links, uint32_t place, uint32_t end)
{
    links_widen(links, place, end);
    links->back[place] = 0;
    links->ahead[place] = 0;
    if (!counts(links, place))
        return;
    uint32_t slot = slot_of_value(links, value_of(links, place));
    if (links->last[slot] <= place) { /* nothing with the value behind it */
        links_append(links, place);
        return;
    }
    uint32_t after = links->last[slot] - 1u;
    while (links->back[after] != 0 && after - links->back[after] > place)
        after -= links->back[after];
    if (links->back[after] != 0) {
        uint32_t before = after - links->back[after];
        links->back[place] = links->ahead[before] = (uint16_t)(place - before);
    }
    links->ahead[place] = links->back[after] = (uint16_t)(after - place);
}

void links_take_back(struct links *links, uint32_t place)
{
    if (!counts(links, place))
        return;
    uint32_t slot = slot_of_last(links, value_of(links, place), place + 1);
    uint32_t back = links->back[place];
    if (back == 0) {
        slot_empty(links, slot);
        return;
    }
    links->ahead[place - back] = 0;
    links->last[slot] = (uint16_t)(place - back + 1);
}

void links_drop(struct links *links, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++) {
        if (!counts(links, i))
            continue;
        if (links->ahead[i] != 0)
            links->back[i + links->ahead[i]] = 0;
        else
            slot_empty(links, slot_of_last(links, value_of(links, i), i + 1));
    }
}

/* `ahead` of what was forgotten still says where the next one stands. */
void links_recall(struct links *links, uint32_t place)
{
    if (!counts(links, place))
        return;
    uint16_t ahead = links->ahead[place];
    links->back[place] = 0;
    if (ahead != 0)
        links->back[place + ahead] = ahead;
    else
        links->last[slot_of_value(links, value_of(links, place))] = (uint16_t)(place + 1);
}

void links_move(const struct links *from, struct links *to, uint32_t start, uint32_t end,
                uint32_t shift)
{
    size_t size = (end - start) * sizeof *to->back;
    memmove(to->back + start - shift, from->back + start, size);
    memmove(to->ahead + start - shift, from->ahead + start, size);
    links_wipe(to);
    for (uint32_t i = start - shift; i < end - shift; i++)
        if (to->ahead[i] == 0 && counts(to, i))
            to->last[slot_of_value(to, value_of(to, i))] = (uint16_t)(i + 1);
}
