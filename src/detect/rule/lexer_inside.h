/* lexer_inside.h -- the words of a rule file. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "compile_inside.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* also keywords, see `keyword` */
    TOKEN_NUMBER,
    TOKEN_DURATION,
    TOKEN_MONEY,
    TOKEN_STRING,
    TOKEN_OPEN_BRACE,
    TOKEN_CLOSE_BRACE,
    TOKEN_OPEN_PAREN,
    TOKEN_CLOSE_PAREN,
    TOKEN_OPEN_BRACKET,
    TOKEN_CLOSE_BRACKET,
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_COMMENT /* only for whoever asks for them: the formatter */
};

enum keyword {
    KEYWORD_NONE,
#define KEYWORD(word) KEYWORD_##word,
#include "keywords.inc"
#undef KEYWORD
    KEYWORDS_COUNT
};

struct token {
    enum token_kind kind;
    enum keyword keyword;
    bool first_on_line;
    uint32_t lines_before; /* line ends between the token before and this one, at most 2 */
    struct span span;
    bool broken;         /* a string without its end: what should follow it may be inside */
    double number;       /* NUMBER; DURATION in milliseconds; MONEY in minor units */
    struct slice string; /* NAME: as written; STRING: without quotes and escapes; MONEY: currency */
};

struct tokens {
    uint32_t count; /* the last one is TOKEN_END */
    struct token *at;
};

/* The tokens of a file.  What is no token is complained about and left out, or taken for what was
 * meant.  `comments`: they are tokens too.  false: the file is no text at all. */
bool lex_file(struct compile *compile, uint32_t file, bool comments, struct tokens *out);

/* KEYWORD_NONE: the word is a name. */
enum keyword keyword_find(struct slice word);
const char *keyword_word(enum keyword keyword);
/* The keyword that the word is in other letters (`AND`), or KEYWORD_NONE. */
enum keyword keyword_find_any_case(struct slice word);
