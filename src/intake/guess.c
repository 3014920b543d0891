/* guess.c -- a file that nobody has described, looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"
#include "why.h"

enum status intake_guess(const char *path, const struct intake_options *options,
                         struct arena *scratch, struct text *yaml, struct text *rows,
                         struct text why[TONGUES_COUNT])
{
    (void)options;
    (void)scratch;
    (void)yaml;
    (void)rows;
    why_path(why, slice_of(path));
    why_add(why, "guessing is not built yet", "尚不支持推测映射");
    return STATUS_REFUSED;
}
