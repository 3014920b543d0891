/* rulebook.h -- which rules are in force, who wrote them, and who let them in.
 *
 * A version is the text of some rule files, with the image hash that compiling them gave.  Its
 * author hands it in; another person approves it, as live or as shadow, naming that very image;
 * then it is brought into force, and whatever had its role before is retired.  Nothing is deleted.
 *
 *   submitted ─┬─> approved ─┬─> live ────> retired
 *              │             ├─> shadow ──> retired, or approved again to be live
 *              │             └─> failed
 *              └─> rejected | withdrawn | expired
 *
 * Whatever changes runs inside the open transaction of the caller, who writes the audit entry
 * (design.md 3, 6 and 8).  One writer; reading works through any reader of the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/rule.h"
#include "ground/checksum.h"
#include "ground/moment.h"
#include "store/store.h"

/* clang-format off */
enum rulebook_state {
#define STATE(name, en, zh) RULEBOOK_##name,
#include "rulebook/states.inc"
#undef STATE
    RULEBOOK_STATES_COUNT
};
/* clang-format on */

enum rulebook_role { RULEBOOK_AS_LIVE, RULEBOOK_AS_SHADOW };

enum { RULEBOOK_MIGRATIONS_COUNT = 1, RULEBOOK_PATH_MAX = 128, RULEBOOK_ACTOR_MAX = 64 };
extern const struct store_migration RULEBOOK_MIGRATIONS[RULEBOOK_MIGRATIONS_COUNT];

const char *rulebook_state_name(enum rulebook_state state);
const struct saying *rulebook_state_says(enum rulebook_state state);
const char *rulebook_role_name(enum rulebook_role role);
bool rulebook_role_find(struct slice name, enum rulebook_role *out);

/* One version; texts lie in the arena of whoever asked. */
struct rulebook_version {
    int64_t number; /* 1, 2, 3 … */
    enum rulebook_state state;
    enum rulebook_role role; /* approved, live, shadow, retired, failed: what it was approved as */
    struct slice image;      /* hex */
    struct slice author, decider;
    struct slice note;
    moment submitted, decided, effective; /* MOMENT_NONE: not yet */
    int64_t position; /* of the journal, from which on it is in force; 0: none */
    int64_t files_count;
};

/* What is handed in: files whose paths are relative, without `..`, and end in .cut. */
struct rulebook_draft {
    const struct rule_file *file;
    uint32_t files_count;
    struct slice image; /* hex, of rules_digest */
    struct slice author, note;
    moment now;
};

/* Whether a path may stand in the book: letters, digits, `_ - . /`, ending in .cut. */
bool rulebook_path_holds(struct slice path);
/* STATUS_MALFORMED: a path, or two the same; STATUS_FULL: more than RULEBOOK_WAITING_MAX wait. */
enum status rulebook_submit(struct store *store, const struct rulebook_draft *draft,
                            int64_t *number);

struct rulebook_word {
    int64_t number;
    struct slice image; /* what the speaker read: must be the version's */
    struct slice actor;
    moment now;
};

/* Another person's yes.  STATUS_ABSENT: no such version; STATUS_REFUSED: of one's own;
 * STATUS_LATE: not in a state for it, or expired; STATUS_MALFORMED: another image was read.  A
 * shadow may be approved again, to be live. */
enum status rulebook_approve(struct store *store, const struct rulebook_word *word,
                             enum rulebook_role role);
/* Another person's no, or the author's own withdrawal.  Statuses as above. */
enum status rulebook_reject(struct store *store, const struct rulebook_word *word);
/* Ends a shadow.  STATUS_ABSENT, STATUS_LATE: it is none. */
enum status rulebook_retire(struct store *store, const struct rulebook_word *word);
/* The version is in force from `position` on; who had its role before is retired. */
enum status rulebook_took_effect(struct store *store, int64_t number, uint64_t position,
                                 moment now);
enum status rulebook_failed(struct store *store, int64_t number, moment now);
/* Submissions older than RULEBOOK_DAYS_MAX expire; how many. */
enum status rulebook_expire(struct store *store, moment now, int64_t *expired);

/* ---- looking ---- */

/* STATUS_ABSENT. */
enum status rulebook_find(struct store *store, int64_t number, struct arena *arena,
                          struct rulebook_version *out);
/* The newest that is in this state (and role, for approved).  STATUS_ABSENT. */
enum status rulebook_find_state(struct store *store, enum rulebook_state state, struct arena *arena,
                                struct rulebook_version *out);
/* The newest of this image.  STATUS_ABSENT. */
enum status rulebook_find_image(struct store *store, struct slice image, struct arena *arena,
                                struct rulebook_version *out);
/* Those with numbers below `before` (0: all), newest first, at most `*count`. */
enum status rulebook_list(struct store *store, int64_t before, struct arena *arena,
                          struct rulebook_version *out, size_t *count);
/* Its files in the order of their paths, at most FILES_MAX. */
enum status rulebook_files(struct store *store, int64_t number, struct arena *arena,
                           struct rule_file **out, uint32_t *count);
