/* value.c -- what a field's value is: its canonical form, its mask, its name in the index.
 *
 * Two spellings of one phone, one account, one device must be found as one; so a value is kept in
 * its canonical form, the form that records have, and compared as bytes.  In the index stands not
 * the value but a keyed digest of it and of the organisation that may find it: whoever has the
 * store without the key learns nothing, and an organisation finds only what it was told.
 *
 * Invariant:   What came out of value_canonical(), put in again, comes out the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/work_inside.h"
#include "record/mask.h"
#include "record/phone.h"

enum { IMEI_COMPARED = 14, IMEI_MAX = 16, WHOLE_DIGITS_MAX = 19 };

static const char *const TYPES[] = {
    "text",   "word",  "whole", "amount", "moment", "flag",    "phone", "account",
    "person", "human", "imei",  "cell",   "place",  "address", "list",
};

const char *work_type_name(enum work_type type)
{
    return TYPES[type];
}

void copy_id(char *out, size_t size, struct slice from)
{
    size_t count = from.size < size ? from.size : size - 1;
    if (count > 0)
        memcpy(out, from.at, count);
    out[count] = '\0';
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7F;
}

static enum status copied(struct slice value, struct arena *arena, struct slice *out)
{
    return slice_copy(arena, value, out);
}

static enum status text_canonical(struct slice written, size_t size_max, struct arena *arena,
                                  struct slice *out)
{
    if (written.size == 0 || written.size > size_max || !utf8_valid(written))
        return STATUS_MALFORMED;
    for (size_t i = 0; i < written.size; i++)
        if (is_control(written.at[i]))
            return STATUS_MALFORMED;
    return copied(written, arena, out);
}

static enum status word_canonical(const char *choices, struct slice written, struct arena *arena,
                                  struct slice *out)
{
    while (*choices != '\0') {
        size_t size = strcspn(choices, " ");
        if (size != 0 && slice_equal(written, (struct slice){choices, size}))
            return copied(written, arena, out);
        choices += size + (choices[size] == ' ');
    }
    return STATUS_MALFORMED;
}

static enum status whole_canonical(struct slice written, struct arena *arena, struct slice *out)
{
    int64_t number = 0;
    char room[24];
    struct text text = text_over(room, sizeof room);
    if (written.size == 0 || written.size > WHOLE_DIGITS_MAX)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < written.size; i++) {
        int digit = written.at[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, digit, &number))
            return STATUS_MALFORMED;
    }
    text_add_whole(&text, number);
    return copied(text_slice(&text), arena, out);
}

static enum status moment_canonical(struct slice written, struct arena *arena, struct slice *out)
{
    moment at;
    char room[48];
    struct text text = text_over(room, sizeof room);
    TRY(moment_parse(written, &at));
    if (at.ms < MOMENT_MS_MIN || at.ms > MOMENT_MS_MAX)
        return STATUS_MALFORMED;
    text_add_moment(&text, at, 0);
    return copied(text_slice(&text), arena, out);
}

/* Blanks and hyphens between are how people write long numbers; letters are written large. */
static enum status name_canonical(struct slice written, bool large, struct arena *arena,
                                  struct slice *out)
{
    char room[IDENT_BYTES_MAX + 1];
    struct text text = text_over(room, sizeof room);
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (is_control(c))
            return STATUS_MALFORMED;
        if (c == ' ' || (large && c == '-'))
            continue;
        text_add_char(&text, large && c >= 'a' && c <= 'z' ? (char)(c - 0x20) : c);
    }
    if (text.full || text.size == 0 || !utf8_valid(text_slice(&text)))
        return STATUS_MALFORMED;
    return copied(text_slice(&text), arena, out);
}

static bool digits_of(struct slice written, size_t least, size_t most)
{
    if (written.size < least || written.size > most)
        return false;
    for (size_t i = 0; i < written.size; i++)
        if (written.at[i] < '0' || written.at[i] > '9')
            return false;
    return true;
}

static enum status imei_canonical(struct slice written, struct arena *arena, struct slice *out)
{
    struct slice name;
    TRY(name_canonical(written, true, arena, &name));
    if (!digits_of(name, IMEI_COMPARED, IMEI_MAX))
        return STATUS_MALFORMED;
    *out = name;
    return STATUS_OK;
}

static enum status phone_value(const struct work *work, struct slice written, struct arena *arena,
                               struct slice *out)
{
    char room[IDENT_BYTES_MAX + 1];
    struct text text = text_over(room, sizeof room);
    TRY(phone_canonical(written, slice_of(work->home_country), &text));
    return text.full ? STATUS_MALFORMED : copied(text_slice(&text), arena, out);
}

