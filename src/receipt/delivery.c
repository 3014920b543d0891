/* delivery.c -- bodies become entries.
 *
 * What is costly to make (an intake with its windows) is kept: as many as bodies are read at the
 * same time.  What belongs to one delivery lies in its arena, which is used again; after a large
 * body it is given back to the system, so that the memory of the pool is that of what is there.
 *
 * Invariants:  1. offered = accepted + rejected + refused + waiting, at every moment that
 *                 deliveries_count() can see.
 *              2. The entries of a delivery fit one frame of the journal, with what is added.
 * Not chosen:  offering a body in pieces while it is read.  Half a body could then be acknowledged
 *              and the other half refused, and a client could not say "once more" simply. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt/delivery.h"

#include "record/wire.h"

#include <pthread.h>

enum {
    ARENA_SIZE_MORE = 4 << 20, /* beside entries: files, rejects */
    ARENA_KEPT_MAX = 1 << 20,  /* more than this is given back to the system */
    CHUNK_SIZE = 128 * 1024,   /* of entries */
    ENTRIES_FIRST = 256,
    ENTRY_OVERHEAD = 12,     /* of an entry in a frame, at most */
    FRAME_SPARE = 64 * 1024, /* for what is added behind the records */
    REJECT_BYTES_MAX = 300,
    READER_SIZE_MAX = 16 << 20,
};

/* An intake that is lent to whoever reads a body. */
struct reader {
    struct reader *next;
    struct intake *intake;
    struct arena *arena;    /* of its own life */
    struct inside *reading; /* the delivery it is lent to */
};

struct inside {
    struct delivery face;
    struct deliveries *pool;
    struct inside *next;
    size_t body_size;
    struct slice *entries;
    size_t entries_room;
    unsigned char *chunk; /* what is left of it */
    size_t chunk_room;
    size_t frame_size;
    bool offered; /* counted, and not yet settled */
    unsigned rejects_told;
    struct text rejects;
    uint64_t by_reason[REJECTS_COUNT];
    uint64_t by_kind[RECORD_KINDS_COUNT];
};

struct deliveries {
    struct deliveries_options options;
    pthread_mutex_t lock;
    struct inside *free;
    struct reader *readers;
    uint64_t bytes;
    struct deliveries_counts counts;
};

static struct inside *inside_of(struct delivery *delivery)
{
    return (struct inside *)delivery; /* its first member */
}

enum status deliveries_create(struct deliveries **out, const struct deliveries_options *options,
                              struct arena *boot)
{
    struct deliveries *pool;
    struct inside *all;
    TRY(ARENA_NEW(boot, 1, &pool));
    TRY(ARENA_NEW(boot, options->count_max, &all));
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        return STATUS_FULL;
    pool->options = *options;
    pool->options.intake.bytes_max = options->body_size_max;
    pool->options.intake.order = ORDER_DOES_NOT_MATTER; /* what comes live, comes as it comes */
    for (unsigned i = 0; i < options->count_max; i++) {
        all[i].pool = pool;
        all[i].next = pool->free;
        pool->free = &all[i];
    }
    *out = pool;
    return STATUS_OK;
}

static void lock(struct deliveries *pool)
{
    must(pthread_mutex_lock(&pool->lock) == 0);
}

static void unlock(struct deliveries *pool)
{
    must(pthread_mutex_unlock(&pool->lock) == 0);
}

/* ---- taken, given back ---- */

static size_t arena_size_of(const struct deliveries *pool)
{
    return 3 * pool->options.body_size_max + JOURNAL_FRAME_BYTES_MAX + ARENA_SIZE_MORE;
}

/* With the lock. */
static bool has_room(const struct deliveries *pool, size_t body_size)
{
    return pool->free != NULL && body_size <= pool->options.bytes_max - pool->bytes;
}

void deliveries_room(struct deliveries *deliveries, unsigned *count, uint64_t *bytes,
                     uint64_t *under_way)
{
    lock(deliveries);
    *count = deliveries->options.count_max - (unsigned)deliveries->counts.at_once;
    *bytes = deliveries->options.bytes_max - deliveries->bytes;
    *under_way = deliveries->bytes;
    unlock(deliveries);
}

void deliveries_turned_away(struct deliveries *deliveries)
{
    lock(deliveries);
    deliveries->counts.turned_away++;
    unlock(deliveries);
}

static struct inside *take_free(struct deliveries *pool, size_t body_size)
{
    lock(pool);
    struct inside *inside = has_room(pool, body_size) ? pool->free : NULL;
    if (inside != NULL) {
        pool->free = inside->next;
        pool->bytes += body_size;
        pool->counts.at_once++;
    }
    pool->counts.turned_away += inside == NULL;
    unlock(pool);
    return inside;
}

