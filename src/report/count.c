/* count.c -- from what is asked to tallies: which rows each figure wants, one pass, its outcome.
 *
 * A figure becomes up to five questions (now, its whole, the same a year before, two years before);
 * a block is passed over unless its series and days are asked for, so that 15 million rows are
 * looked at about once.  Rows of files come first, block by block; rows of work are then asked for
 * by series and days.  A day of a series is counted from one of the two (report.h, invariant 3).
 *
 * Not chosen:  taking what days there are.  A figure of nine months under the heading of a year is
 *              wrong without looking wrong; so an incomplete period is refused by name, or left
 *              blank with the day.  Adding files and work of one day: the ledger has no names to
 *              notice by that both tell of the same happening. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

#include <assert.h>

enum { ASKED_MAX = FIGURES_COUNT * 5, DAYS_COUNT = UINT16_MAX + 1 };
enum { SLOTS = 1 << 13 }; /* of an index of cells: twice as many as there may be */
static_assert((int)SLOTS >= 2 * (int)REPORT_CELLS_MAX, "there is always an empty one");

struct cell {
    uint32_t key;
    struct tally part, whole;
};

struct cells {
    uint16_t slot[SLOTS]; /* index + 1; 0: empty */
    uint32_t count;
    struct cell *cell; /* REPORT_CELLS_MAX, made at the first row */
};

struct question {
    enum series series;
    int32_t from, to;
    uint32_t low, high; /* regions */
    uint8_t marks;
    unsigned wants;
    bool whole; /* of a share */
    struct tally *into;
    struct cells *cells; /* NULL: no parts */
};

struct counting {
    enum report_by by;
    struct arena *arena;
    uint32_t questions_count;
    struct question questions[ASKED_MAX];
    uint16_t month[DAYS_COUNT];      /* of a day: months from 1970-01 */
    int32_t live_from[SERIES_COUNT]; /* rows of files from this day on are not counted */
    struct cells *cells[FIGURES_COUNT];
    bool many; /* more cells than there may be */
};

/* ---- questions ---- */

static unsigned wants_of(const struct figure_entry *entry)
{
    bool times = entry->value >= VALUE_P50 && entry->value <= VALUE_P99;
    bool persons = entry->value == VALUE_PEOPLE ||
                   (entry->value == VALUE_SHARE && LEDGER_SERIES[entry->series].people);
    return (times ? WANTS_SPREAD : 0U) | (persons ? WANTS_PERSONS : 0U);
}

static struct question *ask(struct counting *counting, const struct report_line *line,
                            uint8_t marks, int32_t years, struct tally *into)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    struct question *question = &counting->questions[counting->questions_count++];
    must(counting->questions_count <= ASKED_MAX);
    *question = (struct question){
        .series = entry->series,
        .from = years == 0 ? line->from : years_before(line->from, years),
        .to = years == 0 ? line->to : years_before(line->to, years),
        .marks = marks,
        .wants = wants_of(entry),
        .into = into,
    };
    figure_regions(entry, &question->low, &question->high);
    return question;
}

static void ask_line(struct counting *counting, struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    struct cells *cells = counting->cells[line->figure];
    bool share = value_is_share(entry);
    ask(counting, line, entry->marks, 0, &line->now)->cells = cells;
    if (share) {
        struct question *whole = ask(counting, line, 0, 0, &line->whole);
        whole->cells = cells;
        whole->whole = true;
    }
    if (line->compare != COMPARE_NONE)
        ask(counting, line, entry->marks, 1, &line->before);
    if (line->compare == COMPARE_SHARES)
        ask(counting, line, 0, 1, &line->whole_before);
    if (line->compare == COMPARE_CHANGE)
        ask(counting, line, entry->marks, 2, &line->earlier);
}

/* ---- the pass ---- */

static uint32_t key_of(const struct counting *counting, const struct ledger_block *block,
                       uint32_t at)
{
    switch (counting->by) {
    case BY_MONTH:
        return counting->month[block->day[at]];
    case BY_REGION:
        return block->region[at] / 10000 * 10000;
    case BY_CITY:
        return block->region[at] / 100 * 100;
    case BY_COUNTY:
        return block->region[at];
    default:
        return block->type[at];
    }
}

