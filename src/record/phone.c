/* phone.c -- one person, one spelling: a phone number as dialled becomes the number as the world
 * knows it.
 *
 * Numbers reach us as the switch saw them: with or without country code, trunk zero, dashes,
 * full-width digits from a form.  They become E.164 with `+`, or stay as dialled where there is no
 * E.164 form: service numbers (110, 95588, 10086, 4008001234), SMS ports (106...), extensions.
 *
 * The rules for China (domain.md 8.10), for n digits without `+`, first that fits:
 *      IoT cards        13, beginning 1064[6-9] or 144               +86 and the number
 *      service numbers  to 8, beginning 10 11 12 95 96; to 20, beginning 106; 400 and 800 with ten
 *      mobile           11, beginning 13 .. 19, also after 0 or 86
 *      fixed line       0 and 9 to 11 more; or ten and eleven that begin with an area code
 *      the rest         as dialled
 *
 * What begins with `+` is left as it is: nobody may turn a forged "+95588" into the bank's number.
 * The one exception is +86 before a service number, as SMS senders have it, because no such E.164
 * number exists.
 *
 * Invariants:  1. The outcome is digits, or `+` and digits; at most 20 digits, with `+` at most 15.
 *              2. What came out, put in again, comes out the same.
 * Not chosen:  libphonenumber.  It calls 95588 invalid, and its metadata ages faster than our
 * releases. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "record/phone.h"

enum { DIGITS_MAX = 20, E164_DIGITS_MAX = 15, E164_DIGITS_MIN = 5, SHORT_DIGITS_MAX = 6 };

struct digits {
    unsigned count;
    bool plus;
    char at[DIGITS_MAX];
};

/* Signs that people and programs put between the digits. */
static bool is_separator(uint32_t point)
{
    switch (point) {
    case ' ':
    case '-':
    case '(':
    case ')':
    case '.':
    case '/':
    case 0xA0:   /* no-break space */
    case 0x3000: /* ideographic space */
    case 0xFF08: /* full-width parentheses, hyphen, full stop */
    case 0xFF09:
    case 0xFF0D:
    case 0xFF0E:
        return true;
    default:
        return point >= 0x2010 && point <= 0x2015; /* hyphens and dashes */
    }
}

/* "+44 (0)20" means 020 from inside and +4420 from outside: the zero is not dialled. */
static bool is_optional_zero(struct slice rest, bool plus)
{
    return plus && rest.size >= 2 && rest.at[0] == '0' && rest.at[1] == ')';
}

/* Takes the digits out of what was written. */
static enum status digits_read(struct digits *digits, struct slice written)
{
    struct slice rest = written;
    uint32_t before = 0;
    /* A spreadsheet has made a fraction of it: "13800138000.0" */
    if (written.size > 2 && memcmp(written.at + written.size - 2, ".0", 2) == 0)
        return STATUS_MALFORMED;
    while (rest.size != 0) {
        uint32_t point = utf8_next(&rest);
        if (point >= 0xFF10 && point <= 0xFF19)
            point = point - 0xFF10 + '0';
        if (point == '+' || point == 0xFF0B) {
            if (digits->plus || digits->count != 0)
                return STATUS_MALFORMED;
            digits->plus = true;
        } else if (point >= '0' && point <= '9') {
            if (digits->count == DIGITS_MAX)
                return STATUS_MALFORMED;
            digits->at[digits->count++] = (char)point;
        } else if (!is_separator(point)) {
            return STATUS_MALFORMED;
        } else if (before == 0 && point != '(' && point != 0xFF08) {
            return STATUS_MALFORMED; /* "-1" is a code for "none", not a number */
        } else if (point == '(' && is_optional_zero(rest, digits->plus)) {
            rest.at++;
            rest.size--;
        }
        before = point;
    }
    return digits->count == 0 ? STATUS_MALFORMED : STATUS_OK;
}

