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
/* A few texts, on the thread of work. */
void sealing_turn(struct sealing *sealing, struct service *service, struct work *work,
                  struct arena *scratch);
