/* words.c -- functions that may not be called, and debts without a number.
 *
 * Memory has lifetimes (ground/arena.h), so malloc and its family are for arena.c and for open
 * files in disk.c.  The other banned functions write without a bound, keep hidden state, or call
 * wrong input zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

struct banned {
    const char *name;
    const char *instead;
};

static const struct banned ALWAYS[] = {
    {"strcpy", "text_add() knows its bound"},
    {"strcat", "text_add() knows its bound"},
    {"stpcpy", "text_add() knows its bound"},
    {"sprintf", "text_addf() knows its bound"},
    {"vsprintf", "text_addf() knows its bound"},
    {"gets", "disk_read() knows its bound"},
    {"atoi", "it reads rubbish as 0: parse and return a status"},
    {"atol", "it reads rubbish as 0: parse and return a status"},
    {"atoll", "it reads rubbish as 0: parse and return a status"},
    {"atof", "it reads rubbish as 0: parse and return a status"},
    {"strtok", "it keeps hidden state: walk a slice"},
};

static const char *const MEMORY[] = {"malloc",         "calloc",   "realloc",  "free",
                                     "reallocarray",   "strdup",   "strndup",  "aligned_alloc",
                                     "posix_memalign", "asprintf", "vasprintf"};

static const char *const MEMORY_FILES[] = {"src/ground/arena.c", "src/ground/disk.c"};

static bool may_take_memory(const struct tidy_file *file)
{
    if (!file->in_house || file->is_test)
        return true;
    for (size_t i = 0; i < sizeof MEMORY_FILES / sizeof MEMORY_FILES[0]; i++)
        if (slice_equal(file->path, slice_of(MEMORY_FILES[i])))
            return true;
    return false;
}

/* In macros too, so `plain` and not `code` is read. */
static void check_calls_of(struct tidy_tree *tree, const struct tidy_file *file)
{
    bool memory = may_take_memory(file);
    size_t at = 0;
    for (struct slice word = tidy_word_next(file->plain, &at); word.size != 0;
         word = tidy_word_next(file->plain, &at)) {
        if (word.size > 14 || !tidy_word_called(file->plain, word))
            continue;
        uint32_t line = tidy_line_of(file, (size_t)(word.at - file->plain.at));
        for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++)
            if (slice_equal(word, slice_of(ALWAYS[i].name)))
                tidy_complain(tree, file->path, line, "%s() is banned; %s.", ALWAYS[i].name,
                              ALWAYS[i].instead);
        for (size_t i = 0; i < sizeof MEMORY / sizeof MEMORY[0] && !memory; i++)
            if (slice_equal(word, slice_of(MEMORY[i])))
                tidy_complain(tree, file->path, line,
                              "%s() outside ground/arena.c: take memory from the arena whose "
                              "lifetime fits.",
                              MEMORY[i]);
    }
}

/* A debt has a number when `#` and a digit follow it, with a blank or a parenthesis before them. */
static bool has_number(struct slice view, size_t at)
{
    while (at < view.size && (view.at[at] == ' ' || view.at[at] == '('))
        at++;
    return at + 1 < view.size && view.at[at] == '#' && view.at[at + 1] >= '0' &&
           view.at[at + 1] <= '9';
}

static void check_debts(struct tidy_tree *tree, const struct tidy_file *file)
{
    size_t at = 0;
    for (struct slice word = tidy_word_next(file->comments, &at); word.size != 0;
         word = tidy_word_next(file->comments, &at)) {
        bool debt = slice_equal(word, SLICE("TODO")) || slice_equal(word, SLICE("FIXME"));
        if (debt && !has_number(file->comments, at))
            tidy_complain(tree, file->path,
                          tidy_line_of(file, (size_t)(word.at - file->comments.at)),
                          "%.*s without the number of an issue: write `%.*s #12`, or do it now.",
                          TIDY_SHOW(word), TIDY_SHOW(word));
    }
}

void tidy_check_words(struct tidy_tree *tree)
{
    for (size_t i = 0; i < tree->files_count; i++) {
        check_calls_of(tree, &tree->files[i]);
        check_debts(tree, &tree->files[i]);
    }
}
