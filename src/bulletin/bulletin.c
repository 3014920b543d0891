/* bulletin.c -- from the thread of detection to the table: two buffers and a keeper.
 *
 *     detection writes into one buffer ──┐            the keeper writes the other one down,
 *     and waits when it is full          ├─ swap ──>  in one transaction, as large as it became
 *                                                     while the last one was written
 *
 * Invariants:  1. An alert is in a buffer or in the table; none is dropped.
 *              2. bulletin_kept() names a position only when all alerts of records below it are
 *                 durable.
 *              3. Numbers grow in the order in which alerts came; a row is never changed.
 * Not chosen:  a transaction an alert; detection would then go at the pace of syncs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

const struct store_migration BULLETIN_MIGRATIONS[BULLETIN_MIGRATIONS_COUNT] = {
    {"alerts",
     "CREATE TABLE alert (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, position INTEGER "
     "NOT NULL, image TEXT NOT NULL, shadow INTEGER NOT NULL, typology TEXT NOT NULL, rule TEXT "
     "NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, respond TEXT NOT NULL, grade "
     "INTEGER NOT NULL, score REAL NOT NULL, time INTEGER NOT NULL, first INTEGER NOT NULL, words "
     "TEXT NOT NULL, masked TEXT NOT NULL, unmasked TEXT NOT NULL);"
     "CREATE INDEX alert_subject ON alert (subject, number);"
     "CREATE INDEX alert_time ON alert (time);"
     "CREATE TABLE alert_outlet (name TEXT PRIMARY KEY, number INTEGER NOT NULL, place INTEGER NOT "
     "NULL);"
     "CREATE TABLE alert_reveal (number INTEGER PRIMARY KEY, actor TEXT NOT NULL, time INTEGER NOT "
     "NULL);"
     "CREATE INDEX alert_reveal_actor ON alert_reveal (actor, time);"},
    {"alerts unmasked are sealed",
     "ALTER TABLE alert ADD COLUMN sealed BLOB;"
     "CREATE INDEX alert_unsealed ON alert (number) WHERE sealed IS NULL;"
     "CREATE TABLE alert_sealing (done INTEGER NOT NULL);"
     "INSERT INTO alert_sealing (done) VALUES (0);"},
    {"alerts of each day are counted",
     "CREATE TABLE alert_tally (day INTEGER NOT NULL, shadow INTEGER NOT NULL, rule TEXT NOT NULL, "
     "typology TEXT NOT NULL, grade INTEGER NOT NULL, alerts INTEGER NOT NULL, firsts INTEGER NOT "
     "NULL, number INTEGER NOT NULL, PRIMARY KEY (day, shadow, rule, typology, grade)) WITHOUT "
     "ROWID;"
     "CREATE TABLE alert_tallied (done INTEGER NOT NULL);"
     "INSERT INTO alert_tallied (done) VALUES (0);"},
    {"alerts are decided", "ALTER TABLE alert ADD COLUMN outcome TEXT NOT NULL DEFAULT 'open';"
                           "ALTER TABLE alert ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';"
                           "ALTER TABLE alert ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;"
                           "CREATE INDEX alert_outcome ON alert (outcome, number);"},
    {"what people say of alerts, and who looks at them",
     "ALTER TABLE alert ADD COLUMN code TEXT NOT NULL DEFAULT '';"
     "ALTER TABLE alert ADD COLUMN holder TEXT NOT NULL DEFAULT '';"
     "ALTER TABLE alert ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;"
     "CREATE INDEX alert_next ON alert (outcome, shadow, grade DESC, score DESC, number);"
     "CREATE TABLE alert_said (number INTEGER PRIMARY KEY, alert INTEGER NOT NULL, outcome TEXT "
     "NOT "
     "NULL, code TEXT NOT NULL, words BLOB, actor TEXT NOT NULL, time INTEGER NOT NULL);"
     "CREATE INDEX alert_said_alert ON alert_said (alert, number);"
     "INSERT INTO alert_said (alert, outcome, code, actor, time) SELECT number, outcome, '', "
     "decided_by, decided FROM alert WHERE decided <> 0;"
     "CREATE TABLE alert_judged (day INTEGER NOT NULL, shadow INTEGER NOT NULL, rule TEXT NOT "
     "NULL, "
     "typology TEXT NOT NULL, outcome TEXT NOT NULL, alerts INTEGER NOT NULL, PRIMARY KEY (day, "
     "shadow, rule, typology, outcome)) WITHOUT ROWID;"
     "INSERT INTO alert_judged (day, shadow, rule, typology, outcome, alerts) SELECT decided / "
     "86400000, shadow, rule, typology, outcome, COUNT(*) FROM alert WHERE decided <> 0 AND "
     "outcome "
     "<> 'open' GROUP BY decided / 86400000, shadow, rule, typology, outcome;"},
};

/* ---- in ---- */

