/* presence.h -- who is on a call now, as far as anybody told us.
 *
 * Call records come when a call has ended, so they cannot say it.  But a switch that asks before it
 * lets a call through (screening) tells that one begins; the record that follows tells that it
 * ended.  Between the two the line is on a call: with whom, and since when.  A call of which no
 * record ever comes is forgotten after PRESENCE_HOURS_MAX.
 *
 *     question of a switch ─> presence_rang ──┐
 *                                             ├─> line: with whom, since when ─> dissuasion
 *     call record ──────────> presence_ended ─┘
 *
 * Bounded: PRESENCE_LINES_MAX lines; when it is full the oldest are forgotten, counted.  Any
 * thread.  Nothing of it is kept over a restart: it is right again after the longest call. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/moment.h"
#include "record/ident.h"

struct presence;

enum status presence_create(struct presence **out, size_t lines_max, struct arena *boot);

/* A call begins, or may: both lines are on it from `at` on. */
void presence_rang(struct presence *presence, ident caller, ident callee, moment at);
/* It ended at `end`; a call of the two that began behind `end` goes on. */
void presence_ended(struct presence *presence, ident caller, ident callee, moment end);

struct presence_call {
    ident other;
    moment since;
    bool calling; /* this line called */
};
/* Whether the line is on a call at `now`. */
bool presence_find(struct presence *presence, ident line, moment now, struct presence_call *out);

struct presence_counts {
    uint64_t lines, rang, ended, forgotten;
};
void presence_count(struct presence *presence, struct presence_counts *out);
