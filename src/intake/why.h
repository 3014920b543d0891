/* why.h -- one clear sentence, in both tongues at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/disk.h"
#include "ground/tongue.h"

/* "calls.csv: ", and "calls.csv：". */
void why_path(struct text why[TONGUES_COUNT], struct slice path);
void why_add(struct text why[TONGUES_COUNT], const char *en, const char *zh);
/* The same text in both. */
void why_text(struct text why[TONGUES_COUNT], struct slice text);
/* "a, b, c"; a long list ends in dots. */
void why_names(struct text why[TONGUES_COUNT], const struct slice *names, unsigned count);
/* The file could not be opened. */
void why_fault(struct text why[TONGUES_COUNT], struct slice path, enum disk_fault fault);
