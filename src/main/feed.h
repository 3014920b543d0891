/* feed.h -- the files that the command names, as one stream of records. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "progress.h"
#include "settings.h"

struct feed {
    const struct command *command;
    struct intake *intake;
    struct progress progress;
    struct disk_sink *rejects; /* NULL: only counted */
    const char *rejects_path;
    uint64_t rejects_max, rejects_count;
    bool rejects_full, rejects_failed;
    bool files_failed; /* in the middle; it has been said */
    size_t order_memory_max;
    bool order_full; /* files in no order did not fit into it */
};

/* Opens a file for each operand but the one that is `except` (NULL: none), and the file of rejects.
 * EXIT_INPUT, EXIT_FAILED: said. */
enum exit_code feed_open(struct feed *feed, const struct command *command,
                         const struct settings *settings, const char *except, struct arena *boot);
/* Of the memory that the command allows, what is left for who takes the records. */
size_t feed_memory_left(const struct feed *feed, size_t memory_max);
/* The next records.  A file that fails in the middle is said, and the others go on.  STATUS_END:
 * no more. STATUS_STOPPED: somebody asked, or there are too many rejects, or too many records in no
 * order. */
enum status feed_next(struct feed *feed, const struct record **records, size_t *count);
/* Whether the stream ended as it should, or because somebody asked: what was made of it may be
 * kept. */
bool feed_is_whole(const struct feed *feed, enum status status);
/* Says what went wrong on the way, and commits the rejects; of a run that is not whole but for too
 * many rejects, there are none. */
enum exit_code feed_end(struct feed *feed, enum status status);
void feed_close(struct feed *feed);
/* "read 10 = accepted 9 + rejected 1", and the rejects by their reason. */
void feed_add_counts(struct text *text, const struct feed *feed, enum tongue tongue);
/* For alert_view.path_of: `self` is the intake. */
struct slice feed_path_of(void *self, uint32_t file);
