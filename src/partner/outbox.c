/* outbox.c -- the table of letters: opened, added to; and the threads that serve it.
 *
 *     partner_letter   what we sent: sealed envelope, state, when it is due, when to give alarm
 *     partner_taken    what we took: sender, id, digest, until it would be refused anyway
 *
 * A lane is a partner's letters.  OUTBOX_THREADS serve all lanes, one thread a lane at a time, so
 * one slow partner never holds the others up; a lane is looked at when a letter was added to it,
 * when one is due, and for a folder now and then.
 *
 * Invariants:  1. Whoever adds a letter pokes its lane inside its transaction, and the lane looks
 *                 in one of its own, which has its turn behind that: so a letter is seen as soon as
 *                 it is there, and never before.
 *              2. What a lane read is durable before the first byte leaves the house.
 * Not chosen:  letters in memory beside the table; after a crash the table is all there is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/outbox_inside.h"

#include <time.h>

const struct store_migration PARTNER_MIGRATIONS[PARTNER_MIGRATIONS_COUNT] = {
    {"letters of partners",
     "CREATE TABLE partner_letter (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, partner "
     "TEXT NOT NULL, kind TEXT NOT NULL, reply_to TEXT NOT NULL, object TEXT NOT NULL, digest BLOB "
     "NOT NULL, envelope BLOB NOT NULL, wanted INTEGER NOT NULL, state INTEGER NOT NULL, added "
     "INTEGER NOT NULL, deadline INTEGER NOT NULL, next INTEGER NOT NULL, alarm INTEGER NOT NULL, "
     "arrived INTEGER, answered INTEGER, attempts INTEGER NOT NULL, refusals INTEGER NOT NULL, "
     "failures INTEGER NOT NULL, answers INTEGER NOT NULL);"
     "CREATE INDEX partner_letter_due ON partner_letter (partner, next) WHERE state < 2;"
     "CREATE INDEX partner_letter_alarm ON partner_letter (alarm) WHERE state < 2;"
     "CREATE INDEX partner_letter_over ON partner_letter (deadline) WHERE state >= 2;"
     "CREATE INDEX partner_letter_reply ON partner_letter (reply_to) WHERE reply_to <> '';"
     "CREATE TABLE partner_taken (sender TEXT NOT NULL, id TEXT NOT NULL, digest BLOB NOT NULL, "
     "expires INTEGER NOT NULL, PRIMARY KEY (sender, id));"
     "CREATE INDEX partner_taken_expires ON partner_taken (expires);"},
};

/* ---- words ---- */

const char *outbox_state_name(enum outbox_state state)
{
    static const char *const NAMES[] = {
#define STATE(name, word, en, zh) word,
#include "partner/states.inc"
#undef STATE
    };
    return NAMES[state];
}

const struct saying *outbox_state_says(enum outbox_state state)
{
    static const struct saying SAYINGS[] = {
#define STATE(name, word, en, zh) {{en, zh}},
#include "partner/states.inc"
#undef STATE
    };
    return &SAYINGS[state];
}

/* ---- sending ---- */

static enum status row_add(struct outbox *outbox, const struct outbox_draft *draft,
                           const struct letter *letter, const struct digest *digest,
                           struct slice sealed)
{
    static const char ADD[] =
        "INSERT INTO partner_letter (id, partner, kind, reply_to, object, digest, envelope, "
        "wanted, "
        "state, added, deadline, next, alarm, attempts, refusals, failures, answers) VALUES (?1, "
        "?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?9, ?10, 0, 0, 0, 0)";
    const struct slice bytes = {(const char *)digest->bytes, DIGEST_SIZE};
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(letter->id.hex)),
                                         STORE_OF_TEXT(draft->to->id),
                                         STORE_OF_TEXT(letter->kind),
                                         STORE_OF_TEXT(slice_of(letter->reply_to.hex)),
                                         STORE_OF_TEXT(draft->object),
                                         STORE_OF_BYTES(bytes),
                                         STORE_OF_BYTES(sealed),
                                         STORE_OF_WHOLE(draft->answer_wanted),
                                         STORE_OF_WHOLE(letter->issued.ms),
                                         STORE_OF_WHOLE(letter->expires.ms)};
    return store_run(outbox->options.store, ADD, values, sizeof values / sizeof values[0]);
}

