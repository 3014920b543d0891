/* penalty_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/penalty/penalty.h"
#include "law/fine.h"

/* ---- terms.c: what the pack in force says of days ---- */

/* NULL: none that says what this room does. */
const struct law_pack *penalty_pack(const struct penalty_desk *desk);
law_date penalty_today(const struct penalty_desk *desk);
enum status penalty_ask_ends(const struct penalty_desk *desk, moment noticed, moment *end);
enum status penalty_call_ends(const struct penalty_desk *desk, moment called, moment *end);
enum status penalty_decide_ends(const struct penalty_desk *desk, moment filed, moment *end);
/* The last day on which an act of that day could be discovered. */
enum status penalty_limit(const struct penalty_desk *desk, law_date act, bool safety,
                          law_date *last);

/* ---- weigh.c: what may be decided, without an item ---- */

struct penalty_measure {
    struct slice act, grade; /* words of the pack */
    bool person, warning;
    enum law_code organ; /* who decides: police, regulator; LAW_CODES_COUNT: not looked at */
    int64_t gains_fen, fine_fen, confiscated_fen, detention_days;
    bool fine_said;
};
enum penalty_flaw {
    PENALTY_FITS,
    PENALTY_NO_LINE, /* no such act and grade */
    PENALTY_ORGAN,
    PENALTY_FINE,
    PENALTY_CONFISCATED,
    PENALTY_DETENTION
};
/* `*row`: the line; `says`: the range in both tongues, if there is a line. */
enum penalty_flaw penalty_weigh(const struct law_pack *pack, const struct penalty_measure *measure,
                                const struct law_fine_row **row, struct text says[TONGUES_COUNT]);

struct penalty_person {
    law_date born; /* LAW_DATE_NONE: unknown */
    law_date act, today;
    bool first_time, nursing;
};
/* Whether the law spares the person from detention; `*why`, and whether the pack leaves open who is
 * spared.  STATUS_ABSENT: nobody knows how old; STATUS_REFUSED: younger than anybody who is
 * detained. */
enum status penalty_spares(const struct law_pack *pack, const struct penalty_person *person,
                           bool *spared, enum law_code *why, bool *open);
/* Whole years on that day. */
int penalty_age(law_date born, law_date on);
