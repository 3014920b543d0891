/* suspect.c -- the table of `suspect`, and counting attributes that overlap. */
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

struct counted {
    int field;
    const char *value;
    size_t at; /* in struct suspect_counts */
};

enum status case_count_suspects(struct work *work, struct store *reader, const struct identity *by,
                                struct suspect_counts *out)
{
#define COUNTED(field, value, name)                                 \
    {                                                               \
        FIELD_##field, value, offsetof(struct suspect_counts, name) \
    }
    static const struct counted ALL[] = {
        COUNTED(handed_over, "true", handed_over), COUNTED(fugitive, "true", fugitive),
        COUNTED(wanted, "true", wanted),           COUNTED(prosecuted, "true", prosecuted),
        COUNTED(role, "financier", financier),     COUNTED(role, "organiser", organiser),
        COUNTED(role, "backbone", backbone),       COUNTED(role, "member", member),
        COUNTED(role, "accessory", accessory),
    };
#undef COUNTED
    struct suspect_counts counts = {0};
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        uint64_t *to = (uint64_t *)(void *)((char *)&counts + ALL[i].at);
        TRY(work_count_value(work, reader, &SUSPECT_KIND, ALL[i].field, slice_of(ALL[i].value), by,
                             to));
    }
    *out = counts;
    return STATUS_OK;
}
