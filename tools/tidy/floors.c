/* floors.c -- who may include whom: rooms, faces and insides, and libraries with one wrapper each.
 *
 * An include is looked up beside the file first, then under src/ (for test/ and tools/ also from
 * the root); what is in none of these places is a breach, since a reader could not find it either.
 * A third-party library belongs to the one room that wraps it; the C library, POSIX, Linux and our
 * test framework belong to everybody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tidy.h"

enum { LIBRARIES_MAX = 256 };

static const char *const EVERYBODYS[] = {
    "aio.h",     "alloca.h",      "assert.h",    "byteswap.h", "cmocka.h",    "complex.h",
    "cpuid.h",   "ctype.h",       "dirent.h",    "dlfcn.h",    "endian.h",    "errno.h",
    "fcntl.h",   "fenv.h",        "float.h",     "fnmatch.h",  "ftw.h",       "getopt.h",
    "glob.h",    "grp.h",         "immintrin.h", "inttypes.h", "iso646.h",    "langinfo.h",
    "libgen.h",  "limits.h",      "locale.h",    "malloc.h",   "math.h",      "mntent.h",
    "netdb.h",   "nl_types.h",    "poll.h",      "pthread.h",  "pwd.h",       "sched.h",
    "search.h",  "semaphore.h",   "setjmp.h",    "signal.h",   "spawn.h",     "stdalign.h",
    "stdarg.h",  "stdatomic.h",   "stdbool.h",   "stddef.h",   "stdint.h",    "stdio.h",
    "stdlib.h",  "stdnoreturn.h", "string.h",    "strings.h",  "sysexits.h",  "syslog.h",
    "termios.h", "tgmath.h",      "threads.h",   "time.h",     "uchar.h",     "unistd.h",
    "utime.h",   "wchar.h",       "wctype.h",    "wordexp.h",  "x86intrin.h", "arm_neon.h",
};
static const char *const EVERYBODYS_FOLDERS[] = {"sys/",   "arpa/", "net/", "netinet/",
                                                 "linux/", "asm/",  "bits/"};

static bool is_everybodys(struct slice name)
{
    for (size_t i = 0; i < sizeof EVERYBODYS / sizeof EVERYBODYS[0]; i++)
        if (slice_equal(name, slice_of(EVERYBODYS[i])))
            return true;
    for (size_t i = 0; i < sizeof EVERYBODYS_FOLDERS / sizeof EVERYBODYS_FOLDERS[0]; i++)
        if (slice_starts(name, slice_of(EVERYBODYS_FOLDERS[i])))
            return true;
    return false;
}

static const struct tidy_file *included_file(const struct tidy_tree *tree,
                                             const struct tidy_file *from, struct slice name)
{
    char room[TIDY_PATH_MAX];
    size_t folder = (size_t)(from->stem.at - from->path.at);
    struct text path = text_over(room, sizeof room);
    text_add(&path, (struct slice){from->path.at, folder});
    text_add(&path, name);
    const struct tidy_file *found = tidy_file_find(tree, text_slice(&path));
    if (found != NULL)
        return found;
    path = text_over(room, sizeof room);
    text_add_string(&path, "src/");
    text_add(&path, name);
    found = tidy_file_find(tree, text_slice(&path));
    return found != NULL || from->in_house ? found : tidy_file_find(tree, name);
}

static void check_include(struct tidy_tree *tree, const struct tidy_file *file,
                          const struct tidy_include *include)
{
    uint32_t line = tidy_line_of(file, include->at);
    const struct tidy_file *other = included_file(tree, file, include->name);
    if (other == NULL) {
        tidy_complain(
            tree, file->path, line,
            "\"%.*s\" is neither beside this file nor under src/: write the path from src/.",
            TIDY_SHOW(include->name));
        return;
    }
    if (other->room < 0 || other->room == file->room)
        return;
    struct slice theirs = tree->rooms[other->room].name;
    bool inside =
        other->stem.size > 7 && memcmp(other->stem.at + other->stem.size - 7, "_inside", 7) == 0;
    if (inside)
        tidy_complain(tree, file->path, line,
                      "%.*s is the inside of %.*s: include the room's face, and widen the face if "
                      "it lacks something.",
                      TIDY_SHOW(include->name), TIDY_SHOW(theirs));
    if (file->room >= 0 && !tree->rooms[file->room].may[other->room])
        tidy_complain(tree, file->path, line,
                      "%.*s may not include %.*s: hand what is needed in through a sink, or change "
                      "FLOORS with a reason.",
                      TIDY_SHOW(tree->rooms[file->room].name), TIDY_SHOW(theirs));
}

struct library {
    struct slice name;
    int room;
    struct slice path; /* where it was seen first */
};