static void add_lower(struct text *text, struct slice slice)
{
    for (size_t i = 0; i < slice.size; i++)
        text_add_char(text, slice.at[i] >= 'A' && slice.at[i] <= 'Z' ? (char)(slice.at[i] | 0x20)
                                                                     : slice.at[i]);
    text_add_char(text, '\n');
}

static struct slice words_write(struct source *source, const struct alert *alert,
                                const struct alert_view *view)
{
    struct text words = text_over(source->words, BULLETIN_WORDS_MAX);
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct text reason = text_over(source->unmasked, BULLETIN_WORDS_MAX); /* lent for now */
        add_lower(&words, alert->finding->rule->title[tongue]);
        text_add_reason(&reason, alert, view, tongue);
        add_lower(&words, text_slice(&reason));
    }
    return text_slice(&words);
}

/* Waits for room; false: the keeper has failed, the process is about to end. */
static bool room_wait(struct bulletin *bulletin, size_t size)
{
    must(size <= bulletin->room);
    while (!bulletin->failed && bulletin->buffer[bulletin->active].size + size > bulletin->room)
        (void)pthread_cond_wait(&bulletin->emptied, &bulletin->lock);
    return !bulletin->failed;
}

enum status pending_put(struct bulletin *bulletin, struct pending head,
                        const struct slice texts[PENDING_TEXTS])
{
    head.size = sizeof head;
    for (unsigned i = 0; i < PENDING_TEXTS; i++) {
        head.texts[i] = (uint32_t)texts[i].size;
        head.size += texts[i].size;
    }
    head.size = (head.size + 15) & ~(size_t)15;
    bulletin_lock(bulletin);
    bool room = room_wait(bulletin, head.size);
    if (room) {
        struct buffer *buffer = &bulletin->buffer[bulletin->active];
        char *at = buffer->bytes + buffer->size;
        memcpy(at, &head, sizeof head);
        at += sizeof head;
        for (unsigned i = 0; i < PENDING_TEXTS; i++) {
            if (texts[i].size > 0)
                memcpy(at, texts[i].at, texts[i].size);
            at += texts[i].size;
        }
        buffer->size += head.size;
        (void)pthread_cond_signal(&bulletin->filled);
    }
    bulletin_unlock(bulletin);
    return room ? STATUS_OK : STATUS_IO;
}

void bulletin_pseudonym(const struct bulletin *bulletin, enum field_type type, struct slice name,
                        char out[BULLETIN_SUBJECT_SIZE])
{
    struct digest digest = secret_digest(&bulletin->options.pseudonym, field_type_name(type), name);
    struct text text = text_over(out, BULLETIN_SUBJECT_SIZE);
    text_add_string(&text, "p_");
    text_add_hex(&text, (struct slice){(const char *)digest.bytes, 16});
}

void bulletin_subject(const struct bulletin *bulletin, const struct finding *finding,
                      char out[BULLETIN_SUBJECT_SIZE])
{
    bulletin_pseudonym(bulletin, label_subject(finding->rule->label), finding->subject_text, out);
}

