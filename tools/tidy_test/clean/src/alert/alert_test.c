/* alert_test.c -- a test may take memory, and say main() again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_inside.h"
#include <cmocka.h>
#include <stdlib.h>

int main(void)
{
    free(malloc(1));
    return 0;
}
