/* hindsight.c -- one trial at a time: begun, watched, stopped.
 *
 *     start ─> its own arena: rules, tables ─> thread (nice) ─> window ─> alerts ─> pass ─> result
 *
 * Invariants:  1. Detection is asked for its counts, and for nothing else; it never waits for us.
 *              2. A result is whole, or there is none: what was stopped or failed says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hindsight/hindsight_inside.h"

#include <sys/resource.h>

enum { IMAGE_MEMORY = 640 << 20, SCRATCH_MEMORY = 64 << 20, TRIAL_NICE = 19 };

struct hindsight {
    struct hindsight_options options;
    pthread_mutex_t lock; /* everything below */
    struct trial *trial;  /* the newest; NULL: none yet */
    enum hindsight_state state;
    enum hindsight_failure failure;
    int64_t ran_ms; /* of one that has ended */
    bool joinable;
    pthread_t thread;
};

enum status hindsight_open(struct hindsight **out, const struct hindsight_options *options,
                           struct arena *boot)
{
    struct hindsight *hindsight = NULL;
    TRY(ARENA_NEW(boot, 1, &hindsight));
    *hindsight = (struct hindsight){.options = *options};
    (void)pthread_mutex_init(&hindsight->lock, NULL);
    *out = hindsight;
    return STATUS_OK;
}

/* ---- its thread ---- */

static enum status trial_run(struct trial *trial)
{
    char bytes[256];
    struct text why = text_over(bytes, sizeof bytes);
    TRY(arena_create(&trial->scratch, SCRATCH_MEMORY));
    TRY(store_open_reader(&trial->reader, trial->options.store_path, trial->image, &why));
    TRY(pass_window(trial));
    TRY(match_alerted(trial));
    TRY(pass_run(trial));
    TRY(match_count(trial));
    return tell_result(trial);
}

static const char *const STATES[] = {
#define STATE(name) #name,
#include "hindsight/states.inc"
#undef STATE
};

static int64_t ticks_of(const struct hindsight *hindsight)
{
    struct clock clock = hindsight->options.clock;
    return clock.ticks_ms(clock.self);
}

static enum hindsight_failure failure_of(enum status status)
{
    switch (status) {
    case STATUS_FULL:
        return HINDSIGHT_FAILED_memory;
    case STATUS_ABSENT:
    case STATUS_MALFORMED:
        return HINDSIGHT_FAILED_journal;
    default:
        return HINDSIGHT_FAILED_broken;
    }
}

static void *trial_live(void *self)
{
    struct hindsight *hindsight = self;
    struct trial *trial = hindsight->trial;         /* ours until `state` says that we have ended */
    (void)setpriority(PRIO_PROCESS, 0, TRIAL_NICE); /* of this thread alone, on Linux */
    enum status status = trial_run(trial);
    if (trial->reader != NULL)
        store_close(trial->reader);
    arena_destroy(trial->scratch);
    enum hindsight_state state = HINDSIGHT_done;
    int64_t ran_ms = ticks_of(hindsight) - trial->begun_ms;
    if (status != STATUS_OK)
        state = atomic_load(&trial->stop) ? HINDSIGHT_stopped : HINDSIGHT_failed;
    if (hindsight->options.ended != NULL)
        hindsight->options.ended(hindsight->options.self, STATES[state], trial->hex,
                                 trial->records + trial->warmed, ran_ms);
    (void)pthread_mutex_lock(&hindsight->lock);
    hindsight->state = state;
    hindsight->ran_ms = ran_ms;
    hindsight->failure = state == HINDSIGHT_failed ? failure_of(status) : HINDSIGHT_FAILED_none;
    (void)pthread_mutex_unlock(&hindsight->lock);
    return NULL;
}

/* ---- its beginning ---- */

static enum status rules_take(struct trial *trial, const struct hindsight_wish *wish)
{
    struct rule_file *files = NULL;
    TRY(ARENA_NEW(trial->image, wish->files_count + 1, &files));
    for (uint32_t i = 0; i < wish->files_count; i++) {
        TRY(slice_copy(trial->image, wish->file[i].path, &files[i].path));
        TRY(slice_copy(trial->image, wish->file[i].source, &files[i].source));
    }
    TRY(ARENA_NEW(trial->image, 1, &trial->diags));
    *trial->diags = (struct diags){.count = 0};
    TRY(rules_check(files, wish->files_count, trial->image, trial->diags, &trial->set));
    rules_digest(trial->set, trial->image, &trial->digest);
    digest_hex(&trial->digest, trial->hex);
    return match_open(trial);
}

static enum status trial_make(struct hindsight *hindsight, const struct hindsight_wish *wish,
                              struct trial **out)
{
    struct arena *image = NULL;
    struct trial *trial = NULL;
    TRY(arena_create(&image, IMAGE_MEMORY));
    enum status status = ARENA_NEW(image, 1, &trial);
    if (status == STATUS_OK) {
        struct clock clock = hindsight->options.clock;
        *trial = (struct trial){.options = hindsight->options,
                                .image = image,
                                .hours = wish->hours,
                                .asked = clock.now(clock.self),
                                .begun_ms = clock.ticks_ms(clock.self),
                                .begins = MOMENT_NONE,
                                .warms = MOMENT_NONE};
        struct text id = text_over(trial->id, sizeof trial->id);
        struct text by = text_over(trial->by, sizeof trial->by);
        text_addf(&id, "t_%llx", (unsigned long long)trial->asked.ms);
        text_add(&by, wish->by);
        status = rules_take(trial, wish);
    }
    if (status == STATUS_OK)
        *out = trial;
    else
        arena_destroy(image);
    return status;
}

