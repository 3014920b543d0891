/* finding.h -- what was found, for people. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/tongue.h"

enum finding_kind {
#define FINDING(name, en, zh) FINDING_##name,
#include "findings.inc"
#undef FINDING
    FINDINGS_COUNT
};

extern const char *const FINDINGS[FINDINGS_COUNT][TONGUES_COUNT];
/* The English clause, which a journal_finding carries. */
#define FOUND(name) (FINDINGS[FINDING_##name][TONGUE_EN])
/* A finding's clause in the tongue. */
const char *finding_says(const char *what, enum tongue tongue);
