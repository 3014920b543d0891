/* value.c -- every type of field, from text to what the record holds.
 *
 * Invariants:  1. A field becomes known only if its value is canonical: what comes out of intake,
 *                 written down and read again, is the same record.  The exception is a phone that a
 *                 mapping declares opaque: it is whatever the feed calls it.
 *              2. The room is large enough for any record: each value is bounded by its type, and a
 *                 record has at most RECORD_FIELDS_MAX of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include "decimal.h"
#include "record/phone.h"

enum { IMEI_DIGITS = 14, IMEI_DIGITS_MAX = 16, PHONE_BYTES = 32, WORD_BYTES_MAX = 32 };

/* Two lists of named values and everything else of the widest kind fit into the room. */
_Static_assert(2 * (RECORD_NAMED_MAX * (IDENT_BYTES_MAX + 8 + (int)sizeof(struct slice)) + 64) +
                       4 * RECORD_TEXT_MAX <=
                   RECORD_ROOM_SIZE,
               "a record has room");

static const struct spelling CANONICAL;

void desk_clear(struct desk *desk, enum record_kind kind)
{
    struct record *record = desk->record;
    desk->schema = kind_schema(kind);
    record->kind = kind;
    record->known = 0;
    record->digest = 0;
    record->at = MOMENT_NONE;
    memset(record->field, 0, desk->schema->fields_count * sizeof record->field[0]);
    memset(record->text, 0, desk->schema->fields_count * sizeof record->text[0]);
    desk->currency_digits = desk->manner->currency_digits;
}

static enum status refuse(struct desk *desk, enum reject_reason reason, struct slice value)
{
    desk->reason = reason;
    desk->value = value;
    return STATUS_MALFORMED;
}

/* Room for bytes, which may be given back by lowering room_used. */
static char *room_take(struct desk *desk, size_t size)
{
    must(size <= desk->room_size - desk->room_used);
    char *at = desk->room + desk->room_used;
    desk->room_used += size;
    return at;
}

static void know(struct desk *desk, unsigned field)
{
    desk->record->known |= 1u << field;
}

static enum status put_whole(struct desk *desk, unsigned field, int64_t whole)
{
    desk->record->field[field].whole = whole;
    know(desk, field);
    return STATUS_OK;
}

static enum status put_spelling(struct desk *desk, unsigned field, struct slice spelling)
{
    desk->record->field[field].name = ident_of(spelling);
    desk->record->text[field] = spelling;
    know(desk, field);
    return STATUS_OK;
}

static bool has_control(struct slice value)
{
    bool found = false;
    for (size_t i = 0; i < value.size; i++)
        found |= (unsigned char)value.at[i] < 0x20 || value.at[i] == 0x7F;
    return found;
}

/* The bytes themselves if they stay where they are for the life of the batch, else a copy. */
static struct slice keep(struct desk *desk, struct slice text)
{
    if ((uintptr_t)text.at - (uintptr_t)desk->window < desk->window_size)
        return text;
    char *at = room_take(desk, text.size);
    memcpy(at, text.at, text.size);
    return (struct slice){at, text.size};
}

/* Prefix and value, at most `size_max` bytes of text without control characters. */
static enum status text_keep(struct desk *desk, struct slice written, struct slice prefix,
                             size_t size_max, struct slice *out)
{
    enum reject_reason reason = size_max == RECORD_TEXT_MAX ? REJECT_TEXT : REJECT_IDENT;
    if (written.size + prefix.size > size_max || (!desk->clean && has_control(written)))
        return refuse(desk, reason, written);
    if (prefix.size == 0) {
        *out = keep(desk, written);
        return STATUS_OK;
    }
    char *at = room_take(desk, prefix.size + written.size);
    memcpy(at, prefix.at, prefix.size);
    memcpy(at + prefix.size, written.at, written.size);
    *out = (struct slice){at, prefix.size + written.size};
    return STATUS_OK;
}

static enum status opaque_keep(struct desk *desk, struct slice written,
                               const struct spelling *spelling, struct slice *out)
{
    return text_keep(desk, written, spelling->prefix, IDENT_BYTES_MAX, out);
}

