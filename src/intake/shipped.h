/* shipped.h -- the mapping files that are part of the program. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"

struct shipped {
    struct slice name;
    struct slice text;
    bool recognised; /* a file without header is tried with it */
};

/* All of them; `*count` says how many. */
const struct shipped *shipped_all(unsigned *count);
/* NULL: there is none of that name. */
const struct shipped *shipped_find(struct slice name);
