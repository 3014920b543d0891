/* fine.h -- what an act may be fined, from the table of a penalty pack.
 *
 *   by gains:   gains >= limit -> [least x gains, most x gains]      none, or less -> [0, cap]
 *   otherwise:  [least, most]
 *
 * It says a range; a person decides within it.  "以上" and "以下" include the number. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "law/law.h"

struct law_fine {
    int64_t least_fen, most_fen;
    int64_t confiscated_fen; /* the gains, where they are confiscated */
    const struct law_fine_row *row;
};

/* The line of act and grade; NULL: the pack has none. */
const struct law_fine_row *law_fine_row_find(const struct law_pack *pack, enum law_act act,
                                             enum law_grade grade);
/* `gains_fen` 0: none are known.  STATUS_ABSENT: the pack has no such line; STATUS_FULL: more than
 * can be counted. */
enum status law_fine_of(const struct law_pack *pack, enum law_act act, enum law_grade grade,
                        int64_t gains_fen, struct law_fine *out);
