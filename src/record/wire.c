/* wire.c -- records to bytes and back.
 *
 *   kind u8   known u16   then each known field, in the order of fields.inc:
 *
 *     WHOLE   zigzag, then base 128: seven bits a byte, the lowest first, bit 7 says "more"
 *     REAL    eight bytes, little-endian
 *     NAME    size in base 128, then its spelling; the ident is made of it again
 *     NAMES   count in base 128, then each as NAME
 *
 * Invariants:  1. What wire_encode() wrote, wire_decode() reads back equal, digest and all.
 *              2. Whatever wire_decode() takes, wire_encode() writes back byte for byte: there is
 *                 one spelling of each record, and two journals can be compared.
 *              3. What is taken keeps the bounds that intake keeps; no size is believed before it
 *                 is compared with the bytes that are there.
 * Not chosen:  idents instead of spellings.  A hashed one could not be spelt again, and a packed
 *              one costs as much to spell as to read.  The memory of the machine as it is: three
 *              times as long, and tied to one build.  A version byte: the journal's segment has
 *              one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"

#include <math.h>

enum {
    HEAD_SIZE = 3,
    NUMBER_SIZE_MAX = 10,
    REAL_SIZE = 8,
    TEXT_HEAD_SIZE_MAX = 2, /* a size below 2^14 */
};

_Static_assert(RECORD_FIELDS_MAX <= 16, "known fields fit two bytes");
_Static_assert(RECORD_KINDS_COUNT <= 256, "a kind fits one byte");
_Static_assert(RECORD_TEXT_MAX < 1 << 14 && IDENT_BYTES_MAX <= RECORD_TEXT_MAX,
               "the size of a text fits two bytes");

/* ---- to bytes ---- */

size_t wire_room(const struct record *record)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    size_t room = HEAD_SIZE;
    for (unsigned i = 0; i < schema->fields_count; i++) {
        room += NUMBER_SIZE_MAX + record->text[i].size;
        if (!record_knows(record, i) || field_held(schema->fields[i].type) != HELD_NAMES)
            continue;
        const struct ident_list *names = record->field[i].names;
        for (uint32_t n = 0; n < names->count; n++)
            room += TEXT_HEAD_SIZE_MAX + names->text[n].size;
    }
    return room;
}

static unsigned char *put_number(unsigned char *at, uint64_t number)
{
    while (number > 0x7F) {
        *at++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    *at++ = (unsigned char)number;
    return at;
}

static unsigned char *put_text(unsigned char *at, struct slice text)
{
    at = put_number(at, text.size);
    if (text.size > 0)
        memcpy(at, text.at, text.size);
    return at + text.size;
}

static unsigned char *put_real(unsigned char *at, double real)
{
    uint64_t bits = 0;
    memcpy(&bits, &real, sizeof bits);
    for (unsigned i = 0; i < REAL_SIZE; i++)
        *at++ = (unsigned char)(bits >> (8 * i));
    return at;
}

static unsigned char *put_names(unsigned char *at, const struct ident_list *names)
{
    must(names->count <= RECORD_NAMED_MAX);
    at = put_number(at, names->count);
    for (uint32_t i = 0; i < names->count; i++)
        at = put_text(at, names->text[i]);
    return at;
}

/* Small negative numbers stay short: 0, -1, 1, -2 become 0, 1, 2, 3. */
static uint64_t zigzag(int64_t whole)
{
    return (uint64_t)whole << 1 ^ (uint64_t)(whole >> 63);
}

size_t wire_encode(const struct record *record, unsigned char *into)
{
    const struct kind_schema *schema = kind_schema(record->kind);
    unsigned char *at = into;
    *at++ = (unsigned char)record->kind;
    *at++ = (unsigned char)record->known;
    *at++ = (unsigned char)(record->known >> 8);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (!record_knows(record, i))
            continue;
        switch (field_held(schema->fields[i].type)) {
        case HELD_WHOLE:
            at = put_number(at, zigzag(record->field[i].whole));
            break;
        case HELD_REAL:
            at = put_real(at, record->field[i].real);
            break;
        case HELD_NAME:
            must(record->text[i].size <= RECORD_TEXT_MAX);
            at = put_text(at, record->text[i]);
            break;
        case HELD_NAMES:
            at = put_names(at, record->field[i].names);
            break;
        }
    }
    return (size_t)(at - into);
}

/* ---- and back ---- */

struct source {
    const unsigned char *at, *end;
};

