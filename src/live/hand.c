/* hand.c -- the memory of detection, in one hand at a time; and what is asked of it.
 *
 *   the thinker      takes it for a batch, answers what waits, lets it go
 *   whoever asks     finds it free: takes it, answers, lets it go; no thread has to wake for that
 *                    finds it taken: the question waits, and is answered before it is let go
 *
 * Invariants:  1. Between taking and letting go nobody else looks at the pipeline, or changes it.
 *              2. A question waits for at most one batch, of BATCH_ASKED records while questions
 *                 come, and for those that were asked before it.
 *              3. While the thinker waits nobody else takes it: who has it hands it over.  Nobody
 *                 keeps it for more than ROUNDS_MAX rounds of questions.
 *              4. What a question does when it has its answer (`then`) is done without the memory.
 * Not chosen:  the thinker alone.  Each question then woke it, and it woke whoever had asked: two
 *              changes of thread, each dearer than the answer.
 *              A lock that askers wait for.  A thread that speaks HTTP waits for nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_inside.h"

enum { ASKED_LATELY_US = 1000000, BATCH_ASKED = 64, ROUNDS_MAX = 4 };

size_t hand_batch_max(struct live *live)
{
    bool lately = live_ticks_us() - atomic_load(&live->asked_us) < ASKED_LATELY_US;
    return lately ? BATCH_ASKED : RECORD_BATCH_MAX;
}

void hand_take(struct live *live)
{
    pthread_mutex_lock(&live->lock);
    live->thinker_waits = true;
    while (live->in_hand)
        pthread_cond_wait(&live->for_thinker, &live->lock);
    live->thinker_waits = false;
    live->in_hand = true;
    pthread_mutex_unlock(&live->lock);
}

/* With `lock` held. */
static struct question *questions_take(struct live *live)
{
    struct question *questions = live->questions;
    live->counts.questions += live->questions_count;
    live->questions = NULL;
    live->questions_end = &live->questions;
    live->questions_count = 0;
    return questions;
}

/* Asks them all; those that have something to do afterwards go behind `*end`. */
static struct question **questions_ask(struct live *live, struct question *question,
                                       struct question **end)
{
    while (question != NULL) {
        struct question *next = question->next; /* its memory may be gone when it was answered */
        bool then = question->then != NULL;
        question->ask(question, live->pipeline);
        if (then) {
            *end = question;
            question->next = NULL;
            end = &question->next;
        }
        question = next;
    }
    return end;
}

bool hand_let_go(struct live *live)
{
    struct question *answered = NULL;
    struct question **end = &answered;
    unsigned rounds = 0;
    pthread_mutex_lock(&live->lock);
    while (live->questions != NULL && rounds < ROUNDS_MAX && !(rounds > 0 && live->thinker_waits)) {
        struct question *questions = questions_take(live);
        pthread_mutex_unlock(&live->lock);
        end = questions_ask(live, questions, end);
        rounds++;
        pthread_mutex_lock(&live->lock);
    }
    live->in_hand = false;
    if (live->thinker_waits || live->questions != NULL || live->closing)
        pthread_cond_signal(&live->for_thinker);
    pthread_mutex_unlock(&live->lock);
    while (answered != NULL) {
        struct question *next = answered->next;
        answered->then(answered);
        answered = next;
    }
    return rounds > 0;
}

enum status live_ask(struct live *live, struct question *question)
{
    question->next = NULL;
    atomic_store(&live->asked_us, live_ticks_us());
    pthread_mutex_lock(&live->lock);
    bool taken = live->questions_count < QUESTIONS_MAX && !live->closing;
    bool free = taken && !live->options.by_hand && !live->in_hand && !live->thinker_waits;
    if (taken) {
        *live->questions_end = question;
        live->questions_end = &question->next;
        live->questions_count++;
    }
    live->in_hand |= free;
    pthread_mutex_unlock(&live->lock);
    if (free)
        (void)hand_let_go(live);
    return taken ? STATUS_OK : STATUS_FULL;
}
