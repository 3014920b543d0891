/* dissuasion.h -- warning somebody who is being worked on, in time, and in person if need be.
 *
 *     alert, hotline ─> new ─> graded ─> assigned ─> signed ─> contacting ─┬─> reached ─┐
 *                        │  by grade: minutes to the first contact         │            ├─> outcome
 *                        │              nobody answers: unreached ─> visiting ─> met ───┘     │
 *                        └─> withdrawn (nobody at risk)                                       │
 *                        closed <── follow_due <── seven days <── follow_up <─────────────────┘
 *
 * Two kinds of work: `dissuasion`, and `hold`, a protective limit on an account or line that ends
 * by itself, is told to the person with the way to appeal, and is lifted first and looked at
 * afterwards when the person objects.  The officer who asks for a hold acts first and is confirmed
 * by a second person, or it is taken back (domain.md 9.2; law art. 32(3)).
 *
 * A text to a person passes wording.h.  Sending is a sink, so that the room knows no network: what
 * is sent is written down in the transaction of the step.  Every span comes from outside: the law
 * pack or the defaults of domain.md 4.2 [P]. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"

enum dissuasion_grade {
    WARNING_EXTREME,
    WARNING_HIGH,
    WARNING_MEDIUM,
    WARNING_LOW,
    WARNINGS_COUNT
};

struct dissuasion_spans {
    /* By grade, in milliseconds; negative: there is no such duty (LOW is not visited). */
    int64_t first_contact_ms[WARNINGS_COUNT], no_answer_ms[WARNINGS_COUNT],
        meeting_ms[WARNINGS_COUNT];
    int64_t follow_up_ms, follow_answer_ms;
    int64_t hold_ms, lift_confirm_ms; /* a hold's term; until its lifting must be confirmed */
};

enum { DISSUASION_LETTER_SIZE = 33 };

/* A message to a person, inside the transaction of the step.  `channel`: sms, flash_sms, voice (the
 * text is read out by a machine).  `letter`: what names it in receipts; left empty if nothing is
 * sent here, because officers call.  A way that no adapter has is a status other than OK, and the
 * step fails. */
struct dissuasion_post {
    enum status (*send)(void *self, const struct work_item *item, struct slice channel,
                        struct slice to, struct slice text, struct arena *request,
                        char letter[DISSUASION_LETTER_SIZE]);
    void *self;
};

/* What becomes of a person who has paid, inside the transaction: the stop order is filled from the
 * item, nobody types it again.  And of a hold placed or lifted: told to who executes it. */
struct dissuasion_sinks {
    struct dissuasion_post post;
    enum status (*paid)(void *self, const struct work_item *item, struct arena *request);
    enum status (*hold)(void *self, const struct work_item *item, bool placed,
                        struct arena *request);
    void *self;
};

/* How long what has ended is kept (domain.md 9.4); 0: always. */
struct dissuasion_kept {
    int64_t false_ms, low_ms, other_ms;
};

struct dissuasion {
    struct dissuasion_spans spans;
    struct dissuasion_kept kept;
    int64_t tries_max; /* of one way before the next one */
    struct dissuasion_sinks sinks;
    enum tongue tongue; /* of texts to persons */
    struct work *work;  /* set when it is open */
    struct store *store;
};

extern const struct work_kind DISSUASION_KIND;
extern const struct work_kind HOLD_KIND;

/* The two plugs of the room over `dissuasion`, which must live as long as the work. */
struct work_plug dissuasion_plug(struct dissuasion *dissuasion);
struct work_plug hold_plug(struct dissuasion *dissuasion);

/* ---- what becomes of a text ----
 *
 *     sms ──failed, or silent tries_max times──> flash_sms ──> voice ──> somebody must go there
 *      └─ acknowledged: the person is reached */

enum dissuasion_receipt {
    RECEIPT_delivered,
    RECEIPT_read,
    RECEIPT_acknowledged,
    RECEIPT_failed, /* it cannot be delivered by this way */
    RECEIPT_silent, /* nobody said anything final in time */
    RECEIPTS_COUNT
};
/* false: there is none of this name. */
bool dissuasion_receipt_find(struct slice name, enum dissuasion_receipt *out);
/* In the caller's transaction.  A receipt for a text that is no longer the last one, or of an item
 * that has gone on, changes nothing and is STATUS_OK. */
enum status dissuasion_heard(struct dissuasion *dissuasion, const char *item, struct slice letter,
                             enum dissuasion_receipt receipt, struct arena *request);

/* What the machine makes of an alert on a victim: grade by score and by whether the call goes on.
 * */
struct dissuasion_cause {
    struct slice alert;    /* id, so that it makes one item once */
    struct slice phone;    /* of the person; may be empty if there is a document */
    struct slice document; /* may be empty */
    struct slice area, involved, scam, reason;
    double score;
    bool on_call;
    int64_t at_risk; /* minor units; negative: not known */
    moment detected;
};
enum dissuasion_grade dissuasion_grade_of(const struct dissuasion_cause *cause);
/* In the caller's transaction; `owner`: the home organisation. */
enum status dissuasion_from_alert(struct work *work, struct slice owner,
                                  const struct dissuasion_cause *cause, struct arena *request,
                                  struct work_item *out, bool *joined);
