/* work_inside.h -- what the files of this room share.
 *
 *      value.c   what a field's value is: its form, its mask, its name in the index
 *      json.c    the little JSON that is kept and taken: one flat object, a list of objects
 *      asked.c   what waits for a second person, as the store has it
 *      row.c     an item as the store has it: one row with its clocks, seats and sealed values
 *      track.c    where it stands: queues and shelves, kept in order by an index
 *      log.c     what happened: log row, audit entry, events; and telling of it
 *      wheel.c   what will fall due
 *      bind.c    an asking, bound to the content
 *      change.c  one change of one item from its reading to its log row
 *      step.c    adding and stepping        asking.c  second persons
 *      hold.c    leases and take-next       share.c   seats, merging, splitting, reveals
 *      link.c    links                      paper.c   notes and attachments
 *      keep.c    what has fallen due         retain.c  what is forgotten
 *      reseal.c  another key
 *      look.c    lists and the JSON form    measure.c the five measures
 *      tally.c   steps and values counted */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "ground/limits.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#define WORK_TO_ANYBODY (((uint32_t)1 << ORGANISATION_KINDS_COUNT) - 1)
#define DUE_NEVER       INT64_MAX

enum { KEY_SIZE = 16, AREAS_MAX = 6, CLOCKS_TEXT_MAX = 1024, NAMES_TEXT_MAX = 2304 };

/* What one batch of clocks did. */
struct work_turn {
    uint64_t fired, late;
    int64_t late_ms_max;
    uint64_t forgotten;
};

struct work {
    struct store *store;
    struct audit *audit;
    struct access *access;
    struct secret key;                  /* names values, keys and sources */
    struct secret seal[WORK_SEALS_MAX]; /* the newest first; the others only open */
    unsigned seals_count;
    struct {
        unsigned column;
        int64_t number;
    } reseal; /* how far the pass came, of whoever calls work_reseal() */
    struct seal_chance chance;
    struct steady *steady;
    struct work_plug plug[WORK_KINDS_MAX];
    unsigned plugs_count;
    char home[ACCESS_ID_SIZE];
    char home_country[8];
    int32_t zone_minutes;
    unsigned depth;        /* of `after` in `after`; whoever has the transaction has it */
    struct work_turn turn; /* and this */
    char explained[TONGUES_COUNT][WORK_EXPLAINED_MAX]; /* and these */
    size_t explained_size[TONGUES_COUNT];
    _Atomic int64_t next_due;
    _Atomic uint64_t open, added, joined, steps, refused, fired, fired_late, taken_back, reveals,
        failed, forgotten;
    _Atomic int64_t late_ms_max;
};

/* Open items of a kind, kept with the change. */
enum status open_count(struct work *work, const struct work_kind *kind, int64_t by);

/* ---- value.c ---- */

const char *work_type_name(enum work_type type);
/* The canonical form of what somebody wrote.  STATUS_MALFORMED: it has not its form. */
enum status value_canonical(const struct work *work, const struct work_field *field,
                            struct slice written, struct arena *arena, struct slice *out);
/* As it is shown to whoever may only see it masked. */
enum status value_masked(const struct work_field *field, struct slice value, struct arena *arena,
                         struct slice *out);
/* The track in which items stand that hold this value of a searched field, for an organisation. */
int64_t value_track(const struct work *work, enum work_type type, struct slice value,
                    const char *organisation);

/* The same of one field: a word or a flag names nobody, so its track is that of this field of this
 * kind, for counting; other values are found whatever field they stand in. */
int64_t value_track_of(const struct work *work, const struct work_kind *kind, int field,
                       struct slice value, const char *organisation);

/* ---- json.c ---- */

/* A flat object of texts, member by member, texts lent or from the arena.  STATUS_END: no more. */
struct json_reader {
    struct slice rest;
    struct arena *arena;
    bool begun;
};
enum status json_member(struct json_reader *reader, struct slice *name, struct slice *value);
/* An array of objects without blanks between.  STATUS_MALFORMED. */
enum status json_list_canonical(struct slice written, struct text *out);

/* ---- row.c ---- */

struct party {
    char organisation[ACCESS_ID_SIZE];
    enum work_seat seat;
    uint64_t told; /* fields; of the owner all */
};

/* An item with everything, unmasked. */
struct row {
    int64_t number;
    struct work_item item; /* its arrays point into this row once row_view() has been called */
    int64_t content;       /* rises when state or values change: what an asking is bound to */
    int64_t asking;        /* number of the one that waits; 0: none */
    char holder_organisation[ACCESS_ID_SIZE];
    bool keyed;
    unsigned char key[KEY_SIZE];
    uint64_t has; /* fields with a value */
    struct slice value[WORK_FIELDS_MAX];
    bool clocked[WORK_CLOCKS_MAX];
    struct work_deadline deadline[WORK_CLOCKS_MAX];
    struct party party[WORK_SEATS_MAX];
    unsigned parties_count;
};