static enum status phone_keep(struct desk *desk, struct slice written,
                              const struct spelling *spelling, struct slice *out)
{
    if (spelling->as == AS_OPAQUE)
        return opaque_keep(desk, written, spelling, out);
    if (spelling->prefix.size == 0 && phone_is_plain(written)) {
        *out = keep(desk, written);
        return STATUS_OK;
    }
    struct slice number = written;
    char joined[2 * IDENT_BYTES_MAX];
    if (spelling->prefix.size != 0) {
        struct text text = text_over(joined, sizeof joined);
        text_add(&text, spelling->prefix);
        text_add(&text, written);
        if (text.full)
            return refuse(desk, REJECT_PHONE, written);
        number = text_slice(&text);
    }
    struct text text = text_over(room_take(desk, PHONE_BYTES), PHONE_BYTES);
    if (phone_canonical(number, desk->manner->home_country, &text) != STATUS_OK) {
        desk->room_used -= PHONE_BYTES;
        if (spelling->as == AS_DIALLED)
            return opaque_keep(desk, written, spelling, out);
        return refuse(desk, REJECT_PHONE, written);
    }
    must(!text.full);
    desk->room_used -= PHONE_BYTES - text.size;
    *out = text_slice(&text);
    return STATUS_OK;
}

/* The first fourteen digits: the fifteenth is a check digit that networks often send as 0, and the
 * software version of an IMEISV changes with updates.  Empty: all zeros, which is "none". */
static enum status imei_keep(struct desk *desk, struct slice written, struct slice *out)
{
    char digits[IMEI_DIGITS_MAX];
    unsigned count = 0;
    bool any = false;
    bool plain = written.size >= IMEI_DIGITS && written.size <= IMEI_DIGITS_MAX;
    if (plain && digits_only(written.at, written.size) && written.at[0] != '0') {
        *out = keep(desk, (struct slice){written.at, IMEI_DIGITS});
        return STATUS_OK;
    }
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (c == '-' || c == ' ' || c == '/')
            continue;
        if (c < '0' || c > '9' || count == IMEI_DIGITS_MAX)
            return refuse(desk, REJECT_IMEI, written);
        any |= c != '0';
        digits[count++] = c;
    }
    if (count < IMEI_DIGITS)
        return refuse(desk, REJECT_IMEI, written);
    *out = (struct slice){0};
    if (!any)
        return STATUS_OK;
    char *at = room_take(desk, IMEI_DIGITS);
    memcpy(at, digits, IMEI_DIGITS);
    *out = (struct slice){at, IMEI_DIGITS};
    return STATUS_OK;
}

/* Three letters; written small they mean the same. */
static enum status put_currency(struct desk *desk, unsigned field, struct slice written)
{
    if (written.size != 3)
        return refuse(desk, REJECT_CURRENCY, written);
    char letters[3];
    for (int i = 0; i < 3; i++) {
        letters[i] = (char)(written.at[i] & ~0x20);
        if (letters[i] < 'A' || letters[i] > 'Z')
            return refuse(desk, REJECT_CURRENCY, written);
    }
    char *at = room_take(desk, 3);
    memcpy(at, letters, 3);
    struct slice code = {at, 3};
    desk->currency_digits = currency_digits(code);
    return put_spelling(desk, field, code);
}

static enum status put_time(struct desk *desk, unsigned field, struct slice written,
                            const struct spelling *spelling)
{
    int32_t zone = spelling->zoned ? spelling->zone_minutes : desk->manner->zone_minutes;
    moment at;
    struct time_memory *memory = spelling->zoned ? NULL : desk->times;
    if (time_read(spelling->time, written, zone, memory, &at) != STATUS_OK)
        return refuse(desk, REJECT_TIME, written);
    if (field == 0 && desk->schema->group == GROUP_EVENT)
        desk->record->at = at;
    return put_whole(desk, field, at.ms);
}

/* "1:02:03" or "02:03" as milliseconds. */
static enum status clock_ms(struct slice written, int64_t *out)
{
    int64_t parts[3] = {0};
    int count = 0;
    int digits = 0;
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        if (c == ':') {
            if (digits == 0 || ++count == 3)
                return STATUS_MALFORMED;
            digits = 0;
        } else if (c >= '0' && c <= '9' && ++digits <= 5) {
            parts[count] = parts[count] * 10 + (c - '0');
        } else {
            return STATUS_MALFORMED;
        }
    }
    if (count == 0 || digits != 2 || parts[count] > 59 || (count == 2 && parts[1] > 59))
        return STATUS_MALFORMED;
    int64_t hours = count == 2 ? parts[0] : 0;
    *out = hours * HOUR_MS + parts[count - 1] * MINUTE_MS + parts[count] * SECOND_MS;
    return STATUS_OK;
}

