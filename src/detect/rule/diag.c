/* diag.c -- a diagnostic as people read it, and as programs do.
 *
 *   error[C1207]: unknown field `duraton` of call
 *     --> talk.cut:3:8
 *      |
 *    3 |   when duraton > 180s
 *      |        ^^^^^^^ did you mean `duration`?
 *      |
 *      = note: fields of call: `time` `caller` …
 *
 * The caret stands under the display column: Chinese and emoji take two, tabs go to the next stop
 * of four and are shown as blanks.  What would steer a terminal (escapes, turns of direction) is
 * shown as U+FFFD, so that a rule file cannot lie about itself.
 *
 * Invariant:   a line is shown with the columns by which its caret is placed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_inside.h"
#include "names_inside.h"

struct message_words {
    uint16_t code;
    enum diag_severity severity;
    struct saying sentence;
    struct saying note;
};

static const struct message_words MESSAGES[] = {
#define MESSAGE(code, name, severity, en, zh, note_en, note_zh) \
    {code, DIAG_##severity, {{en, zh}}, {{note_en, note_zh}}},
#include "messages.inc"
#undef MESSAGE
};
enum { MESSAGES_COUNT = sizeof MESSAGES / sizeof MESSAGES[0] };

struct related_words {
    uint16_t code;
    struct saying words;
};

static const struct related_words RELATED_WORDS[] = {
#define RELATED(message, en, zh) {MESSAGE_##message, {{en, zh}}},
#include "related.inc"
#undef RELATED
};

static const struct saying DEFINED_HERE = {{"defined here", "定义在此"}};

static const struct message_words *find_message(uint16_t code)
{
    for (size_t i = 0; i < MESSAGES_COUNT; i++)
        if (MESSAGES[i].code == code)
            return &MESSAGES[i];
    return NULL;
}

static struct saying find_related(uint16_t code)
{
    for (size_t i = 0; i < sizeof RELATED_WORDS / sizeof RELATED_WORDS[0]; i++)
        if (RELATED_WORDS[i].code == code)
            return RELATED_WORDS[i].words;
    return DEFINED_HERE;
}

uint16_t message_code(unsigned index)
{
    return index < MESSAGES_COUNT ? MESSAGES[index].code : 0;
}

/* ---- characters on a terminal ---- */

enum { TAB_COLUMNS = 4 };

/* One code point as it is shown from a display column on; gives the columns that it takes. */
static size_t show_point(uint32_t point, struct slice bytes, size_t column, struct slice *out)
{
    bool turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    bool hides = (point >= 0x200B && point <= 0x200F) || point == 0x2060 || point == 0xFEFF;
    if (point == '\t') {
        size_t blanks = TAB_COLUMNS - column % TAB_COLUMNS;
        *out = (struct slice){"    ", blanks};
        return blanks;
    }
    if (point == 0x200D) { /* it would join emoji into one whose width nobody agrees on */
        *out = (struct slice){0};
        return 0;
    }
    bool wrong = point == 0xFFFD || point < 0x20 || (point >= 0x7F && point < 0xA0);
    if (wrong || turns || hides || point == 0x2028 || point == 0x2029) {
        *out = SLICE("\xEF\xBF\xBD");
        return 1;
    }
    *out = bytes;
    return utf8_columns(bytes);
}

static uint32_t take_point(struct slice *rest, struct slice *bytes)
{
    const char *at = rest->at;
    uint32_t point = utf8_next(rest);
    *bytes = (struct slice){at, (size_t)(rest->at - at)};
    return point;
}

static size_t columns_of(struct slice text)
{
    size_t column = 0;
    while (text.size != 0) {
        struct slice bytes;
        struct slice shown;
        uint32_t point = take_point(&text, &bytes);
        column += show_point(point, bytes, column, &shown);
    }
    return column;
}

/* Text of the rule file inside a sentence. */
static void add_shown(struct text *text, struct slice words)
{
    while (words.size != 0) {
        struct slice bytes;
        struct slice shown;
        uint32_t point = take_point(&words, &bytes);
        (void)show_point(point, bytes, 0, &shown);
        text_add(text, shown);
    }
}

