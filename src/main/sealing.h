/* sealing.h -- under which key what names people lies, and what happens when it is another one. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "casework/work/work.h"
#include "service.h"

struct sealing {
    struct access_ring ring;
    uint64_t done; /* texts that were sealed anew since the start */
    bool over;     /* nothing to do */
};

/* Fills in what seals and what opens.  `scratch`: for names.  `why`. */
enum status sealing_open(struct sealing *sealing, struct service *service,
                         struct work_options *options, struct arena *scratch, struct text *why);
/* Keys for something else that names people, one made of each key of the ring and one as it was
 * made before there was a ring; the newest first.  How many: at most ACCESS_RING_MAX + 1. */
unsigned sealing_derive(const struct sealing *sealing, const struct service *service,
                        const char *what, struct secret *out);
/* A few texts, of work and then of traces, on the thread of work. */
void sealing_turn(struct sealing *sealing, struct service *service, struct work *work,
                  struct arena *scratch);
