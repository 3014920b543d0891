/* number.c -- `1_000`, `0.8`, `90s`, `5000 CNY`; and what people write instead of them.
 *
 * A number's digits are one whole number and a count of decimals, so that its value, in whatever
 * unit, is a product or a quotient of whole numbers below 2^53 and therefore the nearest double.
 *
 * Not chosen:  exponents (nobody reads 1e6 CNY aloud), `24 h` with a blank (it would make the words
 * of the grammar depend on blanks; money has one because the law and the banks write it so). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "number_inside.h"

#include "record/record.h"

struct decimal {
    uint64_t digits; /* at most WHOLE_MAX */
    unsigned decimals;
    bool large;
};

#define WHOLE_MAX (1ull << 53)
enum { DECIMALS_MAX = 15 };

struct unit {
    const char *word;
    const char *better; /* NULL: it is right */
    int64_t ms;
};

static const struct unit UNITS[] = {
    {"ms", NULL, 1},
    {"s", NULL, SECOND_MS},
    {"m", NULL, MINUTE_MS},
    {"h", NULL, HOUR_MS},
    {"d", NULL, DAY_MS},
    {"msec", "ms", 1},
    {"millis", "ms", 1},
    {"毫秒", "ms", 1},
    {"S", "s", SECOND_MS},
    {"sec", "s", SECOND_MS},
    {"secs", "s", SECOND_MS},
    {"second", "s", SECOND_MS},
    {"seconds", "s", SECOND_MS},
    {"秒钟", "s", SECOND_MS},
    {"秒", "s", SECOND_MS},
    {"M", "m", MINUTE_MS},
    {"min", "m", MINUTE_MS},
    {"mins", "m", MINUTE_MS},
    {"minute", "m", MINUTE_MS},
    {"minutes", "m", MINUTE_MS},
    {"分钟", "m", MINUTE_MS},
    {"分", "m", MINUTE_MS},
    {"H", "h", HOUR_MS},
    {"hr", "h", HOUR_MS},
    {"hrs", "h", HOUR_MS},
    {"hour", "h", HOUR_MS},
    {"hours", "h", HOUR_MS},
    {"小时", "h", HOUR_MS},
    {"时", "h", HOUR_MS},
    {"D", "d", DAY_MS},
    {"day", "d", DAY_MS},
    {"days", "d", DAY_MS},
    {"天", "d", DAY_MS},
    {"日", "d", DAY_MS},
    {"w", "weeks", 7LL * DAY_MS},
    {"week", "weeks", 7LL * DAY_MS},
    {"weeks", "weeks", 7LL * DAY_MS},
    {"周", "weeks", 7LL * DAY_MS},
};

/* Ways to write a currency that are not its ISO 4217 code. */
struct currency_word {
    const char *word;
    const char *code;
    unsigned times;
};

