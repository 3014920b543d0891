/* console.c -- finds a file of the console.  There are some dozens, asked for when a page is
 * opened: they are looked through. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inside.h"

const struct console_file *console_file_find(struct slice path)
{
    for (size_t i = 0; i < CONSOLE_FILES_COUNT; i++)
        if (slice_equal(path, slice_of(CONSOLE_FILES[i].path)))
            return &CONSOLE_FILES[i];
    return NULL;
}