/* STATUS_ABSENT: no letter has the id; STATUS_REFUSED: another letter has it. */
static enum status twin_find(struct outbox *outbox, const struct letter_id *id,
                             const struct digest *digest, struct arena *request)
{
    static const char FIND[] = "SELECT digest FROM partner_letter WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(id->hex));
    struct store_value row[1];
    TRY(store_one(outbox->options.store, FIND, &value, 1, row, 1, request));
    bool same = row[0].bytes.size == DIGEST_SIZE &&
                memcmp(row[0].bytes.at, digest->bytes, DIGEST_SIZE) == 0;
    return same ? STATUS_OK : STATUS_REFUSED;
}

/* STATUS_FULL: too many letters wait for the partner. */
static enum status room_check(struct outbox *outbox, const struct partner *partner)
{
    static const char FURTHEST[] = "SELECT 1 FROM partner_letter WHERE partner = ?1 AND state < 2 "
                                   "LIMIT 1 OFFSET ?2";
    struct lane *lane = &outbox->lane[partner->index];
    if (atomic_fetch_add(&lane->added, 1) % OUTBOX_COUNT_EVERY != 0)
        return STATUS_OK;
    const struct store_value values[] = {STORE_OF_TEXT(partner->id),
                                         STORE_OF_WHOLE(OUTBOX_WAITING_MAX)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(outbox->options.store, FURTHEST, values, 2, &rows));
    enum status status = store_next(rows, row, 1);
    store_end(rows);
    if (status == STATUS_END)
        return STATUS_OK;
    if (status == STATUS_OK) {
        atomic_store(&lane->added, 0); /* counted again at the next one */
        return STATUS_FULL;
    }
    return status;
}

enum status outbox_add(struct outbox *outbox, const struct outbox_draft *draft,
                       struct arena *request, bool *twice)
{
    const struct letter letter = {.id = draft->id,
                                  .reply_to = draft->reply_to,
                                  .kind = draft->kind,
                                  .from = partner_list_self(outbox->options.list),
                                  .to = draft->to->id,
                                  .issued = outbox_now(outbox),
                                  .expires = draft->deadline,
                                  .body = draft->body};
    struct digest digest = outbox_digest(draft->to->id, &letter);
    struct slice sealed;
    char *bytes = NULL;
    must(draft->object.size <= OUTBOX_OBJECT_MAX);
    if (draft->to->way == PARTNER_WAY_FETCH && draft->reply_to.hex[0] == '\0')
        return STATUS_REFUSED;
    enum status status = twin_find(outbox, &draft->id, &digest, request);
    if (twice != NULL)
        *twice = status == STATUS_OK;
    if (status != STATUS_ABSENT)
        return status;
    if (letter.expires.ms <= letter.issued.ms)
        return STATUS_LATE;
    TRY(room_check(outbox, draft->to));
    TRY(ARENA_NEW(request, LETTER_ENVELOPE_MAX + 1, &bytes));
    struct text envelope = text_over(bytes, LETTER_ENVELOPE_MAX + 1);
    TRY(letter_write(&envelope, &letter, outbox->options.keypair));
    TRY(outbox_seal(outbox, text_slice(&envelope), request, &sealed));
    TRY(row_add(outbox, draft, &letter, &digest, sealed));
    const struct outbox_entry entry = {.action = "letter.send",
                                       .outcome = "done",
                                       .id = &letter.id,
                                       .kind = draft->kind,
                                       .partner = draft->to->id,
                                       .object = draft->object,
                                       .actor = draft->actor,
                                       .organisation = draft->organisation};
    TRY(outbox_entry_append(outbox, &entry));
    atomic_fetch_add(&outbox->figures.added, 1);
    outbox_poke(outbox, draft->to);
    return STATUS_OK;
}

enum status outbox_withdraw(struct outbox *outbox, const struct letter_id *id)
{
    static const char WITHDRAW[] =
        "UPDATE partner_letter SET state = ?2 WHERE id = ?1 AND state < 2";
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(id->hex)),
                                         STORE_OF_WHOLE(OUTBOX_WITHDRAWN)};
    TRY(store_run(outbox->options.store, WITHDRAW, values, 2));
    return store_changed(outbox->options.store) > 0 ? STATUS_OK : STATUS_ABSENT;
}