static enum status source_take(void *self, const struct alert *alert)
{
    struct source *source = self;
    struct bulletin *bulletin = source->bulletin;
    const struct finding *finding = alert->finding;
    enum field_type kind = label_subject(finding->rule->label);
    struct alert_view view = {.zone_minutes = bulletin->options.zone_minutes,
                              .image = source->image};
    char image[DIGEST_HEX_SIZE], subject[BULLETIN_SUBJECT_SIZE];
    bulletin_subject(bulletin, finding, subject);
    digest_hex(&source->image, image);
    struct slice words = words_write(source, alert, &view);
    struct text masked = text_over(source->masked, ALERT_BYTES_MAX);
    struct text unmasked = text_over(source->unmasked, ALERT_BYTES_MAX);
    text_add_alert_json(&masked, alert, &view);
    view.unmask = true;
    text_add_alert_json(&unmasked, alert, &view);
    must(!masked.full && !unmasked.full);
    const struct slice texts[PENDING_TEXTS] = {
        [PENDING_ID] = slice_of(alert->id),
        [PENDING_IMAGE] = slice_of(image),
        [PENDING_TYPOLOGY] = slice_of(label_name(finding->rule->label)),
        [PENDING_RULE] = finding->rule->name,
        [PENDING_KIND] = slice_of(field_type_name(kind)),
        [PENDING_SUBJECT] = slice_of(subject),
        [PENDING_RESPOND] = slice_of(response_name(finding->rule->respond)),
        [PENDING_WORDS] = words,
        [PENDING_MASKED] = text_slice(&masked),
        [PENDING_UNMASKED] = text_slice(&unmasked)};
    const struct pending head = {.position =
                                     finding->positions_count == 0 ? 0 : finding->position[0],
                                 .time_ms = finding->at.ms,
                                 .score = finding->score,
                                 .grade = (int)finding->grade,
                                 .first = alert->first,
                                 .shadow = source->shadow};
    return pending_put(bulletin, head, texts);
}

enum status bulletin_source(struct bulletin *bulletin, const struct digest *image, bool shadow,
                            struct arena *image_arena, struct alert_sink *out)
{
    struct source *source = NULL;
    TRY(ARENA_NEW(image_arena, 1, &source));
    *source = (struct source){.bulletin = bulletin, .image = *image, .shadow = shadow};
    TRY(arena_take(image_arena, ALERT_BYTES_MAX, (void **)&source->masked));
    TRY(arena_take(image_arena, ALERT_BYTES_MAX, (void **)&source->unmasked));
    TRY(arena_take(image_arena, BULLETIN_WORDS_MAX, (void **)&source->words));
    *out = (struct alert_sink){source_take, source};
    return STATUS_OK;
}

void bulletin_reached(void *self, uint64_t position)
{
    struct bulletin *bulletin = self;
    bulletin_lock(bulletin);
    bulletin->reached = position;
    if (bulletin->buffer[bulletin->active].size == 0 && !bulletin->keeping && !bulletin->failed)
        bulletin->kept = position;
    bulletin_unlock(bulletin);
}

uint64_t bulletin_kept(void *self)
{
    struct bulletin *bulletin = self;
    bulletin_lock(bulletin);
    uint64_t kept = bulletin->kept;
    bulletin_unlock(bulletin);
    return kept;
}

void bulletin_settle(struct bulletin *bulletin)
{
    bulletin_lock(bulletin);
    while (!bulletin->failed && (bulletin->keeping || bulletin->buffer[bulletin->active].size > 0))
        bulletin_pause(bulletin, &bulletin->grown, 100);
    bulletin_unlock(bulletin);
}

/* ---- the keeper ---- */

/* What became of one buffer. */
struct kept {
    uint64_t seen, rows, shadows;
};

static enum status row_keep(struct bulletin *bulletin, const struct pending *head,
                            const char *texts, struct kept *kept)
{
    static const char KEEP[] =
        "INSERT INTO alert (id, position, image, shadow, typology, rule, subject_kind, subject, "
        "respond, grade, score, time, first, words, masked, unmasked, sealed) VALUES (?1, ?2, ?3, "
        "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, '', ?16) ON CONFLICT (id) DO "
        "NOTHING";
    struct slice text[PENDING_TEXTS];
    for (unsigned i = 0; i < PENDING_TEXTS; i++) {
        text[i] = (struct slice){texts, head->texts[i]};
        texts += head->texts[i];
    }
    struct slice sealed;
    TRY(sealing_write(bulletin, text[PENDING_ID], text[PENDING_UNMASKED], &sealed));
    const struct store_value values[] = {STORE_OF_TEXT(text[PENDING_ID]),
                                         STORE_OF_WHOLE((int64_t)head->position),
                                         STORE_OF_TEXT(text[PENDING_IMAGE]),
                                         STORE_OF_WHOLE(head->shadow),
                                         STORE_OF_TEXT(text[PENDING_TYPOLOGY]),
                                         STORE_OF_TEXT(text[PENDING_RULE]),
                                         STORE_OF_TEXT(text[PENDING_KIND]),
                                         STORE_OF_TEXT(text[PENDING_SUBJECT]),
                                         STORE_OF_TEXT(text[PENDING_RESPOND]),
                                         STORE_OF_WHOLE(head->grade),
                                         STORE_OF_REAL(head->score),
                                         STORE_OF_WHOLE(head->time_ms),
                                         STORE_OF_WHOLE(head->first),
                                         STORE_OF_TEXT(text[PENDING_WORDS]),
                                         STORE_OF_TEXT(text[PENDING_MASKED]),
                                         STORE_OF_BYTES(sealed)};
    struct store *store = bulletin->options.store;
    TRY(store_run(store, KEEP, values, 16));
    if (store_changed(store) == 0)
        return STATUS_OK;
    kept->rows++;
    kept->shadows += head->shadow;
    const struct tally_row row = {
        .day = bulletin_day(bulletin, bulletin->options.clock.now(bulletin->options.clock.self)),
        .number = bulletin->newest + kept->rows, /* this thread alone moves it */
        .shadow = head->shadow,
        .rule = text[PENDING_RULE],
        .typology = text[PENDING_TYPOLOGY],
        .grade = head->grade,
        .first = head->first};
    return tally_add(store, &row);
}

