/* image.h -- a rule set as it runs: flat, read-only, shared by all threads.
 *
 * Every expression becomes part of a program: a list of steps that each work on a whole column of
 * records at once.  Equal expressions about the same kind of record are one node, so what several
 * rules and features say is computed once.  Every read of a feature is numbered; equal reads are
 * one column.
 *
 * A profile is fed for a whole batch before the rules look (`level`), unless what it counts depends
 * on marks: then it is fed record by record (LEVEL_SERIAL), between the rules.  Whom a rule looks
 * at may be known only when the profile has been fed (an account that another profile names;
 * somebody marked): such a look is late.  It is made when it is needed, and sees the entity without
 * the events of later records (past.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"
#include "detect/window/window.h"

enum op {
#define OP(name, out, a, b, c) OP_##name,
#include "detect/engine/ops.inc"
#undef OP
    OPS_COUNT
};

enum class { CLASS_NONE, CLASS_NUMBER, CLASS_NAME, CLASS_TRUTH };

/* Truth is ordered so that `and` is the lesser, `or` the greater of two. */
enum { FALSE_ = WINDOW_FALSE, UNKNOWN_ = WINDOW_UNKNOWN, TRUE_ = WINDOW_TRUE };

struct step {
    uint16_t op;
    uint16_t out, a, b, c; /* registers */
    uint64_t imm;
};

/* A program leaves its results in registers, one for each of what it was made for. */
struct program {
    uint32_t steps_count;
    uint32_t registers_count;
    uint32_t results_count;
    struct step *step;
    uint16_t *result;
};

enum {
    NO_KEY = 0xFF, /* a look by expression, or a feeding without a look */
    NO_COLUMN = 0xFFFF,
    LEVEL_SERIAL = 0xFF,
    SEQUENCE_KEY = 0xFE /* the entity that a sequence is being tried on */
};

/* One feature of one entity, at records of one kind. */
struct read_image {
    uint16_t profile;
    uint16_t feature;
    uint16_t look;
    enum class class;
    uint32_t needed; /* as in window_want: with fewer events no rule cares */
    bool now; /* asked when it is needed: a late look, or a profile that is fed record by record */
};

/* Whose features are read at records of one kind: the entity of a key, or one named by an
 * expression. */
struct look_image {
    uint16_t profile;
    enum record_kind kind;
    uint8_t key;                /* index, SEQUENCE_KEY, or NO_KEY: by expression */
    bool late;                  /* made by the rules, when the batch has been fed */
    struct program key_program; /* of a look by expression: its only result is the name */
    uint32_t wants_count;       /* in order of their spans */
    uint16_t *want;             /* numbers of reads */
};

/* When one flag of an event is set: the condition holds and the value is known. */
struct flag_image {
    uint16_t where; /* results of the feeding's program; NO_COLUMN: always, always known */
    uint16_t value;
    enum class value_class;
};

/* What is stored as one value of an event. */
struct stored_image {
    uint16_t result; /* NO_COLUMN: nothing for this kind */
    uint16_t turned; /* the same in the role of the other party */
    enum class class;
};

/* A field of the record that names an entity. */
struct key_image {
    uint8_t key; /* its index in the profile */
    uint8_t field;
    bool list; /* it holds many names */
};

/* What a record of one kind means to one profile. */
struct feeding {
    uint32_t keys_count; /* 0: it feeds nobody */
    struct key_image key[PROFILE_KEYS_MAX];
    uint32_t names_max; /* that one record can hold in these */
    bool lists;         /* some key holds many names */
    uint8_t turning;    /* an event is turned if it does not have this role; UINT8_MAX: none is */
    struct program program;
    uint64_t flags;              /* that such a record can set */
    uint64_t certain;            /* of these those that need no look at condition or value */
    uint64_t always;             /* that it always sets: its kind, where sequences ask for it */
    struct flag_image *flag;     /* per flag */
    struct stored_image *stored; /* per value */
    uint32_t looks_count;
    uint32_t looks_by_key; /* these come first */
    uint16_t *look;        /* numbers of looks made for the whole batch */
};

struct profile_image {
    const struct profile *profile;
    uint8_t level;
    struct window_plan window;
    uint32_t keys_max;                  /* entities that one record may feed */
    uint32_t looks_max;                 /* by expression, at one record */
    uint64_t by_role[PROFILE_KEYS_MAX]; /* flags that an event can have in this role */
    bool turns[WINDOW_VALUES_MAX];      /* values that are others in a turned event */
    struct feeding feeding[RECORD_KINDS_COUNT];
    /* For sequences: the flag of a first step's kind, and where its fields are stored. */
    uint8_t kind_bit[RECORD_KINDS_COUNT];
    uint8_t field_value[RECORD_KINDS_COUNT][RECORD_FIELDS_MAX];
};

