/* plan.h -- who has a number: ranges of a number plan, and numbers that were carried along.
 *
 * A folder of CSV files.  One with the column `prefix` gives ranges: the longest prefix whose
 * `digits` fit wins.  One with the column `number` gives numbers that are elsewhere than their
 * range says (携号转网); it always wins.  What the files do not say is not guessed: the answer then
 * is why not.
 *
 *   prefix,digits,carrier,region,type,confidence,note         number,carrier,note
 *   +86133,13,telecom,,mobile,V2,                             +8613900000000,unicom,2024-05
 *   +86871,,,5301,fixed,V2,Kunming
 *
 * A plan that was read is read-only and may be used by any thread; a new one takes its place whole
 * (plan_desk below). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/text.h"
#include "ground/tongue.h"

struct plan;
struct plan_desk;

/* clang-format off */
enum line_type {
#define LINE_TYPE(name, en, zh) LINE_##name,
#include "numberplan/lines.inc"
#undef LINE_TYPE
    LINE_TYPES_COUNT
};
enum plan_find {
#define PLAN_FIND(name, en, zh) PLAN_##name,
#include "numberplan/lines.inc"
#undef PLAN_FIND
    PLAN_FINDS_COUNT
};
/* clang-format on */

const char *line_type_name(enum line_type type);
const struct saying *line_type_says(enum line_type type);
const char *plan_find_name(enum plan_find find);
const struct saying *plan_find_says(enum plan_find find);
static inline bool plan_names(enum plan_find find)
{
    return find == PLAN_found || find == PLAN_ported;
}

/* What is known of a number; texts lend from the plan. */
struct plan_route {
    enum plan_find find;
    struct slice carrier; /* a word of the files; empty unless plan_names(find) */
    struct slice region;  /* GB/T 2260 code of two digits or more; may be empty */
    struct slice type;    /* of line_type_name; empty: not known */
    struct slice confidence;
    struct slice file; /* where it stands */
    uint32_t line;
    unsigned prefix_size; /* of the range, `+` included */
};

/* The files *.csv of a folder, in the order of their names.  STATUS_MALFORMED: `why` says file,
 * line and what; STATUS_IO: `why`; STATUS_FULL. */
enum status plan_read(struct plan **out, const char *folder, struct arena *image,
                      struct text why[TONGUES_COUNT]);
/* One file's text, for tests and fuzzers. */
enum status plan_read_text(struct plan **out, const char *name, struct slice text,
                           struct arena *image, struct text why[TONGUES_COUNT]);
uint32_t plan_rows(const struct plan *plan);

/* `number` as anybody writes it at `home_country`. */
struct plan_route plan_route(const struct plan *plan, struct slice number,
                             struct slice home_country);

/* The plan in use: read again when somebody says so, while others look.  A new plan that cannot be
 * read leaves the old one in use. */
enum status plan_desk_open(struct plan_desk **out, const char *folder, struct arena *boot,
                           struct text why[TONGUES_COUNT]);
enum status plan_desk_reload(struct plan_desk *desk, struct text why[TONGUES_COUNT]);
/* As plan_route; its texts are copied into `request`. */
enum status plan_desk_route(struct plan_desk *desk, struct slice number, struct slice home_country,
                            struct arena *request, struct plan_route *out);
void plan_desk_close(struct plan_desk *desk);
