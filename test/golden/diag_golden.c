/* diag_golden.c -- every diagnostic, word for word, in both tongues.
 *
 * usage: diag_golden FOLDER [--write]
 *
 * A case is NNNN-name.cut; what the compiler says of it stands in NNNN-name.en and NNNN-name.zh.
 * `--write` writes these anew: read the difference before you keep it.  In a case
 *
 *   -- file: more.cut        begins another file of the same rule set
 *   -- golden: pad 4200000   as the first line, makes the case that long, with blanks
 *
 * Beside the words, for every diagnostic of every case:
 *   1. the caret stands below the first character of the span, counted in display columns;
 *   2. with Chinese text and emoji put before the span on its line, it moves by their width;
 *   3. the JSON form has the same place;
 *   4. the suggestion, put in place of the span, mends that error: it is no idle word.
 * And every code of messages.inc is said by some case. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/rule/rule.h"
#include "ground/disk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CASES_MAX = 1024,
    NAME_MAX_BYTES = 256,
    FILES_OF_CASE_MAX = 8,
    SHOWN_MAX = 1 << 20,
    SOURCE_MAX = 8 << 20,
    ARENA_MAX = 512 << 20,
    MESSAGES_MAX = 512
};

struct golden {
    const char *folder;
    bool write;
    struct arena *arena;
    unsigned cases, diags, failures, moved, suggested;
    bool said[MESSAGES_MAX];
};

struct one_case {
    const char *name; /* without ending */
    struct rule_file file[FILES_OF_CASE_MAX];
    uint32_t files_count;
    struct diags diags;
    enum status status;
};

static void fail(struct golden *golden, const struct one_case *one, const char *what)
{
    golden->failures++;
    (void)fprintf(stderr, "%s: %s\n", one->name, what);
}

static void need(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "diag_golden: %s\n", what);
    exit(1);
}

/* ---- reading a case ---- */

static struct slice read_source(struct golden *golden, const char *path)
{
    struct slice source;
    enum disk_fault fault;
    need(disk_read_all(path, SOURCE_MAX, golden->arena, &source, &fault) == STATUS_OK,
         "cannot read a case");
    struct slice pad = SLICE("-- golden: pad ");
    if (!slice_starts(source, pad))
        return source;
    size_t size = (size_t)strtoul(source.at + pad.size, NULL, 10);
    char *padded = NULL;
    need(size >= source.size && arena_take(golden->arena, size, (void **)&padded) == STATUS_OK,
         "no memory for a long case");
    memset(padded, ' ', size);
    memcpy(padded, source.at, source.size);
    return (struct slice){padded, size};
}

static void split_files(struct golden *golden, struct one_case *one, struct slice source)
{
    struct slice head = SLICE("-- file: ");
    char *name;
    size_t size = strlen(one->name) + sizeof ".cut";
    need(arena_take(golden->arena, size, (void **)&name) == STATUS_OK, "no memory");
    (void)snprintf(name, size, "%s.cut", one->name);
    one->files_count = 0;
    struct rule_file *file = &one->file[one->files_count++];
    *file = (struct rule_file){.path = slice_of(name), .source = {source.at, 0}};
    for (size_t at = 0; at < source.size;) {
        const char *stop = memchr(source.at + at, '\n', source.size - at);
        size_t end = stop == NULL ? source.size : (size_t)(stop - source.at) + 1;
        struct slice line = {source.at + at, end - at};
        if (slice_starts(line, head)) {
            need(one->files_count < FILES_OF_CASE_MAX, "too many files in a case");
            if (at != 0)
                file = &one->file[one->files_count++];
            file->path = (struct slice){line.at + head.size, line.size - head.size - 1};
            file->source = (struct slice){line.at, 0};
        }
        file->source.size += line.size;
        at = end;
    }
}

static void compile_case(struct golden *golden, struct one_case *one)
{
    const struct rule_set *set = NULL;
    one->diags = (struct diags){0};
    one->status = rules_check(one->file, one->files_count, golden->arena, &one->diags, &set);
    if (one->status != (one->diags.errors_count == 0 ? STATUS_OK : STATUS_MALFORMED))
        fail(golden, one, "the status does not say whether there are errors");
}

