/* letters.c -- spellings, one behind another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/ledger_inside.h"

uint32_t letters_add(struct letters *letters, struct slice spelling)
{
    if (spelling.size == 0 || spelling.size > IDENT_BYTES_MAX ||
        letters->size - letters->used < 1 + spelling.size)
        return 0;
    uint32_t place = letters->used;
    letters->byte[place] = (unsigned char)spelling.size;
    memcpy(letters->byte + place + 1, spelling.at, spelling.size);
    letters->used += 1 + (uint32_t)spelling.size;
    return place;
}

struct slice letters_at(const struct letters *letters, uint32_t place)
{
    if (place == 0)
        return SLICE("");
    return (struct slice){(const char *)letters->byte + place + 1, letters->byte[place]};
}
