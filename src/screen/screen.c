/* screen.c -- questions in, answers out, decisions on their way to the disk.
 *
 * A decision stands in a slot of its own from the answer until the writer has synced it; the
 * answer does not wait for that.  A crash in between loses the entry of an answer that was given a
 * moment ago: the asker has the id, and the journal says up to where it is whole.
 *
 * Invariants:  1. No answer without a decision offered to the journal: where there is no slot, or
 *                 the writer has too much to do, the question is refused before it is asked.
 *              2. Two answers have different ids, over restarts too.
 * Not chosen:  waiting for the sync.  A call rings now. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/screen.h"

#include <pthread.h>
#include <time.h>

enum { DECISION_SIZE = 4096 };

/* One decision on its way. */
struct decision {
    struct offer offer;
    struct screen *screen;
    struct decision *next; /* of those that are free */
    struct slice entry;
    char bytes[DECISION_SIZE];
};

struct screen {
    struct live *live;
    const struct policies *policies;
    struct clock clock;
    struct digest seed;
    int64_t deadline_us;
    void (*took)(void *self, int64_t us);
    void *self;
    pthread_mutex_t lock;
    struct decision *free;
    uint32_t promised; /* slots for questions that were taken and not answered yet */
    uint32_t free_count;
    uint64_t number; /* of the last answer; with the seed, its id */
    struct screen_counts counts;
};

enum status screen_create(struct screen **out, const struct screen_options *options,
                          struct arena *boot)
{
    struct screen *screen;
    struct decision *decisions;
    TRY(ARENA_NEW(boot, 1, &screen));
    TRY(ARENA_NEW(boot, SCREEN_DECISIONS_MAX, &decisions));
    screen->live = options->live;
    screen->policies = options->policies;
    screen->clock = options->clock;
    screen->deadline_us = options->deadline_us;
    screen->took = options->took;
    screen->self = options->self;
    memcpy(screen->seed.bytes, options->seed, sizeof screen->seed.bytes);
    if (pthread_mutex_init(&screen->lock, NULL) != 0)
        return STATUS_FULL;
    for (uint32_t i = 0; i < SCREEN_DECISIONS_MAX; i++) {
        decisions[i].screen = screen;
        decisions[i].next = screen->free;
        screen->free = &decisions[i];
    }
    screen->free_count = SCREEN_DECISIONS_MAX;
    *out = screen;
    return STATUS_OK;
}

static void decision_give_back(struct decision *decision)
{
    struct screen *screen = decision->screen;
    pthread_mutex_lock(&screen->lock);
    decision->next = screen->free;
    screen->free = decision;
    screen->free_count++;
    pthread_mutex_unlock(&screen->lock);
}

/* The writer's thread: durable, or the process is about to end. */
static void decision_done(struct offer *offer, enum status status, uint64_t first)
{
    (void)status;
    (void)first;
    decision_give_back((struct decision *)((char *)offer - offsetof(struct decision, offer)));
}

static struct decision *decision_take(struct screen *screen, uint64_t *number)
{
    pthread_mutex_lock(&screen->lock);
    struct decision *decision = screen->free;
    must(decision != NULL); /* it was promised */
    screen->free = decision->next;
    screen->free_count--;
    screen->promised--;
    *number = ++screen->number;
    pthread_mutex_unlock(&screen->lock);
    return decision;
}

static void name_answer(const struct screen *screen, uint64_t number, struct screen_answer *answer)
{
    const struct slice parts[] = {
        {(const char *)screen->seed.bytes, sizeof screen->seed.bytes},
        {(const char *)&number, sizeof number},
        {(const char *)&answer->asked, sizeof answer->asked},
    };
    struct digest digest = digest_of(parts, sizeof parts / sizeof parts[0]);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&digest, hex);
    memcpy(answer->id, hex, SCREEN_ID_SIZE - 1);
    answer->id[SCREEN_ID_SIZE - 1] = '\0';
}

