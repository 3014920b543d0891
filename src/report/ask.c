/* ask.c -- which figures a request means, each in which period, and what the law says beside them.
 *
 * All that asks the law packs is here: in a running service they are looked at inside a transaction
 * only, and counting millions of rows must not keep one open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

const struct figure_entry FIGURES[FIGURES_COUNT] = {
#define FIGURE(id, section, series, region, marks, value, unit, rule, period, compare, zh, en) \
    {#id,           SECTION_##section, SERIES_##series, region,          marks,                \
     VALUE_##value, UNIT_##unit,       RULE_##rule,     PERIOD_##period, COMPARE_##compare,    \
     SAYING(en, zh)},
#include "report/figures.inc"
#undef FIGURE
};

static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)days_of_date(year, month, day);
}

struct civil civil_of_day(int32_t day)
{
    return civil_of_moment((moment){(int64_t)day * DAY_MS}, 0);
}

/* The same day `years` earlier; 29 February becomes the 28th. */
int32_t years_before(int32_t day, int32_t years)
{
    struct civil civil = civil_of_day(day);
    int32_t first = day_of(civil.year - years, civil.month, 1);
    int32_t then = first + civil.day - 1;
    return civil_of_day(then).month == civil.month ? then : then - 1;
}

bool value_is_share(const struct figure_entry *entry)
{
    return entry->value == VALUE_SHARE || entry->value == VALUE_WITHIN;
}

int64_t share_part(const struct figure_entry *entry, const struct tally *part)
{
    return entry->value == VALUE_WITHIN ? part->within : part->count;
}

void figure_regions(const struct figure_entry *entry, uint32_t *low, uint32_t *high)
{
    uint32_t span = 1;
    size_t digits = strlen(entry->region);
    *low = 0;
    for (size_t i = 0; i < 6; i++) {
        *low = *low * 10 + (i < digits ? (uint32_t)(entry->region[i] - '0') : 0);
        span *= i < digits ? 1 : 10;
    }
    *high = *low + span - 1;
}

static void own_period(const struct report_asked *asked, enum period period, int32_t *from,
                       int32_t *to)
{
    int32_t year = civil_of_day(asked->edition).year;
    const struct law_pack *pack = law_named(asked->law, SLICE("cn-administrative-penalties"));
    *from = day_of(year, 1, 1);
    *to = asked->edition;
    if (period == PERIOD_JAN_SEP)
        *to = day_of(year, 9, 30);
    if (period == PERIOD_JAN_OCT)
        *to = day_of(year, 10, 31);
    if (period == PERIOD_SINCE_SEP)
        *from = day_of(year, 9, 1);
    if (period == PERIOD_FEB_20)
        *from = *to = day_of(year, 2, 20);
    if (period == PERIOD_LAW_YEAR && pack != NULL) {
        struct civil first = law_date_civil(pack->from);
        *from = day_of(first.year, first.month, first.day);
        *to = day_of(first.year + 1, first.month, first.day) - 1;
    }
}

static enum status too_long(struct text why[TONGUES_COUNT])
{
    text_addf(&why[TONGUE_EN], "by=month takes at most %d months.", REPORT_MONTHS_MAX);
    text_addf(&why[TONGUE_ZH], "by=month 最多 %d 个月。", REPORT_MONTHS_MAX);
    return STATUS_REFUSED;
}

static enum status no_least(struct text why[TONGUES_COUNT])
{
    text_add_string(&why[TONGUE_EN],
                    "no law pack in force gives `publication.least`, so nothing can be published; "
                    "view=internal shows all.");
    text_add_string(&why[TONGUE_ZH], "现行法规包均未给出 `publication.least`，不得公布；"
                                     "view=internal 可显示全部。");
    return STATUS_REFUSED;
}

/* An incident has one day of its own: in another period it is another figure.  What an edition does
 * not have is no part of it, and persons are not known of rows that name nobody. */
static bool wanted(const struct report_asked *asked, enum figure figure)
{
    const struct figure_entry *entry = &FIGURES[figure];
    if (asked->some)
        return asked->figure[figure];
    if (asked->edition >= 0)
        return entry->period != PERIOD_ASKED;
    return entry->period != PERIOD_FEB_20 && (entry->value != VALUE_PEOPLE || asked->live != NULL);
}

static int months_of(const struct report_line *line)
{
    struct civil from = civil_of_day(line->from), to = civil_of_day(line->to);
    return (to.year - from.year) * 12 + to.month - from.month + 1;
}

enum status report_ask(struct report *out, const struct report_asked *asked, struct arena *arena,
                       struct text why[TONGUES_COUNT])
{
    (void)arena;
    if (!asked->internal && asked->least <= 0)
        return no_least(why);
    *out = (struct report){.asked = *asked};
    for (unsigned i = 0; i < FIGURES_COUNT; i++) {
        if (!wanted(asked, (enum figure)i))
            continue;
        struct report_line *line = &out->lines[out->lines_count++];
        *line = (struct report_line){.figure = (enum figure)i,
                                     .from = asked->from,
                                     .to = asked->to,
                                     .compare = FIGURES[i].compare,
                                     .missing = -1,
                                     .least = asked->least};
        if (asked->edition >= 0)
            own_period(asked, (enum period)FIGURES[i].period, &line->from, &line->to);
        bool grows = asked->edition < 0 && FIGURES[i].value <= VALUE_PEOPLE;
        if (line->compare <= COMPARE_GROWTH && grows)
            line->compare = COMPARE_CHANGE;
        if (asked->by == BY_MONTH && months_of(line) > REPORT_MONTHS_MAX)
            return too_long(why);
    }
    if (asked->edition >= 0 && !asked->some)
        report_facts(out);
    return STATUS_OK;
}
