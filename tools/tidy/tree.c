/* tree.c -- finds and reads the files of a source tree.
 *
 * Only .c, .h and .inc files are read; folders whose name begins with a dot or with `build`, and
 * `tidy_test`, where wrong trees live, are passed by. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "tidy.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const PLACES[] = {"src", "tools", "test", "bench"};

static void *take(struct tidy_tree *tree, size_t size)
{
    void *at;
    if (arena_take(tree->arena, size, &at) != STATUS_OK)
        tidy_stop("the tree needs more memory than TIDY_MEMORY_MAX");
    return at;
}

static struct slice kept(struct tidy_tree *tree, struct slice from)
{
    char *copy = take(tree, from.size + 1);
    memcpy(copy, from.at, from.size);
    return (struct slice){copy, from.size};
}

static struct slice read_file(struct tidy_tree *tree, struct slice path)
{
    char room[TIDY_PATH_MAX];
    struct text full = text_over(room, sizeof room);
    text_addf(&full, "%s/%.*s", tree->root.at, TIDY_SHOW(path));
    struct slice bytes;
    enum disk_fault fault;
    if (disk_read_all(room, TIDY_FILE_SIZE_MAX, tree->arena, &bytes, &fault) != STATUS_OK)
        tidy_stop("%s cannot be read", room);
    return bytes;
}

static bool ends_with(struct slice whole, struct slice end)
{
    return whole.size >= end.size &&
           memcmp(whole.at + whole.size - end.size, end.at, end.size) == 0;
}

static void add_file(struct tidy_tree *tree, struct slice path)
{
    if (tree->files_count == TIDY_FILES_MAX)
        tidy_stop("more than %d files", TIDY_FILES_MAX);
    struct tidy_file *file = &tree->files[tree->files_count++];
    file->path = kept(tree, path);
    const char *slash = strrchr(file->path.at, '/');
    const char *name = slash == NULL ? file->path.at : slash + 1;
    const char *dot = strrchr(name, '.');
    file->stem = (struct slice){name, (size_t)(dot - name)};
    file->ending = slice_of(dot + 1);
    file->in_house = slice_starts(file->path, SLICE("src/"));
    file->is_test =
        ends_with(file->path, SLICE("_test.c")) || ends_with(file->path, SLICE("_fuzz.c"));
    file->room = -1;
    file->text = read_file(tree, file->path);
    tidy_file_scan(tree, file);
}

static bool wanted(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && dot != name &&
           (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".inc") == 0);
}

static void walk(struct tidy_tree *tree, struct slice folder)
{
    char room[TIDY_PATH_MAX];
    struct text path = text_over(room, sizeof room);
    text_addf(&path, "%s/%.*s", tree->root.at, TIDY_SHOW(folder));
    DIR *open = path.full ? NULL : opendir(room);
    if (open == NULL)
        return; /* a place that this tree does not have, or a file */
    tree->folders[tree->folders_count++] = kept(tree, folder);
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        const char *name = entry->d_name;
        if (name[0] == '.' || strncmp(name, "build", 5) == 0 || strcmp(name, "tidy_test") == 0)
            continue;
        struct text inside = text_over(room, sizeof room);
        text_addf(&inside, "%.*s/%s", TIDY_SHOW(folder), name);
        if (inside.full || tree->folders_count == TIDY_FILES_MAX)
            tidy_stop("%s: too long a path, or too many folders", room);
        struct slice copy = kept(tree, text_slice(&inside));
        if (wanted(name))
            add_file(tree, copy);
        else
            walk(tree, copy);
    }
    (void)closedir(open);
}

static int compare_files(const void *a, const void *b)
{
    return slice_compare(((const struct tidy_file *)a)->path, ((const struct tidy_file *)b)->path);
}

