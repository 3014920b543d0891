/* file.h -- one file of rows: how it was understood, and the reading of it, row by row. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv.h"
#include "encoding.h"
#include "json.h"
#include "message.h"
#include "row.h"
#include "shelf.h"
#include "source.h"

enum file_form { FORM_CSV, FORM_JSON, FORM_XML };

/* How a file was understood when it was added. */
struct file {
    struct slice path; /* ends in NUL */
    uint32_t number;
    enum file_form form;
    enum encoding encoding; /* OPEN until bytes above 127 are met */
    struct csv_form csv;
    enum record_kind kind;   /* KINDS_COUNT: the rows of a JSON file say theirs */
    enum record_group group; /* of most rows; decides when the file is read */
    const struct mapping *mapping;
    struct slice mapping_name;
    struct plan *plan;      /* NULL: canonical JSON, whose rows have the plans of their kinds */
    unsigned columns_count; /* of a CSV row; of a mapped JSON row: members asked for */
    unsigned columns_more;  /* columns behind these that are let pass */
    unsigned loose_first;   /* with unescaped quotes: the columns that may fall to pieces */
    unsigned loose_last;
    bool loose;
    const struct slice *names; /* of the columns; NULL: they have none */
    size_t body_at;            /* bytes before the first row */
    uint64_t body_line;        /* number of its line */
    moment first_at;           /* of its first record; NONE: not known */
    bool in_no_order;          /* read whole onto its shelf before its first record is given */
    struct shelf *shelf;       /* NULL: records are given as they are read */

    struct manner manner; /* what its rows cannot tell */
    struct time_memory times;

    struct source *source;         /* NULL: closed */
    struct messages *messages;     /* of an open file of XML; the lane's */
    struct markup_trouble trouble; /* why nothing of it can be read any more */
    uint64_t place;                /* of its last record: several transfers may begin on one line */
    struct slice memory;           /* a file that is bytes in memory */
    enum pack pack;
    bool once;             /* cannot be opened again: a pipe */
    bool skipping;         /* the rest of a line is to be passed over */
    uint64_t line;         /* number of the line at source->at */
    int64_t size;          /* on disk; -1: unknown */
    uint64_t taken;        /* of these, read before the last close */
    enum status failure;   /* IO, MALFORMED: it ended in the middle */
    enum disk_fault fault; /* when it could not be opened again */
    bool failure_told;
};

/* The field that a member's name stood for last. */
struct name_memory {
    bool known;
    enum record_kind kind;
    unsigned field; /* fields_count: it is no field */
    size_t size;
    char name[24];
};

/* What reading a row needs; one for all files of an intake. */
struct work {
    struct csv_row csv;
    struct json_row json;
    const struct slice *columns;         /* of the row at hand, in the order of the plan */
    struct slice column[COLUMNS_MAX];    /* of a JSON row, or of one that fell to pieces */
    unsigned column_number[COLUMNS_MAX]; /* of a JSON row: the member's number, from 1 */
    struct name_memory names[JSON_HASHES];
    enum record_kind kind_last;          /* that a row named */
    char decoded[2 * ROW_BYTES_MAX + 1]; /* a row of GB18030 as UTF-8 */
    struct transcoder transcoder;
    struct desk desk;
    struct plan *kind_plans[RECORD_KINDS_COUNT]; /* of canonical JSON: column i is field i */
    struct plan *message_plan;                   /* of transfers between banks */
    const struct slice *message_paths;
    enum record_kind kind_asked; /* of `--kind`; KINDS_COUNT: none */
    struct reject_sink rejects;  /* take NULL: nobody wants to know */
    struct intake_counts counts;
    struct record sample; /* for a look at a file's first rows */
    _Alignas(16) char sample_room[RECORD_ROOM_SIZE];
    bool window_stays; /* records that were not handed out yet lend from the window */
    bool parched;      /* the last END means only that the window would have to move */
};

/* Opens the file, or opens it again, at its first row.  IO: `file->fault`. */
enum status file_open(struct file *file, struct source *source);
/* Closes; gives the source back. */
struct source *file_close(struct file *file);
/* Puts the next record at the desk, with its position; rejected rows go to the sink.  END: no more,
 * see file->failure; or `work->parched`.  Any other status is the sink's. */
enum status file_next(struct file *file, struct work *work);
/* The same for the rows that are at hand whole, and counts them apart in `*counts`; nobody is told
 * of their rejects.  Reads at most `rows_max` rows and leaves the source at its place. */
void file_sample(struct file *file, struct work *work, uint64_t rows_max,
                 struct intake_counts *counts, moment *first_at);
/* Plans for rows that say their kind. */
enum status work_plans(struct work *work, struct arena *boot);
/* The name of the kind's plural that the file's name begins with, or RECORD_KINDS_COUNT. */
enum record_kind kind_by_name(struct slice path);
