/* mapping.h -- a feed's own columns, told as the fields of records.md.  Reference: docs/intake.md.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "file.h"

enum { SHAPES_MAX = 8 };

/* A column by its name, or by its number from 1. */
struct column_ref {
    struct slice name;
    unsigned number; /* 0: by name; no name: none */
};

struct mapped_origin {
    struct column_ref column, second;
    struct origin origin; /* all but the column numbers */
};

struct mapped_field {
    unsigned field;
    unsigned origins_count;
    struct mapped_origin origins[ORIGINS_MAX];
};

struct mapped_skip {
    struct column_ref column;
    struct skip skip;
};

/* The columns of a file without header; told apart by their number. */
struct shape {
    unsigned count;
    const struct slice *names;
};

struct mapping {
    struct slice name; /* of the file, without folder and ending */
    enum record_kind kind;
    enum file_form form;
    struct csv_form csv;
    enum encoding encoding; /* OPEN: by the bytes */
    uint64_t skip_lines;    /* before the header or the first row */
    unsigned columns_more;
    bool in_no_order;      /* `order: none` */
    unsigned shapes_count; /* 0: the file has a header */
    struct shape shapes[SHAPES_MAX];
    struct slice loose_first, loose_last;
    struct slice home_country, currency; /* at NULL: not said */
    bool zoned;
    int32_t zone_minutes;
    unsigned skips_count;
    const struct mapped_skip *skips;
    unsigned fields_count;
    struct mapped_field fields[RECORD_FIELDS_MAX];
};

/* Makes the plan of the file, whose names are known.  MALFORMED: it lacks a column; `why` says
 * which, unless it is NULL. */
enum status mapping_bind(const struct mapping *mapping, struct file *file, struct arena *boot,
                         struct text *why);
/* A mapping from text; `path` is for the complaints. */
enum status mapping_parse(struct mapping **out, const char *path, struct slice text,
                          struct arena *boot, struct text why[TONGUES_COUNT]);
/* The names that a mapped JSON file is asked for. */
enum status mapping_names(const struct mapping *mapping, struct arena *boot,
                          const struct slice **names, unsigned *count);
