/* tries.c -- rules tried on the records that are kept: begun, watched, stopped.
 *
 * The room hindsight does all of it, on a thread of its own; a request only begins it, and the
 * audit log says who did, with which rules. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/draft.h"
#include "hindsight/hindsight.h"
#include "rulebook/rulebook.h"

enum { TASK_BYTES = 5 << 20, LIST_BYTES = 4096, RETRY_SECONDS = 60 };

static bool hindsight_there(struct visit *visit)
{
    if (visit->rooms->hindsight == NULL)
        visit_problem(visit, PROBLEM_unavailable, NULL);
    return visit->rooms->hindsight != NULL;
}

/* Of {id}, which the room knows by now or does not. */
static void answer_task(struct visit *visit, int status, struct slice id)
{
    struct text text = visit_paper(visit, TASK_BYTES);
    enum status told = hindsight_tell(visit->rooms->hindsight, id, &text);
    visit->object_kind = SLICE("task");
    visit->object_id = id;
    if (told != STATUS_OK)
        visit_problem_of(visit, told);
    else
        visit_answer_json(visit, status, &text);
}

static void begin(struct visit *visit, const struct draft *draft, int64_t hours)
{
    char id[HINDSIGHT_ID_SIZE];
    struct slice copy;
    const struct hindsight_wish wish = {
        .file = draft->file,
        .files_count = draft->files_count,
        .hours = hours,
        .by = slice_of(visit->identity.user),
    };
    if (!visit_begin(visit)) /* what cannot be written down is not begun */
        return;
    enum status status = hindsight_start(visit->rooms->hindsight, &wish, id);
    if (status == STATUS_LATE) {
        visit_problem_wait(visit, PROBLEM_too_much, RETRY_SECONDS);
        return;
    }
    if (status == STATUS_OK)
        status = slice_copy(visit->arena, slice_of(id), &copy);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text detail = visit_paper(visit, 160);
    text_addf(&detail, "{\"image\":\"%s\",\"hours\":%lld}", draft->hex, (long long)hours);
    visit->detail = text_slice(&detail);
    answer_task(visit, 202, copy);
}

void handle_rules_backtest(struct visit *visit)
{
    struct draft draft = {0};
    if (!visit_body(visit) || !hindsight_there(visit))
        return;
    int64_t hours = visit_whole(visit, "hours", 0);
    if (hours < 1) {
        visit_problem(visit, PROBLEM_value_refused, &SAYING("hours", "hours"));
        return;
    }
    enum status status = draft_compile_asked(visit, &draft);
    if (status == STATUS_OK)
        begin(visit, &draft, hours);
    else if (status == STATUS_MALFORMED)
        draft_wrong(visit, &draft);
    else
        visit_problem_of(visit, status);
    draft_release(&draft);
}

void handle_tasks_list(struct visit *visit)
{
    if (!hindsight_there(visit))
        return;
    struct text text = visit_paper(visit, LIST_BYTES);
    text_add_string(&text, "{\"tasks\":");
    hindsight_list(visit->rooms->hindsight, &text);
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

void handle_tasks_show(struct visit *visit)
{
    if (hindsight_there(visit))
        answer_task(visit, 200, visit->parameter[0]);
}

/* Whose it is, and whoever approves rules: a task of somebody who has gone home blocks nobody. */
void handle_tasks_stop(struct visit *visit)
{
    char by[HINDSIGHT_BY_SIZE];
    struct slice id = visit->parameter[0];
    if (!hindsight_there(visit))
        return;
    enum status status = hindsight_by(visit->rooms->hindsight, id, by);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    if (!slice_equal(slice_of(by), slice_of(visit->identity.user)) &&
        access_may(&visit->identity, SCOPE_rules_approve) != ACCESS_MAY) {
        visit_problem(visit, PROBLEM_forbidden, NULL);
        return;
    }
    status = hindsight_stop(visit->rooms->hindsight, id);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    else
        answer_task(visit, 200, id);
}
