/* told.h -- a trace that a service told as JSON, as the forms of money/trace_show.h want it. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/trace_show.h"

struct told {
    struct trace trace;
    struct stop_proposals stops;
    bool has_stops, masked;
    struct slice currency;
    int digits;
    moment now;         /* of the latest payment, or when the trace was made */
    struct slice *name; /* texts by number: an ident here is a number from 1 */
    uint32_t names_count, names_max;
    uint32_t *slot;
};

/* Lends from `json` and the arena.  STATUS_MALFORMED: it is not the document of a trace;
 * STATUS_FULL. */
enum status told_read(struct told *out, struct slice json, moment made, struct arena *arena);
/* For trace_view. */
struct trace_naming told_naming(struct told *told);