/* Only the shortest form, so that a number has one. */
static enum status get_number(struct source *source, uint64_t *out)
{
    uint64_t number = 0;
    if (source->at < source->end && *source->at <= 0x7F) { /* most are sizes of names */
        *out = *source->at++;
        return STATUS_OK;
    }
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (source->at == source->end)
            return STATUS_MALFORMED;
        uint64_t byte = *source->at++;
        if (shift == 63 && byte > 1)
            return STATUS_MALFORMED;
        number |= (byte & 0x7F) << shift;
        if (byte > 0x7F)
            continue;
        if (byte == 0 && shift > 0)
            return STATUS_MALFORMED;
        *out = number;
        return STATUS_OK;
    }
    return STATUS_MALFORMED;
}

static enum status get_text(struct source *source, size_t size_max, struct slice *out)
{
    uint64_t size;
    TRY(get_number(source, &size));
    if (size > size_max || size > (size_t)(source->end - source->at))
        return STATUS_MALFORMED;
    *out = (struct slice){(const char *)source->at, (size_t)size};
    source->at += size;
    return STATUS_OK;
}

static enum status get_real(struct source *source, double *out)
{
    uint64_t bits = 0;
    if (source->end - source->at < REAL_SIZE)
        return STATUS_MALFORMED;
    for (unsigned i = 0; i < REAL_SIZE; i++)
        bits |= (uint64_t)*source->at++ << (8 * i);
    memcpy(out, &bits, sizeof bits);
    return isfinite(*out) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status get_names(struct source *source, struct arena *scratch, struct ident_list **out)
{
    uint64_t count;
    TRY(get_number(source, &count));
    if (count > RECORD_NAMED_MAX)
        return STATUS_MALFORMED;
    struct ident_list *names;
    ident *at;
    struct slice *text;
    TRY(ARENA_NEW(scratch, 1, &names));
    TRY(ARENA_NEW(scratch, count, &at));
    TRY(ARENA_NEW(scratch, count, &text));
    for (uint64_t i = 0; i < count; i++) {
        TRY(get_text(source, IDENT_BYTES_MAX, &text[i]));
        at[i] = ident_of(text[i]);
    }
    *names = (struct ident_list){.count = (uint32_t)count, .at = at, .text = text};
    *out = names;
    return STATUS_OK;
}

static enum status get_whole(struct source *source, const struct field_schema *field, int64_t *out)
{
    uint64_t number;
    TRY(get_number(source, &number));
    int64_t whole = (int64_t)(number >> 1 ^ -(number & 1));
    if (field->type == FIELD_TIME && (whole < MOMENT_MS_MIN || whole > MOMENT_MS_MAX))
        return STATUS_MALFORMED;
    if (field->type == FIELD_CHOICE) {
        int64_t words = 0;
        while (words <= whole && field->words[words] != NULL)
            words++;
        if (whole < 0 || whole >= words)
            return STATUS_MALFORMED;
    }
    *out = whole;
    return STATUS_OK;
}

static enum status get_field(struct source *source, const struct field_schema *field,
                             struct arena *scratch, union value *value, struct slice *text)
{
    switch (field_held(field->type)) {
    case HELD_WHOLE:
        return get_whole(source, field, &value->whole);
    case HELD_REAL:
        return get_real(source, &value->real);
    case HELD_NAME:
        TRY(get_text(source, field->type == FIELD_TEXT ? RECORD_TEXT_MAX : IDENT_BYTES_MAX, text));
        value->name = ident_of(*text);
        return STATUS_OK;
    case HELD_NAMES:
        return get_names(source, scratch, &value->names);
    }
    return STATUS_MALFORMED;
}

enum status wire_decode(struct slice bytes, struct arena *scratch, struct record *out)
{
    struct source source = {(const unsigned char *)bytes.at, (const unsigned char *)bytes.at};
    if (bytes.size < HEAD_SIZE || source.at[0] >= RECORD_KINDS_COUNT)
        return STATUS_MALFORMED;
    source.end += bytes.size;
    struct record record = {
        .kind = (enum record_kind)source.at[0],
        .known = (uint32_t)(source.at[1] | source.at[2] << 8),
        .at = MOMENT_NONE,
    };
    source.at += HEAD_SIZE;
    const struct kind_schema *schema = kind_schema(record.kind);
    if (record.known >> schema->fields_count != 0)
        return STATUS_MALFORMED;
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (record_knows(&record, i))
            TRY(get_field(&source, &schema->fields[i], scratch, &record.field[i], &record.text[i]));
        else if (schema->fields[i].must)
            return STATUS_MALFORMED;
    }
    if (source.at != source.end)
        return STATUS_MALFORMED;
    if (schema->group == GROUP_EVENT)
        record.at.ms = record.field[0].whole;
    record_seal(&record);
    *out = record;
    return STATUS_OK;
}
