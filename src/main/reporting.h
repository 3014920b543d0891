/* reporting.h -- figures of a running service: of its work and its ledger. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/api.h"
#include "casework/counts/counts.h"
#include "law/law.h"

struct reporting;

struct reporting_options {
    struct store *store;
    const char *store_path;
    struct work *work;
    const struct law *law; /* asked inside a transaction of the store only */
    const char *folder;    /* of the imported ledger; need not be there */
    struct secret key;     /* names persons that are counted */
    struct clock clock;
    int32_t zone_minutes;
};

enum status reporting_open(struct reporting **out, const struct reporting_options *options,
                           struct arena *boot, struct text *why);
/* Counts what happened since; at most one batch.  Whether there is more. */
bool reporting_turn(struct reporting *reporting, struct arena *scratch, enum status *out);
/* For the routes. */
struct api_reports reporting_routes(struct reporting *reporting);
void reporting_close(struct reporting *reporting);
