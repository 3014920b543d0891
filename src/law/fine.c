/* fine.c -- the range of a fine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/fine.h"

const struct law_fine_row *law_fine_row_find(const struct law_pack *pack, enum law_act act,
                                             enum law_grade grade)
{
    for (uint32_t i = 0; i < pack->fines_count; i++)
        if (pack->fines[i].act == act && pack->fines[i].grade == grade)
            return &pack->fines[i];
    return NULL;
}

enum status law_fine_of(const struct law_pack *pack, enum law_act act, enum law_grade grade,
                        int64_t gains_fen, struct law_fine *out)
{
    must(gains_fen >= 0);
    const struct law_fine_row *row = law_fine_row_find(pack, act, grade);
    if (row == NULL)
        return STATUS_ABSENT;
    struct law_fine fine = {.row = row, .confiscated_fen = row->confiscates ? gains_fen : 0};
    if (!row->by_gains) {
        fine.least_fen = row->fine_least;
        fine.most_fen = row->fine_most;
    } else if (gains_fen > 0 && gains_fen >= row->gains_limit) {
        if (gains_fen > INT64_MAX / row->times_most)
            return STATUS_FULL;
        fine.least_fen = gains_fen * row->times_least;
        fine.most_fen = gains_fen * row->times_most;
    } else {
        fine.most_fen = row->cap;
    }
    *out = fine;
    return STATUS_OK;
}
