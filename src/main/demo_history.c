/* demo_history.c -- a made-up past for the reports: four hundred days of counted rows, as a file.
 *
 * A service counts its own work from its first day on; what was before comes from files, as a
 * centre brings its years along.  The rows name nobody, and the same seed makes the same past. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "ground/chance.h"

enum { DAYS = 400, ROW_BYTES = 64 };

struct past {
    const char *series;
    unsigned most;                     /* of a day: from 0 */
    int64_t least_amount, most_amount; /* of one; yuan, or seconds; 0: the series has none */
    bool types;                        /* each is of some story */
};

static const struct past PASTS[] = {
    {"case_handled", 9, 0, 0, true},
    {"dissuasion_visit", 60, 0, 0, true},
    {"money_intercepted", 6, 2000, 180000, false},
    {"lead_checked", 8, 20, 400, false},
    {"lead_received", 30, 0, 0, false},
    {"site_searched", 3, 0, 0, false},
    {"goip_seized", 4, 0, 0, false},
    {"money_frozen", 3, 1000, 90000, false},
    {"money_returned", 2, 500, 40000, false},
    {"case_loss", 5, 3000, 300000, false},
    {"stop_answered", 5, 2, 90, false},
    {"case_solved", 4, 0, 0, false},
};

static void add_day(struct text *text, int64_t now_ms, int64_t days_ago)
{
    struct civil day = civil_of_moment((moment){now_ms - days_ago * DAY_MS}, DEMO_ZONE);
    text_addf(text, "%04d-%02d-%02d", day.year, day.month, day.day);
}

static void add_rows(struct text *text, const struct past *past, struct chance *chance,
                     int64_t now_ms, int64_t days_ago)
{
    unsigned count = (unsigned)chance_below(chance, past->most + 1);
    unsigned rows = past->most_amount != 0 ? count : count != 0;
    for (unsigned i = 0; i < rows; i++) {
        text_addf(text, "%s,", past->series);
        add_day(text, now_ms, days_ago);
        text_addf(text, ",,5301%02u,", (unsigned)(2 + chance_below(chance, 2)));
        if (past->types)
            text_addf(text, "T%02u", (unsigned)(1 + chance_below(chance, 10)));
        if (past->most_amount == 0)
            text_addf(text, ",,%u,\n", count);
        else
            text_addf(text, ",,1,%lld\n",
                      (long long)(past->least_amount +
                                  (int64_t)chance_below(
                                      chance, (uint64_t)(past->most_amount - past->least_amount))));
    }
}

enum status demo_history_put(const struct demo *demo)
{
    char *bytes;
    size_t room = 4096, kinds = sizeof PASTS / sizeof PASTS[0];
    struct chance chance = chance_seeded((uint64_t)demo->wish.seed);
    int64_t now_ms = demo->clock.now(demo->clock.self).ms;
    for (size_t i = 0; i < kinds; i++)
        room += (size_t)DAYS * (PASTS[i].most_amount != 0 ? PASTS[i].most : 1) * ROW_BYTES;
    TRY(arena_take(demo->arena, room, (void **)&bytes));
    struct text text = text_over(bytes, room);
    text_add_string(&text, "series,day,until,region,type,marks,count,amount\n");
    for (size_t i = 0; i < kinds; i++) {
        text_addf(&text, "%s,", PASTS[i].series);
        add_day(&text, now_ms, DAYS);
        text_add_char(&text, ',');
        add_day(&text, now_ms, 1);
        text_add_string(&text, ",,,covers,,\n");
        for (int64_t ago = DAYS; ago >= 1; ago--)
            add_rows(&text, &PASTS[i], &chance, now_ms, ago);
    }
    return text.full ? STATUS_FULL : demo_put(demo, "history.csv", text_slice(&text));
}
