/* outbox.h -- letters that must arrive, answers that must count once.
 *
 *     a step of work ─ outbox_add ─> row (the caller's transaction)
 *                                     │ delivery, each partner at its own pace
 *                                     ├─ handed over, refused, nobody there: counted; again later
 *                                     ├─ answered ──────────────> plug.come     ┐ one transaction
 *                                     └─ its time is over ──────> plug.missed   ┘ with its entry
 *     letter of a partner ─ outbox_receive ─> believed? new? asked for? ─> plug.come
 *
 * Invariants:  1. A letter is in the store before it is on its way: the caller's transaction holds
 *                 it or nobody ever saw it.
 *              2. Delivery is at least once, taking is once: sender and id are remembered with the
 *                 digest, and `come` runs in the transaction that remembers them.
 *              3. Every letter ends: answered, handed over (if no answer is wanted), or missed, and
 *                 `missed` is said once, within a second of its time, or at the next start.
 *              4. Every attempt is counted, and counted before it is made.
 *              5. Envelopes lie sealed in the store.  No log, address or file name has anything of
 *                 a letter but its id.
 *
 * Both sides use this room: whoever asks and whoever answers.  One that answers calls outbox_add
 * with `reply_to` inside `come` (at once) or later (a person's answer); a letter that comes again
 * brings the same answer again. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"
#include "ground/clock.h"
#include "ground/secret.h"
#include "partner/letter.h"
#include "partner/list.h"
#include "store/store.h"

enum { PARTNER_MIGRATIONS_COUNT = 1 };
extern const struct store_migration PARTNER_MIGRATIONS[PARTNER_MIGRATIONS_COUNT];

struct outbox;

/* clang-format off */
enum outbox_state {
#define STATE(name, word, en, zh) OUTBOX_##name,
#include "partner/states.inc"
#undef STATE
    OUTBOX_STATES_COUNT
};
/* clang-format on */

const char *outbox_state_name(enum outbox_state state);
const struct saying *outbox_state_says(enum outbox_state state);

/* ---- what happens with letters of a kind ---- */

struct outbox_come {
    const struct letter *letter; /* with its body; for the life of the call */
    const struct partner *from;
    struct letter_id asked;  /* the letter of ours that it answers; empty: none, it is new */
    struct slice object;     /* what outbox_draft.object said of that one */
    unsigned answers_before; /* to that letter: 0 the first time */
    bool late;               /* that letter was said to be missed */
    moment now;
};

struct outbox_missed {
    struct letter_id id;
    const struct partner *to; /* NULL: no longer in the list */
    struct slice kind, object;
    bool arrived; /* it was handed over, and nobody answered */
    int64_t attempts;
    moment deadline, now;
};

/* Either may be NULL.  Both run inside an open transaction of the store, from any thread, and may
 * write to it, call outbox_add, append to the audit log.  `come`: STATUS_MALFORMED refuses the
 * letter for its body, STATUS_REFUSED for its kind, for good; any other status but OK rolls back,
 * and it comes again (STATUS_IO: the store failed).  `missed`: any status but OK rolls back, and it
 * is said again later. */
struct outbox_plug {
    struct slice kinds; /* letters of this kind, or of kinds that begin with it and a dot */
    enum status (*come)(void *self, const struct outbox_come *come, struct arena *request);
    enum status (*missed)(void *self, const struct outbox_missed *missed, struct arena *request);
    void *self;
};

/* ---- how letters travel ---- */

/* One partner's way, used by one thread at a time. */
struct outbox_way {
    /* Hands an envelope over; what comes back at once (an envelope, or nothing) is added to
     * `answer`.  STATUS_REFUSED: the partner does not want it (counted, and tried again later: its
     * house may be set right before the deadline); STATUS_LATE: it is busy; STATUS_IO: nobody is
     * there. */
    enum status (*hand)(void *self, const struct letter_id *id, struct slice envelope,
                        struct text *answer);
    /* NULL, or the next envelope that lies there for us, into `request`.  STATUS_END: none.  It is
     * given again until `taken` was said of it; `refused`: it is set aside for a person. */
    enum status (*fetch)(void *self, struct arena *request, struct slice *envelope);
    enum status (*taken)(void *self, bool refused);
    void *self;
};

/* The ways of list.h over the machine: HTTP by the courier, folders by the disk.  STATUS_IO: a
 * folder cannot be made, `why` says which. */
enum status outbox_ways_of_machine(const struct partner_list *list, struct arena *boot,
                                   struct outbox_way **out, struct text *why);
/* After outbox_close(). */
void outbox_ways_release(const struct partner_list *list, struct outbox_way *ways);

/* ---- opening ---- */

