/* ledger.h -- what was counted, as rows: one thing that happened, on a day, in a region.
 *
 *   series,day,until,region,type,marks,count,amount
 *   case_handled,2023-01-01,2023-09-30,,,covers,,        complete for this series on these days
 *   case_handled,2023-03-08,,110105,T01,,,
 *   money_intercepted,2023-03-08,,110105,T02,,,152300.00
 *
 * A ledger is a folder of parts.  Each part is one file that was taken in, as columns; it appears
 * whole or not at all, and never twice.  docs/report.md describes the file.
 *
 * Invariants:  1. A file with one wrong row is not taken: a published figure has no silent gap.
 *              2. No row lies outside the days for which its file says that it is complete.
 *              3. A damaged part ends the reading; nothing of it is counted as if it were whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "ground/disk.h"
#include "ground/limits.h"
#include "ground/tongue.h"

enum series {
#define SERIES(name, measure, people, from_zh, from_en, zh, en) SERIES_##name,
#include "report/series.inc"
#undef SERIES
    SERIES_COUNT
};

enum measure { MEASURE_NONE, MEASURE_YUAN, MEASURE_SECONDS };

enum ledger_mark {
#define MARK(name, bit, zh, en) MARK_##name = (bit),
#include "report/marks.inc"
#undef MARK
};
#define MARK_BIT(name) (1U << MARK_##name)

enum ledger_type {
#define TYPE(name, word, zh, en) TYPE_##name,
#include "report/stories.inc"
#undef TYPE
    TYPES_COUNT
};

enum complaint {
#define COMPLAINT(name, en, zh) COMPLAINT_##name,
#include "report/complaints.inc"
#undef COMPLAINT
    COMPLAINTS_COUNT
};

struct series_entry {
    const char *name;
    enum measure measure;
    bool people;
    struct saying from;
    struct saying says;
};

struct type_entry {
    const char *word;
    struct saying says;
};

extern const struct series_entry LEDGER_SERIES[SERIES_COUNT];
extern const struct type_entry LEDGER_TYPES[TYPES_COUNT];
extern const struct saying LEDGER_COMPLAINTS[COMPLAINTS_COUNT];

enum { LEDGER_TROUBLES_MAX = 20, LEDGER_BLOCK_ROWS = 16384 };

/* Why a file was not taken, the first of its wrong rows. */
struct ledger_troubles {
    uint64_t count; /* of all; the first are kept */
    struct {
        enum complaint complaint;
        uint64_t line; /* 0: of the whole */
    } at[LEDGER_TROUBLES_MAX];
};

/* Days from 1970-01-01, both included. */
struct ledger_cover {
    int32_t series, from, to;
};

/* One file that was taken. */
struct ledger_part {
    uint64_t rows;
    uint32_t covers_count;
    struct ledger_cover covers[LEDGER_COVERS_MAX];
    struct digest digest; /* SHA-256 of the file */
};

/* Rows of one series, column by column. */
struct ledger_block {
    enum series series;
    uint32_t rows;
    int32_t first, last; /* days */
    uint16_t day[LEDGER_BLOCK_ROWS];
    uint32_t region[LEDGER_BLOCK_ROWS];
    uint8_t type[LEDGER_BLOCK_ROWS], marks[LEDGER_BLOCK_ROWS];
    uint32_t count[LEDGER_BLOCK_ROWS];
    int64_t amount[LEDGER_BLOCK_ROWS]; /* fen, or seconds */
    bool live;                         /* counted from work; else of a file that was taken */
    uint64_t who[LEDGER_BLOCK_ROWS];   /* live: a keyed name of the person; files name nobody */
};

/* Takes the file ("-": standard input) into the folder, which is made if it is not there.
 * MALFORMED: `troubles`, also if it is there already or a part is damaged; REFUSED: another process
 * is writing; IO; FULL. */
enum status ledger_import(const char *folder, const char *path, struct arena *scratch,
                          struct ledger_part *out, struct ledger_troubles *troubles);

struct ledger_sink {
    enum status (*take)(void *self, const struct ledger_block *block); /* lent until it returns */
    void *self;
};

struct ledger {
    const char *folder;
    uint32_t parts_count;
    struct ledger_part *parts; /* in the order of their digests */
};

/* Reads all rows of all parts.  MALFORMED: a part is damaged, or there twice; IO; FULL; else the
 * sink's. */
enum status ledger_read(struct ledger *out, const char *folder, struct ledger_sink sink,
                        struct arena *arena);
/* Whether the ledger is complete for the series from day to day; if not, the first day missing. */
bool ledger_covers(const struct ledger *ledger, enum series series, int32_t from, int32_t to,
                   int32_t *missing);
/* "2023-09-30" as days.  MALFORMED. */
enum status ledger_day_parse(struct slice slice, int32_t *out);
void text_add_ledger_day(struct text *text, int32_t day);
