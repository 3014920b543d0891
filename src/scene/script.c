/* script.c -- the statements of a scene file, in order.
 *
 *     let NAME words…                      `$NAME` stands for the words from here on
 *     scene "English title" ["中文标题"]    begins one; what stands above the first is of each
 *     zone +08:00      day 2026-03-02      (these are the defaults)
 *     person | cell | region | list …      a row of a register
 *     at TIME EVENT …
 *     repeat COUNT every SPAN from TIME EVENT …      also: repeat COUNT person … | expect …
 *     expect …         allow …
 *
 * A statement that cannot be understood is told, and the reading goes on with the next line, so
 * that one run tells all faults. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "scene/scene_inside.h"

static const struct script FRESH = {.zone_minutes = 480};

/* How often a statement is told, and when. */
struct rhythm {
    int64_t count;
    bool timed;
    moment from;
    int64_t low_ms, high_ms;
};

static enum status add_record(struct reading *reading, const struct record *record, bool event)
{
    struct script *now = reading->now;
    struct line_of_records *line;
    if (now->events_count + now->registers_count >= SCENE_REPEATS_MAX)
        return reading_fault(reading, 0, SCENE_SAYS_TOO_MUCH, SLICE("100000"));
    TRY(ARENA_NEW(reading->scratch, 1, &line));
    line->record = *record;
    struct line_of_records **first = event ? &now->events : &now->registers;
    struct line_of_records **last = event ? &now->events_end : &now->registers_end;
    *(*last == NULL ? first : &(*last)->next) = line;
    *last = line;
    *(event ? &now->events_count : &now->registers_count) += 1;
    return STATUS_OK;
}

static enum status add_wish(struct reading *reading, const struct wish *wish)
{
    struct script *now = reading->now;
    struct wish *copy;
    if (now->wishes_count++ >= SCENE_WISHES_MAX)
        return reading_fault(reading, 0, SCENE_SAYS_TOO_MUCH, SLICE("4096"));
    TRY(ARENA_NEW(reading->scratch, 1, &copy));
    *copy = *wish;
    *(now->wishes_end == NULL ? &now->wishes : &now->wishes_end->next) = copy;
    now->wishes_end = copy;
    if (wish->kind != WISH_ALLOWED && wish->kind != WISH_OTHERS)
        now->demands = true;
    return STATUS_OK;
}

static enum status take_title(struct reading *reading)
{
    struct scripts *out = reading->out;
    if (reading->words_count < 2 || reading->words_count > 3 || !reading->word[1].quoted ||
        (reading->words_count == 3 && !reading->word[2].quoted))
        return reading_fault(reading, 1, SCENE_SAYS_TITLE, SLICE(""));
    if (out->count == SCENES_MAX)
        return reading_fault(reading, 0, SCENE_SAYS_TOO_MUCH, SLICE("256"));
    reading->now = &out->scene[out->count++];
    *reading->now = FRESH;
    reading->now->zone_minutes = out->prologue.zone_minutes;
    reading->now->midnight = out->prologue.midnight;
    reading->now->line = reading->line;
    reading->now->title[TONGUE_EN] = reading->word[1].text;
    reading->now->title[TONGUE_ZH] = reading->word[reading->words_count - 1].text;
    return STATUS_OK;
}

static enum status take_let(struct reading *reading)
{
    unsigned count = reading->words_count;
    if (count < 3 || reading->word[1].quoted)
        return reading_fault(reading, 1, SCENE_SAYS_LET, SLICE(""));
    if (reading->lets_count == SCENE_LETS_MAX)
        return reading_fault(reading, 0, SCENE_SAYS_LETS, SLICE(""));
    unsigned let = reading->lets_count;
    reading->let[let].name = reading->word[1].text;
    reading->let[let].words_count = count - 2;
    TRY(ARENA_NEW(reading->scratch, count - 2, &reading->let[let].word));
    memcpy(reading->let[let].word, &reading->word[2], (count - 2) * sizeof reading->word[0]);
    reading->lets_count++;
    return STATUS_OK;
}

static enum status take_zone(struct reading *reading)
{
    struct script *now = reading->now;
    int32_t minutes;
    struct slice word = reading->words_count == 2 ? reading->word[1].text : SLICE(" ");
    if (!parse_zone(word, &minutes))
        return reading_fault(reading, 1, SCENE_SAYS_ZONE, word);
    now->midnight.ms += (int64_t)(now->zone_minutes - minutes) * MINUTE_MS;
    now->zone_minutes = minutes;
    return STATUS_OK;
}

static enum status take_day(struct reading *reading)
{
    struct slice word = reading->words_count == 2 ? reading->word[1].text : SLICE(" ");
    if (!parse_date(word, reading->now->zone_minutes, &reading->now->midnight))
        return reading_fault(reading, 1, SCENE_SAYS_DAY, word);
    return STATUS_OK;
}

/* The time of each repetition: `every 2m` in even steps, `every 1m..4m` in drawn ones. */
static moment next_time(const struct reading *reading, const struct rhythm *rhythm, moment last)
{
    struct chance chance = chance_branch(chance_seeded(reading->line), (uint64_t)reading->n);
    uint64_t range = (uint64_t)(rhythm->high_ms - rhythm->low_ms) + 1;
    int64_t drawn = range == 1 ? 0 : (int64_t)chance_below(&chance, range);
    return (moment){last.ms + rhythm->low_ms + drawn};
}

