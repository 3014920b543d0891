/* canonical.h -- files whose header has the names of records.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "file.h"

/* Makes the plan of a file by its header.  The kind is file->kind if its name or the user said one,
 * and the header has what that kind must have (or `asked`: the user insists); else the kind whose
 * fields fill the header best.  MALFORMED: it is none; `why`, unless NULL, says what is missing. */
enum status canonical_bind(struct file *file, bool asked, struct arena *boot, struct text *why);
/* Whether the first row is data: then there is no header to speak of. */
bool header_is_data(const struct file *file);
