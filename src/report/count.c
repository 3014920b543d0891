/* count.c -- from a request to tallies: which rows each figure wants, one pass, what came of it.
 *
 * A figure becomes up to five questions (now, its whole, the same a year before, two years before);
 * a block is passed over unless its series and days are asked for, so that 15 million rows are
 * looked at about once.
 *
 * Not chosen:  taking what days there are.  A figure of nine months under the heading of a year is
 *              wrong without looking wrong; so an incomplete period is refused by name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

enum { ASKED_MAX = FIGURES_COUNT * 5, DAYS_COUNT = UINT16_MAX + 1, PROVINCES = 100 };
enum {
    CELLS_MAX = (int)REPORT_MONTHS_MAX > (int)PROVINCES ? (int)REPORT_MONTHS_MAX : (int)PROVINCES
};

const struct figure_entry FIGURES[FIGURES_COUNT] = {
#define FIGURE(id, section, series, region, marks, value, unit, rule, period, compare, zh, en) \
    {#id,           SECTION_##section, SERIES_##series, region,          marks,                \
     VALUE_##value, UNIT_##unit,       RULE_##rule,     PERIOD_##period, COMPARE_##compare,    \
     SAYING(en, zh)},
#include "report/figures.inc"
#undef FIGURE
};

struct question {
    enum series series;
    int32_t from, to;
    uint32_t low, high; /* regions */
    uint8_t marks;
    struct tally *into;
    struct tally *cells; /* CELLS_MAX, or NULL */
};

struct counting {
    enum report_by by;
    uint32_t questions_count;
    struct question questions[ASKED_MAX];
    uint16_t month[DAYS_COUNT]; /* of a day: months from 1970-01 */
    struct tally *cells[FIGURES_COUNT];
};

/* ---- periods ---- */

static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)days_of_date(year, month, day);
}

static struct civil civil_of_day(int32_t day)
{
    return civil_of_moment((moment){(int64_t)day * DAY_MS}, 0);
}

/* The same day `years` earlier; 29 February becomes the 28th. */
static int32_t years_before(int32_t day, int32_t years)
{
    struct civil civil = civil_of_day(day);
    int32_t first = day_of(civil.year - years, civil.month, 1);
    int32_t then = first + civil.day - 1;
    return civil_of_day(then).month == civil.month ? then : then - 1;
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

/* ---- questions ---- */

static struct question *ask(struct counting *counting, const struct report_line *line,
                            uint8_t marks, int32_t years, struct tally *into)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    struct question *question = &counting->questions[counting->questions_count++];
    uint32_t low = 0;
    uint32_t span = 1;
    must(counting->questions_count <= ASKED_MAX);
    size_t digits = strlen(entry->region);
    for (size_t i = 0; i < 6; i++) {
        low = low * 10 + (i < digits ? (uint32_t)(entry->region[i] - '0') : 0);
        span *= i < digits ? 1 : 10;
    }
    *question = (struct question){
        .series = entry->series,
        .from = years == 0 ? line->from : years_before(line->from, years),
        .to = years == 0 ? line->to : years_before(line->to, years),
        .low = low,
        .high = low + span - 1,
        .marks = marks,
        .into = into,
    };
    return question;
}

static void ask_line(struct counting *counting, struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    bool share = entry->value == VALUE_SHARE;
    ask(counting, line, entry->marks, 0, &line->now)->cells = counting->cells[line->figure];
    if (share)
        ask(counting, line, 0, 0, &line->whole);
    if (entry->compare != COMPARE_NONE)
        ask(counting, line, entry->marks, 1, &line->before);
    if (entry->compare == COMPARE_SHARES)
        ask(counting, line, 0, 1, &line->whole_before);
    if (entry->compare == COMPARE_CHANGE)
        ask(counting, line, entry->marks, 2, &line->earlier);
}

/* ---- the pass ---- */

static enum status tally_add(struct tally *tally, const struct ledger_block *block, uint32_t at)
{
    tally->rows++;
    tally->approximate += (block->marks[at] & MARK_BIT(approximate)) != 0;
    tally->released += (block->marks[at] & MARK_BIT(released)) != 0;
    tally->count += block->count[at];
    if (block->amount[at] > tally->longest)
        tally->longest = block->amount[at];
    bool over = __builtin_add_overflow(tally->amount, block->amount[at], &tally->amount);
    over = over || tally->amount > NUMERAL_MAX || tally->count > NUMERAL_MAX;
    return over ? STATUS_FULL : STATUS_OK;
}

static uint32_t cell_of(const struct counting *counting, const struct question *question,
                        const struct ledger_block *block, uint32_t at)
{
    if (counting->by == BY_MONTH)
        return (uint32_t)(counting->month[block->day[at]] - counting->month[question->from]);
    return counting->by == BY_REGION ? block->region[at] / 10000 : block->type[at];
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
            if (!meant)
                continue;
            TRY(tally_add(question->into, block, k));
            if (question->cells != NULL)
                TRY(tally_add(&question->cells[cell_of(counting, question, block, k)], block, k));
        }
    }
    return STATUS_OK;
}

/* ---- what came of it ---- */

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