/* ---- threads ---- */

static void fail(struct outbox *outbox, enum status status)
{
    if (outbox->options.failed != NULL)
        outbox->options.failed(outbox->options.self, status);
}

/* With the lock: a lane that has something to do, and when the next one may have. */
static struct lane *lane_choose(struct outbox *outbox, int64_t ticks, int64_t *next_ms)
{
    *next_ms = ticks + OUTBOX_LOOK_MAX_MS;
    for (unsigned i = 0; i < outbox->lanes_count; i++) {
        struct lane *lane = &outbox->lane[(outbox->turn + i) % outbox->lanes_count];
        if (lane->busy || lane->way == NULL)
            continue;
        int64_t at = lane->poked ? lane->pause_ms : lane->look_ms;
        if (at <= ticks) {
            outbox->turn = (outbox->turn + i + 1) % outbox->lanes_count;
            return lane;
        }
        if (at < *next_ms)
            *next_ms = at;
    }
    return NULL;
}

/* When a lane that did what it could is looked at again. */
static enum status lane_next(struct outbox *outbox, struct lane *lane, unsigned done,
                             int64_t *look_ms)
{
    int64_t ticks = outbox_ticks(outbox), wait_ms = INT64_MAX / 2;
    moment due = MOMENT_NONE;
    if (done > 0) {
        *look_ms = ticks;
        return STATUS_OK;
    }
    TRY(outbox_next(outbox, lane, &due));
    if (due.ms != MOMENT_NONE.ms) {
        wait_ms = due.ms - outbox_now(outbox).ms;
        wait_ms = wait_ms < 0 ? 0 : wait_ms > OUTBOX_LOOK_MAX_MS ? OUTBOX_LOOK_MAX_MS : wait_ms;
    }
    if (lane->way->fetch != NULL && wait_ms > OUTBOX_FOLDER_MS)
        wait_ms = OUTBOX_FOLDER_MS;
    *look_ms = ticks + wait_ms < lane->pause_ms ? lane->pause_ms : ticks + wait_ms;
    return STATUS_OK;
}

static void lane_serve(struct outbox *outbox, struct lane *lane)
{
    unsigned done = 0;
    int64_t look_ms = 0;
    lane->busy = true;
    lane->poked = false;
    (void)pthread_mutex_unlock(&outbox->lock);
    enum status status = outbox_step(outbox, lane->partner, &done);
    if (status == STATUS_OK)
        status = lane_next(outbox, lane, done, &look_ms);
    if (status != STATUS_OK) {
        fail(outbox, status);
        look_ms = outbox_ticks(outbox) + OUTBOX_RETRY_MS;
    }
    (void)pthread_mutex_lock(&outbox->lock);
    lane->look_ms = look_ms;
    lane->busy = false;
}

/* With the lock, which is given up meanwhile. */
static void outbox_pause(struct outbox *outbox, pthread_cond_t *until_stirred, int64_t wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + wait_ms % SECOND_MS * 1000000;
    until.tv_sec += wait_ms / SECOND_MS + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    (void)pthread_cond_timedwait(until_stirred, &outbox->lock, &until);
}

