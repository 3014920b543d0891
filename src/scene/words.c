/* words.c -- a line of a scene, cut into words, and what the words stand for.
 *
 *     repeat 60 every 2m from 09:10  call from $box to +861380{n:6}   -- a comment
 *     ~~~~~~ ~~ ~~~~~ ~~ ~~~~ ~~~~~  ~~~~ ~~~~ ~~~~ ~~ ~~~~~~~~~~~~
 *
 * Words are parted by blanks; "…" is one word; `--` where a word could begin ends the line; `$box`
 * becomes the words that `let box …` gave it.  A word with braces is a pattern, worked out for each
 * repetition n = 0, 1, 2 …:
 *     {n}   {n+5}   {n%6}   {n/6*10+1}     whole numbers, `* / %` before `+ -`, no parentheses
 *     {n:6}                                padded with zeros to six digits
 *     {5..40}                              drawn evenly; the line and n decide, so that every run
 * draws the same
 *
 * Not chosen: variables and loops.  A scene is an example; what needs a program is a simulation
 * (src/city). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/chance.h"
#include "scene/scene_inside.h"

bool parse_whole(struct slice text, int64_t max, int64_t *out)
{
    if (text.size == 0 || text.size > 18)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        value = value * 10 + (text.at[i] - '0');
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

static const struct saying MESSAGES[SCENE_MESSAGES_COUNT] = {
#define SCENE_SAYS(name, en, zh) [SCENE_SAYS_##name] = SAYING(en, zh),
#include "messages.inc"
#undef SCENE_SAYS
};

enum { REASON_BYTES = 512 };

static unsigned column_behind(const struct reading *reading)
{
    if (reading->words_count == 0)
        return 1;
    const struct word *last = &reading->word[reading->words_count - 1];
    unsigned column = last->column;
    for (struct slice rest = last->text; rest.size > 0; column++)
        (void)utf8_next(&rest);
    return column;
}

enum status reading_fault(struct reading *reading, unsigned word, enum scene_message message,
                          struct slice about)
{
    if (reading->faults_count++ >= SCENE_FAULTS_MAX)
        return STATUS_MALFORMED;
    struct scene_fault fault = {.path = reading->path, .line = reading->line};
    fault.column =
        word < reading->words_count ? reading->word[word].column : column_behind(reading);
    char bytes[TONGUES_COUNT][REASON_BYTES];
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text reason = text_over(bytes[tongue], REASON_BYTES);
        for (const char *at = MESSAGES[message].in[tongue]; *at != '\0'; at++) {
            if (*at == '%' && about.size > 0)
                text_add(&reason, about);
            else
                text_add_char(&reason, *at);
        }
        fault.reason[tongue] = text_slice(&reason);
    }
    TRY(reading->sink->fault(reading->sink->self, &fault));
    return STATUS_MALFORMED;
}

bool word_is(const struct word *word, const char *text)
{
    return !word->quoted && slice_equal(word->text, slice_of(text));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static enum status add_word(struct reading *reading, struct word word)
{
    if (reading->words_count == SCENE_WORDS_MAX)
        return reading_fault(reading, 0, SCENE_SAYS_WORDS, SLICE(""));
    reading->word[reading->words_count++] = word;
    return STATUS_OK;
}

/* `$name` becomes what the let gave it, at the column of the `$`. */
static enum status add_let(struct reading *reading, struct word word)
{
    struct slice name = {word.text.at + 1, word.text.size - 1};
    for (unsigned i = reading->lets_count; i-- > 0;) {
        if (!slice_equal(reading->let[i].name, name))
            continue;
        for (unsigned k = 0; k < reading->let[i].words_count; k++) {
            struct word copy = reading->let[i].word[k];
            copy.column = word.column;
            TRY(add_word(reading, copy));
        }
        return STATUS_OK;
    }
    TRY(add_word(reading, word));
    return reading_fault(reading, reading->words_count - 1, SCENE_SAYS_NO_LET, word.text);
}

/* Cuts `line` into words. */
static enum status cut_words(struct reading *reading, struct slice line)
{
    unsigned column = 1;
    reading->words_count = 0;
    while (line.size > 0) {
        if (is_blank(line.at[0])) {
            line = (struct slice){line.at + 1, line.size - 1};
            column++;
            continue;
        }
        if (slice_starts(line, SLICE("--")))
            return STATUS_OK;
        struct word word = {.column = column, .quoted = line.at[0] == '"'};
        struct slice rest = line;
        if (word.quoted)
            (void)utf8_next(&rest);
        const char *start = rest.at;
        while (rest.size > 0 && (word.quoted ? rest.at[0] != '"' : !is_blank(rest.at[0]))) {
            (void)utf8_next(&rest);
            column++;
        }
        word.text = (struct slice){start, (size_t)(rest.at - start)};
        if (word.quoted) {
            TRY(add_word(reading, word));
            if (rest.size == 0)
                return reading_fault(reading, reading->words_count - 1, SCENE_SAYS_OPEN_QUOTE,
                                     SLICE(""));
            rest = (struct slice){rest.at + 1, rest.size - 1};
            column += 2;
        } else if (word.text.at[0] == '$') {
            TRY(add_let(reading, word));
        } else {
            TRY(add_word(reading, word));
        }
        line = rest;
    }
    return STATUS_OK;
}

