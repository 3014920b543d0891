/* alert.h -- what we think: findings on one subject merged, explained, quieted, and written down.
 *
 * For one (typology, subject): the first finding makes an alert; a further finding whose rule's
 * `quiet` has not passed since the last alert written merges into it silently, unless its grade is
 * higher than any before; after that it makes a `repeat`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine.h"
#include "ground/checksum.h"
#include "record/mask.h"

enum {
    ALERT_ID_SIZE = 33,
    /* Bytes that an alert takes at most in any of its forms, ended by NUL: 32 conditions with
     * their labels. */
    ALERT_BYTES_MAX = 1 << 20
};

/* One alert as it is written: everything lent until `take` returns. */
struct alert {
    const struct finding *finding;
    bool first;             /* else a repeat */
    uint64_t merged_before; /* findings merged into this subject's alerts so far */
    char id[ALERT_ID_SIZE]; /* hex: digest of image, rule, typology, grade, subject, time, record */
};

struct alert_sink {
    enum status (*take)(void *self, const struct alert *alert);
    void *self;
};

struct alert_desk;

/* findings = alerts + repeats + merged. */
struct alert_counts {
    uint64_t findings, alerts, repeats, merged;
    uint64_t alerts_of[RULES_MAX];  /* by index of the rule: alerts that it opened or repeated */
    uint64_t repeats_of[RULES_MAX]; /* of those, the repeats */
    uint64_t merged_of[RULES_MAX];
    uint64_t subjects_of[LABELS_COUNT];
};

/* Takes memory from boot, and at most `memory_max` bytes for subjects.  STATUS_FULL: too little of
 * either. */
enum status alert_desk_create(struct alert_desk **out, const struct rule_set *set,
                              size_t memory_max, struct alert_sink sink, struct arena *boot);
/* Where the findings go in.  `take` gives STATUS_FULL when no further subject fits, and any status
 * of the alert sink. */
struct finding_sink alert_desk_sink(struct alert_desk *desk);
void alert_desk_count(const struct alert_desk *desk, struct alert_counts *out);
void alert_desk_destroy(struct alert_desk *desk);

/* What the desk thinks of a subject so far. */
struct alert_standing {
    moment last;      /* of the last alert written */
    enum grade grade; /* the highest */
    uint64_t merged;
};
/* false: no alert of that typology names it. */
bool alert_desk_find(const struct alert_desk *desk, enum label label, ident subject,
                     struct alert_standing *out);

/* All subjects and counts; equal desks write equal bytes.  Takes no memory; its status is that of
 * dump_end. */
void alert_desk_export(const struct alert_desk *desk, struct dump *dump);
/* Replaces what the desk knows; with NULL reads past it.  Rules go by their names.
 * STATUS_MALFORMED; STATUS_FULL. */
enum status alert_desk_import(struct alert_desk *desk, struct undump *undump);

/* How an alert is shown. */
struct alert_view {
    enum tongue tongue;
    bool unmask;
    int32_t zone_minutes;
    struct digest image;
    /* The path of a file by number, for positions; NULL: only numbers. */
    struct slice (*path_of)(void *self, uint32_t file);
    void *path_self;
};

/* One JSON object on one line, as alert.schema.json says. */
void text_add_alert_json(struct text *text, const struct alert *alert,
                         const struct alert_view *view);
/* CSV: the header and one row, each with its line end (RFC 4180; a value that a spreadsheet would
 * take for a formula gets a ' in front). */
void text_add_alert_csv_header(struct text *text);
void text_add_alert_csv(struct text *text, const struct alert *alert,
                        const struct alert_view *view);
/* One cell as these rows have them: always quoted, guarded, control characters made visible. */
void text_add_cell(struct text *text, struct slice value);
/* One line for people, without the line end: time, grade or score, subject, title and reason, cut
 * to `columns` of a terminal (0: whole).  `colour` paints it. */
void text_add_alert_line(struct text *text, const struct alert *alert,
                         const struct alert_view *view, size_t columns, bool colour);
/* One sentence with the numbers. */
void text_add_reason(struct text *text, const struct alert *alert, const struct alert_view *view,
                     enum tongue tongue);