static void *deliverer_run(void *self)
{
    struct outbox *outbox = self;
    (void)pthread_mutex_lock(&outbox->lock);
    while (!outbox->closing) {
        int64_t ticks = outbox_ticks(outbox), next_ms = 0;
        struct lane *lane = lane_choose(outbox, ticks, &next_ms);
        if (lane != NULL)
            lane_serve(outbox, lane);
        else
            outbox_pause(outbox, &outbox->stir, next_ms > ticks ? next_ms - ticks : 1);
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    return NULL;
}

static void *watcher_run(void *self)
{
    struct outbox *outbox = self;
    (void)pthread_mutex_lock(&outbox->lock);
    while (!outbox->closing) {
        unsigned missed = 0;
        (void)pthread_mutex_unlock(&outbox->lock);
        enum status status = outbox_watch(outbox, &missed);
        if (status != STATUS_OK)
            fail(outbox, status);
        (void)pthread_mutex_lock(&outbox->lock);
        if (missed == 0 && !outbox->closing)
            outbox_pause(outbox, &outbox->watch, OUTBOX_WATCH_MS);
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    return NULL;
}

enum status outbox_start(struct outbox *outbox)
{
    unsigned wanted = outbox->lanes_count < OUTBOX_THREADS ? outbox->lanes_count : OUTBOX_THREADS;
    for (unsigned i = 0; i <= wanted; i++) {
        void *(*run)(void *) = i == 0 ? watcher_run : deliverer_run;
        if (pthread_create(&outbox->thread[i], NULL, run, outbox) != 0)
            return STATUS_FULL;
        outbox->threads_count = i + 1;
    }
    return STATUS_OK;
}

/* ---- open and close ---- */

static enum status plugs_check(const struct outbox_options *options, struct text *why)
{
    for (unsigned i = 0; i < options->plugs_count; i++)
        for (unsigned j = 0; j < options->plugs_count; j++)
            if (i != j && outbox_kind_belongs(options->plug[i].kinds, options->plug[j].kinds)) {
                text_addf(why, "two rooms want letters of the kind \"%.*s\"",
                          (int)options->plug[i].kinds.size, options->plug[i].kinds.at);
                return STATUS_REFUSED;
            }
    return STATUS_OK;
}

static enum status lanes_make(struct outbox *outbox, struct arena *boot)
{
    const struct partner_list *list = outbox->options.list;
    outbox->lanes_count = partner_list_count(list);
    TRY(ARENA_NEW(boot, outbox->lanes_count + 1, &outbox->lane));
    for (unsigned i = 0; i < outbox->lanes_count; i++) {
        struct lane *lane = &outbox->lane[i];
        lane->partner = partner_at(list, i);
        lane->way = lane->partner->way == PARTNER_WAY_FETCH ? NULL : &outbox->options.way[i];
        lane->poked = true; /* what waits from before */
        atomic_store(&lane->reached, MOMENT_NONE.ms);
        if (lane->way != NULL)
            TRY(arena_create(&lane->scratch, OUTBOX_SCRATCH));
    }
    return STATUS_OK;
}

enum status outbox_open(struct outbox **out, const struct outbox_options *options,
                        struct arena *boot, struct text *why)
{
    struct outbox *outbox = NULL;
    pthread_condattr_t steady;
    TRY(plugs_check(options, why));
    TRY(ARENA_NEW(boot, 1, &outbox));
    outbox->options = *options;
    outbox->keys = partner_list_keys(options->list);
    outbox->watched = outbox->forgot = MOMENT_NONE;
    (void)pthread_mutex_init(&outbox->lock, NULL);
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&outbox->stir, &steady);
    (void)pthread_cond_init(&outbox->watch, &steady);
    (void)pthread_condattr_destroy(&steady);
    enum status status = arena_create(&outbox->scratch, OUTBOX_SCRATCH);
    if (status == STATUS_OK)
        status = lanes_make(outbox, boot);
    if (status != STATUS_OK) {
        outbox_close(outbox);
        return status;
    }
    *out = outbox;
    return STATUS_OK;
}

void outbox_close(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    (void)pthread_mutex_lock(&outbox->lock);
    outbox->closing = true;
    (void)pthread_cond_broadcast(&outbox->stir);
    (void)pthread_cond_broadcast(&outbox->watch);
    (void)pthread_mutex_unlock(&outbox->lock);
    for (unsigned i = 0; i < outbox->threads_count; i++)
        (void)pthread_join(outbox->thread[i], NULL);
    for (unsigned i = 0; outbox->lane != NULL && i < outbox->lanes_count; i++)
        if (outbox->lane[i].scratch != NULL)
            arena_destroy(outbox->lane[i].scratch);
    if (outbox->scratch != NULL)
        arena_destroy(outbox->scratch);
    (void)pthread_cond_destroy(&outbox->stir);
    (void)pthread_cond_destroy(&outbox->watch);
    (void)pthread_mutex_destroy(&outbox->lock);
}