/* <libxml/parser.h> and <libxml/tree.h> are one library. */
static struct slice library_name(struct slice header)
{
    const char *slash = memchr(header.at, '/', header.size);
    return slash == NULL ? header : (struct slice){header.at, (size_t)(slash - header.at)};
}

static void check_library(struct tidy_tree *tree, const struct tidy_file *file,
                          const struct tidy_include *include, struct library *libraries,
                          size_t *libraries_count)
{
    if (file->room < 0 || is_everybodys(include->name))
        return;
    struct slice name = library_name(include->name);
    for (size_t i = 0; i < *libraries_count; i++) {
        struct library *library = &libraries[i];
        if (!slice_equal(library->name, name))
            continue;
        if (library->room != file->room)
            tidy_complain(tree, file->path, tidy_line_of(file, include->at),
                          "<%.*s> belongs to %.*s (%.*s): call that room, not the library.",
                          TIDY_SHOW(include->name), TIDY_SHOW(tree->rooms[library->room].name),
                          TIDY_SHOW(library->path));
        return;
    }
    if (*libraries_count == LIBRARIES_MAX)
        tidy_stop("more than %d libraries", LIBRARIES_MAX);
    libraries[(*libraries_count)++] =
        (struct library){.name = name, .room = file->room, .path = file->path};
}

/* Rooms and the includes between them, as a walk in depth sees them. */
struct floor_walk {
    struct tidy_tree *tree;
    bool edges[TIDY_ROOMS_MAX][TIDY_ROOMS_MAX];
    enum { UNSEEN, ON_THE_WAY, DONE } seen[TIDY_ROOMS_MAX];
    size_t way[TIDY_ROOMS_MAX];
    size_t way_count;
};

static void complain_of_circle(struct floor_walk *walk, size_t back_to)
{
    char room[TIDY_PATH_MAX];
    struct text ring = text_over(room, sizeof room);
    size_t first = walk->way_count;
    while (walk->way[first - 1] != back_to)
        first--;
    for (size_t i = first - 1; i < walk->way_count; i++) {
        text_add(&ring, walk->tree->rooms[walk->way[i]].name);
        text_add_string(&ring, " -> ");
    }
    text_add(&ring, walk->tree->rooms[back_to].name);
    tidy_complain(walk->tree, SLICE("FLOORS"), walk->tree->rooms[back_to].line,
                  "a circle of rooms, %s: one of them must hand its work to a sink instead.", room);
}

/* The depth is bounded by the number of rooms. */
static void visit_room(struct floor_walk *walk, size_t room)
{
    walk->seen[room] = ON_THE_WAY;
    walk->way[walk->way_count++] = room;
    for (size_t other = 0; other < walk->tree->rooms_count; other++) {
        if (!walk->edges[room][other])
            continue;
        if (walk->seen[other] == ON_THE_WAY)
            complain_of_circle(walk, other);
        else if (walk->seen[other] == UNSEEN)
            visit_room(walk, other);
    }
    walk->way_count--;
    walk->seen[room] = DONE;
}

static void check_circles(struct tidy_tree *tree)
{
    struct floor_walk walk = {.tree = tree};
    for (size_t i = 0; i < tree->rooms_count; i++)
        for (size_t j = 0; j < tree->rooms_count; j++) {
            bool everybody = tree->rooms[i].may[i]; /* `*` is a right, not yet an include */
            walk.edges[i][j] = i != j && tree->rooms[i].may[j] && !everybody;
        }
    for (size_t i = 0; i < tree->files_count; i++) {
        const struct tidy_file *file = &tree->files[i];
        for (size_t j = 0; j < file->includes_count && file->room >= 0; j++) {
            const struct tidy_file *other = included_file(tree, file, file->includes[j].name);
            if (!file->includes[j].system && other != NULL && other->room >= 0 &&
                other->room != file->room)
                walk.edges[file->room][other->room] = true;
        }
    }
    for (size_t i = 0; i < tree->rooms_count; i++)
        if (walk.seen[i] == UNSEEN)
            visit_room(&walk, i);
}

void tidy_check_floors(struct tidy_tree *tree)
{
    static struct library libraries[LIBRARIES_MAX];
    size_t libraries_count = 0;
    for (size_t i = 0; i < tree->files_count; i++) {
        const struct tidy_file *file = &tree->files[i];
        if (file->in_house && file->room < 0)
            tidy_complain(
                tree, file->path, 1,
                "lies in no room of FLOORS: move it into one, or give its folder a line.");
        for (size_t j = 0; j < file->includes_count; j++) {
            const struct tidy_include *include = &file->includes[j];
            if (include->system)
                check_library(tree, file, include, libraries, &libraries_count);
            else
                check_include(tree, file, include);
        }
    }
    check_circles(tree);
}
