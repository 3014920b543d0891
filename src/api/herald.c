/* herald.c -- streams: what is new, of alerts and of work, told to whoever listens.
 *
 * A stream is served by one thread, the herald, from the table: what a reader has not taken yet
 * lies there, not in memory, and Last-Event-ID is the number to go on behind.
 *
 *     new rows ─> herald ─> each stream: rows behind its number, filter, as many as there is room
 *
 * New alerts wake the herald; events of work are looked for once a second, by the number of the
 * visitor's organisation, which tells nothing of what others do.
 *
 * Invariants:  1. A stream sends every alert behind its number once, in order, that its filter lets
 *                 through; a reader that takes nothing for STREAM_PATIENCE_S is ended, and may come
 *                 back with Last-Event-ID.
 *              2. Whoever is disabled, or whose session ends, has no stream some seconds later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"
#include "casework/work/work.h"

enum {
    STREAM_ROWS = 64,       /* for one stream at a time, so that the others get theirs */
    STREAM_BEAT_MS = 10000, /* a comment, so that a reader that left is noticed */
    STREAM_PATIENCE_S = 60, /* a reader that takes nothing */
    HERALD_EVERY_MS = 1000, /* it looks at least so often */
    EVENT_BYTES = ALERT_BYTES_MAX + 2048,
    WORK_EVENT_BYTES = 8192, /* ids, words of tables, numbers */
};

struct follower {
    struct http_stream *stream; /* NULL: free */
    struct identity identity;
    enum scope scope; /* alerts:read or work:read */
    struct filter *filter;
    struct arena *arena; /* of the filter; NULL: of work */
    uint64_t number;     /* sent up to here */
    int64_t moved_ms;    /* it last took something */
    int64_t beat_ms;
};

struct herald {
    struct api *api;
    struct store *reader;
    struct arena *scratch;
    char *event;
    pthread_t thread;
    pthread_mutex_t lock; /* followers */
    _Atomic bool closing;
    unsigned followers_count;
    struct follower *follower;
};

static int64_t ticks(const struct herald *herald)
{
    return herald->api->clock.ticks_ms(herald->api->clock.self);
}

/* The newest number there is for this visitor. */
static enum status newest_of(struct visit *visit, enum scope scope, uint64_t *out)
{
    if (scope == SCOPE_alerts_read)
        return bulletin_newest(visit->reader, out);
    return work_events_newest(visit->reader, &visit->identity, out);
}

/* Number from which a new stream goes on: Last-Event-ID, `after`, or now; false: answered. */
static bool number_wanted(struct visit *visit, enum scope scope, int64_t after, uint64_t *out)
{
    struct slice id = http_header(visit->request, "Last-Event-ID");
    uint64_t number = 0;
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] < '0' || id.at[i] > '9' || i >= 16) {
            visit_problem(visit, PROBLEM_query_malformed,
                          &SAYING("Last-Event-ID", "Last-Event-ID"));
            return false;
        }
        number = number * 10 + (uint64_t)(id.at[i] - '0');
    }
    if (id.size == 0 && after >= 0)
        number = (uint64_t)after;
    else if (id.size == 0 && newest_of(visit, scope, &number) != STATUS_OK) {
        visit_problem(visit, PROBLEM_broken, NULL);
        return false;
    }
    *out = number;
    return true;
}

static void follower_forget(struct follower *follower)
{
    if (follower->arena != NULL)
        arena_destroy(follower->arena);
    *follower = (struct follower){0};
}

/* With the lock. */
static struct follower *follower_free(struct herald *herald)
{
    for (unsigned i = 0; i < herald->followers_count; i++)
        if (herald->follower[i].stream == NULL)
            return &herald->follower[i];
    return NULL;
}

/* With the lock; from the visit's answer on the stream is the herald's. */
static enum status follower_begin(struct herald *herald, struct visit *visit,
                                  const struct follower *wanted)
{
    struct follower *follower = follower_free(herald);
    const struct http_answer answer = {.status = 200, .type = "text/event-stream"};
    struct http_stream *stream = NULL;
    if (follower == NULL || atomic_load(&herald->closing))
        return STATUS_FULL;
    bool *left = visit->left;
    enum status status = http_stream_begin(visit->request, &answer, &stream);
    if (status != STATUS_OK)
        return status; /* it must still be answered */
    *left = true;
    *follower = *wanted;
    follower->stream = stream;
    follower->moved_ms = follower->beat_ms = ticks(herald);
    (void)!(http_stream_write(stream, SLICE(": cutline\n\n")) == STATUS_OK);
    return STATUS_OK;
}

