/* play.c -- see play.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test/live/play.h"

#include "ground/chance.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA = 1 << 28,
    LINES = 1 << 16,
    FRAME = 1 << 14,
    QUEUE = 1 << 16,
    OFFER_MAX = 6,
    MEMORY = 64 << 20,
};

void play_init(struct play *play)
{
    must(arena_create(&play->boot, ARENA) == STATUS_OK);
    must(arena_create(&play->scratch, ARENA) == STATUS_OK);
    must(arena_create(&play->alerts, (size_t)1 << 30) == STATUS_OK);
    tally_init(&play->tally, LINES, play->alerts);
}

void play_release(struct play *play)
{
    arena_destroy(play->alerts);
    arena_destroy(play->scratch);
    arena_destroy(play->boot);
}

/* ---- the listener ---- */

static void reached(void *self, uint64_t position)
{
    struct play *play = self;
    play->reached_count++;
    if (play->commit_every > 1 && play->reached_count % play->commit_every != 0)
        return;
    play->committed = play->tally.count;
    play->kept = position;
}

static uint64_t kept(void *self)
{
    struct play *play = self;
    return play->keeps_nothing ? 0 : play->kept;
}

static enum status heard(void *self, uint64_t position, struct slice entry)
{
    struct play *play = self;
    char expected[64];
    (void)snprintf(expected, sizeof expected, "T{\"at\":%llu}", (unsigned long long)position);
    must(slice_equal(entry, slice_of(expected)));
    for (unsigned i = 0; i < play->notes_count; i++)
        must(play->note[i] < position); /* in order, each once */
    if (play->notes_count == PLAY_NOTES)
        memmove(play->note, play->note + 1, --play->notes_count * sizeof play->note[0]);
    play->note[play->notes_count++] = position;
    return STATUS_OK;
}

static enum status tell(void *self, struct note_sink sink)
{
    struct play *play = self;
    for (unsigned i = 0; i < play->notes_count; i++) {
        char note[64];
        (void)snprintf(note, sizeof note, "T{\"at\":%llu}", (unsigned long long)play->note[i]);
        TRY(sink.take(sink.self, play->note[i], slice_of(note)));
    }
    return STATUS_OK;
}

static void failed(void *self, enum live_failure failure, enum status status)
{
    (void)failure;
    (void)status;
    ((struct play *)self)->failed = true;
}

static enum status library_find(void *self, const struct digest *image, struct live_rules *out)
{
    struct play *play = self;
    for (unsigned i = 0; i < 2 && play->known[i] != NULL; i++) {
        struct digest digest;
        rules_digest(play->known[i], play->scratch, &digest);
        if (memcmp(&digest, image, sizeof digest) != 0)
            continue;
        *out = (struct live_rules){.set = play->known[i], .alerts = tally_sink(&play->tally)};
        return STATUS_OK;
    }
    return STATUS_ABSENT;
}

static void changed(void *self, enum status status, uint64_t position)
{
    (void)position;
    ((struct play *)self)->changed = status;
}

/* ---- a life ---- */

static moment now(void *self)
{
    return (moment){1772414104250 + ((struct play *)self)->now_ms};
}

static int64_t ticks_ms(void *self)
{
    return ((struct play *)self)->now_ms;
}

static uint64_t needed(void *self)
{
    uint64_t from = ((struct play *)self)->needed;
    return from == 0 ? UINT64_MAX : from;
}

enum status play_open(struct play *play, struct journal_finding *found)
{
    struct live_options options = {
        .journal = volume_sim_volume(play->sim),
        .snapshots = volume_sim_volume(play->sim),
        .segment_size_max = (int64_t)play->segment_size_max,
        .frame_size_max = FRAME,
        .commit_bytes_max = FRAME,
        .queue_bytes_max = QUEUE,
        .heartbeat_every_ms = play->heartbeat_every_ms,
        .retention_ms = play->retention_ms,
        .clock = {now, ticks_ms, play},
        .pipeline = {.set = play->set,
                     .threads = play->threads,
                     .zone_minutes = 480,
                     .memory_max = play->memory_max == 0 ? MEMORY : play->memory_max,
                     .alerts = tally_sink(&play->tally),
                     .listener = play->findings},
        .library = {play->known[0] == NULL ? NULL : library_find, play},
        .listener = {.reached = reached,
                     .kept = kept,
                     .needed = needed,
                     .heard = heard,
                     .tell = tell,
                     .self = play},
        .failed = failed,
        .failed_self = play,
        .by_hand = true,
    };
    play->failed = false;
    play->notes_count = 0;
    play->kept = 0;
    play->reached_count = 0;
    play->live = NULL;
    *found = (struct journal_finding){.what = NULL};
    arena_reset(play->boot);
    arena_fail_at(play->boot, play->boot_fails_at);
    return live_open(&play->live, &options, play->boot, NULL, NULL, found);
}

