/* backtest_inside.h -- the book of a backtest, for the one who compares two. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ledger.h"

const struct ledger *backtest_ledger(const struct backtest *backtest);
