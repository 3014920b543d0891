/* spellings.h -- how a name was written, when the record that wrote it is gone.
 *
 * An ident of digits prints from its bits.  Of other names the spelling is kept only where a rule
 * may show it later: fields that `first`, `last` or the first step of a sequence give. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/window/pool.h"
#include "ground/order.h"
#include "record/record.h"

struct spelling_slot {
    uint64_t name;
    uint32_t block;
    uint32_t last; /* coarse time at which it was last written */
};

struct spellings {
    struct budget *budget;
    struct pool pool;
    struct spelling_slot *slot;
    uint64_t slots_count;
    uint64_t count;
    uint64_t swept;
};

enum status spellings_init(struct spellings *spellings, struct budget *budget);
void spellings_release(struct spellings *spellings);
/* STATUS_FULL. */
enum status spellings_keep(struct spellings *spellings, ident name, struct slice spelling,
                           moment at);
/* Places in the table for so many more names.  STATUS_FULL. */
enum status spellings_reserve(struct spellings *spellings, uint64_t more);
/* Empty: not kept.  Lent until the next call that is not this one. */
struct slice spellings_find(const struct spellings *spellings, ident name);
size_t spellings_growth_max(const struct spellings *spellings, uint32_t more);
/* Visits the next slots and forgets what was last written before that time. */
void spellings_sweep(struct spellings *spellings, uint32_t slots, moment past);
/* Forgets a name that is kept. */
void spellings_drop(struct spellings *spellings, ident name);
/* All slots, in an order that depends on what is in them alone; key is the name. */
struct order_table spellings_order(const struct spellings *spellings);
/* Time as coarse as `last`, and the latest moment that is so. */
uint32_t spellings_coarse(moment at);
moment spellings_moment(uint32_t last);
