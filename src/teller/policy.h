/* policy.h -- under which terms a bank carries out orders; docs/stop.md shows a whole file.
 *
 *   orders: 1
 *   from: [kunming]               # of the askers of the terms; nobody else
 *   books: books.yaml
 *   by: machine                   # or person: a machine only checks
 *   person_above: 100000000       # fen: larger transfers are left to a person
 *   persons: protected.txt        # accounts that are left to a person, one a line
 *   slack_seconds: 60             # by which the time of the transfer may differ
 *   a_minute: 60                  # orders of one asker; more are refused
 *   core: {way: folder, folder: core} */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/text.h"
#include "ground/tongue.h"

enum { POLICY_ASKERS_MAX = 64, POLICY_PERSONS_MAX = 65536 };

enum core_way { CORE_NONE, CORE_SIMULATED, CORE_FOLDER, CORE_HTTP };

struct stop_policy {
    unsigned askers_count;
    struct slice asker[POLICY_ASKERS_MAX];
    struct slice books; /* path of the mapping */
    bool by_person;
    int64_t person_above; /* fen; -1: no limit */
    uint64_t *persons;    /* hashes of accounts, sorted */
    size_t persons_count;
    int64_t slack_ms, a_minute;
    enum core_way core;
    struct slice core_folder, core_url;
    int64_t core_seed, core_delay_min_ms, core_delay_max_ms, core_refuses,
        core_loses; /* simulated */
};

/* `path` names the file in complaints, and is where its files lie.  STATUS_MALFORMED: `why`;
 * STATUS_FULL. */
enum status stop_policy_read(struct stop_policy *out, const char *path, struct slice text,
                             struct arena *boot, struct text why[TONGUES_COUNT]);
bool stop_policy_takes(const struct stop_policy *policy, struct slice asker);
/* Whether this transfer to this account is left to a person. */
bool stop_policy_wants_person(const struct stop_policy *policy, struct slice account,
                              int64_t amount);
