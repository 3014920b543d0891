/* sanction_deed.h -- one run of `cutline sanction`, for the files that do it (sanction_deed.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "asking.h"
#include "standing/standing.h"
#include "verbs.h"

enum { DEED_URL_MAX = 512 };

struct deed {
    const struct command *command;
    struct arena *arena;
    struct asking asking;
    struct text answer;
    const char *const *operand; /* behind the action */
    unsigned operands_count;
    int http_status; /* of the last deed_ask; 0: nobody answered */
    int64_t wait_s;
};

/* ---- operands ---- */

enum exit_code deed_file(const struct deed *deed, const char *path, struct slice *out);
/* The word behind NAME=; NULL: it is not said. */
const char *deed_said(const struct deed *deed, const char *name);
/* Its value; of @FILE what the file holds, without its last line end.  Unsaid: empty. */
enum exit_code deed_value(const struct deed *deed, const char *name, struct slice *out);
enum exit_code deed_needed(const struct deed *deed, const char *name, struct slice *out);
/* 64 hex digits. */
enum exit_code deed_secret(const struct deed *deed, const char *name, struct secret *out);
enum exit_code deed_question(const struct deed *deed, struct standing_question *out);
enum exit_code deed_text(struct deed *deed, size_t size, struct text *out);
/* On standard output, or to the file of --output. */
enum exit_code deed_show(const struct deed *deed, struct slice text);

/* ---- over the network ---- */

/* POST if `type` is said.  The answer is in `deed->answer`.  STATUS_IO: nobody answered. */
enum status deed_ask(struct deed *deed, const char *path, const char *type, struct slice body);

/* ---- sanction_copy.c ---- */

enum exit_code deed_check_copy(struct deed *deed);
enum exit_code deed_export(struct deed *deed);
enum exit_code deed_import(struct deed *deed);
enum exit_code deed_sync(struct deed *deed);
