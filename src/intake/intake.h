/* intake.h -- how we are told: files of any form in, canonical records out, and a reason for every
 * row refused.
 *
 * A bad row is never fatal and never silent: read = accepted + rejected, always.  Several files are
 * read as one stream in time order (each file is roughly ordered; the merge takes the file whose
 * next row is oldest). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/clock.h"
#include "ground/disk.h"
#include "ground/tongue.h"
#include "record/record.h"

struct mapping; /* a compiled mapping file: formats/NAME.yaml or one of the operator's */

enum intake_order {
    ORDER_AS_SAID,         /* files whose mapping says `order: none` are read first, and sorted */
    ORDER_NONE,            /* no file is in order: all are */
    ORDER_DOES_NOT_MATTER, /* none is: for who only counts */
};

/* What a mapping or a file name cannot tell. */
struct intake_options {
    struct slice kind;             /* of `--kind`; empty: by file name, then header, then guess */
    const struct mapping *mapping; /* of `--map`; NULL: canonical, or a known format by its shape */
    struct slice home_country;     /* E.164 country code digits, "86" */
    int32_t zone_minutes;          /* for times without an offset */
    struct slice home_currency;    /* "CNY" */
    enum intake_order order;
    size_t order_memory_max; /* for the records of files in no order; 0: ORDER_MIB_DEFAULT */
    uint64_t bytes_max;            /* of one file, unpacked; 0: any number */
};

enum reject_reason {
#define REJECT(name, en, zh) REJECT_##name,
#include "rejects.inc"
#undef REJECT
    REJECTS_COUNT
};

/* One refused row: lent until `take` returns. */
struct reject {
    struct slice file;
    uint64_t line;
    unsigned column; /* number of the column from 1; 0: the whole row */
    struct slice column_name;
    enum reject_reason reason;
    struct slice value; /* the offending value, cut to 64 bytes */
    struct slice row;   /* the row as read, cut to ROW_BYTES_MAX */
};

struct reject_sink {
    enum status (*take)(void *self, const struct reject *reject);
    void *self;
};

/* "TIME", "TOO_LONG": for programs. */
const char *reject_name(enum reject_reason reason);
/* The reject in one sentence in the tongue, without file and line. */
void text_add_reject(struct text *text, const struct reject *reject, enum tongue tongue);

struct intake;

struct intake_counts {
    uint64_t read, accepted, rejected;
    uint64_t skipped; /* rows that the mapping says to pass over; not part of read */
    uint64_t held;    /* accepted and not handed out yet: of files that are being put in order */
    uint64_t bytes, bytes_total; /* of the files as they lie on disk; total 0: unknown (a pipe) */
    uint64_t by_reason[REJECTS_COUNT];
    uint64_t by_kind[RECORD_KINDS_COUNT];
};

/* What is not a file's own lives in boot; for most of it the same intake can be used again. */
enum status intake_create(struct intake **out, const struct intake_options *options,
                          struct reject_sink rejects, struct arena *boot);
/* Adds a file, before the first intake_next (plain, gzip or zstd; "-" is standard input);
 * recognises encoding, form and kind from its first bytes. `*why` is one clear sentence in both
 * tongues when the status is not OK: missing, unreadable, a directory, empty, binary, of no known
 * kind.  Empty files are a fault of their own (STATUS_ABSENT). */
enum status intake_add(struct intake *intake, const char *path, struct text why[TONGUES_COUNT]);
/* The same for bytes in memory, lent until the intake is destroyed; `name` is what messages and the
 * kind go by. */
enum status intake_add_bytes(struct intake *intake, const char *name, struct slice bytes,
                             struct text why[TONGUES_COUNT]);
/* Forgets its files and counts, to be used for others: of this kind and mapping (as in the
 * options), with memory for them from `request` until the next reset.  What it lent is gone. */
void intake_reset(struct intake *intake, struct slice kind, const struct mapping *mapping,
                  struct arena *request);
/* How the file was understood, for people:
 * "calls.csv.gz: CSV, gzip, UTF-8, kind call, mapping asterisk". */
void text_add_intake_file(struct text *text, const struct intake *intake, uint32_t file,
                          enum tongue tongue);
uint32_t intake_files_count(const struct intake *intake);
/* The path of a file by the number in a record's position. */
struct slice intake_path(const struct intake *intake, uint32_t file);
enum record_kind intake_kind(const struct intake *intake, uint32_t file);

/* The next records, at most RECORD_BATCH_MAX: first all rows of register and truth files, then the
 * events merged by time. Lent until the next call.  While files in no order are being read there
 * are none, and STATUS_OK.  STATUS_END with count 0 at the end; STATUS_IO: a file failed in the
 * middle (what was read before has been handed out, or will be); STATUS_FULL. */
enum status intake_next(struct intake *intake, const struct record **records, size_t *count);
/* Whether there are files in no order, among those added. */
bool intake_sorts(const struct intake *intake);
/* Whether they are still being read: a STATUS_FULL now means that they do not fit. */
bool intake_is_sorting(const struct intake *intake);
/* After STATUS_IO: how the file failed. IO: the disk; MALFORMED: damaged packing; FULL: it unpacks
 * to more than bytes_max. */
enum status intake_failure(const struct intake *intake);
/* After STATUS_IO: which file failed, where and how; the next call goes on with the other files. */
void text_add_intake_fault(struct text *text, const struct intake *intake, enum tongue tongue);
void intake_count(const struct intake *intake, struct intake_counts *out);
/* The file whose row came last, for progress. */
struct slice intake_current(const struct intake *intake);
void intake_destroy(struct intake *intake);

/* Reads a mapping file.  On failure `*why` says file, line and what to do, in both tongues. */
enum status mapping_read(struct mapping **out, const char *path, struct arena *boot,
                         struct text why[TONGUES_COUNT]);

/* `cutline intake guess`: looks at the first rows, writes a proposed mapping file (YAML, with
 * comments and the confidence of each column) into `yaml` and five mapped rows, as canonical JSON,
 * into `rows`. */
enum status intake_guess(const char *path, const struct intake_options *options,
                         struct arena *scratch, struct text *yaml, struct text *rows,
                         struct text why[TONGUES_COUNT]);