/* One question about money that moved. */
struct flow_image {
    enum flow_kind flow;
    unsigned hops;
    int64_t span_ms, met_ms;
    uint32_t list; /* of the image; LISTED */
    uint32_t tag;  /* MARKED */
};

/* Such a question in the conditions of a rule. */
struct flow_use {
    uint16_t flow;
    struct program account; /* its only result is whom it is about */
};

/* One condition as evidence. */
struct condition_image {
    struct slice text;
    uint16_t left, right; /* results of `telling`; NO_COLUMN: not a comparison */
    enum class class;
    const struct expr *read;
    struct type type;          /* of both sides */
    struct slice left_literal; /* the spelling, where the side is a name written in the rule */
    struct slice right_literal;
};

/* Conditions asked one after the other, each only where those before it hold. */
struct trial {
    uint32_t count;
    struct program *program; /* each with one truth */
};

/* A rule's conditions are asked in four parts, each only where the one before holds: what is cheap
 * and often false of all records at once, the rest of the few that pass. */
struct rule_image {
    const struct rule *rule;
    uint16_t fires;     /* result of the kind's program: the gate; NO_COLUMN: there is none */
    struct trial after; /* the other plain ones, then the costly ones */
    struct trial late;  /* about marks, late looks, and profiles that are fed record by record */
    struct trial tried; /* about a sequence's entity and its first step */
    struct program marks; /* per mark: its subject, its condition */
    struct program finding; /* score, subject, grades */
    struct program telling; /* the sides of the conditions, what speaks against it */
    struct condition_image *condition;
    uint16_t score, subject; /* results of `finding`; NO_COLUMN */
    uint16_t grading[4];
    uint16_t against[AGAINST_MAX]; /* results of `telling` */
    struct condition_image *against_left;
    uint32_t mark_tag[MARKS_PER_RULE_MAX];
    uint32_t reads_count; /* direct reads of `when`, for positions and bounds */
    uint16_t *read;
    uint32_t flows_count; /* for the same */
    struct flow_use *flow;
};

struct kind_image {
    struct program rules; /* per rule of the kind: whether its plain conditions hold */
    uint32_t rules_count;
    uint16_t *rule; /* in order of their names */
    uint32_t spelt; /* bit per field whose names may be asked for when the record is gone */
    uint32_t spelt_count;
    uint64_t profiles; /* bit per profile that such a record visits */
};

struct image {
    const struct rule_set *set;
    ident currency;
    bool ties_matter; /* something looks a person up by phone or account */
    uint8_t levels_count;
    uint32_t serials_count;
    struct profile_image *profile;
    uint32_t looks_count;
    struct look_image *look;
    uint32_t reads_count;
    struct read_image *read;
    struct rule_image *rule;
    struct kind_image kind[RECORD_KINDS_COUNT];
    uint32_t strings_count; /* prefixes of `starts` */
    struct slice *string;
    uint32_t literals_count; /* names written in rules that do not print from their bits */
    struct slice *literal;
    uint32_t lists_count;
    struct slice *list;
    uint32_t labels_count; /* names of marks */
    struct slice *label;
    uint32_t flows_count;
    struct flow_image *flow;
    uint32_t flow_accounts_max;
    uint32_t registers_max; /* of any program */
    uint32_t marks_per_record_max;
};

/* The set is lent for the life of the image.  STATUS_FULL: the arena. */
enum status image_create(const struct image **out, const struct rule_set *set, struct arena *boot);

static inline enum class class_of(struct type type) {
    switch (type.class){
        case TYPE_TRUTH : return CLASS_TRUTH; case TYPE_NAME : case TYPE_STRING : return CLASS_NAME;
        default : return CLASS_NUMBER;
    }
}

/* What REGISTER_… looks up. */
struct look_up {
    enum record_kind kind;
    unsigned field;
    enum field_type type; /* of the name that is looked up */
    bool real;
};
static inline uint64_t look_up_pack(struct look_up look_up)
{
    return (uint64_t)look_up.kind << 24 | (uint64_t)look_up.field << 16 |
           (uint64_t)look_up.type << 8 | look_up.real;
}
static inline struct look_up look_up_unpack(uint64_t imm)
{
    return (struct look_up){(enum record_kind)(imm >> 24), (unsigned)(imm >> 16) & 0xFF,
                            (enum field_type)((imm >> 8) & 0xFF), (imm & 1) != 0};
}
/* A mark's label on names of one type. */
static inline uint32_t tag_of(unsigned label, enum field_type type)
{
    return (uint32_t)label << 5 | (uint32_t)type;
}
static inline uint32_t tag_label(uint32_t tag)
{
    return tag >> 5;
}
static inline enum field_type tag_type(uint32_t tag)
{
    return (enum field_type)(tag & 31);
}
