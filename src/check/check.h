/* check.h -- what is asked of a carrier about a line, and what it answers.
 *
 *   {"basis":"anti_fraud_law","check":1,"document":"昆公反诈查〔2023〕18号","from":"…",
 *    "id":"w_…","number":"+86139…","purpose":"fraud_lead","to":"…"}
 *
 *   {"address":"…","by":"machine","id":"w_…","outcome":"answered","reason":"none","reply":1}
 *
 * They travel in signed letters, written canonically (RFC 8785), and are read strictly: a member
 * that words.inc does not list is refused, so nothing can be asked or answered that was not thought
 * of here. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/moment.h"
#include "ground/text.h"
#include "ground/tongue.h"

/* clang-format off */
enum check_purpose {
#define CHECK_PURPOSE(name, en, zh) CHECK_FOR_##name,
#include "check/words.inc"
#undef CHECK_PURPOSE
    CHECK_PURPOSES_COUNT
};
enum check_basis {
#define CHECK_BASIS(name, en, zh) CHECK_BY_##name,
#include "check/words.inc"
#undef CHECK_BASIS
    CHECK_BASES_COUNT
};
enum notice_what {
#define NOTICE_WHAT(name, en, zh) NOTICE_##name,
#include "check/words.inc"
#undef NOTICE_WHAT
    NOTICE_WHATS_COUNT
};
enum reply_field {
#define REPLY_FIELD(name, type, en, zh) REPLY_##name,
#include "check/words.inc"
#undef REPLY_FIELD
    REPLY_FIELDS_COUNT
};
enum check_outcome {
#define CHECK_OUTCOME(name, en, zh) CHECK_##name,
#include "check/words.inc"
#undef CHECK_OUTCOME
    CHECK_OUTCOMES_COUNT
};
enum check_reason {
#define CHECK_REASON(name, en, zh) CHECK_REASON_##name,
#include "check/words.inc"
#undef CHECK_REASON
    CHECK_REASONS_COUNT
};
/* clang-format on */

enum reply_type { REPLY_TEXT, REPLY_WORD, REPLY_WHOLE, REPLY_DATE, REPLY_LIST };

enum { CHECK_TEXT_MAX = 512, CHECK_BYTES_MAX = 16384, CHECK_ID_MAX = 64, CHECK_DOCUMENT_MAX = 128 };

struct check_word {
    const char *name;
    struct saying says;
};
extern const struct check_word CHECK_PURPOSES[CHECK_PURPOSES_COUNT];
extern const struct check_word CHECK_BASES[CHECK_BASES_COUNT];
extern const struct check_word CHECK_OUTCOMES[CHECK_OUTCOMES_COUNT];
extern const struct check_word CHECK_REASONS[CHECK_REASONS_COUNT];
extern const struct check_word NOTICE_WHATS[NOTICE_WHATS_COUNT];
extern const struct check_word REPLY_FIELDS[REPLY_FIELDS_COUNT];
extern const enum reply_type REPLY_TYPES[REPLY_FIELDS_COUNT];
/* Index of the word in one of these lists; `count`: there is none. */
unsigned check_word_find(const struct check_word *list, unsigned count, struct slice name);

struct check_question {
    struct slice id;     /* of the work at whoever asks */
    struct slice number; /* E.164 with `+`, or as dialled */
    moment from, to;     /* what time it is about; MOMENT_NONE */
    enum check_purpose purpose;
    enum check_basis basis;
    struct slice document; /* number of the approved document; may be empty where it is not read */
};

/* `number` as phone_canonical says it; texts are copied.  STATUS_MALFORMED: `why`, English, names
 * the member and never its value. */
enum status check_read(struct slice json, struct arena *request, struct check_question *out,
                       struct text *why);
void text_add_check(struct text *text, const struct check_question *question);
/* A number that another centre wants looked at: the same members behind `"push":1`. */
enum status push_read(struct slice json, struct arena *request, struct check_question *out,
                      struct text *why);
void text_add_push(struct text *text, const struct check_question *question);

/* What became of a number, to whoever was asked about it or pushed it; nothing else. */
struct notice {
    struct slice id, number;
    enum notice_what what;
    struct slice document; /* of the check; may be empty */
};
enum status notice_read(struct slice json, struct arena *request, struct notice *out,
                        struct text *why);
void text_add_notice(struct text *text, const struct notice *notice);

struct reply {
    struct slice id;
    enum check_outcome outcome;
    enum check_reason reason;
    bool by_person;
    struct slice value[REPLY_FIELDS_COUNT]; /* empty: not answered; a LIST with `;` between */
};

enum status reply_read(struct slice json, struct arena *request, struct reply *out,
                       struct text *why);
void text_add_reply(struct text *text, const struct reply *reply);
/* Whether the value has the form of the field. */
bool reply_value_holds(enum reply_field field, struct slice value);
