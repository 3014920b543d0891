/* city.c -- everything in its order.
 *
 *     places, people, firms ──> fraud of the whole run ──> for each day: life, then its minutes
 *                                                          └──> the tail, truth, commit
 *
 * Fraud is planned first because a campaign lasts for days; life is made a day at a time, so
 * that memory holds one day.  Each person's day has its own stream of chance: more fraud makes
 * other numbers and other delays, but nobody innocent calls or pays more or less for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

struct city_options city_defaults(void)
{
    return (struct city_options){
        .seed = 1, .people = 20000, .days = 1, .start = MOMENT_NONE, .fraud = 1};
}

static enum status options_check(const struct city_options *options)
{
    if (options->people < CITY_PEOPLE_MIN || options->people > CITY_PEOPLE_MAX)
        return STATUS_REFUSED;
    if (options->days < 1 || options->days > CITY_DAYS_MAX)
        return STATUS_REFUSED;
    if (!(options->fraud >= 0 && options->fraud <= CITY_FRAUD_MAX))
        return STATUS_REFUSED;
    const int64_t year_9000_ms = INT64_C(221845392000000);
    bool unsaid = options->start.ms == MOMENT_NONE.ms;
    if (!unsaid && (options->start.ms < 0 || options->start.ms > year_9000_ms))
        return STATUS_REFUSED;
    return STATUS_OK;
}

/* The midnight of the city at or before the wanted start. */
static int64_t midnight_ms(moment start)
{
    const int64_t zone_ms = ZONE_MINUTES * (int64_t)MINUTE_MS;
    if (start.ms == MOMENT_NONE.ms)
        return days_of_date(2026, 3, 2) * DAY_MS - zone_ms;
    return (start.ms + zone_ms) / DAY_MS * DAY_MS - zone_ms;
}

static bool is_full(const struct city *city)
{
    return city->full || calendar_full(city->calendar) || marks_full(city->truth) ||
           marks_full(city->census);
}

static enum status city_found(struct city *city)
{
    city->minutes_count = city->options.days * 1440 + TAIL_MINUTES;
    city->start_ms = midnight_ms(city->options.start);
    city->end_ms = city->start_ms + (int64_t)city->options.days * DAY_MS;
    city->root = chance_seeded(city->options.seed);
    city->wire = city_stream(city, STREAM_WIRE, 0, 0);
    city->reports_max = 1024 + (uint32_t)(city->options.people / 50.0 * city->options.days *
                                          (1 + city->options.fraud));
    TRY(ARENA_NEW(city->boot, city->reports_max, &city->reports));
    TRY(calendar_create(&city->calendar, city->minutes_count, city->boot));
    TRY(marks_create(&city->truth, city->boot));
    TRY(marks_create(&city->census, city->boot));
    numbers_init(&city->numbers, city->options.seed);
    TRY(places_make(city));
    TRY(people_make(city));
    TRY(firms_make(city));
    return is_full(city) ? STATUS_FULL : STATUS_OK;
}

static struct day day_of(const struct city *city, uint32_t number)
{
    int64_t start_ms = city->start_ms + (int64_t)number * DAY_MS;
    int64_t days = (start_ms + ZONE_MINUTES * (int64_t)MINUTE_MS) / DAY_MS;
    int64_t weekday = (days + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
    return (struct day){.number = number, .start_ms = start_ms, .weekend = weekday >= 5};
}

static enum status minutes_write(struct city *city, struct output *output,
                                 struct city_progress_sink progress, uint32_t until)
{
    while (city->closed < until) {
        TRY(output_minute(output, city->closed));
        city->closed++;
        if (city->closed % 60 != 0 || progress.take == NULL)
            continue;
        struct city_progress told = {.day = (city->closed - 1) / 1440, .days = city->options.days};
        for (int file = 0; file < CITY_FILES_COUNT; file++)
            told.rows += city->counts->rows[file];
        progress.take(progress.self, &told);
    }
    return STATUS_OK;
}

static enum status city_live(struct city *city, struct output *output,
                             struct city_progress_sink progress)
{
    TRY(output_registers(output));
    TRY(campaigns_make(city));
    for (uint32_t number = 0; number < city->options.days; number++) {
        struct day day = day_of(city, number);
        life_calls_day(city, day);
        life_trades_day(city, day);
        life_offices_day(city, day);
        life_money_day(city, day);
        life_tills_day(city, day);
        if (is_full(city))
            return STATUS_FULL;
        TRY(minutes_write(city, output, progress, (number + 1) * 1440));
    }
    TRY(minutes_write(city, output, progress, city->minutes_count));
    TRY(output_truth(output));
    return is_full(city) ? STATUS_FULL : output_commit(output);
}

enum status city_make(const struct city_options *options, const char *directory,
                      struct city_progress_sink progress, struct city_counts *counts)
{
    TRY(options_check(options));
    struct arena *boot = NULL;
    TRY(arena_create(&boot, (size_t)1 << 36));
    struct city_counts made = {0};
    struct city city = {.options = *options, .counts = &made, .boot = boot};
    struct output *output = NULL;
    enum status status = city_found(&city);
    if (status == STATUS_OK)
        status = output_create(&output, &city, directory);
    if (status == STATUS_OK)
        status = city_live(&city, output, progress);
    if (status == STATUS_OK)
        *counts = made;
    output_destroy(output);
    calendar_destroy(city.calendar);
    marks_destroy(city.truth);
    marks_destroy(city.census);
    arena_destroy(boot);
    return status;
}
