/* screen.h -- what we answer while it rings: may this call, payment or customer go on?
 *
 * allow | warn | hold | block, with reasons, the values behind them and an id of the decision, from
 * the memory of detection as it is now; nothing is waited for.  A policy (YAML, per organisation)
 * maps scores, marks, lists and earlier alerts to answers; the default policy never blocks on a
 * machine's score alone.  Every answer is an entry of the journal.
 *
 *   request ── question ──> memory, between two batches: engine_probe, lists, marks, desk
 *                              │ policy
 *                              ├──> answer ──> whoever asked
 *                              └──> decision ──> journal, without waiting for the sync */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "live/live.h"
#include "screen/policy.h"

enum {
    SCREEN_ID_SIZE = 33,    /* hex, with NUL */
    SCREEN_NAME_SIZE = 65,  /* of a rule, list or mark, cut */
    SCREEN_JSON_MAX = 32768 /* bytes of an answer or decision as JSON, with NUL */
};

/* Everything is lent until the answer is there. */
struct screen_request {
    struct slice organisation;
    struct slice reference;      /* the asker's own word for it; may be empty */
    const struct record *record; /* what would happen; its position is not looked at */
    /* What stands against whoever asks, as JSON; empty: nothing.  `barred`: it may not go on. */
    struct slice sanction;
    bool barred;
};

/* One line of the policy that held. */
struct screen_reason {
    const struct policy_line *line;
    double value;                /* of a score, a weight or a grade */
    char name[SCREEN_NAME_SIZE]; /* the rule, list or mark */
    moment since;                /* of a mark or an earlier alert; MOMENT_NONE */
};

struct screen_answer {
    char id[SCREEN_ID_SIZE];
    enum screen_kind kind;
    enum screen_word word;
    moment asked;
    moment watermark;  /* how far detection has come; MOMENT_NONE: nothing yet */
    moment until;      /* of a hold; MOMENT_NONE */
    bool refused;      /* no decision could be journalled: there is no answer */
    bool late;         /* too old to be counted: rules were not asked */
    bool partly;       /* no memory to ask the rules: lists, marks and alerts alone */
    uint32_t findings; /* that the rules would make */
    double score;      /* the highest of them */
    struct slice sanction; /* lent from the request */
    uint32_t reasons_count;
    struct screen_reason reason[SCREEN_REASONS_MAX];
};

/* What kind of screening a record is for.  false: none. */
bool screen_kind_of(const struct record *record, enum screen_kind *out);

/* The answer from the memory as it is, changing nothing; the id is left empty.  The policies are
 * lent for the life of the answer.  Between two batches, on the thread of the pipeline. */
void screen_decide(const struct policies *policies, struct pipeline *pipeline,
                   const struct screen_request *request, moment now, struct screen_answer *out);

/* The answer as one JSON object, reasons in both tongues. */
void text_add_screen_answer(struct text *text, const struct screen_answer *answer);
/* What is journalled: request (names masked by nobody: the journal is under lock) and answer. */
void text_add_screen_decision(struct text *text, const struct screen_request *request,
                              const struct screen_answer *answer);

/* ---- beside live ---- */

struct screen;

struct screen_options {
    struct live *live;
    const struct policies *policies; /* lent for the life of the screen */
    struct clock clock;
    unsigned char seed[32]; /* of the ids; secret, so that nobody guesses one */
    int64_t deadline_us;    /* an answer that took longer is counted; 0: none is */
    /* Hears how long each asking took, on the thread that answered it.  NULL: nobody does. */
    void (*took)(void *self, int64_t us);
    void *self;
};

struct screen_counts {
    uint64_t asked, refused; /* requests; those that were answered STATUS_FULL */
    uint64_t answers[SCREEN_WORDS_COUNT];
    uint64_t late, partly;
    uint64_t batched; /* requests that came in batches */
    uint64_t missed;  /* askings answered behind the deadline */
};

/* Takes memory from boot, for SCREEN_DECISIONS_MAX decisions on their way to the disk.
 * STATUS_FULL. */
enum status screen_create(struct screen **out, const struct screen_options *options,
                          struct arena *boot);
/* Several requests at one moment of the memory.  The caller's, lent until `done` was called; that
 * happens once, perhaps before screen_ask returns, on the caller's thread or that of another asker
 * or of detection, and must be quick. */
struct screen_asking {
    const struct screen_request *request;
    struct screen_answer *answer; /* as many */
    size_t count;                 /* at most SCREEN_BATCH_MAX */
    bool batch;                   /* asked as one, even if it holds one */
    void (*done)(struct screen_asking *asking);
    struct question question; /* this and the rest are the screen's */
    struct screen *screen;
    int64_t begun_us;
};
/* STATUS_FULL: too much is waiting, or on its way to the disk; `done` will not be called.  Any
 * thread. */
enum status screen_ask(struct screen *screen, struct screen_asking *asking);
/* Any thread. */
void screen_count(struct screen *screen, struct screen_counts *out);
