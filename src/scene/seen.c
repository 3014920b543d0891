/* seen.c -- what came, against what was wished.
 *
 * Findings and alerts are gathered by (typology, subject).  Then each wish looks for a subject that
 * fulfils all of it; a subject that no wish spoke of is a surprise, and surprises fail a scene
 * unless it says `allow others`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scene/scene_inside.h"

static enum status seen_of(struct seen_list *seen, const struct finding *finding, struct seen **out)
{
    enum label label = finding->rule->label;
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->at[i]->label == label && ident_equal(seen->at[i]->subject, finding->subject)) {
            *out = seen->at[i];
            return STATUS_OK;
        }
    }
    struct seen *fresh;
    if (seen->count == SCENE_SEEN_MAX)
        return STATUS_FULL;
    TRY(ARENA_NEW(seen->scratch, 1, &fresh));
    *fresh = (struct seen){.label = label, .subject = finding->subject, .first = finding->at};
    TRY(slice_copy(seen->scratch, finding->subject_text, &fresh->text));
    seen->at[seen->count++] = fresh;
    *out = fresh;
    return STATUS_OK;
}

enum status seen_take_finding(struct seen_list *seen, const struct finding *finding)
{
    struct seen *of;
    TRY(seen_of(seen, finding, &of));
    if (finding->score > of->score)
        of->score = finding->score;
    if (finding->grade > of->grade)
        of->grade = finding->grade;
    size_t rule = (size_t)(finding->rule - seen->set->rule);
    of->rules[rule / 64] |= UINT64_C(1) << rule % 64;
    return STATUS_OK;
}

enum status seen_take_alert(struct seen_list *seen, const struct alert *alert)
{
    struct seen *of;
    TRY(seen_of(seen, alert->finding, &of));
    of->alerts++;
    return STATUS_OK;
}

static bool fired(const struct seen_list *list, const struct seen *seen, struct slice rule)
{
    for (uint32_t i = 0; i < list->set->rules_count; i++)
        if (slice_equal(list->set->rule[i].name, rule))
            return (seen->rules[i / 64] >> i % 64 & 1u) != 0;
    return false;
}

static bool speaks_of(const struct wish *wish, const struct seen *seen)
{
    if (wish->any_label || wish->kind == WISH_NOTHING || wish->kind == WISH_OTHERS)
        return true;
    return wish->label == seen->label &&
           (!ident_known(wish->subject) || ident_equal(wish->subject, seen->subject));
}

static bool fulfils(const struct seen_list *list, const struct wish *wish, const struct seen *seen)
{
    return (wish->rule.size == 0 || fired(list, seen, wish->rule)) &&
           seen->score >= wish->score_min && seen->score <= wish->score_max &&
           seen->grade >= wish->grade_min && seen->grade <= wish->grade_max &&
           (wish->before.ms == MOMENT_NONE.ms || seen->first.ms < wish->before.ms) &&
           (wish->after.ms == MOMENT_NONE.ms || seen->first.ms >= wish->after.ms) &&
           seen->alerts >= wish->times_min && seen->alerts <= wish->times_max;
}

/* "gateway 35000000000001 at 09:40:00 score 0.65 grade high times 1 by goip_gateway, sim_bank" */
static void text_add_seen(struct text *text, const struct seen_list *list, const struct seen *seen,
                          int32_t zone_minutes, enum tongue tongue)
{
    struct civil civil = civil_of_moment(seen->first, zone_minutes);
    text_addf(text, "%s ", label_name(seen->label));
    text_add(text, seen->text);
    text_addf(text,
              tongue == TONGUE_ZH ? "，%02d-%02d %02d:%02d:%02d 首报，分值 %.2f"
                                  : " at %02d-%02d %02d:%02d:%02d, score %.2f",
              civil.month, civil.day, civil.hour, civil.minute, civil.second, seen->score);
    if (seen->grade != GRADE_NONE)
        text_addf(text, tongue == TONGUE_ZH ? "，等级 %s" : ", grade %s", grade_name(seen->grade));
    text_addf(text, tongue == TONGUE_ZH ? "，共 %llu 次，规则" : ", times %llu, by",
              (unsigned long long)seen->alerts);
    for (uint32_t i = 0; i < list->set->rules_count; i++) {
        if ((seen->rules[i / 64] >> i % 64 & 1u) == 0)
            continue;
        text_add_char(text, ' ');
        text_add(text, list->set->rule[i].name);
    }
}

/* A check with the words for what came: `seen`, or nothing. */
static enum status write_check(struct seen_list *list, const struct wish *wish,
                               const struct seen *seen, int32_t zone_minutes,
                               struct scene_check *check)
{
    if (wish != NULL) {
        check->line = wish->line;
        check->expected = wish->written;
    }
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        char bytes[SCENE_CAME_BYTES_MAX];
        struct text text = text_over(bytes, sizeof bytes);
        if (seen != NULL)
            text_add_seen(&text, list, seen, zone_minutes, (enum tongue)tongue);
        else
            text_add_string(&text, tongue == TONGUE_ZH ? "无" : "nothing");
        TRY(slice_copy(list->scratch, text_slice(&text), &check->came[tongue]));
    }
    return STATUS_OK;
}

/* One wish: marks the subjects that it speaks of and says how it went. */
static enum status judge_wish(struct seen_list *list, const struct wish *wish, int32_t zone_minutes,
                              struct scene_check *check)
{
    struct seen *best = NULL;
    bool met = false;
    for (uint32_t i = 0; i < list->count; i++) {
        struct seen *seen = list->at[i];
        if (!speaks_of(wish, seen))
            continue;
        seen->spoken_of = true;
        bool fits = fulfils(list, wish, seen);
        if (best == NULL || (fits && !met))
            best = seen;
        met = met || fits;
    }
    check->verdict = SCENE_MET;
    if (wish->kind == WISH_ALERT && !met)
        check->verdict = SCENE_MISSED;
    if ((wish->kind == WISH_NO_ALERT || wish->kind == WISH_NOTHING) && best != NULL)
        check->verdict = SCENE_FORBIDDEN;
    return write_check(list, wish, best, zone_minutes, check);
}

enum status seen_judge(struct seen_list *list, const struct script *prologue,
                       const struct script *scene, struct scene_result *result)
{
    const struct wish *wishes[] = {prologue->wishes, scene->wishes};
    size_t checks_max = (size_t)prologue->wishes_count + scene->wishes_count + list->count;
    struct scene_check *checks;
    TRY(ARENA_NEW(list->scratch, checks_max + 1, &checks));
    uint32_t count = 0;
    bool passed = true;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        for (const struct wish *wish = wishes[i]; wish != NULL; wish = wish->next) {
            TRY(judge_wish(list, wish, scene->zone_minutes, &checks[count]));
            if (wish->kind == WISH_ALLOWED || wish->kind == WISH_OTHERS)
                continue; /* cannot fail: not worth a line */
            passed = passed && checks[count].verdict == SCENE_MET;
            count++;
        }
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->at[i]->spoken_of)
            continue;
        checks[count] = (struct scene_check){.verdict = SCENE_UNEXPECTED};
        TRY(write_check(list, NULL, list->at[i], scene->zone_minutes, &checks[count]));
        passed = false;
        count++;
    }
    result->passed = passed;
    result->subjects = list->count;
    result->checks_count = count;
    result->check = checks;
    return STATUS_OK;
}
