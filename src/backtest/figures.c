/* figures.c -- numbers for people: few digits, a unit, and how sure they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

void text_add_estimate(struct text *text, struct estimate estimate)
{
    if (estimate.known)
        text_addf(text, "%.3f [%.3f–%.3f]", estimate.value, estimate.low, estimate.high);
    else
        text_add_string(text, "–");
}

void text_add_report_money(struct text *text, int64_t minor, int digits)
{
    int64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    must(minor >= 0);
    text_add_whole(text, minor / unit);
    if (digits > 0)
        text_addf(text, ".%0*lld", digits, (long long)(minor % unit));
}

void text_add_wait(struct text *text, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } UNITS[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "min"}, {SECOND_MS, "s"}};
    size_t unit = 0;
    while (unit < 3 && ms < UNITS[unit].ms)
        unit++;
    text_addf(text, "%.1f %s", (double)ms / (double)UNITS[unit].ms, UNITS[unit].name);
}

void text_add_example_subject(struct text *text, const struct case_example *example,
                              const struct backtest_view *view)
{
    if (view->unmask)
        text_add(text, example->subject);
    else
        text_add_masked(text, example->subject, label_subject(example->label));
}

double share_of(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

bool label_matters(const struct label_measures *label)
{
    const struct case_counts *cases = &label->cases;
    return cases->found + cases->false_ones + cases->missed != 0;
}
