/* play.h -- a service by hand on a simulated disk, that can be killed, robbed of power and begun
 * again, beside a keeper of alerts who loses what was not committed.
 *
 * Entry n + 1 of the journal is record n of the stream, or a note for each seventh n; offers begin
 * and end at the same places in every life, so states can be compared by position. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "live/live.h"
#include "test/live/stream.h"
#include "test/sim/volume_sim.h"

enum { PLAY_NOTES = 5, PLAY_NOTE_EVERY = 7 };

struct play {
    /* Set by the test. */
    struct volume_sim *sim;
    const struct rule_set *set;
    const struct rule_set *known[2]; /* what the library has; NULL: there is no library */
    uint64_t seed;
    unsigned threads;
    unsigned commit_every; /* the keeper commits at each so-many-th reached position; 0: at each */
    size_t segment_size_max;
    struct finding_sink findings; /* take NULL: nobody */
    uint32_t heartbeat_every_ms;
    int64_t retention_ms, now_ms; /* the clock stands until somebody moves it */
    size_t memory_max;            /* 0: enough */
    bool keeps_nothing;           /* the keeper of alerts */
    uint64_t needed;              /* somebody needs the journal from there on; 0: nobody */
    uint64_t boot_fails_at;       /* this take of memory of the next life's opening; 0: none */

    struct arena *boot, *scratch, *alerts;
    struct live *live;
    bool failed;
    uint64_t acknowledged; /* entries */
    /* what was heard: the last notes */
    uint64_t note[PLAY_NOTES];
    unsigned notes_count;
    /* the keeper */
    struct tally tally;
    size_t committed; /* lines */
    uint64_t kept;    /* position */
    unsigned reached_count;
    enum status changed; /* what the last change ended with */
};

void play_init(struct play *play);
void play_release(struct play *play);
/* A life begins. */
enum status play_open(struct play *play, struct journal_finding *found);
/* Offers and turns, until `entries` are in the journal or something failed (false).  One offer in
 * `snapshot_odds` (0: none), by chance, asks for a snapshot. */
bool play_on(struct play *play, uint64_t entries, unsigned snapshot_odds);
/* Asks for other rules, as somebody does who let them in. */
void play_change(struct play *play, const struct rule_set *set);
/* The next entry's number. */
uint64_t play_next(struct play *play);
/* The end of a life as a kill makes it: alerts that were not committed are gone. */
void play_die(struct play *play);
/* The end of a life as it should be. */
enum status play_close(struct play *play);
/* Everything that detection remembers, and the notes. */
struct digest play_state(struct play *play);