/* `after` below 0: from now on. */
static void alerts_stream(struct visit *visit, int64_t after, bool body)
{
    struct herald *herald = visit->api->herald;
    struct follower wanted = {.identity = visit->identity, .scope = SCOPE_alerts_read};
    if (!number_wanted(visit, wanted.scope, after, &wanted.number))
        return;
    enum status status = arena_create(&wanted.arena, 1 << 20);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    if (body ? !filter_wanted(visit, visit_text(visit, "q"), wanted.arena, &wanted.filter)
             : !filter_in_address(visit, wanted.arena, &wanted.filter)) {
        arena_destroy(wanted.arena);
        return;
    }
    json_decref(visit->json); /* the filter has its own copy, and a stream no end of the visit */
    visit->json = NULL;
    (void)pthread_mutex_lock(&herald->lock);
    status = follower_begin(herald, visit, &wanted); /* the visit may be gone from here on */
    (void)pthread_mutex_unlock(&herald->lock);
    if (status == STATUS_OK)
        return;
    arena_destroy(wanted.arena);
    visit_problem_wait(visit, PROBLEM_streams_full, 10);
}

void handle_alerts_stream(struct visit *visit)
{
    if (bulletin_there(visit))
        alerts_stream(visit, visit_query_whole(visit, "after", -1), false);
}

void handle_alerts_follow(struct visit *visit)
{
    if (bulletin_there(visit) && visit_body(visit))
        alerts_stream(visit, visit_whole(visit, "after", -1), true);
}

void work_stream(struct visit *visit)
{
    struct herald *herald = visit->api->herald;
    struct follower wanted = {.identity = visit->identity, .scope = SCOPE_work_read};
    if (herald == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return;
    }
    if (!number_wanted(visit, wanted.scope, visit_query_whole(visit, "after", -1), &wanted.number))
        return;
    (void)pthread_mutex_lock(&herald->lock);
    enum status status = follower_begin(herald, visit, &wanted); /* the visit may be gone */
    (void)pthread_mutex_unlock(&herald->lock);
    if (status != STATUS_OK)
        visit_problem_wait(visit, PROBLEM_streams_full, 10);
}

/* ---- telling ---- */

struct telling {
    struct herald *herald;
    struct follower *follower;
    unsigned rows;
    enum status status; /* of the last write */
};

static enum status tell_row(void *self, const struct alert_row *row)
{
    struct telling *telling = self;
    struct follower *follower = telling->follower;
    struct text event = text_over(telling->herald->event, EVENT_BYTES);
    text_addf(&event, "id: %llu\nevent: alert\ndata: ", (unsigned long long)row->number);
    text_add_alert_row(&event, row);
    text_add_string(&event, "\n\n");
    must(!event.full);
    telling->status = http_stream_write(follower->stream, text_slice(&event));
    if (telling->status != STATUS_OK)
        return STATUS_FULL; /* ends the page */
    follower->number = row->number;
    telling->rows++;
    return STATUS_OK;
}

/* One event of work behind the follower's number.  STATUS_END: there is none; STATUS_FULL: no room
 * in the stream now. */
static enum status tell_event(struct telling *telling)
{
    struct herald *herald = telling->herald;
    struct follower *follower = telling->follower;
    char json[WORK_EVENT_BYTES];
    struct text list = text_over(json, sizeof json);
    uint64_t last = follower->number;
    arena_reset(herald->scratch);
    TRY(work_events(herald->api->rooms.work, herald->reader, follower->number, &follower->identity,
                    &list, 1, &last, herald->scratch));
    if (last == follower->number)
        return STATUS_END;
    struct text event = text_over(herald->event, EVENT_BYTES);
    text_addf(&event, "id: %llu\nevent: work\ndata: ", (unsigned long long)last);
    text_add(&event, (struct slice){list.at + 1, list.size - 2}); /* without its brackets */
    text_add_string(&event, "\n\n");
    must(!event.full);
    telling->status = http_stream_write(follower->stream, text_slice(&event));
    if (telling->status != STATUS_OK)
        return STATUS_FULL;
    follower->number = last;
    telling->rows++;
    return STATUS_OK;
}

/* Events of work; false: it is to be ended. */
static bool events_tell(struct herald *herald, struct follower *follower, bool *more)
{
    struct telling telling = {herald, follower, 0, STATUS_OK};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && telling.rows < STREAM_ROWS)
        status = tell_event(&telling);
    if (status == STATUS_OK)
        *more = true;
    if (telling.status == STATUS_OK)
        follower->moved_ms = ticks(herald);
    return (status == STATUS_OK || status == STATUS_END || status == STATUS_FULL) &&
           telling.status != STATUS_END &&
           ticks(herald) - follower->moved_ms < STREAM_PATIENCE_S * SECOND_MS;
}