static void decision_write(struct decision *decision, const struct screen_request *request,
                           const struct screen_answer *answer)
{
    struct text text = text_over(decision->bytes, DECISION_SIZE);
    text_add_char(&text, ENTRY_DECISION);
    text_add_screen_decision(&text, request, answer);
    if (text.full) { /* names of hundreds of bytes: the answer at least */
        text = text_over(decision->bytes, DECISION_SIZE);
        text_addf(&text, "%c{\"id\":\"%s\",\"answer\":\"%s\",\"cut\":true}", ENTRY_DECISION,
                  answer->id, screen_word_name(answer->word));
    }
    decision->entry = text_slice(&text);
}

/* STATUS_FULL: the writer takes no more. */
static enum status write_down(struct screen *screen, const struct screen_request *request,
                              struct screen_answer *answer)
{
    uint64_t number;
    struct decision *decision = decision_take(screen, &number);
    name_answer(screen, number, answer);
    decision_write(decision, request, answer);
    decision->offer = (struct offer){
        .entry = &decision->entry, .count = 1, .done = decision_done, .patient = true};
    enum status status = live_offer(screen->live, &decision->offer);
    if (status != STATUS_OK)
        decision_give_back(decision);
    return status;
}

/* How long something took: no answer depends on it. */
static int64_t ticks_us(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void count_answers(struct screen *screen, const struct screen_asking *asking)
{
    int64_t took_us = ticks_us() - asking->begun_us;
    if (screen->took != NULL)
        screen->took(screen->self, took_us);
    pthread_mutex_lock(&screen->lock);
    screen->counts.asked += asking->count;
    screen->counts.batched += asking->batch ? asking->count : 0;
    screen->counts.missed += screen->deadline_us > 0 && took_us > screen->deadline_us;
    for (size_t i = 0; i < asking->count; i++) {
        if (asking->answer[i].refused) {
            screen->counts.refused++;
            continue;
        }
        screen->counts.answers[asking->answer[i].word]++;
        screen->counts.late += asking->answer[i].late;
        screen->counts.partly += asking->answer[i].partly;
    }
    pthread_mutex_unlock(&screen->lock);
}

static struct screen_asking *asking_of(struct question *question)
{
    return (struct screen_asking *)((char *)question - offsetof(struct screen_asking, question));
}

/* With the memory of detection in hand. */
static void ask(struct question *question, struct pipeline *pipeline)
{
    struct screen_asking *asking = asking_of(question);
    const struct screen *screen = asking->screen;
    moment now = screen->clock.now(screen->clock.self);
    for (size_t i = 0; i < asking->count; i++)
        screen_decide(screen->policies, pipeline, &asking->request[i], now, &asking->answer[i]);
}

static void answered(struct question *question)
{
    struct screen_asking *asking = asking_of(question);
    struct screen *screen = asking->screen;
    for (size_t i = 0; i < asking->count; i++) {
        struct screen_answer *answer = &asking->answer[i];
        answer->refused = write_down(screen, &asking->request[i], answer) != STATUS_OK;
    }
    count_answers(screen, asking);
    asking->done(asking);
}

/* Slots for all requests of a question, before it is asked. */
static enum status promise(struct screen *screen, size_t count)
{
    pthread_mutex_lock(&screen->lock);
    bool room = screen->promised + count <= screen->free_count;
    if (room)
        screen->promised += (uint32_t)count;
    else
        screen->counts.refused += count;
    pthread_mutex_unlock(&screen->lock);
    return room ? STATUS_OK : STATUS_FULL;
}

enum status screen_ask(struct screen *screen, struct screen_asking *asking)
{
    must(asking->count >= 1);
    must(asking->count <= SCREEN_BATCH_MAX);
    asking->screen = screen;
    asking->begun_us = ticks_us();
    asking->question = (struct question){.ask = ask, .then = answered};
    TRY(promise(screen, asking->count));
    enum status status = live_ask(screen->live, &asking->question);
    if (status == STATUS_OK)
        return STATUS_OK;
    pthread_mutex_lock(&screen->lock);
    screen->promised -= (uint32_t)asking->count;
    screen->counts.refused += asking->count;
    pthread_mutex_unlock(&screen->lock);
    return status;
}

void screen_count(struct screen *screen, struct screen_counts *out)
{
    pthread_mutex_lock(&screen->lock);
    *out = screen->counts;
    pthread_mutex_unlock(&screen->lock);
}
