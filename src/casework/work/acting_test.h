/* acting_test.h -- acting on items of a house with texts, and saying what must have come of it; for
 * the tests of rooms above this one.
 *
 *     acting_in(house);            once it is open
 *     done(&item, "order", &ann, GIVEN({"amount", "100"}));
 *     in(&item, "ordered"); */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/house_test.h"

#define GIVEN(...) ((const struct given[]){__VA_ARGS__, {NULL, NULL}})
#define NOTHING    ((const struct given[]){{NULL, NULL}})

struct given {
    const char *field, *text;
};

enum { AT_SIZE = 48 };

void acting_in(struct house *house);
/* The moment so many days from now, and its day, as texts of AT_SIZE; eight live at once. */
const char *at(int64_t days);
const char *day(int64_t days);
/* A new item of the organisation of `by`. */
enum status make(const struct work_kind *kind, const struct identity *by, const struct given *given,
                 struct work_item *out);
/* A step; `item` is as it is afterwards.  done: it was taken.  refused: it was not, and why. */
enum status does(struct work_item *item, const char *step, const struct identity *by,
                 const struct given *given);
void done(struct work_item *item, const char *step, const struct identity *by,
          const struct given *given);
void refused(struct work_item *item, const char *step, const struct identity *by,
             const struct given *given, enum work_fault fault);
/* So many days pass. */
void waits(struct work_item *item, int64_t days);
void in(const struct work_item *item, const char *state);
void is(const struct work_item *item, const char *field, const char *text);
