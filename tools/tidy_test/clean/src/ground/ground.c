/* ground.c -- a body. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground.h"

int ground_count(void)
{
    return 1;
}
