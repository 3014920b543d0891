/* scene.h -- an example, told: records in, alerts out, in text that an investigator can write.
 *
 * A `.scene` file holds scenes.  Each is a short story of calls, messages and payments and says
 * which alerts must come of it; it is performed on fresh memory against one rule set, and nothing
 * else may alert unless the scene allows it.  How the text is written: docs/scene.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/rule.h"

/* Something in the text that cannot be understood; lent until `fault` returns. */
struct scene_fault {
    struct slice path;
    uint64_t line;
    unsigned column; /* in code points, from 1 */
    struct slice reason[TONGUES_COUNT];
};

enum scene_verdict {
    SCENE_MET,       /* the expected alert came */
    SCENE_MISSED,    /* it did not, or not in the way that was expected */
    SCENE_FORBIDDEN, /* an alert came that the scene said must not come */
    SCENE_UNEXPECTED /* an alert came that no line of the scene speaks of */
};

/* One expectation, or one surprise, as it turned out. */
struct scene_check {
    enum scene_verdict verdict;
    uint64_t line;         /* of the expectation; 0 for SCENE_UNEXPECTED */
    struct slice expected; /* the expectation as written; empty for SCENE_UNEXPECTED */
    struct slice came[TONGUES_COUNT];
};

/* How one scene went; lent until `result` returns. */
struct scene_result {
    struct slice path;
    uint64_t line; /* of the word `scene` */
    struct slice title[TONGUES_COUNT];
    bool passed;
    uint64_t records;
    uint64_t subjects; /* different (typology, subject) that were alerted */
    uint32_t checks_count;
    const struct scene_check *check;
};

struct scene_sink {
    enum status (*fault)(void *self, const struct scene_fault *fault);
    enum status (*result)(void *self, const struct scene_result *result);
    void *self;
};

struct scene_options {
    const struct rule_set *set;
    size_t memory_max; /* bytes of entity memory for one scene; 0: 64 MiB */
    unsigned threads;  /* of the engine; 0: 1 */
};

/* Performs every scene of a file.  OK: all were performed, whether or not they passed.
 * STATUS_MALFORMED: the text has faults, which were told, and no scene was performed.  STATUS_IO:
 * the file cannot be read (told as a fault of line 0).  STATUS_FULL: a limit.  Any status of the
 * sink is handed back. */
enum status scene_run(const char *path, const struct scene_options *options,
                      const struct scene_sink *sink);
/* The same for a text that is already in memory. */
enum status scene_play(struct slice path, struct slice source, const struct scene_options *options,
                       const struct scene_sink *sink);

/* One line: place and reason. */
void text_add_scene_fault(struct text *text, const struct scene_fault *fault, enum tongue tongue);
/* One line, and below it, if the scene failed, one or two for each check that was not met. */
void text_add_scene_result(struct text *text, const struct scene_result *result,
                           enum tongue tongue);
