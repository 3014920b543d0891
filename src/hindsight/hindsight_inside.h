/* hindsight_inside.h -- one trial, as its files share it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hindsight/hindsight.h"

#include "ground/arena.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

/* clang-format off */
enum hindsight_state {
#define STATE(name) HINDSIGHT_##name,
#include "hindsight/states.inc"
#undef STATE
    HINDSIGHT_STATES_COUNT
};
enum hindsight_failure {
#define FAILURE(name, en, zh) HINDSIGHT_FAILED_##name,
#include "hindsight/failures.inc"
#undef FAILURE
    HINDSIGHT_FAILURES_COUNT
};
enum hindsight_cut {
#define CUT(name, en, zh) HINDSIGHT_CUT_##name,
#include "hindsight/cuts.inc"
#undef CUT
    HINDSIGHT_CUTS_COUNT
};
/* What people made of the alerts on one subject; a later one outweighs an earlier one. */
enum hindsight_verdict { VERDICT_NONE, VERDICT_FALSE, VERDICT_TRUE, VERDICTS_COUNT };
/* clang-format on */

enum {
    PAIR_SLOTS = 2 * HINDSIGHT_SUBJECTS_MAX, /* at most half full */
    ROWS_MAX = 2 * RULES_MAX,                /* rules of both sides */
    EXAMPLE_BYTES_MAX = 32768,               /* a longer alert is counted, and not shown */
    RESULT_BYTES_MAX = 4 << 20,
};
static_assert((PAIR_SLOTS & (PAIR_SLOTS - 1)) == 0, "a mask finds the slot");
static_assert(3 * HINDSIGHT_EXAMPLES_MAX * (EXAMPLE_BYTES_MAX + 128) + ROWS_MAX * 640 + 65536 <
                  RESULT_BYTES_MAX,
              "the largest result fits");

/* One subject of one typology that either side spoke of. */
struct pair {
    char subject[BULLETIN_SUBJECT_SIZE]; /* its pseudonym; empty: a free slot */
    uint8_t label;
    bool counted, shown;
    uint8_t verdict;         /* enum hindsight_verdict */
    uint16_t row, row_live;  /* of the rules of the trial, and of detection, that spoke first */
    uint64_t tried, alerted; /* at which position the trial, and detection, spoke first; 0: never */
    struct slice live;       /* of one that is shown: the id of detection's first alert */
};

/* One rule of either side. */
struct rule_row {
    struct slice name;
    enum label label;
    uint64_t alerts, alerts_live; /* with repeats */
    uint64_t fresh, gone, same;   /* subjects */
    /* Of those that it was the first to speak of: on which so was decided, as a rule of the trial
     * and as one of detection. */
    uint64_t decided[VERDICTS_COUNT], decided_live[VERDICTS_COUNT];
};

struct day_row {
    int64_t day; /* since 1970, where the house stands */
    uint64_t alerts, alerts_live;
};

struct example {
    struct pair *pair;
    struct slice json; /* masked */
};
/* The first ones of a kind. */
struct examples {
    struct example at[HINDSIGHT_EXAMPLES_MAX];
    uint32_t count;
};

struct trial {
    struct hindsight_options options;
    struct arena *image; /* rules, tables, and what it says at the end */
    struct diags *diags;
    const struct rule_set *set;
    struct digest digest;
    char hex[DIGEST_HEX_SIZE];
    int64_t hours;
    moment asked;
    char id[HINDSIGHT_ID_SIZE], by[HINDSIGHT_BY_SIZE];
    _Atomic bool stop;
    int64_t begun_ms;            /* ticks */
    _Atomic uint64_t warm, from; /* positions: where it begins to read, and to listen */
    _Atomic uint64_t to, reached;
    bool registers; /* those of the newest snapshot were there */
    enum hindsight_cut cut;
    moment begins, warms; /* the first heartbeat of the window, and of what is read before it */
    uint64_t records, warmed, alerts, alerts_live;

    struct store *reader; /* of alerts */
    struct arena *scratch;
    struct pair *pair; /* PAIR_SLOTS */
    uint32_t pairs_count;
    struct rule_row *row;
    uint32_t rows_count;
    struct day_row day[HINDSIGHT_DAYS_MAX];
    uint32_t days_count;
    uint64_t other_days, other_days_live;
    struct examples fresh, gone, same;
    char *json; /* ALERT_BYTES_MAX: of one alert */
    struct text result;
};

/* ---- pass.c ---- */

/* From which position on the window is kept, and up to which alerts are told: first of all. */
enum status pass_window(struct trial *trial);
/* Reads the window through the trial's rules.  STATUS_STOPPED; STATUS_FULL: not even begun;
 * STATUS_ABSENT, STATUS_MALFORMED: of the journal. */
enum status pass_run(struct trial *trial);

/* ---- match.c ---- */

enum status match_open(struct trial *trial);
/* Whom detection spoke of in the window. */
enum status match_alerted(struct trial *trial);
/* The sink of the trial's alerts.  STATUS_FULL: more than one trial compares. */
enum status match_tried(void *self, const struct alert *alert);
/* New, gone and same of what was reached. */
enum status match_count(struct trial *trial);

/* ---- tell.c ---- */

enum status tell_result(struct trial *trial);
