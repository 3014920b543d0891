/* alert_inside.h -- what the files of this room share: names shown only as far as the view allows.
 * */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"

enum {
    SHOWN_BYTES_MAX = 1024, /* of one value, label or condition; longer ones end in an ellipsis */
    REASON_BYTES_MAX = 8 * 1024, /* of one reason */
};

/* Whether names of this type point at somebody, or say where somebody was. */
bool type_is_personal(enum field_type type);
/* A value as the view allows: masked if it is of a personal name type. */
void text_add_shown(struct text *text, struct slice value, struct type type,
                    const struct alert_view *view);
/* Source text of `expr` as the view allows: its string literals may name somebody too. */
void text_add_shown_source(struct text *text, struct slice source, const struct expr *expr,
                           const struct alert_view *view);
/* What the left side of a compared condition is called, within SHOWN_BYTES_MAX. */
void text_add_evidence_label(struct text *text, const struct alert *alert,
                             const struct evidence *evidence, const struct alert_view *view,
                             enum tongue tongue);
/* What a field of events is called, or NULL. */
const char *field_word(enum record_kind kind, unsigned field, enum tongue tongue);
/* A condition that is no comparison, in words, within SHOWN_BYTES_MAX.  False, and nothing added:
 * it takes too many. */
bool text_add_wording(struct text *text, const struct alert *alert, const struct expr *expr,
                      const struct alert_view *view, enum tongue tongue);
/* The facts of the reason: what the conditions saw and what speaks against it, without title and
 * subject. */
void text_add_facts(struct text *text, const struct alert *alert, const struct alert_view *view,
                    enum tongue tongue);
/* "IMEI ***0001", "账户 622202****1234". */
void text_add_subject(struct text *text, const struct alert *alert, const struct alert_view *view,
                      enum tongue tongue);
/* Ends a text that ran full with an ellipsis. */
void text_end(struct text *text);
