/* money.h -- how much of the victims' money could still have been stopped. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger.h"

/* Adds up the flows of the ledger as backtest.h defines it, and marks who paid.  STATUS_FULL:
 * scratch. */
enum status money_measure(struct ledger *ledger, const struct registry *registry,
                          struct arena *scratch, struct money_measures *out);
