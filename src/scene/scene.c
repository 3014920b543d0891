/* scene.c -- a script performed: registers first, then the events in the order of their time, on
 * fresh memory.
 *
 *     text --script.c--> registers, events, wishes --registry, engine, alert desk--> seen
 * --seen.c--> checks
 *
 * Invariants:  1. Each scene has its own registry, engine and desk; nothing is left of the one
 * before.
 *              2. Events of the same time keep the order of their lines, so a scene has one
 * meaning.
 *              3. If the text has a fault, no scene of the file is performed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "scene/scene_inside.h"

enum { SCENE_MEMORY_DEFAULT = 64 << 20, SCRATCH_BYTES_MAX = 512 << 20, BOOT_BYTES_MAX = 1 << 30 };

/* Where findings go: noted, then handed on to the desk, whose alerts are noted too. */
struct stage {
    struct seen_list *seen;
    struct finding_sink desk;
};

static enum status take_finding(void *self, const struct finding *finding)
{
    struct stage *stage = self;
    TRY(seen_take_finding(stage->seen, finding));
    return stage->desk.take(stage->desk.self, finding);
}

static enum status take_alert(void *self, const struct alert *alert)
{
    return seen_take_alert(self, alert);
}

static uint32_t gather(const struct script *script, struct record *into)
{
    uint32_t count = 0;
    for (const struct line_of_records *line = script->events; line != NULL; line = line->next)
        into[count++] = line->record;
    return count;
}

/* Merges runs of growing width; stable.  The result is in `*records`, `*spare` is the other array.
 * */
static void sort_by_time(struct record **records, struct record **spare, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            size_t a = start, b = middle;
            for (size_t to = start; to < end; to++) {
                bool left = a < middle && (b == end || (*records)[a].at.ms <= (*records)[b].at.ms);
                (*spare)[to] = left ? (*records)[a++] : (*records)[b++];
            }
        }
        struct record *sorted = *spare;
        *spare = *records;
        *records = sorted;
    }
}

static enum status take_registers(struct registry *registry, const struct script *script)
{
    for (const struct line_of_records *line = script->registers; line != NULL; line = line->next)
        TRY(registry_take(registry, &line->record));
    return STATUS_OK;
}

/* The events of both scripts in order, into the engine. */
static enum status tell_events(struct engine *engine, const struct script *prologue,
                               const struct script *scene, struct arena *scratch)
{
    size_t count = (size_t)prologue->events_count + scene->events_count;
    struct record *records, *spare;
    TRY(ARENA_NEW(scratch, count + 1, &records));
    TRY(ARENA_NEW(scratch, count + 1, &spare));
    uint32_t first = gather(prologue, records);
    (void)gather(scene, records + first);
    sort_by_time(&records, &spare, count);
    for (size_t i = 0; i < count; i += RECORD_BATCH_MAX)
        TRY(engine_take(engine, records + i,
                        count - i < RECORD_BATCH_MAX ? count - i : RECORD_BATCH_MAX));
    return STATUS_OK;
}

static enum status perform(const struct script *prologue, const struct script *scene,
                           const struct scene_options *options, struct arena *boot,
                           struct seen_list *seen)
{
    size_t memory_max = options->memory_max == 0 ? SCENE_MEMORY_DEFAULT : options->memory_max;
    struct registry *registry = NULL;
    struct alert_desk *desk = NULL;
    struct engine *engine = NULL;
    struct stage stage = {.seen = seen};
    struct engine_options engine_options = {.set = options->set,
                                            .threads = options->threads == 0 ? 1 : options->threads,
                                            .memory_max = memory_max,
                                            .zone_minutes = scene->zone_minutes,
                                            .findings = {.take = take_finding, .self = &stage}};
    enum status status = registry_create(&registry, memory_max, boot);
    if (status == STATUS_OK)
        status = take_registers(registry, prologue);
    if (status == STATUS_OK)
        status = take_registers(registry, scene);
    if (status == STATUS_OK)
        status = alert_desk_create(&desk, options->set, memory_max,
                                   (struct alert_sink){take_alert, seen}, boot);
    if (status == STATUS_OK) {
        stage.desk = alert_desk_sink(desk);
        engine_options.registry = registry;
        status = engine_create(&engine, &engine_options, boot);
    }
    if (status == STATUS_OK)
        status = tell_events(engine, prologue, scene, seen->scratch);
    if (engine != NULL)
        engine_destroy(engine);
    if (desk != NULL)
        alert_desk_destroy(desk);
    if (registry != NULL)
        registry_destroy(registry);
    return status;
}

