/* record.h -- what we are told: one event, or one row of a register, in canonical form.
 *
 * The contract is records.md; its kinds, fields, types and words are fields.inc, field_types.inc
 * and choices.inc.  Intake makes records, everything behind it reads them.  A record borrows its
 * texts from the batch that it came in. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/moment.h"
#include "record/ident.h"

enum record_kind {
#define KIND(kind, plural, group) RECORD_##kind,
#define FIELD(kind, name, type, need)
#include "fields.inc"
#undef KIND
#undef FIELD
    RECORD_KINDS_COUNT
};

enum record_group { GROUP_EVENT, GROUP_REGISTER, GROUP_TRUTH };

enum field_type {
#define FIELD_TYPE(name, held, word) FIELD_##name,
#include "field_types.inc"
#undef FIELD_TYPE
    FIELD_TYPES_COUNT
};

enum field_held { HELD_WHOLE, HELD_REAL, HELD_NAME, HELD_NAMES };

struct ident_list {
    uint32_t count; /* at most RECORD_NAMED_MAX */
    const ident *at;
    const struct slice *text;
};

union value {
    int64_t whole;
    double real;
    ident name;
    struct ident_list *names;
};

struct record {
    enum record_kind kind;
    uint32_t known;    /* bit i: field i is known */
    uint64_t position; /* file << 40 | line, see position_of */
    uint64_t digest;   /* of the canonical content, for duplicates */
    moment at;         /* field `time`; MOMENT_NONE for registers and truth */
    union value field[RECORD_FIELDS_MAX];
    /* canonical spelling of HELD_NAME fields; of others empty */
    struct slice text[RECORD_FIELDS_MAX];
};

static inline uint64_t position_of(uint32_t file, uint64_t line)
{
    return (uint64_t)file << 40 | (line & 0xFFFFFFFFFFu);
}
static inline uint32_t position_file(uint64_t position)
{
    return (uint32_t)(position >> 40);
}
static inline uint64_t position_line(uint64_t position)
{
    return position & 0xFFFFFFFFFFu;
}
static inline bool record_knows(const struct record *record, unsigned field)
{
    return (record->known >> field & 1u) != 0;
}

/* Field numbers by name: FIELD_OF(call, caller) is 1.  A kind starts the count of the enum again at
 * 0. */
enum record_field_number {
#define KIND(kind, plural, group)     RECORD_FIELD_START_##kind = -1,
#define FIELD(kind, name, type, need) RECORD_FIELD_##kind##_##name,
#include "fields.inc"
#undef KIND
#undef FIELD
};
#define FIELD_OF(kind, name) ((unsigned)RECORD_FIELD_##kind##_##name)

/* Choice words by name: CHOICE_OF(sim, event, swapped) is 1. */
enum record_choice_number {
#define CHOICE_FIELD(kind, field) RECORD_CHOICE_START_##kind##_##field = -1,
#define CHOICE(kind, field, word) RECORD_CHOICE_##kind##_##field##_##word,
#include "choices.inc"
#undef CHOICE
};
#define CHOICE_OF(kind, field, word) ((int64_t)RECORD_CHOICE_##kind##_##field##_##word)

/* ---- the schema, for everybody who works by name ---- */

struct field_schema {
    const char *name;
    enum field_type type;
    bool must;
    const char *const *words; /* of a CHOICE, NULL-terminated; else NULL */
};

struct kind_schema {
    const char *name;
    const char *plural;
    enum record_group group;
    unsigned fields_count;
    const struct field_schema *fields;
};

const struct kind_schema *kind_schema(enum record_kind kind);
static inline enum field_held field_held(enum field_type type)
{
    static const enum field_held HELD[] = {
#define FIELD_TYPE(name, held, word) HELD_##held,
#include "field_types.inc"
#undef FIELD_TYPE
    };
    return HELD[type];
}
/* "phone", "imei", "duration" … in lower case. */
const char *field_type_name(enum field_type type);
/* false: there is no such kind / field / word. */
bool kind_find(struct slice name, enum record_kind *out);
bool field_find(enum record_kind kind, struct slice name, unsigned *out);
bool choice_find(enum record_kind kind, unsigned field, struct slice word, int64_t *out);

/* Sets `digest` from kind and known fields; a record with a known `id` field is named by kind and
 * id alone. */
void record_seal(struct record *record);
/* The value as records.md writes it (RFC 3339 UTC, decimal, word, spelling); nothing if unknown. */
void text_add_field(struct text *text, const struct record *record, unsigned field);
/* The record as one canonical JSON line without the line end. */
void text_add_record(struct text *text, const struct record *record);

/* Digits after the decimal point of a currency (ISO 4217): 2 where it is not listed. */
int currency_digits(struct slice code);