struct letter {
    struct offer offer;
    struct play *play;
    struct slice entry[OFFER_MAX];
    char note[OFFER_MAX][64];
};

static void letter_done(struct offer *offer, enum status status, uint64_t first)
{
    struct letter *letter = (struct letter *)offer;
    if (status == STATUS_OK)
        letter->play->acknowledged = first + offer->count - 1;
}

static struct slice entry_at(struct play *play, struct letter *letter, size_t i, uint64_t sequence)
{
    struct slice entry;
    if (sequence % PLAY_NOTE_EVERY == 0) {
        (void)snprintf(letter->note[i], sizeof letter->note[i], "T{\"at\":%llu}",
                       (unsigned long long)sequence);
        return slice_of(letter->note[i]);
    }
    struct record record = stream_record(play->seed, sequence - 1, play->scratch);
    must(entry_of_record(&record, play->scratch, &entry) == STATUS_OK);
    return entry;
}

void play_change(struct play *play, const struct rule_set *set)
{
    const struct live_rules rules = {
        .set = set,
        .alerts = tally_sink(&play->tally),
        .memory_max = MEMORY,
        .done = changed,
        .self = play,
    };
    play->changed = STATUS_LATE;
    must(live_rules(play->live, LIVE_NEXT, &rules) == STATUS_OK);
    live_step(play->live);
}

uint64_t play_next(struct play *play)
{
    struct live_counts counts;
    live_count(play->live, &counts);
    return counts.next;
}

bool play_on(struct play *play, uint64_t entries, unsigned snapshot_odds)
{
    struct chance odds = chance_branch(chance_seeded(play->seed), 1);
    while (!play->failed && play_next(play) <= entries) {
        static struct letter letter;
        uint64_t next = play_next(play);
        struct chance chance = chance_branch(chance_seeded(play->seed + 77), next);
        arena_reset(play->scratch);
        letter.play = play;
        letter.offer = (struct offer){.entry = letter.entry,
                                      .count = 1 + chance_below(&chance, OFFER_MAX),
                                      .done = letter_done};
        for (size_t i = 0; i < letter.offer.count; i++)
            letter.entry[i] = entry_at(play, &letter, i, next + i);
        if (live_offer(play->live, &letter.offer) != STATUS_OK)
            return false;
        odds = chance_branch(odds, next);
        if (snapshot_odds > 0 && chance_below(&odds, snapshot_odds) == 0)
            (void)!(live_snapshot(play->live) == STATUS_OK);
        live_turn(play->live);
    }
    return !play->failed;
}

static void uncommitted_lose(struct play *play)
{
    play->tally.count = play->committed;
}

void play_die(struct play *play)
{
    if (play->live != NULL)
        live_abandon(play->live);
    play->live = NULL;
    uncommitted_lose(play);
}

enum status play_close(struct play *play)
{
    enum status status = live_close(play->live);
    play->live = NULL;
    return status;
}

struct state {
    struct question question;
    struct digest digest;
};

static enum status digest_take(void *self, struct slice bytes)
{
    struct digest *digest = self;
    struct slice slices[] = {{(const char *)digest->bytes, DIGEST_SIZE}, bytes};
    *digest = digest_of(slices, 2);
    return STATUS_OK;
}

static void state_ask(struct question *question, struct pipeline *pipeline)
{
    struct state *state = (struct state *)question;
    must(pipeline_export(pipeline, (struct dump_sink){digest_take, &state->digest}) == STATUS_OK);
}

struct digest play_state(struct play *play)
{
    struct state state = {.question = {.ask = state_ask}};
    must(live_ask(play->live, &state.question) == STATUS_OK);
    live_turn(play->live);
    struct slice notes = {(const char *)play->note, play->notes_count * sizeof play->note[0]};
    must(digest_take(&state.digest, notes) == STATUS_OK);
    return state.digest;
}
