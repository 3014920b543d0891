/* links.h -- which events of an entity hold the same value: per event the distance to the one
 * before and to the one behind.
 *
 * With them it costs no look at a table to know whether an event is the only one with its value in
 * a stretch, and every feature over the same value, whatever its span, uses the same links. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The links of one flag and value in one entity.  Lent: they lie in the entity's state. */
struct links {
    uint16_t *back;  /* per place: how far before it the value stands; 0: nowhere */
    uint16_t *ahead; /* and how far behind it */
    uint16_t *last;  /* per slot: one more than the last place of a chain; 0: empty */
    uint32_t slots;
    const uint64_t *events;
    uint32_t stride; /* words of an event, and which of them hold what */
    uint32_t flags_at;
    uint32_t value_at;
    uint32_t bit;
};

/* Bytes of the three arrays. */
static inline size_t links_size(uint32_t capacity, uint32_t slots)
{
    return (2 * (size_t)capacity + slots) * sizeof(uint16_t);
}

/* Fresh memory: no chains. */
void links_wipe(struct links *links);
/* The event at `place` is behind all others. */
void links_append(struct links *links, uint32_t place);
/* The event at `place` was put there, those behind it up to `end` were moved by one. */
void links_insert(struct links *links, uint32_t place, uint32_t end);
/* The other way about: the event at `place`, behind all others, is about to be taken out. */
void links_take_back(struct links *links, uint32_t place);
/* The first events, from `start` to before `end`, are about to be forgotten. */
void links_drop(struct links *links, uint32_t start, uint32_t end);
/* The event at `place`, the last one that was forgotten, is remembered again; nothing that was
 * appended since is left. */
void links_recall(struct links *links, uint32_t place);
/* The links of `from`, whose events start … end-1 now lie `shift` places nearer the front. */
void links_move(const struct links *from, struct links *to, uint32_t start, uint32_t end,
                uint32_t shift);
