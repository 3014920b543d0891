/* style.c -- the shape of a file: its name, its beginning, its size, its lines, its functions.
 *
 * A list (.inc) is one line each and may be wide; C may not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

/* Names for a kind of code instead of a thing of the domain.  Such a room grows into an attic. */
static const char *const ATTICS[] = {"utils", "util", "common",  "core",    "shared", "base",
                                     "lib",   "libs", "helpers", "helper",  "types",  "misc",
                                     "data",  "info", "manager", "managers"};

static bool is_attic(struct slice name)
{
    for (size_t i = 0; i < sizeof ATTICS / sizeof ATTICS[0]; i++)
        if (slice_equal(name, slice_of(ATTICS[i])))
            return true;
    /* text_util.c is the same attic with a sign on the door */
    for (size_t at = 0; at + 4 <= name.size; at++) {
        bool begins = at == 0 || name.at[at - 1] == '_' || name.at[at - 1] == '-';
        size_t behind = at + 4;
        if (behind < name.size && name.at[behind] == 's')
            behind++;
        bool ends = behind == name.size || name.at[behind] == '_' || name.at[behind] == '-';
        if (begins && ends && memcmp(name.at + at, "util", 4) == 0)
            return true;
    }
    return false;
}

static void check_name(struct tidy_tree *tree, struct slice path, struct slice name)
{
    if (is_attic(name))
        tidy_complain(tree, path, 1,
                      "%.*s names a kind of code: name the thing of the domain that it is about.",
                      TIDY_SHOW(name));
}

static struct slice line_of(const struct tidy_file *file, uint32_t index)
{
    size_t first = file->lines[index];
    size_t end = index + 1 < file->lines_count ? file->lines[index + 1] : file->text.size;
    if (end > first && file->text.at[end - 1] == '\n')
        end--;
    return (struct slice){file->text.at + first, end - first};
}

static void check_beginning(struct tidy_tree *tree, const struct tidy_file *file)
{
    char room[TIDY_PATH_MAX];
    struct text story = text_over(room, sizeof room);
    text_addf(&story, "/* %.*s.%.*s -- ", TIDY_SHOW(file->stem), TIDY_SHOW(file->ending));
    if (!slice_starts(file->text, text_slice(&story)))
        tidy_complain(tree, file->path, 1,
                      "begin the file with its story: `%s...`, what it is in the domain's words.",
                      room);
    if (slice_equal(file->ending, SLICE("inc")))
        return;
    for (uint32_t i = 0; i < file->lines_count; i++)
        if (slice_equal(line_of(file, i), SLICE("/* SPDX-License-Identifier: Apache-2.0 */")))
            return;
    tidy_complain(tree, file->path, 1,
                  "put `/* SPDX-License-Identifier: Apache-2.0 */` on a line of its own behind the "
                  "story.");
}

static void check_lines(struct tidy_tree *tree, const struct tidy_file *file)
{
    bool list = slice_equal(file->ending, SLICE("inc"));
    if (file->lines_count > FILE_LINES_MAX)
        tidy_complain(tree, file->path, FILE_LINES_MAX + 1,
                      "%u lines, at most %d: split the file by its nouns.", file->lines_count,
                      FILE_LINES_MAX);
    for (uint32_t i = 0; i < file->lines_count; i++) {
        struct slice line = line_of(file, i);
        if (memchr(line.at, '\t', line.size) != NULL)
            tidy_complain(tree, file->path, i + 1, "a tab: indent by 4 spaces, write \\t in text.");
        size_t columns = utf8_columns(line);
        if (columns > COLUMNS_OF_LINE_MAX && !list)
            tidy_complain(tree, file->path, i + 1, "%zu columns, at most %d: break the line.",
                          columns, COLUMNS_OF_LINE_MAX);
    }
}

static void check_functions(struct tidy_tree *tree, const struct tidy_file *file)
{
    if (!file->balanced && !slice_equal(file->ending, SLICE("inc")))
        tidy_complain(tree, file->path, 1,
                      "the braces do not balance without the preprocessor: keep whole blocks "
                      "inside one #if.");
    for (size_t i = 0; i < file->functions_count; i++) {
        const struct tidy_function *function = &file->functions[i];
        uint32_t first = tidy_line_of(file, function->first);
        uint32_t lines = tidy_line_of(file, function->last) - first + 1;
        if (lines > FUNCTION_LINES_MAX)
            tidy_complain(tree, file->path, first,
                          "%.*s() has %u lines, at most %d: give a part of it a name of its own.",
                          TIDY_SHOW(function->name), lines, FUNCTION_LINES_MAX);
    }
}

void tidy_check_style(struct tidy_tree *tree)
{
    for (size_t i = 0; i < tree->folders_count; i++) {
        struct slice path = tree->folders[i];
        size_t first = path.size;
        while (first > 0 && path.at[first - 1] != '/')
            first--;
        check_name(tree, path, (struct slice){path.at + first, path.size - first});
    }
    for (size_t i = 0; i < tree->files_count; i++) {
        const struct tidy_file *file = &tree->files[i];
        check_name(tree, file->path, file->stem);
        check_beginning(tree, file);
        check_lines(tree, file);
        check_functions(tree, file);
    }
}
