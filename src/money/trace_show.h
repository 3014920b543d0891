/* trace_show.h -- a trace for people and programs: tree, JSON (trace.schema.json), GraphML, page.
 *
 * The room knows names as eight bytes.  Whoever shows a trace says how names are spelled, and
 * whether they are masked. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "money/proposal.h"

/* Where the text goes, piece by piece; lent until `take` returns. */
struct trace_outlet {
    enum status (*take)(void *self, struct slice bytes);
    void *self;
};

struct trace_view {
    const struct trace *trace;
    const struct stop_proposals *proposals; /* NULL: none, as backward */
    moment now;                             /* of the proposals */
    enum tongue tongue;
    int32_t zone_minutes;
    struct slice currency; /* empty: unknown */
    int digits;            /* of it behind the point */
    bool masked;           /* for the reader to know */
    struct trace_naming {
        void (*add_account)(void *self, struct text *text, ident account);
        void (*add_bank)(void *self, struct text *text, ident bank);
        /* The id of a payment, or nothing. */
        void (*add_payment)(void *self, struct text *text, const struct payment *payment);
        /* The file of a record's position, or nothing; NULL: positions are numbers. */
        struct slice (*path_of)(void *self, uint32_t file);
        void *self;
    } naming;
};

/* Each gives the status of the outlet. */
enum status trace_show_json(const struct trace_view *view, struct trace_outlet outlet);
enum status trace_show_graph(const struct trace_view *view, struct trace_outlet outlet);
enum status trace_show_page(const struct trace_view *view, struct trace_outlet outlet);
/* Takes memory from `request`.  STATUS_FULL. */
enum status trace_show_tree(const struct trace_view *view, struct trace_outlet outlet,
                            struct arena *request);
