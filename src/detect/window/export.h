/* export.h -- the memory of a profile as bytes that say what is remembered, not how it lies.
 *
 *   entity   key u64 | events varint | fallen varint | event event …         key 0: no more
 *   fallen   0: nobody can see that events fell off; else 1 + how long before the newest time
 *   event    time varint | flags varint | position signed | value u64 …
 *
 * Entities come in the order of window_hash, events in their own.  The time of the first event is
 * how long it lies before the newest time, of the others how long behind the one before; a position
 * is told from the one before.  Only values that one of the event's flags gives a meaning are
 * there; the rest is whatever lay in the batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/window.h"
#include "ground/dump.h"

/* A set of the values of an event. */
struct window_values {
    uint64_t word[WINDOW_VALUES_MAX / 64];
};

/* Which values of an event mean something, by its flags. */
struct window_form {
    uint8_t bits_count;
    uint8_t values_count;
    struct window_values values[WINDOW_BITS_MAX];
    struct window_values names[WINDOW_BITS_MAX]; /* of these; not known of a form from a dump */
};

/* What the features of the plan read; whoever reads more of an event adds it. */
struct window_form window_form_of(const struct window_plan *plan);
static inline void window_form_add(struct window_form *form, unsigned bit, unsigned value,
                                   bool name)
{
    form->values[bit].word[value / 64] |= (uint64_t)1 << value % 64;
    form->names[bit].word[value / 64] |= (uint64_t)name << value % 64;
}
bool window_form_equal(const struct window_form *a, const struct window_form *b);
void window_form_export(const struct window_form *form, struct dump *dump);
enum status window_form_import(struct window_form *out, struct undump *undump);

/* All entities of the shards of one profile, without what nobody can see from `newest_ms` on.
 * Shards do not share keys. */
void window_export(const struct window *const *shard, unsigned shards_count,
                   const struct window_form *form, int64_t newest_ms, struct dump *dump);

/* Entities one after another into the windows to which their keys fall. */
struct window_intake {
    const struct window_form *form;
    int64_t newest_ms;
    uint64_t hash_before; /* of the entity before: they come in order */
    uint64_t key;         /* of the entity in hand; 0: there are no more */
    uint64_t hash;
    uint64_t value[WINDOW_VALUES_MAX];
    const uint64_t *column[WINDOW_VALUES_MAX];
};

/* The form is lent. */
void window_intake_init(struct window_intake *intake, const struct window_form *form,
                        int64_t newest_ms);
/* The next key and its hash.  STATUS_MALFORMED. */
enum status window_intake_next(struct window_intake *intake, struct undump *undump);
/* Its events, into a window that does not have the entity yet, or past them (NULL).
 * STATUS_MALFORMED; STATUS_FULL. */
enum status window_intake_take(struct window_intake *intake, struct undump *undump,
                               struct window *window);
/* Forgets everybody. */
void window_empty(struct window *window);
