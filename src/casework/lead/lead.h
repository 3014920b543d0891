/* lead.h -- leads on telephone lines: checked by their carriers in minutes, put together where they
 * point to one place, followed to the site, and told back.
 *
 *     alert ──┐                          ┌─ person of the carrier (a seat, a step)
 *     hotline ├─> lead_check ── sent ────┤                                   ─> answered
 *     push ───┘       │  number plan,    └─ machine of the carrier (a letter)       │
 *                     │  directory                                                  │
 *                     │                            signs in common within a window  v
 *                     └──< outcome, a word ── site_task <── house, cell, device, holder, outlet
 *
 * Invariants:  1. A check leaves only with a document's number and two persons; at once only at
 *                 extreme grade, and then it is withdrawn after a day if nobody confirms it.
 *              2. A carrier is told the number, the times, purpose, ground and document, and in the
 *                 end one word; nothing of a victim, a score or another line.
 *              3. A number whose carrier is not known goes to nobody; the item says why.
 *              4. Leads that share a sign within the window share one open site task.
 *              5. Whoever was asked about a line is told, in the same transaction, of its clearing.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "check/check.h"
#include "numberplan/plan.h"

struct lead;

enum { LEAD_MIGRATIONS_COUNT = 1, LEAD_PLUGS_COUNT = 2 };
extern const struct store_migration LEAD_MIGRATIONS[LEAD_MIGRATIONS_COUNT];
extern const struct work_kind LEAD_CHECK, SITE_TASK;

/* What leaves for a partner; kept by whoever takes it, inside the transaction of the call. */
struct lead_letter {
    const char *kind;     /* "lead.ask", "lead.notice" */
    struct slice partner; /* as the directory names it */
    struct slice work;    /* the lead */
    int64_t round;        /* with kind and work it names the letter: the same is sent once */
    struct slice body;    /* canonical JSON of check.h */
    moment deadline;      /* MOMENT_NONE: as usual */
    bool answer_wanted;
};
struct lead_post {
    enum status (*post)(void *self, const struct lead_letter *letter, struct arena *request);
    /* Whether there is such a partner: one that the directory names and nobody knows gets nothing,
     * and if it has no people here either, the check is refused before anybody approves it. */
    bool (*known)(void *self, struct slice partner);
    void *self; /* `post` NULL: nothing is sent, people answer */
};

struct lead_options {
    struct store *store;    /* the writer */
    struct plan_desk *plan; /* NULL: there is none, every number goes to nobody */
    const char *directory;  /* path of its file; NULL: there is none */
    struct secret key;      /* names signs without naming them */
    struct lead_post post;
    struct slice home; /* who owns what comes from alerts and letters; empty: lead_at_home */
    struct slice home_country;              /* "86" */
    int64_t request_ms, answer_ms, late_ms; /* the law pack's clocks */
    int64_t window_ms;                      /* in which leads are put together */
    int64_t kept_cleared_ms, kept_other_ms; /* after their end (domain.md 9.4); 0: always */
};

/* STATUS_MALFORMED: the directory, `why`; STATUS_IO: it cannot be read. */
enum status lead_create(struct lead **out, const struct lead_options *options, struct arena *boot,
                        struct text why[TONGUES_COUNT]);
/* For work_open; afterwards lead_start with what it opened. */
void lead_plugs(struct lead *lead, struct work_plug out[LEAD_PLUGS_COUNT]);
void lead_start(struct lead *lead, struct work *work);
/* The owner of what comes from alerts and letters, where lead_create did not know it (nobody had
 * enrolled yet).  Once. */
void lead_at_home(struct lead *lead, struct slice home);
void lead_destroy(struct lead *lead);
/* Other clocks, of the law that holds from now on; inside a transaction of the store, where alone
 * they are asked. */
void lead_clocks(struct lead *lead, int64_t request_ms, int64_t answer_ms, int64_t late_ms);
void lead_kept(struct lead *lead, int64_t cleared_ms); /* of what is kept after its end */
/* Reads number plan and directory again; what cannot be read leaves the old one in use, `why`. */
enum status lead_reload(struct lead *lead, struct text why[TONGUES_COUNT]);

/* ---- where leads come from, inside the caller's transaction ---- */

struct lead_alert {
    struct slice id, number, typology;
    int grade; /* 0 none, 1 low .. 4 extreme */
    moment time;
};
/* One lead for each alert, whoever asks how often; more alerts on one number join the open one.
 * STATUS_MALFORMED: not a number. */
enum status lead_from_alert(struct lead *lead, const struct lead_alert *alert,
                            struct arena *request, struct work_item *out, bool *joined);
/* Of whoever may push (directory).  STATUS_REFUSED: not them; STATUS_MALFORMED: the body. */
enum status lead_from_push(struct lead *lead, struct slice partner, struct slice letter,
                           struct slice body, struct arena *request, struct work_item *out,
                           bool *joined);

/* ---- answers by letter, inside the caller's transaction ---- */

/* `work`: the lead that was asked about.  An answer that comes when it is no longer wanted changes
 * nothing.  STATUS_MALFORMED: the body; STATUS_REFUSED: this partner was not asked. */
enum status lead_take_reply(struct lead *lead, struct slice partner, struct slice work,
                            struct slice body, struct arena *request, bool *used);

/* What would be done with a number: plan, then directory.  Texts in `request`. */
struct lead_route {
    struct plan_route plan;
    struct slice organisation, partner; /* both empty: nobody */
};
enum status lead_route(struct lead *lead, struct slice number, struct arena *request,
                       struct lead_route *out);

struct lead_counts {
    uint64_t asked, answered_machine, answered_person, declined, held, overdue, cleared, notices,
        sites, joined_sites;
};
void lead_count(const struct lead *lead, struct lead_counts *out);
