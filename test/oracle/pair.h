/* pair.h -- one rule set, one stream, told to the engine and to the oracle, and compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "oracle.h"
#include "stream.h"

/* How the engine is run; none of it may matter. */
struct manner {
    unsigned threads;
    uint32_t batch_max; /* records in one engine_take, at most */
    uint64_t seed;      /* of the batches' sizes */
    uint32_t moves;     /* how often the engine is written down and read into another */
    bool probes;        /* each record is asked about before it comes; batches are of one */
};

/* Bounds that matter to both. */
struct bounds {
    uint32_t events_max;
    uint32_t small_max; /* of the engine alone: from how many events an entity is busy */
    int32_t zone_minutes;
    uint32_t flow_accounts_max;
};

enum outcome { PAIR_SAME, PAIR_DIFFERS, PAIR_REFUSED };

struct pair {
    struct arena *image;   /* of the rules */
    struct arena *scratch; /* of the oracle */
    struct arena *boot;    /* of the engine and the registries */
    struct arena *said;    /* of both sides' findings */
    struct arena *kept;    /* of the pair itself, from one trial to the next */
    const struct rule_set *set;
    struct oracle_counts *counts;
    struct oracle_findings of_oracle, of_engine, of_probe;
    struct text why; /* what differs, or why the rules were refused */
};

/* STATUS_FULL. */
enum status pair_init(struct pair *pair);
void pair_release(struct pair *pair);
/* Whatever was in the pair before is gone. */
enum outcome pair_run(struct pair *pair, struct slice rules, const struct stream *stream,
                      const struct bounds *bounds, const struct manner *manner);