/* The one before has ended: its thread is joined, what it found is forgotten. */
static void forget(struct hindsight *hindsight)
{
    if (hindsight->joinable)
        (void)pthread_join(hindsight->thread, NULL);
    hindsight->joinable = false;
    if (hindsight->trial != NULL)
        arena_destroy(hindsight->trial->image);
    hindsight->trial = NULL;
}

enum status hindsight_start(struct hindsight *hindsight, const struct hindsight_wish *wish,
                            char id[HINDSIGHT_ID_SIZE])
{
    struct trial *trial = NULL;
    (void)pthread_mutex_lock(&hindsight->lock);
    enum status status = STATUS_LATE;
    if (hindsight->trial == NULL || hindsight->state != HINDSIGHT_running)
        status = trial_make(hindsight, wish, &trial);
    if (status == STATUS_OK) {
        forget(hindsight);
        memcpy(id, trial->id, HINDSIGHT_ID_SIZE);
        hindsight->trial = trial;
        hindsight->state = HINDSIGHT_running;
        hindsight->failure = HINDSIGHT_FAILED_none;
        hindsight->joinable = pthread_create(&hindsight->thread, NULL, trial_live, hindsight) == 0;
        if (!hindsight->joinable) {
            forget(hindsight);
            status = STATUS_FULL;
        }
    }
    (void)pthread_mutex_unlock(&hindsight->lock);
    return status;
}

/* ---- looking ---- */

static bool is_newest(const struct hindsight *hindsight, struct slice id)
{
    return hindsight->trial != NULL && slice_equal(slice_of(hindsight->trial->id), id);
}

enum status hindsight_stop(struct hindsight *hindsight, struct slice id)
{
    (void)pthread_mutex_lock(&hindsight->lock);
    bool known = is_newest(hindsight, id);
    if (known)
        atomic_store(&hindsight->trial->stop, true);
    (void)pthread_mutex_unlock(&hindsight->lock);
    return known ? STATUS_OK : STATUS_ABSENT;
}

enum status hindsight_by(struct hindsight *hindsight, struct slice id, char by[HINDSIGHT_BY_SIZE])
{
    (void)pthread_mutex_lock(&hindsight->lock);
    bool known = is_newest(hindsight, id);
    if (known)
        memcpy(by, hindsight->trial->by, HINDSIGHT_BY_SIZE);
    (void)pthread_mutex_unlock(&hindsight->lock);
    return known ? STATUS_OK : STATUS_ABSENT;
}

static void add_why(struct text *text, enum hindsight_failure failure)
{
    static const struct saying SAYS[] = {
#define FAILURE(name, en, zh) SAYING(en, zh),
#include "hindsight/failures.inc"
#undef FAILURE
    };
    text_add_string(text, ",\"why\":{\"en\":");
    text_add_json(text, slice_of(SAYS[failure].in[TONGUE_EN]));
    text_add_string(text, ",\"zh\":");
    text_add_json(text, slice_of(SAYS[failure].in[TONGUE_ZH]));
    text_add_char(text, '}');
}

static void tell(const struct hindsight *hindsight, bool whole, struct text *text)
{
    struct trial *trial = hindsight->trial;
    uint64_t warm = atomic_load(&trial->warm), to = atomic_load(&trial->to);
    uint64_t reached = atomic_load(&trial->reached);
    int64_t ran_ms = hindsight->state == HINDSIGHT_running ? ticks_of(hindsight) - trial->begun_ms
                                                           : hindsight->ran_ms;
    text_addf(
        text,
        "{\"id\":\"%s\",\"kind\":\"rules.backtest\",\"state\":\"%s\",\"image\":\"%s\",\"by\":",
        trial->id, STATES[hindsight->state], trial->hex);
    text_add_json(text, slice_of(trial->by));
    text_add_string(text, ",\"started\":\"");
    text_add_moment(text, trial->asked, trial->options.zone_minutes);
    text_addf(text, "\",\"ran_ms\":%lld,\"hours\":%lld,\"done\":%llu,\"of\":%llu",
              (long long)ran_ms, (long long)trial->hours,
              (unsigned long long)(reached > warm ? reached - warm : 0),
              (unsigned long long)(to > warm ? to - warm : 0));
    if (hindsight->state == HINDSIGHT_failed)
        add_why(text, hindsight->failure);
    text_add_string(text, ",\"result\":");
    if (whole && hindsight->state == HINDSIGHT_done)
        text_add(text, text_slice(&trial->result));
    else
        text_add_string(text, "null");
    text_add_char(text, '}');
}

enum status hindsight_tell(struct hindsight *hindsight, struct slice id, struct text *text)
{
    (void)pthread_mutex_lock(&hindsight->lock);
    bool known = is_newest(hindsight, id);
    if (known)
        tell(hindsight, true, text);
    (void)pthread_mutex_unlock(&hindsight->lock);
    return known ? STATUS_OK : STATUS_ABSENT;
}

void hindsight_list(struct hindsight *hindsight, struct text *text)
{
    text_add_char(text, '[');
    (void)pthread_mutex_lock(&hindsight->lock);
    if (hindsight->trial != NULL)
        tell(hindsight, false, text);
    (void)pthread_mutex_unlock(&hindsight->lock);
    text_add_char(text, ']');
}

void hindsight_close(struct hindsight *hindsight)
{
    if (hindsight == NULL)
        return;
    (void)pthread_mutex_lock(&hindsight->lock);
    if (hindsight->trial != NULL)
        atomic_store(&hindsight->trial->stop, true);
    (void)pthread_mutex_unlock(&hindsight->lock);
    forget(hindsight); /* it takes the lock once more to say that it has ended */
    (void)pthread_mutex_destroy(&hindsight->lock);
}