/* STATUS_ABSENT: none.  STATUS_MALFORMED: it does not fit its kind. */
enum status row_read(struct work *work, struct store *store, const char *id, struct arena *arena,
                     struct row **out);
enum status row_read_number(struct work *work, struct store *store, int64_t number,
                            struct arena *arena, struct row **out);
enum status row_insert(struct work *work, struct row *row, struct arena *arena);
enum status row_update(struct work *work, const struct row *row, struct arena *arena);
struct party *row_party(struct row *row, struct slice organisation); /* NULL: no seat */
/* The seat from which this visitor may see it: none in a state that is sealed, but for supervisors
 * and auditors of the owner. */
struct party *row_seat(struct row *row, const struct identity *by);
/* The soonest of its running clocks. */
moment row_due(const struct row *row);
/* The item as this party may see it, but with the fields in `open` unmasked; NULL: all of it. */
enum status row_view(struct work *work, struct store *store, const struct row *row,
                     const struct party *party, uint64_t open, struct arena *arena,
                     struct work_item *out);
bool row_ended(const struct row *row);
void text_add_field_names(struct text *text, const struct work_kind *kind, uint64_t mask);
void copy_id(char *out, size_t size, struct slice from);

/* ---- track.c ---- */

/* What of an item decides where it stands. */
struct standing {
    bool open;
    int state;
    int32_t priority;
    int64_t due;
    bool overdue; /* it is open, and a clock of the state it is in has run out */
    bool held;
    char holder[ACCESS_ID_SIZE];
    char place[16];
    unsigned parties_count;
    char owner[ACCESS_ID_SIZE];
};
struct standing standing_of(const struct row *row);
/* From where it stood to where it stands now. */
enum status tracks_move(struct work *work, const struct standing *before, const struct row *row);
/* A new seat: its tracks, as the item stands. */
enum status tracks_seat(struct work *work, const struct row *row, const struct party *party,
                        bool there);
/* The names of the fields in the mask, for a party: into the index, or out of it. */
enum status tracks_names(struct work *work, const struct row *row, const struct party *party,
                         uint64_t fields, bool there);
int64_t track_queue(const char *organisation, enum work_seat seat, const char *kind,
                    const char *state, bool held, struct slice area);
int64_t track_mine(const char *user);
int64_t track_all(const char *organisation, const char *kind, struct slice area);
int64_t track_ended(const char *organisation, const char *kind, const char *state,
                    struct slice area);
int64_t track_events(const char *organisation);
int64_t track_overdue(const char *organisation, const char *kind);
/* The shelf of what is overdue, of an item that stood before there was one. */
enum status tracks_overdue(struct work *work, const struct row *row);
/* Whether a prefix of a region code is one that tracks are kept for. */
bool area_fits(struct slice area);

/* ---- log.c ---- */

struct happening {
    const char *what; /* "added", "step", "taken" … */
    int step;         /* -1 */
    int from;
    const struct identity *by; /* NULL: the machine */
    const char *asker;         /* of what a second person approved; NULL */
    struct slice reason;
    uint64_t fields;
    enum work_mark mark;
    struct slice clocks; /* "+answer,-take" */
    struct slice other;  /* item, organisation, user, clock, attachment that it is about */
    int64_t late_ms;
};
/* Log row, audit entry and events of the row as it is now; raises nothing. */
enum status log_append(struct work *work, const struct row *row, const struct happening *what,
                       moment now, struct arena *arena);
enum status seal_text(struct work *work, struct slice text, struct arena *arena, struct slice *out);
enum status open_text(const struct work *work, struct slice sealed, struct arena *arena,
                      struct slice *out);

/* Whether the newest key sealed it. */
bool sealed_newest(const struct work *work, struct slice sealed, struct arena *arena);

/* ---- change.c ---- */

struct change {
    struct work *work;
    struct row *row;
    struct standing before;
    const struct identity *by;
    moment now;
    struct arena *arena;
    struct work_refusal *refusal;
    bool content; /* state or values changed */
    bool stands;  /* it asks for a second person: what waits is its own */
    struct text clocks;
    char clocks_room[256];
    struct happening what;
};

/* Reads the item for a visitor (NULL: the machine) and begins a change.  STATUS_ABSENT: none, or no
 * seat. */
enum status change_begin(struct change *change, struct work *work, const char *id,
                         const struct identity *by, struct arena *arena,
                         struct work_refusal *refusal);