enum status reading_next(struct reading *reading)
{
    while (reading->rest.size > 0) {
        const char *end = memchr(reading->rest.at, '\n', reading->rest.size);
        size_t size = end == NULL ? reading->rest.size : (size_t)(end - reading->rest.at);
        struct slice line = {reading->rest.at, size};
        size_t taken = end == NULL ? size : size + 1;
        reading->rest = (struct slice){reading->rest.at + taken, reading->rest.size - taken};
        reading->line++;
        TRY(cut_words(reading, line));
        if (reading->words_count > 0)
            return STATUS_OK;
    }
    return STATUS_END;
}

/* ---- patterns ---- */

static bool take_whole(struct slice *rest, int64_t n, int64_t *out)
{
    if (rest->size > 0 && rest->at[0] == 'n') {
        *out = n;
        *rest = (struct slice){rest->at + 1, rest->size - 1};
        return true;
    }
    size_t digits = 0;
    while (digits < rest->size && rest->at[digits] >= '0' && rest->at[digits] <= '9')
        digits++;
    if (!parse_whole((struct slice){rest->at, digits}, INT64_MAX / 1000000, out))
        return false;
    *rest = (struct slice){rest->at + digits, rest->size - digits};
    return true;
}

static bool take_sign(struct slice *rest, const char *signs, char *sign)
{
    if (rest->size == 0 || strchr(signs, rest->at[0]) == NULL)
        return false;
    *sign = rest->at[0];
    *rest = (struct slice){rest->at + 1, rest->size - 1};
    return true;
}

static bool take_product(struct slice *rest, int64_t n, int64_t *out)
{
    char sign;
    if (!take_whole(rest, n, out))
        return false;
    while (take_sign(rest, "*/%", &sign)) {
        int64_t by;
        if (!take_whole(rest, n, &by) || (sign != '*' && by == 0))
            return false;
        if (sign == '*' && __builtin_mul_overflow(*out, by, out))
            return false;
        if (sign == '/')
            *out /= by;
        if (sign == '%')
            *out %= by;
    }
    return true;
}

static bool take_sum(struct slice *rest, int64_t n, int64_t *out)
{
    char sign;
    if (!take_product(rest, n, out))
        return false;
    while (take_sign(rest, "+-", &sign)) {
        int64_t by;
        if (!take_product(rest, n, &by))
            return false;
        if (sign == '+' ? __builtin_add_overflow(*out, by, out)
                        : __builtin_sub_overflow(*out, by, out))
            return false;
    }
    return true;
}

/* What stands between the braces, as text. */
static bool work_out(const struct reading *reading, struct slice inside, uint64_t purpose,
                     struct text *text)
{
    int64_t low, high, width = 0;
    if (!take_sum(&inside, reading->n, &low))
        return false;
    high = low;
    if (slice_starts(inside, SLICE(".."))) {
        inside = (struct slice){inside.at + 2, inside.size - 2};
        if (!take_sum(&inside, reading->n, &high))
            return false;
    }
    if (inside.size > 0 && inside.at[0] == ':') {
        inside = (struct slice){inside.at + 1, inside.size - 1};
        if (!take_whole(&inside, 0, &width) || width > 18)
            return false;
    }
    if (inside.size > 0 || low < 0 || high < low)
        return false;
    struct chance chance =
        chance_branch(chance_seeded(reading->line), (uint64_t)reading->n * 65536 + purpose);
    uint64_t range = (uint64_t)(high - low) + 1;
    int64_t value = low + (int64_t)(range == 1 ? 0 : chance_below(&chance, range));
    text_addf(text, "%0*lld", (int)width, (long long)value);
    return true;
}

enum status word_written_out(struct reading *reading, unsigned index, struct slice *out)
{
    const struct word *word = &reading->word[index];
    if (word->quoted || memchr(word->text.at, '{', word->text.size) == NULL) {
        *out = word->text;
        return STATUS_OK;
    }
    char bytes[IDENT_BYTES_MAX * 8];
    struct text text = text_over(bytes, sizeof bytes);
    struct slice rest = word->text;
    while (rest.size > 0) {
        const char *close = rest.at[0] == '{' ? memchr(rest.at, '}', rest.size) : NULL;
        if (rest.at[0] != '{') {
            text_add_char(&text, rest.at[0]);
            rest = (struct slice){rest.at + 1, rest.size - 1};
            continue;
        }
        if (close == NULL)
            return STATUS_MALFORMED;
        struct slice inside = {rest.at + 1, (size_t)(close - rest.at - 1)};
        /* The draw depends on where in the line the braces stand, so that two of them differ. */
        uint64_t purpose = (uint64_t)index * 256 + (uint64_t)(rest.at - word->text.at);
        if (!work_out(reading, inside, purpose, &text))
            return STATUS_MALFORMED;
        rest = (struct slice){close + 1, rest.size - inside.size - 2};
    }
    if (text.full)
        return STATUS_MALFORMED;
    return slice_copy(reading->scratch, text_slice(&text), out);
}
