/* stream.h -- records without end, each known by its number alone, and rules that they wake.
 *
 * Record n of a seed is always the same, so a test can say what a journal must hold without keeping
 * it.  Among them are registers, late ones, doubles, names that are hashed, and lists of names. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "detect/rule/rule.h"
#include "ground/arena.h"

/* Record `n`, from 0 on; its texts and lists are taken from the arena. */
struct record stream_record(uint64_t seed, uint64_t n, struct arena *arena);

/* Two rule sets that share some profiles and differ in others. */
enum stream_rules { STREAM_RULES, STREAM_RULES_CHANGED };
const struct rule_set *stream_rule_set(enum stream_rules which, struct arena *image);

/* Alerts as lines: id, position, rule, subject, evidence, counts, positions. */
struct tally {
    struct arena *arena;
    struct slice *line;
    size_t count, room;
};
void tally_init(struct tally *tally, size_t room, struct arena *arena);
struct alert_sink tally_sink(struct tally *tally);
/* In bytewise order, each line once: what somebody has who keeps alerts by their id, however often
 * they were made again. */
void tally_settle(struct tally *tally);
/* Whether both hold the same lines; says on standard error which one is alone. */
bool tally_equal(const struct tally *a, const struct tally *b);
