/* scenes.c -- POST /v1/rules/scenes: stories, performed against rules that are not in force.
 *
 * Nothing is kept and nothing is asked of the memory of detection: a scene has records of its own,
 * made up, and memory of its own.  One such request is performed at a time, so that the workers
 * stay everybody's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/draft.h"
#include "rulebook/rulebook.h"
#include "scene/scene.h"

enum { SCENES_BYTES = 4 << 20, ROOM_LEFT = 65536 };

struct stage {
    struct text *text;
    uint64_t played, passed, shown, faults;
};

static void add_both(struct text *text, const char *name, const struct slice says[TONGUES_COUNT])
{
    text_addf(text, "\"%s\":{\"en\":", name);
    text_add_json(text, says[TONGUE_EN]);
    text_add_string(text, ",\"zh\":");
    text_add_json(text, says[TONGUE_ZH]);
    text_add_char(text, '}');
}

static void add_check(struct text *text, const struct scene_check *check)
{
    static const char *const VERDICTS[] = {"met", "missed", "forbidden", "unexpected"};
    text_addf(text, "{\"verdict\":\"%s\",\"line\":%llu,\"expected\":", VERDICTS[check->verdict],
              (unsigned long long)check->line);
    text_add_json(text, check->expected);
    text_add_char(text, ',');
    add_both(text, "came", check->came);
    text_add_char(text, '}');
}

static enum status take_result(void *self, const struct scene_result *result)
{
    struct stage *stage = self;
    struct text *text = stage->text;
    stage->played++;
    stage->passed += result->passed;
    if (stage->shown == SCENES_SHOWN_MAX || text->size_max - text->size < ROOM_LEFT)
        return STATUS_OK;
    text_addf(text, "%s{\"path\":", stage->shown++ == 0 ? "" : ",");
    text_add_json(text, result->path);
    text_addf(text, ",\"line\":%llu,", (unsigned long long)result->line);
    add_both(text, "title", result->title);
    text_addf(text, ",\"passed\":%s,\"records\":%llu,\"subjects\":%llu,\"checks\":[",
              result->passed ? "true" : "false", (unsigned long long)result->records,
              (unsigned long long)result->subjects);
    size_t begun = text->size;
    for (uint32_t i = 0; i < result->checks_count; i++) {
        if (text->size - begun > ROOM_LEFT / 2)
            break; /* one scene fills no answer */
        text_add_string(text, i == 0 ? "" : ",");
        add_check(text, &result->check[i]);
    }
    text_add_string(text, "]}");
    return STATUS_OK;
}

static enum status take_fault(void *self, const struct scene_fault *fault)
{
    struct stage *stage = self;
    struct text *text = stage->text;
    stage->faults++;
    if (stage->shown == SCENES_SHOWN_MAX || text->size_max - text->size < ROOM_LEFT)
        return STATUS_OK;
    text_addf(text, "%s{\"path\":", stage->shown++ == 0 ? "" : ",");
    text_add_json(text, fault->path);
    text_addf(text, ",\"line\":%llu,\"column\":%u,\"passed\":false,",
              (unsigned long long)fault->line, fault->column);
    add_both(text, "fault", fault->reason);
    text_add_char(text, '}');
    return STATUS_OK;
}

static enum status play_all(struct visit *visit, const struct draft *draft, struct stage *stage)
{
    const json_t *scenes = json_object_get(visit->json, "scenes");
    const struct scene_options options = {.set = draft->set};
    const struct scene_sink sink = {take_fault, take_result, stage};
    for (size_t i = 0; i < json_array_size(scenes); i++) {
        const json_t *file = json_array_get(scenes, i);
        const json_t *path = json_object_get(file, "path");
        const json_t *text = json_object_get(file, "text");
        enum status status = scene_play(
            (struct slice){json_string_value(path), json_string_length(path)},
            (struct slice){json_string_value(text), json_string_length(text)}, &options, &sink);
        if (status != STATUS_OK && status != STATUS_MALFORMED) /* faults were told */
            return status;
    }
    return STATUS_OK;
}

static void perform(struct visit *visit, const struct draft *draft)
{
    struct text text = visit_paper(visit, SCENES_BYTES);
    struct stage stage = {.text = &text};
    text_addf(&text, "{\"image\":\"%s\",\"scenes\":[", draft->hex);
    enum status status = text.full ? STATUS_FULL : play_all(visit, draft, &stage);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    text_addf(&text,
              "],\"played\":%llu,\"passed\":%llu,\"failed\":%llu,\"faults\":%llu,\"shown\":%llu}",
              (unsigned long long)stage.played, (unsigned long long)stage.passed,
              (unsigned long long)(stage.played - stage.passed), (unsigned long long)stage.faults,
              (unsigned long long)stage.shown);
    visit_answer_json(visit, 200, &text);
}

void handle_rules_scenes(struct visit *visit)
{
    struct draft draft = {0};
    if (!visit_body(visit))
        return;
    if (atomic_exchange(&visit->api->performing, true)) {
        visit_problem_wait(visit, PROBLEM_too_much, 2);
        return;
    }
    enum status status = draft_compile_asked(visit, &draft);
    if (status == STATUS_OK)
        perform(visit, &draft);
    else if (status == STATUS_MALFORMED)
        draft_wrong(visit, &draft);
    else
        visit_problem_of(visit, status);
    draft_release(&draft);
    atomic_store(&visit->api->performing, false);
}