static void put_free(struct inside *inside)
{
    struct deliveries *pool = inside->pool;
    lock(pool);
    pool->bytes -= inside->body_size;
    pool->counts.at_once--;
    inside->next = pool->free;
    pool->free = inside;
    unlock(pool);
}

enum status delivery_take(struct deliveries *deliveries, size_t body_size, struct delivery **out)
{
    struct inside *inside = take_free(deliveries, body_size);
    if (inside == NULL)
        return STATUS_FULL;
    struct arena *arena = inside->face.arena;
    *inside = (struct inside){.pool = deliveries,
                              .body_size = body_size,
                              .face.arena = arena,
                              .face.offer.bulk = true};
    if (arena == NULL &&
        arena_create(&inside->face.arena, arena_size_of(deliveries)) != STATUS_OK) {
        put_free(inside);
        return STATUS_FULL;
    }
    *out = &inside->face;
    return STATUS_OK;
}

void delivery_give_back(struct delivery *delivery)
{
    struct inside *inside = inside_of(delivery);
    must(!inside->offered); /* it was settled */
    if (arena_used(delivery->arena) > ARENA_KEPT_MAX) {
        arena_destroy(delivery->arena);
        delivery->arena = NULL;
    } else {
        arena_reset(delivery->arena);
    }
    put_free(inside);
}

/* ---- intakes ---- */

static enum status take_reject(void *self, const struct reject *reject);

static enum status reader_create(struct deliveries *pool, struct reader **out)
{
    struct arena *arena;
    struct reader *reader;
    TRY(arena_create(&arena, READER_SIZE_MAX));
    enum status status = ARENA_NEW(arena, 1, &reader);
    if (status == STATUS_OK)
        status = intake_create(&reader->intake, &pool->options.intake,
                               (struct reject_sink){take_reject, reader}, arena);
    if (status != STATUS_OK) {
        arena_destroy(arena);
        return status;
    }
    reader->arena = arena;
    *out = reader;
    return STATUS_OK;
}

static enum status reader_take(struct deliveries *pool, struct reader **out)
{
    lock(pool);
    struct reader *reader = pool->readers;
    if (reader != NULL)
        pool->readers = reader->next;
    unlock(pool);
    *out = reader;
    return reader != NULL ? STATUS_OK : reader_create(pool, out);
}

static void reader_give_back(struct deliveries *pool, struct reader *reader)
{
    lock(pool);
    reader->next = pool->readers;
    pool->readers = reader;
    unlock(pool);
}

/* ---- rejects ---- */

/* Line and column, but not the value: the answer is kept, and may be logged by whoever gets it. */
static enum status take_reject(void *self, const struct reject *reject)
{
    struct inside *inside = ((struct reader *)self)->reading;
    inside->by_reason[reject->reason]++;
    if (inside->rejects_told == REJECTS_TOLD_MAX)
        return STATUS_OK;
    char *bytes;
    if (inside->rejects_told++ == 0) {
        size_t room = (size_t)REJECTS_TOLD_MAX * REJECT_BYTES_MAX;
        TRY(ARENA_NEW(inside->face.arena, room, &bytes));
        inside->rejects = text_over(bytes, room);
    }
    char one[REJECT_BYTES_MAX];
    struct text text = text_over(one, sizeof one - 1);
    struct reject bare = *reject;
    bare.value = SLICE("");
    char why[160];
    struct text sentence = text_over(why, sizeof why);
    text_add_reject(&sentence, &bare, TONGUE_EN);
    while (sentence.size != 0 && strchr(" :", why[sentence.size - 1]) != NULL)
        sentence.size--;
    text_addf(&text, "%s{\"line\":%llu,\"column\":%u,\"reason\":\"%s\",\"why\":",
              inside->rejects.size == 0 ? "" : ",", (unsigned long long)reject->line,
              reject->column, reject_name(reject->reason));
    text_add_json(&text, text_slice(&sentence));
    text_add_char(&text, '}');
    if (text.full) /* an odd name of a column */
        inside->rejects_told--;
    else
        text_add(&inside->rejects, text_slice(&text));
    return STATUS_OK;
}

/* ---- entries ---- */

static enum status add_entry(struct inside *inside, struct slice entry, size_t frame_max)
{
    size_t size = inside->frame_size + entry.size + ENTRY_OVERHEAD;
    if (size > frame_max)
        return STATUS_FULL;
    if (inside->face.offer.count == inside->entries_room) {
        struct slice *more;
        size_t room = inside->entries_room == 0 ? ENTRIES_FIRST : 2 * inside->entries_room;
        TRY(ARENA_NEW(inside->face.arena, room, &more));
        if (inside->entries_room != 0)
            memcpy(more, inside->entries, inside->entries_room * sizeof *more);
        inside->entries = more;
        inside->entries_room = room;
    }
    inside->frame_size = size;
    inside->entries[inside->face.offer.count++] = entry;
    inside->face.offer.entry = inside->entries;
    return STATUS_OK;
}

