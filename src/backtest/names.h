/* names.h -- a table from names to what is known about them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/record.h"

struct name_seat {
    ident name; /* unknown: the seat is free */
    enum field_type type;
    void *about;
};

/* Lies where the caller puts it; its seats are pages. */
struct names {
    struct name_seat *seat;
    size_t seats_count; /* a power of two, or 0 before the first name */
    size_t taken;
    size_t memory_max;
};

/* The seat of the name; if it is new, with `about` NULL.  Lent until the next call.  STATUS_FULL.
 * */
enum status names_take(struct names *names, ident name, enum field_type type,
                       struct name_seat **out);
/* NULL: never taken. */
void *names_find(const struct names *names, ident name, enum field_type type);
void names_release(struct names *names);
