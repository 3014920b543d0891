/* hide.c -- small numbers of people are not published.
 *
 * One hidden cell beside a shown sum is a sum that anybody can do.  So in each breakdown cells are
 * hidden, smallest first, until those hidden are two at least and come to the least number.
 * Rows that all say that they are public already (an incident in the newspaper) are shown.
 *
 * Not chosen:  noise.  A figure that is made up by a little is still made up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_inside.h"

static bool small(const struct report *report, int64_t count)
{
    return count > 0 && count < report->asked.least;
}

static bool public(const struct tally *tally)
{
    return tally->released == tally->rows;
}

static struct report_cell *smallest_shown(struct report_line *line)
{
    struct report_cell *found = NULL;
    for (uint32_t i = 0; i < line->cells_count; i++) {
        struct report_cell *cell = &line->cells[i];
        if (!cell->hidden && (found == NULL || cell->tally.count < found->tally.count))
            found = cell;
    }
    return found;
}

/* A share tells three numbers: those with the marks, those without, and all. */
static bool small_share(const struct report *report, const struct tally *part,
                        const struct tally *whole)
{
    return small(report, part->count) || small(report, whole->count) ||
           small(report, whole->count - part->count);
}

static bool small_cell(const struct report *report, const struct report_line *line,
                       const struct report_cell *cell)
{
    if (public(&cell->tally))
        return false;
    const struct figure_entry *entry = &FIGURES[line->figure];
    if (!value_is_share(entry))
        return small(report, cell->tally.count);
    struct tally part = cell->tally;
    part.count = share_part(entry, &cell->tally);
    return small_share(report, &part, &cell->whole);
}

static void hide_cells(const struct report *report, struct report_line *line)
{
    uint32_t hidden = 0;
    int64_t sum = 0;
    for (uint32_t i = 0; i < line->cells_count; i++) {
        struct report_cell *cell = &line->cells[i];
        if (!small_cell(report, line, cell))
            continue;
        cell->hidden = true;
        hidden++;
        sum += cell->tally.count;
    }
    while (hidden > 0 && (hidden == 1 || sum < report->asked.least)) {
        struct report_cell *cell = smallest_shown(line);
        if (cell == NULL)
            break;
        cell->hidden = true;
        hidden++;
        sum += cell->tally.count;
    }
}

void report_hide(struct report *report)
{
    if (report->asked.internal)
        return;
    for (uint32_t i = 0; i < report->lines_count; i++) {
        struct report_line *line = &report->lines[i];
        const struct figure_entry *entry = &FIGURES[line->figure];
        if (!LEDGER_SERIES[entry->series].people)
            continue;
        bool share = value_is_share(entry);
        struct tally now = line->now, before = line->before;
        now.count = share_part(entry, &line->now);
        before.count = share_part(entry, &line->before);
        line->hidden = !public(&line->now) && (share ? small_share(report, &now, &line->whole)
                                                     : small(report, line->now.count));
        line->comparison_hidden = line->hidden ||
                                  (!public(&line->before) && small(report, line->before.count)) ||
                                  (!public(&line->earlier) && small(report, line->earlier.count)) ||
                                  (share && small_share(report, &before, &line->whole_before));
        hide_cells(report, line);
    }
}
