/* flow_inside.h -- what the files of the room share. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/flow/flow.h"

#include <pthread.h>
#include <stdatomic.h>

struct flow {
    struct flow_options options;
    _Atomic unsigned asking; /* at once */
    _Atomic uint64_t traces, refused, orders;
    _Atomic int64_t slowest_us;
    int64_t resealed, resealing; /* numbers of traces: done; done if this transaction holds */
};

/* Under the newest key. */
enum status flow_seal(const struct flow *flow, struct slice plain, struct arena *request,
                      struct slice *out);
/* `*key`: which one opened it, 0 is the newest.  STATUS_MALFORMED: none does. */
enum status flow_unseal(const struct flow *flow, struct slice sealed, struct arena *request,
                        struct slice *out, unsigned *key);

/* What the registry said of an account: who holds it, or what a list makes of it at a moment. */
struct known {
    uint64_t account;
    int64_t at; /* KNOWN_PERSON: who */
    ident person;
    enum trace_end end;
    bool answered, used;
};
#define KNOWN_PERSON INT64_MIN

/* Names that were asked about, answered between two rounds of a trace. */
struct knowing {
    struct live *live;
    struct known *slot;
    uint32_t count, unanswered;
    bool full;
};

enum status knowing_create(struct knowing *knowing, struct live *live, struct arena *arena);
/* What is known; what is not is noted, to be asked for. */
const struct known *knowing_of(struct knowing *knowing, ident account, int64_t at);
/* Asks the registry for all that was noted.  STATUS_FULL: too many ask. */
enum status knowing_ask(struct knowing *knowing);
