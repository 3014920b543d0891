/* law.h -- what the law says in numbers, as dated packs, and how sure we are of each.
 *
 *   law: 1
 *   pack: cn-final-2024-12            the name that a decision stores, with the pack's hash
 *   subject: discipline
 *   in_force: {from: 2024-12-01, mark: V2}       `until` is the last day; a draft has `draft: yes`
 *   title: {en: "...", zh: "..."}
 *   sources:
 *     S9: {en: "...", zh: "..."}
 *   entries:                          the names of entries.inc
 *     term.cap: {value: 5, unit: year, article: "10", source: S9, mark: V2}
 *   open:                             questions without an answer: never guessed
 *     appeal.accept: {en: "...", zh: "..."}
 *   silent: [kept.phone_cards]        of which the text says nothing
 *   measures: [...]                   of discipline: who is restricted in what, and what stays
 *   fines: [...]                      of penalty: ranges of fines
 *
 * A pack is read once and never changes.  Values are asked for by name and type; what a pack leaves
 * open is absent, and there is a sentence that says why. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "law/calendar.h"
#include "law/term.h"
#include "law/words.h"

struct law_codes {
    uint32_t count;
    const enum law_code *at;
};

/* One entry of a pack. */
struct law_value {
    const char *name; /* dotted, of entries.inc */
    struct saying says;
    enum law_type type;
    enum law_unit unit;
    union {
        int64_t count;
        int64_t fen;
        struct law_span span;
        enum law_rank rank;
        enum law_code code;
        struct law_codes list;
        bool yes;
        law_date date;
    };
    enum law_mark mark;
    struct slice article; /* "10", "8(3)"; empty: a proposal */
    struct slice source;  /* key of the pack's sources */
    struct slice note[TONGUES_COUNT];
    unsigned line; /* of the file */
};

/* A question that the pack leaves open. */
struct law_gap {
    const char *name;
    struct saying says;
    struct slice why[TONGUES_COUNT];
};

/* One line of the table of measures. */
struct law_measure {
    enum law_code kind, object, restriction;
    struct law_codes categories, exceptions, executors;
    enum law_mark mark;
    struct slice article, source;
    struct slice note[TONGUES_COUNT];
};

/* One line of the table of fines; amounts in fen. */
struct law_fine_row {
    enum law_act act;
    enum law_grade grade;
    struct law_codes by;
    bool by_gains; /* gains >= limit: times the gains; else up to the cap */
    int64_t gains_limit, cap;
    int64_t times_least, times_most;
    int64_t fine_least, fine_most; /* otherwise */
    bool confiscates;
    bool warning_instead; /* a warning or criticism may stand in place of the fine */
    int32_t detention_least, detention_most; /* days; 0: none */
    enum law_mark mark;
    struct slice article, source;
    struct slice note[TONGUES_COUNT];
};

struct law_source {
    struct slice key;
    struct slice says[TONGUES_COUNT];
};

struct law_pack {
    struct slice name, path;
    struct digest hash; /* SHA-256 of the file */
    enum law_subject subject;
    bool draft;           /* never in force */
    law_date from, until; /* both included; LAW_DATE_NONE: no end is known */
    enum law_mark dates_mark;
    struct slice title[TONGUES_COUNT];
    uint32_t sources_count, values_count, gaps_count, silent_count, measures_count, fines_count;
    const struct law_source *sources;
    const struct law_value *values; /* in the order of entries.inc */
    const struct law_gap *gaps;
    const char *const *silent;
    const struct law_measure *measures;
    const struct law_fine_row *fines;
};

struct law {
    uint32_t packs_count;
    const struct law_pack *packs; /* in the order of their names */
    struct law_calendar calendar; /* without years if the folder has none */
};

/* One file, a pack or a calendar (`*calendar` tells which of the two was filled in); everything is
 * copied into the arena.  MALFORMED: `why` says where and what, in both tongues; FULL. */
enum status law_read(const char *path, struct slice text, struct arena *arena,
                     struct law_pack *pack, struct law_calendar *days, bool *calendar,
                     struct text why[TONGUES_COUNT]);
/* All `*.yaml` of a folder.  MALFORMED: the first file that is wrong, or two that contradict each
 * other; IO: `why` says what cannot be read; FULL. */
enum status law_open(struct law *out, const char *folder, struct arena *boot,
                     struct text why[TONGUES_COUNT]);
/* The packs that the program carries, which are those of law/ as it was built.  FULL. */
enum status law_open_shipped(struct law *out, struct arena *boot, struct text why[TONGUES_COUNT]);

/* The pack of the subject that is in force on the day; of several the one that began last.  NULL:
 * none. */
