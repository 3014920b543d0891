/* shipped.c -- formats/ *.yaml, carried inside the program so that they are there wherever it is.
 *
 * The assembler takes the files in as they are; nothing is generated. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shipped.h"

#define SHIPPED(name, recognised)                             \
    __asm__(".pushsection .rodata\n"                          \
            "shipped_" #name ":\n"                            \
            ".incbin \"" SHIPPED_FOLDER "/" #name ".yaml\"\n" \
            "shipped_" #name "_end:\n"                        \
            ".byte 0\n"                                       \
            ".popsection\n");                                 \
    extern const char shipped_##name[], shipped_##name##_end[];
#include "shipped.inc"
#undef SHIPPED

enum {
#define SHIPPED(name, recognised) SHIPPED_##name,
#include "shipped.inc"
#undef SHIPPED
    SHIPPED_COUNT
};

const struct shipped *shipped_all(unsigned *count)
{
    static struct shipped all[SHIPPED_COUNT];
#define SHIPPED(of, tried)                                                   \
    all[SHIPPED_##of] = (struct shipped){                                    \
        .name = SLICE(#of),                                                  \
        .text = {shipped_##of, (size_t)(shipped_##of##_end - shipped_##of)}, \
        .recognised = (tried),                                               \
    };
#include "shipped.inc"
#undef SHIPPED
    *count = SHIPPED_COUNT;
    return all;
}

const struct shipped *shipped_find(struct slice name)
{
    unsigned count;
    const struct shipped *all = shipped_all(&count);
    for (unsigned i = 0; i < count; i++)
        if (slice_equal(all[i].name, name))
            return &all[i];
    return NULL;
}