static enum status buffer_keep(struct bulletin *bulletin, const struct buffer *buffer,
                               struct kept *kept)
{
    struct store *store = bulletin->options.store;
    TRY(store_begin(store));
    for (size_t at = 0; at < buffer->size;) {
        struct pending head;
        memcpy(&head, buffer->bytes + at, sizeof head);
        enum status status = row_keep(bulletin, &head, buffer->bytes + at + sizeof head, kept);
        if (status != STATUS_OK) {
            store_rollback(store);
            return status;
        }
        at += head.size;
        kept->seen++;
    }
    return store_commit(store);
}

/* With the lock, which is given up while the store writes. */
static void keep_one(struct bulletin *bulletin)
{
    struct buffer *buffer = &bulletin->buffer[bulletin->active];
    struct kept kept = {0};
    buffer->reached = bulletin->reached;
    bulletin->active ^= 1;
    bulletin->keeping = true;
    (void)pthread_cond_broadcast(&bulletin->emptied);
    bulletin_unlock(bulletin);
    enum status status = buffer_keep(bulletin, buffer, &kept);
    bulletin_lock(bulletin);
    bulletin->keeping = false;
    buffer->size = 0;
    if (status != STATUS_OK) {
        bulletin->failed = true;
        bulletin->options.failed(bulletin->options.self, status);
    } else {
        bulletin->rows += kept.rows;
        bulletin->shadows += kept.shadows;
        bulletin->doubles += kept.seen - kept.rows;
        bulletin->newest += kept.rows; /* no number is left out: see row_keep */
        bulletin->kept =
            bulletin->buffer[bulletin->active].size == 0 ? bulletin->reached : buffer->reached;
    }
    (void)pthread_cond_broadcast(&bulletin->emptied);
    (void)pthread_cond_broadcast(&bulletin->grown);
}

static void *keeper_run(void *self)
{
    struct bulletin *bulletin = self;
    bulletin_lock(bulletin);
    while (!bulletin->failed) {
        if (bulletin->buffer[bulletin->active].size > 0)
            keep_one(bulletin);
        else if (bulletin->closing)
            break;
        else
            (void)pthread_cond_wait(&bulletin->filled, &bulletin->lock);
    }
    bulletin_unlock(bulletin);
    return NULL;
}

/* ---- open and close ---- */

static void conditions_make(struct bulletin *bulletin)
{
    pthread_condattr_t steady;
    (void)pthread_mutex_init(&bulletin->lock, NULL);
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&bulletin->filled, &steady);
    (void)pthread_cond_init(&bulletin->emptied, &steady);
    (void)pthread_cond_init(&bulletin->grown, &steady);
    (void)pthread_condattr_destroy(&steady);
}

static enum status newest_read(struct bulletin *bulletin)
{
    TRY(store_begin(bulletin->options.store)); /* the writer is used within transactions only */
    enum status status = bulletin_newest(bulletin->options.store, &bulletin->newest);
    store_rollback(bulletin->options.store);
    return status;
}

