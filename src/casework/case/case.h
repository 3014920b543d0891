/* case.h -- cases, the people in them, and batches of suspects handed over.
 *
 *     case ─┬─ part_of ── victim, victim …      each with loss and what was given back
 *           ├─ part_of ── suspect, suspect …    role and attributes that may overlap
 *           └─ links to leads, dissuasions, site tasks, stop orders
 *     handover ── suspects on its list, counted against its own number
 *
 * Penalties join later.  Everything is found by any identifier that the role may see, through the
 * machine's search. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"

extern const struct work_kind CASE_KIND, VICTIM_KIND, SUSPECT_KIND, HANDOVER_KIND;

struct casebook {
    struct work *work; /* set when it is open */
    /* NULL, or whether a case may end: something may still rest on its being filed.
     * STATUS_REFUSED: not yet. */
    enum status (*may_end)(void *self, const struct work_item *item);
    void *self;
};

/* The plugs of the room, CASEBOOK_PLUGS of them, over `casebook`, which lives as long as the work.
 * */
enum { CASEBOOK_PLUGS = 4 };
void casebook_plugs(struct casebook *casebook, struct work_plug out[CASEBOOK_PLUGS]);

/* The case, if the organisation has a seat in it, as that organisation sees it.  STATUS_ABSENT:
 * none; STATUS_REFUSED: it is not filed.  With `later` one that was filed, and is solved or handed
 * on by now, will do as well. */
enum status case_filed(struct work *work, struct store *reader, struct slice id,
                       struct slice organisation, bool later, struct arena *request,
                       struct work_item *out);
