/* kind.h -- a kind of work, as a table: its states, steps, fields, clocks and who may.
 *
 * A kind is data of the room that knows it (casework/lead, casework/dissuasion …).  The machine
 * (work.h) moves items through it and knows no kind by name.  work_kind_check() holds every table
 * against the rules below before the service opens; a table that breaks one does not start.
 *
 *   1. Every state can be reached from the first one; from every state that is not an end, an end
 *      can be reached; an end has no step out of it except one that is marked `reopens`.
 *   2. Every clock runs in at least one state that is no end, and its expiry step is a step of the
 *      machine that starts in every state in which the clock runs: every clock has an end.
 *   3. A step that two persons must want names who may be the second; a step that may be done first
 *      and confirmed later names the machine's step that takes it back and how long it waits.
 *   4. Names are unique; masks name nothing that is not there; what a step must be told is a field.
 *   5. A field that is told to an organisation of some kind says so in `told`; nothing else leaves.
 *
 * Legal numbers do not stand here: a clock's span comes from `span`, which asks the law pack. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "access/access.h"
#include "ground/moment.h"
#include "ground/tongue.h"

enum {
    WORK_STATES_MAX = 32,
    WORK_STEPS_MAX = 64,
    WORK_FIELDS_MAX = 64,
    WORK_CLOCKS_MAX = 8,
    WORK_NAME_MAX = 32, /* bytes of a kind's, state's, step's, field's, clock's name: a-z 0-9 _ */
};

#define WORK_BIT(index) ((uint64_t)1 << (index))

/* What a field's value is, which decides how it is checked, canonised, masked and searched. */
enum work_type {
    WORK_TEXT,    /* what a person types; at most size_max bytes of UTF-8, no control characters */
    WORK_WORD,    /* one of `choices`, separated by blanks */
    WORK_WHOLE,   /* int64, not negative */
    WORK_AMOUNT,  /* int64 of the minor unit (fen) */
    WORK_MOMENT,  /* RFC 3339 */
    WORK_FLAG,    /* true, false */
    WORK_PHONE,   /* canonised as records are: E.164 with `+`, or a service number as dialled */
    WORK_ACCOUNT, /* canonised as in records */
    WORK_PERSON,  /* number of an identity document */
    WORK_HUMAN,   /* a person's name */
    WORK_IMEI,    /* first 14 digits are compared */
    WORK_CELL,    /* CGI or ECGI, as in records */
    WORK_PLACE,   /* a region code of GB/T 2260, two to twelve digits */
    WORK_ADDRESS, /* street and house */
    WORK_LIST,    /* JSON array of objects of the kind's own, at most size_max bytes */
    WORK_TYPES_COUNT
};

enum work_show {
    WORK_SHOWN,  /* to whoever may read the item */
    WORK_MASKED, /* masked (domain.md 9.5) until revealed with a reason */
    WORK_HIDDEN, /* never in an answer; only revealed */
};

struct work_field {
    const char *name;
    enum work_type type;
    enum work_show show;
    bool searched;       /* found by its exact value, through a keyed digest */
    uint32_t size_max;   /* TEXT, LIST: bytes; 0: the type's own */
    uint32_t told;       /* kinds of organisations it may be sent to, WORK_TO(…) */
    const char *choices; /* WORD */
    struct saying says;
};

#define WORK_TO(kind)   ((uint32_t)1 << ORGANISATION_##kind)
#define WORK_ROLE(role) ROLE_BIT(ROLE_##role)

/* Which of the five time measures a state or step ends (issue 4; trust.md 3.2): each is the time
 * from the item's `detected` to the first step with the mark, out of the log. */
enum work_mark {
    WORK_MARK_NONE,
    WORK_MARK_TAKE,
    WORK_MARK_VERIFY,
    WORK_MARK_ACT,
    WORK_MARK_RESOLVE
};

struct work_state {
    const char *name;
    bool end;
    struct saying says;
};

