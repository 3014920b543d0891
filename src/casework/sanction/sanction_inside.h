/* sanction_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/sanction/sanction.h"

#define POLICE    (WORK_ROLE(duty) | WORK_ROLE(analyst) | WORK_ROLE(supervisor))
#define CHIEF     WORK_ROLE(supervisor)
#define EXECUTOR  (WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(service))
#define EXECUTORS (TO(bank) | TO(payment) | TO(carrier) | TO(internet) | TO(regulator))

enum { SANCTION_LEASE_MS = 30 * MINUTE_MS, SANCTION_PARTS_MAX = 256, SANCTION_KEY_BYTES = 16 };

/* Values as they will be after a step: what is brought, over what is there. */
struct sanction_view {
    const struct work_kind *kind;
    const struct work_item *item; /* NULL: a new one */
    const struct work_value *value;
    unsigned count;
};
struct slice sanction_get(const struct sanction_view *view, const char *field);

const struct law_pack *sanction_pack(const struct sanction_desk *desk, enum law_subject subject);
law_date sanction_today(const struct sanction_desk *desk);
struct digest sanction_person(const struct sanction_desk *desk, struct slice document);
/* The word of a group that stands in a value; false: none. */
bool sanction_code(struct slice word, enum law_group group, enum law_code *out);
enum status sanction_move(struct sanction_desk *desk, const char *item, const char *step,
                          const struct work_value *value, unsigned count, struct arena *request,
                          struct work_item *out);
enum status sanction_item(struct sanction_desk *desk, const char *id, struct arena *request,
                          struct work_item *out);
/* The next text of member `name` in a list of objects in canonical form; `*at` begins at 0. */
bool sanction_list_next(struct slice list, const char *name, size_t *at, struct slice *out);

/* ---- facts.c ---- */

/* Whether the law lets these facts be nominated, or determined at the level `rank`. */
enum work_fault sanction_facts(const struct sanction_desk *desk, const struct sanction_view *view,
                               int *field);
enum work_fault sanction_decision(const struct sanction_desk *desk,
                                  const struct sanction_view *view, int *field);
bool sanction_minor(const struct sanction_desk *desk, struct slice document, struct slice born,
                    bool *known);

/* ---- run.c ---- */

/* One determination among those of a person. */
struct sanction_part {
    char item[WORK_ID_SIZE];
    law_date start;
    struct law_span term, cap; /* amount 0: no cap is known, the term stands alone */
    enum law_counting counting;
    law_date latest;          /* by a decision on an appeal; LAW_DATE_NONE */
    law_date last, run_start; /* what follows */
    bool capped;
};
/* Counts the run over parts in the order of their starts.  STATUS_FULL: past the year 9999. */
enum status sanction_run(struct sanction_part *part, size_t count);
/* All that stand for a person, counted anew. */
enum status sanction_parts(const struct sanction_desk *desk, const struct digest *person,
                           struct arena *request, struct sanction_part **out, size_t *count);
enum status sanction_part_add(const struct sanction_desk *desk, const struct digest *person,
                              const struct sanction_part *part);
enum status sanction_part_end(const struct sanction_desk *desk, const char *item);
enum status sanction_part_latest(const struct sanction_desk *desk, const char *item,
                                 law_date latest);

/* ---- restrict.c ---- */

struct sanction_paper {
    const struct law_pack *pack;
    enum law_code category;
    struct slice dropped;
};
/* The measures of one kind of organisation as a list of objects; empty: it has none. */
void text_add_sanction_measures(struct text *text, const struct sanction_paper *paper,
                                enum organisation_kind kind);
bool sanction_dropped(struct slice dropped, enum law_code object);

struct sanction_decision {
    struct sanction_paper paper;
    struct slice facts, reference;
    law_date decided, start, last, run_start;
    struct law_span term;
};
void text_add_sanction_basis(struct text *text, const struct sanction_decision *decision,
                             enum tongue tongue);
void text_add_sanction_term(struct text *text, const struct sanction_decision *decision,
                            enum tongue tongue);
void text_add_sanction_said(struct text *text, const struct sanction_decision *decision,
                            enum tongue tongue);
void text_add_sanction_remedy(struct text *text, const struct sanction_decision *decision,
                              enum tongue tongue);
/* What the decision relies on that is marked below [V2]. */
void text_add_sanction_doubt(struct text *text, const struct sanction_decision *decision);

/* ---- hands.c ---- */

enum status sanction_hand_add(const struct sanction_desk *desk, const char *item, const char *user,
                              const char *part);
/* Whether the user nominated, seconded or determined it. */
enum status sanction_hand_took(const struct sanction_desk *desk, const char *item, const char *user,
                               bool *out);
/* Whether the organ stands at that level or above. */
enum status sanction_level(const struct sanction_desk *desk, struct slice organisation,
                           enum law_rank least, struct arena *request, bool *out);

/* ---- order.c, appeal.c, form.c ---- */

struct work_plug sanction_plug(struct sanction_desk *desk);
struct work_plug sanction_order_plug(struct sanction_desk *desk);
struct work_plug appeal_plug(struct sanction_desk *desk);
/* Orders to each executor on the list and each that the register matched. */
enum status sanction_orders_make(struct sanction_desk *desk, const struct work_item *sanction,
                                 bool match, struct arena *request);
enum status sanction_orders_change(struct sanction_desk *desk, const struct work_item *sanction,
                                   struct arena *request);
enum status sanction_orders_lift(struct sanction_desk *desk, const struct work_item *sanction,
                                 struct arena *request);
/* The last one was lifted: the sanction is done. */
enum status sanction_orders_done(struct sanction_desk *desk, struct slice sanction,
                                 struct arena *request);

struct appeal_cause {
    struct slice ground, statement, contact;
    bool officer;
};
enum status appeal_file(struct sanction_desk *desk, const struct work_item *sanction,
                        const struct appeal_cause *cause, struct arena *request);

/* ---- sanction.c: what a decision on an appeal does ---- */

enum status sanction_amend(struct sanction_desk *desk, const char *item, struct slice latest,
                           struct slice dropped, struct arena *request);
enum status sanction_revoke(struct sanction_desk *desk, const char *item, struct arena *request);
enum status sanction_suspend(struct sanction_desk *desk, const char *item, struct slice flag,
                             struct arena *request);