static enum status check_periods(struct report *report, struct text why[TONGUES_COUNT])
{
    for (uint32_t i = 0; i < report->lines_count; i++) {
        struct report_line *line = &report->lines[i];
        const struct figure_entry *entry = &FIGURES[line->figure];
        int32_t missing;
        if (!ledger_covers(&report->ledger, entry->series, line->from, line->to, &missing))
            return refuse(why, line, missing);
        line->has_before =
            entry->compare != COMPARE_NONE &&
            ledger_covers(&report->ledger, entry->series, years_before(line->from, 1),
                          years_before(line->to, 1), &missing);
        line->has_earlier =
            entry->compare == COMPARE_CHANGE &&
            ledger_covers(&report->ledger, entry->series, years_before(line->from, 2),
                          years_before(line->to, 2), &missing);
    }
    return STATUS_OK;
}

static void give_numeral(struct report_line *line)
{
    const struct figure_entry *entry = &FIGURES[line->figure];
    bool yuan = entry->value == VALUE_AMOUNT;
    int64_t value = yuan ? line->now.amount : line->now.count;
    if (entry->value == VALUE_LONGEST)
        value = (line->now.longest + 59) / 60;
    line->numeral = (struct numeral){
        .value = value,
        .per = yuan ? 100 : 1,
        .unit = entry->unit,
        .rule = entry->rule,
        .approximate = line->now.approximate > 0,
    };
}

static void label_cell(const struct report_line *line, enum report_by by, uint32_t at,
                       struct report_cell *cell)
{
    struct civil first = civil_of_day(line->from);
    uint32_t month = (uint32_t)first.month - 1 + at;
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        struct text text = text_over(cell->label[t], sizeof cell->label[t]);
        if (by == BY_MONTH)
            text_addf(&text, "%04d-%02u", first.year + (int32_t)(month / 12), month % 12 + 1);
        else if (by == BY_REGION)
            text_addf(&text, "%02u0000", at);
        else
            text_add_string(&text, LEDGER_TYPES[at].says.in[t]);
    }
}

static enum status give_cells(const struct counting *counting, struct report_line *line,
                              struct arena *arena)
{
    const struct tally *cells = counting->cells[line->figure];
    if (cells == NULL)
        return STATUS_OK;
    TRY(ARENA_NEW(arena, CELLS_MAX, &line->cells));
    for (uint32_t i = 0; i < CELLS_MAX; i++) {
        if (cells[i].rows == 0)
            continue;
        struct report_cell *cell = &line->cells[line->cells_count++];
        cell->tally = cells[i];
        label_cell(line, counting->by, i, cell);
    }
    return STATUS_OK;
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

static enum status choose(struct report *report, struct counting *counting, struct arena *arena,
                          struct text why[TONGUES_COUNT])
{
    const struct report_asked *asked = &report->asked;
    for (unsigned i = 0; i < FIGURES_COUNT; i++) {
        /* An incident has one day of its own: in another period it is another figure. */
        bool incident = FIGURES[i].period == PERIOD_FEB_20;
        if (asked->some ? !asked->figure[i] : asked->edition < 0 && incident)
            continue;
        struct report_line *line = &report->lines[report->lines_count++];
        *line = (struct report_line){(enum figure)i, .from = asked->from, .to = asked->to,
                                     .least = asked->least};
        if (asked->edition >= 0)
            own_period(asked, (enum period)FIGURES[i].period, &line->from, &line->to);
        int months = counting->month[line->to] - counting->month[line->from] + 1;
        if (asked->by == BY_MONTH && months > REPORT_MONTHS_MAX)
            return too_long(why);
        if (asked->by != BY_NOTHING && FIGURES[i].value <= VALUE_AMOUNT &&
            FIGURES[i].region[0] == 0)
            TRY(ARENA_NEW(arena, CELLS_MAX, &counting->cells[i]));
        ask_line(counting, line);
    }
    return STATUS_OK;
}

enum status report_make(struct report *out, const char *folder, const struct report_asked *asked,
                        struct arena *arena, struct text why[TONGUES_COUNT])
{
    struct counting *counting;
    if (!asked->internal && asked->least <= 0)
        return no_least(why);
    TRY(ARENA_NEW(arena, 1, &counting));
    *out = (struct report){.asked = *asked};
    counting->by = asked->by;
    for (int32_t day = 0; day < DAYS_COUNT; day++) {
        struct civil civil = civil_of_day(day);
        counting->month[day] = (uint16_t)((civil.year - 1970) * 12 + civil.month - 1);
    }
    TRY(choose(out, counting, arena, why));
    struct ledger_sink sink = {take_block, counting};
    enum status status = ledger_read(&out->ledger, folder, sink, arena);
    if (status == STATUS_MALFORMED)
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            text_addf(&why[t], "%s: %s", folder, LEDGER_COMPLAINTS[COMPLAINT_damaged].in[t]);
    TRY(status);
    TRY(check_periods(out, why));
    for (uint32_t i = 0; i < out->lines_count; i++) {
        give_numeral(&out->lines[i]);
        TRY(give_cells(counting, &out->lines[i], arena));
    }
    report_hide(out);
    if (asked->edition >= 0 && !asked->some)
        report_facts(out);
    return STATUS_OK;
}