/* ---- the words ---- */

static struct slice show_case(const struct one_case *one, enum tongue tongue, char *room)
{
    struct text text = text_over(room, SHOWN_MAX);
    for (uint32_t i = 0; i < one->diags.count; i++) {
        text_add_diag(&text, &one->diags.diag[i], one->file, tongue, false);
        text_add_char(&text, '\n');
    }
    text_add_diags_count(&text, &one->diags, tongue);
    if (text.size != 0)
        text_add_char(&text, '\n');
    need(!text.full, "the words do not fit");
    return text_slice(&text);
}

static void compare_words(struct golden *golden, const struct one_case *one, enum tongue tongue)
{
    static char room[SHOWN_MAX];
    char path[2 * NAME_MAX_BYTES];
    struct slice shown = show_case(one, tongue, room);
    (void)snprintf(path, sizeof path, "%s/%s.%s", golden->folder, one->name,
                   tongue == TONGUE_EN ? "en" : "zh");
    if (golden->write) {
        FILE *file = fopen(path, "wb");
        need(file != NULL && fwrite(shown.at, 1, shown.size, file) == shown.size &&
                 fclose(file) == 0,
             "cannot write the words");
        return;
    }
    struct slice expected;
    enum disk_fault fault;
    if (disk_read_all(path, SHOWN_MAX, golden->arena, &expected, &fault) != STATUS_OK) {
        fail(golden, one, "its words are missing");
    } else if (!slice_equal(shown, expected)) {
        fail(golden, one, "the words differ; now they are:");
        (void)fwrite(shown.at, 1, shown.size, stderr);
    }
}

/* ---- the caret ---- */

/* Display columns before the first caret of the rendered diagnostic, and of its source line. */
struct seen {
    bool found;
    bool cut; /* the line is too long and shown in part */
    size_t caret;
    struct slice line;
};

static struct slice next_line(struct slice *rest)
{
    const char *stop = memchr(rest->at, '\n', rest->size);
    size_t size = stop == NULL ? rest->size : (size_t)(stop - rest->at);
    struct slice line = {rest->at, size};
    size_t taken = size + (stop != NULL);
    *rest = (struct slice){rest->at + taken, rest->size - taken};
    return line;
}

static struct seen see(struct slice shown)
{
    struct seen seen = {0};
    struct slice rest = shown;
    struct slice before = {0};
    while (rest.size != 0 && !seen.found) {
        struct slice line = next_line(&rest);
        const char *caret = memchr(line.at, '^', line.size);
        const char *bar = memchr(line.at, '|', line.size);
        bool only_blanks = caret != NULL && bar != NULL && bar < caret;
        for (const char *at = bar; only_blanks && ++at < caret;)
            only_blanks = *at == ' ';
        if (only_blanks) {
            seen.found = true;
            seen.caret = (size_t)(caret - line.at);
            seen.line = before;
            seen.cut = memmem(before.at, before.size, "…", 3) != NULL;
        }
        before = line;
    }
    return seen;
}

static struct seen see_diag(const struct diag *diag, const struct rule_file *files, char *room)
{
    struct text text = text_over(room, SHOWN_MAX);
    text_add_diag(&text, diag, files, TONGUE_EN, false);
    need(!text.full, "a diagnostic does not fit");
    return see(text_slice(&text));
}

static size_t line_start(struct slice source, size_t offset)
{
    size_t start = offset;
    while (start > 0 && source.at[start - 1] != '\n')
        start--;
    return start;
}

static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < 0x20 || text.at[i] == 0x7F)
            return false;
    return true;
}

