/* lines.h -- a carrier's lines as its own register has them: a CSV file, SQLite, or PostgreSQL.
 *
 * A mapping file says which column is which field of a reply (docs/lead.md shows one).  The number
 * of the holder's document never leaves this room as it is: it becomes `holder` (masked) and
 * `holder_key` (keyed digest, the same for the same holder at every carrier with the same key). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/check.h"
#include "ground/secret.h"

struct lines;

/* STATUS_MALFORMED: `why` says where in the mapping, or what the file or database lacks;
 * STATUS_FULL. */
enum status lines_open(struct lines **out, const char *path, struct slice text,
                       const struct secret *holder_key, struct arena *boot,
                       struct text why[TONGUES_COUNT]);
void lines_close(struct lines *lines);

struct line_known {
    struct slice value[REPLY_FIELDS_COUNT]; /* of the form of their fields; empty: not known */
    bool carried_away;
};

/* `number` canonical.  STATUS_ABSENT: no such line; STATUS_IO: the register cannot be asked. */
enum status lines_find(struct lines *lines, struct slice number, struct arena *request,
                       struct line_known *out);
/* A CSV file that has changed is read again; until then, and if it cannot be read, the old one
 * answers.  `*renewed`: it was.  For the thread that asks, now and then. */
enum status lines_renew(struct lines *lines, bool *renewed, struct text why[TONGUES_COUNT]);
/* Lines in memory; -1: they are in a database. */
int64_t lines_count(const struct lines *lines);
/* Rows of the file that were passed over, because their number is none. */
int64_t lines_passed(const struct lines *lines);
/* false: a database without an index on the number; each check would read the whole table. */
bool lines_indexed(const struct lines *lines);
