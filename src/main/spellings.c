/* spellings.c -- a table from names to texts that only grows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "spellings.h"

#include "ground/checksum.h"

enum { PLACES_FIRST = 1024 };

static size_t place_of(const struct spellings *spellings, uint64_t name)
{
    size_t i = hash_word(name) & (spellings->places - 1);
    while (spellings->name[i] != 0 && spellings->name[i] != name)
        i = (i + 1) & (spellings->places - 1);
    return i;
}

static enum status grow(struct spellings *spellings)
{
    struct spellings larger = {.boot = spellings->boot,
                               .places =
                                   spellings->places == 0 ? PLACES_FIRST : 2 * spellings->places,
                               .count = spellings->count};
    TRY(ARENA_NEW(larger.boot, larger.places, &larger.name));
    TRY(ARENA_NEW(larger.boot, larger.places, &larger.text));
    for (size_t i = 0; i < spellings->places; i++) {
        if (spellings->name[i] == 0)
            continue;
        size_t place = place_of(&larger, spellings->name[i]);
        larger.name[place] = spellings->name[i];
        larger.text[place] = spellings->text[i];
    }
    *spellings = larger;
    return STATUS_OK;
}

enum status spellings_add(struct spellings *spellings, ident name, struct slice text)
{
    if (!ident_known(name) || ident_is_packed(name))
        return STATUS_OK;
    if (2 * spellings->count >= spellings->places)
        TRY(grow(spellings));
    size_t place = place_of(spellings, name.bits);
    if (spellings->name[place] != 0)
        return STATUS_OK;
    TRY(slice_copy(spellings->boot, text, &spellings->text[place]));
    spellings->name[place] = name.bits;
    spellings->count++;
    return STATUS_OK;
}

void text_add_spelled(struct text *text, const struct spellings *spellings, ident name)
{
    if (spellings->places != 0 && ident_known(name) && !ident_is_packed(name)) {
        size_t place = place_of(spellings, name.bits);
        if (spellings->name[place] != 0) {
            text_add(text, spellings->text[place]);
            return;
        }
    }
    text_add_ident(text, name);
}
