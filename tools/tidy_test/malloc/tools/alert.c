/* alert.c -- a tool may. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

void *take(void)
{
    return malloc(1);
}
