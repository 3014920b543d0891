/* time_form.c -- reads a time by its form, with a zone for those that do not say theirs.
 *
 * A pattern has the letters of strptime: %Y %y %m %d %b %H %I %M %S %f %p %z %s %%, and %F %T for
 * the two usual groups.  A letter takes as many digits as it can have, or fewer where something
 * else follows; a blank in the pattern stands for any blanks, or none.
 *
 * Not chosen:  strptime() itself.  It obeys the locale, ignores zones, and has no fractions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "time_form.h"

#include "decimal.h"

/* The first and the last millisecond of the years 1 to 9999: text_add_moment() can write them. */
#define EPOCH_MS_MIN (-62135596800000)
#define EPOCH_MS_MAX 253402300799999

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number of `count` digits at `at`, or -1. */
static int32_t digits_at(const char *at, int count)
{
    int32_t number = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(at[i]))
            return -1;
        number = number * 10 + (at[i] - '0');
    }
    return number;
}

enum status zone_read(struct slice written, int32_t *zone_minutes)
{
    const char *at = written.at;
    if (written.size == 1 && (at[0] == 'Z' || at[0] == 'z')) {
        *zone_minutes = 0;
        return STATUS_OK;
    }
    if (slice_equal(written, SLICE("UTC")) || slice_equal(written, SLICE("GMT"))) {
        *zone_minutes = 0;
        return STATUS_OK;
    }
    bool colon = written.size == 6 && at[3] == ':';
    if ((!colon && written.size != 5) || (at[0] != '+' && at[0] != '-'))
        return STATUS_MALFORMED;
    int32_t hours = digits_at(at + 1, 2);
    int32_t minutes = digits_at(at + (colon ? 4 : 3), 2);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
        return STATUS_MALFORMED;
    *zone_minutes = (at[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return STATUS_OK;
}

/* "2026-03-02 09:15", with seconds and fraction or without, no zone. */
static enum status civil_read(struct slice written, struct civil *out)
{
    const char *at = written.at;
    if (written.size < 16 || at[4] != '-' || at[7] != '-' || at[13] != ':')
        return STATUS_MALFORMED;
    if (at[10] != ' ' && at[10] != 'T' && at[10] != 't')
        return STATUS_MALFORMED;
    struct civil civil = {.year = digits_at(at, 4),
                          .month = digits_at(at + 5, 2),
                          .day = digits_at(at + 8, 2),
                          .hour = digits_at(at + 11, 2),
                          .minute = digits_at(at + 14, 2)};
    if (written.size > 16) {
        if (written.size < 19 || at[16] != ':')
            return STATUS_MALFORMED;
        civil.second = digits_at(at + 17, 2);
    }
    if (written.size > 19) {
        if (at[19] != '.' || written.size == 20)
            return STATUS_MALFORMED;
        int32_t worth = 100;
        for (size_t i = 20; i < written.size; i++, worth /= 10) {
            if (!is_digit(at[i]))
                return STATUS_MALFORMED;
            civil.millisecond += (at[i] - '0') * worth;
        }
    }
    *out = civil;
    return STATUS_OK;
}

/* Takes "2026-03-02T09:15:04" or "2026-03-02T09:15:04.250" apart: milliseconds since midnight, and
 * what stands behind.  False: it has another shape, or is no plain time of day. */
static bool clock_read(struct slice written, int64_t *since_midnight_ms, struct slice *zone)
{
    const char *at = written.at;
    if (written.size < 19 || at[13] != ':' || at[16] != ':')
        return false;
    int32_t hour = digits_at(at + 11, 2);
    int32_t minute = digits_at(at + 14, 2);
    int32_t second = digits_at(at + 17, 2);
    int32_t millisecond = 0;
    size_t size = 19;
    if (written.size >= 23 && at[19] == '.') {
        millisecond = digits_at(at + 20, 3);
        size = 23;
    }
    bool odd = hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59;
    if (odd || millisecond < 0 || (at[10] != 'T' && at[10] != ' '))
        return false;
    *since_midnight_ms =
        ((int64_t)hour * 60 + minute) * MINUTE_MS + second * SECOND_MS + millisecond;
    *zone = (struct slice){at + size, written.size - size};
    return zone->size <= sizeof((struct time_memory *)0)->zone;
}

static bool is_remembered(const struct time_memory *memory, struct slice written, struct slice zone)
{
    return memory->known && memcmp(memory->date, written.at, sizeof memory->date) == 0 &&
           memory->zone_size == zone.size &&
           (zone.size == 0 || memcmp(memory->zone, zone.at, zone.size) == 0);
}

static enum status canonical_read(struct slice written, int32_t zone_minutes,
                                  struct time_memory *memory, moment *out)
{
    int64_t since_midnight_ms = 0;
    struct slice zone = {0};
    bool plain = memory != NULL && clock_read(written, &since_midnight_ms, &zone);
    if (plain && is_remembered(memory, written, zone)) {
        *out = (moment){memory->midnight_ms + since_midnight_ms};
        return STATUS_OK;
    }
    if (moment_parse(written, out) != STATUS_OK) {
        struct civil civil;
        TRY(civil_read(written, &civil));
        TRY(moment_of_civil(civil, zone_minutes, out));
    }
    if (plain) {
        memcpy(memory->date, written.at, sizeof memory->date);
        if (zone.size != 0)
            memcpy(memory->zone, zone.at, zone.size);
        memory->zone_size = zone.size;
        memory->midnight_ms = out->ms - since_midnight_ms;
        memory->known = true;
    }
    return STATUS_OK;
}

static enum status epoch_read(struct slice written, int shift, moment *out)
{
    struct decimal decimal;
    int64_t ms;
    TRY(decimal_read(written, false, &decimal));
    TRY(decimal_whole(decimal, shift, true, &ms));
    if (ms < EPOCH_MS_MIN || ms > EPOCH_MS_MAX)
        return STATUS_MALFORMED;
    *out = (moment){ms};
    return STATUS_OK;
}

/* `number` steps after the origin, in whole milliseconds. */
static enum status steps_read(const struct time_form *form, struct slice written,
                              int32_t zone_minutes, moment *out)
{
    struct decimal decimal;
    int64_t billionths;
    TRY(decimal_read(written, false, &decimal));
    TRY(decimal_whole(decimal, 9, true, &billionths));
    int64_t whole = billionths / 1000000000;
    int64_t part = billionths % 1000000000;
    if (whole > EPOCH_MS_MAX / form->step_ms || whole < EPOCH_MS_MIN / form->step_ms)
        return STATUS_MALFORMED;
    /* A step is at most 366 days: the product of its part stays far below 2^63 in microsteps. */
    int64_t ms = form->origin_ms + whole * form->step_ms + part / 1000 * form->step_ms / 1000000;
    if (form->origin_local)
        ms -= zone_minutes * MINUTE_MS;
    if (ms < EPOCH_MS_MIN || ms > EPOCH_MS_MAX)
        return STATUS_MALFORMED;
    *out = (moment){ms};
    return STATUS_OK;
}

/* ---- patterns ---- */

struct pattern_reading {
    const char *at, *end; /* of what was written */
    struct civil civil;
    int32_t zone_minutes;
    bool afternoon, twelve; /* %p said PM; %I was used */
    bool epoch;
    int64_t epoch_ms;
};

/* Up to `count` digits; at least one. */
static bool take_digits(struct pattern_reading *reading, int count, int32_t *out)
{
    int32_t number = 0;
    int taken = 0;
    for (; taken < count && reading->at < reading->end && is_digit(*reading->at); taken++)
        number = number * 10 + (*reading->at++ - '0');
    *out = number;
    return taken != 0;
}

static bool take_fraction(struct pattern_reading *reading)
{
    const char *first = reading->at;
    int32_t worth = 100;
    for (; reading->at < reading->end && is_digit(*reading->at); worth /= 10)
        reading->civil.millisecond += (*reading->at++ - '0') * worth;
    return reading->at > first;
}

static bool take_month_name(struct pattern_reading *reading)
{
    static const char NAMES[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (reading->end - reading->at < 3)
        return false;
    char name[3];
    for (int i = 0; i < 3; i++)
        name[i] = (char)(reading->at[i] | 0x20);
    for (int32_t month = 0; month < 12; month++) {
        if (memcmp(NAMES + month * 3, name, 3) == 0) {
            reading->civil.month = month + 1;
            reading->at += 3;
            return true;
        }
    }
    return false;
}

/* AM or PM, 上午 or 下午. */
static bool take_half(struct pattern_reading *reading)
{
    struct slice rest = {reading->at, (size_t)(reading->end - reading->at)};
    static const struct {
        const char *word;
        bool afternoon;
    } WORDS[] = {{"AM", false}, {"am", false},   {"PM", true},
                 {"pm", true},  {"上午", false}, {"下午", true}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (slice_starts(rest, slice_of(WORDS[i].word))) {
            reading->afternoon = WORDS[i].afternoon;
            reading->at += strlen(WORDS[i].word);
            return true;
        }
    }
    return false;
}

static bool take_zone(struct pattern_reading *reading)
{
    for (size_t size = 6; size >= 1; size--) {
        if ((size_t)(reading->end - reading->at) < size)
            continue;
        struct slice zone = {reading->at, size};
        if (zone_read(zone, &reading->zone_minutes) == STATUS_OK) {
            reading->at += size;
            return true;
        }
    }
    return false;
}

static bool take_epoch(struct pattern_reading *reading)
{
    int64_t seconds = 0;
    const char *first = reading->at;
    while (reading->at < reading->end && is_digit(*reading->at) && seconds < 100000000000)
        seconds = seconds * 10 + (*reading->at++ - '0');
    reading->epoch = true;
    reading->epoch_ms = seconds * SECOND_MS;
    return reading->at > first && reading->epoch_ms <= EPOCH_MS_MAX;
}

/* One letter of a pattern. */
static bool take_letter(struct pattern_reading *reading, char letter)
{
    struct civil *civil = &reading->civil;
    switch (letter) {
    case 'Y':
        return take_digits(reading, 4, &civil->year);
    case 'y':
        if (!take_digits(reading, 2, &civil->year))
            return false;
        civil->year += civil->year < 69 ? 2000 : 1900;
        return true;
    case 'm':
        return take_digits(reading, 2, &civil->month);
    case 'd':
        return take_digits(reading, 2, &civil->day);
    case 'b':
        return take_month_name(reading);
    case 'I':
        reading->twelve = true;
        return take_digits(reading, 2, &civil->hour);
    case 'H':
        return take_digits(reading, 2, &civil->hour);
    case 'M':
        return take_digits(reading, 2, &civil->minute);
    case 'S':
        return take_digits(reading, 2, &civil->second);
    case 'f':
        return take_fraction(reading);
    case 'p':
        return take_half(reading);
    case 'z':
        return take_zone(reading);
    case 's':
        return take_epoch(reading);
    default:
        return reading->at < reading->end && *reading->at++ == '%';
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool take_pattern(struct pattern_reading *reading, struct slice pattern)
{
    for (size_t i = 0; i < pattern.size; i++) {
        if (pattern.at[i] == '%' && i + 1 < pattern.size) {
            i++;
            bool group = pattern.at[i] == 'F' || pattern.at[i] == 'T';
            struct slice inner = pattern.at[i] == 'F' ? SLICE("%Y-%m-%d") : SLICE("%H:%M:%S");
            if (group ? !take_pattern(reading, inner) : !take_letter(reading, pattern.at[i]))
                return false;
        } else if (is_blank(pattern.at[i])) {
            while (reading->at < reading->end && is_blank(*reading->at))
                reading->at++;
        } else if (reading->at == reading->end || *reading->at++ != pattern.at[i]) {
            return false;
        }
    }
    return true;
}

static enum status pattern_read(struct slice pattern, struct slice written, int32_t zone_minutes,
                                moment *out)
{
    struct pattern_reading reading = {
        .at = written.at, .end = written.at + written.size, .zone_minutes = zone_minutes};
    reading.civil.month = reading.civil.day = 1;
    if (!take_pattern(&reading, pattern) || reading.at != reading.end)
        return STATUS_MALFORMED;
    if (reading.epoch) {
        *out = (moment){reading.epoch_ms + reading.civil.millisecond};
        return STATUS_OK;
    }
    if (reading.twelve) {
        if (reading.civil.hour < 1 || reading.civil.hour > 12)
            return STATUS_MALFORMED;
        reading.civil.hour = reading.civil.hour % 12 + (reading.afternoon ? 12 : 0);
    }
    return moment_of_civil(reading.civil, reading.zone_minutes, out);
}

bool time_pattern_fine(struct slice pattern, size_t *at)
{
    bool date = false;
    for (size_t i = 0; i < pattern.size; i++) {
        *at = i;
        if (pattern.at[i] != '%')
            continue;
        i++;
        if (i == pattern.size || strchr("YymdbHIMSfpzsFT%", pattern.at[i]) == NULL)
            return false;
        date = date || strchr("YysF", pattern.at[i]) != NULL;
    }
    *at = 0;
    return date;
}

enum status time_read(const struct time_form *form, struct slice written, int32_t zone_minutes,
                      struct time_memory *memory, moment *out)
{
    switch (form == NULL ? TIME_CANONICAL : form->kind) {
    case TIME_EPOCH_S:
        return epoch_read(written, 3, out);
    case TIME_EPOCH_MS:
        return epoch_read(written, 0, out);
    case TIME_STEPS:
        return steps_read(form, written, zone_minutes, out);
    case TIME_PATTERN:
        return pattern_read(form->pattern, written, zone_minutes, out);
    case TIME_CANONICAL:
    default:
        return canonical_read(written, zone_minutes, memory, out);
    }
}
