/* figures.h -- how the figures of a report are written, in all of its forms. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "backtest/backtest.h"

/* "0.833 [0.712–0.921]"; "–" where it is not known. */
void text_add_estimate(struct text *text, struct estimate estimate);
/* "49800.00" of so many minor units. */
void text_add_report_money(struct text *text, int64_t minor, int digits);
/* "26.1 h", in the largest unit that gives at least one. */
void text_add_wait(struct text *text, int64_t ms);
/* The subject of an example as the view allows. */
void text_add_example_subject(struct text *text, const struct case_example *example,
                              const struct backtest_view *view);
/* part / whole; 0 of nothing. */
double share_of(int64_t part, int64_t whole);
/* Whether the label was in the truth or alerted: else it is left out of tables. */
bool label_matters(const struct label_measures *label);