/* 1: below the first character of the span, where nothing before it was replaced. */
static void check_caret(struct golden *golden, const struct one_case *one, const struct diag *diag,
                        struct seen seen)
{
    struct slice source = one->file[diag->where.file].source;
    size_t start = line_start(source, diag->where.start);
    struct slice before = {source.at + start, diag->where.start - start};
    const char *bar = memchr(seen.line.at, '|', seen.line.size);
    if (!seen.found || bar == NULL) {
        fail(golden, one, "a diagnostic without its line and caret");
        return;
    }
    if (seen.cut || !is_plain(before) || !utf8_valid(before) ||
        memmem(before.at, before.size, "\xE2\x80", 2) != NULL ||
        slice_starts(before, SLICE("\xEF\xBB\xBF")))
        return;
    size_t gutter = (size_t)(bar - seen.line.at) + 2;
    if (seen.caret != gutter + utf8_columns(before))
        fail(golden, one, "a caret under the wrong column");
}

/* 2: text of a known width before the span moves the caret by that width. */
static void check_moved(struct golden *golden, const struct one_case *one, const struct diag *diag,
                        struct seen seen)
{
    static const struct slice BEFORE = {"反诈中心📞e\xCC\x81 ", sizeof "反诈中心📞e\xCC\x81 " - 1};
    static char room[SHOWN_MAX];
    struct rule_file files[FILES_OF_CASE_MAX];
    memcpy(files, one->file, sizeof files);
    struct slice source = files[diag->where.file].source;
    size_t start = line_start(source, diag->where.start);
    char *longer;
    if (source.size > SHOWN_MAX)
        return;
    need(arena_take(golden->arena, source.size + BEFORE.size, (void **)&longer) == STATUS_OK,
         "no memory");
    memcpy(longer, source.at, start);
    memcpy(longer + start, BEFORE.at, BEFORE.size);
    memcpy(longer + start + BEFORE.size, source.at + start, source.size - start);
    files[diag->where.file].source = (struct slice){longer, source.size + BEFORE.size};
    struct diag moved = *diag;
    moved.where.start += (uint32_t)BEFORE.size;
    moved.where.end += (uint32_t)BEFORE.size;
    moved.related = (struct span){0};
    struct diag alone = *diag;
    alone.related = (struct span){0};
    seen = see_diag(&alone, one->file, room); /* the gutter depends on the related line, too */
    size_t caret = seen.caret;
    bool cut = seen.cut;
    struct seen after = see_diag(&moved, files, room);
    if (cut || after.cut || memchr(source.at + start, '\t', diag->where.start - start) != NULL)
        return;
    golden->moved++;
    if (!after.found || after.caret != caret + utf8_columns(BEFORE))
        fail(golden, one, "Chinese text before the span moves its caret by another width");
}

/* ---- the same for programs ---- */

