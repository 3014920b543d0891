/* engine_inside.h -- what changes while records go through, as against the image, which does not.
 *
 *   engine   the plan (image), who is who (registry), what was marked, what came before
 *   (duplicates) shard    what one thread owns: a pool, and of each profile the entities whose
 *   key falls to it batch    up to RECORD_BATCH_MAX records on their way, with everything worked
 *   out about them crew     the threads; a worker has registers of its own
 *
 * Order of a batch: admit (one thread) -> per level: prepare each profile (any thread), feed each
 * shard (its thread) -> rules' plain conditions (any thread) -> judge (one thread). */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/duplicates.h"
#include "detect/engine/engine.h"
#include "detect/engine/image.h"
#include "detect/engine/marks.h"
#include "detect/engine/spellings.h"

/* From one column to the next, in words.  Columns exactly a power of two apart would all want the
 * same few lines of the cache, and a batch of one record touches a line of each. */
enum { COLUMN_WORDS = RECORD_BATCH_MAX + 8 };

/* A record's visit to one entity of one profile: it feeds it, or looks at it, or both. */
struct visit {
    struct window_visit to;
    uint16_t row;  /* the record */
    uint16_t look; /* of a look by expression; NO_COLUMN: it feeds */
    uint8_t shard;
};

/* One profile's part of a batch. */
struct tending {
    struct visit *visit; /* in order of the records */
    uint32_t visits_count;
    uint32_t visits_max;
    uint32_t feeding_max;              /* visits that may bring an event, counted beforehand */
    struct window_visit **shard_visit; /* per shard, visits_max for each */
    uint32_t *shard_count;
    /* A record's visits; only of kinds that visit the profile. */
    uint32_t first[RECORD_BATCH_MAX];
    uint32_t after[RECORD_BATCH_MAX]; /* one behind the last */
    uint64_t flags[RECORD_BATCH_MAX]; /* that the record's event can set */
    uint64_t *value;                  /* [value][row], COLUMN_WORDS apart; so with all columns */
    uint64_t *look_name;              /* [look by expression][row] */
    const uint64_t **column;          /* per value, into `value` */
    uint64_t **turned;                /* per value: of turned events, or the same */
};

struct batch {
    uint32_t count;
    const struct record *record[RECORD_BATCH_MAX];
    uint32_t known[RECORD_BATCH_MAX]; /* fields that the rules may see */
    int64_t at_ms[RECORD_BATCH_MAX];
    uint64_t position[RECORD_BATCH_MAX];
    int64_t newest_ms; /* watermark before the batch */
    struct {
        uint32_t count;
        uint16_t row[RECORD_BATCH_MAX];
    } kind[RECORD_KINDS_COUNT];
    uint64_t *answer;                   /* [read][row] */
    struct window_asked *asked;         /* per look: what is asked, and where the answers go */
    struct window_asked **asked_by_key; /* [profile * kinds + kind]: of its looks by key */
    struct tending *tending;            /* per profile */
};

struct shard {
    struct pool pool;
    struct window **window; /* per profile */
    bool ready;
};

/* A rule whose conditions held so far, at one record. */
/* A mark that a rule set at the record in hand; it is written down when no rule is asked of the
 * record any more: a ring that is full would lose an older one before their eyes. */
struct wanted_mark {
    ident name;
    uint32_t tag;
    struct mark mark;
};

struct candidate {
    uint16_t row;
    uint16_t rule;
};

struct worker {
    struct engine *engine;
    unsigned number;
    uint64_t *file; /* registers */
    struct candidate *candidate;
    uint32_t candidates_count;
    uint16_t *passing; /* [rule of a kind][row]: where its plain conditions hold */
    uint32_t *passed;
    enum status status;
};

struct crew;
struct probe;
struct flow_room;

struct engine {
    const struct image *image;
    struct registry *registry;
    struct finding_sink findings;
    int32_t zone_minutes;
    unsigned threads;
    struct budget budget;
    struct shard *shard;
    struct worker *worker;
    struct crew *crew; /* NULL with one thread */
    struct batch batch;
    struct duplicates duplicates;
    struct marks marks;
    struct spellings spellings;
    uint32_t *list;              /* numbers in the registry, per list of the image */
    struct digest *identity;     /* per profile: who may take over its memory */
    struct candidate *candidate; /* of the whole batch, by record, then by rule */
    struct wanted_mark *wanted;  /* of one record, in the order in which they were set */
    uint32_t wanted_count;
    uint32_t wanted_max;
    struct finding *finding;
    char *texts;              /* room for a finding's texts */
    struct flow_room *flow_room; /* NULL: no rule follows money */
    uint64_t *recalled;       /* room for the values of one entity: past.c */
    uint8_t level;            /* that is being fed */
    struct probe *probe;      /* what is to be put back; NULL: a batch that counts */
    struct probe *probe_kept; /* NULL: nobody has ever probed */
    enum status refused;      /* by a register, for the record behind the batch */
    enum status broken;       /* the system refused memory in the middle: nothing more is taken */
    struct engine_counts counts;
};

static inline uint64_t *answers_of(const struct batch *batch, unsigned read)
{
    return batch->answer + (size_t)read * COLUMN_WORDS;
}
/* Low bits choose the shard, high bits the place in its table. */
static inline unsigned shard_of(const struct engine *engine, uint64_t hash)
{
    return engine->threads == 1 ? 0 : (unsigned)((hash & 0xFFFF) * engine->threads >> 16);
}
static inline struct window *window_of(const struct engine *engine, unsigned profile, uint64_t hash)
{
    return engine->shard[shard_of(engine, hash)].window[profile];
}

/* What was last spelled before then is forgotten. */
moment engine_spellings_past(const struct engine *engine);

/* ---- machine.c ---- */

/* What a program is run on: some rows of the batch, all of one kind. */
struct frame {
    struct engine *engine;
    uint64_t *file; /* registers: COLUMN_WORDS each */
    const uint16_t *row;
    uint32_t count;
    const struct visit *tried; /* the entity of a sequence */
    const uint64_t *earlier;   /* values of its first step */
};

void machine_run(const struct program *program, const struct frame *frame);

static inline const double *result_numbers(const struct frame *frame, uint16_t result)
{
    return (const double *)(frame->file + (size_t)result * COLUMN_WORDS);
}
static inline const uint64_t *result_names(const struct frame *frame, uint16_t result)
{
    return frame->file + (size_t)result * COLUMN_WORDS;
}
static inline const uint8_t *result_truths(const struct frame *frame, uint16_t result)
{
    return (const uint8_t *)(frame->file + (size_t)result * COLUMN_WORDS);
}