static bool starts(struct slice number, const char *start)
{
    return slice_starts(number, slice_of(start));
}

static struct slice without(struct slice number, size_t count)
{
    return (struct slice){number.at + count, number.size - count};
}

static void add_international(struct text *out, struct slice country, struct slice number)
{
    text_add_char(out, '+');
    text_add(out, country);
    text_add(out, number);
}

static bool is_china_mobile(struct slice number)
{
    return number.size == 11 && number.at[0] == '1' && number.at[1] >= '3';
}

static bool is_china_iot(struct slice number)
{
    if (number.size != 13)
        return false;
    return starts(number, "144") || (starts(number, "1064") && number.at[4] >= '6');
}

static bool is_china_service(struct slice number)
{
    if (number.size <= SHORT_DIGITS_MAX)
        return number.at[0] != '0';
    if (number.size == 10 && (starts(number, "400") || starts(number, "800")))
        return true;
    if (starts(number, "106"))
        return !is_china_iot(number);
    if (number.size > 8)
        return false;
    return starts(number, "10") || starts(number, "11") || starts(number, "12") ||
           starts(number, "95") || starts(number, "96");
}

/* Area code and subscriber number without the trunk zero: 10 and 2x have two digits, the rest
 * three. */
static bool is_china_fixed(struct slice number)
{
    if (starts(number, "10") || starts(number, "2"))
        return number.size == 10;
    return number.at[0] >= '3' && (number.size == 10 || number.size == 11);
}

/* 17951 and its kin chose a cheap carrier for the number that follows. */
static struct slice without_carrier_choice(struct slice number)
{
    if (number.size < 15 || !starts(number, "179"))
        return number;
    struct slice rest = without(number, 5);
    bool follows = is_china_mobile(rest) || (rest.at[0] == '0' && rest.size <= 12);
    return follows ? rest : number;
}

static enum status china(struct slice number, struct text *out)
{
    struct slice country = SLICE("86");
    number = without_carrier_choice(number);
    if (is_china_iot(number) || is_china_mobile(number)) {
        add_international(out, country, number);
        return STATUS_OK;
    }
    if (is_china_service(number)) {
        text_add(out, number);
        return STATUS_OK;
    }
    bool abroad = number.size > SHORT_DIGITS_MAX && starts(number, "00"); /* if it were dialled */
    if (number.at[0] == '0' && !abroad && number.size >= 10 && number.size <= 12) {
        struct slice national = without(number, 1);
        if (is_china_fixed(national) || !is_china_service(national)) {
            add_international(out, country, national);
            return STATUS_OK;
        }
    }
    if (starts(number, "86") && number.size >= 12) {
        struct slice national = without(number, 2);
        if (national.at[0] == '0')
            national = without(national, 1);
        if (is_china_mobile(national) || is_china_iot(national) || is_china_fixed(national)) {
            add_international(out, country, national);
            return STATUS_OK;
        }
        if (is_china_service(national)) {
            text_add(out, national);
            return STATUS_OK;
        }
    }
    if (is_china_fixed(number)) {
        add_international(out, country, number);
        return STATUS_OK;
    }
    if (number.size > E164_DIGITS_MAX || abroad)
        return STATUS_MALFORMED;
    text_add(out, number);
    return STATUS_OK;
}

/* What is dialled before a national number: "0" unless listed.  A prefix that could as well begin a
 * number is one only if the whole has the size of a number with it. */
struct trunk {
    const char *country, *prefix;
    size_t size; /* with the prefix; 0: any */
};

static struct trunk trunk_of(struct slice country)
{
    static const struct trunk OTHERS[] = {
        {"1", "1", 11}, {"7", "8", 11}, {"36", "06", 0}, {"370", "8", 9}, {"39", "", 0},
        {"30", "", 0},  {"34", "", 0},  {"45", "", 0},   {"47", "", 0},   {"48", "", 0},
        {"351", "", 0}, {"420", "", 0}, {"65", "", 0},   {"852", "", 0},  {"853", "", 0},
        {"229", "", 0}, {"241", "", 0}, {"227", "", 0},  {"676", "", 0},  {"687", "", 0}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++)
        if (slice_equal(country, slice_of(OTHERS[i].country)))
            return OTHERS[i];
    return (struct trunk){"", "0", 0};
}