struct outbox_options {
    struct store *store; /* the writer */
    struct audit *audit;
    const struct partner_list *list;
    const struct outbox_way *way; /* one for each partner; not looked at for PARTNER_WAY_FETCH */
    const struct seal_keypair *keypair;
    struct secret key;   /* seals envelopes in the store */
    struct secret older; /* opens what was sealed before it, if `has_older` */
    bool has_older;
    struct seal_chance chance;
    struct clock clock; /* of the wall: its times stand in letters, and others read them */
    const struct outbox_plug *plug;
    unsigned plugs_count;
    void (*failed)(void *self, enum status status); /* the store failed under a thread of ours */
    void *self;
};

/* STATUS_REFUSED: two plugs want the same kinds, or our own key is none; STATUS_IO. */
enum status outbox_open(struct outbox **out, const struct outbox_options *options,
                        struct arena *boot, struct text *why);
/* Threads that deliver and watch deadlines; without it outbox_step() does their work. */
enum status outbox_start(struct outbox *outbox);
void outbox_close(struct outbox *outbox);
/* One round for one partner: what is due is handed over, what lies there is taken.  `*done`:
 * letters that moved. */
enum status outbox_step(struct outbox *outbox, const struct partner *partner, unsigned *done);
/* Says `missed` of what is over, oldest deadline first, and forgets ids whose letters expired. */
enum status outbox_watch(struct outbox *outbox, unsigned *missed);

/* ---- sending ---- */

struct outbox_draft {
    struct letter_id id; /* letter_id_of(): the same id again is the same letter */
    struct letter_id reply_to;
    struct slice kind, body; /* canonical JSON object, see paper.h */
    const struct partner *to;
    moment deadline; /* the letter's `expires` */
    bool answer_wanted;
    struct slice object; /* whose business it is: a work id; given back, and in the entry */
    struct slice actor, organisation; /* for the audit entry; empty: the machine */
};

/* Signs and keeps the letter inside the open transaction of the caller, with its audit entry
 * ("letter.send").  Again with the same id and body: nothing more happens, `*twice` (may be NULL).
 * STATUS_REFUSED: the id was another letter's, or a partner that fetches is asked something (it
 * gets answers only); STATUS_MALFORMED, STATUS_FULL as letter_write; STATUS_FULL:
 * OUTBOX_WAITING_MAX letters wait for this partner; STATUS_LATE: the deadline is over. */
enum status outbox_add(struct outbox *outbox, const struct outbox_draft *draft,
                       struct arena *request, bool *twice);
/* No longer of use (withdrawn work): it is not handed over again, and never missed.  In the
 * caller's transaction.  STATUS_ABSENT. */
enum status outbox_withdraw(struct outbox *outbox, const struct letter_id *id);

/* ---- receiving ---- */

struct outbox_received {
    enum letter_fault fault; /* FINE: taken, now or before */
    bool twice;              /* taken before; nothing happened now */
    struct letter_id id;     /* empty: not known whose */
    struct slice answer;     /* an envelope to be given back with the receipt; empty: none yet */
};

/* A letter of anybody.  It opens its own transaction; the audit entry is "letter.take", or
 * "letter.refuse" where the signature held.  `replies`: the caller gives `out->answer` back (as the
 * body of an HTTP answer); it then counts as handed over, and whoever lost it asks again.
 * STATUS_REFUSED: `out->fault`; STATUS_IO, STATUS_FULL: not taken, it should come again. */
enum status outbox_receive(struct outbox *outbox, struct slice envelope, bool replies,
                           struct arena *request, struct outbox_received *out);

/* ---- looking ---- */

struct outbox_row {
    struct letter_id id, reply_to;
    const struct partner *to; /* NULL: no longer in the list */
    struct slice kind, object;
    enum outbox_state state;
    moment added, deadline, arrived, answered; /* MOMENT_NONE: not yet */
    int64_t attempts, refusals, failures, answers;
};

/* Through any reader of the store.  STATUS_ABSENT. */
enum status outbox_find(const struct outbox *outbox, struct store *reader,
                        const struct letter_id *id, struct arena *request, struct outbox_row *out);

/* Since the start, as they are now. */
struct outbox_figures {
    uint64_t added, attempts, handed, refusals, failures, answered, missed;
    uint64_t taken, doubles, refused[LETTER_FAULTS_COUNT];
};
void outbox_figures(struct outbox *outbox, struct outbox_figures *out);

/* One partner, for a page of health.  STATUS_IO. */
struct outbox_health {
    int64_t open;      /* letters that are neither answered, handed over nor missed */
    int64_t overdue;   /* of those, whose time is over: about to be said to be missed */
    moment reached;    /* last time it took something; MOMENT_NONE: not since the start */
    unsigned failures; /* in a row */
};
enum status outbox_health(struct outbox *outbox, struct store *reader,
                          const struct partner *partner, struct outbox_health *out);