/* ---- sentences ---- */

static bool is_chinese_sign(const char *at)
{
    unsigned char lead = (unsigned char)at[0];
    unsigned char next = (unsigned char)at[1];
    return (lead == 0xE3 && next == 0x80) || (lead == 0xEF && next == 0xBC); /* 。、 and ，：（ */
}

/* In Chinese text a blank stands between Chinese and Latin characters, but for signs. */
static void add_gap(struct text *text, const char *behind, struct slice arg, bool before)
{
    bool latin = arg.size != 0 && (unsigned char)arg.at[before ? 0 : arg.size - 1] < 0x80;
    bool chinese = before ? text->size >= 3 && (unsigned char)text->at[text->size - 1] >= 0x80 &&
                                !is_chinese_sign(text->at + text->size - 3)
                          : (unsigned char)behind[0] >= 0x80 && !is_chinese_sign(behind);
    if (latin && chinese)
        text_add_char(text, ' ');
}

/* `{0}`: the argument; `{t0}`: the argument in the reader's tongue. */
static void add_sentence(struct text *text, const char *sentence, const struct diag *diag,
                         enum tongue tongue)
{
    for (const char *at = sentence; *at != '\0'; at++) {
        bool term = at[0] == '{' && at[1] == 't';
        unsigned digit = (unsigned)(unsigned char)(term ? at[2] : at[0] == '{' ? at[1] : 0) - '0';
        if (digit >= DIAG_ARGS_MAX) {
            text_add_char(text, *at);
            continue;
        }
        struct slice arg = diag->arg[digit];
        if (term)
            arg = term_in(arg, tongue, true);
        at += term ? 3 : 2;
        if (tongue == TONGUE_ZH)
            add_gap(text, at + 1, arg, true);
        add_shown(text, arg);
        if (tongue == TONGUE_ZH)
            add_gap(text, at + 1, arg, false);
    }
}

/* Whether all arguments that the sentence shows are there. */
static bool has_args(const char *sentence, const struct diag *diag)
{
    for (const char *at = sentence; *at != '\0'; at++) {
        if (at[0] != '{')
            continue;
        unsigned digit = (unsigned)(unsigned char)(at[1] == 't' ? at[2] : at[1]) - '0';
        if (digit < DIAG_ARGS_MAX && diag->arg[digit].size == 0)
            return false;
    }
    return true;
}

static bool has_note(const struct message_words *words, const struct diag *diag, enum tongue tongue)
{
    const char *note = words->note.in[tongue];
    return note[0] != '\0' && has_args(note, diag);
}

static void add_question(struct text *text, const struct diag *diag, enum tongue tongue)
{
    struct slice better = diag->suggestion;
    struct slice what = {0};
    if (diag->code == MESSAGE_UNKNOWN_FIELD)
        what = term_in(diag->arg[3], tongue, true);
    if (tongue == TONGUE_ZH) {
        text_addf(text, "是否想写 `%.*s`", SHOW(better));
        if (what.size != 0)
            text_addf(text, "（%.*s）", SHOW(what));
        text_add_string(text, "？");
        return;
    }
    text_addf(text, "did you mean `%.*s`", SHOW(better));
    if (what.size != 0)
        text_addf(text, ", %.*s", SHOW(what));
    text_add_char(text, '?');
}

/* ---- places ---- */

struct place {
    struct slice path;
    struct slice line;  /* without its end */
    size_t line_number; /* from 1 */
    size_t column;      /* code points, from 1 */
    size_t start, end;  /* bytes in the line */
    size_t display;     /* columns before the start */
};