static enum status elsewhere(struct slice number, struct slice country, struct text *out)
{
    if (number.size > E164_DIGITS_MAX)
        return STATUS_MALFORMED;
    if (country.size == 0 || number.size <= SHORT_DIGITS_MAX) {
        text_add(out, number);
        return STATUS_OK;
    }
    struct trunk trunk = trunk_of(country);
    struct slice prefix = slice_of(trunk.prefix);
    bool prefixed = prefix.size != 0 && slice_starts(number, prefix) &&
                    (trunk.size == 0 || trunk.size == number.size);
    if (number.size > 10 && slice_starts(number, country)) {
        number = without(number, country.size);
    } else if (prefixed) {
        number = without(number, prefix.size);
    }
    if (number.size + country.size > E164_DIGITS_MAX)
        return STATUS_MALFORMED;
    add_international(out, country, number);
    return STATUS_OK;
}

/* A number after `+` or the international prefix. */
static enum status international(struct slice number, struct slice home, struct text *out)
{
    bool china_home = starts(number, "86") && slice_equal(home, SLICE("86"));
    if (china_home && number.size >= 12 && number.at[2] == '0')
        return china(without(number, 2), out); /* "+86 010": the trunk zero does not belong there */
    if (china_home && number.size >= 7) {
        struct slice national = without(number, 2);
        if (is_china_service(national) && !is_china_fixed(national))
            return china(national, out);
    }
    if (number.size < E164_DIGITS_MIN || number.size > E164_DIGITS_MAX || number.at[0] == '0')
        return STATUS_MALFORMED;
    text_add_char(out, '+');
    text_add(out, number);
    return STATUS_OK;
}

/* Eight bytes at once: the high half of each must be 3, before and after 6 is added. */
static bool eight_digits(const char *at)
{
    const uint64_t HALVES = 0xF0F0F0F0F0F0F0F0u;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t carried = word + 0x0606060606060606u;
    return ((word & HALVES) | (carried & HALVES) >> 4) == 0x3333333333333333u;
}

bool digits_only(const char *at, size_t size)
{
    if (size < 8)
        return false;
    for (size_t i = 0; i + 8 < size; i += 8)
        if (!eight_digits(at + i))
            return false;
    return eight_digits(at + size - 8);
}

/* The common case: `+`, a mobile number of China or any country's of usual length, nothing else. */
bool phone_is_plain(struct slice written)
{
    if (written.size < 10 || written.size > 1 + E164_DIGITS_MAX || written.at[0] != '+')
        return false;
    if (!digits_only(written.at + 1, written.size - 1))
        return false;
    if (written.at[1] == '8' && written.at[2] == '6')
        return written.size == 14 && written.at[3] == '1' && written.at[4] >= '3';
    return written.at[1] != '0';
}

enum status phone_canonical(struct slice written, struct slice home_country, struct text *out)
{
    if (phone_is_plain(written)) {
        text_add(out, written);
        return STATUS_OK;
    }
    struct digits digits = {0};
    TRY(digits_read(&digits, written));
    struct slice number = {digits.at, digits.count};
    if (digits.plus)
        return international(number, home_country, out);
    bool america = slice_equal(home_country, SLICE("1"));
    if (america && starts(number, "011") && number.size > 9)
        return international(without(number, 3), home_country, out);
    if (!america && starts(number, "00") && number.size > 6)
        return international(without(number, 2), home_country, out);
    if (slice_equal(home_country, SLICE("86")))
        return china(number, out);
    return elsewhere(number, home_country, out);
}
