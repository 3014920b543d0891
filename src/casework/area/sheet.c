/* sheet.c -- what is counted and written down for both registers: months, rates, the pack. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/area/area_inside.h"

#include <stdio.h>

enum { MONTH_SIZE = 7, MONTHS = 12, RATE_BYTES = 64 };

const struct law_pack *area_pack(const struct area_desk *desk)
{
    return law_find(desk->law, LAW_SUBJECT_practice,
                    law_date_of_moment(steady_now(desk->steady), desk->zone_minutes));
}

int64_t area_ranked_least(const struct area_desk *desk)
{
    const struct law_pack *pack = area_pack(desk);
    int64_t least = 0;
    bool known = pack != NULL && law_count(pack, "area.ranked.least", &least, NULL) == STATUS_OK;
    return known ? least : INT64_MAX;
}

enum status area_month(struct slice text, int64_t *out)
{
    char bytes[16];
    struct text day = text_over(bytes, sizeof bytes);
    law_date first;
    if (text.size != MONTH_SIZE)
        return STATUS_MALFORMED;
    text_add(&day, text);
    text_add_string(&day, "-01");
    TRY(law_date_parse(text_slice(&day), &first));
    struct civil civil = law_date_civil(first);
    *out = (int64_t)civil.year * MONTHS + civil.month - 1;
    return STATUS_OK;
}

int64_t area_this_month(const struct area_desk *desk)
{
    struct civil civil = civil_of_moment(steady_now(desk->steady), desk->zone_minutes);
    return (int64_t)civil.year * MONTHS + civil.month - 1;
}

int64_t area_whole(struct slice digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size && i < 15; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

enum status sheet_text(struct area_sheet *sheet, int field, struct slice text)
{
    struct slice kept;
    TRY(slice_copy(sheet->request, text, &kept));
    must(sheet->count < AREA_FIELDS_MAX);
    sheet->value[sheet->count++] = (struct work_value){field, kept};
    return STATUS_OK;
}

enum status sheet_whole(struct area_sheet *sheet, int field, int64_t number)
{
    char bytes[24];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_whole(&text, number);
    return sheet_text(sheet, field, text_slice(&text));
}

enum status sheet_rate(struct area_sheet *sheet, int field, const struct rate *rate)
{
    char bytes[RATE_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_rate(&text, rate->value);
    text_add_string(&text, " (");
    text_add_rate(&text, rate->least);
    text_add_char(&text, '-');
    text_add_rate(&text, rate->most);
    text_add_char(&text, ')');
    return text.full ? STATUS_FULL : sheet_text(sheet, field, text_slice(&text));
}

/* The next entry of a trend; the rest is behind it.  Empty: none. */
static struct slice entry_next(struct slice *rest)
{
    const char *comma = rest->size == 0 ? NULL : memchr(rest->at, ',', rest->size);
    struct slice entry = {rest->at, comma == NULL ? rest->size : (size_t)(comma - rest->at)};
    size_t gone = comma == NULL ? rest->size : entry.size + 1;
    *rest = (struct slice){rest->at + gone, rest->size - gone};
    while (rest->size > 0 && rest->at[0] == ' ')
        *rest = (struct slice){rest->at + 1, rest->size - 1};
    return entry;
}

enum status sheet_trend(struct area_sheet *sheet, int field, struct slice before,
                        struct slice month, const struct rate *rate)
{
    enum { ENTRY_BYTES = 28 }; /* "2026-08 " and a rate of at most "100000.000", with its comma */
    char bytes[AREA_TREND_MONTHS * ENTRY_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice rest = before, entry;
    unsigned kept = 0, skip;
    while ((entry = entry_next(&rest)).size > 0)
        kept += !slice_starts(entry, month);
    skip = kept >= AREA_TREND_MONTHS ? kept + 1 - AREA_TREND_MONTHS : 0;
    for (rest = before; (entry = entry_next(&rest)).size > 0;) {
        if (slice_starts(entry, month))
            continue;
        if (skip > 0) {
            skip--;
            continue;
        }
        text_add(&text, entry);
        text_add_string(&text, ", ");
    }
    text_add(&text, month);
    text_add_char(&text, ' ');
    text_add_rate(&text, rate->value);
    return text.full ? STATUS_FULL : sheet_text(sheet, field, text_slice(&text));
}

enum status sheet_law(struct area_sheet *sheet, int field, const struct area_desk *desk)
{
    char bytes[LAW_STAMP_MAX];
    struct text text = text_over(bytes, sizeof bytes);
    const struct law_pack *pack = area_pack(desk);
    if (pack == NULL)
        return STATUS_OK;
    text_add_law_stamp(&text, pack);
    return sheet_text(sheet, field, text_slice(&text));
}

enum status sheet_rates(struct area_sheet *sheet, int by_resident, int by_registered, int64_t count,
                        const struct rate people[2])
{
    struct rate rate;
    TRY(rate_of(count, people[0].population, &rate));
    TRY(sheet_rate(sheet, by_resident, &rate));
    TRY(rate_of(count, people[1].population, &rate));
    return sheet_rate(sheet, by_registered, &rate);
}
