/* desk_inside.h -- how a desk remembers: an open table of seats. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"

/* What is remembered of one subject.  A seat whose subject is unknown is free. */
struct seat {
    ident subject;
    moment last;
    uint32_t merged;
    uint8_t label;
    uint8_t grade;
};

struct alert_desk {
    const struct rule_set *set;
    struct alert_sink sink;
    struct digest image;
    size_t memory_max;
    struct seat *seat;
    size_t seats_count; /* a power of two */
    size_t seats_taken;
    struct alert_counts counts;
};

/* Where in the table a seat belongs: the higher, the farther back. */
uint64_t seat_hash(unsigned label, ident subject);
/* The seat of a subject, or the free one where it would sit. */
struct seat *seat_find(struct seat *seats, size_t count, enum label label, ident subject);
/* Makes sure that so many more subjects fit below three quarters.  STATUS_FULL. */
enum status desk_grow(struct alert_desk *desk, uint64_t more);
