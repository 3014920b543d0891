/* work.h -- how any piece of work moves: states, steps, hands, clocks, second persons.
 *
 *      work_add ──> item ──step──> item ──step──> … ──> end
 *                    │  every step: one transaction with its log row, its audit entry,
 *                    │  its clocks and whatever its kind's `after` does
 *                    ├─ lease: one person holds it      (work_take, work_take_next)
 *                    ├─ seats: organisations that see it (owner, addressees)
 *                    ├─ clocks: stored instants          (work_keep fires them)
 *                    └─ asking: a step that waits for a second person, bound to its content
 *
 * Invariants (each is a test):
 *   1. An item's row, its log and its audit entries tell the same story; nothing edits the log.
 *   2. `version` rises by one with each change; a change that names another version is refused.
 *   3. One holder at a time; a lease that ran out is nobody's.
 *   4. A clock never fires before its instant by steady time (steady.h), fires once, in the
 *      order of
 *      deadlines, also after a restart, and then says how late.
 *   5. Who asked never approves, by whatever login or token; a change of the item between voids the
 *      asking, because it names version and content by digest.
 *   6. An organisation without a seat learns nothing, not even that the item is there (ABSENT).  An
 *      addressee sees the fields that were sent to it and those it filled in, no others.
 *   7. Values that name people lie sealed in the store and are found by keyed digest.
 *
 * Whatever changes runs inside the open transaction of the caller, like access and rulebook; this
 * room writes the audit entry itself, because it knows what happened.  `work_keep` has transactions
 * of its own.  Reading works through any reader of the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/kind.h"
#include "casework/work/steady.h"
#include "store/store.h"

struct work;

enum {
    WORK_MIGRATIONS_FIRST = 1,
    WORK_MIGRATIONS_SECOND = 2,
    WORK_MIGRATIONS_COUNT = 3,
    WORK_KINDS_MAX = 32,
    WORK_ID_SIZE = 24,
    WORK_SEALS_MAX = 8
};
extern const struct store_migration WORK_MIGRATIONS[WORK_MIGRATIONS_COUNT];

/* ---- items ---- */

struct work_value {
    int field;          /* index in the kind */
    struct slice value; /* canonical text */
};

struct work_deadline {
    int clock;
    moment started, due;
    moment ended; /* MOMENT_NONE: it runs */
    bool fired;
    int64_t late_ms; /* fired: by how much */
};

enum work_seat { WORK_SEAT_NONE, WORK_SEAT_OWNER, WORK_SEAT_ADDRESSEE };

/* As one visitor may see it; texts lie in the arena of whoever asked. */
struct work_item {
    char id[WORK_ID_SIZE]; /* "w_0123456789abcdef" */
    const struct work_kind *kind;
    int state;
    int64_t version; /* the ETag */
    char owner[ACCESS_ID_SIZE];
    char holder[ACCESS_ID_SIZE]; /* user; empty: nobody; "-": somebody of another organisation */
    moment lease_until;
    enum work_seat seat; /* of the visitor's organisation */
    int32_t priority;    /* larger first */
    moment detected;     /* when what it is about happened: a record's time */
    moment created, changed, closed;
    moment due;              /* of its next clock; MOMENT_NONE */
    struct slice place;      /* region code, for queues by area; may be empty */
    char into[WORK_ID_SIZE]; /* what it was merged into; empty */
    const struct work_value *value;
    unsigned values_count;
    uint64_t masked; /* fields whose value stands here masked */
    const struct work_deadline *deadline;
    unsigned deadlines_count;
    struct work_asking *asking; /* a step that waits for a second person; NULL: none */
};

struct work_asking {
    int64_t number;
    int step;
    char by[ACCESS_ID_SIZE];           /* the user who asked, or did it first (WORK_AFTER) */
    char organisation[ACCESS_ID_SIZE]; /* of whoever asked: there the second person is */
    bool done;                         /* WORK_AFTER: it waits to be confirmed */
    char digest[DIGEST_HEX_SIZE]; /* of kind, id, version, step and content: what a yes must name */
    moment asked, expires;
};

