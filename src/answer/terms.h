/* terms.h -- under which terms a carrier answers: who may ask, what is answered to what, what is
 * left to a person.  docs/lead.md shows a whole file.
 *
 * What the terms do not list is not answered: no field, no basis, no asker is there by default. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/check.h"

enum {
    TERMS_ASKERS_MAX = 64,
    TERMS_ANSWERS_MAX = 64,
    TERMS_PERSON_MAX = 64,
    TERMS_NAME_MAX = 64,
    TERMS_WORDS_MAX = 32,
};

struct terms_asker {
    struct slice name;     /* as in its letters */
    struct slice key;      /* that they are signed with; its form is the partner room's */
    struct slice next_key; /* the one that will follow; empty */
    struct slice folder;   /* where its letters lie and answers go; empty: it posts them to us */
    struct slice url;      /* where late answers are posted; empty: it asks again */
    int64_t a_minute, a_day;
};

struct terms_answer {
    uint32_t purposes, bases; /* bits */
    uint64_t fields;          /* bits of enum reply_field */
    bool document;            /* the question must name its document */
};

/* A line that is left to a person. */
struct terms_person {
    int field;     /* enum reply_field; -1: one of `numbers` */
    int64_t above; /* -1: not asked */
    bool empty;    /* the field is not known */
    unsigned words_count;
    struct slice word[TERMS_WORDS_MAX];
    const uint64_t *numbers; /* hashes of canonical numbers, sorted */
    size_t numbers_count;
};

struct terms {
    struct slice name;    /* to whom letters to us are addressed */
    struct slice address; /* that is listened on; "127.0.0.1" */
    int64_t port;
    struct slice certificate, certificate_key; /* PEM files; empty: no TLS */
    struct slice lines;      /* the mapping of the register; empty: no lines are answered */
    struct slice orders;     /* a bank's terms for stop orders; empty: none are taken */
    struct slice holder_key; /* file with the carriers' common key; empty */
    struct slice notices;    /* folder for what became of lines; empty: only the log knows */
    unsigned askers_count, answers_count, persons_count;
    struct terms_asker asker[TERMS_ASKERS_MAX];
    struct terms_answer answer[TERMS_ANSWERS_MAX];
    struct terms_person person[TERMS_PERSON_MAX];
};

/* `path` names the file in complaints, and is where its `numbers` files lie.  STATUS_MALFORMED:
 * `why`; STATUS_FULL. */
enum status terms_read(struct terms *out, const char *path, struct slice text, struct arena *boot,
                       struct text why[TONGUES_COUNT]);
/* NULL: not trusted here. */
const struct terms_asker *terms_asker_find(const struct terms *terms, struct slice name);
/* The fields that may be answered; 0: none.  `*document`: whether a document must be named. */
uint64_t terms_fields(const struct terms *terms, enum check_purpose purpose, enum check_basis basis,
                      bool *document);
/* Whether what is known of this line leaves it to a person. */
bool terms_want_person(const struct terms *terms, struct slice number,
                       const struct slice value[REPLY_FIELDS_COUNT]);
