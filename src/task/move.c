/* move.c -- a task from one state to the next, by what a person does.
 *
 *     proposed ── approve ──> running ── … ──> done ── retry: what failed waits again ──> running
 *                             pause │↑ resume
 *                                paused                        all but done ── cancel ──> cancelled
 *
 * Who may is the caller's to know; here stands only from where to where.  A move reads and writes
 * in one transaction of the one writer: of two people who approve at once, the second finds it
 * running. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "task/task_inside.h"

#define S(name) ((uint32_t)1 << TASK_##name)

static const struct {
    uint32_t from;
    enum task_state to;
} MOVES[] = {
    [TASK_APPROVE] = {S(proposed), TASK_running},
    [TASK_PAUSE] = {S(running), TASK_paused},
    [TASK_RESUME] = {S(paused), TASK_running},
    [TASK_CANCEL] = {S(proposed) | S(running) | S(paused), TASK_cancelled},
    [TASK_RETRY] = {S(done), TASK_running},
};

static enum status row_write(struct task_desk *desk, const struct task *task)
{
    static const char WRITE[] = "UPDATE task SET state = ?2, approver = ?3, why = ?4, failed = ?5, "
                                "begun = ?6, ended = ?7 WHERE number = ?1";
    const struct store_value values[] = {STORE_OF_WHOLE((int64_t)task->number),
                                         STORE_OF_TEXT(slice_of(task_state_name(task->state))),
                                         STORE_OF_TEXT(task->approver),
                                         STORE_OF_TEXT(task->why),
                                         STORE_OF_WHOLE((int64_t)task->failed),
                                         STORE_OF_WHOLE(task->begun.ms),
                                         STORE_OF_WHOLE(task->ended.ms)};
    return store_run(desk->options.store, WRITE, values, 7);
}

static enum status failed_wait(struct store *store, const struct task *task)
{
    static const char AGAIN[] =
        "UPDATE task_item SET state = 'waiting', fault = '' WHERE task = ?1 "
        "AND state = 'failed'";
    const struct store_value value = STORE_OF_WHOLE((int64_t)task->number);
    return store_run(store, AGAIN, &value, 1);
}

enum status task_move(struct task_desk *desk, struct task *task, enum task_act act, struct slice by)
{
    moment now = task_now(desk);
    if ((MOVES[act].from & ((uint32_t)1 << task->state)) == 0 ||
        (act == TASK_RETRY && task->failed == 0))
        return STATUS_REFUSED;
    task->state = MOVES[act].to;
    task->why = act == TASK_PAUSE ? SLICE("person") : SLICE("");
    if (act == TASK_APPROVE) {
        task->approver = by;
        task->begun = now;
    }
    task->ended = act == TASK_CANCEL ? now : MOMENT_NONE;
    if (act == TASK_RETRY) {
        TRY(failed_wait(desk->options.store, task));
        task->failed = 0;
    }
    return row_write(desk, task);
}