struct slice work_value_of(const struct work_item *item, const char *field); /* empty: not there */

/* Why a change is refused. */
/* clang-format off */
enum work_fault {
#define WORK_FAULT(name, en, zh) WORK_FAULT_##name,
#include "casework/work/faults.inc"
#undef WORK_FAULT
};
/* clang-format on */

struct work_refusal {
    enum work_fault fault;
    int field; /* the one that is wrong or missing; -1 */
};

/* ---- opening ---- */

/* What a kind does beside moving, called inside the transaction after each change of an item, with
 * the item as it is now and everything unmasked.  It may add items, seats, letters, and move other
 * items by machine.  `step` -1: the item was added (version 1), or another one
 * joined it or was merged into it (a larger version).  A status but OK rolls everything back and is
 * the answer. */
struct work_refusal;
struct work_done {
    const struct work_item *item;
    int step, from;            /* indexes */
    const struct identity *by; /* NULL: the machine; of what was approved, who approved it */
    const char *asker;         /* of what was approved, the user who asked; NULL */
    const struct work_value *brought;
    unsigned brought_count;
    moment now;                   /* steady */
    struct work_refusal *refusal; /* where to say why, whoever refuses; NULL: nobody asked */
};

struct work_plug {
    const struct work_kind *kind;
    /* NULL, or what else must hold of values that are brought, before anything is changed (`step`
     * -1, `item` NULL: of a new item); the fault, and its field to `*field`. */
    enum work_fault (*holds)(void *self, const struct work_item *item, int step,
                             const struct work_value *brought, unsigned brought_count, int *field);
    enum status (*after)(void *self, const struct work_done *done, struct arena *request);
    void *self; /* also of the kind's `span` */
};

struct work_options {
    struct store *store; /* the writer */
    struct audit *audit;
    struct access *access; /* for entries and pseudonyms */
    struct secret key;     /* names values in the index; seals them too, if no `seal` is said */
    struct secret
        seal[WORK_SEALS_MAX]; /* the newest first; the others only open what they sealed */
    unsigned seals_count;     /* 0: `key` seals */
    struct seal_chance chance;
    struct steady *steady;
    const struct work_plug *plug;
    unsigned plugs_count;
    struct slice home; /* the organisation that owns what comes from alerts */
    int32_t zone_minutes;
    struct slice home_country; /* of phones that are written without; empty: 86 */
};

/* STATUS_MALFORMED: a kind's table is wrong, or the store holds items of a kind that is not there:
 * `why`. */
enum status work_open(struct work **out, const struct work_options *options, struct arena *boot,
                      struct text *why);
void work_close(struct work *work);
unsigned work_kinds_count(const struct work *work);
const struct work_kind *work_kind_at(const struct work *work, unsigned index);
const struct work_kind *work_kind_find(const struct work *work, struct slice name); /* NULL */

const struct saying *work_fault_says(enum work_fault fault);

/* What no list of words can say of a refusal: a range, a day.  Said by a kind that refuses next, in
 * its `holds` or `after`; at most WORK_EXPLAINED_MAX bytes a tongue, more is cut off. */
enum { WORK_EXPLAINED_MAX = 256 };
void work_explain(struct work *work, const struct text says[TONGUES_COUNT]);
/* What was said so since the open transaction's last call of this room began; empty: nothing.  Lent
 * until that transaction ends. */
void work_explained(const struct work *work, struct slice out[TONGUES_COUNT]);

/* ---- changing, inside the caller's transaction ---- */

struct work_draft {
    const struct work_kind *kind;
    struct slice owner; /* organisation */
    struct slice
        key; /* what makes two items the same (a number, a person and a type); empty: nothing */
    struct slice place;
    int32_t priority;
    moment detected; /* MOMENT_NONE: now */
    const struct work_value *value;
    unsigned values_count;
    struct slice source;       /* where it comes from, once: an alert's id, a letter's id; empty */
    const struct identity *by; /* NULL: the machine */
    const char *parent;        /* id; NULL */
};

