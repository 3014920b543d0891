/* shape.h -- what the values of a column look like. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "look.h"

/* Shares of the values that are not empty, from 0 to 1. */
struct shape_of_column {
    unsigned filled;
    double time;                        /* of the form that fits most */
    struct slice time_form;             /* as a mapping writes it; empty: canonical */
    bool zoneless;                      /* these times do not say their zone */
    bool date_only;                     /* these are days, without a time of day */
    bool goes_back;                     /* by more than LATE_HOURS_MAX behind an earlier row */
    double date, time_of_day;           /* one of two columns that are a time together */
    const char *date_form, *clock_form; /* as a mapping writes them */
    double phone, imei, imsi, ip, currency;
    double imei_like;      /* fourteen to sixteen digits, whatever the check digit */
    double whole, decimal; /* decimal: whole ones too */
    double fraction;       /* with a point in it */
    double clock;          /* 1:02:03 */
    int places_max;        /* digits behind the point */
    double number_max;
};

struct shape_of_column shape_of(const struct look *look, unsigned column);
/* A name without case, blanks, underscores, hyphens, and what stands in brackets. */
void name_plain(struct text *out, struct slice name);
