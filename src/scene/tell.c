/* tell.c -- one record, as a line of a scene tells it.
 *
 *     call from +8613700000001 to +8613800000001 imei 35000000000001 seconds 12
 *     payment from A1 to cash amount 5000.00 atm
 *     person P1 phone +8613800000001 account A1 birth_year 1980
 *
 * A field is its name in records.md or its friendlier word in aliases.inc, then its value.  A word
 * of a choice (`answered`, `atm`) says its field by itself.  `unknown` leaves a field unknown; so
 * does `cash` for payer and payee. What goes without saying:  a call with seconds was answered, one
 * that was not answered has none, money is in the currency of the rule set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scene/scene_inside.h"

static bool field_of_word(enum record_kind kind, struct slice word, unsigned *out)
{
    static const struct {
        enum record_kind kind;
        struct slice word;
        unsigned field;
    } ALIASES[] = {
#define SCENE_ALIAS(kind, word, field) {RECORD_##kind, SLICE(#word), FIELD_OF(kind, field)},
#define SCENE_FIRST(kind, field)
#include "aliases.inc"
#undef SCENE_ALIAS
#undef SCENE_FIRST
    };
    for (size_t i = 0; i < sizeof ALIASES / sizeof ALIASES[0]; i++) {
        if (ALIASES[i].kind == kind && slice_equal(ALIASES[i].word, word)) {
            *out = ALIASES[i].field;
            return true;
        }
    }
    return field_find(kind, word, out) &&
           !(kind_schema(kind)->group == GROUP_EVENT && *out == 0); /* the time has its own place */
}

static bool first_field(enum record_kind kind, unsigned *out)
{
    static const struct {
        enum record_kind kind;
        unsigned field;
    } FIRSTS[] = {
#define SCENE_ALIAS(kind, word, field)
#define SCENE_FIRST(kind, field) {RECORD_##kind, FIELD_OF(kind, field)},
#include "aliases.inc"
#undef SCENE_ALIAS
#undef SCENE_FIRST
    };
    for (size_t i = 0; i < sizeof FIRSTS / sizeof FIRSTS[0]; i++) {
        if (FIRSTS[i].kind == kind) {
            *out = FIRSTS[i].field;
            return true;
        }
    }
    return false;
}

/* Bits of the choice fields of a kind. */
static uint32_t choices_of(enum record_kind kind)
{
    const struct kind_schema *schema = kind_schema(kind);
    uint32_t bits = 0;
    for (unsigned i = 0; i < schema->fields_count; i++)
        if (schema->fields[i].type == FIELD_CHOICE)
            bits |= 1u << i;
    return bits;
}

/* A choice word that says its field by itself. */
static bool choice_of_word(enum record_kind kind, struct slice word, unsigned *field, int64_t *out)
{
    const struct kind_schema *schema = kind_schema(kind);
    for (unsigned i = 0; i < schema->fields_count; i++) {
        if (schema->fields[i].type == FIELD_CHOICE && choice_find(kind, i, word, out)) {
            *field = i;
            return true;
        }
    }
    return false;
}

/* `A;B;C` of PHONES and ACCOUNTS. */
static enum status take_names(struct reading *reading, struct slice value, enum field_type type,
                              struct ident_list **out)
{
    struct ident_list *list;
    ident *names;
    struct slice *texts;
    enum field_type each = type == FIELD_PHONES ? FIELD_PHONE : FIELD_ACCOUNT;
    TRY(ARENA_NEW(reading->scratch, 1, &list));
    TRY(ARENA_NEW(reading->scratch, RECORD_NAMED_MAX, &names));
    TRY(ARENA_NEW(reading->scratch, RECORD_NAMED_MAX, &texts));
    while (value.size > 0) {
        const char *end = memchr(value.at, ';', value.size);
        size_t size = end == NULL ? value.size : (size_t)(end - value.at);
        if (list->count == RECORD_NAMED_MAX ||
            !spelling_canonical((struct slice){value.at, size}, each, &texts[list->count]))
            return STATUS_MALFORMED;
        names[list->count] = ident_of(texts[list->count]);
        list->count++;
        size_t taken = end == NULL ? size : size + 1;
        value = (struct slice){value.at + taken, value.size - taken};
    }
    list->at = names;
    list->text = texts;
    *out = list;
    return STATUS_OK;
}

static bool moment_of_word(const struct reading *reading, struct slice value, moment *out)
{
    int64_t ms;
    if (parse_date(value, reading->now->zone_minutes, out))
        return true;
    if (parse_clock(value, &ms)) {
        *out = (moment){reading->now->midnight.ms + ms};
        return true;
    }
    return moment_parse(value, out) == STATUS_OK;
}

