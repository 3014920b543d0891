/* numeral.c -- figures as they are published.
 *
 *     value (fen, persons …) ── one division by the step of its rule ──> whole steps
 *                                          what is left over ──> 约, 余, or nothing
 *
 * From there on only the point moves: steps are written in 万 or 亿, or in English as
 * thousands, millions, billions, without losing another digit.
 *
 * Not chosen:  doubles with printf("%.1f"): 0.05 is not one of them, and half of all edges fall
 *              to the wrong side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report/numeral.h"

static const struct unit_entry {
    const char *zh, *one, *several;
} units[] = {
#define UNIT(name, zh, one, several) {zh, one, several},
#include "report/units.inc"
#undef UNIT
};

enum rounding { NEAREST, OVER };

static const struct rule_entry {
    int power, decimals;
    enum rounding rounding;
} rules[] = {
#define RULE(name, power, decimals, rounding) {power, decimals, rounding},
#include "report/rules.inc"
#undef RULE
};

static int64_t ten_to(int power)
{
    int64_t ten = 1;
    for (int i = 0; i < power; i++)
        ten *= 10;
    return ten;
}

const char *unit_word(enum unit unit, enum tongue tongue, bool several)
{
    return tongue == TONGUE_ZH ? units[unit].zh : several ? units[unit].several : units[unit].one;
}

/* value / 10^power, exactly: "68.9"; zeros behind the point are left out. */
static void add_shifted(struct text *text, int64_t value, int power)
{
    int64_t ten = ten_to(power);
    int64_t rest = value % ten;
    text_add_whole(text, value / ten);
    if (rest == 0)
        return;
    text_add_char(text, '.');
    while (rest > 0) {
        ten /= 10;
        text_add_char(text, (char)('0' + rest / ten));
        rest %= ten;
    }
}

static void add_grouped(struct text *text, int64_t value)
{
    if (value >= 1000) {
        add_grouped(text, value / 1000);
        text_addf(text, ",%03d", (int)(value % 1000));
    } else {
        text_add_whole(text, value);
    }
}

struct rounded {
    int64_t value; /* in whole units */
    int lost;      /* -1: the exact one is larger, 1: smaller, 0: it is that */
    bool over;
};

static struct rounded round_off(const struct numeral *numeral)
{
    struct rule_entry rule = rules[numeral->rule];
    while (rule.power > 0 && numeral->value / numeral->per < ten_to(rule.power)) {
        rule.power -= 4;
        rule.decimals = rule.power > 0 ? 2 : 0;
    }
    int64_t step = ten_to(rule.power - rule.decimals);
    if (numeral->value / numeral->per < step)
        step = 1;
    int64_t whole_step = step * numeral->per;
    int64_t steps = numeral->value / whole_step;
    int64_t rest = numeral->value % whole_step;
    bool up = rule.rounding == NEAREST && rest >= whole_step - rest;
    return (struct rounded){
        .value = (steps + up) * step,
        .lost = rest == 0 ? 0
                : up      ? 1
                          : -1,
        .over = rule.rounding == OVER,
    };
}

static void add_chinese(struct text *text, struct rounded rounded, enum unit unit)
{
    int power = rounded.value >= ten_to(8) ? 8 : rounded.value >= ten_to(4) ? 4 : 0;
    /* 1389.25万, but 6890: under 万 nothing is gained by it. */
    add_shifted(text, rounded.value, power);
    text_add_string(text, power == 8 ? "亿" : power == 4 ? "万" : "");
    if (rounded.over && rounded.lost != 0)
        text_add_string(text, "余");
    text_add_string(text, units[unit].zh);
}

static void add_english(struct text *text, struct rounded rounded, enum unit unit)
{
    if (rounded.value >= ten_to(6)) {
        bool billions = rounded.value >= ten_to(9);
        add_shifted(text, rounded.value, billions ? 9 : 6);
        text_add_string(text, billions ? " billion" : " million");
    } else {
        add_grouped(text, rounded.value);
    }
    text_add_char(text, ' ');
    text_add_string(text, rounded.value == 1 ? units[unit].one : units[unit].several);
}

void text_add_numeral(struct text *text, const struct numeral *numeral, enum tongue tongue)
{
    must(numeral->value >= 0);
    must(numeral->value <= NUMERAL_MAX);
    struct rounded rounded = round_off(numeral);
    bool zh = tongue == TONGUE_ZH;
    if (rounded.over && rounded.lost != 0)
        text_add_string(text, zh ? "" : "more than ");
    else if (rounded.lost != 0 || numeral->approximate)
        text_add_string(text, zh ? "约" : "about ");
    if (zh)
        add_chinese(text, rounded, numeral->unit);
    else
        add_english(text, rounded, numeral->unit);
}

/* ---- rates ---- */

struct ratio rate_growth(int64_t now, int64_t before)
{
    must(before > 0);
    return (struct ratio){(__int128)now - before, before};
}

/* now/before - before/earlier */
struct ratio rate_change(int64_t now, int64_t before, int64_t earlier)
{
    must(before > 0);
    must(earlier > 0);
    return (struct ratio){(__int128)now * earlier - (__int128)before * before,
                         (__int128)before * earlier};
}

struct ratio rate_share(int64_t part, int64_t whole)
{
    must(whole > 0);
    return (struct ratio){part, whole};
}

struct ratio rate_minus(struct ratio a, struct ratio b)
{
    return (struct ratio){a.part * b.whole - b.part * a.whole, a.whole * b.whole};
}

int text_add_percent(struct text *text, struct ratio rate, unsigned decimals)
{
    must(decimals <= 1);
    __int128 scale = decimals == 0 ? 100 : 1000;
    __int128 part = rate.part < 0 ? -rate.part : rate.part;
    __int128 steps = part * scale / rate.whole;
    __int128 rest = part * scale % rate.whole;
    bool up = rest >= rate.whole - rest;
    add_shifted(text, (int64_t)(steps + up), (int)decimals);
    return rest == 0 ? 0 : up ? -1 : 1;
}

void text_add_near_percent(struct text *text, struct ratio rate, enum tongue tongue)
{
    char bytes[32];
    struct text digits = text_over(bytes, sizeof bytes);
    __int128 part = rate.part < 0 ? -rate.part : rate.part;
    int lost = text_add_percent(&digits, rate, part * 100 < rate.whole ? 1 : 0);
    bool zh = tongue == TONGUE_ZH;
    if (lost != 0)
        text_add_string(text, lost < 0 ? (zh ? "近" : "nearly ") : (zh ? "略超" : "just over "));
    text_add(text, text_slice(&digits));
    text_add_char(text, '%');
}
