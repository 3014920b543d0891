/* shelf.h -- the records of a file that is in no order, kept until all are there, then taken down
 * in the order of time. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "record/record.h"

struct shelf;

/* An empty shelf.  `space` bounds it, and may bound several together.  STATUS_FULL. */
enum status shelf_create(struct shelf **out, struct arena *space);
/* Keeps a copy of the record, its texts included.  STATUS_FULL: the space is used up. */
enum status shelf_put(struct shelf *shelf, const struct record *record);
/* No more will be put.  STATUS_FULL: no space for the index, 16 bytes a record. */
enum status shelf_close(struct shelf *shelf);
/* The time of the record that comes next, or MOMENT_NONE. */
moment shelf_next_at(const struct shelf *shelf);
/* The next record; its texts are lent as long as the space lives.  STATUS_END; STATUS_FULL:
 * no space for the names that a report lists. */
enum status shelf_take(struct shelf *shelf, struct record *out);
/* Records kept, and of these taken down. */
uint64_t shelf_count(const struct shelf *shelf);
uint64_t shelf_taken(const struct shelf *shelf);
