/* shipped.c -- screening/default.yaml, carried inside the program so that it is there wherever it
 * is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "screen/policy.h"

__asm__(".pushsection .rodata\n"
        "policy_text:\n"
        ".incbin \"" POLICY_FILE "\"\n"
        "policy_text_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char policy_text[], policy_text_end[];

struct slice policy_shipped(void)
{
    return (struct slice){policy_text, (size_t)(policy_text_end - policy_text)};
}
