/* lexer.c -- a rule file as words, and kindness for what is written by habit.
 *
 * People who write rules come from SQL, from C, from spreadsheets, and write Chinese: `==`, `&&`,
 * `'x'`, `，`, `5万元`, `24小时`, `当`.  All of that is understood well enough to say what is
 * meant, is complained about once, and then taken for what was meant: one wrong sign, one error.
 *
 * Invariants:  1. Tokens do not overlap, and stand in the order of the text.
 *              2. A file is read twice, first to count: both readings give the same tokens.
 *              3. A number's value is the nearest double of what is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lexer_inside.h"

#include "number_inside.h"

struct lexer {
    struct compile *compile;
    struct slice source;
    uint32_t file;
    size_t at;
    bool mute; /* the counting pass */
    bool comments;
    bool first_on_line;
    uint32_t lines;
    struct token *out; /* NULL while counting */
    uint32_t count;
    uint32_t count_max;
    struct token nowhere; /* written to while counting, never read */
};

static const char *const KEYWORD_WORDS[] = {
    "",
#define KEYWORD(word) #word,
#include "keywords.inc"
#undef KEYWORD
};

const char *keyword_word(enum keyword keyword)
{
    return KEYWORD_WORDS[keyword];
}

enum keyword keyword_find(struct slice word)
{
    for (unsigned i = 1; i < KEYWORDS_COUNT; i++)
        if (slice_equal(word, slice_of(KEYWORD_WORDS[i])))
            return (enum keyword)i;
    return KEYWORD_NONE;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

enum keyword keyword_find_any_case(struct slice word)
{
    char small[IDENT_BYTES_MAX];
    if (word.size > sizeof small)
        return KEYWORD_NONE;
    for (size_t i = 0; i < word.size; i++)
        small[i] = lower(word.at[i]);
    return keyword_find((struct slice){small, word.size});
}

static struct span span_at(const struct lexer *lexer, size_t start, size_t end)
{
    return (struct span){lexer->file, (uint32_t)start, (uint32_t)end};
}

static struct slice source_at(const struct lexer *lexer, size_t start, size_t end)
{
    return (struct slice){lexer->source.at + start, end - start};
}

static void lex_complain(const struct lexer *lexer, enum message message, size_t start, size_t end,
                         struct slice suggestion)
{
    if (lexer->mute)
        return;
    complain(lexer->compile, message,
             (struct complaint){.where = span_at(lexer, start, end),
                                .arg = {source_at(lexer, start, end)},
                                .suggestion = suggestion});
}

static struct token *add_token(struct lexer *lexer, enum token_kind kind, size_t start, size_t end)
{
    struct token *token = &lexer->nowhere;
    if (lexer->out != NULL) {
        must(lexer->count < lexer->count_max);
        token = &lexer->out[lexer->count];
    }
    *token = (struct token){.kind = kind,
                            .first_on_line = lexer->first_on_line,
                            .lines_before = lexer->lines,
                            .span = span_at(lexer, start, end)};
    lexer->count++;
    lexer->first_on_line = false;
    lexer->lines = 0;
    return token;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->source.size ? lexer->source.at[at] : '\0';
}

static size_t line_end(const struct lexer *lexer, size_t from)
{
    const char *found = memchr(lexer->source.at + from, '\n', lexer->source.size - from);
    size_t end = found == NULL ? lexer->source.size : (size_t)(found - lexer->source.at);
    while (end > from && (lexer->source.at[end - 1] == '\r' || lexer->source.at[end - 1] == ' ' ||
                          lexer->source.at[end - 1] == '\t'))
        end--;
    return end;
}

/* ---- what cannot be seen ---- */

static bool is_invisible(uint32_t point)
{
    return point == 0xA0 || point == 0xAD || (point >= 0x2000 && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202F) || (point >= 0x205F && point <= 0x206F) ||
           point == 0xFEFF;
}

/* Characters that turn the direction of writing make a text look like another one. */
static bool turns_direction(uint32_t point)
{
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

static void complain_code_point(const struct lexer *lexer, enum message message, size_t start,
                                size_t end, uint32_t point)
{
    if (lexer->mute)
        return;
    complain(lexer->compile, message,
             (struct complaint){.where = span_at(lexer, start, end),
                                .arg = {compile_text(lexer->compile, "U+%04X", point)}});
}

/* In strings and comments, where any other character may stand. */
static void check_hidden(const struct lexer *lexer, size_t start, size_t end)
{
    struct slice rest = source_at(lexer, start, end);
    while (rest.size != 0) {
        size_t before = end - rest.size;
        uint32_t point = utf8_next(&rest);
        bool control = point < 0x20 || point == 0x7F;
        if ((control && point != '\t') || turns_direction(point))
            complain_code_point(lexer, MESSAGE_HIDDEN_CHARACTER, before, end - rest.size, point);
    }
}

/* ---- comments ---- */

static void lex_comment(struct lexer *lexer, size_t end)
{
    check_hidden(lexer, lexer->at, end);
    if (lexer->comments)
        add_token(lexer, TOKEN_COMMENT, lexer->at, end)->string = source_at(lexer, lexer->at, end);
    lexer->at = end;
}

/* `#`, `//` and slash-star: comments of other languages. */
static bool lex_foreign_comment(struct lexer *lexer)
{
    bool hash = peek(lexer, 0) == '#';
    bool slashes = peek(lexer, 0) == '/' && peek(lexer, 1) == '/';
    bool block = peek(lexer, 0) == '/' && peek(lexer, 1) == '*';
    if (!hash && !slashes && !block)
        return false;
    size_t start = lexer->at;
    lex_complain(lexer, MESSAGE_FOREIGN_COMMENT, start, start + (hash ? 1 : 2),
                 block ? (struct slice){0} : SLICE("--"));
    lexer->at = line_end(lexer, start);
    if (!block)
        return true;
    struct slice source = lexer->source;
    const char *close = memmem(source.at + start + 2, source.size - start - 2, "*/", 2);
    lexer->at = close == NULL ? source.size : (size_t)(close - source.at) + 2;
    return true;
}

/* ---- strings ---- */

/* The bytes between the quotes, without escapes; the source itself where there are none. */
static struct slice unescaped(struct lexer *lexer, size_t start, size_t end)
{
    struct slice raw = source_at(lexer, start, end);
    if (lexer->mute || memchr(raw.at, '\\', raw.size) == NULL)
        return raw;
    char *plain = compile_take(lexer->compile, raw.size);
    if (plain == NULL)
        return raw;
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        if (raw.at[i] == '\\' && i + 1 < raw.size) {
            i++;
            if (raw.at[i] != '"' && raw.at[i] != '\\') {
                lex_complain(
                    lexer, MESSAGE_STRING_ESCAPE, start + i - 1, start + i + 1,
                    compile_text(lexer->compile, "\\\\%c", raw.at[i] > 0x20 ? raw.at[i] : ' '));
                plain[size++] = '\\';
            }
        }
        plain[size++] = raw.at[i];
    }
    return (struct slice){plain, size};
}

static void lex_string(struct lexer *lexer)
{
    size_t start = lexer->at;
    size_t end = line_end(lexer, start);
    size_t i = start + 1;
    while (i < end && lexer->source.at[i] != '"')
        i += lexer->source.at[i] == '\\' && i + 1 < end ? 2 : 1;
    bool closed = i < end && lexer->source.at[i] == '"';
    size_t inside_end = closed ? i : end;
    if (!closed)
        lex_complain(lexer, MESSAGE_STRING_NOT_CLOSED, start, end, (struct slice){0});
    check_hidden(lexer, start + 1, inside_end);
    struct slice string = unescaped(lexer, start + 1, inside_end);
    struct token *token = add_token(lexer, TOKEN_STRING, start, closed ? i + 1 : end);
    token->string = string;
    token->broken = !closed;
    lexer->at = closed ? i + 1 : end;
}

/* A string in other quotes: `'x'`, `“x”`, `「x」`.  `open` is the size of the opening one. */
static void lex_foreign_string(struct lexer *lexer, size_t open)
{
    static const char *const CLOSING[] = {"'", "\"", "”", "“", "’", "‘", "」", "』", "＂", "＇"};
    size_t start = lexer->at;
    size_t line = line_end(lexer, start);
    for (size_t i = start + open; i < line; i++) {
        for (size_t k = 0; k < sizeof CLOSING / sizeof CLOSING[0]; k++) {
            struct slice close = slice_of(CLOSING[k]);
            if (!slice_starts(source_at(lexer, i, line), close))
                continue;
            struct slice inside = source_at(lexer, start + open, i);
            struct slice better = {0};
            if (!lexer->mute)
                better = compile_text(lexer->compile, "\"%.*s\"", SHOW(inside));
            lex_complain(lexer, MESSAGE_STRING_QUOTES, start, i + close.size, better);
            add_token(lexer, TOKEN_STRING, start, i + close.size)->string = inside;
            lexer->at = i + close.size;
            return;
        }
    }
    lex_complain(lexer, MESSAGE_STRING_NOT_CLOSED, start, line, (struct slice){0});
    struct token *token = add_token(lexer, TOKEN_STRING, start, line);
    token->string = source_at(lexer, start + open, line);
    token->broken = true;
    lexer->at = line;
}

/* ---- names ---- */

static void lex_name(struct lexer *lexer)
{
    size_t start = lexer->at;
    size_t end = start;
    while (end < lexer->source.size &&
           (is_name_start(lexer->source.at[end]) || is_digit(lexer->source.at[end])))
        end++;
    if (end - start > IDENT_BYTES_MAX)
        lex_complain(lexer, MESSAGE_NAME_LONG, start, end, (struct slice){0});
    struct token *token = add_token(lexer, TOKEN_NAME, start, end);
    token->string = source_at(lexer, start, end);
    token->keyword = keyword_find(token->string);
    lexer->at = end;
}

struct chinese_keyword {
    const char *chinese;
    enum keyword keyword;
};

static const struct chinese_keyword CHINESE_KEYWORDS[] = {
    {"规则", KEYWORD_rule},   {"画像", KEYWORD_profile}, {"档案", KEYWORD_profile},
    {"当", KEYWORD_when},     {"且", KEYWORD_and},       {"并且", KEYWORD_and},
    {"和", KEYWORD_and},      {"或", KEYWORD_or},        {"或者", KEYWORD_or},
    {"非", KEYWORD_not},      {"不", KEYWORD_not},       {"如果", KEYWORD_if},
    {"那么", KEYWORD_then},   {"否则", KEYWORD_else},    {"标题", KEYWORD_title},
    {"评分", KEYWORD_score},  {"对象", KEYWORD_subject}, {"其中", KEYWORD_where},
    {"未知", KEYWORD_unknown}};

static bool is_foreign_letter(uint32_t point)
{
    return (point >= 0xC0 && point <= 0x52F && point != 0xD7 && point != 0xF7) ||
           (point >= 0x2E80 && point <= 0x2FFF) || (point >= 0x3005 && point <= 0x3007) ||
           (point >= 0x3041 && point <= 0x9FFF) || (point >= 0xAC00 && point <= 0xD7A3) ||
           (point >= 0xF900 && point <= 0xFAFF) || (point >= 0x20000 && point <= 0x3FFFD);
}

/* Letters that are not ASCII, with the ASCII ones that hang on them: one word, one complaint. */
static void lex_foreign_name(struct lexer *lexer)
{
    size_t start = lexer->at;
    struct slice rest = source_at(lexer, start, lexer->source.size);
    size_t end = start;
    while (rest.size != 0) {
        uint32_t point = utf8_next(&rest);
        if (!is_foreign_letter(point) &&
            (point >= 0x80 || (!is_name_start((char)point) && !is_digit((char)point))))
            break;
        end = lexer->source.size - rest.size;
    }
    struct slice word = source_at(lexer, start, end);
    enum keyword keyword = KEYWORD_NONE;
    for (size_t i = 0; i < sizeof CHINESE_KEYWORDS / sizeof CHINESE_KEYWORDS[0]; i++)
        if (slice_equal(word, slice_of(CHINESE_KEYWORDS[i].chinese)))
            keyword = CHINESE_KEYWORDS[i].keyword;
    lex_complain(lexer, MESSAGE_NAME_LETTERS, start, end, slice_of(keyword_word(keyword)));
    struct token *token = add_token(lexer, TOKEN_NAME, start, end);
    token->string = word;
    token->keyword = keyword;
    lexer->at = end;
}

/* ---- numbers ---- */

static void lex_number(struct lexer *lexer)
{
    struct written_number number;
    struct slice rest = source_at(lexer, lexer->at, lexer->source.size);
    number_read(rest, &number);
    size_t start = lexer->at;
    size_t end = start + number.size;
    if (number.fault != NUMBER_FINE && !lexer->mute) {
        static const enum message MESSAGE_OF[] = {
            [NUMBER_ILL_FORMED] = MESSAGE_NUMBER_FORM, [NUMBER_UNIT] = MESSAGE_UNIT_UNKNOWN,
            [NUMBER_TOO_FINE] = MESSAGE_DURATION_FINE, [NUMBER_TOO_LARGE] = MESSAGE_NUMBER_LARGE,
            [NUMBER_CENTS] = MESSAGE_MONEY_FINE,       [NUMBER_CURRENCY] = MESSAGE_CURRENCY_FORM};
        complain(
            lexer->compile, MESSAGE_OF[number.fault],
            (struct complaint){.where = span_at(lexer, start, end),
                               .arg = {source_at(lexer, start, end), number.unit},
                               .suggestion = compile_text(lexer->compile, "%s", number.better)});
    }
    static const enum token_kind KIND_OF[] = {[NUMBER_PLAIN] = TOKEN_NUMBER,
                                              [NUMBER_SPAN] = TOKEN_DURATION,
                                              [NUMBER_MONEY] = TOKEN_MONEY};
    struct token *token = add_token(lexer, KIND_OF[number.sort], start, end);
    token->number = number.value;
    token->string = number.unit;
    lexer->at = end;
}

/* ---- signs ---- */

struct sign {
    const char *written;
    const char *meant; /* NULL: it is right as it is; "": it is not needed */
    enum token_kind kind;
    enum keyword keyword;
};

/* The first that fits is taken, so longer ones stand before their beginnings. */
static const struct sign SIGNS[] = {
    {"{", NULL, TOKEN_OPEN_BRACE, KEYWORD_NONE},
    {"}", NULL, TOKEN_CLOSE_BRACE, KEYWORD_NONE},
    {"(", NULL, TOKEN_OPEN_PAREN, KEYWORD_NONE},
    {")", NULL, TOKEN_CLOSE_PAREN, KEYWORD_NONE},
    {"[", NULL, TOKEN_OPEN_BRACKET, KEYWORD_NONE},
    {"]", NULL, TOKEN_CLOSE_BRACKET, KEYWORD_NONE},
    {",", NULL, TOKEN_COMMA, KEYWORD_NONE},
    {".", NULL, TOKEN_DOT, KEYWORD_NONE},
    {"===", "=", TOKEN_EQUAL, KEYWORD_NONE},
    {"==", "=", TOKEN_EQUAL, KEYWORD_NONE},
    {"=>", ">=", TOKEN_GREATER_EQUAL, KEYWORD_NONE},
    {"=<", "<=", TOKEN_LESS_EQUAL, KEYWORD_NONE},
    {":=", "=", TOKEN_EQUAL, KEYWORD_NONE},
    {"=", NULL, TOKEN_EQUAL, KEYWORD_NONE},
    {"!==", "!=", TOKEN_UNEQUAL, KEYWORD_NONE},
    {"!=", NULL, TOKEN_UNEQUAL, KEYWORD_NONE},
    {"<>", "!=", TOKEN_UNEQUAL, KEYWORD_NONE},
    {"<=", NULL, TOKEN_LESS_EQUAL, KEYWORD_NONE},
    {"<", NULL, TOKEN_LESS, KEYWORD_NONE},
    {">=", NULL, TOKEN_GREATER_EQUAL, KEYWORD_NONE},
    {">", NULL, TOKEN_GREATER, KEYWORD_NONE},
    {"+", NULL, TOKEN_PLUS, KEYWORD_NONE},
    {"->", ".", TOKEN_DOT, KEYWORD_NONE},
    {"-", NULL, TOKEN_MINUS, KEYWORD_NONE},
    {"*", NULL, TOKEN_STAR, KEYWORD_NONE},
    {"/", NULL, TOKEN_SLASH, KEYWORD_NONE},
    {"&&", "and", TOKEN_NAME, KEYWORD_and},
    {"&", "and", TOKEN_NAME, KEYWORD_and},
    {"||", "or", TOKEN_NAME, KEYWORD_or},
    {"|", "or", TOKEN_NAME, KEYWORD_or},
    {"!", "not", TOKEN_NAME, KEYWORD_not},
    {";", "", TOKEN_END, KEYWORD_NONE},
    {":", "", TOKEN_END, KEYWORD_NONE},
    {"，", ",", TOKEN_COMMA, KEYWORD_NONE},
    {"、", ",", TOKEN_COMMA, KEYWORD_NONE},
    {"。", ".", TOKEN_DOT, KEYWORD_NONE},
    {"．", ".", TOKEN_DOT, KEYWORD_NONE},
    {"（", "(", TOKEN_OPEN_PAREN, KEYWORD_NONE},
    {"）", ")", TOKEN_CLOSE_PAREN, KEYWORD_NONE},
    {"［", "[", TOKEN_OPEN_BRACKET, KEYWORD_NONE},
    {"］", "]", TOKEN_CLOSE_BRACKET, KEYWORD_NONE},
    {"【", "[", TOKEN_OPEN_BRACKET, KEYWORD_NONE},
    {"】", "]", TOKEN_CLOSE_BRACKET, KEYWORD_NONE},
    {"｛", "{", TOKEN_OPEN_BRACE, KEYWORD_NONE},
    {"｝", "}", TOKEN_CLOSE_BRACE, KEYWORD_NONE},
    {"＝＝", "=", TOKEN_EQUAL, KEYWORD_NONE},
    {"＝", "=", TOKEN_EQUAL, KEYWORD_NONE},
    {"！＝", "!=", TOKEN_UNEQUAL, KEYWORD_NONE},
    {"≠", "!=", TOKEN_UNEQUAL, KEYWORD_NONE},
    {"＜＝", "<=", TOKEN_LESS_EQUAL, KEYWORD_NONE},
    {"≤", "<=", TOKEN_LESS_EQUAL, KEYWORD_NONE},
    {"＜", "<", TOKEN_LESS, KEYWORD_NONE},
    {"＞＝", ">=", TOKEN_GREATER_EQUAL, KEYWORD_NONE},
    {"≥", ">=", TOKEN_GREATER_EQUAL, KEYWORD_NONE},
    {"＞", ">", TOKEN_GREATER, KEYWORD_NONE},
    {"＋", "+", TOKEN_PLUS, KEYWORD_NONE},
    {"－", "-", TOKEN_MINUS, KEYWORD_NONE},
    {"−", "-", TOKEN_MINUS, KEYWORD_NONE},
    {"–", "-", TOKEN_MINUS, KEYWORD_NONE},
    {"＊", "*", TOKEN_STAR, KEYWORD_NONE},
    {"×", "*", TOKEN_STAR, KEYWORD_NONE},
    {"／", "/", TOKEN_SLASH, KEYWORD_NONE},
    {"÷", "/", TOKEN_SLASH, KEYWORD_NONE},
    {"；", "", TOKEN_END, KEYWORD_NONE},
    {"：", "", TOKEN_END, KEYWORD_NONE},
    {"！", "not", TOKEN_NAME, KEYWORD_not},
};

/* `a % b` is `mod(a, b)`: nothing can be put in the place of the sign alone. */
static bool lex_percent(struct lexer *lexer)
{
    if (peek(lexer, 0) != '%')
        return false;
    lex_complain(lexer, MESSAGE_FOREIGN_OPERATOR, lexer->at, lexer->at + 1, (struct slice){0});
    add_token(lexer, TOKEN_SLASH, lexer->at, lexer->at + 1);
    lexer->at++;
    return true;
}

static enum message sign_message(const struct sign *sign)
{
    if (sign->meant[0] == '\0')
        return MESSAGE_SIGN_NEEDLESS;
    if ((unsigned char)sign->written[0] >= 0x80)
        return MESSAGE_FULLWIDTH_SIGN;
    return sign->kind == TOKEN_EQUAL ? MESSAGE_DOUBLE_EQUALS : MESSAGE_FOREIGN_OPERATOR;
}

static bool lex_sign(struct lexer *lexer)
{
    struct slice rest = source_at(lexer, lexer->at, lexer->source.size);
    for (size_t i = 0; i < sizeof SIGNS / sizeof SIGNS[0]; i++) {
        const struct sign *sign = &SIGNS[i];
        struct slice written = slice_of(sign->written);
        if (!slice_starts(rest, written))
            continue;
        size_t start = lexer->at;
        lexer->at += written.size;
        if (sign->meant != NULL)
            lex_complain(lexer, sign_message(sign), start, lexer->at, slice_of(sign->meant));
        if (sign->kind == TOKEN_END)
            return true;
        struct token *token = add_token(lexer, sign->kind, start, lexer->at);
        token->keyword = sign->keyword;
        token->string = slice_of(keyword_word(sign->keyword));
        return true;
    }
    return false;
}

/* Digits and letters as wide as a Chinese character: `５００`, `ＣＮＹ`. */
static bool lex_fullwidth(struct lexer *lexer)
{
    char narrow[IDENT_BYTES_MAX];
    size_t size = 0;
    struct slice rest = source_at(lexer, lexer->at, lexer->source.size);
    size_t start = lexer->at;
    size_t end = start;
    bool wide = false;
    while (rest.size != 0 && size < sizeof narrow) {
        uint32_t point = utf8_next(&rest);
        bool is_wide = point >= 0xFF01 && point <= 0xFF5E;
        char c = (char)(is_wide ? point - 0xFEE0 : point < 0x80 ? point : 0);
        if (!is_digit(c) && !is_name_start(c))
            break;
        wide |= is_wide;
        narrow[size++] = c;
        end = lexer->source.size - rest.size;
    }
    if (!wide)
        return false;
    struct slice meant = {0};
    if (!lexer->mute)
        meant = compile_text(lexer->compile, "%.*s", (int)size, narrow);
    lex_complain(lexer, MESSAGE_FULLWIDTH_SIGN, start, end, meant);
    struct written_number number = {0};
    if (is_digit(narrow[0]))
        number_read((struct slice){narrow, size}, &number);
    bool plain = is_digit(narrow[0]);
    struct token *token = add_token(lexer, plain ? TOKEN_NUMBER : TOKEN_NAME, start, end);
    token->number = number.value;
    if (plain && number.sort == NUMBER_SPAN)
        token->kind = TOKEN_DURATION;
    token->string = meant;
    token->keyword = plain ? KEYWORD_NONE : keyword_find(meant);
    lexer->at = end;
    return true;
}

static void lex_other(struct lexer *lexer)
{
    struct slice rest = source_at(lexer, lexer->at, lexer->source.size);
    uint32_t point = utf8_next(&rest);
    size_t start = lexer->at;
    size_t end = lexer->source.size - rest.size;
    if (is_foreign_letter(point)) {
        lex_foreign_name(lexer);
        return;
    }
    if (point == 0x201C || point == 0x201D || point == 0x2018 || point == 0x2019 ||
        point == 0x300C || point == 0x300E || point == 0xFF02 || point == 0xFF07) {
        lex_foreign_string(lexer, end - start);
        return;
    }
    bool money = point == 0xA5 || point == 0xFFE5; /* the sign of the yuan, two ways */
    lexer->at = end;
    if (point == 0x3000)
        lex_complain(lexer, MESSAGE_FULLWIDTH_SIGN, start, end, SLICE(" "));
    else if (money)
        lex_complain(lexer, MESSAGE_CURRENCY_FORM, start, end, (struct slice){0});
    else if (is_invisible(point) || point < 0x20 || point == 0x7F)
        complain_code_point(lexer, MESSAGE_HIDDEN_CHARACTER, start, end, point);
    else
        lex_complain(lexer, MESSAGE_STRAY_CHARACTER, start, end, (struct slice){0});
}

/* ---- the file ---- */

/* `/`, `-` and `.` begin more than one thing; the order here decides. */
static void lex_next(struct lexer *lexer)
{
    char c = peek(lexer, 0);
    if (c == '\n') {
        lexer->at++;
        lexer->first_on_line = true;
        lexer->lines += lexer->lines < 2;
    } else if (c == ' ' || c == '\t' || c == '\r') {
        lexer->at++;
    } else if (c == '-' && peek(lexer, 1) == '-') {
        lex_comment(lexer, line_end(lexer, lexer->at));
    } else if (is_name_start(c)) {
        if (!lex_fullwidth(lexer))
            lex_name(lexer);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
        if (!lex_fullwidth(lexer))
            lex_number(lexer);
    } else if (c == '"') {
        lex_string(lexer);
    } else if (c == '\'') {
        lex_foreign_string(lexer, 1);
    } else if (!lex_foreign_comment(lexer) && !lex_percent(lexer) && !lex_sign(lexer) &&
               !lex_fullwidth(lexer)) {
        lex_other(lexer);
    }
}

static void lex_pass(struct lexer *lexer)
{
    lexer->at = slice_starts(lexer->source, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    lexer->count = 0;
    lexer->lines = 0;
    lexer->first_on_line = true;
    while (lexer->at < lexer->source.size)
        lex_next(lexer);
    add_token(lexer, TOKEN_END, lexer->source.size, lexer->source.size);
}

/* A file that is no UTF-8 is usually GBK: every Chinese character would be an error. */
static bool check_utf8(struct compile *compile, uint32_t file, struct slice source)
{
    if (utf8_valid(source))
        return true;
    struct slice rest = source;
    size_t good = 0;
    for (;;) { /* it ends: the source is not valid */
        bool genuine = slice_starts(rest, SLICE("\xEF\xBF\xBD"));
        good = source.size - rest.size;
        if (utf8_next(&rest) == 0xFFFD && !genuine)
            break;
    }
    char byte[8];
    struct text text = text_over(byte, sizeof byte);
    text_addf(&text, "0x%02X", (unsigned)(unsigned char)source.at[good]);
    complain(compile, MESSAGE_NOT_UTF8,
             (struct complaint){.where = {file, (uint32_t)good, (uint32_t)good + 1},
                                .arg = {compile_text(compile, "%s", byte)}});
    return false;
}

bool lex_file(struct compile *compile, uint32_t file, bool comments, struct tokens *out)
{
    struct slice source = compile->files[file].source;
    if (source.size > RULE_SOURCE_BYTES_MAX) {
        complain(compile, MESSAGE_SOURCE_LARGE,
                 (struct complaint){.where = {file, 0, 0},
                                    .arg = {compile_text(compile, "%zu", source.size),
                                            compile_text(compile, "%d", RULE_SOURCE_BYTES_MAX)}});
        return false;
    }
    if (!check_utf8(compile, file, source))
        return false;
    struct lexer lexer = {
        .compile = compile, .source = source, .file = file, .comments = comments, .mute = true};
    lex_pass(&lexer);
    lexer.count_max = lexer.count;
    lexer.out = compile_take(compile, lexer.count * sizeof *lexer.out);
    if (lexer.out == NULL)
        return false;
    lexer.mute = false;
    lex_pass(&lexer);
    must(lexer.count == lexer.count_max);
    *out = (struct tokens){lexer.count, lexer.out};
    return true;
}
