/* paths.c -- walking folders for rules and scenes.
 *
 * The order is that of the bytes of the names, so that two machines with two file systems number
 * the files alike.  Names that begin with a dot are left alone.
 *
 * A program at PREFIX/bin/cutline finds its shipped things at PREFIX/share/cutline: the whole can
 * be moved or unpacked anywhere.  One that was built and not installed, at TREE/build/cutline,
 * finds those of its source tree.
 *
 * Not chosen:  the source tree's path as a constant of the program.  Two builds would differ, and
 *              an installed one would read a folder that somebody else may write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"

#include "say.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool path_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* Whether `folder` is one of meson's, below a source tree that has such a thing. */
static bool path_of_tree(char *folder, const char *name, struct text *out)
{
    char bytes[PATH_MAX];
    struct stat about;
    struct text build = text_over(bytes, sizeof bytes);
    text_addf(&build, "%s/build.ninja", folder);
    if (build.full || stat(bytes, &about) != 0)
        return false;
    cut_last(folder);
    struct text tree = text_over(bytes, sizeof bytes);
    text_addf(&tree, "%s/meson.build", folder);
    if (tree.full || stat(bytes, &about) != 0)
        return false;
    struct text found = text_over(bytes, sizeof bytes);
    text_addf(&found, "%s/%s", folder, name);
    if (found.full || !path_is_folder(bytes))
        return false;
    *out = text_over(out->at, out->size_max + 1);
    text_add(out, text_slice(&found));
    return !out->full;
}

bool path_shipped(const char *name, struct text *out)
{
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0)
        return false;
    program[size] = '\0';
    cut_last(program);
    char folder[PATH_MAX];
    memcpy(folder, program, sizeof folder);
    cut_last(program);
    text_addf(out, "%s/share/cutline/%s", program, name);
    return (!out->full && path_is_folder(out->at)) || path_of_tree(folder, name, out);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name);
    size_t end = strlen(ending);
    return size > end && strcmp(name + size - end, ending) == 0;
}

static enum exit_code add_one(struct paths *paths, const struct command *command, const char *path)
{
    if (paths->count == FILES_MAX) {
        COMPLAIN(command, "more than %d files.", "文件多于 %d 个。", FILES_MAX);
        return EXIT_INPUT;
    }
    paths->at[paths->count++] = path;
    return EXIT_DONE;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct walk {
    struct paths *paths;
    const struct command *command;
    const char *ending;
    struct arena *boot;
};

static enum exit_code walk_entry(const struct walk *walk, const char *folder, const char *name,
                                 const char **pending, size_t *pending_count)
{
    char joined[PATH_MAX];
    struct text path = text_over(joined, sizeof joined);
    bool slash = folder[strlen(folder) - 1] == '/';
    text_addf(&path, "%s%s%s", folder, slash ? "" : "/", name);
    struct stat about;
    if (path.full || stat(joined, &about) != 0)
        return EXIT_DONE; /* a dangling link is nobody's rule */
    bool wanted = S_ISREG(about.st_mode) && ends_with(name, walk->ending);
    if (!wanted && !S_ISDIR(about.st_mode))
        return EXIT_DONE;
    struct slice copy;
    if (slice_copy(walk->boot, text_slice(&path), &copy) != STATUS_OK)
        return say_no_memory(walk->command);
    if (wanted)
        return add_one(walk->paths, walk->command, copy.at);
    if (*pending_count == FILES_MAX) {
        COMPLAIN(walk->command, "more than %d folders.", "目录多于 %d 个。", FILES_MAX);
        return EXIT_INPUT;
    }
    pending[(*pending_count)++] = copy.at;
    return EXIT_DONE;
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

/* All folders below `top`, each once, from a list of those still to be read. */
static enum exit_code walk_folders(const struct walk *walk, const char *top)
{
    const char **pending;
    if (ARENA_NEW(walk->boot, FILES_MAX, &pending) != STATUS_OK)
        return say_no_memory(walk->command);
    size_t count = 0;
    pending[count++] = top;
    enum exit_code code = EXIT_DONE;
    while (count != 0 && code == EXIT_DONE) {
        const char *folder = pending[--count];
        if (depth_of(folder) > depth_of(top) + FOLDERS_DEEP_MAX)
            continue; /* a link that leads back up */
        DIR *open = opendir(folder);
        if (open == NULL) {
            COMPLAIN(walk->command, "%s: cannot be read: %s.", "%s：无法读取：%s。", folder,
                     strerror(errno));
            return EXIT_INPUT;
        }
        for (struct dirent *entry; code == EXIT_DONE && (entry = readdir(open)) != NULL;)
            if (entry->d_name[0] != '.')
                code = walk_entry(walk, folder, entry->d_name, pending, &count);
        (void)closedir(open);
    }
    return code;
}

enum exit_code paths_add(struct paths *paths, const struct command *command, const char *path,
                         const char *ending, struct arena *boot)
{
    struct stat about;
    if (strcmp(path, "-") != 0 && stat(path, &about) != 0) {
        COMPLAIN(command, "%s: %s.", "%s：%s。", path, strerror(errno));
        return EXIT_INPUT;
    }
    if (strcmp(path, "-") == 0 || !S_ISDIR(about.st_mode))
        return add_one(paths, command, path);
    uint32_t first = paths->count;
    struct walk walk = {paths, command, ending, boot};
    enum exit_code code = walk_folders(&walk, path);
    if (code == EXIT_DONE && paths->count == first) {
        COMPLAIN(command, "%s: holds no file that ends in %s.", "%s：其中没有以 %s 结尾的文件。",
                 path, ending);
        return EXIT_INPUT;
    }
    qsort(paths->at + first, paths->count - first, sizeof paths->at[0], compare_strings);
    return code;
}