/* 3: the number behind a key of the JSON form. */
static long json_number(struct slice json, const char *key)
{
    const char *at = memmem(json.at, json.size, key, strlen(key));
    return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

static void check_json(struct golden *golden, const struct one_case *one, const struct diag *diag)
{
    static char room[SHOWN_MAX];
    struct text text = text_over(room, sizeof room);
    text_add_diag_json(&text, diag, one->file);
    struct slice source = one->file[diag->where.file].source;
    long line = 1;
    for (size_t i = 0; i < diag->where.start; i++)
        line += source.at[i] == '\n';
    struct slice json = text_slice(&text);
    bool right = !text.full && utf8_valid(json) && json_number(json, "\"line\":") == line &&
                 json_number(json, "\"offset\":") == (long)diag->where.start &&
                 json_number(json, "\"code\":\"C") == (long)diag->code &&
                 json_number(json, "\"column\":") <= json_number(json, "\"display_column\":");
    if (!right)
        fail(golden, one, "the JSON form has another place");
}

/* ---- suggestions ---- */

/* 4: the text with the suggestion in it does not have this error at this place any more. */
static void check_suggestion(struct golden *golden, const struct one_case *one,
                             const struct diag *diag)
{
    static struct diags again;
    struct rule_file files[FILES_OF_CASE_MAX];
    if (diag->suggestion.size == 0 || one->diags.dropped != 0)
        return;
    memcpy(files, one->file, sizeof files);
    struct slice source = files[diag->where.file].source;
    size_t behind = source.size - diag->where.end;
    size_t size = diag->where.start + diag->suggestion.size + behind;
    char *better;
    need(arena_take(golden->arena, size, (void **)&better) == STATUS_OK, "no memory");
    memcpy(better, source.at, diag->where.start);
    memcpy(better + diag->where.start, diag->suggestion.at, diag->suggestion.size);
    memcpy(better + size - behind, source.at + diag->where.end, behind);
    files[diag->where.file].source = (struct slice){better, size};
    const struct rule_set *set = NULL;
    again = (struct diags){0};
    enum status status = rules_check(files, one->files_count, golden->arena, &again, &set);
    need(status != STATUS_FULL, "no memory");
    golden->suggested++;
    for (uint32_t i = 0; i < again.count; i++)
        if (again.diag[i].code == diag->code && again.diag[i].where.file == diag->where.file &&
            again.diag[i].where.start == diag->where.start)
            fail(golden, one, "a suggestion does not mend what it is given for");
}

/* ---- all cases ---- */

static void note_code(struct golden *golden, uint16_t code)
{
    for (unsigned i = 0; i < MESSAGES_MAX && message_code(i) != 0; i++)
        if (message_code(i) == code)
            golden->said[i] = true;
}

static void run_case(struct golden *golden, const char *name)
{
    static struct one_case one;
    static char room[SHOWN_MAX];
    char path[2 * NAME_MAX_BYTES];
    one = (struct one_case){.name = name};
    (void)snprintf(path, sizeof path, "%s/%s.cut", golden->folder, name);
    split_files(golden, &one, read_source(golden, path));
    compile_case(golden, &one);
    compare_words(golden, &one, TONGUE_EN);
    compare_words(golden, &one, TONGUE_ZH);
    for (uint32_t i = 0; i < one.diags.count; i++) {
        const struct diag *diag = &one.diags.diag[i];
        struct seen seen = see_diag(diag, one.file, room);
        note_code(golden, diag->code);
        check_caret(golden, &one, diag, seen);
        check_moved(golden, &one, diag, seen);
        check_json(golden, &one, diag);
        check_suggestion(golden, &one, diag);
        golden->diags++;
    }
    golden->cases++;
    arena_reset(golden->arena);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t list_cases(const char *folder, char names[CASES_MAX][NAME_MAX_BYTES])
{
    size_t count = 0;
    DIR *listing = opendir(folder);
    need(listing != NULL, "cannot open the folder of cases");
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        size_t size = strlen(entry->d_name);
        if (size < 5 || strcmp(entry->d_name + size - 4, ".cut") != 0)
            continue;
        need(count < CASES_MAX && size < NAME_MAX_BYTES, "too many cases");
        memcpy(names[count], entry->d_name, size - 4);
        names[count++][size - 4] = '\0';
    }
    (void)closedir(listing);
    qsort(names, count, NAME_MAX_BYTES, compare_names);
    return count;
}

int main(int argc, char **argv)
{
    static char names[CASES_MAX][NAME_MAX_BYTES];
    static struct golden golden;
    need(argc >= 2, "usage: diag_golden FOLDER [--write]");
    golden.folder = argv[1];
    golden.write = argc > 2 && strcmp(argv[2], "--write") == 0;
    need(arena_create(&golden.arena, ARENA_MAX) == STATUS_OK, "no memory");
    size_t count = list_cases(golden.folder, names);
    for (size_t i = 0; i < count; i++)
        run_case(&golden, names[i]);
    for (unsigned i = 0; message_code(i) != 0; i++) {
        if (golden.said[i])
            continue;
        golden.failures++;
        (void)fprintf(stderr, "C%u: no case says it\n", (unsigned)message_code(i));
    }
    printf("%u cases, %u diagnostics, %u carets moved, %u suggestions tried, %u failures\n",
           golden.cases, golden.diags, golden.moved, golden.suggested, golden.failures);
    arena_destroy(golden.arena);
    return golden.failures == 0 ? 0 : 1;
}
