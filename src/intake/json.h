/* json.h -- one JSON object on one line, taken apart into its members. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/text.h"

enum json_type {
    JSON_NULL,
    JSON_BOOL,   /* value: true or false as written */
    JSON_NUMBER, /* value: as written, so that decimals stay exact */
    JSON_STRING, /* value: without escapes */
    JSON_LIST,   /* of strings and numbers only; value: with `;` between them */
    JSON_NESTED, /* an object, or a list of more than strings and numbers; value: as written */
};

struct json_member {
    struct slice name;
    struct slice value;
    enum json_type type;
    unsigned hash; /* of the name, below JSON_HASHES */
};

enum json_end {
    JSON_OBJECT,
    JSON_BROKEN, /* not one JSON object; `at` is where */
    JSON_DOUBLE, /* a member is there twice: the last in `member` */
    JSON_WIDE,   /* more than COLUMNS_MAX members */
};

enum { JSON_DEPTH_MAX = 32, JSON_HASHES = 256 };

struct json_row {
    unsigned count;
    size_t at; /* bytes read */
    size_t spare_used;
    struct json_member member[COLUMNS_MAX]; /* lend from the line and from `spare` */
    char spare[ROW_BYTES_MAX + 1];          /* names and values that had escapes; lists */
};

/* The line must be UTF-8, without its line end, at most ROW_BYTES_MAX long. */
enum json_end json_read(struct json_row *row, struct slice line);