/* An event, a register row or an expectation at the word `at`, as often as the rhythm says. */
static enum status take_told(struct reading *reading, unsigned at, const struct rhythm *rhythm)
{
    struct slice word = at < reading->words_count ? reading->word[at].text : SLICE(" ");
    bool expect = slice_equal(word, SLICE("expect")), allow = slice_equal(word, SLICE("allow"));
    enum record_kind kind = RECORD_call;
    bool wish = expect || allow;
    if (!wish && (!kind_find(word, &kind) || kind_schema(kind)->group == GROUP_TRUTH))
        return reading_fault(reading, at, SCENE_SAYS_STATEMENT, word);
    bool event = !wish && kind_schema(kind)->group == GROUP_EVENT;
    if (event && !rhythm->timed)
        return reading_fault(reading, at, SCENE_SAYS_NEEDS_TIME, word);
    if (!event && rhythm->timed)
        return reading_fault(reading, at, SCENE_SAYS_NO_TIME, word);
    moment time = event ? rhythm->from : MOMENT_NONE;
    for (reading->n = 0; reading->n < rhythm->count; reading->n++) {
        if (wish) {
            struct wish one;
            TRY(reading_wish(reading, allow, at + 1, &one));
            TRY(add_wish(reading, &one));
            continue;
        }
        if (event && reading->n > 0)
            time = next_time(reading, rhythm, time);
        struct record record;
        TRY(reading_record(reading, kind, at + 1, time, &record));
        TRY(add_record(reading, &record, event));
    }
    return STATUS_OK;
}

static enum status take_repeat(struct reading *reading)
{
    struct rhythm rhythm = {0};
    unsigned at = 2;
    if (reading->words_count < 3)
        return reading_fault(reading, reading->words_count, SCENE_SAYS_REPEAT, SLICE(""));
    if (!parse_whole(reading->word[1].text, SCENE_REPEATS_MAX, &rhythm.count) || rhythm.count == 0)
        return reading_fault(reading, 1, SCENE_SAYS_REPEATS, reading->word[1].text);
    if (word_is(&reading->word[at], "every")) {
        if (reading->words_count < 7 || !word_is(&reading->word[4], "from"))
            return reading_fault(reading, at, SCENE_SAYS_REPEAT, SLICE(""));
        if (!parse_spans(reading->word[3].text, &rhythm.low_ms, &rhythm.high_ms))
            return reading_fault(reading, 3, SCENE_SAYS_SPAN, reading->word[3].text);
        at = 5;
        TRY(reading_time(reading, &at, &rhythm.from));
        rhythm.timed = true;
    }
    return take_told(reading, at, &rhythm);
}

static enum status take_at(struct reading *reading)
{
    struct rhythm rhythm = {.count = 1, .timed = true};
    unsigned at = 1;
    TRY(reading_time(reading, &at, &rhythm.from));
    return take_told(reading, at, &rhythm);
}

static enum status take_statement(struct reading *reading)
{
    static const struct {
        const char *word;
        enum status (*take)(struct reading *reading);
    } STATEMENTS[] = {{"scene", take_title}, {"let", take_let},       {"zone", take_zone},
                      {"day", take_day},     {"repeat", take_repeat}, {"at", take_at}};
    reading->n = 0;
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++)
        if (word_is(&reading->word[0], STATEMENTS[i].word))
            return STATEMENTS[i].take(reading);
    return take_told(reading, 0, &(struct rhythm){.count = 1});
}

enum status script_read(struct slice path, struct slice source, const struct rule_set *set,
                        const struct scene_sink *sink, struct arena *scratch, struct scripts *out)
{
    struct reading *reading;
    TRY(ARENA_NEW(scratch, 1, &reading));
    *reading = (struct reading){.path = path,
                                .rest = source,
                                .set = set,
                                .sink = sink,
                                .scratch = scratch,
                                .out = out,
                                .now = &out->prologue};
    out->count = 0;
    out->prologue = FRESH;
    must(parse_date(SLICE("2026-03-02"), FRESH.zone_minutes, &out->prologue.midnight));
    if (!utf8_valid(source))
        return reading_fault(reading, 0, SCENE_SAYS_NOT_UTF8, SLICE(""));
    for (;;) {
        enum status status = reading_next(reading);
        if (status == STATUS_END)
            break;
        if (status == STATUS_OK)
            status = take_statement(reading);
        if (status != STATUS_OK && status != STATUS_MALFORMED)
            return status;
        if (status == STATUS_MALFORMED && reading->faults_count > SCENE_FAULTS_MAX)
            return status;
    }
    reading->words_count = 0;
    if (out->count == 0 && reading->faults_count == 0)
        return reading_fault(reading, 0, SCENE_SAYS_NO_SCENE, SLICE(""));
    for (uint32_t i = 0; i < out->count && reading->faults_count == 0; i++) {
        reading->line = out->scene[i].line;
        if (!out->scene[i].demands && !out->prologue.demands)
            return reading_fault(reading, 0, SCENE_SAYS_NO_EXPECTATION, SLICE(""));
    }
    return reading->faults_count > 0 ? STATUS_MALFORMED : STATUS_OK;
}