/* STATUS_REFUSED: too many. */
static enum status cell_of(struct counting *counting, struct cells *cells, uint32_t key,
                           struct cell **out)
{
    uint32_t at = (uint32_t)hash_word(key) & (SLOTS - 1);
    if (cells->cell == NULL)
        TRY(ARENA_NEW(counting->arena, REPORT_CELLS_MAX, &cells->cell));
    while (cells->slot[at] != 0 && cells->cell[cells->slot[at] - 1].key != key)
        at = (at + 1) & (SLOTS - 1);
    if (cells->slot[at] == 0) {
        counting->many = cells->count == REPORT_CELLS_MAX;
        if (counting->many)
            return STATUS_REFUSED;
        cells->cell[cells->count].key = key;
        cells->slot[at] = (uint16_t)++cells->count;
    }
    *out = &cells->cell[cells->slot[at] - 1];
    return STATUS_OK;
}

static enum status take_row(struct counting *counting, const struct question *question,
                            const struct ledger_block *block, uint32_t at)
{
    struct cell *cell = NULL;
    if (!block->live && block->day[at] >= counting->live_from[question->series]) {
        question->into->passed++;
        return STATUS_OK;
    }
    TRY(tally_take(question->into, question->wants, block, at, counting->arena));
    if (question->cells == NULL)
        return STATUS_OK;
    TRY(cell_of(counting, question->cells, key_of(counting, block, at), &cell));
    return tally_take(question->whole ? &cell->whole : &cell->part, question->wants, block, at,
                      counting->arena);
}

static enum status take_block(void *self, const struct ledger_block *block)
{
    struct counting *counting = self;
    for (uint32_t i = 0; i < counting->questions_count; i++) {
        const struct question *question = &counting->questions[i];
        if (question->series != block->series || block->last < question->from ||
            block->first > question->to)
            continue;
        for (uint32_t k = 0; k < block->rows; k++) {
            bool meant = block->day[k] >= question->from && block->day[k] <= question->to &&
                         block->region[k] >= question->low && block->region[k] <= question->high &&
                         (block->marks[k] & question->marks) == question->marks;
            if (meant)
                TRY(take_row(counting, question, block, k));
        }
    }
    return STATUS_OK;
}

/* Rows of work, of every series that is asked for, over all of its days. */
static enum status take_live(struct counting *counting, const struct report_live *live)
{
    struct ledger_sink sink = {take_block, counting};
    for (unsigned series = 0; series < SERIES_COUNT; series++) {
        int32_t from = INT32_MAX, to = INT32_MIN;
        for (uint32_t i = 0; i < counting->questions_count; i++) {
            const struct question *question = &counting->questions[i];
            if (question->series != (enum series)series)
                continue;
            from = question->from < from ? question->from : from;
            to = question->to > to ? question->to : to;
        }
        if (from <= to && live->has[series])
            TRY(live->feed(live->self, (enum series)series, from, to, sink));
    }
    return STATUS_OK;
}

/* ---- what came of it ---- */

static bool live_makes(const struct report *report, enum series series)
{
    const struct report_live *live = report->asked.live;
    return live != NULL && report->asked.source != SOURCE_IMPORTED && live->makes[series];
}

/* Whether files and work together are complete. */
static bool covered(const struct report *report, enum series series, int32_t from, int32_t to,
                    int32_t *missing)
{
    const struct report_live *live = report->asked.live;
    int32_t next = from;
    bool files = report->asked.source != SOURCE_LIVE;
    while (next <= to) {
        int32_t before = next;
        if (files)
            (void)ledger_covers(&report->ledger, series, next, to, &next);
        if (next <= to && live_makes(report, series) && live->from <= next && next <= live->to)
            next = live->to + 1;
        if (next == before)
            break;
    }
    *missing = next;
    return next > to;
}

