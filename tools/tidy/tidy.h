/* tidy.h -- what the checks of tidy share: a source tree, read once, and a list of complaints.
 *
 * A file is kept in four views of the same size, so that an offset means the same place in all of
 * them:
 *
 *   text       as it is on the disk
 *   plain      comments and the insides of strings and characters are blanks
 *   code       `plain` without preprocessor lines
 *   comments   only the comments; everything else is blanks
 *
 * Line ends stay in all views. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/text.h"

enum {
    TIDY_FILES_MAX = 4096,
    TIDY_ROOMS_MAX = 64,
    TIDY_COMPLAINTS_MAX = 4096,
    TIDY_PATH_MAX = 512,
    TIDY_FILE_SIZE_MAX = 4 << 20,
    FUNCTION_LINES_MAX = 70,
    FILE_LINES_MAX = 1000,
    COLUMNS_OF_LINE_MAX = 100
};

/* A function's definition.  Offsets and lines go from its name to the brace that closes it. */
struct tidy_function {
    struct slice name;
    size_t first, body, last; /* offsets of the name, of `{` and of `}` */
    bool is_static;
};

struct tidy_include {
    struct slice name;
    size_t at;
    bool system; /* <name> */
};

struct tidy_file {
    struct slice path;   /* from the root of the tree: "src/alert/alert.c" */
    struct slice stem;   /* "alert" */
    struct slice ending; /* "c" */
    int room;            /* index in FLOORS, or -1: outside the house, or in no room */
    bool in_house;       /* under src/ */
    bool is_test;        /* _test.c or _fuzz.c */
    bool balanced;       /* every brace found its partner */
    struct slice text, plain, code, comments;
    uint32_t *lines; /* offset of the first byte of each line */
    uint32_t lines_count;
    struct tidy_function *functions;
    size_t functions_count;
    struct tidy_include *includes;
    size_t includes_count;
};

struct tidy_room {
    struct slice name;
    bool may[TIDY_ROOMS_MAX];
    uint32_t line; /* in FLOORS */
};

struct tidy_complaint {
    struct slice path;
    uint32_t line;
    struct slice sentence;
};

struct tidy_tree {
    struct arena *arena;
    struct slice root;
    struct tidy_file *files; /* in the order of their paths */
    size_t files_count;
    struct slice *folders;
    size_t folders_count;
    struct tidy_room rooms[TIDY_ROOMS_MAX];
    size_t rooms_count;
    struct tidy_complaint *complaints;
    size_t complaints_count;
};

/* Reads FLOORS and every .c, .h and .inc under src/, tools/, test/ and bench/ below `root`.  Ends
 * the program when the tree cannot be read. */
void tidy_tree_read(struct tidy_tree *tree, const char *root, struct arena *arena);
/* NULL: there is no such file in the tree. */
const struct tidy_file *tidy_file_find(const struct tidy_tree *tree, struct slice path);
uint32_t tidy_line_of(const struct tidy_file *file, size_t at);
/* Fills the views, the lines, the functions and the includes of a file whose text is there. */
void tidy_file_scan(struct tidy_tree *tree, struct tidy_file *file);

/* The next identifier of `view` from `*at` on, which moves behind it; empty at the end. */
struct slice tidy_word_next(struct slice view, size_t *at);
/* Whether the word is called by its name here: `word(`, and not `it.word(` or `it->word(`. */
bool tidy_word_called(struct slice view, struct slice word);

/* What to do, with the words put in, at a line of a file. */
[[gnu::format(printf, 4, 5)]] void tidy_complain(struct tidy_tree *tree, struct slice path,
                                                 uint32_t line, const char *format, ...);
/* Ends the program: the tool itself cannot go on. */
[[gnu::noreturn, gnu::format(printf, 1, 2)]] void tidy_stop(const char *format, ...);

/* The checks.  Each complains in its own words. */
void tidy_check_floors(struct tidy_tree *tree);
void tidy_check_calls(struct tidy_tree *tree);
void tidy_check_style(struct tidy_tree *tree);
void tidy_check_words(struct tidy_tree *tree);

/* For "%.*s". */
#define TIDY_SHOW(slice) (int)(slice).size, (slice).at
