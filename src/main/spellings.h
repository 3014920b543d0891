/* spellings.h -- how names were written that cannot be had back from their eight bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/record.h"

struct spellings {
    struct arena *boot;
    struct slice *text;
    uint64_t *name; /* 0: free */
    size_t places, count;
};

/* Keeps the spelling; packed names need none.  Takes memory from boot.  STATUS_FULL. */
enum status spellings_add(struct spellings *spellings, ident name, struct slice text);
/* As it was written, or as its bits say. */
void text_add_spelled(struct text *text, const struct spellings *spellings, ident name);
