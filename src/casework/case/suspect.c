/* suspect.c -- the table of `suspect`, whose attributes overlap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/case/case_inside.h"

#define WORK_TABLE "casework/case/suspect.inc"
#include "casework/work/table.inc"

const struct work_kind SUSPECT_KIND = {
    .name = "suspect",
    .says = SAYING("suspect", "犯罪嫌疑人"),
    WORK_KIND_ARRAYS,
    .first_must = F(about),
    .first_may = F(name) | F(document) | F(phone) | F(account) | F(role) | F(charge),
    .creators = DESK,
    .lease_ms = CASE_LEASE_MS,
};