/* A new item, or the open one that it joins (`*joined`), which then gets the values it lacks and a
 * log row.  The same `source` again is the same item and changes nothing.  STATUS_MALFORMED and
 * STATUS_REFUSED: `*refusal`; STATUS_FULL; STATUS_IO. */
enum status work_add(struct work *work, const struct work_draft *draft, struct arena *request,
                     struct work_refusal *refusal, struct work_item *out, bool *joined);

struct work_move {
    const char *id;
    const char *step;
    int64_t version;           /* the one that was read; -1: machine only */
    const struct identity *by; /* NULL: the machine */
    const struct work_value *value;
    unsigned values_count;
    struct slice reason;
};

/* A step.  A step for two persons is only asked (`out->asking`).  STATUS_ABSENT: no such item for
 * this visitor; STATUS_LATE: another version, or not in a state for it; STATUS_REFUSED: not by this
 * hand; STATUS_MALFORMED: a value; all with `*refusal`. */
enum status work_step(struct work *work, const struct work_move *move, struct arena *request,
                      struct work_refusal *refusal, struct work_item *out);

struct work_word {
    const char *id;
    struct slice digest; /* of the asking that was read */
    const struct identity *by;
    struct slice reason;
};
/* The second person's yes or no; of one's own asking `work_decline` takes it back.  For WORK_AFTER
 * a yes confirms, a no takes the step back at once. */
enum status work_approve(struct work *work, const struct work_word *word, struct arena *request,
                         struct work_refusal *refusal, struct work_item *out);
enum status work_decline(struct work *work, const struct work_word *word, struct arena *request,
                         struct work_refusal *refusal, struct work_item *out);

/* The most urgent open item of these kinds and places that nobody holds and a step of which this
 * visitor may do: by priority, then deadline, then age.  STATUS_ABSENT: none. */
struct work_wish {
    const struct work_kind *kind; /* NULL: any */
    struct slice place;           /* a prefix of the region code; empty: any */
    const struct identity *by;
};
enum status work_take_next(struct work *work, const struct work_wish *wish, struct arena *request,
                           struct work_item *out);
/* STATUS_LATE: somebody else holds it, or another version. */
enum status work_take(struct work *work, const char *id, int64_t version, const struct identity *by,
                      struct arena *request, struct work_refusal *refusal, struct work_item *out);
enum status work_renew(struct work *work, const char *id, const struct identity *by,
                       struct arena *request, struct work_item *out);
/* Back to the queue; a supervisor of the owner may release another's. */
enum status work_release(struct work *work, const char *id, const struct identity *by,
                         struct arena *request, struct work_refusal *refusal,
                         struct work_item *out);
/* To another person of the same organisation, or (dispatch) to another organisation: `to_user` or
 * `to_organisation`. */
enum status work_hand_over(struct work *work, const char *id, int64_t version,
                           const struct identity *by, struct slice to_user,
                           struct slice to_organisation, struct slice reason, struct arena *request,
                           struct work_refusal *refusal, struct work_item *out);

/* Gives an organisation a seat and tells it these fields: those that the kind may tell it, of the
 * mask.  For `after`, on the machine's word.  STATUS_REFUSED: a field in the mask may not be
 * told to
 * organisations of its kind. */
enum status work_send(struct work *work, const char *id, struct slice organisation, uint64_t fields,
                      struct arena *request);
/* Values are forgotten, and if `papers` what was attached; the log keeps their names and sums.  For
 * `after`, on the machine's word.  What waits for a second person is void. */
enum status work_forget(struct work *work, const char *id, uint64_t fields, bool papers,
                        struct arena *request);
/* Another area, another priority: where it stands in queues.  For `after`, on the machine's word.
 * STATUS_MALFORMED: no region code. */
enum status work_rank(struct work *work, const char *id, int32_t priority, struct slice place,
                      struct arena *request);
/* Two items of one kind become one: what `id` has and `into` lacks goes over, its seats too, it
 * ends as merged.  `after` hears of `into` alone. */
enum status work_merge(struct work *work, const char *id, const char *into, int64_t version,
                       const struct identity *by, struct slice reason, struct arena *request,
                       struct work_refusal *refusal, struct work_item *out);
