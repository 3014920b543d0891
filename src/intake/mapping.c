/* mapping.c -- what a feed calls its columns, and what records.md calls them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recognise.h"

enum status mapping_read(struct mapping **out, const char *path, struct arena *boot,
                         struct text why[TONGUES_COUNT])
{
    (void)out;
    (void)boot;
    why_path(why, slice_of(path));
    why_add(why, "mapping files are not read yet", "尚不支持映射文件");
    return STATUS_REFUSED;
}