static const struct currency_word CURRENCY_WORDS[] = {
    {"RMB", "CNY", 1},    {"rmb", "CNY", 1},     {"cny", "CNY", 1},          {"yuan", "CNY", 1},
    {"usd", "USD", 1},    {"hkd", "HKD", 1},     {"eur", "EUR", 1},          {"万元", "CNY", 10000},
    {"万", "CNY", 10000}, {"千元", "CNY", 1000}, {"亿元", "CNY", 100000000}, {"元", "CNY", 1},
    {"块", "CNY", 1},     {"人民币", "CNY", 1},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char at(struct slice rest, size_t i)
{
    return i < rest.size ? rest.at[i] : '\0';
}

static void add_digit(struct decimal *decimal, char c, bool behind_point)
{
    uint64_t digits = decimal->digits * 10 + (uint64_t)(c - '0');
    if (digits > WHOLE_MAX || (behind_point && decimal->decimals == DECIMALS_MAX)) {
        decimal->large = true;
        return;
    }
    decimal->digits = digits;
    decimal->decimals += behind_point;
}

/* Digits, `_` between digits, and decimals.  Returns their size; sets the fault of ill-formed
 * ones. */
static size_t read_decimal(struct slice rest, struct decimal *decimal, enum number_fault *fault)
{
    size_t i = 0;
    bool digit = false; /* the byte before is one */
    for (; is_digit(at(rest, i)) || at(rest, i) == '_'; i++) {
        if (is_digit(rest.at[i]))
            add_digit(decimal, rest.at[i], false);
        else if (!digit || !is_digit(at(rest, i + 1)))
            *fault = NUMBER_ILL_FORMED;
        digit = is_digit(rest.at[i]);
    }
    if (i == 0)
        *fault = NUMBER_ILL_FORMED; /* `.5` */
    if (at(rest, i) != '.' || (!is_digit(at(rest, i + 1)) && is_letter(at(rest, i + 1))))
        return i;
    if (!is_digit(at(rest, i + 1)))
        *fault = NUMBER_ILL_FORMED; /* `5.` */
    for (i++; is_digit(at(rest, i)); i++)
        add_digit(decimal, rest.at[i], true);
    while (decimal->decimals > 0 && decimal->digits % 10 == 0 && !decimal->large) {
        decimal->digits /= 10;
        decimal->decimals--;
    }
    return i;
}

static double power_of_ten(unsigned exponent)
{
    double power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* The number times `times`, if that is whole. */
static bool scale(struct decimal decimal, uint64_t times, double *out)
{
    unsigned __int128 product = (unsigned __int128)decimal.digits * times;
    for (unsigned i = 0; i < decimal.decimals; i++) {
        if (product % 10 != 0)
            return false;
        product /= 10;
    }
    *out = (double)product;
    return true;
}

static void better_decimal(struct decimal decimal, uint64_t times, const char *unit, char *better,
                           size_t size)
{
    struct text text = text_over(better, size);
    double value = (double)decimal.digits / power_of_ten(decimal.decimals) * (double)times;
    if (decimal.large)
        return;
    if (value == (double)(int64_t)value)
        text_add_whole(&text, (int64_t)value);
    else
        text_addf(&text, "%.*f", (int)decimal.decimals, value);
    text_add_string(&text, unit);
}

/* The word of letters, or of Chinese characters, that stands at the front. */
static struct slice word_of(struct slice rest)
{
    size_t i = 0;
    while (is_letter(at(rest, i)) || (i > 0 && is_digit(at(rest, i))))
        i++;
    return (struct slice){rest.at, i};
}

static const struct unit *unit_find(struct slice rest, struct slice word)
{
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        struct slice unit = slice_of(UNITS[i].word);
        bool chinese = (unsigned char)unit.at[0] >= 0x80;
        if (chinese ? slice_starts(rest, unit) : slice_equal(word, unit))
            return &UNITS[i];
    }
    return NULL;
}

static const struct currency_word *currency_word_find(struct slice rest, struct slice word)
{
    for (size_t i = 0; i < sizeof CURRENCY_WORDS / sizeof CURRENCY_WORDS[0]; i++) {
        struct slice currency = slice_of(CURRENCY_WORDS[i].word);
        bool chinese = (unsigned char)currency.at[0] >= 0x80;
        if (chinese ? slice_starts(rest, currency) : slice_equal(word, currency))
            return &CURRENCY_WORDS[i];
    }
    return NULL;
}

static bool is_currency(struct slice word)
{
    if (word.size != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (word.at[i] < 'A' || word.at[i] > 'Z')
            return false;
    return !slice_equal(word, SLICE("AND")) && !slice_equal(word, SLICE("FOR")) &&
           !slice_equal(word, SLICE("NOT"));
}

static void take_money(struct written_number *out, struct decimal decimal, struct slice code,
                       uint64_t times)
{
    out->sort = NUMBER_MONEY;
    out->unit = code;
    uint64_t minor = 1;
    for (int i = 0; i < currency_digits(code); i++)
        minor *= 10;
    if (!scale(decimal, minor * times, &out->value)) {
        if (out->fault == NUMBER_FINE)
            out->fault = NUMBER_CENTS;
        return;
    }
    if (out->value > (double)WHOLE_MAX)
        out->fault = NUMBER_TOO_LARGE;
}

/* `5000 CNY`: the code may stand behind blanks, other words for it too. */
static bool read_money(struct slice rest, struct decimal decimal, struct written_number *out)
{
    size_t blanks = 0;
    while (at(rest, out->size + blanks) == ' ')
        blanks++;
    struct slice behind = {rest.at + out->size + blanks, rest.size - out->size - blanks};
    struct slice word = word_of(behind);
    const struct currency_word *other = currency_word_find(behind, word);
    if (other != NULL) {
        size_t size = word.size != 0 ? word.size : strlen(other->word);
        out->size += blanks + size;
        out->fault = NUMBER_CURRENCY;
        char unit[8];
        struct text text = text_over(unit, sizeof unit);
        text_addf(&text, " %s", other->code);
        better_decimal(decimal, other->times, unit, out->better, sizeof out->better);
        take_money(out, decimal, slice_of(other->code), other->times);
        return true;
    }
    if (!is_currency(word))
        return false;
    out->size += blanks + word.size;
    take_money(out, decimal, word, 1);
    return true;
}

static void read_span(struct slice rest, struct decimal decimal, const struct unit *unit,
                      struct slice word, struct written_number *out)
{
    bool chinese = (unsigned char)unit->word[0] >= 0x80;
    out->unit = chinese ? slice_of(unit->word) : word;
    (void)rest;
    out->size += out->unit.size;
    out->sort = NUMBER_SPAN;
    if (unit->better != NULL) {
        bool weeks = unit->ms > DAY_MS;
        out->fault = NUMBER_UNIT;
        better_decimal(decimal, weeks ? 7 : 1, weeks ? "d" : unit->better, out->better,
                       sizeof out->better);
    }
    if (!scale(decimal, (uint64_t)unit->ms, &out->value)) {
        if (out->fault == NUMBER_FINE)
            out->fault = NUMBER_TOO_FINE;
        out->value = (double)unit->ms;
    } else if (out->value > (double)WHOLE_MAX) {
        out->fault = NUMBER_TOO_LARGE;
    }
}

/* Something hangs on the number that is no unit. */
static void read_strange(struct decimal decimal, struct slice word, struct written_number *out)
{
    bool exponent = (word.at[0] == 'e' || word.at[0] == 'E') && word.size > 1;
    for (size_t i = 1; i < word.size; i++)
        exponent &= is_digit(word.at[i]);
    out->unit = word;
    out->size += word.size;
    out->fault = exponent || word.at[0] == 'x' ? NUMBER_ILL_FORMED : NUMBER_UNIT;
    if (exponent && word.size == 2) {
        uint64_t times = 1;
        for (char e = word.at[1]; e > '0'; e--)
            times *= 10;
        better_decimal(decimal, times, "", out->better, sizeof out->better);
    } else if (slice_equal(word, SLICE("k")) || slice_equal(word, SLICE("K"))) {
        better_decimal(decimal, 1000, "", out->better, sizeof out->better);
    }
}

void number_read(struct slice rest, struct written_number *out)
{
    *out = (struct written_number){0};
    struct decimal decimal = {0};
    out->size = read_decimal(rest, &decimal, &out->fault);
    out->value = (double)decimal.digits / power_of_ten(decimal.decimals);
    if (out->fault == NUMBER_ILL_FORMED)
        better_decimal(decimal, 1, "", out->better, sizeof out->better);
    if (decimal.large)
        out->fault = NUMBER_TOO_LARGE;
    struct slice behind = {rest.at + out->size, rest.size - out->size};
    struct slice word = word_of(behind);
    const struct unit *unit = unit_find(behind, word);
    if (unit != NULL) {
        read_span(rest, decimal, unit, word, out);
    } else if (at(behind, 0) == '%') {
        out->size++;
        out->fault = NUMBER_ILL_FORMED;
        decimal.decimals += 2;
        better_decimal(decimal, 1, "", out->better, sizeof out->better);
        out->value /= 100;
    } else if (!read_money(rest, decimal, out) && word.size != 0) {
        read_strange(decimal, word, out);
    }
    if (out->value > (double)WHOLE_MAX) /* complained about; what follows must not overflow */
        out->value = (double)WHOLE_MAX;
}
