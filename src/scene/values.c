/* values.c -- numbers, spans, times and names as a scene writes them.
 *
 * A number is plain decimal; a span is `90s`, `1500ms`, `2m`, `24h`, `7d`, or seconds without a
 * unit; a time of day is HH:MM[:SS[.mmm]], on the day that stands before it (`d2`, `2026-03-03`) or
 * on the scene's own day. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scene/scene_inside.h"

#include <math.h>
#include <stdlib.h>

bool parse_decimal(struct slice text, int digits, int64_t *out)
{
    const char *dot = memchr(text.at, '.', text.size);
    size_t whole_size = dot == NULL ? text.size : (size_t)(dot - text.at);
    int64_t value;
    if (!parse_whole((struct slice){text.at, whole_size}, INT64_MAX / 10000000, &value))
        return false;
    size_t rest = dot == NULL ? 0 : text.size - whole_size - 1;
    if (dot != NULL && (rest == 0 || rest > (size_t)digits))
        return false;
    for (int i = 0; i < digits; i++) {
        char c = (size_t)i < rest ? dot[1 + i] : '0';
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return true;
}

bool parse_real(struct slice text, double *out)
{
    char bytes[64];
    if (text.size == 0 || text.size >= sizeof bytes)
        return false;
    memcpy(bytes, text.at, text.size);
    bytes[text.size] = '\0';
    char *end;
    double value = strtod(bytes, &end);
    if (*end != '\0' || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool parse_span(struct slice text, int64_t *out_ms)
{
    static const struct {
        struct slice unit;
        int64_t ms;
    } UNITS[] = {{SLICE("ms"), 1},
                 {SLICE("s"), SECOND_MS},
                 {SLICE("m"), MINUTE_MS},
                 {SLICE("h"), HOUR_MS},
                 {SLICE("d"), DAY_MS}};
    size_t digits = 0;
    while (digits < text.size && strchr("0123456789.", text.at[digits]) != NULL)
        digits++;
    struct slice unit = {text.at + digits, text.size - digits};
    int64_t thousandths;
    if (!parse_decimal((struct slice){text.at, digits}, 3, &thousandths))
        return false;
    if (unit.size == 0)
        unit = SLICE("s");
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (!slice_equal(unit, UNITS[i].unit) || thousandths > INT64_MAX / DAY_MS)
            continue;
        *out_ms = thousandths * UNITS[i].ms / 1000;
        return true;
    }
    return false;
}

bool parse_spans(struct slice text, int64_t *low_ms, int64_t *high_ms)
{
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.at[i] == '.' && text.at[i + 1] == '.')
            return parse_span((struct slice){text.at, i}, low_ms) &&
                   parse_span((struct slice){text.at + i + 2, text.size - i - 2}, high_ms) &&
                   *low_ms <= *high_ms;
    *high_ms = 0;
    if (!parse_span(text, low_ms))
        return false;
    *high_ms = *low_ms;
    return true;
}

bool parse_zone(struct slice text, int32_t *minutes)
{
    int64_t hours, rest;
    if (text.size != 6 || (text.at[0] != '+' && text.at[0] != '-') || text.at[3] != ':')
        return false;
    if (!parse_whole((struct slice){text.at + 1, 2}, 23, &hours) ||
        !parse_whole((struct slice){text.at + 4, 2}, 59, &rest))
        return false;
    *minutes = (int32_t)(hours * 60 + rest) * (text.at[0] == '-' ? -1 : 1);
    return true;
}

bool parse_date(struct slice text, int32_t zone_minutes, moment *midnight)
{
    int64_t year, month, day;
    if (text.size != 10 || text.at[4] != '-' || text.at[7] != '-')
        return false;
    if (!parse_whole((struct slice){text.at, 4}, 9999, &year) ||
        !parse_whole((struct slice){text.at + 5, 2}, 12, &month) ||
        !parse_whole((struct slice){text.at + 8, 2}, 31, &day))
        return false;
    struct civil civil = {(int32_t)year, (int32_t)month, (int32_t)day, 0, 0, 0, 0};
    return moment_of_civil(civil, zone_minutes, midnight) == STATUS_OK;
}

bool parse_clock(struct slice text, int64_t *ms)
{
    int64_t hours, minutes, seconds_ms = 0;
    if (text.size < 5 || text.at[2] != ':')
        return false;
    if (!parse_whole((struct slice){text.at, 2}, 23, &hours) ||
        !parse_whole((struct slice){text.at + 3, 2}, 59, &minutes))
        return false;
    if (text.size > 5 &&
        (text.size < 8 || text.at[5] != ':' ||
         !parse_decimal((struct slice){text.at + 6, text.size - 6}, 3, &seconds_ms)))
        return false;
    if (seconds_ms >= MINUTE_MS)
        return false;
    *ms = hours * HOUR_MS + minutes * MINUTE_MS + seconds_ms;
    return true;
}

enum status reading_time(struct reading *reading, unsigned *at, moment *out)
{
    if (*at >= reading->words_count)
        return reading_fault(reading, *at, SCENE_SAYS_TIME, SLICE(" "));
    struct slice word;
    if (word_written_out(reading, *at, &word) != STATUS_OK)
        return reading_fault(reading, *at, SCENE_SAYS_TEMPLATE, reading->word[*at].text);
    moment midnight = reading->now->midnight;
    int64_t day, ms;
    bool dated = true;
    if (word.size > 1 && word.at[0] == 'd' &&
        parse_whole((struct slice){word.at + 1, word.size - 1}, 400, &day) && day > 0)
        midnight.ms += (day - 1) * DAY_MS;
    else
        dated = parse_date(word, reading->now->zone_minutes, &midnight);
    if (dated && ++*at == reading->words_count)
        return reading_fault(reading, *at, SCENE_SAYS_NO_VALUE, word);
    if (dated && word_written_out(reading, *at, &word) != STATUS_OK)
        return reading_fault(reading, *at, SCENE_SAYS_TEMPLATE, reading->word[*at].text);
    if (!parse_clock(word, &ms))
        return reading_fault(reading, *at, SCENE_SAYS_TIME, word);
    ++*at;
    *out = (moment){midnight.ms + ms};
    return STATUS_OK;
}

static bool all_digits(struct slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size > 0;
}

/* E.164 with `+`, or a service number as dialled. */
static bool is_phone(struct slice text)
{
    if (text.size > 1 && text.at[0] == '+')
        return text.size >= 4 && text.size <= 16 &&
               all_digits((struct slice){text.at + 1, text.size - 1});
    return text.size >= 3 && text.size <= 20 && all_digits(text);
}

bool spelling_canonical(struct slice written, enum field_type type, struct slice *out)
{
    enum { IMEI_DIGITS = 14 };
    if (written.size == 0 || written.size > IDENT_BYTES_MAX)
        return false;
    if (type == FIELD_PHONE && !is_phone(written))
        return false;
    if (type == FIELD_IMEI) {
        if (!all_digits(written) || written.size < IMEI_DIGITS || written.size > IMEI_DIGITS + 2)
            return false;
        written.size = IMEI_DIGITS; /* the check digit is often 0 in records: records.md */
    }
    if (type == FIELD_CURRENCY) {
        for (size_t i = 0; i < written.size; i++)
            if (written.at[i] < 'A' || written.at[i] > 'Z')
                return false;
        if (written.size != 3)
            return false;
    }
    *out = written;
    return true;
}
