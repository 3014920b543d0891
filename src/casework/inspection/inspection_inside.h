/* inspection_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/inspection/inspection.h"

#define DESK (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define HEAD WORK_ROLE(supervisor)

enum { INSPECTION_ASKING_MS = 2 * DAY_MS, INSPECTION_LEASE_MS = 30 * MINUTE_MS };
enum { COMPANIES_MAX = 200, INSPECTION_TEXT_MAX = 4096 };

/* ---- check.c: lists in the form in which fields keep them ---- */

/* The next object; `*at` begins at 0.  false: the list has no more. */
bool list_object(struct slice list, size_t *at, struct slice *object);
/* The text of a member as it stands between its quotes; false: there is none. */
bool object_text(struct slice object, const char *name, struct slice *out);
/* The same as a reader sees it: quotes without their backslash, line ends as blanks. */
void text_add_plain(struct text *text, struct slice between_quotes);

enum check_name {
#define CHECK(name, side, en, zh) CHECK_##name,
#include "casework/inspection/checks.inc"
#undef CHECK
    CHECKS_COUNT
};
/* STATUS_ABSENT: no such check. */
enum status check_find(struct slice name, enum check_name *out);
/* The act of which a breach of it is one, by the kind of the company: "art39".  NULL: a check that
 * is not for such companies. */
const char *check_act(enum check_name check, struct slice company_kind);
const struct saying *check_says(enum check_name check);

/* Whether the list is one of known checks, each once and each for such companies (kind empty: any);
 * `*out` has a bit for each. */
bool checklist_holds(struct slice checklist, struct slice company_kind, uint32_t *out);
/* Whether the findings answer each check once; `*breaches`: bits of those that were broken. */
bool findings_hold(struct slice findings, uint32_t checks, uint32_t *breaches);
/* "real_name: fact; …" of the breaches that fall under the act. */
void text_add_breaches(struct text *text, struct slice findings, struct slice company_kind,
                       const char *act);

struct work_plug batch_plug(struct inspection_desk *desk);
struct work_plug inspection_plug(struct inspection_desk *desk);
/* An inspection of a batch.  STATUS_REFUSED: no such company, or none that is inspected. */
enum status inspection_make(struct inspection_desk *desk, const struct work_item *batch,
                            struct slice company, struct arena *request);
/* Whether there is such a company.  STATUS_REFUSED: none that is inspected. */
enum status inspection_company(struct inspection_desk *desk, struct slice company,
                               struct arena *request);
/* How long one that has ended is kept, and its batch. */
int64_t inspection_kept(void *self, const struct work_item *item);
/* Only a supervising authority inspects. */
enum status inspection_may(struct inspection_desk *desk, const struct work_item *item,
                           struct arena *request);
