/* desk.h -- where a carrier answers checks by itself: terms, register, and a log of every answer.
 *
 *     question of a letter that holds ─> asker, rate ─> form ─> terms ─> line ─> person? ─> fields
 *                                                                                   │
 *                   one transaction with its audit entry ──────────────────────── reply
 *
 * Invariants:  1. A reply and its audit entry are one transaction: whoever commits it may send it.
 *              2. A field is in a reply only if the terms list it for this purpose and basis.
 *              3. No number, name or document of the register is in the audit log or a figure.
 *              4. A refusal says why in a word of words.inc, and nothing of the line. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "answer/lines.h"
#include "answer/terms.h"
#include "audit/audit.h"
#include "ground/clock.h"
#include "store/store.h"

struct answer_desk;

enum { ANSWER_MIGRATIONS_COUNT = 1 };
extern const struct store_migration ANSWER_MIGRATIONS[ANSWER_MIGRATIONS_COUNT];

struct answer_options {
    struct store *store;
    struct audit *audit;
    const struct terms *terms;
    struct lines *lines;
    struct secret pseudonym; /* names lines in the audit log */
    struct clock clock;
};

enum status answer_open(struct answer_desk **out, const struct answer_options *options,
                        struct arena *boot);

/* One question, out of a letter whose signature held. */
struct asked {
    struct slice asker;  /* who signed it */
    struct slice letter; /* its id, a word of ASCII */
    struct slice body;
    struct check_question question; /* out; not filled in if the body has not its form */
    struct reply reply;             /* out; texts lie in `request` */
};

/* Inside the caller's open transaction, from any thread.  After another status than OK it can only
 * be rolled back, and nothing may be sent. */
enum status answer_question(struct answer_desk *desk, struct asked *asked, struct arena *request);

struct answer_counts {
    uint64_t outcome[CHECK_OUTCOMES_COUNT];
    uint64_t reason[CHECK_REASONS_COUNT];
};
void answer_count(const struct answer_desk *desk, struct answer_counts *out);
