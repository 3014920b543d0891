/* place_fuzz.c -- any bytes as an address: a key, or none; and a key of a key is that key. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char first[4096], second[4096];
    struct text one = text_over(first, sizeof first);
    struct text two = text_over(second, sizeof second);
    struct slice address = {(const char *)bytes, size};
    if (!text_add_place_key(&one, SLICE("530114"), address))
        return 0;
    must(utf8_valid(text_slice(&one)));
    must(one.size > 7);
    struct slice key = {one.at + 7, one.size - 7}; /* behind the region */
    if (text_add_place_key(&two, SLICE("530114"), key))
        must(two.size <= one.size);
    return 0;
}