/* STATUS_MALFORMED, without a fault: the value does not fit the type. */
static enum status take_value(struct reading *reading, struct record *record, unsigned field,
                              struct slice value, struct slice currency)
{
    enum field_type type = kind_schema(record->kind)->fields[field].type;
    union value *to = &record->field[field];
    moment at;
    bool fits = true;
    switch (field_held(type)) {
    case HELD_NAME:
        fits = spelling_canonical(value, type, &record->text[field]);
        if (fits)
            to->name = ident_of(record->text[field]);
        break;
    case HELD_NAMES:
        TRY(take_names(reading, value, type, &to->names));
        break;
    case HELD_REAL:
        fits = parse_real(value, &to->real);
        break;
    case HELD_WHOLE:
        if (type == FIELD_TIME) {
            fits = moment_of_word(reading, value, &at);
            to->whole = fits ? at.ms : 0;
        } else if (type == FIELD_DURATION) {
            fits = parse_span(value, &to->whole);
        } else if (type == FIELD_MONEY) {
            fits = parse_decimal(value, currency_digits(currency), &to->whole);
        } else if (type == FIELD_CHOICE) {
            fits = choice_find(record->kind, field, value, &to->whole);
        } else {
            fits = parse_whole(value, INT64_MAX, &to->whole);
        }
        break;
    }
    if (!fits)
        return STATUS_MALFORMED;
    record->known |= 1u << field;
    return STATUS_OK;
}

/* The currency that the words name; else that of the rule set. */
static struct slice currency_said(const struct reading *reading, unsigned at)
{
    for (; at + 1 < reading->words_count; at++)
        if (word_is(&reading->word[at], "currency"))
            return reading->word[at + 1].text;
    return reading->set->currency.size == 3 ? reading->set->currency : SLICE("CNY");
}

/* What goes without saying.  `said`: bit i, field i was spoken of, even as unknown. */
static enum status finish(struct reading *reading, struct record *record, uint32_t said,
                          struct slice currency)
{
    if (record->kind == RECORD_call) {
        unsigned duration = FIELD_OF(call, duration), result = FIELD_OF(call, result);
        bool talked = record_knows(record, duration) && record->field[duration].whole > 0;
        bool failed = record_knows(record, result) && record->field[result].whole != 0;
        if (talked && (said >> result & 1u) == 0)
            record->known |= 1u << result; /* answered is word 0 */
        if (failed && (said >> duration & 1u) == 0)
            record->known |= 1u << duration;
    }
    unsigned money = FIELD_OF(payment, currency);
    if (record->kind == RECORD_payment && (said >> money & 1u) == 0)
        TRY(take_value(reading, record, money, currency, currency));
    const struct kind_schema *schema = kind_schema(record->kind);
    for (unsigned i = 0; i < schema->fields_count; i++)
        if (schema->fields[i].must && !record_knows(record, i))
            return reading_fault(reading, reading->words_count, SCENE_SAYS_MISSING,
                                 slice_of(schema->fields[i].name));
    record_seal(record);
    return STATUS_OK;
}

/* One field with its value, or a choice word, or the first field without its name, at `*at`, which
 * moves on. */
static enum status take_field(struct reading *reading, struct record *record, unsigned *at,
                              uint32_t *said, struct slice currency)
{
    struct slice word, value;
    unsigned field, place = *at;
    int64_t choice;
    if (word_written_out(reading, place, &word) != STATUS_OK)
        return reading_fault(reading, place, SCENE_SAYS_TEMPLATE, reading->word[place].text);
    bool named = !reading->word[place].quoted && field_of_word(record->kind, word, &field);
    bool chosen = !named && choice_of_word(record->kind, word, &field, &choice);
    bool list_value = record->kind == RECORD_list && *said == 1u;
    bool bare = !named && !chosen && (*said & ~choices_of(record->kind)) == 0;
    if (list_value) {
        field = FIELD_OF(list, value);
        named = false;
    } else if (!named && !chosen && !(bare && first_field(record->kind, &field)))
        return reading_fault(reading, place, SCENE_SAYS_FIELD, word);
    if ((*said >> field & 1u) != 0)
        return reading_fault(reading, place, SCENE_SAYS_FIELD_TWICE, word);
    *said |= 1u << field;
    if (named && ++place == reading->words_count)
        return reading_fault(reading, place, SCENE_SAYS_NO_VALUE, word);
    *at = place + 1;
    if (word_written_out(reading, place, &value) != STATUS_OK)
        return reading_fault(reading, place, SCENE_SAYS_TEMPLATE, reading->word[place].text);
    bool cash = record->kind == RECORD_payment && slice_equal(value, SLICE("cash")) &&
                (field == FIELD_OF(payment, payer) || field == FIELD_OF(payment, payee));
    if (cash || slice_equal(value, SLICE("unknown")))
        return STATUS_OK;
    enum status status = take_value(reading, record, field, value, currency);
    return status == STATUS_MALFORMED ? reading_fault(reading, place, SCENE_SAYS_VALUE, value)
                                      : status;
}

enum status reading_record(struct reading *reading, enum record_kind kind, unsigned at, moment time,
                           struct record *out)
{
    struct record record = {.kind = kind, .position = position_of(0, reading->line), .at = time};
    uint32_t said = 0;
    if (kind_schema(kind)->group == GROUP_EVENT) {
        record.field[0].whole = time.ms;
        record.known = 1u;
    }
    struct slice currency = currency_said(reading, at);
    while (at < reading->words_count)
        TRY(take_field(reading, &record, &at, &said, currency));
    TRY(finish(reading, &record, said, currency));
    *out = record;
    return STATUS_OK;
}