/* One scene, with arenas of its own. */
static enum status play_one(struct slice path, const struct scripts *scripts, uint32_t index,
                            const struct scene_options *options, const struct scene_sink *sink)
{
    const struct script *scene = &scripts->scene[index];
    struct scene_result result = {.path = path,
                                  .line = scene->line,
                                  .title = {scene->title[TONGUE_EN], scene->title[TONGUE_ZH]},
                                  .records = (uint64_t)scripts->prologue.events_count +
                                             scene->events_count};
    struct arena *boot = NULL, *scratch = NULL;
    struct seen_list *seen;
    enum status status = arena_create(&boot, BOOT_BYTES_MAX);
    if (status == STATUS_OK)
        status = arena_create(&scratch, SCRATCH_BYTES_MAX);
    if (status == STATUS_OK)
        status = ARENA_NEW(scratch, 1, &seen);
    if (status == STATUS_OK) {
        seen->set = options->set;
        seen->scratch = scratch;
        status = perform(&scripts->prologue, scene, options, boot, seen);
    }
    if (status == STATUS_OK)
        status = seen_judge(seen, &scripts->prologue, scene, &result);
    if (status == STATUS_OK)
        status = sink->result(sink->self, &result);
    if (scratch != NULL)
        arena_destroy(scratch);
    if (boot != NULL)
        arena_destroy(boot);
    return status;
}

enum status scene_play(struct slice path, struct slice source, const struct scene_options *options,
                       const struct scene_sink *sink)
{
    struct arena *scratch;
    struct scripts *scripts;
    TRY(arena_create(&scratch, SCRATCH_BYTES_MAX));
    enum status status = ARENA_NEW(scratch, 1, &scripts);
    if (status == STATUS_OK)
        status = script_read(path, source, options->set, sink, scratch, scripts);
    for (uint32_t i = 0; status == STATUS_OK && i < scripts->count; i++)
        status = play_one(path, scripts, i, options, sink);
    arena_destroy(scratch);
    return status;
}

enum status scene_run(const char *path, const struct scene_options *options,
                      const struct scene_sink *sink)
{
    struct arena *scratch;
    struct slice source;
    enum disk_fault disk_fault;
    TRY(arena_create(&scratch, 2 * (size_t)SCENE_SOURCE_BYTES_MAX));
    enum status status = disk_read_all(path, SCENE_SOURCE_BYTES_MAX, scratch, &source, &disk_fault);
    if (status == STATUS_OK) {
        status = scene_play(slice_of(path), source, options, sink);
    } else {
        struct scene_fault fault = {
            .path = slice_of(path),
            .reason = {SLICE("the file cannot be read"), SLICE("无法读取该文件")}};
        enum status told = sink->fault(sink->self, &fault);
        status = told == STATUS_OK ? STATUS_IO : told;
    }
    arena_destroy(scratch);
    return status;
}

/* ---- for people ---- */

void text_add_scene_fault(struct text *text, const struct scene_fault *fault, enum tongue tongue)
{
    text_add(text, fault->path);
    if (fault->line > 0)
        text_addf(text, ":%llu:%u", (unsigned long long)fault->line, fault->column);
    text_add_string(text, ": ");
    text_add(text, fault->reason[tongue]);
    text_add_char(text, '\n');
}

static void text_add_check(struct text *text, const struct scene_check *check, enum tongue tongue)
{
    static const struct saying WORDS[] = {
        [SCENE_MET] = SAYING("met", "符合"),
        [SCENE_MISSED] = SAYING("missed", "漏报"),
        [SCENE_FORBIDDEN] = SAYING("forbidden", "误报"),
        [SCENE_UNEXPECTED] = SAYING("unexpected", "意外"),
    };
    text_addf(text, "    %s", WORDS[check->verdict].in[tongue]);
    if (check->line > 0) {
        text_addf(text, tongue == TONGUE_ZH ? "，第 %llu 行：" : ", line %llu: ",
                  (unsigned long long)check->line);
        text_add(text, check->expected);
        text_add_string(text, tongue == TONGUE_ZH ? "\n      实际：" : "\n      came: ");
    } else {
        text_add_string(text, tongue == TONGUE_ZH ? "：" : ": ");
    }
    text_add(text, check->came[tongue]);
    text_add_char(text, '\n');
}

void text_add_scene_result(struct text *text, const struct scene_result *result, enum tongue tongue)
{
    if (tongue == TONGUE_ZH)
        text_add_string(text, result->passed ? "通过  " : "未通过  ");
    else
        text_add_string(text, result->passed ? "passed  " : "FAILED  ");
    text_add(text, result->path);
    text_addf(text, ":%llu  ", (unsigned long long)result->line);
    text_add(text, result->title[tongue]);
    text_addf(text, tongue == TONGUE_ZH ? "（%llu 条记录）\n" : " (%llu records)\n",
              (unsigned long long)result->records);
    for (uint32_t i = 0; i < result->checks_count; i++)
        if (result->check[i].verdict != SCENE_MET)
            text_add_check(text, &result->check[i], tongue);
}
