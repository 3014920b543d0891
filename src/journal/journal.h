/* journal.h -- what was acknowledged.
 *
 * Entries are appended in frames, numbered from 1 without gaps, and may be acknowledged after
 * journal_sync said OK: then they survive `kill -9` and power loss.  A journal is a row of segment
 * files on a volume.  What an entry means is its writer's business; the journal keeps bytes.
 *
 * A torn tail (power was lost in the middle of an unsynced write) is set aside in a file of its
 * own, cut off and reported.  Damage anywhere else refuses to open and is named by file and offset.
 * Nothing is ever deleted but by journal_retain.  One writer; readers are separate and may run
 * beside it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/volume.h"

struct journal;
struct journal_reader;

struct journal_options {
    struct volume volume;
    int64_t segment_size_max; /* a new segment begins when the current one has passed this */
    size_t frame_size_max;    /* 0: JOURNAL_FRAME_BYTES_MAX, and never more */
};

/* What opening, verifying or reading found; zeroed where nothing was. */
struct journal_finding {
    char file[VOLUME_NAME_MAX];
    int64_t offset;
    uint64_t sequence;               /* of the first entry that cannot be read */
    const char *what;                /* one clause, English; finding.h has it in the other tongue */
    int64_t torn_bytes;              /* a torn tail of this size was cut … */
    char torn_file[VOLUME_NAME_MAX]; /* … and is kept here */
};

/* Opens or begins a journal; takes memory from boot.  `*found` says what was noticed, also with
 * STATUS_OK. STATUS_MALFORMED: damage, see `*found`; nothing was changed.  STATUS_IO, STATUS_FULL.
 * */
enum status journal_open(struct journal **out, const struct journal_options *options,
                         struct arena *boot, struct journal_finding *found);
/* Writes the entries as one frame; `*first` is the number of the first one.  Not durable yet.
 * STATUS_FULL: larger than a frame.  STATUS_IO: the journal is broken from now on; every later call
 * says STATUS_IO. */
enum status journal_append(struct journal *journal, const struct slice *entries, size_t count,
                           uint64_t *first);
/* After STATUS_OK everything appended before the call is durable.  After STATUS_IO the process must
 * stop. */
enum status journal_sync(struct journal *journal);
/* The number that the next entry will get; all below `journal_synced` are durable. */
uint64_t journal_next(const struct journal *journal);
uint64_t journal_synced(const struct journal *journal);
uint64_t journal_first(const struct journal *journal);
/* Removes whole segments that hold only entries below `keep_from`. */
enum status journal_retain(struct journal *journal, uint64_t keep_from);
/* The number of the first entry of each segment, in order, into the arena. */
enum status journal_segments(struct volume volume, struct arena *arena, uint64_t **out,
                             size_t *count);
/* Syncs, marks the end, closes.  Takes the journal, also on failure.  Not calling it is a supported
 * way to stop. */
enum status journal_close(struct journal *journal);

/* Reads from entry number `from` on.  STATUS_ABSENT: older than what is kept.  A reader sees what
 * was written when it looks, so after STATUS_END it may be asked again. */
enum status journal_reader_open(struct journal_reader **out, struct volume volume, uint64_t from,
                                struct arena *arena, struct journal_finding *found);
/* The next entry, lent until the next call.  STATUS_END; STATUS_MALFORMED: damage, see the reader's
 * `found`. */
enum status journal_read(struct journal_reader *reader, uint64_t *sequence, struct slice *entry);
/* Goes on with entry number `from`, wherever the reader stood, by halving a segment instead of
 * reading it from its beginning: what lies in front of that entry is not checked.  STATUS_ABSENT:
 * older than what is kept.  After a failure the reader is good for another seek or its close. */
enum status journal_reader_seek(struct journal_reader *reader, uint64_t from);
void journal_reader_close(struct journal_reader *reader);

/* Reads everything and checks every byte.  STATUS_MALFORMED with the first damage in `*found`; if
 * it may be no more than a write that power or a kill cut short, `torn_bytes` says how long it is:
 * the next opening would set it aside. */
enum status journal_verify(struct volume volume, struct arena *scratch,
                           struct journal_finding *found, uint64_t *entries_count);
