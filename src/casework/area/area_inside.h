/* area_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/area/area.h"
#include "casework/area/rate.h"

#define DESK (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD WORK_ROLE(supervisor)

enum { AREA_ASKING_MS = 2 * DAY_MS, AREA_LEASE_MS = 30 * MINUTE_MS, AREA_FIELDS_MAX = 64 };
enum { AREA_TREND_MONTHS = 36 };

/* The pack of our own numbers in force; NULL: none. */
const struct law_pack *area_pack(const struct area_desk *desk);
/* From so many events on a place is ranked; without a pack none is. */
int64_t area_ranked_least(const struct area_desk *desk);

/* "2026-01" as months since the year 0.  STATUS_MALFORMED. */
enum status area_month(struct slice text, int64_t *out);
/* The month that it is. */
int64_t area_this_month(const struct area_desk *desk);
int64_t area_whole(struct slice digits);

/* What the machine writes down, in the arena of the request. */
struct area_sheet {
    struct arena *request;
    struct work_value value[AREA_FIELDS_MAX];
    unsigned count;
};
enum status sheet_text(struct area_sheet *sheet, int field, struct slice text);
enum status sheet_whole(struct area_sheet *sheet, int field, int64_t number);
enum status sheet_rate(struct area_sheet *sheet, int field, const struct rate *rate);
/* "2026-08 27.500, 2026-09 25.000": `before`, and this month behind it; each month once, the newest
 * AREA_TREND_MONTHS of them. */
enum status sheet_trend(struct area_sheet *sheet, int field, struct slice before,
                        struct slice month, const struct rate *rate);
enum status sheet_law(struct area_sheet *sheet, int field, const struct area_desk *desk);
/* The rates of a count by both numbers of people.  STATUS_MALFORMED: it is no part of them. */
enum status sheet_rates(struct area_sheet *sheet, int by_resident, int by_registered, int64_t count,
                        const struct rate people[2]);

struct work_plug source_plug(struct area_desk *desk);
struct work_plug victim_plug(struct area_desk *desk);
