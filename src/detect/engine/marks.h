/* marks.h -- what rules have said about a name, for a while. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/order.h"
#include "detect/window/pool.h"
#include "record/record.h"

/* One name with one label, and its latest marks. */
struct mark_slot {
    uint64_t name; /* 0: empty */
    uint32_t tag;
    uint32_t block;
};

struct marks {
    struct budget *budget;
    struct pool pool;
    struct mark_slot *slot;
    uint64_t slots_count;
    uint64_t count;
    uint64_t swept;
};

struct mark {
    int64_t set_ms;   /* in force after this … */
    int64_t until_ms; /* … up to and with this */
    double weight;
};

enum status marks_init(struct marks *marks, struct budget *budget);
void marks_release(struct marks *marks);
/* The latest set of those in force at that time; NULL: none. */
const struct mark *marks_find(const struct marks *marks, ident name, uint32_t tag, int64_t at_ms);
/* STATUS_FULL: nothing was marked. */
enum status marks_add(struct marks *marks, ident name, uint32_t tag, struct mark mark);
/* Places in the table for so many more names.  STATUS_FULL. */
enum status marks_reserve(struct marks *marks, uint64_t more);
/* Bytes that so many more can take at most. */
size_t marks_growth_max(const struct marks *marks, uint32_t more);
/* Visits the next slots and forgets names whose marks have all ended before that time. */
void marks_sweep(struct marks *marks, uint32_t slots, int64_t past_ms);
/* All slots, in an order that depends on what is in them alone; key and tag are name and tag. */
struct order_table marks_order(const struct marks *marks);
/* The marks of a slot, in the order in which they were set; how many. */
unsigned marks_of_slot(const struct marks *marks, uint64_t place,
                       struct mark out[MARKS_REMEMBERED_MAX]);
