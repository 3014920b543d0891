/* city.h -- a made-up city, and the fraud in it.
 *
 * Nobody may publish a real month of calls and payments, so nobody can compare detectors on one.
 * This room makes a month that never was: people with circles, trades and accounts; shops, schools,
 * call centres, banks; and in between them gateways, relays, mule crews and the people they work
 * on.  It writes what the carriers and banks of such a city would hand over, as files of
 * records.md, in the order in which the records would arrive; and, beside them, truth.csv: what the
 * made-up fraudsters really did.
 *
 * Two promises.  The same options give the same bytes, on any machine.  And the fraud is not a
 * mirror of any rule: every campaign draws its own parameters from wide ranges, about a quarter of
 * them evade on purpose, and every innocent trade that looks like fraud is there.  What exists,
 * with all ranges and the definition of each label: docs/city.md.
 *
 * Not chosen: learning the distributions from real data.  They would carry somebody's life. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/moment.h"
#include "ground/status.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    CITY_PEOPLE_MIN = 500,     /* below, some trades would have no customers */
    CITY_PEOPLE_MAX = 5000000, /* 6 GB for a day */
    CITY_DAYS_MAX = 92,        /* the longest span of a rule is 90 days */
    CITY_FRAUD_MAX = 20,       /* beyond, there would be more fraud than life */
};

struct city_options {
    uint64_t seed;
    uint32_t people; /* residents who have a phone; a fifth as many live elsewhere and know them */
    uint32_t days;
    moment
        start; /* rounded down to a midnight of the city (+08:00); MOMENT_NONE: Monday 2026-03-02 */
    double fraud; /* 0 none, 1 as much as in docs/city.md, at most CITY_FRAUD_MAX */
    bool classes; /* also writes classes.csv: which innocent behaviour a subject shows */
};

/* Seed 1, 20,000 people, one day, fraud 1. */
struct city_options city_defaults(void);

/* The files that are made; each is named after the plural of its kind. */
enum city_file {
#define CITY_FILE(name, file) CITY_FILE_##name,
#include "files.inc"
#undef CITY_FILE
    CITY_FILES_COUNT
};

/* The labels of truth.csv. */
enum city_label {
#define CITY_LABEL(name, subject) CITY_LABEL_##name,
#include "labels.inc"
#undef CITY_LABEL
    CITY_LABELS_COUNT
};

/* What innocent subjects do that looks, to somebody, like fraud. */
enum city_class {
#define CITY_CLASS(name, per_10000, at_least, meaning) CITY_CLASS_##name,
#include "classes.inc"
#undef CITY_CLASS
    CITY_CLASSES_COUNT
};

struct city_counts {
    uint64_t rows[CITY_FILES_COUNT];      /* data rows of each file, without the header */
    uint64_t labels[CITY_LABELS_COUNT];   /* subjects with that label */
    uint64_t classes[CITY_CLASSES_COUNT]; /* subjects that showed that behaviour at least once */
    uint64_t campaigns;
    uint64_t repeated; /* exact duplicates among the rows */
    uint64_t late;     /* rows that arrived more than a minute later than usual */
};

/* Their words: "calls.csv", "gateway", "courier".  Lend strings of the program. */
const char *city_file_name(enum city_file file);
const char *city_label_name(enum city_label label);
const char *city_class_name(enum city_class class);

struct city_progress {
    uint32_t day; /* being written, from 0 */
    uint32_t days;
    uint64_t rows; /* written so far */
};

/* Told at the end of each hour of the city; `take` may be NULL. */
struct city_progress_sink {
    void (*take)(void *self, const struct city_progress *progress);
    void *self;
};

/* Makes the city into `directory`, which must exist.  The files appear whole or not at all.
 * STATUS_REFUSED: an option is out of its bounds.  STATUS_FULL: no memory.  STATUS_IO: the disk
 * failed. */
enum status city_make(const struct city_options *options, const char *directory,
                      struct city_progress_sink progress, struct city_counts *counts);
