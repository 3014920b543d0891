/* text_fuzz.c -- any bytes: decoding ends, columns are bounded, JSON comes out as UTF-8. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[6 * INPUT_MAX + 3];
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    struct slice slice = {(const char *)bytes, size};
    must(utf8_columns(slice) <= 2 * size);

    bool replaced = false;
    struct slice rest = slice;
    while (rest.size != 0) {
        size_t before = rest.size;
        bool genuine = slice_starts(rest, SLICE("\xEF\xBF\xBD"));
        replaced |= utf8_next(&rest) == 0xFFFD && !genuine;
        must(rest.size < before);
    }
    must(utf8_valid(slice) == !replaced);

    struct text json = text_over(room, sizeof room);
    text_add_json(&json, slice);
    must(!json.full);
    must(utf8_valid(text_slice(&json)));
    for (size_t i = 0; i < json.size; i++)
        must((unsigned char)json.at[i] >= 0x20);

    char small[17];
    struct text cut = text_over(small, sizeof small);
    text_add(&cut, slice);
    must(cut.full == (size > 16));
    if (!replaced)
        must(utf8_valid(text_slice(&cut)));
    return 0;
}
