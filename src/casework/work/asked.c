/* asked.c -- what waits for a second person, as the store has it.
 *
 * One row each, also of those that were decided: nothing of them is deleted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"

enum status asking_load(struct store *store, int64_t number, const struct work_kind *kind,
                        struct arena *arena, struct asking *out)
{
    static const char FIND[] =
        "SELECT item, content, asked, expires, step, done, digest, by_user, organisation, people, "
        "sealed FROM work_asking WHERE number = ?1";
    const struct store_value value = STORE_OF_WHOLE(number);
    struct store_value at[11];
    TRY(store_one(store, FIND, &value, 1, at, 11, arena));
    *out = (struct asking){.number = number,
                           .item = at[0].whole,
                           .content = at[1].whole,
                           .asked = at[2].whole,
                           .expires = at[3].whole,
                           .step = kind == NULL ? -1 : work_step_find(kind, at[4].bytes),
                           .done = at[5].whole != 0,
                           .sealed = at[10].bytes};
    copy_id(out->digest, sizeof out->digest, at[6].bytes);
    copy_id(out->by, sizeof out->by, at[7].bytes);
    copy_id(out->organisation, sizeof out->organisation, at[8].bytes);
    copy_id(out->people, sizeof out->people, at[9].bytes);
    return kind != NULL && out->step < 0 ? STATUS_MALFORMED : STATUS_OK;
}

enum status asking_read(struct store *store, int64_t number, const struct work_kind *kind,
                        struct arena *arena, struct work_asking **out)
{
    struct asking asking;
    struct work_asking *told = NULL;
    TRY(ARENA_NEW(arena, 1, &told));
    TRY(asking_load(store, number, kind, arena, &asking));
    told->number = number;
    told->step = asking.step;
    told->done = asking.done;
    copy_id(told->by, sizeof told->by, slice_of(asking.by));
    copy_id(told->organisation, sizeof told->organisation, slice_of(asking.organisation));
    copy_id(told->digest, sizeof told->digest, slice_of(asking.digest));
    told->asked = (moment){asking.asked};
    told->expires = (moment){asking.expires};
    *out = told;
    return STATUS_OK;
}
