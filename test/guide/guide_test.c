/* guide_test.c -- every example of a page is run: its ```cut blocks must compile cleanly, its
 * ```scene blocks must come out as they say.  The blocks of one chapter form one rule set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "scene/scene.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE_MAX = 1 << 20, ARENA_MAX = 256 << 20 };

struct tally {
    unsigned chapters, scenes, failed;
};

struct chapter {
    struct slice title;
    struct text rules;
    struct text scenes;
};

static enum status fault_print(void *self, const struct scene_fault *fault)
{
    struct tally *tally = self;
    tally->failed++;
    (void)printf("  line %llu: %.*s\n", (unsigned long long)fault->line,
                 (int)fault->reason[TONGUE_EN].size, fault->reason[TONGUE_EN].at);
    return STATUS_OK;
}

static enum status result_print(void *self, const struct scene_result *result)
{
    struct tally *tally = self;
    tally->scenes++;
    tally->failed += !result->passed;
    (void)printf("  %s  %.*s\n", result->passed ? "ok    " : "FAILED",
                 (int)result->title[TONGUE_EN].size, result->title[TONGUE_EN].at);
    for (uint32_t i = 0; i < result->checks_count && !result->passed; i++) {
        const struct slice came = result->check[i].came[TONGUE_EN];
        (void)printf("      %.*s\n", (int)came.size, came.at);
    }
    return STATUS_OK;
}

static const struct rule_set *chapter_compile(struct chapter *chapter, struct tally *tally,
                                              struct arena *image)
{
    static struct diags diags;
    const struct rule_set *set = NULL;
    struct rule_file file = {chapter->title, text_slice(&chapter->rules)};
    diags = (struct diags){0};
    enum status status = rules_check(&file, 1, image, &diags, &set);
    for (uint32_t i = 0; i < diags.count; i++) {
        static char bytes[4096];
        struct text shown = text_over(bytes, sizeof bytes);
        text_add_diag(&shown, &diags.diag[i], &file, TONGUE_EN, false);
        (void)printf("%s\n", bytes);
        tally->failed++;
    }
    tally->failed += status != STATUS_OK && diags.count == 0;
    return status == STATUS_OK ? set : NULL;
}

/* Compiles the chapter's rules and plays its scenes. */
static void chapter_run(struct chapter *chapter, struct tally *tally)
{
    if (chapter->rules.size == 0)
        return;
    struct arena *image = NULL;
    if (arena_create(&image, ARENA_MAX) != STATUS_OK)
        exit(1);
    tally->chapters++;
    (void)printf("%.*s\n", (int)chapter->title.size, chapter->title.at);
    const struct rule_set *set = chapter_compile(chapter, tally, image);
    struct scene_options options = {.set = set};
    struct scene_sink sink = {fault_print, result_print, tally};
    struct slice stories = text_slice(&chapter->scenes);
    if (set != NULL && scene_play(chapter->title, stories, &options, &sink) != STATUS_OK)
        tally->failed++;
    arena_destroy(image);
    chapter->rules = text_over(chapter->rules.at, PAGE_MAX);
    chapter->scenes = text_over(chapter->scenes.at, PAGE_MAX);
}

static bool line_next(struct slice *rest, struct slice *line)
{
    if (rest->size == 0)
        return false;
    const char *end = memchr(rest->at, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at) + 1;
    *line = (struct slice){rest->at, size};
    *rest = (struct slice){rest->at + size, rest->size - size};
    return true;
}

static void page_run(struct slice page, struct tally *tally)
{
    static char rules[PAGE_MAX];
    static char scenes[PAGE_MAX];
    struct chapter chapter = {.title = SLICE("(start)"),
                              .rules = text_over(rules, sizeof rules),
                              .scenes = text_over(scenes, sizeof scenes)};
    struct text *block = NULL;
    struct slice line = {0};
    while (line_next(&page, &line)) {
        if (block == NULL && slice_starts(line, SLICE("## "))) {
            chapter_run(&chapter, tally);
            chapter.title = (struct slice){line.at, line.size - 1};
        } else if (slice_equal(line, SLICE("```cut\n"))) {
            block = &chapter.rules;
        } else if (slice_equal(line, SLICE("```scene\n"))) {
            block = &chapter.scenes;
        } else if (slice_starts(line, SLICE("```"))) {
            block = NULL;
        } else if (block != NULL) {
            text_add(block, line);
        }
    }
    chapter_run(&chapter, tally);
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    for (int i = 1; i < argc; i++) {
        struct arena *arena = NULL;
        struct slice page = {0};
        enum disk_fault fault = DISK_FINE;
        if (arena_create(&arena, 4 * PAGE_MAX) != STATUS_OK ||
            disk_read_all(argv[i], PAGE_MAX, arena, &page, &fault) != STATUS_OK) {
            (void)printf("cannot read %s\n", argv[i]);
            return 1;
        }
        page_run(page, &tally);
        arena_destroy(arena);
    }
    (void)printf("%u chapters, %u scenes, %u failed\n", tally.chapters, tally.scenes,
                 tally.failed);
    return tally.failed == 0 && tally.scenes > 0 ? 0 : 1;
}