/* A new item of the same kind with these values of the old, linked; the old keeps them. */
enum status work_split(struct work *work, const char *id, int64_t version, uint64_t fields,
                       const struct identity *by, struct slice reason, struct arena *request,
                       struct work_refusal *refusal, struct work_item *out);
/* `relation`: a word (same_place, same_device, same_holder, part_of, led_to …). */
enum status work_link(struct work *work, const char *id, const char *other, const char *relation,
                      const struct identity *by, struct slice reason);
enum status work_note(struct work *work, const char *id, const struct identity *by,
                      struct slice text, struct arena *request);
/* PDF, JPEG, PNG or plain text by their first bytes, at most WORK_ATTACHMENT_MAX; kept sealed, its
 * SHA-256 in the log.  STATUS_MALFORMED: another type; STATUS_FULL: too large, or too many. */
enum status work_attach(struct work *work, const char *id, const struct identity *by,
                        struct slice name, struct slice bytes, struct arena *request,
                        char sha256[DIGEST_HEX_SIZE]);
/* Unmasked values with a reason; counted and limited per person and hour (STATUS_FULL). */
enum status work_reveal(struct work *work, const char *id, const struct identity *by,
                        uint64_t fields, struct slice reason, struct arena *request,
                        struct work_item *out);

/* Whether something that has not ended was made from this source (an alert's id), or was joined by
 * it; of the kinds and the owner that things from alerts have.  Inside a transaction, or for a
 * look. */
enum status work_refers(struct work *work, struct store *store, struct slice owner,
                        struct slice source, bool *out);

/* Seals anew a few texts that lie under an older key, in a transaction of its own; `*more`: the
 * pass is not over.  When it is, nothing lies under any but the newest.  STATUS_MALFORMED: a text
 * that no key opens. */
enum status work_reseal(struct work *work, struct arena *scratch, uint64_t *done, bool *more);
/* Something unmasked that is no item was looked at: counted and limited with the others, in the
 * caller's transaction.  STATUS_REFUSED: not a person; STATUS_FULL. */
enum status work_reveal_counted(struct work *work, const struct identity *by);

/* ---- clocks ---- */

/* Fires what is due, ends leases and askings, at most WORK_KEEP_MAX a call, in transactions of its
 * own; `*more`: there is more due now.  To be called when work_next_due() has come and at least
 * once
 * a second. */
enum status work_keep(struct work *work, struct arena *scratch, bool *more);
/* The steady instant of the next clock; MOMENT_NONE.  From any thread, waiting for nothing. */
moment work_next_due(const struct work *work);

struct work_counts {
    uint64_t open, added, joined, steps, refused, fired, fired_late, taken_back, reveals;
    uint64_t put_off;   /* tries of clocks whose step failed */
    uint64_t forgotten; /* items, as their kinds say */
    int64_t late_ms_max;
};
void work_count(const struct work *work, struct work_counts *out);

/* ---- looking, through any reader of the store ---- */

struct work_query {
    const struct work_kind *kind; /* NULL: any */
    int state;                    /* -1: any */
    bool open;                    /* only those that have not ended */
    bool mine;                    /* held by the visitor */
    struct slice place;           /* prefix */
    struct slice identifier;      /* exact value of a searched field of any type; empty: any */
    struct slice after;           /* cursor of the page before; empty: the first */
    size_t count_max;
};
struct work_sink {
    enum status (*take)(void *self, const struct work_item *item, struct slice cursor);
    void *self;
};
/* In the order of work_take_next for open ones, newest first for others; masked. */
enum status work_list(struct work *work, struct store *reader, const struct work_query *query,
                      const struct identity *by, struct arena *request, struct work_sink sink);
/* `by` NULL: the machine, which sees everything unmasked, for `after` and its like.
 * STATUS_ABSENT: none, or no seat. */
enum status work_find(struct work *work, struct store *reader, const char *id,
                      const struct identity *by, struct arena *request, struct work_item *out);
/* The item as JSON in the form of docs/casework.md, masked; its log, notes, links and attachments'
 * names as JSON arrays. */
