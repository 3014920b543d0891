/* compact.c -- runs stay few: which neighbours become one, and how the new one takes their place.
 *
 *   1 1 1 1 ─> 4      4 4 4 4 ─> 16      …      until a run spans an eighth of what is kept
 *
 * A payment is written again about once for each fourfold growth.  Where sizes are so uneven that
 * no four neighbours suit, and there are MONEY_RUNS_CROWD of them, the smallest four do.
 *
 *   merged file, synced under its name ─> generation without its parts ─> parts removed
 *
 * Its name says which numbers it stands for, so that a start after a kill at any point knows what
 * is there twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/index_inside.h"

#include <stdio.h>

enum { TOGETHER = 4, UNEVEN = 4, SIZE_LEAST = 4096, SPAN_PARTS = 8 };

struct choice {
    uint32_t first, count; /* count 0: none */
};

static uint64_t size_of(const struct generation *now, uint32_t i)
{
    uint64_t payments = run_about(now->run[i])->payments;
    return payments < SIZE_LEAST ? SIZE_LEAST : payments;
}

/* A run that one could not be made of is left alone. */
static bool are_sound(const struct generation *now, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (*run_spoiled(now->run[i]))
            return false;
    return true;
}

/* Whether together they would span so much that what is old could not fall out for long. */
static bool is_long(const struct generation *now, uint32_t first, uint32_t count, int64_t kept_ms)
{
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (uint32_t i = first; i < first + count; i++) {
        const struct run_head *head = run_about(now->run[i]);
        if (head->payments == 0)
            continue;
        from = head->first.ms < from ? head->first.ms : from;
        to = head->last.ms > to ? head->last.ms : to;
    }
    return kept_ms > 0 && from < to && to - from > kept_ms / SPAN_PARTS;
}

static bool suits(const struct generation *now, uint32_t first, int64_t kept_ms)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = first; i < first + TOGETHER; i++) {
        uint64_t size = size_of(now, i);
        least = size < least ? size : least;
        most = size > most ? size : most;
    }
    return most / UNEVEN <= least && are_sound(now, first, TOGETHER) &&
           !is_long(now, first, TOGETHER, kept_ms);
}

/* A run that holds what is a day too old, and what is not. */
static bool is_outdated(const struct generation *now, uint32_t i, moment from)
{
    const struct run_head *head = run_about(now->run[i]);
    bool newest = i + 1 == now->runs_count; /* money_forget() does not take it */
    return from.ms != MOMENT_NONE.ms && head->payments != 0 && head->first.ms < from.ms - DAY_MS &&
           (newest || head->last.ms >= from.ms) && are_sound(now, i, 1);
}

static struct choice choose(const struct generation *now, moment from, int64_t kept_ms)
{
    struct choice crowd = {0, 0};
    uint64_t crowd_size = UINT64_MAX;
    for (uint32_t i = 0; i < now->runs_count; i++)
        if (is_outdated(now, i, from))
            return (struct choice){i, 1};
    for (uint32_t i = now->runs_count; i-- > 0;) { /* the newest are small and many */
        uint64_t size = 0;
        if (i + TOGETHER > now->runs_count)
            continue;
        if (suits(now, i, kept_ms))
            return (struct choice){i, TOGETHER};
        for (uint32_t j = i; j < i + TOGETHER; j++)
            size += size_of(now, j);
        if (size < crowd_size && are_sound(now, i, TOGETHER)) {
            crowd = (struct choice){i, TOGETHER};
            crowd_size = size;
        }
    }
    return now->runs_count >= MONEY_RUNS_CROWD ? crowd : (struct choice){0, 0};
}

/* The name of what is made of them, under which nothing was there before. */
static struct run_numbers numbers_of(struct run *const *parts, uint32_t count)
{
    struct run_numbers numbers = {run_numbers(parts[0]).first, run_numbers(parts[count - 1]).last,
                                  0};
    for (uint32_t i = 0; i < count; i++)
        if (run_numbers(parts[i]).again >= numbers.again)
            numbers.again = run_numbers(parts[i]).again + 1;
    return numbers;
}

static enum status merge(struct money *money, const struct generation *now, struct choice choice,
                         const struct money_kept *kept)
{
    char name[VOLUME_NAME_MAX];
    struct run *made;
    struct run *const *parts = &now->run[choice.first];
    run_name_write(name, numbers_of(parts, choice.count));
    enum status status =
        run_merge(money->options.runs, name, parts, choice.count, kept->from, kept->stop);
    if (status == STATUS_MALFORMED)
        for (uint32_t i = 0; i < choice.count; i++)
            *run_spoiled(parts[i]) = true;
    TRY(status);
    TRY(run_open(&made, money->options.runs, name));
    (void)atomic_fetch_add(&money->merges, 1);
    must(pthread_mutex_lock(&money->lock) == 0);
    money->merged = made;
    must(pthread_mutex_unlock(&money->lock) == 0);
    return STATUS_OK;
}

enum status money_merge(struct money *money, const struct money_kept *kept, struct arena *scratch)
{
    struct money_view *view;
    TRY(money_view_open(&view, money, scratch));
    const struct generation *now = view->generation;
    must(pthread_mutex_lock(&money->lock) == 0);
    bool waits = money->merged != NULL || money->now != now;
    must(pthread_mutex_unlock(&money->lock) == 0);
    struct choice choice = {0, 0};
    if (!waits)
        choice = choose(now, kept->from, kept->span_ms);
    enum status status = choice.count == 0 ? STATUS_END : merge(money, now, choice, kept);
    money_view_close(view);
    return status;
}

/* ---- taking its place ---- */

static struct run *merged_of(struct money *money)
{
    must(pthread_mutex_lock(&money->lock) == 0);
    struct run *merged = money->merged;
    must(pthread_mutex_unlock(&money->lock) == 0);
    return merged;
}

enum status money_settle(struct money *money)
{
    struct generation *next;
    struct volume *volume = money->options.runs;
    struct run *merged = merged_of(money);
    char gone[MONEY_RUNS_MAX][VOLUME_NAME_MAX];
    uint32_t gone_count = 0;
    if (merged == NULL)
        return STATUS_OK;
    TRY(generation_new(money, &next));
    struct run_numbers stands_for = run_numbers(merged);
    bool put = false;
    next->runs_count = 0;
    for (uint32_t i = 0; i < money->now->runs_count; i++) {
        struct run *run = money->now->run[i];
        if (!put && run_numbers(run).last >= stands_for.first) {
            next->run[next->runs_count++] = merged;
            put = true;
        }
        if (run_numbers(run).first < stands_for.first || run_numbers(run).first > stands_for.last)
            next->run[next->runs_count++] = run;
        else
            memcpy(gone[gone_count++], run_name(run), VOLUME_NAME_MAX);
    }
    if (!put)
        next->run[next->runs_count++] = merged;
    generation_put(money, next);
    must(pthread_mutex_lock(&money->lock) == 0);
    money->merged = NULL;
    must(pthread_mutex_unlock(&money->lock) == 0);
    money_times(money);
    for (uint32_t i = 0; i < gone_count; i++)
        TRY(volume->remove(volume->self, gone[i])); /* else the next start does */
    return gone_count == 0 ? STATUS_OK : volume->sync_names(volume->self);
}
