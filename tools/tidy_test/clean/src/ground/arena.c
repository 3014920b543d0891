/* arena.c -- the one that may. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

void *arena_take(void)
{
    return malloc(1);
}
