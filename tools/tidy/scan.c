/* scan.c -- takes C apart as far as tidy needs: comments, strings, preprocessor lines, functions.
 *
 * Invariants:  1. All views of a file have the size of its text, and its line ends.
 *              2. A string or a character ends at the latest at the end of its line, so that one
 *                 stray quote cannot swallow a file.
 * A function is `name ( ... ) {` outside all braces, with attributes allowed behind the
 * parenthesis.
 * Not chosen:  a real parser.  The house bans what would need one (functions made by macros, braces
 *              that only balance under one #if). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

enum { FUNCTIONS_MAX = 1024, INCLUDES_MAX = 128 };

/* Where the reading of a file stands. */
struct scan {
    struct slice text;
    char *plain, *code, *comments;
    bool line_begun; /* something but blanks stood on this line */
    bool directive;  /* inside a preprocessor line */
};

static bool word_begins(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool word_goes_on(char c)
{
    return word_begins(c) || (c >= '0' && c <= '9');
}

/* 1'000'000: a quote inside a number is no quote. */
static bool inside_number(struct slice text, size_t at)
{
    size_t first = at;
    while (first > 0 && (word_goes_on(text.at[first - 1]) || text.at[first - 1] == '\''))
        first--;
    return first < at && text.at[first] >= '0' && text.at[first] <= '9';
}

/* A comment from `at` on; returns the offset behind it. */
static size_t scan_comment(struct scan *scan, size_t at)
{
    struct slice text = scan->text;
    bool line = text.at[at + 1] == '/';
    size_t end = at + 2;
    while (end < text.size) {
        if (line && text.at[end] == '\n' && text.at[end - 1] != '\\')
            break;
        if (!line && text.at[end] == '/' && text.at[end - 1] == '*' && end > at + 2) {
            end++;
            break;
        }
        end++;
    }
    for (size_t i = at; i < end; i++)
        if (text.at[i] != '\n')
            scan->comments[i] = text.at[i];
    return end;
}

/* A string or a character from `at` on: the quotes stay, the inside goes. */
static size_t scan_quoted(struct scan *scan, size_t at)
{
    struct slice text = scan->text;
    char quote = text.at[at];
    size_t end = at + 1;
    while (end < text.size && text.at[end] != quote && text.at[end] != '\n')
        end += text.at[end] == '\\' && end + 1 < text.size ? 2 : 1;
    if (end > text.size)
        end = text.size;
    scan->plain[at] = quote;
    if (!scan->directive)
        scan->code[at] = quote;
    if (end < text.size && text.at[end] == quote) {
        scan->plain[end] = quote;
        if (!scan->directive)
            scan->code[end] = quote;
        end++;
    }
    return end;
}

static void scan_text(struct scan *scan)
{
    struct slice text = scan->text;
    for (size_t at = 0; at < text.size;) {
        char c = text.at[at];
        char next = at + 1 < text.size ? text.at[at + 1] : '\0';
        if (c == '/' && (next == '/' || next == '*')) {
            at = scan_comment(scan, at);
            continue;
        }
        if (c == '"' || (c == '\'' && !inside_number(text, at))) {
            at = scan_quoted(scan, at);
            scan->line_begun = true;
            continue;
        }
        if (c == '\n') {
            scan->directive = scan->directive && at > 0 && text.at[at - 1] == '\\';
            scan->line_begun = false;
        } else if (c == '#' && !scan->line_begun) {
            scan->directive = true;
        }
        if (c != '\n' && c != ' ' && c != '\t')
            scan->line_begun = true;
        if (c != '\n') {
            scan->plain[at] = c;
            if (!scan->directive)
                scan->code[at] = c;
        }
        at++;
    }
}

static size_t skip_blanks(struct slice view, size_t at)
{
    while (at < view.size && strchr(" \t\n", view.at[at]) != NULL)
        at++;
    return at;
}

/* The offset of the last byte before `at` that is no blank, or SIZE_MAX. */
static size_t back_over_blanks(struct slice view, size_t at)
{
    while (at > 0) {
        at--;
        if (strchr(" \t\n", view.at[at]) == NULL)
            return at;
    }
    return SIZE_MAX;
}

struct slice tidy_word_next(struct slice view, size_t *at)
{
    size_t i = *at;
    while (i < view.size && !word_begins(view.at[i])) {
        if (view.at[i] >= '0' && view.at[i] <= '9')
            while (i < view.size && (word_goes_on(view.at[i]) || view.at[i] == '\''))
                i++; /* 0xFFu is not the word FFu */
        else
            i++;
    }
    size_t first = i;
    while (i < view.size && word_goes_on(view.at[i]))
        i++;
    *at = i;
    return (struct slice){view.at + first, i - first};
}

bool tidy_word_called(struct slice view, struct slice word)
{
    size_t first = (size_t)(word.at - view.at);
    size_t behind = skip_blanks(view, first + word.size);
    if (behind >= view.size || view.at[behind] != '(')
        return false;
    size_t before = back_over_blanks(view, first);
    if (before == SIZE_MAX)
        return true;
    return view.at[before] != '.' &&
           !(view.at[before] == '>' && before > 0 && view.at[before - 1] == '-');
}

/* The offset of the bracket that opens what closes at `at`, or SIZE_MAX. */
static size_t back_to_opening(struct slice view, size_t at, char open, char close)
{
    size_t depth = 0;
    for (size_t i = at + 1; i-- > 0;) {
        if (view.at[i] == close)
            depth++;
        else if (view.at[i] == open && --depth == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The word that ends at `end`, both included. */
static struct slice word_ending(struct slice view, size_t end)
{
    size_t first = end + 1;
    while (first > 0 && word_goes_on(view.at[first - 1]))
        first--;
    return (struct slice){view.at + first, end + 1 - first};
}

/* If a function's parameters end before the brace at `brace`: its name, else empty. */
static struct slice function_name(struct slice view, size_t brace, size_t begin)
{
    size_t at = back_over_blanks(view, brace);
    while (at != SIZE_MAX && at > begin) {
        bool attribute = view.at[at] == ']'; /* [[...]] */
        if (!attribute && view.at[at] != ')')
            break;
        size_t open =
            attribute ? back_to_opening(view, at, '[', ']') : back_to_opening(view, at, '(', ')');
        if (open == SIZE_MAX || open <= begin)
            break;
        size_t end = back_over_blanks(view, open);
        if (end == SIZE_MAX || end < begin)
            break;
        struct slice name = word_ending(view, end);
        if (attribute || slice_equal(name, SLICE("__attribute__"))) {
            at = attribute ? end : back_over_blanks(view, (size_t)(name.at - view.at));
            continue;
        }
        bool is_name = name.size != 0 && word_begins(name.at[0]);
        return is_name ? name : (struct slice){view.at, 0};
    }
    return (struct slice){view.at, 0};
}

static bool has_word(struct slice view, struct slice wanted)
{
    size_t at = 0;
    for (struct slice word = tidy_word_next(view, &at); word.size != 0;
         word = tidy_word_next(view, &at))
        if (slice_equal(word, wanted))
            return true;
    return false;
}

static void find_functions(struct tidy_file *file)
{
    struct slice code = file->code;
    size_t depth = 0;
    size_t begin = 0; /* where the declaration at hand begins */
    struct tidy_function *current = NULL;
    file->balanced = true;
    for (size_t at = 0; at < code.size; at++) {
        char c = code.at[at];
        if (depth == 0 && c == ';')
            begin = at + 1;
        if (c == '{' && depth++ == 0) {
            struct slice name = function_name(code, at, begin);
            if (name.size == 0 || file->functions_count == FUNCTIONS_MAX)
                continue;
            size_t first = (size_t)(name.at - code.at);
            current = &file->functions[file->functions_count++];
            *current = (struct tidy_function){.name = name, .first = first, .body = at};
            current->is_static =
                has_word((struct slice){code.at + begin, first - begin}, SLICE("static"));
        }
        if (c == '}' && depth == 0)
            file->balanced = false;
        else if (c == '}' && --depth == 0) {
            if (current != NULL) {
                current->last = at;
                begin = at + 1;
            }
            current = NULL;
        }
    }
    if (depth != 0) {
        file->balanced = false;
        if (current != NULL)
            current->last = code.size - 1;
    }
}

static void find_includes(struct tidy_file *file)
{
    for (uint32_t line = 0; line < file->lines_count; line++) {
        size_t at = file->lines[line];
        while (at < file->plain.size && strchr(" \t", file->plain.at[at]) != NULL)
            at++;
        if (at >= file->plain.size || file->plain.at[at] != '#')
            continue;
        struct slice word = tidy_word_next(file->plain, &at);
        if (!slice_equal(word, SLICE("include")))
            continue;
        at = skip_blanks(file->plain, at);
        if (at >= file->text.size || (file->text.at[at] != '"' && file->text.at[at] != '<'))
            continue;
        bool system = file->text.at[at] == '<';
        const char *name = file->text.at + at + 1;
        const char *end = memchr(name, system ? '>' : '"', file->text.size - at - 1);
        if (end == NULL || file->includes_count == INCLUDES_MAX)
            continue;
        file->includes[file->includes_count++] =
            (struct tidy_include){.name = {name, (size_t)(end - name)}, .at = at, .system = system};
    }
}

uint32_t tidy_line_of(const struct tidy_file *file, size_t at)
{
    uint32_t low = 0;
    uint32_t high = file->lines_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->lines[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

static void find_lines(struct tidy_file *file)
{
    file->lines_count = 0;
    for (size_t at = 0; at < file->text.size; at++)
        if (at == 0 || file->text.at[at - 1] == '\n')
            file->lines[file->lines_count++] = (uint32_t)at;
}

static char *blank_view(struct tidy_tree *tree, struct slice text)
{
    char *view;
    if (ARENA_NEW(tree->arena, text.size + 1, &view) != STATUS_OK)
        tidy_stop("the tree needs more memory than TIDY_MEMORY_MAX");
    for (size_t i = 0; i < text.size; i++)
        view[i] = text.at[i] == '\n' ? '\n' : ' ';
    return view;
}

void tidy_file_scan(struct tidy_tree *tree, struct tidy_file *file)
{
    struct slice text = file->text;
    struct scan scan = {.text = text};
    scan.plain = blank_view(tree, text);
    scan.code = blank_view(tree, text);
    scan.comments = blank_view(tree, text);
    scan_text(&scan);
    file->plain = (struct slice){scan.plain, text.size};
    file->code = (struct slice){scan.code, text.size};
    file->comments = (struct slice){scan.comments, text.size};
    if (ARENA_NEW(tree->arena, text.size + 1, &file->lines) != STATUS_OK ||
        ARENA_NEW(tree->arena, FUNCTIONS_MAX, &file->functions) != STATUS_OK ||
        ARENA_NEW(tree->arena, INCLUDES_MAX, &file->includes) != STATUS_OK)
        tidy_stop("the tree needs more memory than TIDY_MEMORY_MAX");
    find_lines(file);
    find_functions(file);
    find_includes(file);
}
