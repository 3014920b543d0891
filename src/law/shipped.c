/* shipped.c -- the files of law/, carried inside the program, so that a service has its numbers
 * wherever it is started.  The assembler takes them in as they are; nothing is generated. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

#define LAW_SHIPPED(name, file)                     \
    __asm__(".pushsection .rodata\n"                \
            "law_text_" #name ":\n"                 \
            ".incbin \"" LAW_COPIES "/" file "\"\n" \
            "law_text_" #name "_end:\n"             \
            ".byte 0\n"                             \
            ".popsection\n");                       \
    extern const char law_text_##name[], law_text_##name##_end[];
#include "law/shipped.inc"
#undef LAW_SHIPPED

enum {
#define LAW_SHIPPED(name, file) SHIPPED_##name,
#include "law/shipped.inc"
#undef LAW_SHIPPED
    SHIPPED_COUNT
};

uint32_t law_shipped_count(void)
{
    return SHIPPED_COUNT;
}

struct law_file law_shipped(uint32_t i)
{
    must(i < SHIPPED_COUNT);
    switch (i) {
#define LAW_SHIPPED(name, file)   \
    case SHIPPED_##name:          \
        return (struct law_file){ \
            file, {law_text_##name, (size_t)(law_text_##name##_end - law_text_##name)}};
#include "law/shipped.inc"
#undef LAW_SHIPPED
    default:
        return (struct law_file){.path = ""};
    }
}