/* Who may do a step. */
enum work_hand {
    WORK_BY_OWNER,     /* a person of the organisation that owns the item */
    WORK_BY_ADDRESSEE, /* a person or service of an organisation that it was sent to */
    WORK_BY_EITHER,
    WORK_BY_MACHINE, /* a clock, another item, an answer that came in: never a request */
};

enum work_approval {
    WORK_ALONE,
    WORK_TWO,   /* asked by one, done when another says yes to the very content */
    WORK_AFTER, /* done at once, taken back by `undo` unless another says yes in `confirm_ms` */
};

struct work_step {
    const char *name;
    uint64_t from; /* mask of states */
    uint8_t to;    /* index of a state; WORK_STAYS */
    enum work_hand hand;
    uint32_t roles;     /* of the hand's organisation; 0: any that has the scope */
    bool held;          /* only by whoever holds the item (work_take) */
    bool reopens;       /* out of an end */
    uint64_t must, may; /* masks of fields that it brings; no other is taken */
    enum work_mark mark;
    enum work_approval approval;
    uint32_t second_roles; /* TWO, AFTER */
    const char *undo;      /* AFTER: the machine's step that takes it back */
    int64_t confirm_ms;    /* TWO: until the asking expires; AFTER: until it is taken back */
    struct saying says;
};

enum { WORK_STAYS = 255 };

struct work_item;

struct work_clock {
    const char *name;
    uint64_t runs; /* mask of states: starts on entering the mask from outside, stops on leaving */
    const char *expiry; /* the machine's step when it runs out */
    int64_t span_ms;    /* from the start; 0: `span` says */
    /* NULL, or how long for this item, in milliseconds; negative: it does not run.  Asked once,
     * when it starts, which is `item->changed`: the deadline is then a stored instant.  Who counts
     * to an instant counts from there; the time has gone on since. */
    int64_t (*span)(void *self, const struct work_item *item);
    int64_t alarm_ms[4]; /* so long before the deadline somebody is told; 0: no more */
    struct saying says;
};

struct work_kind {
    const char *name;
    struct saying says;
    const struct work_state *state; /* the first is where an item begins */
    unsigned states_count;
    const struct work_step *step;
    unsigned steps_count;
    const struct work_field *field;
    unsigned fields_count;
    const struct work_clock *clock;
    unsigned clocks_count;
    uint64_t first_must, first_may; /* fields that a new item brings */
    uint32_t creators;              /* roles of the owner that may make one by hand; 0: nobody */
    bool creator_services;          /* a token of a service may, too */
    int64_t lease_ms;               /* how long somebody holds an item without a sign of life */
    int64_t merge_ms; /* a new item with the same key within so long joins the open one */
    /* Where a draft says no key: the canonical values of these fields, if all are there, make it;
     * the same number twice is one item. */
    uint64_t key_fields;
    /* States of which only supervisors and auditors of the owner still see an item; everybody else
     * finds nothing.  Ends, all of them. */
    uint64_t sealed;
    /* NULL: no machine forgets an item of this kind.  Else how long it is kept after its end, in
     * milliseconds; negative: this one is not forgotten.  What goes and what stays: retain.c. */
    int64_t (*kept_ms)(void *self, const struct work_item *item);
    /* NULL, or what the room itself knows of the item and forgets with it, in the transaction. */
    enum status (*forgotten)(void *self, const struct work_item *item, struct arena *request);
};

/* Holds a table against the rules above.  STATUS_MALFORMED: `why` says which and where, in English:
 * a mistake of the program, met at start. */
enum status work_kind_check(const struct work_kind *kind, struct text *why);

/* Index by name; -1: none. */
int work_state_find(const struct work_kind *kind, struct slice name);
int work_step_find(const struct work_kind *kind, struct slice name);
int work_field_find(const struct work_kind *kind, struct slice name);
int work_clock_find(const struct work_kind *kind, struct slice name);
/* The table as JSON, both tongues, for /v1/work/kinds and for docs. */
void text_add_work_kind(struct text *text, const struct work_kind *kind);
