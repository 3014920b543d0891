/* finding.c -- one list, two tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/finding.h"

#include <stddef.h>

const char *const FINDINGS[FINDINGS_COUNT][TONGUES_COUNT] = {
#define FINDING(name, en, zh) {en, zh},
#include "findings.inc"
#undef FINDING
};

const char *finding_says(const char *what, enum tongue tongue)
{
    for (size_t i = 0; what != NULL && i < FINDINGS_COUNT; i++)
        if (FINDINGS[i][TONGUE_EN] == what)
            return FINDINGS[i][tongue];
    return what == NULL ? "" : what;
}
