/* reader.c -- what must come next, and what to say when something else does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_inside.h"

#include "names_inside.h"

const struct token *reader_look(const struct reader *reader, uint32_t ahead)
{
    uint32_t last = reader->tokens.count - 1;
    uint32_t at = ahead > last - reader->at ? last : reader->at + ahead;
    return &reader->tokens.at[at];
}

const struct token *reader_take(struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    if (token->kind != TOKEN_END)
        reader->at++;
    return token;
}

bool reader_is(const struct reader *reader, enum token_kind kind)
{
    return reader_look(reader, 0)->kind == kind;
}

bool reader_is_word(const struct reader *reader, enum keyword keyword)
{
    return reader_look(reader, 0)->keyword == keyword;
}

bool reader_accept(struct reader *reader, enum token_kind kind)
{
    if (!reader_is(reader, kind))
        return false;
    (void)reader_take(reader);
    return true;
}

bool reader_accept_word(struct reader *reader, enum keyword keyword)
{
    if (!reader_is_word(reader, keyword))
        return false;
    (void)reader_take(reader);
    return true;
}

struct span reader_behind(const struct reader *reader)
{
    if (reader->at == 0)
        return reader_look(reader, 0)->span;
    struct span before = reader->tokens.at[reader->at - 1].span;
    before.start = before.end;
    return before;
}

struct span reader_where(const struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    return token->kind == TOKEN_END ? reader_behind(reader) : token->span;
}

struct slice reader_found(struct reader *reader)
{
    enum { FOUND_MAX = 48 };
    char room[FOUND_MAX];
    struct text text = text_over(room, sizeof room);
    const struct token *token = reader_look(reader, 0);
    if (token->kind == TOKEN_END)
        return SLICE("end of file");
    text_add(&text, compile_source(reader->compile, token->span));
    return compile_text(reader->compile, "`%s%s`", room, text.full ? "…" : "");
}

void reader_complain(struct reader *reader, enum message message, const char *term)
{
    complain(reader->compile, message,
             (struct complaint){.where = reader_where(reader),
                                .arg = {slice_of(term), reader_found(reader)}});
}

bool reader_expect(struct reader *reader, enum token_kind kind, const char *term)
{
    if (reader_accept(reader, kind))
        return true;
    reader_complain(reader, MESSAGE_EXPECTED, term);
    return false;
}

bool reader_expect_word(struct reader *reader, enum keyword keyword)
{
    if (reader_accept_word(reader, keyword))
        return true;
    const struct token *token = reader_look(reader, 0);
    struct slice right = slice_of(keyword_word(keyword));
    struct guess guess = guess_start(token->string);
    if (token->kind == TOKEN_NAME && token->keyword == KEYWORD_NONE)
        guess_try(&guess, right);
    complain(reader->compile, MESSAGE_EXPECTED,
             (struct complaint){.where = reader_where(reader),
                                .arg = {compile_text(reader->compile, "`%.*s`", SHOW(right)),
                                        reader_found(reader)},
                                .suggestion = guess.best});
    if (guess.best.size == 0)
        return false;
    (void)reader_take(reader);
    return true;
}

bool reader_expect_name(struct reader *reader, const char *term, enum keyword next,
                        struct word *out)
{
    const struct token *token = reader_look(reader, 0);
    bool keyword = token->keyword != KEYWORD_NONE;
    bool begins = token->first_on_line && reader_look(reader, 1)->kind != TOKEN_EQUAL;
    bool missing = token->kind != TOKEN_NAME || (keyword && (token->keyword == next || begins));
    if (missing) {
        bool quoted = token->kind == TOKEN_STRING;
        struct slice bare = {0};
        if (quoted && token->string.size != 0)
            bare = token->string;
        complain(reader->compile, MESSAGE_EXPECTED,
                 (struct complaint){.where = reader_where(reader),
                                    .arg = {slice_of(term), reader_found(reader)},
                                    .suggestion = bare});
        return false;
    }
    if (token->keyword != KEYWORD_NONE && (unsigned char)token->string.at[0] < 0x80)
        complain(reader->compile, MESSAGE_NAME_IS_KEYWORD,
                 (struct complaint){
                     .where = reader_where(reader),
                     .arg = {token->string},
                     .suggestion = compile_text(reader->compile, "%.*s_", SHOW(token->string))});
    *out = (struct word){token->string, token->span};
    (void)reader_take(reader);
    return true;
}

/* A number where a duration must be; `24 h` is put together. */
static void complain_duration(struct reader *reader)
{
    const struct token *token = reader_look(reader, 0);
    const struct token *unit = reader_look(reader, 1);
    struct span where = token->span;
    struct slice better = {0};
    static const char *const UNITS[] = {"ms", "s", "m", "h", "d"};
    for (size_t i = 0; token->kind == TOKEN_NUMBER && i < sizeof UNITS / sizeof UNITS[0]; i++) {
        bool is_unit = unit->kind == TOKEN_NAME && !unit->first_on_line &&
                       slice_equal(unit->string, slice_of(UNITS[i]));
        if (!is_unit)
            continue;
        struct slice number = compile_source(reader->compile, token->span);
        better = compile_text(reader->compile, "%.*s%s", SHOW(number), UNITS[i]);
        where = span_join(token->span, unit->span);
    }
    complain(
        reader->compile, MESSAGE_DURATION_EXPECTED,
        (struct complaint){.where = where, .arg = {reader_found(reader)}, .suggestion = better});
    if (better.size != 0)
        (void)reader_take(reader);
}

bool reader_expect_duration(struct reader *reader, struct written_duration *out)
{
    const struct token *token = reader_look(reader, 0);
    bool right = token->kind == TOKEN_DURATION;
    if (!right) {
        bool number = token->kind == TOKEN_NUMBER;
        complain_duration(reader);
        if (!number)
            return false;
    }
    *out = (struct written_duration){right ? (int64_t)token->number : DAY_MS, token->span};
    (void)reader_take(reader);
    return true;
}

bool reader_expect_sayings(struct reader *reader, struct slice out[TONGUES_COUNT],
                           struct span spans[TONGUES_COUNT])
{
    for (unsigned i = 0; i < TONGUES_COUNT; i++) {
        const struct token *token = reader_look(reader, 0);
        if (token->kind != TOKEN_STRING) {
            const struct token *before = &reader->tokens.at[reader->at - 1];
            if (!before->broken)
                reader_complain(reader, i == 0 ? MESSAGE_SAYING_MISSING : MESSAGE_SAYING_SECOND,
                                "string");
            return false;
        }
        out[i] = token->string;
        if (spans != NULL)
            spans[i] = token->span;
        (void)reader_take(reader);
    }
    return true;
}