const struct law_pack *law_find(const struct law *law, enum law_subject subject, law_date on);
const struct law_pack *law_named(const struct law *law, struct slice name);

/* What a decision stores: "cn-final-2024-12 sha256:9f2c…", 64 digits. */
enum { LAW_STAMP_MAX = 64 + 8 + 64 + 1 };
void text_add_law_stamp(struct text *text, const struct law_pack *pack);
/* The pack of a stamp.  MALFORMED: not a stamp; ABSENT: no pack of that name; REFUSED: the pack of
 * that name is another one by now. */
enum status law_of_stamp(const struct law *law, struct slice stamp, const struct law_pack **out);

/* The entry of that name; NULL: the pack leaves it open, or says nothing. */
const struct law_value *law_value_find(const struct law_pack *pack, struct slice name);
/* Why it is not there; NULL: it is no open question. */
const struct law_gap *law_gap_find(const struct law_pack *pack, struct slice name);

/* Values by type.  The name must be one of the pack's subject and have that type, or the program is
 * wrong; ABSENT: the pack does not give it.  `*how` (may be NULL) is the entry with mark and
 * article. */
enum status law_count(const struct law_pack *pack, const char *name, int64_t *out,
                      const struct law_value **how);
enum status law_span_of(const struct law_pack *pack, const char *name, struct law_span *out,
                        const struct law_value **how);
/* An operating clock in milliseconds.  REFUSED: a span of working days, months or years, which only
 * law_term_end() can count. */
enum status law_span_ms(const struct law_pack *pack, const char *name, int64_t *out_ms,
                        const struct law_value **how);
enum status law_money(const struct law_pack *pack, const char *name, int64_t *out_fen,
                      const struct law_value **how);
enum status law_rank_of(const struct law_pack *pack, const char *name, enum law_rank *out,
                        const struct law_value **how);
enum status law_code_of(const struct law_pack *pack, const char *name, enum law_code *out,
                        const struct law_value **how);
enum status law_list(const struct law_pack *pack, const char *name, struct law_codes *out,
                     const struct law_value **how);
enum status law_switch(const struct law_pack *pack, const char *name, bool *out,
                       const struct law_value **how);
enum status law_date_value(const struct law_pack *pack, const char *name, law_date *out,
                           const struct law_value **how);
bool law_codes_have(struct law_codes codes, enum law_code code);
/* What holds for the object in that category; NULL: nothing, or the pack leaves it open. */
const struct law_measure *law_measure_find(const struct law_pack *pack, enum law_code object,
                                           enum law_code category);

/* How long after `ended` a record is kept, in milliseconds, by the operating pack in force at `now`
 * (its `retention.…`), so that another number also holds for what has ended before.  Negative: no
 * pack says so, and nobody forgets it. */
int64_t law_keeps(const struct law *law, const char *name, moment ended, moment now,
                  int32_t zone_minutes);

/* The moment at which the term `name`, begun at `from`, ends: counted by the pack's own
 * `term.counting`, otherwise from the next day; not rolled over holidays.  ABSENT: the pack leaves
 * it open (`*unknown` is LAW_DATE_NONE), or the calendar does not know the day `*unknown`, see
 * text_add_law_unknown_day(); FULL: past the year 9999. */
enum status law_deadline(const struct law *law, const struct law_pack *pack, const char *name,
                         moment from, int32_t zone_minutes, moment *end, law_date *unknown);

/* How an entry's value reads: "5 years", "city or above". */
void text_add_law_value(struct text *text, const struct law_value *value, enum tongue tongue);
/* A pack in short (one line), whole, and as JSON. */
void text_add_law_line(struct text *text, const struct law_pack *pack, enum tongue tongue);
void text_add_law_pack(struct text *text, const struct law_pack *pack, enum tongue tongue);
/* One entry with all that is known of it. */
void text_add_law_entry(struct text *text, const struct law_pack *pack,
                        const struct law_value *value, enum tongue tongue);
/* One line of the table of fines. */
void text_add_law_fine_row(struct text *text, const struct law_fine_row *row, enum tongue tongue);
void text_add_law_json(struct text *text, const struct law_pack *pack, bool whole);
void text_add_law_entry_json(struct text *text, const struct law_pack *pack,
                             const struct law_value *value);
/* What one pack says and the other does not, or says otherwise; the number of differences. */
unsigned text_add_law_diff(struct text *text, const struct law_pack *a, const struct law_pack *b,
                           enum tongue tongue);
unsigned text_add_law_diff_json(struct text *text, const struct law_pack *a,
                                const struct law_pack *b);
/* The tables of docs/law.md. */
void text_add_law_page(struct text *text);
