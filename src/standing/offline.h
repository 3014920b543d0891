/* offline.h -- an executor's own copy of the register: merged from signed deltas, asked without
 * a line.
 *
 *     delta, delta, delta ─> merge (key, number and chain fit) ─> copy, a text like a delta from 0
 *     copy ─> check: the same judge as in the house, by the law packs of this program
 *
 * What is over is not answered from, whatever the copy's age, and leaves it at the next merge. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "standing/standing.h"

/* clang-format off */
enum offline_fault {
#define OFFLINE_FAULT(name, en, zh) OFFLINE_FAULT_##name,
#include "standing/offline_faults.inc"
#undef OFFLINE_FAULT
};
/* clang-format on */
const struct saying *offline_fault_says(enum offline_fault fault);

/* The copy after the delta; `copy` may be empty.  STATUS_REFUSED: `*fault`; STATUS_FULL. */
enum status offline_merge(struct slice copy, struct slice delta, const char *vkey, moment now,
                          struct arena *scratch, struct text *out, enum offline_fault *fault);

struct offline_asking {
    struct standing_key key; /* under the executor's export key */
    struct standing_question question;
    moment now;
};
/* STATUS_REFUSED: `*fault`. */
enum status offline_check(struct slice copy, const struct law *law,
                          const struct offline_asking *asking, struct standing_verdict *out,
                          uint64_t *version, enum offline_fault *fault);
/* The answer as JSON. */
void text_add_offline_answer(struct text *text, const struct standing_verdict *verdict,
                             struct standing_key key, uint64_t version, int32_t zone_minutes);