static enum status refuse(struct text why[TONGUES_COUNT], const struct report_line *line,
                          int32_t missing)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    char day[TONGUES_COUNT][24];
    for (unsigned i = 0; i < 2; i++) {
        struct text text = text_over(day[i], sizeof day[i]);
        text_add_ledger_day(&text, i == 0 ? line->from : missing);
    }
    text_addf(&why[TONGUE_EN],
              "%s (%s) from %s: the ledger is not complete for %s on %s.  Figures of different "
              "periods are not mixed: ask for a period that the ledger has for all of them, choose "
              "some with figures=A1,A2, or give each its own with edition=DAY.",
              entry->id, entry->says.in[TONGUE_EN], day[0], LEDGER_SERIES[entry->series].name,
              day[1]);
    text_addf(&why[TONGUE_ZH],
              "%s（%s）自 %s 起：台账对序列 %s 在 %s 不完整。不同期间的数字不得混用："
              "请选择台账对各项均完整的期间，或用 figures=A1,A2 选取部分数字，"
              "或用 edition=日期 使各项采用各自期间。",
              entry->id, entry->says.in[TONGUE_ZH], day[0], LEDGER_SERIES[entry->series].name,
              day[1]);
    return STATUS_REFUSED;
}

/* Where the line was counted from, by the days of it. */
static void give_source(const struct report *report, struct report_line *line)
{
    const struct report_live *live = report->asked.live;
    enum series series = FIGURES[line->figure].series;
    int32_t missing = -1;
    bool files = report->asked.source != SOURCE_LIVE &&
                 ledger_covers(&report->ledger, series, line->from, line->to, &missing);
    line->source = SOURCE_IMPORTED;
    if (!live_makes(report, series) || (files && !live->has[series]))
        return;
    bool alone = line->from >= live->from || (report->asked.source == SOURCE_LIVE);
    line->source = line->to < live->from ? SOURCE_IMPORTED : alone ? SOURCE_LIVE : SOURCE_BOTH;
    line->live_from = live->from;
    line->open = line->source != SOURCE_IMPORTED && line->to >= live->to;
}

/* A series that no file has ever heard of is left out of what was asked for as a whole. */
static bool unheard(const struct report *report, const struct report_line *line)
{
    for (uint32_t i = 0; i < report->ledger.parts_count; i++)
        for (uint32_t k = 0; k < report->ledger.parts[i].covers_count; k++)
            if (report->ledger.parts[i].covers[k].series == (int32_t)FIGURES[line->figure].series)
                return false;
    return report->asked.edition < 0 && !report->asked.some && report->asked.live == NULL &&
           FIGURES[line->figure].period == PERIOD_ASKED;
}

static enum status check_periods(struct report *report, struct text why[TONGUES_COUNT])
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < report->lines_count; i++) {
        struct report_line *line = &report->lines[i];
        enum series series = FIGURES[line->figure].series;
        int32_t missing;
        if (unheard(report, line))
            continue;
        give_source(report, line);
        if (!covered(report, series, line->from, line->to, &missing)) {
            if (!report->asked.blank)
                return refuse(why, line, missing);
            line->missing = missing;
        }
        line->has_before =
            line->compare != COMPARE_NONE && covered(report, series, years_before(line->from, 1),
                                                     years_before(line->to, 1), &missing);
        line->has_earlier =
            line->compare == COMPARE_CHANGE && covered(report, series, years_before(line->from, 2),
                                                       years_before(line->to, 2), &missing);
        report->lines[kept++] = *line;
    }
    report->lines_count = kept;
    return STATUS_OK;
}

/* Seconds in begun units of the figure. */
static int64_t in_units(const struct figure_entry *entry, int64_t seconds)
{
    int64_t span = entry->unit == UNIT_minute ? 60 : entry->unit == UNIT_day ? 86400 : 1;
    return (seconds + span - 1) / span;
}

int64_t tally_value(const struct figure_entry *entry, const struct tally *tally)
{
    switch ((enum value)entry->value) {
    case VALUE_AMOUNT:
        return tally->amount;
    case VALUE_LONGEST:
        return in_units(entry, tally->longest);
    case VALUE_P50:
        return in_units(entry, spread_at(tally->spread, 50));
    case VALUE_P90:
        return in_units(entry, spread_at(tally->spread, 90));
    case VALUE_P99:
        return in_units(entry, spread_at(tally->spread, 99));
    default:
        return share_part(entry, tally);
    }
}

static void give_numeral(struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    line->unknown = entry->value == VALUE_PEOPLE && line->now.nameless;
    line->numeral = (struct numeral){
        .value = tally_value(entry, &line->now),
        .per = entry->value == VALUE_AMOUNT ? 100 : 1,
        .unit = entry->unit,
        .rule = entry->rule,
        .approximate = line->now.approximate > 0,
    };
}