/* Finer than a millisecond is rounded: nobody is charged for it. */
static enum status put_duration(struct desk *desk, unsigned field, struct slice written,
                                const struct spelling *spelling)
{
    int64_t unit_ms = spelling->unit_ms == 0 ? SECOND_MS : spelling->unit_ms;
    struct decimal decimal;
    int64_t thousandths;
    int64_t ms;
    if (decimal_read(written, false, &decimal) != STATUS_OK) {
        if (clock_ms(written, &ms) == STATUS_OK)
            return put_whole(desk, field, ms);
        return refuse(desk, REJECT_DURATION, written);
    }
    if (decimal.negative || decimal_whole(decimal, 3, true, &thousandths) != STATUS_OK ||
        thousandths > INT64_MAX / HOUR_MS)
        return refuse(desk, REJECT_DURATION, written);
    return put_whole(desk, field, (thousandths * unit_ms + 500) / 1000);
}

/* Amounts are not negative; a balance may be. */
static enum status put_money(struct desk *desk, unsigned field, struct slice written,
                             const struct spelling *spelling)
{
    struct decimal decimal;
    int64_t minor;
    int shift = spelling->shift + (spelling->minor ? 0 : desk->currency_digits);
    if (decimal_read(written, true, &decimal) != STATUS_OK ||
        decimal_whole(decimal, shift, spelling->rounded, &minor) != STATUS_OK)
        return refuse(desk, REJECT_MONEY, written);
    if (!spelling->rounded && decimal.places > (shift < 0 ? 0 : shift))
        return refuse(desk, REJECT_MONEY, written);
    if (minor < 0 && !slice_equal(slice_of(desk->schema->fields[field].name), SLICE("balance")))
        return refuse(desk, REJECT_MONEY, written);
    return put_whole(desk, field, minor);
}

static enum status put_count(struct desk *desk, unsigned field, struct slice written)
{
    struct decimal decimal;
    int64_t whole;
    if (decimal_read(written, true, &decimal) != STATUS_OK || decimal.negative ||
        decimal_whole(decimal, 0, false, &whole) != STATUS_OK)
        return refuse(desk, REJECT_NUMBER, written);
    return put_whole(desk, field, whole);
}

static enum status put_degrees(struct desk *desk, unsigned field, struct slice written)
{
    struct decimal decimal;
    if (decimal_read(written, false, &decimal) != STATUS_OK)
        return refuse(desk, REJECT_NUMBER, written);
    double degrees = decimal_real(decimal);
    double most = slice_equal(slice_of(desk->schema->fields[field].name), SLICE("lat")) ? 90 : 180;
    if (degrees > most || degrees < -most)
        return refuse(desk, REJECT_NUMBER, written);
    desk->record->field[field].real = degrees;
    know(desk, field);
    return STATUS_OK;
}

/* The words of records.md; written large, with blanks or hyphens, they mean the same. */
static enum status put_choice(struct desk *desk, unsigned field, struct slice written)
{
    int64_t number;
    struct word_memory *memory = &desk->words[field];
    if (memory->kind == desk->record->kind && memory->size == written.size &&
        memcmp(memory->word, written.at, written.size) == 0)
        return put_whole(desk, field, memory->number);
    if (choice_find(desk->record->kind, field, written, &number)) {
        if (written.size <= sizeof memory->word) {
            memory->kind = desk->record->kind;
            memory->size = written.size;
            memory->number = number;
            memcpy(memory->word, written.at, written.size);
        }
        return put_whole(desk, field, number);
    }
    char word[WORD_BYTES_MAX];
    if (written.size > sizeof word)
        return refuse(desk, REJECT_CHOICE, written);
    for (size_t i = 0; i < written.size; i++) {
        char c = written.at[i];
        word[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c == ' ' || c == '-' ? '_' : c);
    }
    if (!choice_find(desk->record->kind, field, (struct slice){word, written.size}, &number))
        return refuse(desk, REJECT_CHOICE, written);
    return put_whole(desk, field, number);
}

/* What a value of any type is: the mapping may say it; in truth.csv the kind of the subject does.
 * */
static enum spelled_as as_of_any(const struct desk *desk, const struct spelling *spelling)
{
    const struct record *record = desk->record;
    if (spelling->as != AS_FIELD || record->kind != RECORD_truth ||
        !record_knows(record, FIELD_OF(truth, subject_kind)))
        return spelling->as;
    int64_t kind = record->field[FIELD_OF(truth, subject_kind)].whole;
    struct slice word = slice_of(desk->schema->fields[FIELD_OF(truth, subject_kind)].words[kind]);
    if (slice_equal(word, SLICE("phone")))
        return AS_PHONE;
    return slice_equal(word, SLICE("imei")) ? AS_IMEI : AS_OPAQUE;
}

