/* alert.h -- what we think: findings on one subject merged, scored, explained, quieted, and written down.
 *
 * For one (typology, subject): the first finding makes an alert; further findings within the rule's `quiet` of the last
 * alert written merge into it silently, unless their grade is higher than any before; after that a `repeat`. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine.h"
#include "ground/checksum.h"

/* One alert as it is written: everything lent until `take` returns. */
struct alert {
    const struct finding *finding;
    bool first;             /* else a repeat */
    uint64_t merged_before; /* findings merged into this subject's alerts so far */
    char id[33];            /* hex: digest of image, typology, subject, time and rule */
};

struct alert_sink {
    enum status (*take)(void *self, const struct alert *alert);
    void *self;
};

struct alert_desk;

struct alert_counts {
    uint64_t findings, alerts, repeats, merged;
    uint64_t alerts_of[RULES_MAX];  /* by index of the rule: alerts that it opened or repeated */
    uint64_t merged_of[RULES_MAX];
    uint64_t subjects_of[LABELS_COUNT];
};

enum status alert_desk_create(struct alert_desk **out, const struct rule_set *set, size_t memory_max,
                              struct alert_sink sink, struct arena *boot);
struct finding_sink alert_desk_sink(struct alert_desk *desk);
void alert_desk_count(const struct alert_desk *desk, struct alert_counts *out);
void alert_desk_destroy(struct alert_desk *desk);

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
void text_add_alert_json(struct text *text, const struct alert *alert, const struct alert_view *view);
/* CSV: alert_csv_header and one row (RFC 4180; a value that a spreadsheet would take for a formula is quoted with '). */
void text_add_alert_csv_header(struct text *text);
void text_add_alert_csv(struct text *text, const struct alert *alert, const struct alert_view *view);
/* One line for people: time, grade or score, subject, title and reason, cut to `columns`. */
void text_add_alert_line(struct text *text, const struct alert *alert, const struct alert_view *view,
                         size_t columns, bool colour);
/* One sentence with the numbers. */
void text_add_reason(struct text *text, const struct alert *alert, const struct alert_view *view,
                     enum tongue tongue);
/* domain.md 9.5: phone 138****5678, IMEI last 4, account first 6 and last 4, person and others first and last 2. */
void text_add_masked(struct text *text, struct slice spelling, enum field_type type);
