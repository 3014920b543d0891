/* victim.c -- the table of `victim`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case_inside.h"

#define WORK_TABLE "casework/case/victim.inc"
#include "casework/work/table.inc"

const struct work_kind VICTIM_KIND = {
    .name = "victim",
    .says = SAYING("victim", "被害人"),
    WORK_KIND_ARRAYS,
    .first_must = F(about),
    .first_may = F(name) | F(document) | F(phone) | F(account) | F(loss) | F(paid_at),
    .creators = DESK,
    .lease_ms = CASE_LEASE_MS,
};
