/* policy.h -- which answer an organisation wants to what is known.
 *
 *   screening: 1
 *   policies:
 *     - organisation: "*"           all that have none of their own
 *       call:                       also payment, onboarding: lines, each an answer and why
 *         - answer: hold            warn, hold, block
 *           minutes: 30             of a hold
 *           reason: passes_money    a code for programs …
 *           en: "…"                 … and a sentence for people
 *           zh: "…"
 *           score: 0.8              a rule would find it with at least this score
 *           typology: mule          … of this typology
 *           grade: high             … at least so high
 *           list: blocked           `of` is on this list
 *           mark: dirty             `of` bears this mark
 *           weight: 0.5             … with at least this weight
 *           standing: high          `of` was alerted with at least this grade, as `typology`,
 *           days: 30                … in the last so many days
 *           of: payee               a field of the record
 *
 * All conditions of a line must hold; the sternest line that holds is the answer, and every line
 * that holds is a reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"
#include "ground/limits.h"
#include "ground/tongue.h"

enum screen_word {
#define SCREEN_WORD(name, en, zh) SCREEN_##name,
#include "screen/words.inc"
#undef SCREEN_WORD
    SCREEN_WORDS_COUNT
};

enum screen_kind {
#define SCREEN_KIND(name, en, zh) SCREEN_OF_##name,
#include "screen/words.inc"
#undef SCREEN_KIND
    SCREEN_KINDS_COUNT
};

const char *screen_word_name(enum screen_word word);
const char *screen_kind_name(enum screen_kind kind);

enum { POLICY_NO_FIELD = 0xFF };

struct policy_line {
    enum screen_word word;
    struct slice reason;
    struct slice say[TONGUES_COUNT];
    int64_t hold_ms;
    bool asks_finding; /* score, or typology and grade without `standing` */
    double score;
    bool has_typology;
    enum label typology;
    enum grade grade;  /* GRADE_NONE: any */
    struct slice list; /* empty: none; so with mark */
    struct slice mark;
    double weight;
    enum grade standing;                  /* GRADE_NONE: not asked */
    int64_t standing_ms;                  /* INT64_MAX: ever */
    uint8_t field_of[RECORD_KINDS_COUNT]; /* `of` by kind of record */
    unsigned at_line;                     /* of the file */
};

struct policy_lines {
    uint32_t count;
    struct policy_line *at;
};

struct policy {
    struct slice organisation;
    struct policy_lines of[SCREEN_KINDS_COUNT];
};

struct policies {
    uint32_t count;
    struct policy *at;
    unsigned warnings;
};

/* Reads and checks a file; everything is copied into the arena.  `why`: what is wrong, or for
 * STATUS_OK the warnings, a line each with path, line and column; in both tongues.
 * STATUS_MALFORMED, STATUS_FULL. */
enum status policies_read(struct policies *out, const char *path, struct slice text,
                          struct arena *arena, struct text why[TONGUES_COUNT]);
/* What they do, in words. */
void text_add_policies(struct text *text, const struct policies *policies, enum tongue tongue);
/* The policy that is part of the program (screening/default.yaml). */
struct slice policy_shipped(void);
/* The organisation's own, or that of all others; NULL: neither. */
const struct policy *policies_find(const struct policies *policies, struct slice organisation);
