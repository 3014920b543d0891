/* row.h -- from the columns of a row to a record: the plan of one file, carried out for each row.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "value.h"

enum { COLUMN_NONE = -1, ORIGINS_MAX = 4 };

/* A value of the file and the word that it stands for. */
struct translation {
    struct slice from, to;
};

/* Where a field's value comes from, and how it is spelled there. */
struct origin {
    int column;        /* index in the row; NONE: the constant */
    int column_second; /* joined behind the first, a blank between; NONE */
    struct slice constant;
    unsigned words_count;
    const struct translation *words; /* to of size 0: means "unknown" */
    struct slice otherwise; /* for values that are in no translation; at NULL: as they are */
    bool plain;             /* the only origin, and the column as it stands */
    bool spelled;           /* `spelling` is not canonical */
    struct spelling spelling;
};

struct step {
    unsigned field;
    unsigned origins_count;
    const struct origin *origins; /* the first that gives a value is taken */
};

/* A row is passed over where the column has one of the values. */
struct skip {
    int column;
    bool others; /* passed over where it has none of them */
    unsigned values_count;
    const struct slice *values;
};

struct plan {
    enum record_kind kind;
    uint32_t must; /* bit i: field i */
    unsigned steps_count;
    unsigned skips_count;
    const struct skip *skips;
    struct step steps[RECORD_FIELDS_MAX];
};

/* The plan in which field i of the kind is column `columns[i]`, canonically spelled.  Memory from
 * the arena. */
enum status plan_canonical(struct plan *plan, enum record_kind kind, const int *columns,
                           struct arena *arena);
/* Orders the steps so that what decides about others comes first, and finds `must`. */
void plan_finish(struct plan *plan);
bool plan_skips(const struct plan *plan, const struct slice *columns);
/* Makes the record of the row, all but its position.  MALFORMED: desk->reason, desk->value, and the
 * field in `*field`, the column of the row in `*column` (NONE: none). */
enum status row_take(const struct plan *plan, const struct slice *columns, struct desk *desk,
                     unsigned *field, int *column);