static void label_cell(enum report_by by, struct report_cell *cell)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text text = text_over(cell->label[t], sizeof cell->label[t]);
        if (by == BY_MONTH)
            text_addf(&text, "%04u-%02u", 1970 + cell->key / 12, cell->key % 12 + 1);
        else if (by == BY_TYPE)
            text_add_string(&text, LEDGER_TYPES[cell->key].says.in[t]);
        else
            text_addf(&text, "%06u", cell->key);
    }
}

static void place_cell(struct report_line *line, const struct cell *from)
{
    uint32_t at = line->cells_count++;
    for (; at > 0 && line->cells[at - 1].key > from->key; at--)
        line->cells[at] = line->cells[at - 1];
    line->cells[at] =
        (struct report_cell){.tally = from->part, .whole = from->whole, .key = from->key};
}

static enum status give_cells(const struct counting *counting, struct report_line *line,
                              struct arena *arena)
{
    const struct cells *cells = counting->cells[line->figure];
    if (cells == NULL || cells->count == 0)
        return STATUS_OK;
    TRY(ARENA_NEW(arena, cells->count, &line->cells));
    for (uint32_t i = 0; i < cells->count; i++)
        place_cell(line, &cells->cell[i]);
    for (uint32_t i = 0; i < line->cells_count; i++)
        label_cell(counting->by, &line->cells[i]);
    return STATUS_OK;
}

/* ---- the whole ---- */

static enum status begin(struct report *report, struct counting *counting)
{
    const struct report_asked *asked = &report->asked;
    for (int32_t day = 0; day < DAYS_COUNT; day++) {
        struct civil civil = civil_of_day(day);
        counting->month[day] = (uint16_t)((civil.year - 1970) * 12 + civil.month - 1);
    }
    for (unsigned i = 0; i < SERIES_COUNT; i++) {
        bool live = live_makes(report, (enum series)i) && asked->live->has[i];
        counting->live_from[i] = live ? asked->live->from : INT32_MAX;
    }
    for (uint32_t i = 0; i < report->lines_count; i++) {
        struct report_line *line = &report->lines[i];
        const struct figure_entry *entry = &FIGURES[line->figure];
        if (asked->by != BY_NOTHING && entry->value != VALUE_LONGEST && entry->region[0] == 0)
            TRY(ARENA_NEW(counting->arena, 1, &counting->cells[line->figure]));
        ask_line(counting, line);
    }
    return STATUS_OK;
}

static enum status read_all(struct report *report, const char *folder, struct counting *counting,
                            struct text why[TONGUES_COUNT])
{
    struct ledger_sink sink = {take_block, counting};
    enum report_source source = report->asked.source;
    enum status status = STATUS_OK;
    if (folder != NULL && source != SOURCE_LIVE)
        status = ledger_read(&report->ledger, folder, sink, counting->arena);
    if (status == STATUS_MALFORMED)
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            text_addf(&why[t], "%s: %s", folder, LEDGER_COMPLAINTS[COMPLAINT_damaged].in[t]);
    if (status == STATUS_OK && report->asked.live != NULL && source != SOURCE_IMPORTED)
        status = take_live(counting, report->asked.live);
    if (status == STATUS_REFUSED && counting->many) {
        text_addf(&why[TONGUE_EN], "more than %d parts; choose a coarser by=.", REPORT_CELLS_MAX);
        text_addf(&why[TONGUE_ZH], "分项超过 %d 个，请用更粗的 by=。", REPORT_CELLS_MAX);
    }
    return status;
}

enum status report_count(struct report *report, const char *folder, struct arena *arena,
                         struct text why[TONGUES_COUNT])
{
    struct counting *counting;
    TRY(ARENA_NEW(arena, 1, &counting));
    counting->by = report->asked.by;
    counting->arena = arena;
    TRY(begin(report, counting));
    TRY(read_all(report, folder, counting, why));
    TRY(check_periods(report, why));
    for (uint32_t i = 0; i < report->lines_count; i++) {
        struct report_line *line = &report->lines[i];
        give_numeral(line);
        if (line->missing < 0)
            TRY(give_cells(counting, line, arena));
    }
    report_hide(report);
    return STATUS_OK;
}

enum status report_make(struct report *out, const char *folder, const struct report_asked *asked,
                        struct arena *arena, struct text why[TONGUES_COUNT])
{
    TRY(report_ask(out, asked, arena, why));
    return report_count(out, folder, arena, why);
}
