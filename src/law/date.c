/* date.c -- civil days: written, read, and as they lie in a zone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/term.h"

enum status law_date_of(int32_t year, int32_t month, int32_t day, law_date *out)
{
    moment at;
    TRY(moment_of_civil((struct civil){.year = year, .month = month, .day = day}, 0, &at));
    *out = (law_date){days_of_date(year, month, day)};
    return STATUS_OK;
}

static bool number_read(const char *at, size_t size, int32_t *out)
{
    int32_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        number = number * 10 + (at[i] - '0');
    }
    *out = number;
    return true;
}

enum status law_date_parse(struct slice slice, law_date *out)
{
    int32_t year, month, day;
    if (slice.size != 10 || slice.at[4] != '-' || slice.at[7] != '-')
        return STATUS_MALFORMED;
    if (!number_read(slice.at, 4, &year) || !number_read(slice.at + 5, 2, &month) ||
        !number_read(slice.at + 8, 2, &day))
        return STATUS_MALFORMED;
    return law_date_of(year, month, day, out);
}

struct civil law_date_civil(law_date date)
{
    return civil_of_moment((moment){date.days * DAY_MS}, 0);
}

void text_add_law_date(struct text *text, law_date date)
{
    struct civil civil = law_date_civil(date);
    text_addf(text, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

law_date law_date_of_moment(moment at, int32_t zone_minutes)
{
    struct civil civil = civil_of_moment(at, zone_minutes);
    return (law_date){days_of_date(civil.year, civil.month, civil.day)};
}

moment law_date_begin(law_date date, int32_t zone_minutes)
{
    return (moment){date.days * DAY_MS - (int64_t)zone_minutes * MINUTE_MS};
}

moment law_date_end(law_date date, int32_t zone_minutes)
{
    return law_date_begin((law_date){date.days + 1}, zone_minutes);
}
