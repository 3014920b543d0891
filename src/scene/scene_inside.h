/* scene_inside.h -- what the files of this room share: the script that a text becomes, and its
 * limits. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "alert/alert.h"
#include "scene/scene.h"

enum {
    SCENE_SOURCE_BYTES_MAX = 1 << 20, /* more is a data set, not an example */
    SCENE_WORDS_MAX = 128,            /* of one line: the widest record takes 26 */
    SCENE_LETS_MAX = 64,
    SCENES_MAX = 256,           /* of one file */
    SCENE_REPEATS_MAX = 100000, /* of one line, and records of one scene */
    SCENE_WISHES_MAX = 4096,    /* expectations of one scene */
    SCENE_SEEN_MAX = 4096,      /* alerted subjects of one scene */
    SCENE_FAULTS_MAX = 20,      /* told; a text with more is wrong from its first line */
    SCENE_LINE_BYTES_MAX = 8192,
    SCENE_CAME_BYTES_MAX = 1024
};

enum scene_message {
#define SCENE_SAYS(name, en, zh) SCENE_SAYS_##name,
#include "messages.inc"
#undef SCENE_SAYS
    SCENE_MESSAGES_COUNT
};

struct word {
    struct slice text;
    unsigned column; /* in code points, from 1 */
    bool quoted;
};

enum wish_kind { WISH_ALERT, WISH_NO_ALERT, WISH_NOTHING, WISH_ALLOWED, WISH_OTHERS };

/* One `expect` or `allow`. */
struct wish {
    enum wish_kind kind;
    uint64_t line;
    struct slice written;
    bool any_label; /* of `expect no alert` alone */
    enum label label;
    ident subject;     /* unknown: any */
    struct slice rule; /* empty: any */
    double score_min, score_max;
    enum grade grade_min, grade_max;
    moment before, after;          /* of the first alert; MOMENT_NONE: unsaid */
    uint64_t times_min, times_max; /* alerts written, repeats too */
    struct wish *next;
};

struct line_of_records {
    struct record record;
    struct line_of_records *next;
};

/* One scene of the text.  The lists keep the order of the lines. */
struct script {
    struct slice title[TONGUES_COUNT];
    uint64_t line;
    int32_t zone_minutes;
    moment midnight; /* of day d1 */
    struct line_of_records *registers, *registers_end;
    struct line_of_records *events, *events_end;
    struct wish *wishes, *wishes_end;
    uint32_t registers_count, events_count, wishes_count;
    bool demands; /* at least one wish that can fail */
};

/* Reads a text.  The first script of `*out` is the prologue: what stands before the first scene and
 * belongs to each.  STATUS_MALFORMED: faults were told to the sink. */
struct scripts {
    uint32_t count; /* without the prologue */
    struct script prologue;
    struct script scene[SCENES_MAX];
};
enum status script_read(struct slice path, struct slice source, const struct rule_set *set,
                        const struct scene_sink *sink, struct arena *scratch, struct scripts *out);

/* ---- the words of a line, and the values that they stand for ---- */

/* The reading of one text: where we are, and what has been said so far. */
struct reading {
    struct slice path, rest;
    uint64_t line;
    const struct rule_set *set;
    const struct scene_sink *sink;
    struct arena *scratch;
    struct scripts *out;
    struct script *now; /* the prologue or the scene being read */
    uint32_t faults_count;
    unsigned words_count;
    struct word word[SCENE_WORDS_MAX];
    unsigned lets_count;
    struct {
        struct slice name;
        unsigned words_count;
        struct word *word;
    } let[SCENE_LETS_MAX];
    int64_t n; /* the repetition that is being written out */
};

/* Tells a fault at a word (`words_count`: behind the last one); `%` becomes `about`.  Always
 * STATUS_MALFORMED, unless the sink wants to stop. */
enum status reading_fault(struct reading *reading, unsigned word, enum scene_message message,
                          struct slice about);
/* Takes the next line that has words; STATUS_END. */
enum status reading_next(struct reading *reading);
bool word_is(const struct word *word, const char *text);
/* The word with its braces worked out for repetition `n`; gives into scratch.  STATUS_MALFORMED
 * without a fault. */
enum status word_written_out(struct reading *reading, unsigned word, struct slice *out);

/* All false: not of that form. */
bool parse_whole(struct slice text, int64_t max, int64_t *out);
bool parse_decimal(struct slice text, int digits, int64_t *out); /* "12.5" with digits 3 is 12500 */
bool parse_real(struct slice text, double *out);
bool parse_span(struct slice text, int64_t *out_ms); /* "90s"; a bare number is seconds */
bool parse_spans(struct slice text, int64_t *low_ms, int64_t *high_ms); /* "1m..4m" or "2m" */
bool parse_zone(struct slice text, int32_t *minutes);
bool parse_date(struct slice text, int32_t zone_minutes, moment *midnight);
bool parse_clock(struct slice text, int64_t *ms);
/* A time of one or two words at `*at`, which moves on. */
enum status reading_time(struct reading *reading, unsigned *at, moment *out);

/* The record that the words from `at` on tell.  Gives into scratch. */
enum status reading_record(struct reading *reading, enum record_kind kind, unsigned at, moment time,
                           struct record *out);
/* The canonical spelling of a name as the type has it; false: it cannot be one. */
bool spelling_canonical(struct slice written, enum field_type type, struct slice *out);
/* The wish that the words from `at` on (after `expect` or `allow`) tell. */
enum status reading_wish(struct reading *reading, bool allow, unsigned at, struct wish *out);

/* ---- what came, against what was wished ---- */

/* One subject that was found under one typology. */
struct seen {
    enum label label;
    ident subject;
    struct slice text;
    moment first;
    double score; /* the best of all findings, merged ones too */
    enum grade grade;
    uint64_t alerts; /* written, repeats too */
    uint64_t rules[(RULES_MAX + 63) / 64];
    bool spoken_of;
};

struct seen_list {
    const struct rule_set *set;
    struct arena *scratch;
    uint32_t count;
    struct seen *at[SCENE_SEEN_MAX];
};

enum status seen_take_finding(struct seen_list *seen, const struct finding *finding);
enum status seen_take_alert(struct seen_list *seen, const struct alert *alert);
/* The checks of a scene; gives into scratch.  True in `*passed` if all wishes of both scripts came
 * true. */
enum status seen_judge(struct seen_list *seen, const struct script *prologue,
                       const struct script *scene, struct scene_result *result);
