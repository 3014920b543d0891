/* alert.c -- takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#define TAKE(n) malloc(n)

void alert_drop(void *at)
{
    free(at);
    at = realloc(calloc(1, 2), 3);
}