/* Rows behind the follower's number up to `newest`; false: it is to be ended. */
static bool follower_tell(struct herald *herald, struct follower *follower, uint64_t newest,
                          bool *more)
{
    struct telling telling = {herald, follower, 0, STATUS_OK};
    if (follower->scope == SCOPE_work_read)
        return events_tell(herald, follower, more);
    const struct bulletin_query query = {
        .filter = follower->filter, .after = follower->number, .count_max = STREAM_ROWS};
    if (newest > follower->number) {
        arena_reset(herald->scratch);
        if (bulletin_look(herald->reader, &query, herald->scratch,
                          (struct bulletin_sink){tell_row, &telling}) != STATUS_OK)
            return false;
        if (telling.status == STATUS_OK && telling.rows == STREAM_ROWS)
            *more = true;
        else if (telling.status == STATUS_OK && follower->number < newest)
            follower->number = newest; /* what lies between, the filter does not let through */
    }
    if (telling.status == STATUS_OK)
        follower->moved_ms = ticks(herald);
    return telling.status != STATUS_END &&
           ticks(herald) - follower->moved_ms < STREAM_PATIENCE_S * SECOND_MS;
}

/* Now and then: whether the reader is still there, and may still read; false: end it. */
static bool follower_beat(struct herald *herald, struct follower *follower)
{
    int64_t now = ticks(herald);
    if (http_stream_gone(follower->stream))
        return false;
    if (now - follower->beat_ms < STREAM_BEAT_MS)
        return true;
    follower->beat_ms = now;
    if (access_again(herald->api->rooms.access, &follower->identity) != STATUS_OK ||
        access_may(&follower->identity, follower->scope) != ACCESS_MAY)
        return false;
    return http_stream_write(follower->stream, SLICE(": beat\n\n")) != STATUS_END;
}

static void herald_round(struct herald *herald, uint64_t newest)
{
    bool more = true;
    while (more && !atomic_load(&herald->closing)) {
        more = false;
        (void)pthread_mutex_lock(&herald->lock);
        for (unsigned i = 0; i < herald->followers_count; i++) {
            struct follower *follower = &herald->follower[i];
            if (follower->stream == NULL ||
                (follower_beat(herald, follower) && follower_tell(herald, follower, newest, &more)))
                continue;
            http_stream_end(follower->stream);
            follower_forget(follower);
        }
        (void)pthread_mutex_unlock(&herald->lock);
    }
}

static void *herald_run(void *self)
{
    struct herald *herald = self;
    uint64_t newest = 0;
    while (!atomic_load(&herald->closing)) {
        newest = bulletin_wait(herald->api->rooms.bulletin, newest, HERALD_EVERY_MS);
        herald_round(herald, newest);
    }
    return NULL;
}

enum status herald_start(struct api *api, unsigned streams_max, struct arena *boot,
                         struct text *why)
{
    struct herald *herald = NULL;
    if (api->rooms.bulletin == NULL)
        return STATUS_OK;
    TRY(ARENA_NEW(boot, 1, &herald));
    TRY(ARENA_NEW(boot, streams_max, &herald->follower));
    TRY(ARENA_NEW(boot, EVENT_BYTES, &herald->event));
    herald->api = api;
    herald->followers_count = streams_max;
    (void)pthread_mutex_init(&herald->lock, NULL);
    TRY(arena_create(&herald->scratch, 1 << 20));
    enum status status = store_open_reader(&herald->reader, api->rooms.store_path, boot, why);
    if (status == STATUS_OK && pthread_create(&herald->thread, NULL, herald_run, herald) != 0) {
        store_close(herald->reader);
        status = STATUS_FULL;
    }
    if (status != STATUS_OK) {
        arena_destroy(herald->scratch);
        return status;
    }
    api->herald = herald;
    return STATUS_OK;
}

void herald_stop(struct api *api)
{
    struct herald *herald = api->herald;
    if (herald == NULL)
        return;
    atomic_store(&herald->closing, true);
    (void)pthread_join(herald->thread, NULL);
    (void)pthread_mutex_lock(&herald->lock);
    for (unsigned i = 0; i < herald->followers_count; i++) {
        struct follower *follower = &herald->follower[i];
        if (follower->stream == NULL)
            continue;
        http_stream_end(follower->stream);
        follower_forget(follower);
    }
    (void)pthread_mutex_unlock(&herald->lock);
    store_close(herald->reader);
    arena_destroy(herald->scratch);
}
