/* record.c -- the schema as tables, and a record as text and as a digest.
 *
 * The tables are made from the lists of this room at compile time, so that a new field is one line
 * in fields.inc and nothing here.
 *
 * Invariants:  1. The digest depends on the kind and the known fields alone: not on the position,
 *                 not on what lies in fields that are unknown, not on the machine.
 *              2. A record with a known `id` is named by kind and id: a correction of it is a
 *                 duplicate.
 *              3. text_add_record() writes the fields in the order of fields.inc, unknown ones not
 *                 at all.
 * Not chosen:  hashing the JSON line.  A million records a second have no time to be written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include "ground/checksum.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

/* The words of each CHOICE field: every CHOICE_FIELD ends the table before it and begins one. */
#define CHOICE_FIELD(kind, field) \
    NULL                          \
    }                             \
    ;                             \
    static const char *const WORDS_##kind##_##field[] = {
#define CHOICE(kind, field, word) #word,
[[maybe_unused]] static const char *const WORDS_none[] = {
#include "choices.inc"
    NULL};
#undef CHOICE

/* WORDS(CHOICE, …) is the field's table, of every other type NULL: MARK_CHOICE puts one argument
 * more in front, any other MARK_ stays a word without meaning in the argument that is dropped. */
#define MARK_CHOICE                0,
#define SECOND(first, second, ...) second
#define PICK(...)                  SECOND(__VA_ARGS__)
#define WORDS(type, kind, name)    PICK(MARK_##type WORDS_##kind##_##name, NULL, 0)
#define MUST                       true
#define MAY                        false

#define KIND(kind, plural, group) \
    }                             \
    ;                             \
    static const struct field_schema FIELDS_##kind[] = {
#define FIELD(kind, name, type, need) {#name, FIELD_##type, need, WORDS(type, kind, name)},
[[maybe_unused]] static const struct field_schema FIELDS_none[] = {
    {0}, /* so that it is no empty array */
#include "fields.inc"
};
#undef KIND
#undef FIELD

