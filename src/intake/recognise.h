/* recognise.h -- what a file is, by its first bytes, its header and its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "file.h"

/* Understands the file whose first bytes the source shows; leaves the source at the first row.
 * `work` is used for reading the header.  MALFORMED, ABSENT (empty), REFUSED (the options ask for
 * what is not there): `why` says it in both tongues. */
enum status recognise(struct file *file, struct source *source,
                      const struct intake_options *options, struct work *work, struct arena *boot,
                      struct text why[TONGUES_COUNT]);
/* Adds to both tongues: `form` has one %s or %.*s pair for the path and the rest as given. */
void why_path(struct text why[TONGUES_COUNT], struct slice path);
void why_add(struct text why[TONGUES_COUNT], const char *en, const char *zh);
/* "a, b, c" of names. */
void why_names(struct text why[TONGUES_COUNT], const struct slice *names, unsigned count);
