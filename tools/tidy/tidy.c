/* tidy.c -- checks what STYLE.md and FLOORS ask for, as far as a tool can.
 *
 * usage: tidy [FOLDER]          the folder of FLOORS; the working directory if unsaid
 *
 * It reads the tree once and prints one line for each breach: file, line, and what to do about it.
 * The exit code is 1 if there was one, 2 if the tree could not be read.  `meson test` runs it over
 * our own tree, and over the small wrong trees of tools/tidy_test/.
 *
 * A rule that has a reason to be broken somewhere has its exception here, beside the rule, never in
 * the code that it excuses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void tidy_stop(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("tidy: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

void tidy_complain(struct tidy_tree *tree, struct slice path, uint32_t line, const char *format,
                   ...)
{
    if (tree->complaints_count == TIDY_COMPLAINTS_MAX)
        tidy_stop("more than %d complaints", TIDY_COMPLAINTS_MAX);
    char room[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(room, sizeof room, format, arguments);
    va_end(arguments);
    struct tidy_complaint *complaint = &tree->complaints[tree->complaints_count++];
    complaint->path = path;
    complaint->line = line;
    if (slice_copy(tree->arena, slice_of(room), &complaint->sentence) != STATUS_OK)
        tidy_stop("the complaints need more memory than TIDY_MEMORY_MAX");
}

static int compare_complaints(const void *a, const void *b)
{
    const struct tidy_complaint *one = a;
    const struct tidy_complaint *two = b;
    int order = slice_compare(one->path, two->path);
    if (order == 0)
        order = (one->line > two->line) - (one->line < two->line);
    return order != 0 ? order : slice_compare(one->sentence, two->sentence);
}

enum { TIDY_MEMORY_MAX = 1 << 30 };

int main(int argc, char **argv)
{
    if (argc > 2)
        tidy_stop("usage: tidy [FOLDER]");
    static struct tidy_tree tree;
    struct arena *boot;
    if (arena_create(&boot, TIDY_MEMORY_MAX) != STATUS_OK)
        tidy_stop("no memory");
    tidy_tree_read(&tree, argc == 2 ? argv[1] : ".", boot);
    tidy_check_floors(&tree);
    tidy_check_calls(&tree);
    tidy_check_style(&tree);
    tidy_check_words(&tree);

    qsort(tree.complaints, tree.complaints_count, sizeof *tree.complaints, compare_complaints);
    for (size_t i = 0; i < tree.complaints_count; i++) {
        const struct tidy_complaint *it = &tree.complaints[i];
        printf("%.*s:%u: %s\n", TIDY_SHOW(it->path), it->line, it->sentence.at);
    }
    if (tree.complaints_count != 0)
        (void)fprintf(stderr, "tidy: %zu breaches in %zu files\n", tree.complaints_count,
                      tree.files_count);
    int code = tree.complaints_count == 0 ? 0 : 1;
    arena_destroy(boot);
    return code;
}
