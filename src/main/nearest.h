/* nearest.h -- did you mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Feeds candidates one by one; `best` is the nearest so far, or NULL if none is near. */
struct nearest {
    const char *written;
    const char *best;
    unsigned distance;
};

struct nearest nearest_to(const char *written);
void nearest_try(struct nearest *nearest, const char *candidate);