void text_add_work_item(struct text *text, const struct work_item *item, int32_t zone_minutes,
                        moment now);
enum status work_log(struct work *work, struct store *reader, const char *id,
                     const struct identity *by, struct text *json, struct arena *request);
/* One attachment's bytes.  An audit entry is written by the caller's transaction. */
enum status work_attachment(struct work *work, struct store *reader, const char *id,
                            struct slice sha256, const struct identity *by, struct arena *request,
                            struct slice *name, struct slice *bytes);
/* Events for whoever watches (SSE, the duty lead, `cutline lead watch`): alarms, expiries,
 * moves, by
 * number, only of items the visitor's organisation has a seat in. */
enum status work_events(struct work *work, struct store *reader, uint64_t after,
                        const struct identity *by, struct text *json, size_t count_max,
                        uint64_t *last, struct arena *request);
/* The number of the newest one; 0: none yet. */
enum status work_events_newest(struct store *reader, const struct identity *by, uint64_t *out);
/* The five time measures of a kind over items created in [from, to): count, p50, p90, p99 and
 * maximum each, and how many met their clocks; out of the log alone.  As JSON. */
enum status work_measures(struct work *work, struct store *reader, const struct work_kind *kind,
                          moment from, moment to, const struct identity *by, struct text *json,
                          struct arena *request);
/* How often a step was done in [from, to), and on how many different keys: person-times and persons
 * are not the same number (domain.md 10, A2).  Of items that the visitor's organisation sees. */
struct work_tally {
    uint64_t times, keys;
};
enum status work_tally(struct work *work, struct store *reader, const struct work_kind *kind,
                       int step, moment from, moment to, const struct identity *by,
                       struct work_tally *out);
/* Open items of a kind that the visitor's organisation has a seat in: all, those that somebody
 * holds, those a clock of which has run out in the state they are in, and those whose next clock
 * runs out within each of these spans (one includes the other; an item counts in any).  It costs a
 * walk along the index over all of them: whoever asks often keeps the answer a while. */
enum { WORK_HORIZONS = 3 };
struct work_open {
    uint64_t open, held, overdue, due[WORK_HORIZONS];
};
enum status work_count_open(struct work *work, struct store *reader, const struct work_kind *kind,
                            const struct identity *by, const int64_t within_ms[WORK_HORIZONS],
                            struct work_open *out);
/* What happened, in the order in which it did, for whoever follows the log: numbers rise by one,
 * each is written in the transaction of what it tells.  Everything, whoever sees it. */
struct work_happened {
    int64_t number, item; /* of the log row; of its item */
    char id[WORK_ID_SIZE];
    char owner[ACCESS_ID_SIZE];
    const struct work_kind *kind;
    moment time;
    int step;            /* -1: none, or of a table that had more */
    struct slice what;   /* docs/casework.md */
    struct slice fields; /* names of what was brought, with commas */
    struct slice seats;  /* organisations that have one now: ",o_1,o_2," */
};
/* Those behind a number, at most `count_max`, in the arena. */
enum status work_history(struct work *work, struct store *reader, int64_t after, size_t count_max,
                         struct arena *arena, struct work_happened **out, size_t *count);
/* The newest number; 0: none yet.  And when the first of all happened; MOMENT_NONE. */
enum status work_history_span(struct store *reader, int64_t *last, moment *first);
/* When an item last entered this state before a number; MOMENT_NONE: never. */
enum status work_entered(struct store *reader, int64_t item, const char *state, int64_t before,
                         moment *out);
/* How many items of a kind hold this word or flag in a searched field, ended ones included; of
 * those that the visitor's organisation has a seat in. */
enum status work_count_value(struct work *work, struct store *reader, const struct work_kind *kind,
                             int field, struct slice value, const struct identity *by,
                             uint64_t *out);
/* The same of every word and flag of a kind that is searched, as JSON: {"role":{"member":3, …}}.
 * Numbers overlap and are never summed.  One that is larger than 0 and below `least` is null. */
enum status work_counts_of(struct work *work, struct store *reader, const struct work_kind *kind,
                           const struct identity *by, uint64_t least, struct text *json);
