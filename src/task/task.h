/* task.h -- one decision on many alerts, as work of the service.
 *
 *     ids, or a filter ── picked: which, how many, of what grade and rule
 *         ── at most `alone_max` ──────────────────> running ── each its own decision ──> done
 *         └─ more ──> proposed ── a second person ──┘      paused, cancelled; retried, undone
 *
 * What a task is about is fixed when it is made: the alerts lie in the store, one row each, with
 * what became of them.  A step decides some of them in one transaction, with the audit entry of
 * each; so a service that is killed goes on where it was, and decides nothing twice.  What a person
 * wrote, and the filter, may name somebody and lie sealed. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "bulletin/bulletin.h"
#include "ground/clock.h"
#include "ground/secret.h"

struct task_desk;

enum { TASK_MIGRATIONS_COUNT = 1, TASK_ID_SIZE = 24 };
extern const struct store_migration TASK_MIGRATIONS[TASK_MIGRATIONS_COUNT];

/* clang-format off */
enum task_state {
#define TASK_STATE(name, en, zh) TASK_##name,
#include "task/states.inc"
#undef TASK_STATE
    TASK_STATES_COUNT
};
/* clang-format on */
const char *task_state_name(enum task_state state);

struct task_options {
    struct store *store; /* the writer */
    const char *store_path;
    struct audit *audit;
    struct access *access;
    struct bulletin *bulletin;
    struct secret key; /* seals words and filters */
    struct seal_chance chance;
    struct clock clock;
    uint64_t alone_max; /* over so many a second person is needed */
    bool by_hand;       /* no thread: whoever opened it says task_step() */
};

/* Goes on with what runs.  STATUS_FULL; STATUS_IO. */
enum status task_desk_open(struct task_desk **out, const struct task_options *options,
                           struct arena *boot, struct text *why);
/* Finishes the step that it is at, no more. */
void task_desk_close(struct task_desk *desk);
uint64_t task_alone_max(const struct task_desk *desk);

/* A transaction: at most TASK_STEP_ITEMS alerts of one running task, or its end.  STATUS_END: none
 * runs. */
enum status task_step(struct task_desk *desk);

/* ---- a task ---- */

struct task {
    uint64_t number; /* newer ones have higher ones */
    char id[TASK_ID_SIZE];
    enum task_state state;
    struct slice owner, organisation; /* who asked for it */
    struct slice outcome, code;       /* of bulletin's lists */
    struct slice words, filter;       /* opened; filter empty: ids were given */
    struct slice effect;              /* JSON: grades, rules, held */
    struct slice undoes;              /* id of another task; empty: none */
    struct slice approver;            /* empty: it needed none, or has none yet */
    struct slice why;                 /* of a pause: person, owner */
    uint64_t count, done, failed;
    bool undone;                  /* another one takes it back */
    moment created, begun, ended; /* MOMENT_NONE: not yet */
    char digest[DIGEST_HEX_SIZE]; /* of decision and alerts: what is approved */
};

/* ---- which alerts ---- */

struct task_wish {
    const struct identity *by;
    struct bulletin_decision decision; /* id, actor and seen are not looked at */
    struct slice ids;                  /* with commas between; empty: */
    struct slice filter_text;
    const struct filter *filter; /* NULL: all */
    uint64_t upto;               /* no number above; 0: whatever there is */
};

struct task_pick {
    size_t count, held; /* held: somebody else looks at them */
    struct slice *id;
    uint64_t upto;
    size_t grades[5];
    struct task_rule {
        struct slice name;
        size_t count;
    } rule[TASK_RULES_MAX];
    size_t rules_count;
};

/* Through any reader: those that the decision would change.  STATUS_FULL: more than
 * TASK_ITEMS_MAX. */
enum status task_pick(struct task_desk *desk, struct store *reader, const struct task_wish *wish,
                      struct arena *arena, struct task_pick *out);
/* {"grades":{"high":3,…},"rules":[{"rule":…,"alerts":…},…],"held":0} */
void text_add_effect(struct text *text, const struct task_pick *pick);

/* ---- moving, in the caller's transaction; texts of `*out` in the arena ---- */

/* Proposed or running.  STATUS_FULL: TASKS_OPEN_MAX of theirs are not at their end. */
enum status task_add(struct task_desk *desk, const struct task_wish *wish,
                     const struct task_pick *pick, struct arena *arena, struct task *out);
enum task_act { TASK_APPROVE, TASK_PAUSE, TASK_RESUME, TASK_CANCEL, TASK_RETRY };
/* `by`: who does.  STATUS_REFUSED: not in this state.  Who may, the caller knows. */
enum status task_move(struct task_desk *desk, struct task *task, enum task_act act,
                      struct slice by);
/* A new task that opens again what this one decided and what still stands so.  STATUS_REFUSED: it
 * runs, opened alerts itself, has decided none, or is undone already. */
enum status task_undo(struct task_desk *desk, const struct task *task, const struct identity *by,
                      struct slice words, struct arena *arena, struct task *out);

/* ---- looking, through any reader ---- */

/* STATUS_ABSENT; STATUS_MALFORMED: another key, or it was changed. */
enum status task_find(struct task_desk *desk, struct store *reader, struct slice id,
                      struct arena *arena, struct task *out);
struct task_sink {
    enum status (*take)(void *self, const struct task *task);
    void *self;
};
/* Newest first, numbers below `before` (0: all); `owner` empty: everybody's. */
struct task_query {
    struct slice owner;
    bool proposed; /* those alone that wait for a second person */
    uint64_t before;
    size_t count_max;
};
enum status task_list(struct task_desk *desk, struct store *reader, const struct task_query *query,
                      struct arena *arena, struct task_sink sink);
/* Alerts of a task: which, and why not. */
struct task_item {
    uint64_t at;
    struct slice alert, fault; /* empty fault: none */
};
struct task_item_sink {
    enum status (*take)(void *self, const struct task_item *item);
    void *self;
};
/* Those that failed, behind `after`. */
enum status task_failures(struct store *reader, const struct task *task, uint64_t after,
                          size_t count_max, struct task_item_sink sink);
/* At most `count_max` of all, evenly spread. */
enum status task_sample(struct store *reader, const struct task *task, size_t count_max,
                        struct task_item_sink sink);
