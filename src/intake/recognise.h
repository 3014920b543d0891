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
/* The first part of that: looks at enough bytes, refuses what is empty or no text, passes over the
 * mark of the encoding and finds the encoding.  The source is then at the first character. */
enum status recognise_content(struct file *file, struct source *source,
                              struct text why[TONGUES_COUNT]);
