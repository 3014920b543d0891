/* calls.c -- no ring of files that call each other.
 *
 * A file calls another when it calls, by name, a function that exactly that one file of src/
 * defines for others.  A call through a pointer is no such call: that is what sinks are for, and it
 * is the way out of a ring.  Tests and fuzz targets may call whom they like; nobody can call them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

#include <stdlib.h>

enum { NAMES_MAX = 32768, FILE_CALLS_MAX = 256 };

struct definition {
    struct slice name;
    size_t file;
    bool twice;
};

struct call {
    size_t file;
    struct slice name;
    size_t at;
};

struct caller {
    struct call *calls;
    size_t calls_count;
    enum { UNSEEN, ON_THE_WAY, DONE } seen;
};

struct call_walk {
    struct tidy_tree *tree;
    struct definition *names;
    size_t names_count;
    struct caller *callers; /* one for each file of the tree */
    size_t *way;
    size_t way_count;
};

static bool may_be_called(const struct tidy_file *file)
{
    return file->in_house && !file->is_test && slice_equal(file->ending, SLICE("c"));
}

static int compare_definitions(const void *a, const void *b)
{
    const struct definition *one = a;
    const struct definition *two = b;
    int order = slice_compare(one->name, two->name);
    return order != 0 ? order : (one->file > two->file) - (one->file < two->file);
}

static void collect_names(struct call_walk *walk)
{
    for (size_t i = 0; i < walk->tree->files_count; i++) {
        const struct tidy_file *file = &walk->tree->files[i];
        for (size_t j = 0; j < file->functions_count && may_be_called(file); j++) {
            if (file->functions[j].is_static)
                continue;
            if (walk->names_count == NAMES_MAX)
                tidy_stop("more than %d functions", NAMES_MAX);
            walk->names[walk->names_count++] =
                (struct definition){.name = file->functions[j].name, .file = i};
        }
    }
    qsort(walk->names, walk->names_count, sizeof *walk->names, compare_definitions);
    for (size_t i = 1; i < walk->names_count; i++)
        if (slice_equal(walk->names[i].name, walk->names[i - 1].name))
            walk->names[i].twice = walk->names[i - 1].twice = true;
}

static const struct definition *definition_find(const struct call_walk *walk, struct slice name)
{
    size_t low = 0;
    size_t high = walk->names_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(walk->names[middle].name, name);
        if (order == 0)
            return walk->names[middle].twice ? NULL : &walk->names[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool defines_itself(const struct tidy_file *file, struct slice name)
{
    for (size_t i = 0; i < file->functions_count; i++)
        if (slice_equal(file->functions[i].name, name))
            return true;
    return false;
}

static void note_call(struct caller *caller, size_t file, struct slice name, size_t at)
{
    for (size_t i = 0; i < caller->calls_count; i++)
        if (caller->calls[i].file == file)
            return; /* the first call of each file is enough to show */
    if (caller->calls_count < FILE_CALLS_MAX)
        caller->calls[caller->calls_count++] = (struct call){file, name, at};
}

static void collect_calls(struct call_walk *walk, size_t index)
{
    const struct tidy_file *file = &walk->tree->files[index];
    struct caller *caller = &walk->callers[index];
    if (!may_be_called(file))
        return;
    if (ARENA_NEW(walk->tree->arena, FILE_CALLS_MAX, &caller->calls) != STATUS_OK)
        tidy_stop("the calls need more memory than TIDY_MEMORY_MAX");
    for (size_t i = 0; i < file->functions_count; i++) {
        size_t at = file->functions[i].body;
        for (;;) {
            struct slice word = tidy_word_next(file->code, &at);
            size_t first = (size_t)(word.at - file->code.at);
            if (word.size == 0 || first > file->functions[i].last)
                break;
            if (!tidy_word_called(file->code, word))
                continue;
            const struct definition *definition = definition_find(walk, word);
            if (definition != NULL && definition->file != index && !defines_itself(file, word))
                note_call(caller, definition->file, word, first);
        }
    }
}

static void complain_of_ring(struct call_walk *walk, const struct call *closing)
{
    char room[2 * TIDY_PATH_MAX];
    struct text ring = text_over(room, sizeof room);
    size_t first = walk->way_count;
    while (walk->way[first - 1] != closing->file)
        first--;
    for (size_t i = first - 1; i < walk->way_count; i++) {
        text_add(&ring, walk->tree->files[walk->way[i]].path);
        text_add_string(&ring, " -> ");
    }
    const struct tidy_file *last = &walk->tree->files[walk->way[walk->way_count - 1]];
    text_add(&ring, walk->tree->files[closing->file].path);
    tidy_complain(walk->tree, last->path, tidy_line_of(last, closing->at),
                  "%.*s() closes a ring of files, %s: move what both need below both, or hand the "
                  "upper one in as a sink.",
                  TIDY_SHOW(closing->name), room);
}

/* The depth is bounded by the number of files. */
static void visit_file(struct call_walk *walk, size_t index)
{
    struct caller *caller = &walk->callers[index];
    caller->seen = ON_THE_WAY;
    walk->way[walk->way_count++] = index;
    for (size_t i = 0; i < caller->calls_count; i++) {
        const struct call *call = &caller->calls[i];
        if (walk->callers[call->file].seen == ON_THE_WAY)
            complain_of_ring(walk, call);
        else if (walk->callers[call->file].seen == UNSEEN)
            visit_file(walk, call->file);
    }
    walk->way_count--;
    caller->seen = DONE;
}

void tidy_check_calls(struct tidy_tree *tree)
{
    struct call_walk walk = {.tree = tree};
    if (ARENA_NEW(tree->arena, NAMES_MAX, &walk.names) != STATUS_OK ||
        ARENA_NEW(tree->arena, TIDY_FILES_MAX, &walk.callers) != STATUS_OK ||
        ARENA_NEW(tree->arena, TIDY_FILES_MAX, &walk.way) != STATUS_OK)
        tidy_stop("the calls need more memory than TIDY_MEMORY_MAX");
    collect_names(&walk);
    for (size_t i = 0; i < tree->files_count; i++)
        collect_calls(&walk, i);
    for (size_t i = 0; i < tree->files_count; i++)
        if (walk.callers[i].seen == UNSEEN)
            visit_file(&walk, i);
}
