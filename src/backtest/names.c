/* names.c -- open addressing in pages that double.
 *
 * Invariants:  1. At most three quarters of the seats are taken, so a search ends.
 *              2. Old and new seats together, while they double, stay within memory_max.
 *
 * Names of different types are different names: an account "1" is not a person "1". */
/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include "ground/checksum.h"

enum { SEATS_FIRST = 1024 };

static struct name_seat *seat_of(struct name_seat *seats, size_t count, ident name,
                                 enum field_type type)
{
    size_t at = hash_word(name.bits + (uint64_t)type) & (count - 1);
    while (ident_known(seats[at].name) &&
           !(ident_equal(seats[at].name, name) && seats[at].type == type))
        at = (at + 1) & (count - 1);
    return &seats[at];
}

static enum status names_grow(struct names *names)
{
    size_t count = names->seats_count == 0 ? SEATS_FIRST : names->seats_count * 2;
    size_t size = names->seats_count * sizeof *names->seat;
    if (count * sizeof *names->seat + size > names->memory_max)
        return STATUS_FULL;
    struct name_seat *larger;
    TRY(pages_take(count * sizeof *larger, (void **)&larger));
    for (size_t i = 0; i < names->seats_count; i++) {
        const struct name_seat *seat = &names->seat[i];
        if (ident_known(seat->name))
            *seat_of(larger, count, seat->name, seat->type) = *seat;
    }
    pages_give_back(names->seat, size);
    names->seat = larger;
    names->seats_count = count;
    return STATUS_OK;
}

enum status names_take(struct names *names, ident name, enum field_type type,
                       struct name_seat **out)
{
    must(ident_known(name));
    if (names->taken + 1 > names->seats_count / 4 * 3)
        TRY(names_grow(names));
    struct name_seat *seat = seat_of(names->seat, names->seats_count, name, type);
    if (!ident_known(seat->name)) {
        *seat = (struct name_seat){.name = name, .type = type};
        names->taken++;
    }
    *out = seat;
    return STATUS_OK;
}

void *names_find(const struct names *names, ident name, enum field_type type)
{
    if (names->seats_count == 0 || !ident_known(name))
        return NULL;
    return seat_of(names->seat, names->seats_count, name, type)->about;
}

void names_release(struct names *names)
{
    pages_give_back(names->seat, names->seats_count * sizeof *names->seat);
    *names = (struct names){.memory_max = names->memory_max};
}