enum status bulletin_open(struct bulletin **out, const struct bulletin_options *options,
                          struct arena *boot, struct text *why)
{
    struct bulletin *bulletin = NULL;
    TRY(ARENA_NEW(boot, 1, &bulletin));
    bulletin->options = *options;
    bulletin->room = options->queue_bytes_max / 2;
    must(bulletin->room >= 2 * (size_t)ALERT_BYTES_MAX + BULLETIN_WORDS_MAX + 4096);
    must(options->webhooks_count <= WEBHOOKS_MAX);
    TRY(pages_take(bulletin->room, (void **)&bulletin->buffer[0].bytes));
    TRY(pages_take(bulletin->room, (void **)&bulletin->buffer[1].bytes));
    TRY(arena_take(boot, SEALING_PLAIN_MAX, (void **)&bulletin->plain));
    TRY(arena_take(boot, SEALING_PLAIN_MAX + SECRET_OVERHEAD, (void **)&bulletin->sealed));
    conditions_make(bulletin);
    TRY(sealing_finish(bulletin, why));
    TRY(tally_finish(bulletin));
    TRY(newest_read(bulletin));
    if (pthread_create(&bulletin->keeper, NULL, keeper_run, bulletin) != 0)
        return STATUS_FULL;
    enum status status = outlets_start(bulletin, boot, why);
    if (status != STATUS_OK) {
        bulletin_close(bulletin);
        return status;
    }
    *out = bulletin;
    return STATUS_OK;
}

void bulletin_close(struct bulletin *bulletin)
{
    if (bulletin == NULL)
        return;
    bulletin_lock(bulletin);
    bulletin->closing = true;
    (void)pthread_cond_broadcast(&bulletin->filled);
    (void)pthread_cond_broadcast(&bulletin->grown);
    bulletin_unlock(bulletin);
    (void)pthread_join(bulletin->keeper, NULL);
    outlets_stop(bulletin);
    pages_give_back(bulletin->buffer[0].bytes, bulletin->room);
    pages_give_back(bulletin->buffer[1].bytes, bulletin->room);
    secret_wipe(&bulletin->options.pseudonym, sizeof bulletin->options.pseudonym);
    secret_wipe(&bulletin->options.sealing, sizeof bulletin->options.sealing);
}

void bulletin_count(struct bulletin *bulletin, struct bulletin_counts *out)
{
    bulletin_lock(bulletin);
    *out = (struct bulletin_counts){.kept = bulletin->rows,
                                    .doubles = bulletin->doubles,
                                    .shadows = bulletin->shadows,
                                    .waiting_bytes =
                                        bulletin->buffer[0].size + bulletin->buffer[1].size,
                                    .newest = bulletin->newest,
                                    .posted = atomic_load(&bulletin->posted),
                                    .post_failures = atomic_load(&bulletin->post_failures),
                                    .filed = atomic_load(&bulletin->filed)};
    bulletin_unlock(bulletin);
}

uint64_t bulletin_wait(struct bulletin *bulletin, uint64_t number, int64_t patience_ms)
{
    bulletin_lock(bulletin);
    if (bulletin->newest <= number && !bulletin->closing)
        bulletin_pause(bulletin, &bulletin->grown, patience_ms);
    uint64_t newest = bulletin->newest;
    bulletin_unlock(bulletin);
    return newest;
}

int32_t bulletin_zone(const struct bulletin *bulletin)
{
    return bulletin->options.zone_minutes;
}

enum status bulletin_reveal(struct bulletin *bulletin, struct slice actor)
{
    static const char COUNT[] = "SELECT COUNT(*) FROM alert_reveal WHERE actor = ?1 AND time > ?2";
    static const char OLD[] = "DELETE FROM alert_reveal WHERE time <= ?1";
    static const char ADD[] = "INSERT INTO alert_reveal (actor, time) VALUES (?1, ?2)";
    struct store *store = bulletin->options.store;
    int64_t now = bulletin->options.clock.now(bulletin->options.clock.self).ms;
    const struct store_value values[] = {STORE_OF_TEXT(actor), STORE_OF_WHOLE(now - HOUR_MS)};
    const struct store_value added[] = {STORE_OF_TEXT(actor), STORE_OF_WHOLE(now)};
    struct store_rows *rows = NULL;
    struct store_value row[1];
    TRY(store_query(store, COUNT, values, 2, &rows));
    enum status status = store_next(rows, row, 1);
    int64_t count = status == STATUS_OK ? row[0].whole : 0;
    store_end(rows);
    TRY(status);
    if (count >= BULLETIN_REVEALS_AN_HOUR)
        return STATUS_FULL;
    TRY(store_run(store, OLD, &values[1], 1));
    return store_run(store, ADD, added, 2);
}