const struct tidy_file *tidy_file_find(const struct tidy_tree *tree, struct slice path)
{
    size_t low = 0;
    size_t high = tree->files_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(tree->files[middle].path, path);
        if (order == 0)
            return &tree->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The next word of a line of FLOORS; a word ends at a blank or at a colon. */
static struct slice floor_word(struct slice *line)
{
    while (line->size != 0 && strchr(" \t:", line->at[0]) != NULL) {
        line->at++;
        line->size--;
    }
    size_t size = 0;
    while (size < line->size && strchr(" \t:#", line->at[size]) == NULL)
        size++;
    struct slice word = {line->at, size};
    line->at += size;
    line->size -= size;
    return word;
}

static int room_find(const struct tidy_tree *tree, struct slice name)
{
    for (size_t i = 0; i < tree->rooms_count; i++)
        if (slice_equal(tree->rooms[i].name, name))
            return (int)i;
    return -1;
}

/* One line of FLOORS.  The first pass learns the names, the second one who may include whom. */
static void read_floor(struct tidy_tree *tree, struct slice line, uint32_t number, bool names)
{
    struct slice name = floor_word(&line);
    if (name.size == 0)
        return;
    if (names) {
        if (tree->rooms_count == TIDY_ROOMS_MAX)
            tidy_stop("more than %d rooms", TIDY_ROOMS_MAX);
        if (room_find(tree, name) >= 0)
            tidy_complain(tree, SLICE("FLOORS"), number, "%.*s has two lines: make them one.",
                          TIDY_SHOW(name));
        else
            tree->rooms[tree->rooms_count++] = (struct tidy_room){.name = name, .line = number};
        return;
    }
    struct tidy_room *room = &tree->rooms[room_find(tree, name)];
    for (struct slice word = floor_word(&line); word.size != 0; word = floor_word(&line)) {
        int other = room_find(tree, word);
        if (slice_equal(word, SLICE("*")))
            memset(room->may, true, sizeof room->may);
        else if (other < 0)
            tidy_complain(tree, SLICE("FLOORS"), number, "there is no room %.*s: give it a line.",
                          TIDY_SHOW(word));
        else
            room->may[other] = true;
    }
}

static void read_floors(struct tidy_tree *tree)
{
    struct slice whole = read_file(tree, SLICE("FLOORS"));
    for (int pass = 0; pass < 2; pass++) {
        uint32_t number = 0;
        for (size_t at = 0; at < whole.size;) {
            const char *end = memchr(whole.at + at, '\n', whole.size - at);
            size_t size = end == NULL ? whole.size - at : (size_t)(end - whole.at) - at;
            read_floor(tree, (struct slice){whole.at + at, size}, ++number, pass == 0);
            at += size + 1;
        }
    }
}

/* The room with the longest name that the path lies in. */
static int room_of(const struct tidy_tree *tree, struct slice path)
{
    int found = -1;
    struct slice inside = {path.at + 4, path.size - 4}; /* behind "src/" */
    for (size_t i = 0; i < tree->rooms_count; i++) {
        struct slice name = tree->rooms[i].name;
        if (slice_starts(inside, name) && inside.at[name.size] == '/' &&
            (found < 0 || name.size > tree->rooms[found].name.size))
            found = (int)i;
    }
    return found;
}

void tidy_tree_read(struct tidy_tree *tree, const char *root, struct arena *arena)
{
    tree->arena = arena;
    tree->root = kept(tree, slice_of(root));
    tree->files = take(tree, TIDY_FILES_MAX * sizeof *tree->files);
    tree->folders = take(tree, (TIDY_FILES_MAX + 4) * sizeof *tree->folders);
    tree->complaints = take(tree, TIDY_COMPLAINTS_MAX * sizeof *tree->complaints);
    read_floors(tree);
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        walk(tree, slice_of(PLACES[i]));
    qsort(tree->files, tree->files_count, sizeof *tree->files, compare_files);
    for (size_t i = 0; i < tree->files_count; i++)
        if (tree->files[i].in_house)
            tree->files[i].room = room_of(tree, tree->files[i].path);
}
