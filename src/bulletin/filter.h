/* filter.h -- which alerts: a small language of conditions, as SQL and as a plain answer.
 *
 *     grade:>=high AND (typology:gateway OR 类型:mule) NOT rule:trial* time:2026-03-01..2026-03-07
 *
 *     filter    = either
 *     either    = both { ("OR" | "或") both }
 *     both      = not { ["AND" | "且" | "与"] not }
 *     not       = ("NOT" | "非") not | "(" either ")" | condition
 *     condition = field ":" (comparison value | "[" value "TO" value "]" | low ".." high | value)
 *               | word | phrase                                 title or reason holds it
 *
 * Pure: the text is never part of the SQL, only bound to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "ground/tongue.h"
#include "store/store.h"

/* clang-format off */
enum filter_fault {
#define FILTER_FAULT(name, en, zh) FILTER_##name,
#include "bulletin/filter_faults.inc"
#undef FILTER_FAULT
    FILTER_FAULTS_COUNT
};
/* clang-format on */

/* An alert as it lies in the table. */
struct alert_row {
    uint64_t number, position;
    struct slice id, image, typology, rule, subject_kind, subject, respond;
    int grade; /* 0 none .. 4 extreme */
    double score;
    moment time;
    bool first, shadow;
    struct slice words;  /* title and reason, masked, in both tongues, ASCII in lower case */
    struct slice masked; /* JSON */
    struct slice sealed; /* what is unmasked: bulletin_unseal */
    struct slice outcome, code, decided_by;
    moment decided;      /* 0: never */
    struct slice holder; /* who looks at it, until … */
    moment lease;
};

struct filter;

struct filter_complaint {
    enum filter_fault fault;
    unsigned column; /* 1 …, in code points */
};

/* For the life of `arena`.  `zone_minutes`: of dates and times without offset.  STATUS_MALFORMED:
 * `*complaint`; STATUS_FULL. */
enum status filter_read(struct slice text, int32_t zone_minutes, struct arena *arena,
                        struct filter **out, struct filter_complaint *complaint);
const char *filter_fault_says(enum filter_fault fault, enum tongue tongue);
/* A condition for WHERE, whose values are ?first, ?first+1 …; they are lent from the filter. */
void filter_add_sql(const struct filter *filter, unsigned first, struct text *sql,
                    struct store_value *values, size_t *values_count);
/* Whether a value may name somebody, so that the filter does not belong into an address: words; a
 * name that has not the form of its column; a whole number as long as one that is dialled. */
bool filter_may_name(const struct filter *filter);
/* The plain answer. */
bool filter_holds(const struct filter *filter, const struct alert_row *row);
enum { FILTER_VALUES_MAX = 160 }; /* two for each condition, and some */