/* Row, tracks, clocks, log, audit, events. */
enum status change_end(struct change *change);
/* The same, then what the kind does, then the item as the visitor sees it. */
enum status change_finish(struct change *change, const struct work_value *brought, unsigned count,
                          struct work_item *out);
/* Sets a state and with it the clocks. */
enum status change_state(struct change *change, int state);
/* Values into the row; those of `told` to the party that brought them. */
enum status change_values(struct change *change, const struct work_value *value, unsigned count);
enum status refuse(struct work *work, struct work_refusal *refusal, enum work_fault fault,
                   int field, enum status status);
/* Canonical copies of what somebody brought, held against masks. */
enum status values_check(struct work *work, const struct work_kind *kind,
                         const struct work_value *value, unsigned count, uint64_t must_mask,
                         uint64_t may_mask, struct arena *arena, struct work_refusal *refusal,
                         struct work_value **out);
const struct work_plug *plug_of(const struct work *work, const struct work_kind *kind);
/* Calls `after`. */
enum status after_call(struct work *work, struct row *row, const struct change *change,
                       const struct work_value *brought, unsigned count);
/* Whether this visitor, with this seat, may do the step. */
bool step_for(const struct work_step *step, const struct identity *by, enum work_seat seat);
bool lease_runs(const struct row *row, moment now);
bool is_person(const struct identity *by);

/* ---- wheel.c ---- */

enum due_what {
    DUE_CLOCK = 'c',
    DUE_ALARM = 'a',
    DUE_LEASE = 'l',
    DUE_ASKING = 'q',
    DUE_RETAIN = 'r',
    DUE_OVERDUE = 'o'
};

struct due {
    int64_t at, item, which, tries;
    enum due_what what;
};
enum status due_put(struct work *work, const struct due *due);
enum status due_add(struct work *work, int64_t at, int64_t item, enum due_what what, int64_t which);
enum status due_remove(struct work *work, int64_t at, int64_t item, enum due_what what,
                       int64_t which);
/* Which a clock or alarm is, in a form that outlives a change of the table. */
int64_t due_which(const char *clock, int64_t alarm_ms);
enum status clock_start(struct change *change, unsigned clock);
enum status clock_stop(struct change *change, unsigned clock, bool fired, int64_t late_ms);

/* How long it is kept after its end; negative: no machine forgets it. */
enum status retain_span(struct change *change, int64_t *out);
/* It has ended: when it will be forgotten goes into the wheel. */
enum status retain_begin(struct change *change);

/* ---- retain.c, share.c ---- */

enum status retain_due(struct change *change);
/* Values out of the row and the index. */
enum status values_forget(struct change *change, uint64_t fields);

/* ---- asked.c, bind.c, asking.c ---- */

enum { PEOPLE_TEXT_MAX = 512 };

struct asking {
    int64_t number, item, content, asked, expires;
    int step;
    bool done;
    char digest[DIGEST_HEX_SIZE];
    char by[ACCESS_ID_SIZE];
    char organisation[ACCESS_ID_SIZE];
    char people[PEOPLE_TEXT_MAX]; /* who cannot approve it: "u_1,u_2," */
    struct slice sealed;          /* what is brought */
};

enum status asking_load(struct store *store, int64_t number, const struct work_kind *kind,
                        struct arena *arena, struct asking *out);
enum status brought_open(struct work *work, const struct row *row, struct slice sealed,
                         struct arena *arena, struct work_value **out, unsigned *count);
/* It waits no longer. */
enum status asking_end(struct change *change, const struct asking *asking, const char *state);
/* Whether the user is one of those who cannot approve it. */
bool asking_names(const char *people, const char *user);

/* A step that wants a second person: writes down what is asked and binds it to the content. */
enum status asking_begin(struct change *change, int step, const struct work_value *value,
                         unsigned count, struct slice reason);
/* After the content changed: what waits is void (TWO), or bound anew (AFTER). */
enum status asking_after(struct change *change);
enum status asking_expired(struct work *work, int64_t number, moment now, struct arena *arena);
/* For the view. */
enum status asking_read(struct store *store, int64_t number, const struct work_kind *kind,
                        struct arena *arena, struct work_asking **out);

/* ---- step.c, link.c ---- */

/* Does a step that has been judged: by a person, for one, or by the machine (step.c). */
enum status step_do(struct change *change, int step, const struct work_value *value, unsigned count,
                    struct slice reason, const char *asker);
enum status linked(struct work *work, const char *id, const char *other_id, const char *relation,
                   const struct identity *by, struct slice reason, struct arena *arena);