static struct place place_of(struct span span, const struct rule_file *files)
{
    struct slice source = files[span.file].source;
    struct place place = {.path = files[span.file].path, .line_number = 1, .column = 1};
    size_t begin = 0;
    for (size_t i = 0; i < span.start && i < source.size; i++) {
        if (source.at[i] != '\n')
            continue;
        place.line_number++;
        begin = i + 1;
    }
    const char *stop = memchr(source.at + begin, '\n', source.size - begin);
    size_t end = stop == NULL ? source.size : (size_t)(stop - source.at);
    if (end > begin && source.at[end - 1] == '\r')
        end--;
    place.line = (struct slice){source.at + begin, end - begin};
    place.start = span.start - begin < place.line.size ? span.start - begin : place.line.size;
    place.end = span.end - begin < place.line.size ? span.end - begin : place.line.size;
    struct slice before = {place.line.at, place.start};
    place.display = columns_of(before);
    while (before.size != 0) {
        (void)utf8_next(&before);
        place.column++;
    }
    return place;
}

static size_t digits_of(size_t number)
{
    size_t digits = 1;
    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

/* ---- paint ---- */

enum paint { PAINT_NONE, PAINT_ERROR, PAINT_WARNING, PAINT_FRAME, PAINT_STRONG };

static void add_paint(struct text *text, bool colour, enum paint paint)
{
    static const char *const CODES[] = {"\033[0m", "\033[1;31m", "\033[1;33m", "\033[1;34m",
                                        "\033[1m"};
    if (colour)
        text_add_string(text, CODES[paint]);
}

struct canvas {
    struct text *text;
    const struct diag *diag;
    enum tongue tongue;
    bool colour;
    size_t gutter; /* digits of the largest line number */
};

static void add_blanks(struct text *text, size_t count)
{
    while (count-- > 0)
        text_add_char(text, ' ');
}

static void add_bar(const struct canvas *canvas, const char *bar)
{
    add_paint(canvas->text, canvas->colour, PAINT_FRAME);
    add_blanks(canvas->text, canvas->gutter + 2);
    text_add_string(canvas->text, bar);
    add_paint(canvas->text, canvas->colour, PAINT_NONE);
}

/* ---- the line and its caret ---- */

enum { LINE_COLUMNS_MAX = 120, LINE_COLUMNS_BEFORE = 60 };

/* The columns of the line that are shown: around the start, where the line is too long. */
struct view {
    size_t first, last;
};

static struct view view_of(const struct place *place)
{
    struct view view = {0, columns_of(place->line)};
    if (view.last <= LINE_COLUMNS_MAX)
        return view;
    if (place->display > LINE_COLUMNS_BEFORE)
        view.first = place->display - LINE_COLUMNS_BEFORE;
    if (view.last > view.first + LINE_COLUMNS_MAX)
        view.last = view.first + LINE_COLUMNS_MAX;
    return view;
}

/* Shows the line; gives back the columns shown before the start of the span. */
static size_t add_line(struct text *text, const struct place *place, struct view view)
{
    size_t column = 0;
    size_t before = 0;
    size_t shown_columns = 0;
    bool cut = view.first > 0;
    struct slice rest = place->line;
    if (cut) {
        text_add_string(text, "…");
        shown_columns = 1;
    }
    while (rest.size != 0) {
        if ((size_t)(rest.at - place->line.at) == place->start)
            before = shown_columns;
        struct slice bytes;
        struct slice shown;
        uint32_t point = take_point(&rest, &bytes);
        size_t columns = show_point(point, bytes, column, &shown);
        bool inside = column >= view.first && column + columns <= view.last;
        column += columns;
        if (!inside)
            continue;
        text_add(text, shown);
        shown_columns += columns;
    }
    if (place->start == place->line.size)
        before = shown_columns;
    if (column > view.last)
        text_add_string(text, "…");
    return before;
}

/* Columns of the span on its line, tabs counted from where they stand. */
static size_t span_columns(const struct place *place, struct view view)
{
    struct slice upto = {place->line.at, place->end};
    size_t end = columns_of(upto);
    if (end > view.last)
        end = view.last;
    return end > place->display ? end - place->display : 1;
}

static void add_snippet(const struct canvas *canvas, const struct place *place, char mark,
                        enum paint paint)
{
    struct text *text = canvas->text;
    struct view view = view_of(place);
    add_bar(canvas, "|\n");
    add_paint(text, canvas->colour, PAINT_FRAME);
    add_blanks(text, 1 + canvas->gutter - digits_of(place->line_number));
    text_addf(text, "%zu |", place->line_number);
    add_paint(text, canvas->colour, PAINT_NONE);
    if (place->line.size != 0)
        text_add_char(text, ' ');
    size_t before = add_line(text, place, view);
    text_add_char(text, '\n');
    add_bar(canvas, "|");
    add_blanks(text, before + 1);
    add_paint(text, canvas->colour, paint);
    for (size_t i = span_columns(place, view); i-- > 0;)
        text_add_char(text, mark);
}

static void add_arrow(const struct canvas *canvas, const struct place *place)
{
    struct text *text = canvas->text;
    add_paint(text, canvas->colour, PAINT_FRAME);
    add_blanks(text, canvas->gutter + 1);
    text_add_string(text, "-->");
    add_paint(text, canvas->colour, PAINT_NONE);
    text_add_char(text, ' ');
    add_shown(text, place->path);
    text_addf(text, ":%zu:%zu\n", place->line_number, place->column);
}

static void add_related(const struct canvas *canvas, const struct place *place)
{
    struct text *text = canvas->text;
    add_arrow(canvas, place);
    add_snippet(canvas, place, '-', PAINT_FRAME);
    text_addf(text, " %s", find_related(canvas->diag->code).in[canvas->tongue]);
    add_paint(text, canvas->colour, PAINT_NONE);
    text_add_char(text, '\n');
}

static void add_heading(const struct canvas *canvas, const struct message_words *words,
                        enum paint paint)
{
    static const struct saying SEVERITIES[] = {{{"error", "错误"}}, {{"warning", "警告"}}};
    struct text *text = canvas->text;
    bool chinese = canvas->tongue == TONGUE_ZH;
    add_paint(text, canvas->colour, paint);
    text_addf(text, "%s[C%u]", SEVERITIES[canvas->diag->severity].in[canvas->tongue],
              (unsigned)canvas->diag->code);
    add_paint(text, canvas->colour, PAINT_STRONG);
    text_add_string(text, chinese ? "：" : ": ");
    add_sentence(text, words->sentence.in[canvas->tongue], canvas->diag, canvas->tongue);
    add_paint(text, canvas->colour, PAINT_NONE);
    text_add_char(text, '\n');
}

static void add_note(const struct canvas *canvas, const struct message_words *words)
{
    struct text *text = canvas->text;
    bool chinese = canvas->tongue == TONGUE_ZH;
    if (!has_note(words, canvas->diag, canvas->tongue))
        return;
    add_bar(canvas, "|\n");
    add_bar(canvas, "=");
    text_add_string(text, chinese ? " 说明：" : " note: ");
    add_sentence(text, words->note.in[canvas->tongue], canvas->diag, canvas->tongue);
    text_add_char(text, '\n');
}

void text_add_diag(struct text *text, const struct diag *diag, const struct rule_file *files,
                   enum tongue tongue, bool colour)
{
    const struct message_words *words = find_message(diag->code);
    must(words != NULL);
    struct place place = place_of(diag->where, files);
    struct place related = {0};
    bool has_related = diag->related.start != diag->related.end;
    if (has_related)
        related = place_of(diag->related, files);
    size_t last = place.line_number > related.line_number ? place.line_number : related.line_number;
    enum paint paint = diag->severity == DIAG_ERROR ? PAINT_ERROR : PAINT_WARNING;
    struct canvas canvas = {text, diag, tongue, colour, digits_of(last)};
    add_heading(&canvas, words, paint);
    add_arrow(&canvas, &place);
    add_snippet(&canvas, &place, '^', paint);
    if (diag->suggestion.size != 0) {
        text_add_char(text, ' ');
        add_question(text, diag, tongue);
    }
    add_paint(text, colour, PAINT_NONE);
    text_add_char(text, '\n');
    if (has_related)
        add_related(&canvas, &related);
    add_note(&canvas, words);
}

/* ---- for programs ---- */

enum { JSON_BYTES_MAX = 4096 };

static void add_json_sayings(struct text *text, const char *key, struct saying saying,
                             const struct diag *diag)
{
    static const char *const TONGUE_KEYS[] = {"en", "zh"};
    char room[JSON_BYTES_MAX];
    text_addf(text, ",\"%s\":{", key);
    for (unsigned i = 0; i < TONGUES_COUNT; i++) {
        struct text words = text_over(room, sizeof room);
        add_sentence(&words, saying.in[i], diag, (enum tongue)i);
        text_addf(text, "%s\"%s\":", i == 0 ? "" : ",", TONGUE_KEYS[i]);
        text_add_json(text, text_slice(&words));
    }
    text_add_char(text, '}');
}

static void add_json_place(struct text *text, struct span span, const struct rule_file *files)
{
    struct place start = place_of(span, files);
    struct place end = place_of((struct span){span.file, span.end, span.end}, files);
    text_add_string(text, ",\"file\":");
    text_add_json(text, start.path);
    text_addf(text, ",\"line\":%zu,\"offset\":%u,\"column\":%zu,\"display_column\":%zu",
              start.line_number, span.start, start.column, start.display + 1);
    text_addf(text, ",\"end\":{\"line\":%zu,\"offset\":%u,\"column\":%zu,\"display_column\":%zu}",
              end.line_number, span.end, end.column, end.display + 1);
}

void text_add_diag_json(struct text *text, const struct diag *diag, const struct rule_file *files)
{
    const struct message_words *words = find_message(diag->code);
    must(words != NULL);
    text_addf(text, "{\"code\":\"C%u\",\"severity\":\"%s\"", (unsigned)diag->code,
              diag->severity == DIAG_ERROR ? "error" : "warning");
    add_json_sayings(text, "message", words->sentence, diag);
    if (has_note(words, diag, TONGUE_EN))
        add_json_sayings(text, "note", words->note, diag);
    add_json_place(text, diag->where, files);
    if (diag->suggestion.size != 0) {
        text_add_string(text, ",\"suggestion\":");
        text_add_json(text, diag->suggestion);
    }
    if (diag->related.start != diag->related.end) {
        text_add_string(text, ",\"related\":{\"what\":");
        struct saying what = find_related(diag->code);
        text_add_json(text, slice_of(what.in[TONGUE_EN]));
        add_json_place(text, diag->related, files);
        text_add_char(text, '}');
    }
    text_add_char(text, '}');
}

/* ---- all of them, and one of them ---- */

void text_add_diags_count(struct text *text, const struct diags *diags, enum tongue tongue)
{
    uint32_t all = diags->count + diags->dropped;
    uint32_t errors = diags->errors_count;
    uint32_t warnings = all - errors;
    if (all == 0)
        return;
    bool chinese = tongue == TONGUE_ZH;
    if (errors != 0)
        text_addf(text, chinese ? "%u 个错误" : errors == 1 ? "%u error" : "%u errors", errors);
    if (errors != 0 && warnings != 0)
        text_add_string(text, chinese ? "，" : ", ");
    if (warnings != 0)
        text_addf(text,
                  chinese         ? "%u 个警告"
                  : warnings == 1 ? "%u warning"
                                  : "%u warnings",
                  warnings);
    if (diags->dropped != 0)
        text_addf(text, chinese ? "，其中 %u 个未显示" : ", %u of them not shown", diags->dropped);
}

bool text_add_message(struct text *text, uint16_t code, enum tongue tongue)
{
    const struct message_words *words = find_message(code);
    if (words == NULL)
        return false;
    struct diag open = {.code = code, .severity = words->severity};
    for (unsigned i = 0; i < DIAG_ARGS_MAX; i++)
        open.arg[i] = SLICE("…");
    struct canvas canvas = {.text = text, .diag = &open, .tongue = tongue};
    add_heading(&canvas, words, PAINT_NONE);
    if (words->note.in[tongue][0] == '\0')
        return true;
    text_add_string(text, "  ");
    add_sentence(text, words->note.in[tongue], &open, tongue);
    text_add_char(text, '\n');
    return true;
}
