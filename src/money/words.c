/* words.c -- the few names that many payments share, as small numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/words_inside.h"

#include "ground/checksum.h"

enum { LETTERS_USUAL = 12 }; /* of a bank: its BIC, or twelve digits that need none */

enum status words_create(struct words *words, uint32_t count_max, struct arena *boot)
{
    uint32_t slots = 8;
    while (slots < count_max * 2)
        slots *= 2;
    *words = (struct words){.count_max = count_max, .slots_count = slots};
    size_t letters = 1 + (count_max + 1u) * (size_t)LETTERS_USUAL;
    words->letters = (struct letters){.used = 1, .size = (uint32_t)letters};
    TRY(ARENA_NEW(boot, letters, &words->letters.byte));
    TRY(ARENA_NEW(boot, count_max + 1u, &words->spelled));
    TRY(ARENA_NEW(boot, count_max + 1u, &words->word));
    return ARENA_NEW(boot, slots, &words->slot);
}

/* The place where it is, or where it would be. */
static uint32_t place_of(const struct words *words, uint64_t word)
{
    uint32_t mask = words->slots_count - 1;
    for (uint32_t i = (uint32_t)hash_word(word) & mask;; i = (i + 1) & mask) {
        uint16_t number = atomic_load_explicit(&words->slot[i], memory_order_acquire);
        if (number == 0 || words->word[number] == word)
            return i;
    }
}

bool words_number(struct words *words, ident name, uint16_t *out)
{
    *out = 0;
    if (!ident_known(name))
        return true;
    uint32_t place = place_of(words, name.bits);
    uint16_t number = atomic_load_explicit(&words->slot[place], memory_order_relaxed);
    if (number == 0) {
        uint32_t count = atomic_load_explicit(&words->count, memory_order_relaxed);
        if (count == words->count_max)
            return false;
        number = (uint16_t)(count + 1);
        words->word[number] = name.bits;
        atomic_store_explicit(&words->slot[place], number, memory_order_release);
        atomic_store_explicit(&words->count, count + 1, memory_order_release);
    }
    *out = number;
    return true;
}

void words_spell(struct words *words, ident name, struct slice spelling)
{
    uint16_t number =
        atomic_load_explicit(&words->slot[place_of(words, name.bits)], memory_order_relaxed);
    if (number == 0 || atomic_load_explicit(&words->spelled[number], memory_order_relaxed) != 0)
        return;
    atomic_store_explicit(&words->spelled[number], letters_add(&words->letters, spelling),
                          memory_order_release);
}

struct slice words_spelling(const struct words *words, ident name)
{
    uint16_t number =
        atomic_load_explicit(&words->slot[place_of(words, name.bits)], memory_order_acquire);
    if (number == 0)
        return SLICE("");
    return letters_at(&words->letters,
                      atomic_load_explicit(&words->spelled[number], memory_order_acquire));
}

ident words_name(const struct words *words, uint16_t number)
{
    return (ident){words->word[number]};
}
