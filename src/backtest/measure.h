/* measure.h -- from the book to the figures. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger.h"

/* Fills in what follows from cases and alerts: labels, macro F1, rules, confusion, false alerts.
 * `out->set`, `seed`, `subjects` and `days` are set; `findings_of` has one number a rule.
 * STATUS_FULL: request. */
enum status measure_cases(const struct ledger *ledger, const uint64_t *findings_of,
                          const uint64_t *alerts_of, struct arena *request,
                          struct backtest_report *out);