static enum status put_any(struct desk *desk, unsigned field, struct slice written,
                           const struct spelling *spelling)
{
    struct slice text;
    switch (as_of_any(desk, spelling)) {
    case AS_PHONE:
        TRY(phone_keep(desk, written, &CANONICAL, &text));
        break;
    case AS_IMEI:
        TRY(imei_keep(desk, written, &text));
        if (text.size == 0)
            return refuse(desk, REJECT_IMEI, written);
        break;
    case AS_FIELD:
    case AS_OPAQUE:
    default:
        TRY(opaque_keep(desk, written, spelling, &text));
        break;
    }
    return put_spelling(desk, field, text);
}

/* One of several values, `;` between them. */
static struct slice next_named(struct slice *rest)
{
    const char *stop = memchr(rest->at, ';', rest->size);
    size_t size = stop == NULL ? rest->size : (size_t)(stop - rest->at);
    struct slice value = {rest->at, size};
    size_t taken = size + (stop != NULL);
    *rest = (struct slice){rest->at + taken, rest->size - taken};
    return slice_trim(value);
}

static enum status put_names(struct desk *desk, unsigned field, struct slice written,
                             const struct spelling *spelling)
{
    bool phones = desk->schema->fields[field].type == FIELD_PHONES;
    ident names[RECORD_NAMED_MAX];
    struct slice texts[RECORD_NAMED_MAX];
    uint32_t count = 0;
    struct slice rest = written;
    while (rest.size != 0) {
        struct slice value = next_named(&rest);
        if (value.size == 0)
            continue;
        if (count == RECORD_NAMED_MAX)
            return refuse(desk, REJECT_TOO_MANY, written);
        if (phones)
            TRY(phone_keep(desk, value, spelling, &texts[count]));
        else
            TRY(opaque_keep(desk, value, spelling, &texts[count]));
        names[count] = ident_of(texts[count]);
        count++;
    }
    if (count == 0)
        return STATUS_OK;
    desk->room_used = (desk->room_used + 7) & ~(size_t)7; /* the room itself is aligned */
    struct ident_list *list = (void *)room_take(desk, sizeof *list);
    struct slice *text = (void *)room_take(desk, count * sizeof *text);
    ident *at = (void *)room_take(desk, count * sizeof *at);
    memcpy(text, texts, count * sizeof *text);
    memcpy(at, names, count * sizeof *at);
    *list = (struct ident_list){.count = count, .at = at, .text = text};
    desk->record->field[field].names = list;
    know(desk, field);
    return STATUS_OK;
}

static enum status put_phone(struct desk *desk, unsigned field, struct slice written,
                             const struct spelling *spelling)
{
    struct slice text;
    TRY(phone_keep(desk, written, spelling, &text));
    return put_spelling(desk, field, text);
}

static enum status put_imei(struct desk *desk, unsigned field, struct slice written)
{
    struct slice text;
    TRY(imei_keep(desk, written, &text));
    return text.size == 0 ? STATUS_OK : put_spelling(desk, field, text);
}

static enum status put_text(struct desk *desk, unsigned field, struct slice written,
                            const struct spelling *spelling)
{
    struct slice text;
    TRY(text_keep(desk, written, spelling->prefix, RECORD_TEXT_MAX, &text));
    return put_spelling(desk, field, text);
}

static enum status put_opaque(struct desk *desk, unsigned field, struct slice written,
                              const struct spelling *spelling)
{
    struct slice text;
    TRY(opaque_keep(desk, written, spelling, &text));
    return put_spelling(desk, field, text);
}

enum status value_put(struct desk *desk, unsigned field, struct slice written,
                      const struct spelling *spelling)
{
    must(field < desk->schema->fields_count);
    if (spelling == NULL)
        spelling = &CANONICAL;
    switch (desk->schema->fields[field].type) {
    case FIELD_TIME:
        return put_time(desk, field, written, spelling);
    case FIELD_PHONE:
        return put_phone(desk, field, written, spelling);
    case FIELD_IMEI:
        return put_imei(desk, field, written);
    case FIELD_DURATION:
        return put_duration(desk, field, written, spelling);
    case FIELD_MONEY:
        return put_money(desk, field, written, spelling);
    case FIELD_COUNT:
        return put_count(desk, field, written);
    case FIELD_CHOICE:
        return put_choice(desk, field, written);
    case FIELD_DEGREES:
        return put_degrees(desk, field, written);
    case FIELD_CURRENCY:
        return put_currency(desk, field, written);
    case FIELD_TEXT:
        return put_text(desk, field, written, spelling);
    case FIELD_ANY:
        return put_any(desk, field, written, spelling);
    case FIELD_PHONES:
    case FIELD_ACCOUNTS:
        return put_names(desk, field, written, spelling);
    default:
        return put_opaque(desk, field, written, spelling);
    }
}