static enum status add_record(struct inside *inside, const struct record *record)
{
    size_t room = 1 + wire_room(record);
    if (inside->chunk_room < room) {
        size_t size = room > CHUNK_SIZE ? room : CHUNK_SIZE;
        TRY(ARENA_NEW(inside->face.arena, size, &inside->chunk));
        inside->chunk_room = size;
    }
    inside->chunk[0] = ENTRY_RECORD;
    size_t size = 1 + wire_encode(record, inside->chunk + 1);
    struct slice entry = {(const char *)inside->chunk, size};
    TRY(add_entry(inside, entry, JOURNAL_FRAME_BYTES_MAX - FRAME_SPARE));
    inside->chunk += size;
    inside->chunk_room -= size;
    inside->by_kind[record->kind]++;
    return STATUS_OK;
}

enum status delivery_add(struct delivery *delivery, struct slice entry)
{
    return add_entry(inside_of(delivery), entry, JOURNAL_FRAME_BYTES_MAX);
}

static enum status read_all(struct inside *inside, struct intake *intake,
                            struct text why[TONGUES_COUNT])
{
    const struct record *records;
    size_t count;
    for (;;) {
        enum status status = intake_next(intake, &records, &count);
        if (status == STATUS_END)
            return STATUS_OK;
        if (status == STATUS_IO) {
            for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++)
                text_add_intake_fault(&why[tongue], intake, tongue);
            return intake_failure(intake);
        }
        TRY(status);
        for (size_t i = 0; i < count; i++)
            TRY(add_record(inside, &records[i]));
    }
}

static void count_offered(struct inside *inside)
{
    struct deliveries *pool = inside->pool;
    struct deliveries_counts *counts = &pool->counts;
    lock(pool);
    counts->offered += inside->face.read;
    counts->rejected += inside->face.rejected;
    counts->waiting += inside->face.accepted;
    for (unsigned i = 0; i < REJECTS_COUNT; i++)
        counts->by_reason[i] += inside->by_reason[i];
    unlock(pool);
    inside->offered = true;
}

enum status delivery_read(struct delivery *delivery, const char *name, struct slice body,
                          struct slice kind, const struct mapping *mapping,
                          struct text why[TONGUES_COUNT])
{
    struct inside *inside = inside_of(delivery);
    struct reader *reader;
    delivery->starved = reader_take(inside->pool, &reader) != STATUS_OK;
    if (delivery->starved)
        return STATUS_FULL;
    intake_reset(reader->intake, kind, mapping, delivery->arena);
    reader->reading = inside;
    enum status status = intake_add_bytes(reader->intake, name, body, why);
    if (status == STATUS_OK)
        status = read_all(inside, reader->intake, why);
    reader->reading = NULL;
    struct intake_counts counts;
    intake_count(reader->intake, &counts);
    intake_reset(reader->intake, SLICE(""), NULL, reader->arena);
    bool starved = arena_was_starved(reader->arena);
    reader_give_back(inside->pool, reader);
    delivery->starved = arena_was_starved(delivery->arena) || starved;
    TRY(status);
    delivery->read = counts.read;
    delivery->accepted = counts.accepted;
    delivery->rejected = counts.rejected;
    delivery->rejects = text_slice(&inside->rejects);
    count_offered(inside);
    return STATUS_OK;
}

/* ---- the end ---- */

void delivery_settle(struct delivery *delivery, enum status status)
{
    struct inside *inside = inside_of(delivery);
    struct deliveries *pool = inside->pool;
    must(inside->offered);
    inside->offered = false;
    lock(pool);
    struct deliveries_counts *counts = &pool->counts;
    counts->waiting -= delivery->accepted;
    if (status == STATUS_OK)
        counts->accepted += delivery->accepted;
    else
        counts->refused += delivery->accepted;
    for (unsigned i = 0; status == STATUS_OK && i < RECORD_KINDS_COUNT; i++)
        counts->by_kind[i] += inside->by_kind[i];
    unlock(pool);
}

void deliveries_count(struct deliveries *deliveries, struct deliveries_counts *out)
{
    lock(deliveries);
    *out = deliveries->counts;
    unlock(deliveries);
}

void deliveries_destroy(struct deliveries *deliveries)
{
    if (deliveries == NULL)
        return;
    must(deliveries->counts.at_once == 0);
    for (struct inside *inside = deliveries->free; inside != NULL; inside = inside->next)
        arena_destroy(inside->face.arena);
    for (struct reader *reader = deliveries->readers; reader != NULL;) {
        struct reader *next = reader->next; /* it lies in the arena that goes */
        intake_destroy(reader->intake);
        arena_destroy(reader->arena);
        reader = next;
    }
    (void)pthread_mutex_destroy(&deliveries->lock);
}
