/* offline.h -- an executor's own copy of the register, in a folder: brought up to date from signed
 * sheets (sheet.h), asked without a line.
 *
 *     head ─> part, part, part ─> `coming`, one frame each ─(all are there)─> woven ─┐
 *     delta ─(goes on from the version that is here)─> a frame behind the copy ──────┴─> `copy`
 *     `copy` ─> check: the same judge as in the house, by the law packs of this program
 *
 * Invariants:  1. `copy` answers as of one version, whole: a full export takes its place by a
 *                 rename, a delta is there when its frame is.  A process or power that dies leaves
 *                 the version before or the one after.
 *              2. A part is taken if it is the next one of the very head that was begun; a head or
 *                 delta, if it is newer than what is here.  What was taken is not asked for again.
 *              3. What is over is not answered from, from its own last second on, whatever the
 *                 copy's age; it leaves the file when that is woven anew: with each delta while
 *                 the copy is small, within a day of deltas otherwise.
 *              4. Memory is bounded whatever the size of the register. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/volume.h"
#include "standing/standing.h"

/* clang-format off */
enum offline_fault {
#define OFFLINE_FAULT(name, en, zh) OFFLINE_FAULT_##name,
#include "standing/offline_faults.inc"
#undef OFFLINE_FAULT
};
/* clang-format on */
const struct saying *offline_fault_says(enum offline_fault fault);

struct offline_copy;

struct offline_options {
    struct volume volume;
    const char *vkey;     /* the house's; lent for the copy's life */
    uint32_t small_rows;  /* up to so many the copy is woven with each delta; 0: as installed */
    uint32_t window_rows; /* that are woven at once; 0: as installed */
};

struct offline_facts {
    bool there, coming; /* a copy; an export that was begun */
    uint64_t version, rows, changes; /* rows as it was woven, changes that lie behind it */
    moment made;
    uint64_t coming_version, parts, taken; /* of the export: parts, and those that are here */
    struct slice head;                     /* of it, as it was signed; lent */
};

/* Goes on where the last process stopped.  One process at a time, which the caller sees to.
 * STATUS_REFUSED: `*fault`; STATUS_IO. */
enum status offline_open(struct offline_copy **out, const struct offline_options *options,
                         struct arena *arena, enum offline_fault *fault);
void offline_close(struct offline_copy *copy);
void offline_facts(const struct offline_copy *copy, struct offline_facts *out);
/* A delta, a head or a part.  STATUS_REFUSED: `*fault`, nothing was changed, but that after
 * `entries` no export is begun any more; STATUS_FULL; STATUS_IO. */
enum status offline_take(struct offline_copy *copy, struct slice sheet, moment now,
                         enum offline_fault *fault);
/* Makes the copy of an export whose parts are all here.  As offline_take. */
enum status offline_finish(struct offline_copy *copy, moment now, enum offline_fault *fault);
/* Forgets the export that was begun. */
enum status offline_drop(struct offline_copy *copy);

struct offline_asking {
    struct standing_key key;   /* under the executor's export key */
    struct standing_key under; /* standing_under() */
    struct standing_question question;
    moment now;
};
struct offline_answer {
    struct standing_verdict verdict;
    uint64_t version;
    moment made;
};
/* From the copy in the folder, while another process brings it up to date or not.
 * STATUS_REFUSED: `*fault`; STATUS_IO. */
enum status offline_check(const struct volume *volume, const struct law *law,
                          const struct offline_asking *asking, struct arena *scratch,
                          struct offline_answer *out, enum offline_fault *fault);
/* The answer as JSON. */
void text_add_offline_answer(struct text *text, const struct offline_answer *answer,
                             struct standing_key key, int32_t zone_minutes);