static const struct kind_schema KINDS[] = {
#define KIND(kind, plural, group) \
    {#kind, plural, GROUP_##group, sizeof FIELDS_##kind / sizeof FIELDS_##kind[0], FIELDS_##kind},
#define FIELD(kind, name, type, need)
#include "fields.inc"
#undef KIND
#undef FIELD
};

#define KIND(kind, plural, group) \
    _Static_assert(sizeof FIELDS_##kind / sizeof FIELDS_##kind[0] <= RECORD_FIELDS_MAX, #kind);
#define FIELD(kind, name, type, need)
#include "fields.inc"
#undef KIND
#undef FIELD

static const char *const TYPE_WORDS[] = {
#define FIELD_TYPE(name, held, word) word,
#include "field_types.inc"
#undef FIELD_TYPE
};

/* The number of the field `id` of a kind that has one, else RECORD_FIELDS_MAX. */
static unsigned id_field(enum record_kind kind)
{
    switch (kind) {
    case RECORD_payment:
        return FIELD_OF(payment, id);
    case RECORD_report:
        return FIELD_OF(report, id);
    default:
        return RECORD_FIELDS_MAX;
    }
}

const struct kind_schema *kind_schema(enum record_kind kind)
{
    must(kind < RECORD_KINDS_COUNT);
    return &KINDS[kind];
}

const char *field_type_name(enum field_type type)
{
    return TYPE_WORDS[type];
}

bool kind_find(struct slice name, enum record_kind *out)
{
    for (unsigned i = 0; i < RECORD_KINDS_COUNT; i++) {
        if (slice_equal(name, slice_of(KINDS[i].name))) {
            *out = (enum record_kind)i;
            return true;
        }
    }
    return false;
}

bool field_find(enum record_kind kind, struct slice name, unsigned *out)
{
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (slice_equal(name, slice_of(schema->fields[i].name))) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool choice_find(enum record_kind kind, unsigned field, struct slice word, int64_t *out)
{
    const struct kind_schema *schema = kind_schema(kind);
    must(field < schema->fields_count);
    const char *const *words = schema->fields[field].words;
    for (int64_t i = 0; words != NULL && words[i] != NULL; i++) {
        if (slice_equal(word, slice_of(words[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* ---- the digest ---- */

enum { SEAL_WORDS_MAX = 2 + RECORD_FIELDS_MAX + 2 * (RECORD_NAMED_MAX + 1) };

struct seal {
    size_t count;
    uint64_t word[SEAL_WORDS_MAX];
};

static void seal_add(struct seal *seal, uint64_t word)
{
    must(seal->count < SEAL_WORDS_MAX);
    seal->word[seal->count++] = htole64(word);
}

static void seal_add_value(struct seal *seal, enum field_held held, const union value *value)
{
    uint64_t bits;
    switch (held) {
    case HELD_WHOLE:
        seal_add(seal, (uint64_t)value->whole);
        break;
    case HELD_REAL:
        memcpy(&bits, &value->real, sizeof bits);
        seal_add(seal, bits);
        break;
    case HELD_NAME:
        seal_add(seal, value->name.bits);
        break;
    case HELD_NAMES:
        must(value->names->count <= RECORD_NAMED_MAX);
        seal_add(seal, value->names->count);
        for (uint32_t i = 0; i < value->names->count; i++)
            seal_add(seal, value->names->at[i].bits);
        break;
    }
}

void record_seal(struct record *record)
{
    struct seal seal;
    seal.count = 0;
    unsigned id = id_field(record->kind);
    bool named = id < RECORD_FIELDS_MAX && record_knows(record, id);
    /* Named and unnamed records have different lives: bit 63 keeps their digests apart. */
    seal_add(&seal, (uint64_t)record->kind | (named ? 1ull << 63 : 0));
    if (named) {
        seal_add(&seal, record->field[id].name.bits);
    } else {
        const struct kind_schema *schema = kind_schema(record->kind);
        seal_add(&seal, record->known);
        for (unsigned i = 0; i < schema->fields_count; i++)
            if (record_knows(record, i))
                seal_add_value(&seal, field_held(schema->fields[i].type), &record->field[i]);
    }
    record->digest =
        hash_bytes((struct slice){(const char *)seal.word, seal.count * sizeof seal.word[0]});
}

/* ---- as text ---- */

/* A whole number of parts as a decimal; `keep`: zeros at the end stay (money), else they go
 * (seconds). */
static void text_add_decimal(struct text *text, int64_t parts, int digits, bool keep)
{
    uint64_t rest = parts < 0 ? -(uint64_t)parts : (uint64_t)parts;
    char fraction[8];
    must(digits < (int)sizeof fraction);
    for (int i = digits - 1; i >= 0; i--) {
        fraction[i] = (char)('0' + rest % 10);
        rest /= 10;
    }
    size_t shown = (size_t)digits;
    while (!keep && shown > 0 && fraction[shown - 1] == '0')
        shown--;
    if (parts < 0)
        text_add_char(text, '-');
    text_addf(text, "%llu", (unsigned long long)rest);
    if (shown > 0) {
        text_add_char(text, '.');
        text_add(text, (struct slice){fraction, shown});
    }
}

/* The shortest of the usual forms that reads back as the same number. */
static void text_add_real(struct text *text, double real)
{
    char form[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(form, sizeof form, "%.*g", digits, real);
        if (strtod(form, NULL) == real)
            break;
    }
    text_add_string(text, form);
}

/* A payment says its currency; other kinds speak of the currency of the site, taken to have
 * hundredths. */
static int digits_of_money(const struct record *record)
{
    unsigned currency = FIELD_OF(payment, currency);
    if (record->kind == RECORD_payment && record_knows(record, currency))
        return currency_digits(record->text[currency]);
    return currency_digits((struct slice){NULL, 0});
}

static void text_add_whole_field(struct text *text, const struct record *record, unsigned field)
{
    const struct field_schema *schema = &kind_schema(record->kind)->fields[field];
    int64_t whole = record->field[field].whole;
    switch (schema->type) {
    case FIELD_TIME:
        text_add_moment(text, (moment){whole}, 0);
        break;
    case FIELD_DURATION:
        text_add_decimal(text, whole, 3, false);
        break;
    case FIELD_MONEY:
        text_add_decimal(text, whole, digits_of_money(record), true);
        break;
    case FIELD_CHOICE:
        text_add_string(text, schema->words[whole]);
        break;
    default:
        text_add_whole(text, whole);
        break;
    }
}

void text_add_field(struct text *text, const struct record *record, unsigned field)
{
    must(field < kind_schema(record->kind)->fields_count);
    if (!record_knows(record, field))
        return;
    const struct ident_list *names;
    switch (field_held(kind_schema(record->kind)->fields[field].type)) {
    case HELD_WHOLE:
        text_add_whole_field(text, record, field);
        break;
    case HELD_REAL:
        text_add_real(text, record->field[field].real);
        break;
    case HELD_NAME:
        text_add(text, record->text[field]);
        break;
    case HELD_NAMES:
        names = record->field[field].names;
        for (uint32_t i = 0; i < names->count; i++) {
            if (i > 0)
                text_add_char(text, ';');
            text_add(text, names->text[i]);
        }
        break;
    }
}

/* Numbers stand bare in JSON; times, words and names are strings. */
static bool is_number(enum field_type type)
{
    return type == FIELD_DURATION || type == FIELD_MONEY || type == FIELD_COUNT ||
           type == FIELD_DEGREES;
}

void text_add_record(struct text *text, const struct record *record)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    char bytes[RECORD_NAMED_MAX * (IDENT_BYTES_MAX + 1) + RECORD_TEXT_MAX];
    text_add_string(text, "{\"kind\":");
    text_add_json(text, slice_of(schema->name));
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (!record_knows(record, i))
            continue;
        text_add_string(text, ",\"");
        text_add_string(text, schema->fields[i].name);
        text_add_string(text, "\":");
        if (is_number(schema->fields[i].type)) {
            text_add_field(text, record, i);
            continue;
        }
        struct text value = text_over(bytes, sizeof bytes);
        text_add_field(&value, record, i);
        text_add_json(text, text_slice(&value));
    }
    text_add_char(text, '}');
}

int currency_digits(struct slice code)
{
    static const struct {
        char code[4];
        int digits;
    } CURRENCIES[] = {
#define CURRENCY(code, digits) {#code, digits},
#include "currencies.inc"
#undef CURRENCY
    };
    if (code.size != 3)
        return 2;
    for (size_t i = 0; i < sizeof CURRENCIES / sizeof CURRENCIES[0]; i++) /* of every payment */
        if (CURRENCIES[i].code[0] == code.at[0] && CURRENCIES[i].code[1] == code.at[1] &&
            CURRENCIES[i].code[2] == code.at[2])
            return CURRENCIES[i].digits;
    return 2;
}
