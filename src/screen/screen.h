/* screen.h -- what we answer while it rings: may this call, payment or customer go on?
 *
 * allow | warn | hold | block, with reasons, the values behind them and an id of the decision, from
 * the memory of detection as it is now; nothing is waited for.  A policy (YAML, per organisation)
 * maps scores, marks and lists to answers; the default policy never blocks on a machine's score
 * alone.  Every answer is an entry of the journal. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "live/live.h"

struct screen;
