/* interval.h -- how sure a figure is.
 *
 * 95 % throughout.  A share of few cases is uncertain, and a report that hides it sells luck as
 * skill. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "backtest/backtest.h"

/* part / whole with Wilson's score interval (1927), which stays within 0 and 1 and is honest for
 * few cases.  Unknown if whole is 0. */
struct estimate share_estimate(uint64_t part, uint64_t whole);
/* 2 found / (2 found + false + missed); 0 where nothing is counted. */
double f1_of(struct case_counts cases);
/* The same cases drawn again, with replacement. */
struct case_counts cases_drawn_again(struct case_counts cases, struct chance *chance);
/* Sorts the rounds and gives the value with the middle 95 % of them. */
struct estimate bootstrap_estimate(double value, double *rounds, size_t count);
/* The smallest one that is not below a share `q` of them, as in docs/language.md; count > 0,
 * sorted. */
int64_t quantile_of(const int64_t *sorted, size_t count, double q);
int compare_int64(const void *a, const void *b);