static enum status list_canonical(struct slice written, size_t size_max, struct arena *arena,
                                  struct slice *out)
{
    char *room = NULL;
    if (written.size > size_max)
        return STATUS_MALFORMED;
    TRY(ARENA_NEW(arena, written.size + 1, &room));
    struct text text = text_over(room, written.size + 1);
    TRY(json_list_canonical(written, &text));
    *out = text_slice(&text);
    return STATUS_OK;
}

enum status value_canonical(const struct work *work, const struct work_field *field,
                            struct slice written, struct arena *arena, struct slice *out)
{
    size_t room = field->size_max;
    switch (field->type) {
    case WORK_TEXT:
        return text_canonical(written, room == 0 ? WORK_TEXT_BYTES_MAX : room, arena, out);
    case WORK_HUMAN:
    case WORK_ADDRESS:
        return text_canonical(written, RECORD_TEXT_MAX, arena, out);
    case WORK_WORD:
        return word_canonical(field->choices, written, arena, out);
    case WORK_WHOLE:
    case WORK_AMOUNT:
        return whole_canonical(written, arena, out);
    case WORK_MOMENT:
        return moment_canonical(written, arena, out);
    case WORK_FLAG:
        return word_canonical("true false", written, arena, out);
    case WORK_PHONE:
        return phone_value(work, written, arena, out);
    case WORK_ACCOUNT:
    case WORK_PERSON:
        return name_canonical(written, true, arena, out);
    case WORK_CELL:
        return name_canonical(written, false, arena, out);
    case WORK_IMEI:
        return imei_canonical(written, arena, out);
    case WORK_PLACE:
        return digits_of(written, 2, 12) ? copied(written, arena, out) : STATUS_MALFORMED;
    case WORK_LIST:
        return list_canonical(written, room == 0 ? WORK_LIST_BYTES_MAX : room, arena, out);
    case WORK_TYPES_COUNT:
        break;
    }
    return STATUS_MALFORMED;
}

enum status value_masked(const struct work_field *field, struct slice value, struct arena *arena,
                         struct slice *out)
{
    char room[RECORD_TEXT_MAX + 64];
    struct text text = text_over(room, sizeof room);
    switch (field->type) {
    case WORK_PHONE:
        text_add_masked(&text, value, FIELD_PHONE);
        break;
    case WORK_ACCOUNT:
        text_add_masked(&text, value, FIELD_ACCOUNT);
        break;
    case WORK_PERSON:
        text_add_masked_document(&text, value);
        break;
    case WORK_HUMAN:
        text_add_masked_human(&text, value);
        break;
    case WORK_IMEI:
        text_add_masked(&text, value, FIELD_IMEI);
        break;
    case WORK_ADDRESS:
        text_add_masked_address(&text, value);
        break;
    case WORK_CELL:
        text_add_masked(&text, value, FIELD_CELL);
        break;
    case WORK_PLACE:
        text_add(&text, (struct slice){value.at, 2}); /* the province */
        text_add_string(&text, "****");
        break;
    default: /* a text, a number, a list: nothing of it is less than all of it */
        text_add_string(&text, "****");
        break;
    }
    return slice_copy(arena, text_slice(&text), out);
}

int64_t value_track(const struct work *work, enum work_type type, struct slice value,
                    const char *organisation)
{
    char room[WORK_TEXT_BYTES_MAX + 64];
    struct text text = text_over(room, sizeof room);
    if (type == WORK_IMEI && value.size > IMEI_COMPARED)
        value.size = IMEI_COMPARED;
    text_addf(&text, "%s %s ", organisation, TYPES[type]);
    text_add(&text, value);
    struct digest digest = secret_digest(&work->key, "work value", text_slice(&text));
    int64_t track = 0;
    memcpy(&track, digest.bytes, sizeof track);
    return track;
}

int64_t value_track_of(const struct work *work, const struct work_kind *kind, int field,
                       struct slice value, const char *organisation)
{
    enum work_type type = kind->field[field].type;
    char room[WORK_NAME_MAX * 2 + 256];
    struct text text = text_over(room, sizeof room);
    if (type != WORK_WORD && type != WORK_FLAG)
        return value_track(work, type, value, organisation);
    text_addf(&text, "%s %s.%s ", organisation, kind->name, kind->field[field].name);
    text_add(&text, value);
    struct digest digest = secret_digest(&work->key, "work word", text_slice(&text));
    int64_t track = 0;
    memcpy(&track, digest.bytes, sizeof track);
    return track;
}
