/* directory.h -- who is asked and who is sent: carriers by word and region, police by region, and
 * who may push leads to us.
 *
 *   directory: 1
 *   carriers:
 *     - {carrier: telecom, region: "5301", organisation: o_0123456789abcdef, partner: telecom-km}
 *   police:
 *     - {region: "530114", organisation: o_…}
 *   pushers:
 *     - {partner: yunnan}
 *
 * Of several entries the one with the longest region that the place begins with holds; an entry
 * without a region holds everywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/text.h"
#include "ground/tongue.h"

struct directory;

struct directory_carrier {
    struct slice carrier, region;
    struct slice organisation; /* its people here; empty: none */
    struct slice partner;      /* its machine; empty: none */
};

/* STATUS_MALFORMED: `why`; STATUS_FULL. */
enum status directory_read(struct directory **out, const char *path, struct slice text,
                           struct arena *boot, struct text why[TONGUES_COUNT]);
/* NULL: nobody. */
const struct directory_carrier *directory_carrier_find(const struct directory *directory,
                                                       struct slice carrier, struct slice region);
/* The organisation; empty: nobody. */
struct slice directory_police_find(const struct directory *directory, struct slice region);
bool directory_may_push(const struct directory *directory, struct slice partner);
